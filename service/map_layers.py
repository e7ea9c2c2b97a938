"""Vector layers made ready for a map: light geometry, facts for popups, labels."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

import geopandas as gpd
import pandas as pd
import shapely
from markupsafe import Markup

from geo import crs as coordinate_systems
from geo.area import area, line_lengths
from geo.messages import Note
from geo.types import BBox, GeometryArray
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from layers.values import json_value
from service import geojson, symbols
from service.map_geometry import (
    FEATURE_BUDGET,
    VERTEX_BUDGET,
    Drawable,
    drawable,
    fair_shares,
)
from service.map_labels import Label, labels
from service.palette import Symbol, order_of, symbol_of, variant_column, variants_of
from service.words import Language, other, said

DECIMALS = 4
"""Decimals of a degree on the map: about 10 m, half a pixel at the deepest zoom."""

_METRES_PER_DEGREE = 111_320.0


@dataclass(frozen=True)
class VectorPart:
    """A vector layer as the map page needs it.

    Parameters
    ----------
    spec : LayerSpec
    symbol : Symbol
    variants : mapping of str to Symbol
        Symbols of features by their ``kind``.
    features : str
        GeoJSON FeatureCollection; properties are those of :func:`_properties`.
    labels : list of Label
    bounds : BBox
        Of the full geometry, degrees.
    note : Note or None
        What was simplified or left out for display.
    """

    spec: LayerSpec
    symbol: Symbol
    variants: Mapping[str, Symbol]
    features: str
    labels: list[Label]
    bounds: BBox
    note: Note | None

    @property
    def order(self) -> int:
        """Rank in drawing order."""
        return order_of(self.spec.id, self.spec.theme)

    @property
    def is_line(self) -> bool:
        """Whether the layer consists of lines."""
        return self.spec.geometry == "line"


def vector_parts(layers: list[VectorLayer], language: Language) -> list[VectorPart]:
    """Make layers ready for one map, within its budget of vertices and features.

    Parameters
    ----------
    layers : list of VectorLayer
    language : {"zh", "en"}
        Of the names that stand first.

    Returns
    -------
    list of VectorPart
        In the order given.
    """
    geometry = [layer.features.geometry.to_numpy() for layer in layers]
    counts = [int(shapely.get_num_coordinates(one).sum()) for one in geometry]
    vertices = fair_shares(counts, VERTEX_BUDGET)
    features = fair_shares([len(one) for one in geometry], FEATURE_BUDGET)
    angles = _hatch_angles([layer.spec for layer in layers])
    return [
        _part(layer, drawable(one, vertices=v, features=f), angle, language)
        for layer, one, v, f, angle in zip(
            layers, geometry, vertices, features, angles, strict=True
        )
    ]


def _hatch_angles(specs: list[LayerSpec]) -> list[int]:
    """Turn every second modelled layer's hatch, so that two can be told apart."""
    modelled = [spec.id for spec in specs if spec.status == "modelled"]
    turned = set(modelled[1::2])
    return [135 if spec.id in turned else 45 for spec in specs]


def _part(
    layer: VectorLayer, drawn: Drawable, angle: int, language: Language
) -> VectorPart:
    spec, features = layer.spec, layer.features
    symbol = symbol_of(spec, angle=angle)
    variants = variants_of(spec, symbol)
    shown = shapely.get_num_coordinates(drawn.geometry) > 0
    properties = [
        {key: value for key, value in one.items() if value is not None}
        for one in _properties(features, variant_column(spec), variants, language)
    ]
    west, south, east, north = (float(edge) for edge in features.total_bounds)
    return VectorPart(
        spec,
        symbol,
        variants,
        _collection(drawn.geometry, properties),
        labels(spec, features[shown], drawn.geometry[shown], language),
        (west, south, east, north),
        _note(said(spec.title, language), drawn),
    )


