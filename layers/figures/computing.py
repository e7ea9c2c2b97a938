"""Computing a figure's expression from layers, by the functions of :mod:`geo`.

They are the ones behind ``ecobarrier area``, ``overlap`` and ``zonal``: a figure and
those tables cannot differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.area import area, line_lengths
from geo.errors import GeometryError
from geo.figures import Quantity, difference, published, ratio, total
from geo.messages import listed
from geo.overlay import Overlap, Side, overlap
from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.figures.expressions import (
    Area,
    AreaShare,
    Count,
    Denominator,
    Difference,
    Expression,
    Length,
    Number,
    OfLayers,
    Published,
    Ratio,
    Selection,
    Sum,
    written,
)
from layers.figures.expressions import Zonal as ZonalExpression
from layers.figures.units import UNITS
from layers.loaded import VectorLayer
from layers.models import LayerSpec

if TYPE_CHECKING:
    from geo.zonal import Zonal

_LINEAR, _POLYGONAL = (1, 5), (3, 6)
"""Type ids of (multi)lines and (multi)polygons in shapely."""

Stated = Mapping[str, Quantity]
"""Published figures in m2, m, kg or ones, by id."""


@dataclass(frozen=True)
class Measurer:
    """Computes expressions; each layer is read once, each part computed once.

    Parameters
    ----------
    catalog : Catalog
    stated : mapping of str to Quantity
        Published figures by id, in m2, m, kg or ones.
    """

    catalog: Catalog
    stated: Stated
    _layers: dict[str, VectorLayer] = field(default_factory=dict)
    _done: dict[str, Quantity] = field(default_factory=dict)
    _tables: dict[str, "Zonal"] = field(default_factory=dict)

    def quantity(self, expression: Expression) -> Quantity:
        """Compute an expression, in m2, m, kg or ones.

        Raises
        ------
        EcobarrierError
            No such layer, column, value or denominator; a layer that cannot be read or
            measured; a division by nothing.
        """
        key = expression.model_dump_json()
        if key not in self._done:
            self._done[key] = self._computed(expression)
        return self._done[key]

    def _computed(self, expression: Expression) -> Quantity:
        match expression:
            case Published(id=name):
                return self.stated[name]
            case Number(unit=unit):
                return number(expression).scaled(UNITS[unit].factor)
            case Sum(terms=terms):
                return total([self.quantity(term) for term in terms])
            case Difference(of=of, minus=minus):
                return difference(self.quantity(of), self.quantity(minus))
            case Ratio(of=of, to=to):
                return self._ratio(of, to)
            case Denominator(layer=layer, id=name):
                return Quantity.exact(_denominator(self.catalog.spec(layer), name))
            case _:
                return Quantity.exact(self._measured(expression))

    def _ratio(self, of: Expression, to: Expression) -> Quantity:
        try:
            return ratio(self.quantity(of), self.quantity(to))
        except ValueError as error:
            details = {"part": written(of), "whole": written(to)}
            raise LayerReadError("figure_division", **details) from error

    def _measured(self, expression: OfLayers) -> float:
        match expression:
            case Count():
                return float(self._count(expression))
            case Area():
                return self._area(expression)
            case Length():
                return self._length(expression)
            case AreaShare(of=whole):
                table = self._overlap(expression, whole)
                covered = table.totals["overlap_dissolved_m2"]
                return covered / table.totals["right_dissolved_m2"]
            case ZonalExpression():
                return self._zonal(expression)

    def _count(self, expression: Count) -> int:
        chosen = self._features(expression)
        other = expression.touching
        if other is None:
            return len(chosen)
        if self.catalog.spec(other.layer).geometry == "line":
            lines = self._kind(other, _LINEAR).geometry
            inside = [_length_inside(lines, shape) > 0 for shape in chosen.geometry]
            return sum(inside)
        pairs = self._overlap(expression, other).pairs
        return int(pairs.loc[~pairs["sliver"], "left"].nunique())

    def _area(self, expression: Area) -> float:
        if expression.within is None:
            return float(area(self._kind(expression, _POLYGONAL).geometry).sum())
        totals = self._overlap(expression, expression.within).totals
        return totals["overlap_dissolved_m2"]

    def _length(self, expression: Length) -> float:
        lines = self._kind(expression, _LINEAR).geometry
        if expression.within is None:
            shape = coordinate_systems.ellipsoid(_crs(lines))
            return float(line_lengths(lines.to_numpy(), shape).sum())
        around = self._kind(expression.within, _POLYGONAL).geometry
        return _length_inside(lines, shapely.union_all(around.to_numpy()))

    def _overlap(self, left: Selection, right: Selection) -> Overlap:
        sides = (self._kind(side, _POLYGONAL).geometry for side in (left, right))
        return overlap(*map(Side.of, sides))

    def _zonal(self, expression: ZonalExpression) -> float:
        table = self._zonal_table(expression)
        rows = table.classes
        least = expression.at_least
        wanted = expression.classes if least is None else (least,)
        found = float(rows.loc[rows["value"].isin(wanted), "area_m2"].sum())
        if expression.kind == "zonal_area":
            return found
        return found / float(table.zone_area_m2.sum())

    def _zonal_table(self, expression: ZonalExpression) -> "Zonal":
        """Answer the table of all classes: figures of one raster share it."""
        # GDAL and the compiled engine take a while to load; most figures need neither.
        from geo.zonal import zonal
        from layers.blocks import reader

        key = expression.model_dump_json(exclude={"kind", "classes"})
        if key not in self._tables:
            zones = self._kind(expression, _POLYGONAL).geometry
            values = self.catalog.raster(expression.raster)
            least = expression.at_least
            limits = None if least is None else np.array([-np.inf, least, np.inf])
            with reader(values) as read:
                table = zonal(zones, values.grid, read, breaks=limits)
            self._tables[key] = table
        return self._tables[key]

    def _layer(self, layer_id: str) -> VectorLayer:
        if layer_id not in self._layers:
            self.catalog.spec(layer_id)
            self._layers[layer_id] = self.catalog.vector(layer_id)
        return self._layers[layer_id]

    def _features(self, selection: Selection) -> gpd.GeoDataFrame:
        features = self._layer(selection.layer).features
        for column, wanted in selection.where.items():
            values = _column(features, selection.layer, column)
            accepted = wanted if isinstance(wanted, tuple) else (wanted,)
            features = features[values.isin(accepted)]
            if features.empty:
                raise LayerReadError(
                    "figure_value_unknown",
                    layer=selection.layer,
                    column=column,
                    value=listed([str(one) for one in accepted]),
                    choices=listed(sorted({str(one) for one in values}), 10),
                )
        return features

    def _kind(self, selection: Selection, types: tuple[int, ...]) -> gpd.GeoDataFrame:
        features = self._features(selection)
        kinds = shapely.get_type_id(features.geometry.to_numpy())
        kept = features[np.isin(kinds, types)]
        if kept.empty:
            code = "no_polygons" if types == _POLYGONAL else "figure_no_lines"
            raise GeometryError(code, where=selection.layer)
        return kept


def number(stated: Number) -> Quantity:
    """Answer a number of the document in its unit."""
    return published(stated.value, exact=stated.unit == "count")


def _column(features: gpd.GeoDataFrame, layer: str, column: str) -> pd.Series:
    if column == features.index.name:
        return features.index.to_series()
    if column not in features or column == features.geometry.name:
        known = [
            str(name) for name in features.columns if name != features.geometry.name
        ]
        choices = listed([str(features.index.name), *known], 20)
        raise LayerReadError(
            "figure_column_unknown", layer=layer, column=column, choices=choices
        )
    return features[column]


def _denominator(spec: LayerSpec, name: str) -> float:
    for one in spec.denominators:
        if one.id == name:
            return one.area_m2
    choices = listed([one.id for one in spec.denominators]) or "—"
    raise LayerReadError(
        "figure_denominator_unknown", layer=spec.id, value=name, choices=choices
    )


def _length_inside(lines: gpd.GeoSeries, shape: shapely.Geometry) -> float:
    inside = shapely.intersection(lines.to_numpy(), shape)
    return float(line_lengths(inside, coordinate_systems.ellipsoid(_crs(lines))).sum())


def _crs(geometry: gpd.GeoSeries) -> CRS:
    return coordinate_systems.require(geometry, "figures")
