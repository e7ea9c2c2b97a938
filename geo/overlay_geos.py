"""The overlay by GEOS: every shared polygon is built, then measured.

The oracle of the compiled engine, and the way to go where somebody doubts it.
"""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.area import line_lengths, lonlat_area
from geo.authalic import Ellipsoid
from geo.measured import Balance, Measured, Once, retried
from geo.messages import Note
from geo.rings import sum_by
from geo.robust import difference, intersection, may_overlap, union_by
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray, ratio
from geo.validity import COLLECTION, polygons_of


class Pieces(NamedTuple):
    """The shared polygons of two layers and the pair each belongs to."""

    i: IntArray
    j: IntArray
    geometry: GeometryArray


def measure(
    left: gpd.GeoSeries,
    right: gpd.GeoSeries,
    ellipsoid: Ellipsoid,
    thin_m: float,  # noqa: ARG001 - every width is exact here
) -> Measured:
    """Build the shared polygons of two valid lon/lat layers and measure them.

    Raises
    ------
    GeometryError
        ``overlay_failed`` when GEOS gives up on a place.
    """
    return _Geos(left, right, ellipsoid).measured()


def shared_polygons(
    left: gpd.GeoSeries, right: gpd.GeoSeries
) -> tuple[Pieces, list[Note]]:
    """Build the polygons that the features of two layers share.

    Parameters
    ----------
    left, right : GeoSeries
        Valid polygons, lon,lat, unique indexes.

    Returns
    -------
    Pieces, list of Note
        Ordered by left, then right; pairs that only touch are left out. A pair that
        shares lines besides area keeps the area.
    """
    a = np.asarray(left.to_numpy(), dtype=object)
    b = np.asarray(right.to_numpy(), dtype=object)
    i, j = shapely.STRtree(b).query(a, predicate="intersects")
    order = np.lexsort((j, i))
    i, j = i[order], j[order]
    result = intersection(a[i], b[j])
    again = zip(i[result.retried], j[result.retried], strict=True)
    notes = retried([f"{left.index[k]} x {right.index[m]}" for k, m in again])
    mixed = int(np.sum(shapely.get_type_id(result.geometry) == COLLECTION))
    if mixed:
        notes.append(Note("overlay_lines_dropped", {"count": mixed}))
    pieces = polygons_of(result.geometry)
    keep = ~shapely.is_empty(pieces)
    return Pieces(i[keep], j[keep], pieces[keep]), notes


class _Geos:
    """The steps of one overlay, with what they share."""

    def __init__(
        self, left: gpd.GeoSeries, right: gpd.GeoSeries, ellipsoid: Ellipsoid
    ) -> None:
        self._left, self._right = left, right
        self._ellipsoid = ellipsoid
        self._pieces, self._notes = shared_polygons(left, right)

    def measured(self) -> Measured:
        """Form the pieces once; everything else is measured from them."""
        i, j, pieces = self._pieces
        a = np.asarray(self._left.to_numpy(), dtype=object)
        b = np.asarray(self._right.to_numpy(), dtype=object)
        areas = self._areas(pieces)
        perimeter = line_lengths(shapely.boundary(pieces), self._ellipsoid)
        return Measured(
            i,
            j,
            areas,
            ratio(2.0 * areas, perimeter),
            self._length_inside(a[i], b[j]),
            self._length_inside(b[j], a[i]),
            self._balance(self._left.index, a, i),
            self._balance(self._right.index, b, j),
            self._notes,
        )

    def _areas(self, geometry: GeometryArray) -> FloatArray:
        return lonlat_area(geometry, self._ellipsoid)

    def _length_inside(
        self, outline: GeometryArray, cover: GeometryArray
    ) -> FloatArray:
        """Metres of the outline of one polygon that run inside or along another."""
        lines = intersection(shapely.boundary(outline), cover).geometry
        return line_lengths(lines, self._ellipsoid)

    def _balance(
        self, index: pd.Index, geometry: GeometryArray, owner: IntArray
    ) -> Balance:
        """Sum, dissolved overlap and remainder of each feature, and of the layer."""
        covered = union_by(owner, self._pieces.geometry, len(geometry))
        rest = difference(geometry, covered.geometry)
        for result in (covered, rest):
            self._notes += retried([str(label) for label in index[result.retried]])
        whole, inside, outside = (
            self._areas(shape) for shape in (geometry, covered.geometry, rest.geometry)
        )
        total = sum_by(owner, self._areas(self._pieces.geometry), len(geometry))
        shared = may_overlap(geometry)
        once = Once(
            self._once(geometry, whole, shared),
            self._once(covered.geometry, inside, shared),
            self._once(rest.geometry, outside, shared),
        )
        return Balance(whole, total, inside, outside, once)

    def _once(
        self, geometry: GeometryArray, areas: FloatArray, shared: BoolArray
    ) -> float:
        """Area of all geometries, each place once; only the shared are dissolved."""
        one = np.zeros(int(shared.sum()), dtype=np.int64)
        dissolved = union_by(one, geometry[shared], 1)
        if dissolved.retried.any():
            self._notes += retried(["*"])
        return float(areas[~shared].sum() + self._areas(dissolved.geometry)[0])
