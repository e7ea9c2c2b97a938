r"""Overlap of two polygon layers: pair by pair, dissolved, with remainders and +/-.

Intersections are formed in longitude and latitude, where edges are straight, and
measured by the closed form of :mod:`geo.area`: no projection distorts them, and the
parts of a feature add up to the feature.

Uncertainty
    A boundary that is off by :math:`\sigma` metres over a length :math:`L` moves an
    area by at most :math:`\sigma L`. Of the overlap of A and B, the boundary of A
    counts where it runs inside B (length :math:`L_A`) and that of B where it runs
    inside A (:math:`L_B`); the two sources are independent, so
    :math:`u = \sqrt{(\sigma_A L_A)^2 + (\sigma_B L_B)^2} + r`, with :math:`r` the area
    that repairs of either feature moved, at most the whole overlap. The first term
    is a bound for an error that stays on one side all along the boundary; errors that
    change sides partly cancel, so the true spread is smaller. A sliver is uncertain by
    at least all of itself.
"""

from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.area import line_lengths, lonlat_area
from geo.authalic import Ellipsoid
from geo.checks import require_plausible
from geo.errors import GeometryError
from geo.messages import Note, listed
from geo.rings import sum_by
from geo.robust import (
    RETRY_GRID_DEGREES,
    difference,
    intersection,
    may_overlap,
    union_by,
)
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray
from geo.validity import COLLECTION, polygons_of, require_valid


@dataclass(frozen=True)
class SliverRule:
    """What counts as a boundary-sharing error rather than an overlap.

    Parameters
    ----------
    area_m2 : float
        Smaller overlaps are slivers.
    width_m : float
        So are those whose mean width, twice the area over the perimeter, is less.
    share_left : float
        So are those that cover a smaller share of the left feature; 0 switches this
        off, since a small lake in a large league is no error. The conflict check of a
        parcel uses 1e-4 (domain facts, section 2.5, like the other two).
    """

    area_m2: float = 1.0
    width_m: float = 0.1
    share_left: float = 0.0


@dataclass(frozen=True)
class Side:
    """One layer of an overlay.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)`` valid polygons, lon,lat, unique index; features may overlap each
        other.
    accuracy_m : Series
        ``(n,)`` standard positional error of each outline, metres; nan where nobody
        states it, which makes the uncertainty of its overlaps nan.
    change_m2 : Series
        ``(n,)`` area that repair moved.
    """

    geometry: gpd.GeoSeries
    accuracy_m: pd.Series
    change_m2: pd.Series

    @classmethod
    def of(cls, geometry: gpd.GeoSeries, accuracy_m: float = np.nan) -> "Side":
        """Give all features the same accuracy and no repair."""
        index = geometry.index
        return cls(
            geometry, pd.Series(accuracy_m, index=index), pd.Series(0.0, index=index)
        )


@dataclass(frozen=True)
class Overlap:
    """The table of an overlay; every row and total in m2.

    Parameters
    ----------
    pairs : DataFrame
        ``left``, ``right`` (labels), ``area_m2``, ``share_left``, ``share_right``,
        ``uncertainty_m2``, ``sliver``; pairs that only touch are left out.
    left, right : DataFrame
        Indexed as the layers: ``area_m2``, ``overlap_sum_m2`` (sum over the other
        layer's features), ``overlap_dissolved_m2`` (each place once),
        ``remainder_m2`` (outside the other layer).
    totals : dict
        ``left_m2``, ``right_m2`` (sums of features), ``left_dissolved_m2``,
        ``right_dissolved_m2`` (each place once), ``overlap_sum_m2``,
        ``overlap_dissolved_m2``, ``left_remainder_m2``, ``right_remainder_m2``
        (each place once).
    notes : tuple of Note
        What had to be done to get there.
    """

    pairs: pd.DataFrame
    left: pd.DataFrame
    right: pd.DataFrame
    totals: dict[str, float]
    notes: tuple[Note, ...]


