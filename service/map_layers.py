"""Vector layers made ready for a map: light geometry, facts for popups, labels."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from markupsafe import Markup

from geo import crs as coordinate_systems
from geo.area import area, line_lengths
from geo.messages import Note
from geo.types import BBox, FloatArray
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from layers.values import json_value
from service import geojson, symbols
from service.map_geometry import Drawable, Sketch
from service.map_labels import Label, labels
from service.map_search import Finding, findings
from service.palette import Symbol, order_of, symbol_of, variant_column, variants_of


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
        Chinese first.
    findings : list of Finding
        What can be searched for.
    bounds : BBox
        Of the full geometry, degrees.
    notes : list of Note
        What was simplified or left out for display, and by how much.
    """

    spec: LayerSpec
    symbol: Symbol
    variants: Mapping[str, Symbol]
    features: str
    labels: list[Label]
    findings: list[Finding]
    bounds: BBox
    notes: list[Note]

    @property
    def order(self) -> int:
        """Rank in drawing order."""
        return order_of(self.spec.id, self.spec.theme)

    @property
    def is_line(self) -> bool:
        """Whether the layer consists of lines."""
        return self.spec.geometry == "line"


@dataclass(frozen=True)
class VectorSketch:
    """The vector layers of one map, before it is known how fine they may be.

    Facts of popups are taken from the full geometry, once.
    """

    layers: list[VectorLayer]
    facts: list[list[str]]
    sizes: list[FloatArray]
    sketch: Sketch

    @classmethod
    def of(cls, layers: list[VectorLayer]) -> "VectorSketch":
        """Measure the features of layers."""
        sizes = [_sizes(layer.features) for layer in layers]
        facts = [_facts(*pair) for pair in zip(layers, sizes, strict=True)]
        sketch = Sketch(
            [layer.features.geometry.to_numpy() for layer in layers],
            [np.array([len(one.encode()) for one in layer], int) for layer in facts],
        )
        return cls(layers, facts, sizes, sketch)

    def most_bytes(self, room: int) -> int:
        """Bytes of all features with their full geometry.

        Only a lower limit if that is above ``room`` without doubt.
        """
        return self.sketch.most_bytes(room)

    def parts(self, room: int) -> list[VectorPart]:
        """Make the layers ready for the map.

        Parameters
        ----------
        room : int
            Bytes that all features together may take.

        Returns
        -------
        list of VectorPart
            In the order given; see :meth:`service.map_geometry.Sketch.fitted`.
        """
        angles = _hatch_angles([layer.spec for layer in self.layers])
        return [
            _part(layer, facts, sizes, drawn, angle)
            for layer, facts, sizes, drawn, angle in zip(
                self.layers,
                self.facts,
                self.sizes,
                self.sketch.fitted(room),
                angles,
                strict=True,
            )
        ]


def _hatch_angles(specs: list[LayerSpec]) -> list[int]:
    """Turn every second modelled layer's hatch, so that two can be told apart."""
    modelled = [spec.id for spec in specs if spec.status == "modelled"]
    turned = set(modelled[1::2])
    return [135 if spec.id in turned else 45 for spec in specs]


def _part(
    layer: VectorLayer,
    facts: list[str],
    sizes: FloatArray,
    drawn: Drawable,
    angle: int,
) -> VectorPart:
    spec, features = layer.spec, layer.features
    symbol = symbol_of(spec, angle=angle)
    shown = np.array([text != "null" for text in drawn.texts], dtype=bool)
    west, south, east, north = (float(edge) for edge in features.total_bounds)
    return VectorPart(
        spec,
        symbol,
        variants_of(spec, symbol),
        _collection(drawn.texts, facts),
        labels(spec, features[shown], drawn.geometry[shown], "zh"),
        findings(features[shown], drawn.geometry[shown]),
        (west, south, east, north),
        list(_notes(spec, features, sizes, drawn)),
    )


def _sizes(features: gpd.GeoDataFrame) -> FloatArray:
    """Square metres and metres of line of each feature, ``(n, 2)``; full geometry."""
    length = line_lengths(
        features.geometry.to_numpy(),
        coordinate_systems.ellipsoid(coordinate_systems.parse("EPSG:4490")),
    )
    return np.column_stack([area(features.geometry).to_numpy(), length])


