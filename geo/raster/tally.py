"""Areas summed over runs of cells, in an order that never changes.

Rows are summed in *stripes* of fixed height that are counted from the lattice's first
row: within a stripe row by row, from west to east; then stripe by stripe. So a sum has
the same last bit however many threads work, however high the bands are that they work
on, and whatever other zones are measured at the same time.
"""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from geo.jit import compiled
from geo.raster.areas import Measure, run_area
from geo.raster.edges import ShortInts
from geo.raster.encode import Codes
from geo.raster.lattice import Lattice
from geo.raster.ledger import KEY_BITS, folded
from geo.raster.sweep import Runs
from geo.types import FloatArray, IntArray

STRIPE = 64
"""Rows summed at once; bands are multiples of it."""

_ROOM = 2_000_000
"""Entries of the table zones x codes of one stripe: 32 MB."""

_LONG = 64
"""Cells of a run from which on counting codes is faster than looking for changes."""


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
        self.position = np.full(zones, -1, dtype=np.int32)
        borders = np.append(np.arange(row0, row1, STRIPE), row1)
        self.stops: IntArray = np.searchsorted(runs.row, borders).astype(np.int64)

    def stripes(self) -> Iterator[tuple[int, int]]:
        """Ranges of runs, stripe by stripe."""
        for begin, end in pairwise(self.stops.tolist()):
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
            self.position[group] = np.arange(len(group))
            yield group, self.position
            self.position[group] = -1


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
    cells, words = codes.cells, _words(codes.cells)
    # Counting needs cells of one area and few tables to clear.
    long = _LONG if codes.few and band.equal_cells else np.iinfo(np.int64).max
    where = row0, col0, *band.runs, band.stops, band.position
    how = len(codes.values), long, band.x, *band.measure, band.row0
    return _tally(cells, words, *where, *how)


