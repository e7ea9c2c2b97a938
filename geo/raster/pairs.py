"""Pairs of values of two rasters on the cells of one lattice."""

from typing import NamedTuple

import numpy as np

from geo import crs as coordinate_systems
from geo.grid import Grid, Window
from geo.jit import compiled
from geo.raster import encode, lattice, tally
from geo.raster.classes import Label
from geo.raster.encode import Codes
from geo.raster.sample import Placement
from geo.raster.source import AnyReader, Source, mark_blocks
from geo.raster.tally import Band
from geo.types import BoolArray, FloatArray, IntArray

NO_VALUE = 1.7e308
"""Stands for "no value" in a pair: sorts after every value and before "outside"."""

_DEGREE_M = 111_000.0


class Layer(NamedTuple):
    """Small codes of a part of a raster; the last code stands for "outside".

    Parameters
    ----------
    codes : Codes
    row0, col0 : int
        Where the part starts in the raster.
    """

    codes: Codes
    row0: int
    col0: int


class PairSource:
    """One of the two rasters.

    Parameters
    ----------
    grid : Grid
    read : Reader or BlockReader
    breaks : FloatArray or None
    """

    def __init__(self, grid: Grid, read: AnyReader, breaks: FloatArray | None) -> None:
        self.grid, self._breaks = lattice.horizontal(grid), breaks
        self.source = Source(read)
        unit_m = _DEGREE_M
        if not self.grid.crs.is_geographic:
            unit_m = coordinate_systems.unit_m(self.grid.crs)
        self.cell_m = float(np.sqrt(grid.dx * grid.dy)) * unit_m

    def layer(self, rows: IntArray, columns: IntArray) -> Layer:
        """Read what holds all given rows and columns; -1 asks for nothing."""
        rows, columns = rows[rows >= 0], columns[columns >= 0]
        if not len(rows) or not len(columns):
            nothing = np.zeros((0, 0), dtype=np.int32)
            return Layer(Codes(nothing, np.array([np.inf])), 0, 0)
        step, width = self.source.block_shape[1], self.grid.width
        needed = np.zeros(-(-width // step), dtype=bool)
        needed[columns // step] = True
        patch = self.source.read(int(rows.min()), int(rows.max()) + 1, needed, width)
        codes = self._coded(patch.values)
        values = np.append(codes.values, np.inf)
        return Layer(Codes(codes.cells, values), patch.row0, patch.col0)

    def _coded(self, values: np.ndarray) -> Codes:
        nodata, breaks = self.source.nodata, self._breaks
        if not encode.is_narrow(values.dtype):
            decimal = encode.decimals(values, nodata)
            return encode.compact(encode.encode_decimals(decimal, breaks))
        codes = encode.compact(encode.encode_narrow(values, nodata))
        if breaks is None:
            return codes
        place = np.searchsorted(breaks, codes.values, side="right") - 1
        lower = breaks[np.clip(place, 0, len(breaks) - 2)]
        lower[np.isnan(codes.values)] = np.nan
        return Codes(codes.cells, lower)


class FoundPairs(NamedTuple):
    """What one band adds.

    Parameters
    ----------
    zone, pair : IntArray
        Pairs are positions in ``names``.
    amount : FloatArray
        ``(n, 2)``: m2, and m2 of cells that a border of the sampled raster can cross.
    names : list of (float, float)
        ``NO_VALUE`` for "no value", inf for "outside".
    """

    zone: IntArray
    pair: IntArray
    amount: FloatArray
    names: list[Label]


class ExactPairs:
    """Two grids of one CRS, cut at each other's lines.

    Parameters
    ----------
    a, b : PairSource
    """

    def __init__(self, a: PairSource, b: PairSource) -> None:
        self._a, self._b = a, b
        self._refined = lattice.refined(a.grid, b.grid)
        self.lattice = self._refined.lattice
        self.block_rows = max(a.source.block_shape[0], b.source.block_shape[0])

    def on_band(self, band: Band) -> FoundPairs:
        """Tally the pairs of a band."""
        window, needed = _extent(band, self.lattice.columns)
        rows = [part[window.row0 : window.row1] for part in self._refined.rows]
        columns = [part[window.col0 : window.col1] for part in self._refined.columns]
        a, b = (
            raster.layer(r, c[needed])
            for raster, r, c in zip((self._a, self._b), rows, columns, strict=True)
        )
        cells = np.empty(window.shape, dtype=np.int32)
        _combine(*_shifted(a, rows[0], columns[0]), *_shifted(b, rows[1], columns[1]),
                 len(b.codes.values), cells)  # fmt: skip
        names = _names(a.codes.values, b.codes.values)
        zone, pair, amount = tally.tally_codes(
            band, Codes(cells, np.zeros(len(names))), window.row0, window.col0
        )
        exact = np.column_stack((amount[:, 0], np.zeros(len(pair))))
        return FoundPairs(zone, pair, exact, _keys(names))


class SampledPairs:
    """A grid cut exactly, and one of another CRS sampled at its cells' centres.

    Parameters
    ----------
    base, other : PairSource
    swapped : bool
        Whether the base is the second raster of the question.
    """

    def __init__(self, base: PairSource, other: PairSource, *, swapped: bool) -> None:
        self._base, self._other, self._swapped = base, other, swapped
        self.lattice = lattice.of_grid(base.grid)
        self.block_rows = base.source.block_shape[0]
        self._placement = Placement(base.grid, other.grid)

    def on_band(self, band: Band) -> FoundPairs:
        """Tally the pairs of a band, apart for cells that a border can cross."""
        window, needed = _extent(band, self.lattice.columns)
        rows = np.arange(window.row0, window.row1)
        columns = np.arange(window.col0, window.col1)
        base = self._base.layer(rows, columns[needed])
        centre_at = self._placement.cells(window, 0.5)
        wider = window._replace(row1=window.row1 + 1, col1=window.col1 + 1)
        corner_at = self._placement.cells(wider, 0.0)
        every = [
            np.concatenate((c.ravel(), k.ravel()))
            for c, k in zip(centre_at, corner_at, strict=True)
        ]
        on_other = (every[0] >= 0) & (every[1] >= 0)
        other = self._other.layer(every[0][on_other], every[1][on_other])
        centre, corner = _looked_up(other, *centre_at), _looked_up(other, *corner_at)
        first = base.codes.cells[:, window.col0 - base.col0 :][:, : window.shape[1]]
        count = len(other.codes.values)
        cells = ((first * count + centre) * 2 + _crossed(centre, corner)).astype(
            np.int32
        )
        names = _names(base.codes.values, other.codes.values)
        zone, code, amount = tally.tally_codes(
            band, Codes(cells, np.zeros(2 * len(names))), window.row0, window.col0
        )
        area = amount[:, 0]
        amounts = np.column_stack((area, np.where(code % 2 == 1, area, 0.0)))
        if self._swapped:
            names = names[:, ::-1]
        return FoundPairs(zone, code // 2, amounts, _keys(names))


def _extent(band: Band, columns: int) -> tuple[Window, BoolArray]:
    """Window of a band's runs, and which of its columns a run touches."""
    runs = band.runs
    touched = np.zeros(columns, dtype=bool)
    mark_blocks(runs.start, runs.stop, 0, len(runs.row), 1, touched)
    col0, col1 = int(runs.start.min()), int(runs.stop.max())
    window = Window(int(runs.row[0]), int(runs.row[-1]) + 1, col0, col1)
    return window, touched[col0:col1]


def _shifted(
    layer: Layer, rows: IntArray, columns: IntArray
) -> tuple[np.ndarray, IntArray, IntArray, int]:
    """Cells of a layer and, by lattice line, where in them; -1 for "outside"."""
    outside = len(layer.codes.values) - 1
    height, width = layer.codes.cells.shape
    row, column = rows - layer.row0, columns - layer.col0
    row[(rows < 0) | (row >= height)] = -1
    column[(columns < 0) | (column < 0) | (column >= width)] = -1
    return layer.codes.cells, row, column, outside


@compiled
def _combine(
    a: np.ndarray,
    row_a: IntArray,
    col_a: IntArray,
    outside_a: int,
    b: np.ndarray,
    row_b: IntArray,
    col_b: IntArray,
    outside_b: int,
    count_b: int,
    out: np.ndarray,
) -> None:
    for r in range(out.shape[0]):
        ra, rb = row_a[r], row_b[r]
        for c in range(out.shape[1]):
            first, second = outside_a, outside_b
            if ra >= 0 and col_a[c] >= 0:
                first = a[ra, col_a[c]]
            if rb >= 0 and col_b[c] >= 0:
                second = b[rb, col_b[c]]
            out[r, c] = first * count_b + second


def _looked_up(layer: Layer, rows: IntArray, columns: IntArray) -> IntArray:
    """Codes at places of the raster."""
    outside = len(layer.codes.values) - 1
    found = np.full(rows.shape, outside, dtype=np.int64)
    inside = (rows >= 0) & (columns >= 0)
    found[inside] = layer.codes.cells[
        rows[inside] - layer.row0, columns[inside] - layer.col0
    ]
    return found


def _crossed(centre: IntArray, corner: IntArray) -> BoolArray:
    """Whether a corner of a cell has another value than its centre.

    A straight border that crosses a cell parts a corner of it from another.
    """
    different = corner[:-1, :-1] != centre
    different |= corner[:-1, 1:] != centre
    different |= corner[1:, :-1] != centre
    return np.asarray(different | (corner[1:, 1:] != centre))


def _names(a: FloatArray, b: FloatArray) -> FloatArray:
    """All pairs, ``(len(a) * len(b), 2)``."""
    return np.column_stack((np.repeat(a, len(b)), np.tile(b, len(a))))


def _keys(names: FloatArray) -> list[Label]:
    """Pairs that equal pairs of other bands: nan is not equal to itself."""
    known = np.where(np.isnan(names), NO_VALUE, names)
    return [(a, b) for a, b in known.tolist()]