def _properties(
    features: gpd.GeoDataFrame,
    column: str,
    variants: Mapping[str, Symbol],
    language: Language,
) -> Iterator[dict[str, object]]:
    """Facts of each feature for its popup, from the full geometry.

    ``n`` and ``o`` name in the reader's and the other language; ``a`` adcode; ``s``
    square kilometres; ``l`` kilometres of line; ``k`` the value of ``column`` that has
    a symbol of its own.
    """
    names = features[f"name_{language}"], features[f"name_{other(language)}"]
    first = names[0].where(names[0].notna(), names[1])
    size = area(features.geometry) / 1e6
    length = line_lengths(
        features.geometry.to_numpy(),
        coordinate_systems.ellipsoid(coordinate_systems.parse("EPSG:4490")),
    )
    blank = pd.Series(None, index=features.index, dtype=object)
    adcode = features.get("adcode", blank)
    kinds = features.get(column, blank).map(str)
    rows = zip(first, names[1], adcode, size, length / 1e3, kinds, strict=True)
    for name, second, code, square, line, variant in rows:
        yield {
            "n": json_value(name),
            "o": json_value(second) if second != name else None,
            "a": json_value(code),
            "s": round(square, 3) if square > 0 else None,
            "l": round(line, 3) if line > 0 else None,
            "k": variant if variant in variants else None,
        }


def _collection(geometry: GeometryArray, properties: list[dict[str, object]]) -> str:
    shapes = geojson.geometry_texts(geometry, DECIMALS)
    features = ",".join(
        f'{{"type":"Feature","properties":{geojson.dumps(facts)},"geometry":{shape}}}'
        for facts, shape in zip(properties, shapes, strict=True)
        if shape != "null"
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def _note(title: str, drawn: Drawable) -> Note | None:
    if drawn.tolerance == 0 and drawn.dropped == 0:
        return None
    code = "map_simplified" if drawn.together else "map_simplified_apart"
    if drawn.dropped:
        code = "map_simplified_dropped"
    return Note(
        code,
        {
            "layer": title,
            "before": drawn.before,
            "after": drawn.after,
            "tolerance": drawn.tolerance,
            "metres": drawn.tolerance * _METRES_PER_DEGREE,
            "dropped": drawn.dropped,
        },
    )


def drawing(part: VectorPart) -> dict[str, object]:
    """Answer the symbols of a layer as the page's script reads them."""
    kinds = {"": part.symbol, **part.variants}
    return {kind: _script_symbol(part, one, kind) for kind, one in kinds.items()}


def _script_symbol(part: VectorPart, symbol: Symbol, kind: str) -> dict[str, object]:
    described = asdict(symbol)
    if symbol.pattern != "none":
        described["fill"] = f"url(#{pattern_name(part.spec, kind)})"
        described["fill_opacity"] = 1
    used = ("fill", "fill_opacity", "line", "width", "dash", "band", "from_zoom")
    return {key: described[key] for key in used}


def pattern_name(spec: LayerSpec, kind: str = "") -> str:
    """Answer the id of the map's pattern for a layer, or for a kind of its features."""
    return "-".join(["fill", spec.id, *([kind] if kind else [])])


def patterns(part: VectorPart) -> list[Markup]:
    """Draw the patterns of a layer as SVG."""
    kinds = {"": part.symbol, **part.variants}
    return [
        symbols.pattern(one, pattern_name(part.spec, kind))
        for kind, one in kinds.items()
        if one.pattern != "none"
    ]


def swatches(part: VectorPart) -> list[tuple[str, Markup]]:
    """Draw the legend's samples: kind ("" for the layer itself) and SVG."""
    plain = replace(part.symbol, band=None) if part.is_line else part.symbol
    kinds = {"": plain, **part.variants}
    return [
        (
            kind,
            symbols.swatch(
                one, f"key-{pattern_name(part.spec, kind)}", line_only=part.is_line
            ),
        )
        for kind, one in kinds.items()
    ]
