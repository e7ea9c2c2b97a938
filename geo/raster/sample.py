"""Where the cells of one grid lie on another grid of another CRS.

Places are transformed at every eighth line and interpolated between: that moves them
by at most :math:`(8d)^2/8R`, d the cell size and R the radius of the Earth: 4e-5 of a
cell at 30 m, 1e-3 at 1 km.
"""

import numpy as np
from pyproj import Transformer

from geo.grid import Grid, Window
from geo.types import FloatArray, IntArray

_STEP = 8


class Placement:
    """Cells of ``target`` under places of ``base``.

    Parameters
    ----------
    base, target : Grid
    """

    def __init__(self, base: Grid, target: Grid) -> None:
        self._base, self._target = base, target

    def cells(self, window: Window, offset: float) -> tuple[IntArray, IntArray]:
        """Rows and columns of the target, -1 outside, for a place in each cell.

        Parameters
        ----------
        window : Window
            Of the base grid.
        offset : float
            Place in each cell: 0.5 for centres, 0 for corners in the north-west.

        Returns
        -------
        IntArray, IntArray
            Shape of the window.
        """
        rows = np.arange(window.row0, window.row1, dtype=np.float64) + offset
        columns = np.arange(window.col0, window.col1, dtype=np.float64) + offset
        row_nodes, row_at, row_part = _nodes(rows)
        col_nodes, col_at, col_part = _nodes(columns)
        x, y = np.meshgrid(
            self._base.column_edges(col_nodes), self._base.row_edges(row_nodes)
        )
        step = Transformer.from_crs(self._base.crs, self._target.crs, always_xy=True)
        moved_x, moved_y = step.transform(x, y)
        target = self._target
        place = (row_at, row_part, col_at, col_part)
        column = _between((moved_x - target.x0) / target.dx, *place)
        row = _between((target.y0 - moved_y) / target.dy, *place)
        # Infinite where the target's projection has no place.
        inside = (row >= 0) & (row < target.height) & (column >= 0)
        inside &= column < target.width
        row, column = np.where(inside, row, -1.0), np.where(inside, column, -1.0)
        return np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)


def _nodes(places: FloatArray) -> tuple[FloatArray, IntArray, FloatArray]:
    """Lines that places lie between, which of them, and how far to the next.

    Lines are counted from the grid's corner: a place does not depend on the window.
    """
    before = np.floor(places / _STEP)
    nodes = np.arange(before[0], before[-1] + 2) * _STEP
    at = (before - before[0]).astype(np.int64)
    return nodes, at, places / _STEP - before


def _between(
    values: FloatArray,
    row_at: IntArray,
    row_part: FloatArray,
    col_at: IntArray,
    col_part: FloatArray,
) -> FloatArray:
    """Interpolate along the columns, then along the rows."""
    with np.errstate(invalid="ignore"):
        west, east = values[:, col_at], values[:, col_at + 1]
        wide = west + (east - west) * col_part
        north, south = wide[row_at], wide[row_at + 1]
        return np.asarray(north + (south - north) * row_part[:, np.newaxis])