def overlap(left: Side, right: Side, *, sliver: SliverRule | None = None) -> Overlap:
    """Measure how two polygon layers overlap.

    Parameters
    ----------
    left, right : Side
        Same lon/lat CRS.
    sliver : SliverRule, optional
        Default thresholds of :class:`SliverRule`.

    Returns
    -------
    Overlap
        For each feature of either layer ``overlap_dissolved_m2 + remainder_m2`` equals
        ``area_m2`` to rounding; both are computed, neither is a difference.

    Raises
    ------
    CRSError
        No CRS, different ones, or not lon/lat.
    CoordinateError
        Coordinates that are no degrees.
    GeometryError
        ``no_polygons`` when a layer has no area, ``geometry_invalid`` when a feature
        needs repair first, ``overlay_failed`` when GEOS gives up on a place.
    """
    crs = _require_usable(left.geometry, "left")
    coordinate_systems.require_same(crs, _require_usable(right.geometry, "right"))
    return _Overlay(left, right, coordinate_systems.ellipsoid(crs)).run(
        sliver or SliverRule()
    )


def _require_usable(geometry: gpd.GeoSeries, where: str) -> CRS:
    crs = coordinate_systems.require(geometry, where)
    coordinate_systems.require_lonlat(crs)
    require_plausible(geometry, where)
    require_valid(geometry, where)
    return crs


