"""Areas summed over runs of cells, in an order that never changes.

Rows are summed in *stripes* of fixed height that are counted from the lattice's first
row: within a stripe row by row, from west to east; then stripe by stripe. So a sum has
the same last bit however many threads work, however high the bands are that they work
on, and whatever other zones are measured at the same time.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from geo.raster.areas import Measure, run_area
from geo.raster.compiled import compiled
from geo.raster.edges import ShortInts
from geo.raster.encode import Codes
from geo.raster.lattice import Lattice
from geo.raster.sweep import Runs
from geo.types import FloatArray, IntArray

STRIPE = 64
"""Rows summed at once; bands are multiples of it."""

_ROOM = 2_000_000
"""Entries of the table zones x codes of one stripe: 32 MB."""

_LONG = 64
"""Cells of a run from which on counting codes is faster than looking for changes."""

KEY_BITS = 32
"""Bits of a ledger's key below the zone."""

MOMENTS = 9
"""Columns of :func:`tally_moments`: area and shares of cells with a value, area without
one, a value near the others, first and second moment about it (m2 times value and value
squared), least and greatest value, sum of value times share of cell."""


class Band:
    """Runs of cells in a range of rows, and their areas.

    Parameters
    ----------
    row0, row1 : int
    runs : Runs
    lattice : Lattice
    measure : Measure
        Of the rows.
    zones : int
        How many zones the layer has.
    """

    def __init__(
        self,
        row0: int,
        row1: int,
        runs: Runs,
        lattice: Lattice,
        measure: Measure,
        zones: int,
    ) -> None:
        self.row0, self.row1 = row0, row1
        self.runs, self.x, self.measure = runs, lattice.x, measure
        self.equal_cells = lattice.equal and measure.width == np.inf
        self._position = np.full(zones, -1, dtype=np.int32)

    def stripes(self) -> Iterator[tuple[int, int]]:
        """Ranges of runs, stripe by stripe."""
        for row in range(self.row0, self.row1, STRIPE):
            begin, end = self.runs.between(row, row + STRIPE)
            if end > begin:
                yield begin, end

    def groups(
        self, begin: int, end: int, codes: int
    ) -> Iterator[tuple[IntArray, ShortInts]]:
        """Zones of a range of runs, as many at once as there is room for.

        Yields the zones of a group and, for all zones, their position in it or -1.
        """
        zones = np.unique(self.runs.zone[begin:end]).astype(np.int64)
        size = max(1, _ROOM // codes)
        for k in range(0, len(zones), size):
            group = zones[k : k + size]
            self._position[group] = np.arange(len(group))
            yield group, self._position
            self._position[group] = -1


def tally_codes(
    band: Band, codes: Codes, row0: int, col0: int
) -> tuple[IntArray, IntArray, FloatArray]:
    """Area and number of cells per zone and code.

    Parameters
    ----------
    band : Band
    codes : Codes
        ``(rows, columns)`` from ``row0`` and ``col0`` of the lattice on.
    row0, col0 : int

    Returns
    -------
    zones, codes, amounts
        ``(n,)``, ``(n,)`` and ``(n, 2)`` (m2; cells, parts counted by their share), in
        the order of the stripes; only what is not zero.
    """
    found = [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros((0, 2)))]
    count = len(codes.values)
    # Counting needs cells of one area and few tables to clear.
    long = _LONG if codes.few and band.equal_cells else np.iinfo(np.int64).max
    for begin, end in band.stripes():
        for zones, position in band.groups(begin, end, count):
            total = np.zeros((len(zones), count, 2))
            _add_codes(codes.cells, row0, col0, *band.runs, begin, end, position, long,
                       band.x, *band.measure, band.row0, total)  # fmt: skip
            zone, code = np.nonzero(total[:, :, 1])
            found.append((zones[zone], code.astype(np.int64), total[zone, code]))
    zone, code, amount = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return zone, code, amount


