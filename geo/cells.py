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

from geo import crs as coordinate_systems
from geo.authalic import AreaForm, LonLatForm
from geo.grid import Grid, Window
from geo.rings import Rings, sum_by
from geo.types import BoolArray, FloatArray, IntArray

NEGLIGIBLE = 1e-9
"""Share of a cell, or of a polygon smaller than it, below which a covered area is
rounding: 1e-9 of a 30 m cell is 1 mm2, and sums of a million cells reach 1e-10."""


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
    pieces: Pieces,
    grid: Grid,
    form: AreaForm,
    window: Window,
    polygon_area: float = np.inf,
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
    polygon_area : float
        Of the whole polygon, in the unit of the result: a parcel far smaller than a
        cell must not be taken for rounding.

    Returns
    -------
    FloatArray
        m2 (square units of the plane for a plane form), shape of the window;
        0 where nothing is covered.
    """
    rows, columns = window.shape
    east = grid.column_edges((window.col0 + pieces.column + 1).astype(np.float64))
    # Heights count from the start of each piece, so that a small polygon in a large
    # cell keeps its digits.
    rise = form.difference(pieces.y2, pieces.y1)
    mean = form.mean_difference(pieces.y1, pieces.y2, pieces.y1)
    own = (east - pieces.x2) * rise + (pieces.x2 - pieces.x1) * mean
    beyond = grid.dx * rise
    # One column more in front takes what lies west of the window.
    stride = columns + 2
    cell = pieces.row * stride + pieces.column + 1
    partial = sum_by(cell, -own, rows * stride).reshape(rows, stride)
    steps = sum_by(cell + 1, -beyond, rows * stride).reshape(rows, stride)
    area = (partial + np.cumsum(steps, axis=1))[:, 1:-1]
    least = NEGLIGIBLE * np.minimum(_full_areas(grid, form, window), polygon_area)
    return np.where(np.abs(area) < least, 0.0, area)


def _full_areas(grid: Grid, form: AreaForm, window: Window) -> FloatArray:
    """Area of a whole cell of each row, ``(rows, 1)``."""
    edges = grid.row_edges(np.arange(window.row0, window.row1 + 1, dtype=np.float64))
    return (grid.dx * form.difference(edges[:-1], edges[1:]))[:, np.newaxis]


def cell_areas(grid: Grid, window: Window) -> FloatArray:
    """Answer the ellipsoidal area of whole cells.

    Parameters
    ----------
    grid : Grid
        Lon/lat or projected.
    window : Window

    Returns
    -------
    FloatArray
        m2, shape of the window. On a projected grid the corners become lon,lat and
        are joined by straight lines there; what that adds to a cell it takes from
        its neighbour.
    """
    form = LonLatForm(coordinate_systems.ellipsoid(grid.crs))
    if grid.crs.is_geographic:
        return np.broadcast_to(_full_areas(grid, form, window), window.shape)
    rows, columns = window.shape
    x = grid.column_edges(np.arange(window.col0, window.col1 + 1, dtype=np.float64))
    y = grid.row_edges(np.arange(window.row0, window.row1 + 1, dtype=np.float64))
    corners = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    degrees = coordinate_systems.to_degrees(corners, grid.crs)
    lon, lat = degrees.T.reshape(2, rows + 1, columns + 1)
    middle = np.full_like(lat, lat.mean())

    def below(start: tuple[slice, slice], stop: tuple[slice, slice]) -> FloatArray:
        mean = form.mean_difference(lat[start], lat[stop], middle[start])
        return np.asarray((lon[stop] - lon[start]) * mean)

    all_but_first, all_but_last, every = slice(1, None), slice(None, -1), slice(None)
    eastward = below((every, all_but_last), (every, all_but_first))
    southward = below((all_but_last, every), (all_but_first, every))
    ring = eastward[:-1] + southward[:, 1:] - eastward[1:] - southward[:, :-1]
    return np.abs(ring)
