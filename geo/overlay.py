r"""Overlap of two polygon layers: pair by pair, dissolved, with remainders and +/-.

Intersections are measured in longitude and latitude, where edges are straight, by the
closed form of :mod:`geo.area`: no projection distorts them, and the parts of a feature
add up to the feature. Two engines do it: ``kernel`` (:mod:`geo.engine`, compiled, no
geometry built) and ``geos`` (:mod:`geo.overlay_geos`, every piece built).

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

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import overlay_geos
from geo.area import lonlat_area
from geo.authalic import Ellipsoid
from geo.checks import require_plausible
from geo.errors import GeometryError
from geo.measured import Balance, Measured
from geo.messages import Note
from geo.types import BoolArray, FloatArray, IntArray, ratio
from geo.validity import require_valid

Engine = Literal["kernel", "geos"]
"""Who measures; both answer the same to 1e-9."""

Measure = Callable[[gpd.GeoSeries, gpd.GeoSeries, Ellipsoid, float], Measured]


def _kernel() -> Measure:
    # Imported when asked for: the compiler takes a second to load, and most commands
    # need none of it.
    from geo import overlay_kernel

    return overlay_kernel.measure


_ENGINES: dict[Engine, Callable[[], Measure]] = {
    "kernel": _kernel,
    "geos": lambda: overlay_geos.measure,
}


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


def overlap(
    left: Side,
    right: Side,
    *,
    sliver: SliverRule | None = None,
    engine: Engine = "kernel",
) -> Overlap:
    """Measure how two polygon layers overlap.

    Parameters
    ----------
    left, right : Side
        Same lon/lat CRS.
    sliver : SliverRule, optional
        Default thresholds of :class:`SliverRule`.
    engine : {"kernel", "geos"}
        Who measures; see the module's text.

    Returns
    -------
    Overlap
        For each feature of either layer ``overlap_dissolved_m2 + remainder_m2`` equals
        ``area_m2`` to rounding.

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
    rule = sliver or SliverRule()
    ellipsoid = coordinate_systems.ellipsoid(crs)
    measure = _ENGINES[engine]()
    measured = measure(left.geometry, right.geometry, ellipsoid, rule.width_m)
    return Overlap(
        _pairs(left, right, measured, rule),
        _features(left, measured.left),
        _features(right, measured.right),
        _totals(measured),
        tuple(measured.notes),
    )


def _require_usable(geometry: gpd.GeoSeries, where: str) -> CRS:
    crs = coordinate_systems.require(geometry, where)
    coordinate_systems.require_lonlat(crs)
    require_plausible(geometry, where)
    require_valid(geometry, where)
    if not lonlat_area(geometry.to_numpy(), coordinate_systems.ellipsoid(crs)).any():
        raise GeometryError("no_polygons", where=where)
    return crs


def _pairs(left: Side, right: Side, found: Measured, rule: SliverRule) -> pd.DataFrame:
    areas = found.area_m2
    share_left = ratio(areas, found.left.area_m2[found.i])
    sliver = slivers(areas, found.width_m, share_left, rule)
    return pd.DataFrame(
        {
            "left": left.geometry.index[found.i],
            "right": right.geometry.index[found.j],
            "area_m2": areas,
            "share_left": share_left,
            "share_right": ratio(areas, found.right.area_m2[found.j]),
            "uncertainty_m2": uncertainty(
                areas,
                (found.along_left_m, found.along_right_m),
                (_at(left.accuracy_m, found.i), _at(right.accuracy_m, found.j)),
                _at(left.change_m2, found.i) + _at(right.change_m2, found.j),
                sliver,
            ),
            "sliver": sliver,
        }
    )


def _at(column: pd.Series, position: IntArray) -> FloatArray:
    return np.asarray(column.to_numpy()[position], dtype=np.float64)


def slivers(
    area_m2: FloatArray, width_m: FloatArray, share_left: FloatArray, rule: SliverRule
) -> BoolArray:
    """Tell which pairs are boundary-sharing errors, ``(p,)`` each."""
    thin = (area_m2 < rule.area_m2) | (width_m < rule.width_m)
    return np.asarray(thin | (share_left < rule.share_left))


def uncertainty(
    area_m2: FloatArray,
    along_m: tuple[FloatArray, FloatArray],
    accuracy_m: tuple[FloatArray, FloatArray],
    moved_m2: FloatArray,
    sliver: BoolArray,
) -> FloatArray:
    """Follow the rule of the module's text; nan where an accuracy is unknown.

    Parameters
    ----------
    area_m2 : FloatArray
        ``(p,)``, as everything here: one value per pair.
    along_m, accuracy_m : tuple of FloatArray
        Of the left and of the right feature: metres of boundary in the other one, and
        standard positional error.
    moved_m2 : FloatArray
        Area that repairs of both features moved.
    sliver : BoolArray
        Of :func:`slivers`.
    """
    spread = np.hypot(accuracy_m[0] * along_m[0], accuracy_m[1] * along_m[1])
    total = spread + np.minimum(moved_m2, area_m2)
    doubtful = sliver & (total < area_m2)
    return np.asarray(np.where(doubtful, area_m2, total))


def _features(side: Side, balance: Balance) -> pd.DataFrame:
    columns = balance._asdict()
    del columns["once"]
    return pd.DataFrame(columns, index=side.geometry.index)


def _totals(found: Measured) -> dict[str, float]:
    left, right = found.left, found.right
    return {
        "left_m2": float(left.area_m2.sum()),
        "right_m2": float(right.area_m2.sum()),
        "left_dissolved_m2": left.once.area_m2,
        "right_dissolved_m2": right.once.area_m2,
        "overlap_sum_m2": float(found.area_m2.sum()),
        "overlap_dissolved_m2": left.once.overlap_m2,
        "left_remainder_m2": left.once.remainder_m2,
        "right_remainder_m2": right.once.remainder_m2,
    }
