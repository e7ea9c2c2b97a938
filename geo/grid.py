"""A north-up raster grid: shape, corner, cell size and CRS as one value."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from pyproj import CRS

from geo.types import BBox, FloatArray


class Window(NamedTuple):
    """Half-open ranges of rows (from the north) and columns (from the west)."""

    row0: int
    row1: int
    col0: int
    col1: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.row1 - self.row0, self.col1 - self.col0

    @property
    def is_empty(self) -> bool:
        """Whether it holds no cell."""
        return self.row1 <= self.row0 or self.col1 <= self.col0


@dataclass(frozen=True)
class Grid:
    """Cells of equal size in the units of ``crs``, first row in the north.

    Parameters
    ----------
    height, width : int
        Rows and columns.
    x0, y0 : float
        The outer corner in the north-west, x,y order.
    dx, dy : float
        Cell size, both positive.
    crs : CRS
        Of the coordinates.
    """

    height: int
    width: int
    x0: float
    y0: float
    dx: float
    dy: float
    crs: CRS

    @property
    def bounds(self) -> BBox:
        """Left, bottom, right, top."""
        right, bottom = self.x0 + self.width * self.dx, self.y0 - self.height * self.dy
        return self.x0, bottom, right, self.y0

    def column_edges(self, columns: FloatArray) -> FloatArray:
        """X of the west edge of (possibly fractional) columns."""
        return self.x0 + columns * self.dx

    def row_edges(self, rows: FloatArray) -> FloatArray:
        """Y of the north edge of (possibly fractional) rows."""
        return self.y0 - rows * self.dy

    def window(self, bounds: BBox) -> Window:
        """Answer the cells that a box touches, clipped to the grid."""
        left, bottom, right, top = bounds
        col0 = int(np.clip(np.floor((left - self.x0) / self.dx), 0, self.width))
        col1 = int(np.clip(np.ceil((right - self.x0) / self.dx), 0, self.width))
        row0 = int(np.clip(np.floor((self.y0 - top) / self.dy), 0, self.height))
        row1 = int(np.clip(np.ceil((self.y0 - bottom) / self.dy), 0, self.height))
        return Window(row0, row1, col0, col1)
