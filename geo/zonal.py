"""Area of raster classes, and statistics of raster values, within zones.

Cells are weighted by the exact area of their part inside the zone
(:mod:`geo.cells`), on the ellipsoid. Each zone's table closes to the zone's
area: cells without a value and the part of the zone beyond the raster are rows of
their own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.area import lonlat_area, ring_areas
from geo.authalic import AreaForm, LonLatForm, PlaneForm
from geo.cells import cell_areas, covered_areas, cut
from geo.checks import require_plausible
from geo.crs import MAX_EDGE_M
from geo.errors import CoordinateError, GeometryError
from geo.grid import Grid, Window
from geo.robust import intersection
from geo.types import FloatArray
from geo.validity import require_valid

NODATA = "nodata"
"""Row of cells inside the zone that have no value."""

OUTSIDE = "outside"
"""Row of the part of the zone beyond the raster."""

MAX_EDGE_DEGREES = 0.001
"""Longest edge of a zone that is projected onto a raster: 100 m, whose chord leaves
the straight line in lon/lat by 0.2 mm."""

BLOCK_CELLS = 2_000_000
"""Cells computed at once: bounds memory to some 100 MB whatever the raster's size."""

Reader = Callable[[Window], np.ma.MaskedArray]
"""Answers the values of a window; masked where there is no value."""


@dataclass(frozen=True)
class Zonal:
    """Class areas and value statistics per zone.

    Parameters
    ----------
    classes : DataFrame
        Columns ``zone`` (label of the zones' index), ``value`` (a number,
        ``"nodata"`` or ``"outside"``), ``area_m2``, ``share`` (of the zone's area).
    statistics : DataFrame
        Indexed as the zones: ``area_m2`` with a value, ``mean``, ``std``, ``min``,
        ``max``; nan where no cell has a value.
    zone_area_m2 : Series
        Indexed as the zones; from the zone's geometry alone.
    """

    classes: pd.DataFrame
    statistics: pd.DataFrame
    zone_area_m2: pd.Series


def zonal(
    zones: gpd.GeoSeries,
    grid: Grid,
    read: Reader,
    *,
    breaks: FloatArray | None = None,
) -> Zonal:
    """Measure raster classes or value intervals in each zone.

    Parameters
    ----------
    zones : GeoSeries
        ``(n,)`` valid polygons, lon,lat in degrees, unique index. Zones may overlap
        each other.
    grid : Grid
        Of the raster; any safe CRS. On a projected grid the covered share of each
        cell is exact in the plane and its area ellipsoidal; the areas are then
        balanced to that of the zone's part on the raster, which moves them by less
        than 1e-7 for cells up to a kilometre.
    read : callable
        Answers the masked values of a :class:`~geo.grid.Window`, shape
        (rows, columns). NaN counts as masked.
    breaks : FloatArray, optional
        ``(b,)`` ascending: counts the values in ``[breaks[i], breaks[i + 1])`` under
        ``breaks[i]``; values below the first or from the last on go to the end
        intervals. Without it, each value is a class.

    Returns
    -------
    Zonal
        Rows by zone, then value ascending, then ``nodata``, then ``outside``. Rows of
        zero area are left out.

    Raises
    ------
    CRSError
        No CRS, not lon/lat, or an unsafe datum.
    CoordinateError
        Coordinates that are no degrees, or that the raster's plane cannot hold.
    GeometryError
        ``no_polygons`` when no zone has an area, ``geometry_invalid`` when a zone
        needs repair first.
    """
    crs = coordinate_systems.require(zones, "zones")
    coordinate_systems.require_lonlat(crs)
    require_plausible(zones, "zones")
    require_valid(zones, "zones")
    flat_crs = coordinate_systems.horizontal(grid.crs, "raster")
    coordinate_systems.require_safe_datum(flat_crs, "raster")
    areas = lonlat_area(zones.to_numpy(), coordinate_systems.ellipsoid(crs))
    if not areas.any():
        raise GeometryError("no_polygons", where="zones")
    sampler = _Sampler(replace(grid, crs=flat_crs), read)
    tallies = [
        sampler.tally(label, zone, area, breaks) if area else _Tally()
        for label, zone, area in zip(zones.index, zones.to_numpy(), areas, strict=True)
    ]
    return Zonal(
        _class_table(zones.index, areas, [tally.classes for tally in tallies]),
        pd.DataFrame([tally.statistics() for tally in tallies], index=zones.index),
        pd.Series(areas, index=zones.index, name="area_m2"),
    )