class _Overlay:
    """The steps of one overlay, with what they share."""

    def __init__(self, left: Side, right: Side, ellipsoid: Ellipsoid) -> None:
        self._left, self._right = left, right
        self._ellipsoid = ellipsoid
        self._notes: list[Note] = []
        self._a = np.asarray(left.geometry.to_numpy(), dtype=object)
        self._b = np.asarray(right.geometry.to_numpy(), dtype=object)
        self._area_a = self._require_area(self._a, "left")
        self._area_b = self._require_area(self._b, "right")

    def run(self, rule: SliverRule) -> Overlap:
        """Form the pieces once; everything else is measured from them."""
        i, j, pieces = self._pieces()
        areas = self._areas(pieces)
        pairs = pd.DataFrame(
            {
                "left": self._left.geometry.index[i],
                "right": self._right.geometry.index[j],
                "area_m2": areas,
                "share_left": _ratio(areas, self._area_a[i]),
                "share_right": _ratio(areas, self._area_b[j]),
                "uncertainty_m2": self._uncertainty(i, j, areas),
            }
        )
        pairs["sliver"] = self._is_sliver(pieces, pairs, rule)
        doubtful = pairs["sliver"] & (pairs["uncertainty_m2"] < areas)
        pairs.loc[doubtful, "uncertainty_m2"] = areas[doubtful]
        left, left_once = self._features(self._left.geometry.index, self._a, i, pieces)
        right, right_once = self._features(
            self._right.geometry.index, self._b, j, pieces
        )
        totals = {
            "left_m2": float(left["area_m2"].sum()),
            "right_m2": float(right["area_m2"].sum()),
            "left_dissolved_m2": left_once.area_m2,
            "right_dissolved_m2": right_once.area_m2,
            "overlap_sum_m2": float(areas.sum()),
            "overlap_dissolved_m2": left_once.overlap_m2,
            "left_remainder_m2": left_once.remainder_m2,
            "right_remainder_m2": right_once.remainder_m2,
        }
        return Overlap(pairs, left, right, totals, tuple(self._notes))

    def _require_area(self, geometry: GeometryArray, where: str) -> FloatArray:
        areas = self._areas(geometry)
        if not areas.any():
            raise GeometryError("no_polygons", where=where)
        return areas

    def _areas(self, geometry: GeometryArray) -> FloatArray:
        return lonlat_area(geometry, self._ellipsoid)

    def _pieces(self) -> tuple[IntArray, IntArray, GeometryArray]:
        """Positions of the pairs that share area, and the shared polygons."""
        i, j = shapely.STRtree(self._b).query(self._a, predicate="intersects")
        order = np.lexsort((j, i))
        i, j = i[order], j[order]
        result = intersection(self._a[i], self._b[j])
        retried = zip(i[result.retried], j[result.retried], strict=True)
        left, right = self._left.geometry.index, self._right.geometry.index
        self._note_retried([f"{left[a]} x {right[b]}" for a, b in retried])
        self._note_dropped(result.geometry)
        pieces = polygons_of(result.geometry)
        keep = ~shapely.is_empty(pieces)
        return i[keep], j[keep], pieces[keep]

    def _note_retried(self, names: list[str]) -> None:
        if names:
            details = {"count": len(names), "pairs": listed(names)}
            grid = {"grid_degrees": RETRY_GRID_DEGREES}
            self._notes.append(Note("overlay_retried", {**details, **grid}))

    def _note_dropped(self, geometry: GeometryArray) -> None:
        """Count intersections that are area and line at once; the line has no area."""
        mixed = int(np.sum(shapely.get_type_id(geometry) == COLLECTION))
        if mixed:
            self._notes.append(Note("overlay_lines_dropped", {"count": mixed}))

    def _uncertainty(self, i: IntArray, j: IntArray, areas: FloatArray) -> FloatArray:
        sigma_a = self._left.accuracy_m.to_numpy()[i]
        sigma_b = self._right.accuracy_m.to_numpy()[j]
        known = np.isfinite(sigma_a) & np.isfinite(sigma_b)
        spread = np.full(len(i), np.nan)
        a, b = self._a[i[known]], self._b[j[known]]
        inside_b = self._length_inside(a, b)
        inside_a = self._length_inside(b, a)
        spread[known] = np.hypot(sigma_a[known] * inside_b, sigma_b[known] * inside_a)
        moved = self._left.change_m2.to_numpy()[i] + self._right.change_m2.to_numpy()[j]
        return np.asarray(spread + np.minimum(moved, areas))

    def _length_inside(
        self, outline: GeometryArray, cover: GeometryArray
    ) -> FloatArray:
        """Metres of the outline of one polygon that run inside or along another."""
        lines = intersection(shapely.boundary(outline), cover).geometry
        return line_lengths(lines, self._ellipsoid)

    def _is_sliver(
        self, pieces: GeometryArray, pairs: pd.DataFrame, rule: SliverRule
    ) -> BoolArray:
        area = pairs["area_m2"].to_numpy()
        perimeter = line_lengths(shapely.boundary(pieces), self._ellipsoid)
        width = _ratio(2.0 * area, perimeter)
        share = pairs["share_left"].to_numpy()
        return np.asarray(
            (area < rule.area_m2) | (width < rule.width_m) | (share < rule.share_left)
        )

    def _features(
        self,
        index: pd.Index,
        geometry: GeometryArray,
        owner: IntArray,
        pieces: GeometryArray,
    ) -> tuple[pd.DataFrame, "_Once"]:
        """Sum, dissolved overlap and remainder of each feature, and of the layer."""
        covered = union_by(owner, pieces, len(geometry))
        rest = difference(geometry, covered.geometry)
        for result in (covered, rest):
            self._note_retried([str(label) for label in index[result.retried]])
        table = pd.DataFrame(
            {
                "area_m2": self._areas(geometry),
                "overlap_sum_m2": sum_by(owner, self._areas(pieces), len(geometry)),
                "overlap_dissolved_m2": self._areas(covered.geometry),
                "remainder_m2": self._areas(rest.geometry),
            },
            index=index,
        )
        shared = may_overlap(geometry)
        once = _Once(
            self._once(geometry, table["area_m2"], shared),
            self._once(covered.geometry, table["overlap_dissolved_m2"], shared),
            self._once(rest.geometry, table["remainder_m2"], shared),
        )
        return table, once

    def _once(
        self, geometry: GeometryArray, areas: pd.Series, shared: BoolArray
    ) -> float:
        """Area of all geometries, each place once; only the shared are dissolved."""
        alone = float(areas.to_numpy()[~shared].sum())
        one = np.zeros(int(shared.sum()), dtype=np.int64)
        dissolved = union_by(one, geometry[shared], 1)
        if dissolved.retried.any():
            self._note_retried(["*"])
        return alone + float(self._areas(dissolved.geometry)[0])


class _Once(NamedTuple):
    """Areas of a layer, its overlap and its remainder, each place once, m2."""

    area_m2: float
    overlap_m2: float
    remainder_m2: float


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``; 0 where the whole is 0: a polygon thinner than rounding."""
    result = np.zeros_like(part)
    return np.divide(part, whole, out=result, where=whole > 0.0)
