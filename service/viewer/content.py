"""What the page of the map knows when it starts: words, layers, how they are drawn."""

from typing import Any

from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.catalog import Catalog
from layers.models import LayerSpec
from layers.times import time_text
from service import access
from service.callers import Caller
from service.maps import DEFAULT_LAYERS
from service.palette import (
    BADGES,
    CAUTIONED,
    LAND,
    VEIL,
    order_of,
    ramp_of,
    symbol_of,
    variants_of,
)
from service.symbols import raster_swatch, swatch
from service.tiles.metadata import level_limit
from service.tiles.pictures import TilePictures
from service.tiles.style import map_style
from service.tiles.versions import address_version
from service.viewer.texts import TEXTS
from service.words import THEMES, theme_name

ON_AT_FIRST = (*DEFAULT_LAYERS, "rivers", "banners")
BORDER_LAYERS = ("province", "leagues", "banners")
"""Drawn as border lines of the base, not as outlines of their polygons."""


def start(catalog: Catalog, caller: Caller, pictures: TilePictures) -> dict[str, Any]:
    """Answer all that does not change while the page is open.

    Parameters
    ----------
    catalog : Catalog
    caller : Caller
        Decides whether restricted layers can be drawn; their names are told anyway.
    pictures : TilePictures
        Knows how sharp rasters are.
    """
    return {
        "texts": {key: {"zh": zh, "en": en} for key, (zh, en) in TEXTS.items()},
        "themes": [
            {"id": one, "zh": theme_name(one, "zh"), "en": theme_name(one, "en")}
            for one in THEMES
        ],
        "badges": {
            status: {"zh": one.zh, "en": one.en, "cautioned": status in CAUTIONED}
            for status, one in BADGES.items()
        },
        "veil": {"colour": VEIL, "order": order_of("veil")},
        "land": LAND,
        "layers": [_layer(catalog, caller, pictures, one) for one in catalog.specs],
    }


def _layer(
    catalog: Catalog, caller: Caller, pictures: TilePictures, spec: LayerSpec
) -> dict[str, Any]:
    seen = access.may_see(caller, spec)
    told = {"id", "title", "description", "theme", "kind", "geometry", "status"}
    told |= {"caution", "accuracy_m", "valid_time", "unit", "licence", "attribution"}
    told |= {"restricted", "classes"}
    return {
        **spec.model_dump(mode="json", include=told),
        "version": spec.version,
        "time": time_text(spec.valid_time).model_dump(),
        "figures": [one.model_dump(mode="json") for one in spec.figures]
        if seen
        else [],
        "order": order_of(spec.id, spec.theme),
        "on": spec.id in ON_AT_FIRST or (spec.theme == "user" and seen),
        "swatch": _swatch(spec),
        "colour": symbol_of(spec).line if spec.kind == "vector" else None,
        "ramp": None if spec.classes or spec.kind == "vector" else ramp_of(spec),
        "variants": _variants(spec),
        "map": _drawn(catalog, pictures, spec) if seen else None,
    }


def _swatch(spec: LayerSpec) -> str:
    if spec.kind == "raster":
        return str(raster_swatch(spec))
    line_only = spec.geometry == "line"
    return str(swatch(symbol_of(spec), f"sw-{spec.id}", line_only=line_only))


def _variants(spec: LayerSpec) -> list[dict[str, str]]:
    """Answer samples of what looks different within a layer of sands."""
    if spec.kind == "raster" or spec.theme != "sand":
        return []
    usual = symbol_of(spec)
    drawn = {"": usual, **variants_of(spec, usual)}
    names = {"": ("沙地", "Sandy land"), "desert": ("沙漠", "Desert")}
    return [
        {
            "zh": names[key][0],
            "en": names[key][1],
            "swatch": str(swatch(symbol, f"sw-{spec.id}-{key}")),
        }
        for key, symbol in drawn.items()
        if key in names
    ]


def _drawn(catalog: Catalog, pictures: TilePictures, spec: LayerSpec) -> dict[str, Any]:
    """Answer the source and the style layers of MapLibre."""
    form = "mvt" if spec.kind == "vector" else "png"
    base = f"/collections/{spec.id}/tiles/{WEB_MERCATOR_QUAD.id}"
    source: dict[str, Any] = {
        "type": spec.kind,
        "tiles": [f"{base}/{{z}}/{{y}}/{{x}}.{form}?v={address_version(spec)}"],
    }
    if spec.kind == "raster":
        extent = pictures.extent(catalog, spec, WEB_MERCATOR_QUAD)
        source |= {"tileSize": 256, "bounds": list(extent.bounds)}
        source["maxzoom"] = extent.sharpest_level
    else:
        source["maxzoom"] = level_limit(spec, WEB_MERCATOR_QUAD)
        source["promoteId"] = "id"
    style = map_style([spec], "zh", tile_json=lambda one: one.id, sprite="")
    layers = style["layers"][1:]
    if spec.id in BORDER_LAYERS:
        layers = [one for one in layers if one["type"] == "fill"]
    return {"source": source, "layers": layers}