class _Sampler:
    """Values of a raster and their weights within one polygon at a time."""

    def __init__(self, grid: Grid, read: Reader) -> None:
        self._grid = grid
        self._read = read
        self._lonlat = grid.crs.is_geographic
        self._ellipsoid = coordinate_systems.ellipsoid(grid.crs)
        self._form: AreaForm = (
            LonLatForm(self._ellipsoid) if self._lonlat else PlaneForm()
        )

    def tally(
        self,
        label: object,
        zone: shapely.Geometry,
        area_m2: float,
        breaks: FloatArray | None,
    ) -> "_Tally":
        """Add up the cells of a zone."""
        tally = _Tally()
        shape = zone if self._lonlat else self._to_plane(label, zone)
        for values, weights in self._samples(shape):
            tally.add(values, weights, breaks)
        if not self._lonlat:
            tally.balance(self._area_on_raster(shape, area_m2))
        return tally

    def _to_plane(self, label: object, zone: shapely.Geometry) -> shapely.Geometry:
        """Densify in lon/lat, where the edges are straight, then project."""
        plane = self._grid.crs
        step = Transformer.from_crs(plane.geodetic_crs, plane, always_xy=True)
        dense = shapely.segmentize(zone, MAX_EDGE_DEGREES)
        degrees = shapely.get_coordinates(dense)
        points = np.column_stack(step.transform(*degrees.T))
        lost = ~np.isfinite(points).all(axis=1)
        if lost.any():
            lon, lat = degrees[np.argmax(lost)]
            raise CoordinateError(
                "coordinates_beyond_crs",
                where="zones",
                feature=str(label),
                value=f"{lon:.10g}, {lat:.10g}",
                crs=coordinate_systems.name(plane),
            )
        return shapely.set_coordinates(dense, points)

    def _samples(
        self, shape: shapely.Geometry
    ) -> Iterator[tuple[np.ma.MaskedArray, FloatArray]]:
        """Masked values and covered m2 of the touched cells, block by block."""
        rings = flat.from_geometry(shapely.orient_polygons([shape]))
        low, high = rings.coordinates.min(axis=0), rings.coordinates.max(axis=0)
        window = self._grid.window((low[0], low[1], high[0], high[1]))
        if window.is_empty:
            return
        pieces = cut(rings, self._grid, window)
        whole = float(ring_areas(rings, self._form)[0])
        for block in _blocks(window):
            start = block.row0 - window.row0
            own = pieces.in_rows(start, start + block.shape[0])
            weights = covered_areas(own, self._grid, self._form, block, whole)
            if not self._lonlat:
                cell = self._grid.dx * self._grid.dy
                weights = weights * (cell_areas(self._grid, block) / cell)
            touched = weights != 0.0
            if touched.any():
                yield self._read(block)[touched], weights[touched]

    def _area_on_raster(self, shape: shapely.Geometry, area_m2: float) -> float:
        """Area of a zone's part on a projected raster, from the geometry alone."""
        raster = shapely.box(*self._grid.bounds)
        if shapely.covers(raster, shapely.box(*shapely.bounds(shape))):
            return area_m2
        crs = self._grid.crs
        part = intersection(np.array([shape]), np.array([raster])).geometry
        dense = shapely.segmentize(part, MAX_EDGE_M / coordinate_systems.unit_m(crs))
        moved = shapely.transform(
            dense, lambda points: coordinate_systems.to_degrees(points, crs)
        )
        return float(lonlat_area(moved, self._ellipsoid)[0])


