"""Two rasters tabulated against each other within zones.

Land cover by climate zone by league: the area of every pair of classes in every zone.
Each zone's table closes to the zone's area; where one raster has no value, or ends, it
counts as ``nodata`` or ``outside`` against the other's class.
"""

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.grid import Grid
from geo.raster.classes import Labels
from geo.raster.ledger import Ledger
from geo.raster.pairs import NO_VALUE, ExactPairs, PairSource, SampledPairs
from geo.raster.run import THREADS, Progress, Run
from geo.raster.source import AnyReader
from geo.raster.zones import Zones
from geo.rings import sum_by
from geo.types import NODATA, OUTSIDE, FloatArray, IntArray

_AREA, _UNCERTAIN = 0, 1


def crosstab(
    zones: gpd.GeoSeries,
    grid_a: Grid,
    read_a: AnyReader,
    grid_b: Grid,
    read_b: AnyReader,
    *,
    breaks_a: FloatArray | None = None,
    breaks_b: FloatArray | None = None,
    threads: int = THREADS,
    band_rows: int | None = None,
    progress: Progress | None = None,
) -> pd.DataFrame:
    """Measure the area of each pair of values of two rasters in each zone.

    Parameters
    ----------
    zones : GeoSeries
        ``(n,)`` valid polygons, lon,lat in degrees, unique index.
    grid_a, grid_b : Grid
        Any resolution. Two grids of one CRS, or both in lon/lat, are cut at each
        other's lines: the table is exact. Of two grids of different CRS the one with
        the larger cells is sampled at the centres of the other's cells: its borders
        move by at most half the diagonal of such a cell, and ``uncertainty_m2`` is the
        area of the cells that such a border can cross.
    read_a, read_b : callable
        As for :func:`geo.zonal.zonal`.
    breaks_a, breaks_b : FloatArray, optional
        Limits of intervals, as for :func:`geo.zonal.zonal`; without them, each value is
        a class.
    threads, band_rows, progress
        As for :func:`geo.zonal.zonal`; no result depends on the first two.

    Returns
    -------
    DataFrame
        ``zone``, ``value_a``, ``value_b`` (numbers, ``"nodata"`` or ``"outside"``),
        ``area_m2``, ``share`` of the zone's area, ``uncertainty_m2``: how much of the
        row may belong to other values of the sampled raster (0 where exact). Rows by
        zone, then value a, then value b, numbers first; none of zero area.

    Raises
    ------
    CRSError, CoordinateError, GeometryError
        As for :func:`geo.zonal.zonal`.
    """
    a = PairSource(grid_a, read_a, breaks_a)
    b = PairSource(grid_b, read_b, breaks_b)
    pairs = ExactPairs(a, b) if _one_crs(a.grid, b.grid) else _sampled(a, b)
    layer = Zones(zones, pairs.lattice)
    run = Run(
        layer.rings,
        pairs.lattice,
        block_rows=pairs.block_rows,
        threads=threads,
        band_rows=band_rows,
    )
    ledger, labels = Ledger(), Labels()
    for found in run.over_bands(pairs.on_band, progress):
        label = labels.of(found.names)
        ledger.add(found.zone, label[found.pair], found.amount)
    zone, label, amount = ledger.rows()
    return _table(zones.index, layer, zone, label, amount, labels)


def _one_crs(a: Grid, b: Grid) -> bool:
    """Whether cells of both grids are rectangles of one plane.

    Geographic systems that passed the door agree to decimetres.
    """
    if a.crs.is_geographic and b.crs.is_geographic:
        return True
    return bool(a.crs.equals(b.crs, ignore_axis_order=True))


def _sampled(a: PairSource, b: PairSource) -> SampledPairs:
    """Choose the grid with the smaller cells as the one that is cut exactly."""
    if a.cell_m <= b.cell_m:
        return SampledPairs(a, b, swapped=False)
    return SampledPairs(b, a, swapped=True)


def _table(
    index: pd.Index,
    layer: Zones,
    zone: IntArray,
    label: IntArray,
    amount: FloatArray,
    labels: Labels,
) -> pd.DataFrame:
    scale, outside = layer.closed(zone, amount[:, _AREA])
    names = np.array(labels.names, dtype=np.float64).reshape(-1, 2)[label]
    area, uncertain = (amount * scale[zone][:, np.newaxis]).T
    # What lies beyond both rasters joins what lies beyond them inside the lattice.
    beyond = np.flatnonzero(outside)
    zone = np.concatenate((zone, beyond))
    a = np.concatenate((names[:, 0], np.full(len(beyond), np.inf)))
    b = np.concatenate((names[:, 1], np.full(len(beyond), np.inf)))
    area = np.concatenate((area, outside[beyond]))
    uncertain = np.concatenate((uncertain, np.zeros(len(beyond))))
    order = np.lexsort((b, a, zone))
    zone, a, b = zone[order], a[order], b[order]
    new = np.ones(len(zone), dtype=bool)
    new[1:] = (np.diff(zone) != 0) | (a[1:] != a[:-1]) | (b[1:] != b[:-1])
    group, count = np.cumsum(new) - 1, int(new.sum())
    area_m2 = sum_by(group, area[order], count)
    frame = pd.DataFrame(
        {
            "zone": index.take(zone[new]),
            "value_a": _named(a[new]),
            "value_b": _named(b[new]),
            "area_m2": area_m2,
            "share": area_m2 / layer.area[zone[new]],
            "uncertainty_m2": sum_by(group, uncertain[order], count),
        }
    )
    return frame[frame["area_m2"] != 0.0].reset_index(drop=True)


def _named(values: FloatArray) -> np.ndarray:
    names = values.astype(object)
    names[values == NO_VALUE] = NODATA
    names[np.isinf(values)] = OUTSIDE
    return names
