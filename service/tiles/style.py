"""The map style of layers, as MapLibre GL reads it, made from the palette.

The status is drawn: a modelled layer is hatched and dashed, a schematic one stippled
and dashed. There is no text in the style, so it needs no glyphs.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from layers.models import LayerSpec
from service.palette import (
    CAUTIONED,
    LAND,
    Symbol,
    order_of,
    symbol_of,
    variant_column,
    variants_of,
)
from service.tiles.sprite import pattern_name
from service.words import Language, said

Style = dict[str, Any]


def map_style(
    specs: Iterable[LayerSpec],
    language: Language,
    *,
    tile_json: Callable[[LayerSpec], str],
    sprite: str,
) -> Style:
    """Answer a style of version 8.

    Parameters
    ----------
    specs : iterable of LayerSpec
        Drawn in the palette's order, whatever their own.
    language : {"zh", "en"}
        Of the names in the style's metadata.
    tile_json : callable
        Answers the address of a layer's TileJSON.
    sprite : str
        Address of the sprite, without suffix.
    """
    ordered = sorted(specs, key=lambda spec: order_of(spec.id, spec.theme))
    ground = {"background-color": LAND}
    return {
        "version": 8,
        "name": ", ".join(said(spec.title, language) for spec in ordered),
        "metadata": {spec.id: _about(spec, language) for spec in ordered},
        "sprite": sprite,
        "sources": {
            spec.id: {
                "type": spec.kind,
                "url": tile_json(spec),
                **({"tileSize": 256} if spec.kind == "raster" else {}),
            }
            for spec in ordered
        },
        "layers": [
            {"id": "background", "type": "background", "paint": ground},
            *(layer for spec in ordered for layer in _layers(spec)),
        ],
    }


def _about(spec: LayerSpec, language: Language) -> Style:
    """Answer what a legend must say of a layer."""
    caution = said(spec.caution, language) if spec.caution else None
    return {
        "title": said(spec.title, language),
        "status": spec.status,
        "cautioned": spec.status in CAUTIONED,
        "caution": caution,
        "version": spec.version,
    }


def _layers(spec: LayerSpec) -> Iterator[Style]:
    if spec.kind == "raster":
        # Cells are what the layer knows; smoothing would show more.
        paint = {"raster-resampling": "nearest"}
        yield {"id": spec.id, "type": "raster", "source": spec.id, "paint": paint}
        return
    usual = symbol_of(spec)
    variants = variants_of(spec, usual)
    column = ["to-string", ["get", variant_column(spec)]]
    drawn: list[tuple[str, Symbol, Any]] = [
        (f"{spec.id}-{name}", symbol, ["==", column, name])
        for name, symbol in variants.items()
    ]
    rest = ["!", ["in", column, ["literal", list(variants)]]] if variants else True
    drawn.append((spec.id, usual, rest))
    for part in (_fills, _outlines, _points):
        for name, symbol, chosen in drawn:
            for layer in part(name, symbol):
                wanted = layer.pop("only")
                yield {
                    **layer,
                    "source": spec.id,
                    "source-layer": spec.id,
                    "filter": ["all", wanted, chosen],
                }


_POLYGONS = ["==", ["geometry-type"], "Polygon"]
_OUTLINES = ["!=", ["geometry-type"], "Point"]
_POINTS = ["==", ["geometry-type"], "Point"]


def _fills(name: str, symbol: Symbol) -> Iterator[Style]:
    base = {"type": "fill", "only": _POLYGONS}
    if symbol.fill is not None:
        paint: Style = {
            "fill-color": symbol.fill,
            "fill-opacity": symbol.fill_opacity,
            "fill-antialias": False,
        }
        yield {**base, "id": f"{name}-fill", "paint": paint}
    if symbol.pattern != "none":
        paint = {"fill-pattern": pattern_name(symbol)}
        yield {**base, "id": f"{name}-pattern", "paint": paint}


def _outlines(name: str, symbol: Symbol) -> Iterator[Style]:
    round_joins = {"line-join": "round"}
    base: Style = {"type": "line", "only": _OUTLINES, "layout": round_joins}
    if symbol.from_zoom:
        base["minzoom"] = symbol.from_zoom
    if symbol.band is not None:
        colour, opacity, widths = symbol.band
        paint: Style = {
            "line-color": colour,
            "line-opacity": opacity,
            "line-width": _by_zoom(widths),
        }
        yield {**base, "id": f"{name}-band", "paint": paint}
    paint = {"line-color": symbol.line, "line-width": _by_zoom(symbol.width)}
    if symbol.dash:
        paint["line-dasharray"] = list(symbol.dash)
    yield {**base, "id": f"{name}-line", "paint": paint}


def _points(name: str, symbol: Symbol) -> Iterator[Style]:
    paint = {"circle-color": symbol.line, "circle-radius": 3}
    yield {"id": f"{name}-point", "type": "circle", "only": _POINTS, "paint": paint}


def _by_zoom(widths: tuple[float, float]) -> list[object]:
    """Width in px at zoom 4 and 9, growing between (cartography, section 6)."""
    first, last = widths
    return ["interpolate", ["exponential", 1.4], ["zoom"], 4, first, 9, last]
