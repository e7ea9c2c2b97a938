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

from geo.jit import compiled
from geo.raster.areas import Density
from geo.raster.edges import ShortInts
from geo.raster.lattice import line_before
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
    steps: tuple[float, float],
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
    steps : tuple of float
        Width and height of all cells; 0, 0 where they differ.
    density : Density
        Of the band's rows.
    """
    room = _most(points, first, x, y, *steps)
    whole, place = np.empty((room, 3), dtype=np.int32), np.empty((room, 4))
    size = _walk(points, first, zone, x, y, *steps, whole, place)
    rows = len(y) - 1
    offsets = np.zeros(rows + 1, dtype=np.int64)
    np.cumsum(np.bincount(whole[:size, 0], minlength=rows), out=offsets[1:])
    column, owner = np.empty((2, size), dtype=np.int32)
    own, beyond = np.empty((2, size))
    _integrate(
        whole[:size],
        place[:size],
        x,
        *density,
        offsets.copy(),
        column,
        owner,
        own,
        beyond,
    )
    return Pieces(column, owner, own, beyond, offsets)


@compiled
def _most(
    points: FloatArray,
    first: IntArray,
    x: FloatArray,
    y: FloatArray,
    step_x: float,
    step_y: float,
) -> int:
    """Bound the number of pieces: lines between rows and columns that are crossed."""
    total = 0
    for k in first:
        low = min(points[k, 1], points[k + 1, 1])
        high = max(points[k, 1], points[k + 1, 1])
        rows = line_before(y, high, step_y) - line_before(y, low, step_y) + 1
        west = line_before(x, min(points[k, 0], points[k + 1, 0]), step_x)
        east = line_before(x, max(points[k, 0], points[k + 1, 0]), step_x)
        # One more in each row for what lies west of the lattice.
        total += 2 * rows + east - west
    return total


@compiled
def _walk(
    points: FloatArray,
    first: IntArray,
    zone: ShortInts,
    x: FloatArray,
    y: FloatArray,
    step_x: float,
    step_y: float,
    whole: ShortInts,
    place: FloatArray,
) -> int:
    """Follow each edge through the rows; answer how many pieces were written.

    ``whole`` gets row, column and zone (as in the edges; its sign turned for edges that
    run northwards), ``place`` x and s of the north end and the south end.
    """
    rows, hint, n = len(y) - 1, 0, 0
    for e in range(len(first)):
        k, z = first[e], zone[e]
        x1, y1, x2, y2 = points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
        if y2 < y1:
            x1, y1, x2, y2, z = x2, y2, x1, y1, -1 - z
        slope = (x2 - x1) / (y2 - y1)
        row = line_before(y, y1, step_y)
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
            if sb > sa:
                start = n
                n, hint = _cut_row(xa, sa, xb, sb, x, step_x, hint, n, whole, place)
                for p in range(start, n):
                    whole[p, 0], whole[p, 2] = row, z
            xa, ya = xb, yb
            row += 1
    return n


@compiled
def _cut_row(
    xa: float,
    sa: float,
    xb: float,
    sb: float,
    x: FloatArray,
    step_x: float,
    hint: int,
    n: int,
    whole: ShortInts,
    place: FloatArray,
) -> tuple[int, int]:
    """Cut what an edge has in one row, from west to east.

    Answers how many pieces there are now, and the last column as a hint for the next.
    """
    columns = len(x) - 1
    west, s_west, east, s_east = xa, sa, xb, sb
    if xb < xa:
        west, s_west, east, s_east = xb, sb, xa, sa
    if west >= x[columns]:
        return n, hint
    rise = (s_east - s_west) / (east - west) if east > west else 0.0
    c = -1
    if west >= x[0]:
        c = hint
        if not x[c] <= west < x[c + 1]:
            c = line_before(x, west, step_x)
    here, s_here = west, s_west
    while c < columns:
        there, s_there = east, s_east
        if east > x[c + 1]:
            there, s_there = x[c + 1], s_west + (x[c + 1] - west) * rise
        if s_there != s_here:
            whole[n, 1] = c
            place[n, 0], place[n, 1], place[n, 2], place[n, 3] = (
                here, s_here, there, s_there,
            )  # fmt: skip
            n += 1
        if east <= x[c + 1]:
            break
        here, s_here = there, s_there
        c += 1
    return n, min(max(c, 0), columns - 1)


@compiled
def _integrate(
    whole: ShortInts,
    place: FloatArray,
    x: FloatArray,
    terms: FloatArray,
    nodes: FloatArray,
    weights: FloatArray,
    free: IntArray,
    column: ShortInts,
    owner: ShortInts,
    own: FloatArray,
    beyond: FloatArray,
) -> None:
    """Integrate the pieces and sort them into their rows, in their order."""
    last = terms.shape[1] - 1
    for n in range(len(whole)):
        row, c, z = whole[n]
        x1, s1, x2, s2 = place[n]
        east, width = x[c + 1], x[c + 1] - x[max(c, 0)]
        area, passed = 0.0, 0.0
        for g in range(len(nodes)):
            off_middle = s1 + nodes[g] * (s2 - s1) - 0.5
            density = terms[row, last]
            for k in range(last - 1, -1, -1):
                density = density * off_middle + terms[row, k]
            passed += weights[g] * density
            area += weights[g] * density * (east - (x1 + nodes[g] * (x2 - x1)))
        height = abs(s2 - s1) if z >= 0 else -abs(s2 - s1)
        p = free[row]
        free[row] += 1
        column[p], owner[p] = c, max(z, -1 - z)
        # West of the lattice there is no cell, only what is passed on.
        own[p] = area * height / width if c >= 0 else 0.0
        beyond[p] = passed * height
