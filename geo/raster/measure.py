"""What is measured of one raster within zones: classes, moments, percentiles."""

from typing import NamedTuple

import numpy as np

from geo.grid import Grid
from geo.raster import classes as tables
from geo.raster import encode, tally
from geo.raster.classes import Histogram, Label, Labels
from geo.raster.encode import Codes
from geo.raster.ledger import Ledger
from geo.raster.moments import MOMENTS, join_moments, tally_moments
from geo.raster.run import Progress, Run
from geo.raster.source import Patch, Source, mark_blocks
from geo.raster.tally import Band
from geo.types import FloatArray, IntArray


class Measured(NamedTuple):
    """What a raster has within zones.

    Parameters
    ----------
    classes : Histogram
        Of values, or of lower limits of intervals.
    statistics : dict
        Columns ``(zones,)`` by name.
    """

    classes: Histogram
    statistics: dict[str, FloatArray]


class Found(NamedTuple):
    """What one band adds; empty where a raster needs no such thing."""

    zone: IntArray
    code: IntArray
    amount: FloatArray
    values: FloatArray
    moments: tuple[IntArray, FloatArray] | None
    keys: tuple[IntArray, IntArray, FloatArray] | None


class Measurement:
    """Measures one raster.

    Parameters
    ----------
    source : Source
    grid : Grid
        Of the raster.
    zones : int
    breaks : FloatArray or None
    percentiles : tuple of float
    """

    def __init__(
        self,
        source: Source,
        grid: Grid,
        zones: int,
        breaks: FloatArray | None,
        percentiles: tuple[float, ...],
    ) -> None:
        self._source, self._grid, self._zones = source, grid, zones
        self._breaks, self._percentiles = breaks, percentiles
        self._labels, self._ledger = Labels(), Ledger()
        self._key_ledger = Ledger()
        self._moments = np.zeros((zones, MOMENTS))
        self._moments[:, 6:8] = np.inf, -np.inf
        self._narrow = True

    def over(self, run: Run, progress: Progress | None) -> Measured:
        """Read the raster once, and once more for percentiles of decimal values."""
        for found in run.over_bands(self._on_band, progress):
            self._take(found)
        whole = tables.histogram(self._ledger, self._labels)
        if self._narrow:
            return self._of_histogram(whole)
        total = self._moments
        columns = tables.moments_to_statistics(
            total[:, 0], total[:, 3], *total[:, 4:9].T
        )
        if self._percentiles:
            columns.update(self._named(self._exact_percentiles(run, progress)))
        return Measured(whole, columns)

    def _of_histogram(self, whole: Histogram) -> Measured:
        """Answer everything from the histogram of values that are their own codes."""
        columns = tables.statistics(whole, self._zones)
        known = whole.known
        rows = tables.percentile_rows(known, self._zones, self._percentiles)
        columns.update(self._named(np.append(known.value, np.nan)[rows]))
        if self._breaks is None:
            return Measured(whole, columns)
        return Measured(tables.by_intervals(whole, self._breaks), columns)

    def _named(self, values: FloatArray) -> dict[str, FloatArray]:
        names = map(tables.percentile_name, self._percentiles)
        return dict(zip(names, values.T, strict=True))

    def _patch(self, band: Band) -> Patch:
        return read_patch(self._source, band, self._grid.width)

    def _on_band(self, band: Band) -> Found:
        patch = self._patch(band)
        place = patch.row0, patch.col0
        if encode.is_narrow(patch.values.dtype):
            codes = encode.encode_narrow(patch.values, self._source.nodata)
            return Found(
                *tally.tally_codes(band, codes, *place), codes.values, None, None
            )
        decimal = encode.decimals(patch.values, self._source.nodata)
        codes = encode.encode_decimals(decimal, self._breaks)
        counted = tally.tally_codes(band, codes, *place)
        moments = tally_moments(band, decimal, *place)
        keys = None
        if self._percentiles:
            upper = (encode.ordered(decimal) >> np.uint32(16)).astype(np.uint16)
            every = Codes(upper, np.arange(2.0**16))
            halves = encode.compact(every)
            zone, code, amount = tally.tally_codes(band, halves, *place)
            keys = zone, halves.values.astype(np.int64)[code], amount
        return Found(*counted, codes.values, moments, keys)

    def _take(self, found: Found) -> None:
        used, code = np.unique(found.code, return_inverse=True)
        names: list[Label] = [
            "nan" if np.isnan(value) else value for value in found.values[used].tolist()
        ]
        label = self._labels.of(names)
        self._ledger.add(found.zone, label[code], found.amount)
        if found.moments is not None:
            self._narrow = False
            join_moments(*found.moments, self._moments)
        if found.keys is not None:
            self._key_ledger.add(*found.keys)

    def _exact_percentiles(self, run: Run, progress: Progress | None) -> FloatArray:
        """Percentiles by two looks at 16 bits each of the ordered values.

        The first pass counted the upper halves; the second counts the lower halves of
        the few cells whose upper half holds a percentile.
        """
        zone, half, amount = self._key_ledger.rows()
        real = half < int(encode.NO_KEY) >> 16
        upper = Histogram(zone[real], half[real].astype(float), *amount[real].T)
        rows = tables.percentile_rows(upper, self._zones, self._percentiles)
        halves = np.append(upper.value, np.nan)[rows]
        wanted = np.where(np.isnan(halves), 2**16 - 1, halves).astype(np.uint16)
        ledger = Ledger()

        def on_band(band: Band) -> tuple[IntArray, FloatArray]:
            patch = self._patch(band)
            decimal = encode.decimals(patch.values, self._source.nodata)
            keys = encode.ordered(decimal)
            return tally.tally_keys(band, keys, patch.row0, patch.col0, wanted)

        for found in run.over_bands(on_band, progress):
            ledger.add_keys(*found)
        zone, key, amount = ledger.rows()
        return _joined(upper, zone, key, amount, self._zones, self._percentiles)


def _joined(
    upper: Histogram,
    zone: IntArray,
    key: IntArray,
    amount: FloatArray,
    zones: int,
    percentiles: tuple[float, ...],
) -> FloatArray:
    """Percentiles of keys; halves without one stand in with their whole area."""
    real = key < int(encode.NO_KEY)
    zone, key, amount = zone[real], key[real], amount[real]
    split = (zone << 16) | (key >> 16)
    coarse = (upper.zone << 16) | upper.value.astype(np.int64)
    whole = ~np.isin(coarse, split)
    every = Histogram(
        np.concatenate((upper.zone[whole], zone)),
        np.concatenate((upper.value[whole] * 2.0**16, key.astype(np.float64))),
        np.concatenate((upper.area[whole], amount[:, 0])),
        np.concatenate((upper.cells[whole], amount[:, 1])),
    )
    order = np.lexsort((every.value, every.zone))
    table = every.where(order)
    rows = tables.percentile_rows(table, zones, percentiles)
    values = encode.from_ordered(table.value.astype(np.uint32))
    return np.append(values, np.nan)[rows]


def read_patch(source: Source, band: Band, width: int) -> Patch:
    """Read the rows and blocks of columns of a raster that a band's runs touch."""
    runs, step = band.runs, source.block_shape[1]
    needed = np.zeros(-(-width // step), dtype=bool)
    mark_blocks(runs.start, runs.stop, 0, len(runs.row), step, needed)
    return source.read(int(runs.row[0]), int(runs.row[-1]) + 1, needed, width)
