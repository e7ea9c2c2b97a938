"""Area of raster classes, and statistics of raster values, within zones.

Cells are weighted by the exact area of their part inside the zone
(:mod:`geo.cells`), on the ellipsoid. Each zone's table closes to the zone's
area: cells without a value and the part of the zone beyond the raster are rows of
their own.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Proj, Transformer

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.area import lonlat_area
from geo.authalic import AreaForm, LonLatForm, PlaneForm
from geo.cells import covered_areas, cut
from geo.errors import GeometryError
from geo.grid import Grid, Window
from geo.rings import Rings
from geo.types import FloatArray

NODATA = "nodata"
"""Row of cells inside the zone that have no value."""

OUTSIDE = "outside"
"""Row of the part of the zone beyond the raster."""

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
        Of the raster; any safe CRS. On a projected grid covered areas are computed
        in the plane and divided by the areal scale of each cell's centre.
    read : callable
        Answers the masked values of a :class:`~geo.grid.Window`, shape
        (rows, columns).
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
    GeometryError
        ``no_polygons`` when no zone has an area.
    """
    crs = coordinate_systems.require(zones, "zones")
    coordinate_systems.require_lonlat(crs)
    coordinate_systems.require_safe_datum(grid.crs, "raster")
    areas = lonlat_area(zones.to_numpy(), coordinate_systems.ellipsoid(crs))
    if not areas.any():
        raise GeometryError("no_polygons", where="zones")
    sampler = _Sampler(grid, read)
    tallies = [
        _tally(sampler.samples(geometry), breaks) for geometry in zones.to_numpy()
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
        self._form: AreaForm = (
            LonLatForm(coordinate_systems.ellipsoid(grid.crs))
            if self._lonlat
            else PlaneForm()
        )

    def samples(
        self, geometry: shapely.Geometry | None
    ) -> Iterator[tuple[np.ma.MaskedArray, FloatArray]]:
        """Masked values and covered m2 of the touched cells, block by block."""
        rings = self._rings(geometry)
        if not len(rings.coordinates):
            return
        low, high = rings.coordinates.min(axis=0), rings.coordinates.max(axis=0)
        window = self._grid.window((low[0], low[1], high[0], high[1]))
        if window.is_empty:
            return
        pieces = cut(rings, self._grid, window)
        for block in _blocks(window):
            start = block.row0 - window.row0
            own = pieces.in_rows(start, start + block.shape[0])
            weights = covered_areas(own, self._grid, self._form, block)
            if not self._lonlat:
                weights = weights / _areal_scale(self._grid, block)
            touched = weights != 0.0
            if touched.any():
                yield self._read(block)[touched], weights[touched]

    def _rings(self, geometry: shapely.Geometry | None) -> Rings:
        if not self._lonlat:
            geometry = _to_plane(geometry, self._grid.crs)
        return flat.from_geometry(shapely.orient_polygons([geometry]))


def _blocks(window: Window) -> Iterator[Window]:
    """Split a window into bands of rows of bounded size."""
    rows = max(1, BLOCK_CELLS // window.shape[1])
    for row in range(window.row0, window.row1, rows):
        stop = min(row + rows, window.row1)
        yield Window(row, stop, window.col0, window.col1)


def _to_plane(geometry: shapely.Geometry | None, plane: CRS) -> shapely.Geometry | None:
    """Densify in lon/lat, where the edges are straight, then project."""
    step = Transformer.from_crs(plane.geodetic_crs, plane, always_xy=True)
    dense = shapely.segmentize(geometry, 0.001)
    return shapely.transform(dense, lambda xy: np.column_stack(step.transform(*xy.T)))


def _areal_scale(grid: Grid, window: Window) -> FloatArray:
    """Plane area over ellipsoidal area at the centres of a window's cells."""
    x = grid.column_edges(np.arange(window.col0, window.col1, dtype=np.float64) + 0.5)
    y = grid.row_edges(np.arange(window.row0, window.row1, dtype=np.float64) + 0.5)
    step = Transformer.from_crs(grid.crs, grid.crs.geodetic_crs, always_xy=True)
    lon, lat = step.transform(*np.meshgrid(x, y))
    return np.asarray(Proj(grid.crs).get_factors(lon, lat).areal_scale)


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


def _tally(
    samples: Iterator[tuple[np.ma.MaskedArray, FloatArray]], breaks: FloatArray | None
) -> _Tally:
    tally = _Tally()
    for values, weights in samples:
        tally.add(values, weights, breaks)
    return tally


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
