r"""Edges cut at the lines of a lattice: signed coverage of the cells they cross.

A piece of an edge from :math:`(x_1,y_1)` to :math:`(x_2,y_2)`, inside the cell with the
east side :math:`x_e` and the width :math:`w`, changes the covered share of its cell by
:math:`\pm\int \frac{x_e - x}{w}\,\delta\,ds` and that of every cell further east in the
row by :math:`\pm\int \delta\,ds`, where :math:`s` runs from 0 to 1 over the height of
the row, :math:`\delta` is the density of :mod:`geo.raster.areas`, and the sign is that
of the edge's direction (Green's theorem, in the signed-coverage form known from font
rasterisers). Both integrands are polynomials, so a Gauss rule gives them without error.

Each edge is walked from north to south whatever its direction: two zones that share it
get the same numbers with opposite signs.
"""

from typing import NamedTuple

import numpy as np

from geo.raster.areas import Density
from geo.raster.compiled import compiled
from geo.raster.edges import ShortInts
from geo.types import FloatArray, IntArray


class Pieces(NamedTuple):
    """Pieces of edges in one band, row by row; in a row, zone by zone.

    Parameters
    ----------
    column : ShortInts
        ``(p,)``; -1 for pieces west of the lattice.
    zone : ShortInts
        ``(p,)``.
    own, beyond : FloatArray
        ``(p,)`` change of the covered share of the piece's cell, and of those to the
        east of it.
    offsets : IntArray
        ``(rows + 1,)``: row ``r`` of the band has ``offsets[r]:offsets[r + 1]``.
    """

    column: ShortInts
    zone: ShortInts
    own: FloatArray
    beyond: FloatArray
    offsets: IntArray


def cut(
    points: FloatArray,
    first: IntArray,
    zone: ShortInts,
    x: FloatArray,
    y: FloatArray,
    density: Density,
) -> Pieces:
    """Cut the edges of a band.

    Parameters
    ----------
    points, first, zone
        Of :class:`geo.raster.edges.Edges`.
    x : FloatArray
        All lines between columns.
    y : FloatArray
        The lines between the rows of the band.
    density : Density
        Of the band's rows.
    """
    rows = len(y) - 1
    counts = np.zeros(rows + 1, dtype=np.int64)
    none = np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int32)
    _walk(points, first, zone, x, y, *density, counts, *none, *np.zeros((2, 0)))
    offsets = np.concatenate(([0], np.cumsum(counts[:-1])))
    size = int(offsets[-1])
    column, owner = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int32)
    own, beyond = np.empty(size), np.empty(size)
    place = offsets.copy()
    _walk(points, first, zone, x, y, *density, place, column, owner, own, beyond)
    return Pieces(column, owner, own, beyond, offsets)


@compiled
def _walk(
    points: FloatArray,
    first: IntArray,
    zone: ShortInts,
    x: FloatArray,
    y: FloatArray,
    terms: FloatArray,
    nodes: FloatArray,
    weights: FloatArray,
    place: IntArray,
    column: ShortInts,
    owner: ShortInts,
    own: FloatArray,
    beyond: FloatArray,
) -> None:
    """Count the pieces of each row, or, given room, write them from ``place`` on."""
    rows, hint = len(y) - 1, 0
    for e in range(len(first)):
        k = first[e]
        sign = 1.0 if zone[e] >= 0 else -1.0
        x1, y1, x2, y2 = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
        if y2 < y1:
            x1, y1, x2, y2, sign = x2, y2, x1, y1, -sign
        slope = (x2 - x1) / (y2 - y1)
        row = max(np.searchsorted(y, y1, side="right") - 1, 0)
        xa, ya = x1, y1
        if y1 < y[row]:
            xa, ya = x1 + (y[row] - y1) * slope, y[row]
        while row < rows and y[row] < y2:
            # A line between rows is crossed at the same place from both of them.
            last = y2 <= y[row + 1]
            yb = y2 if last else y[row + 1]
            xb = x2 if last else x1 + (yb - y1) * slope
            height = y[row + 1] - y[row]
            sa, sb = (ya - y[row]) / height, (yb - y[row]) / height
            start = place[row]
            if sb > sa:
                hint = _cut_row(
                    xa, sa, xb, sb, x, hint, terms[row], nodes, weights,
                    row, place, column, own, beyond,
                )  # fmt: skip
            for p in range(start, place[row]):
                if len(owner):
                    owner[p] = zone[e] if zone[e] >= 0 else -1 - zone[e]
                    own[p] *= sign
                    beyond[p] *= sign
            xa, ya = xb, yb
            row += 1


@compiled
def _cut_row(
    xa: float,
    sa: float,
    xb: float,
    sb: float,
    x: FloatArray,
    hint: int,
    terms: FloatArray,
    nodes: FloatArray,
    weights: FloatArray,
    row: int,
    place: IntArray,
    column: ShortInts,
    own: FloatArray,
    beyond: FloatArray,
) -> int:
    """Cut what an edge has in one row, from west to east; answer the last column."""
    columns = len(x) - 1
    # From west to east; the piece's height in s keeps its size.
    west, s_west, east, s_east = xa, sa, xb, sb
    if xb < xa:
        west, s_west, east, s_east = xb, sb, xa, sa
    if west >= x[columns]:
        return hint
    rise = (s_east - s_west) / (east - west) if east > west else 0.0
    here, s_here = west, s_west
    if west < x[0]:
        # Only its height counts for the cells to the east.
        there, s_there = east, s_east
        if east > x[0]:
            there, s_there = x[0], s_west + (x[0] - west) * rise
        c = -1
        _put(here, s_here, there, s_there, 0.0, 0.0, terms, nodes, weights,
             c, row, place, column, own, beyond)  # fmt: skip
        here, s_here = there, s_there
        if east <= x[0]:
            return 0
    c = _column(x, here, hint)
    while c < columns:
        there, s_there = east, s_east
        if east > x[c + 1]:
            there, s_there = x[c + 1], s_west + (x[c + 1] - west) * rise
        _put(here, s_here, there, s_there, x[c + 1], x[c + 1] - x[c], terms, nodes,
             weights, c, row, place, column, own, beyond)  # fmt: skip
        here, s_here = there, s_there
        if east <= x[c + 1]:
            break
        c += 1
    return min(c, columns - 1)


@compiled
def _column(x: FloatArray, where: float, hint: int) -> int:
    """Column of the cell that has ``where``: its west side belongs to it."""
    if x[hint] <= where < x[hint + 1]:
        return hint
    found = np.searchsorted(x, where, side="right") - 1
    return min(max(found, 0), len(x) - 2)


@compiled
def _put(
    x1: float,
    s1: float,
    x2: float,
    s2: float,
    east: float,
    width: float,
    terms: FloatArray,
    nodes: FloatArray,
    weights: FloatArray,
    c: int,
    row: int,
    place: IntArray,
    column: ShortInts,
    own: FloatArray,
    beyond: FloatArray,
) -> None:
    """Integrate one piece and write it; only count it where there is no room."""
    height = abs(s2 - s1)
    if height == 0.0:
        return
    p = place[row]
    place[row] += 1
    if len(column) == 0:
        return
    area, passed = 0.0, 0.0
    for g in range(len(nodes)):
        off_middle = s1 + nodes[g] * (s2 - s1) - 0.5
        density = terms[-1]
        for k in range(len(terms) - 2, -1, -1):
            density = density * off_middle + terms[k]
        share = weights[g] * height * density
        passed += share
        if width > 0.0:
            area += share * (east - (x1 + nodes[g] * (x2 - x1))) / width
    column[p] = c
    own[p] = area
    beyond[p] = passed