@compiled
def _tally(
    cells: np.ndarray,
    words: NDArray[np.uint64],
    row0: int,
    col0: int,
    row: ShortInts,
    zone: ShortInts,
    start: ShortInts,
    stop: ShortInts,
    share: FloatArray,
    stops: IntArray,
    position: ShortInts,
    codes: int,
    long: int,
    x: FloatArray,
    terms: FloatArray,
    first: int,
    width: float,
    band0: int,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Tally stripe by stripe, as many zones at once as there is room for.

    ``position`` is -1 for all zones, between calls too.
    """
    listed = np.empty(len(position), dtype=np.int32)
    widest = 0
    for s in range(len(stops) - 1):
        size = _list_zones(zone, stops[s], stops[s + 1], position, listed)
        for j in range(size):
            position[listed[j]] = -1
        widest = max(widest, size)
    group = min(max(1, _ROOM // codes), widest)
    total = np.zeros((2, group, codes))
    out = np.empty((1024, 2), dtype=np.int64), np.empty((1024, 2))
    n = 0
    for s in range(len(stops) - 1):
        begin, end = stops[s], stops[s + 1]
        size = _list_zones(zone, begin, end, position, listed)
        for j in range(0, size, group):
            some = listed[j : min(j + group, size)]
            for z in range(len(some)):
                position[some[z]] = z
            _add_codes(cells, words, row0, col0, row, zone, start, stop, share, begin,
                       end, position, long, x, terms, first, width, band0,
                       total)  # fmt: skip
            n, out = _take_out(total, some, n, out)
            for z in some:
                position[z] = -1
    return out[0][:n, 0].copy(), out[0][:n, 1].copy(), out[1][:n].copy()


@compiled
def _list_zones(
    zone: ShortInts, begin: int, end: int, position: ShortInts, listed: ShortInts
) -> int:
    """List the zones of some runs once each, and set their position to -2."""
    size = 0
    for k in range(begin, end):
        if position[zone[k]] == -1:
            position[zone[k]] = -2
            listed[size] = zone[k]
            size += 1
    return size


Out = tuple[IntArray, FloatArray]
"""Zones and codes, and amounts."""


@compiled
def _take_out(total: FloatArray, zones: ShortInts, n: int, out: Out) -> tuple[int, Out]:
    """Write what is not zero after the first ``n`` rows, and clear it."""
    where, amount = out
    for z in range(len(zones)):
        for code in range(total.shape[2]):
            if total[1, z, code] == 0.0:
                continue
            if n == len(where):
                where = np.concatenate((where, np.empty_like(where)))
                amount = np.concatenate((amount, np.empty_like(amount)))
            where[n, 0], where[n, 1] = zones[z], code
            amount[n, 0], amount[n, 1] = total[0, z, code], total[1, z, code]
            total[0, z, code] = total[1, z, code] = 0.0
            n += 1
    return n, (where, amount)


@compiled
def _add_codes(
    cells: np.ndarray,
    words: NDArray[np.uint64],
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
    counts = np.zeros((4, total.shape[2]), dtype=np.uint32)
    used, size = np.empty(total.shape[2], dtype=np.int32), 0
    for k in range(begin, end):
        z = position[zone[k]]
        if z < 0:
            continue
        i, r, c, last = row[k] - row0, row[k] - band0, start[k], stop[k]
        if last - c >= long:
            area = run_area(terms, first, width, r, x[c], x[last])
            _count(cells, words, i, c - col0, last - col0, counts)
            area = area / (last - c) * share[k]
            spent = _spend(counts, used, size, area, share[k], total, z)
            if spent < last - c:
                before, size = size, _list_new(counts, used, size)
                _spend(counts, used[before:], size - before, area, share[k], total, z)
            continue
        while c < last:
            code, c0 = cells[i, c - col0], c
            c += 1
            while c < last and cells[i, c - col0] == code:
                c += 1
            area = run_area(terms, first, width, r, x[c0], x[c])
            total[0, z, code] += share[k] * area
            total[1, z, code] += share[k] * (c - c0)


def _words(cells: np.ndarray) -> NDArray[np.uint64]:
    """View the same cells, in row order, as 64-bit words."""
    flat = np.ascontiguousarray(cells).reshape(-1)
    lanes = 8 // flat.itemsize
    return flat[: len(flat) // lanes * lanes].view(np.uint64)


@compiled
def _count(
    cells: np.ndarray,
    words: NDArray[np.uint64],
    i: int,
    c0: int,
    c1: int,
    counts: NDArray[np.uint32],
) -> None:
    """Count codes, word by word where all cells of a word have one.

    Else in four tables by turns: one alone waits for its own last write.
    """
    shift = 3 if cells.itemsize == 1 else 2
    lanes = 1 << shift
    repeat = np.uint64(0x0101010101010101 if shift == 3 else 0x0001000100010001)
    c, base = c0, i * cells.shape[1]
    while c < c1 and (base + c) & (lanes - 1):
        counts[0, cells[i, c]] += 1
        c += 1
    while c + lanes <= c1:
        if words[(base + c) >> shift] == np.uint64(cells[i, c]) * repeat:
            counts[0, cells[i, c]] += lanes
        else:
            for k in range(c, c + lanes, 4):
                counts[0, cells[i, k]] += 1
                counts[1, cells[i, k + 1]] += 1
                counts[2, cells[i, k + 2]] += 1
                counts[3, cells[i, k + 3]] += 1
        c += lanes
    for k in range(c, c1):
        counts[0, cells[i, k]] += 1


@compiled
def _spend(
    counts: NDArray[np.uint32],
    used: ShortInts,
    size: int,
    area: float,
    share: float,
    total: FloatArray,
    z: int,
) -> int:
    """Add the counted cells, of one area and one share, and clear the tables.

    Only of the codes in ``used``: most of all there could be never occur. Answers how
    many cells that were.
    """
    spent = 0
    for k in range(size):
        code = used[k]
        n = counts[0, code] + counts[1, code] + counts[2, code] + counts[3, code]
        if n > 0:
            spent += n
            total[0, z, code] += area * n
            total[1, z, code] += share * n
            for table in range(4):
                counts[table, code] = 0
    return spent


@compiled
def _list_new(counts: NDArray[np.uint32], used: ShortInts, size: int) -> int:
    """List the codes that still have counts; answer how many codes are listed now."""
    for code in range(counts.shape[1]):
        if counts[0, code] + counts[1, code] + counts[2, code] + counts[3, code]:
            used[size] = code
            size += 1
    return size


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
        Zone and key in one number (:data:`geo.raster.ledger.KEY_BITS`), and ``(n, 2)``
        amounts as of :func:`tally_codes`; added up within each stripe.
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
