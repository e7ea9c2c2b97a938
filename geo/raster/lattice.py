"""Rectangular cells between straight lines, equally spaced or not.

A raster grid is a lattice; so is the refinement of two grids by all their lines.
"""

from dataclasses import dataclass, replace

import numpy as np
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.grid import Grid
from geo.jit import compiled
from geo.types import FloatArray, IntArray

SAME_LINE = 1e-9
"""Share of a cell within which lines of two grids are one: 1e-9 of 30 m is 30 nm,
while lines meant to be equal differ by the rounding of their coordinates, 1e-11."""


@dataclass(frozen=True)
class Lattice:
    """Lines of cells, as distances from the corner in the north-west.

    Parameters
    ----------
    x0, y0 : float
        The corner. Distances from it keep digits that coordinates of 1e2 degrees or
        1e7 metres would lose.
    x : FloatArray
        ``(columns + 1,)`` eastwards, ascending, from 0.
    y : FloatArray
        ``(rows + 1,)`` southwards, ascending, from 0.
    crs : CRS
    equal : bool
        Whether all cells are of one width and all of one height.
    """

    x0: float
    y0: float
    x: FloatArray
    y: FloatArray
    crs: CRS
    equal: bool

    @property
    def rows(self) -> int:
        """How many rows of cells."""
        return len(self.y) - 1

    @property
    def steps(self) -> tuple[float, float]:
        """Width and height of all cells; 0, 0 where they differ."""
        return (float(self.x[1]), float(self.y[1])) if self.equal else (0.0, 0.0)

    @property
    def columns(self) -> int:
        """How many columns of cells."""
        return len(self.x) - 1


@compiled
def line_before(lines: FloatArray, where: float, step: float) -> int:
    """Find the last line not beyond ``where``, leaving out the last of all.

    ``step`` is the distance of equally spaced lines, 0 for others.
    """
    last = len(lines) - 2
    if step == 0.0:
        found = int(np.searchsorted(lines, where, side="right")) - 1
        return min(max(found, 0), last)
    # The guess is off by rounding at most.
    k = min(max(int((where - lines[0]) / step), 0), last)
    while k > 0 and lines[k] > where:
        k -= 1
    while k < last and lines[k + 1] <= where:
        k += 1
    return k


def of_grid(grid: Grid) -> Lattice:
    """Answer the lines of one grid."""
    x = _lines(grid.width) * grid.dx
    y = _lines(grid.height) * grid.dy
    return Lattice(grid.x0, grid.y0, x, y, grid.crs, equal=True)


def _lines(cells: int) -> FloatArray:
    return np.arange(cells + 1, dtype=np.float64)


def horizontal(grid: Grid, where: str = "raster") -> Grid:
    """Answer a grid in what its x and y are in, refusing an unsafe datum.

    Raises
    ------
    CRSError
        ``crs_not_horizontal`` or ``crs_datum_unsafe``.
    """
    crs = coordinate_systems.horizontal(grid.crs, where)
    coordinate_systems.require_safe_datum(crs, where)
    return replace(grid, crs=crs)


@dataclass(frozen=True)
class Refined:
    """The cells that two grids of one CRS cut each other into.

    Parameters
    ----------
    lattice : Lattice
        Spans both grids.
    rows, columns : pair of IntArray
        For the first and the second grid: its row (column) that each row (column) of
        the lattice lies in, -1 outside of it.
    """

    lattice: Lattice
    rows: tuple[IntArray, IntArray]
    columns: tuple[IntArray, IntArray]


def refined(first: Grid, second: Grid) -> Refined:
    """Cut the cells of two grids of one CRS by each other's lines."""
    x0, y0 = min(first.x0, second.x0), max(first.y0, second.y0)
    grids = (first, second)
    x_lines = [(g.x0 - x0) + _lines(g.width) * g.dx for g in grids]
    y_lines = [(y0 - g.y0) + _lines(g.height) * g.dy for g in grids]
    x = _merged(x_lines, SAME_LINE * min(first.dx, second.dx))
    y = _merged(y_lines, SAME_LINE * min(first.dy, second.dy))
    return Refined(
        Lattice(x0, y0, x, y, first.crs, equal=False),
        (_cell_of(y, y_lines[0]), _cell_of(y, y_lines[1])),
        (_cell_of(x, x_lines[0]), _cell_of(x, x_lines[1])),
    )


def _merged(lines: list[FloatArray], tolerance: float) -> FloatArray:
    """All lines in order; of those closer than ``tolerance``, the first."""
    every = np.sort(np.concatenate(lines))
    keep = np.concatenate(([True], np.diff(every) > tolerance))
    return np.asarray(every[keep])


def _cell_of(lines: FloatArray, edges: FloatArray) -> IntArray:
    """Cell between ``edges`` that each middle of two lines is in, -1 for none."""
    middle = 0.5 * (lines[1:] + lines[:-1])
    cell = np.searchsorted(edges, middle, side="right").astype(np.int64) - 1
    cell[cell >= len(edges) - 1] = -1
    return cell
