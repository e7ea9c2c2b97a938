"""Pieces of edges swept from west to east: runs of cells and how much is covered.

The cost is that of the boundary cells: a run of wholly covered cells is one entry.
"""

from typing import NamedTuple

import numpy as np

from geo.jit import compiled
from geo.raster.cut import Pieces
from geo.raster.edges import ShortInts
from geo.types import FloatArray, IntArray

_SHORT = 24
"""Pieces that are sorted by insertion, before stretches of them are merged."""


class Runs(NamedTuple):
    """Runs of cells with one covered share, by row, zone, column.

    Parameters
    ----------
    row, zone, start, stop : ShortInts
        ``(n,)``; rows of the lattice, columns ``[start, stop)``.
    share : FloatArray
        ``(n,)``: 0 to 1; 1 for runs inside.
    """

    row: ShortInts
    zone: ShortInts
    start: ShortInts
    stop: ShortInts
    share: FloatArray

    def between(self, row0: int, row1: int) -> tuple[int, int]:
        """Range of the runs in rows ``[row0, row1)``."""
        begin, end = np.searchsorted(self.row, (row0, row1))
        return int(begin), int(end)


def sweep(pieces: Pieces, least: FloatArray, row0: int, columns: int) -> Runs:
    """Sum the pieces of each zone and row, sorted by column.

    Parameters
    ----------
    pieces : Pieces
        Sorted in place.
    least : FloatArray
        ``(zones,)`` share of a cell below which coverage is rounding.
    row0 : int
        The band's first row.
    columns : int
        Of the lattice.
    """
    _sort(pieces.column, pieces.zone, pieces.own, pieces.beyond, pieces.offsets)
    room = 2 * len(pieces.column)
    row, zone, start, stop = np.empty((4, room), dtype=np.int32)
    share = np.empty(room)
    size = _sweep(*pieces, least, row0, columns, row, zone, start, stop, share)
    return Runs(row[:size], zone[:size], start[:size], stop[:size], share[:size])


@compiled
def _sort(
    column: ShortInts,
    zone: ShortInts,
    own: FloatArray,
    beyond: FloatArray,
    offsets: IntArray,
) -> None:
    """Sort each zone's pieces of a row by column; equal ones keep their order."""
    for row in range(len(offsets) - 1):
        begin, end = offsets[row], offsets[row + 1]
        while begin < end:
            stop = begin + 1
            while stop < end and zone[stop] == zone[begin]:
                stop += 1
            for low in range(begin, stop, _SHORT):
                high = min(low + _SHORT, stop)
                _insert(column[low:high], own[low:high], beyond[low:high])
            if stop - begin > _SHORT:
                _merge(column[begin:stop], own[begin:stop], beyond[begin:stop])
            begin = stop


@compiled
def _merge(column: ShortInts, own: FloatArray, beyond: FloatArray) -> None:
    """Merge sorted stretches of ``_SHORT`` pieces; equal columns keep their order."""
    size, stretch = len(column), _SHORT
    columns, owns, beyonds = np.empty_like(column), np.empty(size), np.empty(size)
    while stretch < size:
        for low in range(0, size, 2 * stretch):
            middle = min(low + stretch, size)
            high = min(low + 2 * stretch, size)
            i, j = low, middle
            for k in range(low, high):
                if j >= high or (i < middle and column[i] <= column[j]):
                    source = i
                    i += 1
                else:
                    source = j
                    j += 1
                columns[k] = column[source]
                owns[k], beyonds[k] = own[source], beyond[source]
        column[:], own[:], beyond[:] = columns, owns, beyonds
        stretch *= 2


@compiled
def _insert(column: ShortInts, own: FloatArray, beyond: FloatArray) -> None:
    for k in range(1, len(column)):
        c, a, b = column[k], own[k], beyond[k]
        j = k
        while j > 0 and column[j - 1] > c:
            column[j], own[j], beyond[j] = column[j - 1], own[j - 1], beyond[j - 1]
            j -= 1
        column[j], own[j], beyond[j] = c, a, b


@compiled
def _sweep(
    column: ShortInts,
    zone: ShortInts,
    own: FloatArray,
    beyond: FloatArray,
    offsets: IntArray,
    least: FloatArray,
    row0: int,
    columns: int,
    out_row: ShortInts,
    out_zone: ShortInts,
    start: ShortInts,
    stop: ShortInts,
    share: FloatArray,
) -> int:
    n = 0
    for row in range(len(offsets) - 1):
        k, end = offsets[row], offsets[row + 1]
        while k < end:
            z, covered = zone[k], 0.0
            while k < end and zone[k] == z:
                c, cell = column[k], covered
                while k < end and zone[k] == z and column[k] == c:
                    cell += own[k]
                    covered += beyond[k]
                    k += 1
                if c >= 0 and abs(cell) > least[z]:
                    out_row[n], out_zone[n], start[n] = row0 + row, z, c
                    stop[n], share[n] = c + 1, cell
                    n += 1
                # Beyond the last piece a zone can only reach on over the east side.
                after = column[k] if k < end and zone[k] == z else columns
                # Only level edges can lie in these cells: else they are wholly in or
                # out, and what differs from that is rounding.
                whole = np.rint(covered)
                rest = whole if abs(covered - whole) <= least[z] else covered
                if rest != 0.0 and after > c + 1:
                    out_row[n], out_zone[n], start[n] = row0 + row, z, c + 1
                    stop[n], share[n] = after, rest
                    n += 1
    return n
