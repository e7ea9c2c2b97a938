"""Area of raster classes, and statistics of raster values, within zones.

Cells are weighted by the exact area of their part inside the zone, on the ellipsoid
(:mod:`geo.raster`). Each zone's table closes to the zone's area: cells without a value
and the part of the zone beyond the raster are rows of their own.

The raster is read once, band by band, for all zones (twice when percentiles of decimal
values are asked for); memory is bounded by the bands, not by the raster or the zones.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo.grid import Grid
from geo.raster import classes as tables
from geo.raster import lattice as lattices
from geo.raster.measure import Measured, Measurement
from geo.raster.run import THREADS, Progress, Run
from geo.raster.source import AnyReader, BlockReader, Reader, Source
from geo.raster.zones import Zones
from geo.types import NODATA, OUTSIDE, FloatArray

__all__ = ["NODATA", "OUTSIDE", "BlockReader", "Reader", "Zonal", "zonal"]


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
        ``max`` weighted by area, ``sum`` of value times covered share of cell (what a
        raster of counts per cell needs), and ``percentile_5`` and so on as asked for;
        nan where no cell has a value.
    zone_area_m2 : Series
        Indexed as the zones; from the zone's geometry alone.
    """

    classes: pd.DataFrame
    statistics: pd.DataFrame
    zone_area_m2: pd.Series


def zonal(
    zones: gpd.GeoSeries,
    grid: Grid,
    read: AnyReader,
    *,
    breaks: FloatArray | None = None,
    percentiles: Sequence[float] = (),
    threads: int = THREADS,
    band_rows: int | None = None,
    progress: Progress | None = None,
) -> Zonal:
    """Measure raster classes or value intervals in each zone, and value statistics.

    Parameters
    ----------
    zones : GeoSeries
        ``(n,)`` valid polygons, lon,lat in degrees, unique index. Zones may overlap
        each other.
    grid : Grid
        Of the raster; any safe CRS. On lon/lat grids areas are exact. On a projected
        grid the zones' edges keep within 1 mm of their curves
        (:mod:`geo.raster.project`) and a cell counts by its ellipsoidal area
        (:mod:`geo.raster.areas`) times its covered share in the plane; the areas are
        then balanced to that of the zone's part on the raster, which moves them by less
        than 1e-6 for cells up to a kilometre.
    read : callable
        Answers the values of a :class:`~geo.grid.Window`, shape (rows, columns),
        masked where there is none. A :class:`~geo.raster.source.BlockReader` is faster.
        Either is called from several threads at once.
    breaks : FloatArray, optional
        ``(b,)`` ascending: counts the values in ``[breaks[i], breaks[i + 1])`` under
        ``breaks[i]``; values below the first or from the last on go to the end
        intervals. Without it, each value is a class.
    percentiles : sequence of float
        0 to 100. The p-th is the least value of which a zone has at least p % of its
        area at or below it: exact, except that values of more than 32-bit precision are
        first rounded to float32 (6e-8 of the value).
    threads : int
        Bands worked on at once. No result depends on it, to the last bit.
    band_rows : int, optional
        Rows of a band, rounded up to multiples of 64. No result depends on it.
    progress : callable, optional
        Told how many bands are done and how many there are.

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
    grid = lattices.horizontal(grid)
    lattice = lattices.of_grid(grid)
    layer = Zones(zones, lattice)
    source = Source(read)
    run = Run(
        layer.rings,
        lattice,
        block_rows=source.block_shape[0],
        threads=threads,
        band_rows=band_rows,
    )
    measurement = Measurement(source, grid, len(zones), breaks, tuple(percentiles))
    measured = measurement.over(run, progress)
    scale, outside = layer.closed(measured.classes.zone, measured.classes.area)
    return _answer(zones.index, layer.area, measured, scale, outside)


def _answer(
    index: pd.Index,
    area: FloatArray,
    measured: Measured,
    scale: FloatArray,
    outside: FloatArray,
) -> Zonal:
    classes = measured.classes
    scaled = classes._replace(area=classes.area * scale[classes.zone])
    columns = dict(measured.statistics)
    columns["area_m2"] = columns["area_m2"] * scale
    return Zonal(
        tables.class_table(scaled, index, area, outside),
        pd.DataFrame(columns, index=index),
        pd.Series(area, index=index, name="area_m2"),
    )