@compiled
def _add_codes(
    cells: np.ndarray,
    row0: int,
    col0: int,
    row: ShortInts,
    zone: ShortInts,
    start: ShortInts,
    stop: ShortInts,
    share: FloatArray,
    begin: int,
    end: int,
    position: ShortInts,
    long: int,
    x: FloatArray,
    terms: FloatArray,
    first: int,
    width: float,
    band0: int,
    total: FloatArray,
) -> None:
    counts = np.zeros((4, total.shape[1]), dtype=np.uint32)
    for k in range(begin, end):
        z = position[zone[k]]
        if z < 0:
            continue
        i, r, c, last = row[k] - row0, row[k] - band0, start[k], stop[k]
        if last - c >= long:
            area = run_area(terms, first, width, r, x[c], x[last])
            _count(cells, i, c - col0, last - col0, counts)
            _spend(counts, area / (last - c) * share[k], share[k], total, z)
            continue
        while c < last:
            code, c0 = cells[i, c - col0], c
            c += 1
            while c < last and cells[i, c - col0] == code:
                c += 1
            area = run_area(terms, first, width, r, x[c0], x[c])
            total[z, code, 0] += share[k] * area
            total[z, code, 1] += share[k] * (c - c0)


@compiled
def _count(
    cells: np.ndarray, i: int, c0: int, c1: int, counts: NDArray[np.uint32]
) -> None:
    """Count codes in four tables by turns: one alone waits for its own last write."""
    even = c0 + (c1 - c0) // 4 * 4
    for c in range(c0, even, 4):
        counts[0, cells[i, c]] += 1
        counts[1, cells[i, c + 1]] += 1
        counts[2, cells[i, c + 2]] += 1
        counts[3, cells[i, c + 3]] += 1
    for c in range(even, c1):
        counts[0, cells[i, c]] += 1


@compiled
def _spend(
    counts: NDArray[np.uint32], area: float, share: float, total: FloatArray, z: int
) -> None:
    """Add the counted cells, of one area and one share, and clear the tables."""
    for code in range(counts.shape[1]):
        n = counts[0, code] + counts[1, code] + counts[2, code] + counts[3, code]
        if n > 0:
            total[z, code, 0] += area * n
            total[z, code, 1] += share * n
            for table in range(4):
                counts[table, code] = 0


def tally_moments(
    band: Band, values: np.ndarray, row0: int, col0: int
) -> tuple[IntArray, FloatArray]:
    """Moments of decimal values per zone.

    Parameters
    ----------
    band, row0, col0
        As for :func:`tally_codes`.
    values : ndarray
        float32 or float64, NaN for "no value".

    Returns
    -------
    zones, moments
        ``(n,)`` and ``(n, MOMENTS)``, stripe by stripe; to be joined by
        :func:`join_moments`.
    """
    found = [(np.zeros(0, np.int64), np.zeros((0, MOMENTS)))]
    for begin, end in band.stripes():
        for zones, position in band.groups(begin, end, MOMENTS):
            total = np.zeros((len(zones), MOMENTS))
            total[:, 6:8] = np.inf, -np.inf
            _add_moments(values, row0, col0, *band.runs, begin, end, position,
                         band.x, *band.measure, band.row0, total)  # fmt: skip
            found.append((zones, total))
    zone, moments = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return zone, moments


@compiled
def _add_moments(
    values: FloatArray,
    row0: int,
    col0: int,
    row: ShortInts,
    zone: ShortInts,
    start: ShortInts,
    stop: ShortInts,
    share: FloatArray,
    begin: int,
    end: int,
    position: ShortInts,
    x: FloatArray,
    terms: FloatArray,
    first: int,
    width: float,
    band0: int,
    total: FloatArray,
) -> None:
    for k in range(begin, end):
        z = position[zone[k]]
        if z < 0:
            continue
        line, r, t = values[row[k] - row0], row[k] - band0, total[z]
        for c in range(start[k], stop[k]):
            area = share[k] * run_area(terms, first, width, r, x[c], x[c + 1])
            value = np.float64(line[c - col0])
            if np.isnan(value):
                t[2] += area
                continue
            if t[1] == 0.0:
                # Moments about a value of the zone keep the digits of its spread.
                t[3] = value
            off = value - t[3]
            t[0] += area
            t[1] += share[k]
            t[4] += area * off
            t[5] += area * off * off
            t[6] = min(t[6], value)
            t[7] = max(t[7], value)
            t[8] += share[k] * value


@compiled
def join_moments(zone: IntArray, moments: FloatArray, total: FloatArray) -> None:
    """Join moments of stripes, in their order, to those of zones.

    Two sums about different values are joined about the first of them, exactly as the
    binomial theorem says; ``total`` starts as zeros with an empty range.
    """
    for k in range(len(zone)):
        t, m = total[zone[k]], moments[k]
        t[2] += m[2]
        if m[1] == 0.0:
            continue
        if t[1] == 0.0:
            t[3] = m[3]
        off = m[3] - t[3]
        t[5] += m[5] + 2.0 * off * m[4] + off * off * m[0]
        t[4] += m[4] + off * m[0]
        t[0] += m[0]
        t[1] += m[1]
        t[6] = min(t[6], m[6])
        t[7] = max(t[7], m[7])
        t[8] += m[8]