def _facts(layer: VectorLayer, sizes: FloatArray) -> list[str]:
    return [
        geojson.dumps({key: value for key, value in one.items() if value is not None})
        for one in _properties(layer.spec, layer.features, sizes)
    ]


def _properties(
    spec: LayerSpec, features: gpd.GeoDataFrame, sizes: FloatArray
) -> Iterator[dict[str, object]]:
    """Facts of each feature for its popup, from the full geometry.

    ``zh`` and ``en`` name it; ``a`` adcode; ``m2`` square metres, to the last digit as
    ``ecobarrier area`` has it; ``m`` metres of line; ``k`` the value that has a symbol
    of its own.
    """
    variants = variants_of(spec, symbol_of(spec))
    blank = pd.Series(None, index=features.index, dtype=object)
    kinds = features.get(variant_column(spec), blank).map(str)
    adcode = features.get("adcode", blank)
    names = features["name_zh"], features["name_en"]
    rows = zip(*names, adcode, *sizes.T.tolist(), kinds, strict=True)
    for zh, en, code, square, line, variant in rows:
        yield {
            "zh": json_value(zh),
            "en": json_value(en) if en != zh else None,
            "a": json_value(code),
            "m2": square if square > 0 else None,
            "m": round(line, 1) if line > 0 else None,
            "k": variant if variant in variants else None,
        }


def _collection(shapes: list[str], facts: list[str]) -> str:
    features = ",".join(
        f'{{"type":"Feature","properties":{one},"geometry":{shape}}}'
        for one, shape in zip(facts, shapes, strict=True)
        if shape != "null"
    )
    return f'{{"type":"FeatureCollection","features":[{features}]}}'


def _notes(
    spec: LayerSpec, features: gpd.GeoDataFrame, sizes: FloatArray, drawn: Drawable
) -> Iterator[Note]:
    """Say what was simplified and by how much, and what was left out."""
    title = {"layer_zh": spec.title.zh, "layer_en": spec.title.en}
    if drawn.tolerance_m > 0:
        changes, feature = _worst_change(features, sizes, drawn)
        solid = bool((sizes[:, 0] > 0).any())
        kind = "" if drawn.together and solid else "_apart" if solid else "_lines"
        yield Note(
            f"map_simplified{kind}",
            {
                **title,
                "before": drawn.before,
                "after": drawn.after,
                "metres": drawn.tolerance_m,
                "percent": changes,
                "feature": feature,
            },
        )
    if drawn.dropped:
        yield Note("map_dropped", {**title, "dropped": drawn.dropped})


def _worst_change(
    features: gpd.GeoDataFrame, sizes: FloatArray, drawn: Drawable
) -> tuple[float, str]:
    """Percent by which the size of a drawn feature differs most, and its name."""
    texts = [None if text == "null" else text for text in drawn.texts]
    shapes = shapely.from_geojson(np.array(texts, dtype=object))
    shown = _sizes(gpd.GeoDataFrame(geometry=shapes, crs=features.crs))
    column = 0 if (sizes[:, 0] > 0).any() else 1
    there = (sizes[:, column] > 0) & (shown[:, column] > 0)
    if not there.any():
        return 0.0, ""
    change = np.zeros(len(features))
    full = sizes[there, column]
    change[there] = 100 * np.abs(shown[there, column] - full) / full
    worst = int(np.argmax(change))
    row = features.iloc[worst]
    names = [one for one in (row["name_zh"], row["name_en"]) if isinstance(one, str)]
    return float(change[worst]), names[0] if names else str(features.index[worst])


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


def swatches(part: VectorPart, use: str = "key") -> list[tuple[str, Markup]]:
    """Draw the legend's samples: kind ("" for the layer itself) and SVG.

    ``use`` begins the ids of their patterns; an id stands on a page once.
    """
    plain = replace(part.symbol, band=None) if part.is_line else part.symbol
    kinds = {"": plain, **part.variants}
    return [
        (
            kind,
            symbols.swatch(
                one, f"{use}-{pattern_name(part.spec, kind)}", line_only=part.is_line
            ),
        )
        for kind, one in kinds.items()
    ]
