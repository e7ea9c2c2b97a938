r"""How much of each raster cell a polygon covers, exactly, in square metres.

Every edge is cut at the grid lines. A piece from :math:`(x_1,y_1)` to
:math:`(x_2,y_2)` inside the cell whose east side is :math:`x_e` changes the covered
area of that cell by :math:`-\int (x_e - x)\,dq` and that of each cell further east in
its row by :math:`-w\,\Delta q`, with :math:`q` the area form of :mod:`geo.authalic`
and :math:`w` the cell width (Green's theorem in the signed-coverage form known from
font rasterisers). Both terms are closed forms, so the sum over all cells equals the
area of the polygon to rounding: on lon/lat grids on the ellipsoid, on projected grids
in the plane.
"""

from typing import NamedTuple

import numpy as np

from geo.authalic import AreaForm
from geo.grid import Grid, Window
from geo.rings import Rings, sum_by
from geo.types import BoolArray, FloatArray, IntArray

NEGLIGIBLE = 1e-9
"""Share of a cell below which a covered area is rounding: 1e-9 of a 30 m cell is
1 mm2, and sums of a million cells reach about 1e-10."""


class Pieces(NamedTuple):
    """Parts of polygon edges that each lie in one cell of a window.

    ``column`` is -1 for parts west of the window.
    """

    x1: FloatArray
    y1: FloatArray
    x2: FloatArray
    y2: FloatArray
    row: IntArray
    column: IntArray

    def in_rows(self, start: int, stop: int) -> "Pieces":
        """Keep the pieces in rows ``[start, stop)``, rows counted from ``start``."""
        chosen = (self.row >= start) & (self.row < stop)
        kept = self.where(chosen)
        return kept._replace(row=kept.row - start)

    def where(self, chosen: BoolArray) -> "Pieces":
        """Keep some of the pieces."""
        x1, y1, x2, y2 = (values[chosen] for values in self[:4])
        return Pieces(x1, y1, x2, y2, self.row[chosen], self.column[chosen])


def cut(rings: Rings, grid: Grid, window: Window) -> Pieces:
    """Cut the edges of oriented rings at the grid lines of a window.

    Parameters
    ----------
    rings : Rings
        One feature; shells counterclockwise, holes clockwise; x,y in the grid's CRS.
    grid : Grid
    window : Window
        Rows and columns of the result count from its corner.

    Returns
    -------
    Pieces
        Parts north, south and east of the window are left out.
    """
    first, last = rings.edges
    edge, t, x, y = _vertices_and_crossings(first, last, grid, window)
    order = np.lexsort((t, edge))
    edge, x, y = edge[order], x[order], y[order]
    same = edge[1:] == edge[:-1]
    x1, x2, y1, y2 = x[:-1][same], x[1:][same], y[:-1][same], y[1:][same]
    row = np.floor((grid.y0 - 0.5 * (y1 + y2)) / grid.dy).astype(np.int64)
    column = np.floor((0.5 * (x1 + x2) - grid.x0) / grid.dx).astype(np.int64)
    row -= window.row0
    column = np.maximum(column - window.col0, -1)
    rows, columns = window.shape
    # A horizontal piece has dq = 0 and adds nothing.
    inside = (row >= 0) & (row < rows) & (column < columns) & (y1 != y2)
    return Pieces(x1, y1, x2, y2, row, column).where(inside)


def _vertices_and_crossings(
    first: FloatArray, last: FloatArray, grid: Grid, window: Window
) -> tuple[IntArray, FloatArray, FloatArray, FloatArray]:
    """Edge number, place along the edge (0-1), x and y of all ends and crossings."""
    edges = np.arange(len(first))
    (x1, y1), (x2, y2) = first.T, last.T
    row_edge, row_line = _lines_between(
        (grid.y0 - y1) / grid.dy, (grid.y0 - y2) / grid.dy, window.row0, window.row1
    )
    col_edge, col_line = _lines_between(
        (x1 - grid.x0) / grid.dx, (x2 - grid.x0) / grid.dx, window.col0, window.col1
    )
    # Crossings lie exactly on their line, so that neighbouring cells share them.
    row_y = grid.row_edges(row_line)
    row_t = (row_y - y1[row_edge]) / (y2 - y1)[row_edge]
    row_x = x1[row_edge] + row_t * (x2 - x1)[row_edge]
    col_x = grid.column_edges(col_line)
    col_t = (col_x - x1[col_edge]) / (x2 - x1)[col_edge]
    col_y = y1[col_edge] + col_t * (y2 - y1)[col_edge]
    zero, one = np.zeros(len(edges)), np.ones(len(edges))
    return (
        np.concatenate((edges, edges, row_edge, col_edge)),
        np.concatenate((zero, one, row_t, col_t)),
        np.concatenate((x1, x2, row_x, col_x)),
        np.concatenate((y1, y2, row_y, col_y)),
    )


def _lines_between(
    a: FloatArray, b: FloatArray, low: int, high: int
) -> tuple[IntArray, FloatArray]:
    """Whole numbers strictly between ``a`` and ``b`` within [low, high], per edge."""
    start = np.maximum(np.floor(np.minimum(a, b)) + 1, low)
    stop = np.minimum(np.ceil(np.maximum(a, b)) - 1, high)
    count = np.maximum(stop - start + 1, 0).astype(np.int64)
    edge = np.repeat(np.arange(len(a)), count)
    before = np.cumsum(count) - count
    step = np.arange(int(count.sum())) - before[edge]
    return edge, start[edge] + step


def covered_areas(
    pieces: Pieces, grid: Grid, form: AreaForm, window: Window
) -> FloatArray:
    """Sum the pieces of one polygon to the covered area of each cell.

    Parameters
    ----------
    pieces : Pieces
        Of :func:`cut`, rows and columns counted from the window's corner.
    grid : Grid
    form : AreaForm
        Of the grid's CRS.
    window : Window

    Returns
    -------
    FloatArray
        m2 (square units of the plane for a plane form), shape of the window;
        0 where nothing is covered.
    """
    rows, columns = window.shape
    south = grid.row_edges((window.row0 + pieces.row + 1).astype(np.float64))
    east = grid.column_edges((window.col0 + pieces.column + 1).astype(np.float64))
    q1 = form.difference(pieces.y1, south)
    q2 = form.difference(pieces.y2, south)
    mean = form.mean_difference(pieces.y1, pieces.y2, south)
    own = (
        (east - pieces.x2) * q2
        - (east - pieces.x1) * q1
        + (pieces.x2 - pieces.x1) * mean
    )
    beyond = grid.dx * (q2 - q1)
    # One column more in front takes what lies west of the window.
    stride = columns + 2
    cell = pieces.row * stride + pieces.column + 1
    partial = sum_by(cell, -own, rows * stride).reshape(rows, stride)
    steps = sum_by(cell + 1, -beyond, rows * stride).reshape(rows, stride)
    area = (partial + np.cumsum(steps, axis=1))[:, 1:-1]
    full = _full_areas(grid, form, window)
    return np.where(np.abs(area) < NEGLIGIBLE * full, 0.0, area)


def _full_areas(grid: Grid, form: AreaForm, window: Window) -> FloatArray:
    """Area of a whole cell of each row, ``(rows, 1)``."""
    edges = grid.row_edges(np.arange(window.row0, window.row1 + 1, dtype=np.float64))
    return (grid.dx * form.difference(edges[:-1], edges[1:]))[:, np.newaxis]