def tally_keys(
    band: Band,
    keys: NDArray[np.uint32],
    row0: int,
    col0: int,
    wanted: NDArray[np.uint16],
) -> tuple[IntArray, FloatArray]:
    """Area of single 32-bit keys whose upper half is among those wanted.

    Parameters
    ----------
    band, row0, col0
        As for :func:`tally_codes`.
    keys : ndarray
        Of :func:`geo.raster.encode.ordered`.
    wanted : ndarray
        ``(zones, n)`` upper halves, by zone.

    Returns
    -------
    keys, amounts
        Zone and key in one number (:data:`KEY_BITS`), and ``(n, 2)`` amounts as of
        :func:`tally_codes`; added up within each stripe.
    """
    found = [(np.zeros(0, np.int64), np.zeros((0, 2)))]
    for begin, end in band.stripes():
        args = (keys, row0, col0, *band.runs, begin, end, wanted, band.x, *band.measure,
                band.row0)  # fmt: skip
        size = _find_keys(*args, np.zeros(0, np.int64), np.zeros((0, 2)))
        key, amount = np.empty(size, np.int64), np.empty((size, 2))
        _find_keys(*args, key, amount)
        found.append(folded(key, amount))
    key, amount = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return key, amount


@compiled
def _find_keys(
    keys: NDArray[np.uint32],
    row0: int,
    col0: int,
    row: ShortInts,
    zone: ShortInts,
    start: ShortInts,
    stop: ShortInts,
    share: FloatArray,
    begin: int,
    end: int,
    wanted: NDArray[np.uint16],
    x: FloatArray,
    terms: FloatArray,
    first: int,
    width: float,
    band0: int,
    out_key: IntArray,
    out_amount: FloatArray,
) -> int:
    """Count the wanted cells, or, given room, write them."""
    n = 0
    for k in range(begin, end):
        line, r, z = keys[row[k] - row0], row[k] - band0, zone[k]
        for c in range(start[k], stop[k]):
            key = line[c - col0]
            for j in range(wanted.shape[1]):
                if key >> 16 == wanted[z, j]:
                    if len(out_key):
                        area = run_area(terms, first, width, r, x[c], x[c + 1])
                        out_key[n] = (np.int64(z) << KEY_BITS) | np.int64(key)
                        out_amount[n, 0] = share[k] * area
                        out_amount[n, 1] = share[k]
                    n += 1
                    break
    return n


def folded(key: IntArray, amount: FloatArray) -> tuple[IntArray, FloatArray]:
    """Add up the amounts of each key, one after the other, in their order."""
    order = np.argsort(key, kind="stable")
    distinct = np.unique(key)
    total = np.zeros((len(distinct), amount.shape[1]))
    _fold(key[order], amount[order], total)
    return distinct, total


@compiled
def _fold(key: IntArray, amount: FloatArray, total: FloatArray) -> None:
    n = 0
    for k in range(len(key)):
        if k > 0 and key[k] != key[k - 1]:
            n += 1
        for j in range(amount.shape[1]):
            total[n, j] += amount[k, j]


class Ledger:
    """Amounts per zone and label, added up in the order in which they come."""

    _LIMIT = 3_000_000

    def __init__(self) -> None:
        self._parts: list[tuple[IntArray, FloatArray]] = []
        self._waiting = 0

    def add(self, zone: IntArray, label: IntArray, amount: FloatArray) -> None:
        """Take in amounts; labels are whole numbers below 2**32."""
        self.add_keys((zone << KEY_BITS) | label, amount)

    def add_keys(self, key: IntArray, amount: FloatArray) -> None:
        """Take in amounts whose zone and label are one number already."""
        self._parts.append((key, amount))
        self._waiting += len(key)
        if self._waiting > self._LIMIT:
            self._fold()

    def _fold(self) -> None:
        if not self._parts:
            self._parts = [(np.zeros(0, np.int64), np.zeros((0, 2)))]
        key, amount = (np.concatenate(p) for p in zip(*self._parts, strict=True))
        self._parts = [folded(key, amount)]
        # What has been added up already does not count as waiting.
        self._waiting = 0

    def rows(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Zones, labels and amounts, sorted by zone, then label."""
        self._fold()
        key, amount = self._parts[0]
        return key >> KEY_BITS, key & (2**KEY_BITS - 1), amount