def _blocks(window: Window) -> Iterator[Window]:
    """Split a window into bands of rows of bounded size."""
    rows = max(1, BLOCK_CELLS // window.shape[1])
    for row in range(window.row0, window.row1, rows):
        stop = min(row + rows, window.row1)
        yield Window(row, stop, window.col0, window.col1)


class _Tally:
    """Running sums over the samples of one zone."""

    def __init__(self) -> None:
        self.classes: dict[float | str, float] = {}
        self._moments = np.zeros(3)
        self._range = (np.inf, -np.inf)

    def add(
        self,
        values: np.ma.MaskedArray,
        weights: FloatArray,
        breaks: FloatArray | None,
    ) -> None:
        """Take in one block."""
        empty = np.ma.getmaskarray(values)
        if np.issubdtype(values.dtype, np.floating):
            empty = empty | np.isnan(values.data)
        known, weight = np.asarray(values.data[~empty]), weights[~empty]
        self._count(NODATA, float(weights[empty].sum()))
        if not len(known):
            return
        keys, position = _keys(known, breaks)
        for key, total in zip(
            keys, flat.sum_by(position, weight, len(keys)), strict=True
        ):
            self._count(float(key), float(total))
        number = known.astype(np.float64)
        self._moments += [weight.sum(), weight @ number, weight @ number**2]
        low, high = self._range
        self._range = min(low, float(number.min())), max(high, float(number.max()))

    def _count(self, key: float | str, area_m2: float) -> None:
        self.classes[key] = self.classes.get(key, 0.0) + area_m2

    def balance(self, area_m2: float) -> None:
        """Scale all areas so that they add up to ``area_m2``.

        A cell's mean scale is not quite that of the part of it that a zone covers.
        """
        total = sum(self.classes.values())
        if total:
            factor = area_m2 / total
            self.classes = {key: m2 * factor for key, m2 in self.classes.items()}
            self._moments *= factor

    def statistics(self) -> dict[str, float]:
        """Area with a value, mean, standard deviation, smallest and largest value."""
        total, first, second = self._moments
        if total == 0.0:
            nothing = dict.fromkeys(("mean", "std", "min", "max"), np.nan)
            return {"area_m2": 0.0, **nothing}
        mean = first / total
        std = float(np.sqrt(max(second / total - mean**2, 0.0)))
        low, high = self._range
        return {"area_m2": total, "mean": mean, "std": std, "min": low, "max": high}


def _keys(
    known: np.ndarray, breaks: FloatArray | None
) -> tuple[np.ndarray, np.ndarray]:
    """Distinct classes and the class of each value."""
    if breaks is None:
        return np.unique(known, return_inverse=True)
    position = np.searchsorted(breaks, known, side="right") - 1
    return breaks[:-1], np.clip(position, 0, len(breaks) - 2)


def _class_table(
    index: pd.Index, areas: FloatArray, tallies: list[dict[float | str, float]]
) -> pd.DataFrame:
    rows: list[tuple[object, float | str, float, float]] = []
    for label, area, tally in zip(index, areas, tallies, strict=True):
        nodata = tally.pop(NODATA, 0.0)
        outside = area - nodata - sum(tally.values())
        ordered: list[tuple[float | str, float]] = sorted(
            tally.items(), key=lambda item: float(item[0])
        )
        ordered.append((NODATA, nodata))
        # Below rounding the zone lies wholly on the raster.
        ordered.append((OUTSIDE, outside if outside > 1e-9 * area else 0.0))
        rows += [(label, key, m2, m2 / area) for key, m2 in ordered if m2 != 0.0]
    return pd.DataFrame(rows, columns=["zone", "value", "area_m2", "share"])
