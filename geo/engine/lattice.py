"""Grids that tell which runs and which ring starts of a layer are near a place."""

from typing import NamedTuple

import numpy as np

from geo.engine.layer import Int32Array, PolygonLayer
from geo.jit import compiled, in_threads, inlined, spans
from geo.types import BBox, FloatArray, IntArray

SMALLEST_CELL = 2.0**-40
"""Degrees; the middle of a cell must be a point of the coordinate lattice."""

MOST_CELLS = 2**26


class Lattice(NamedTuple):
    """A grid over a layer with, in each cell, what lies or reaches there.

    Sides of cells are powers of two and the corner is a multiple of them, so borders
    and middles of cells are exact in double precision and on the coordinate lattice.

    Parameters
    ----------
    west, south : float
        Corner of the grid, degrees.
    width, height : float
        Sides of a cell, degrees.
    per_width, per_height : float
        Their reciprocals, exact.
    columns, rows : int
    start : IntArray
        ``(rows * columns + 1,)``; the contents of cell ``row * columns + column`` are
        ``item[start[cell]:start[cell + 1]]``.
    item : Int32Array
        Numbers of runs or rings, ascending in each cell.
    """

    west: float
    south: float
    width: float
    height: float
    per_width: float
    per_height: float
    columns: int
    rows: int
    start: IntArray
    item: Int32Array


@inlined
def cell_of(value: float, origin: float, per_side: float, count: int) -> int:
    """Column or row of a coordinate, kept inside the grid; monotone."""
    place = (value - origin) * per_side
    return int(min(max(place, 0.0), count - 1.0))


def run_lattice(layer: PolygonLayer, threads: int) -> Lattice:
    """Index the boxes of all runs of a layer."""
    sides = (layer.run_box[:, 4:6] - layer.run_box[:, :2]).sum(axis=0)
    wide, high = (sides / max(len(layer.run_box), 1)).tolist()
    return _lattice(layer.run_box, 4, layer.box, (wide, high), threads)


def start_lattice(layer: PolygonLayer, threads: int) -> Lattice:
    """Index the first vertices of all rings; items are numbers of rings."""
    starts = layer.points[layer.ring_start]
    return _lattice(starts, 0, layer.box, (0.0, 0.0), threads)


def _lattice(
    boxes: FloatArray,
    far: int,
    bounds: BBox,
    sides: tuple[float, float],
    threads: int,
) -> Lattice:
    """Build a grid; ``far`` is the column of the largest x in ``boxes``."""
    west, south, east, north = bounds
    width, height = _cell_sides(east - west, north - south, len(boxes), sides)
    west, south = np.floor(west / width) * width, np.floor(south / height) * height
    columns = int((east - west) / width) + 1
    rows = int((north - south) / height) + 1
    grid = Lattice(
        float(west), float(south), width, height, 1.0 / width, 1.0 / height,
        columns, rows,
        np.zeros(rows * columns + 2, np.int64), np.empty(0, np.int32),
    )  # fmt: skip
    parts = spans(rows, threads)
    in_threads(lambda part: _register(*part, boxes, far, grid, False), parts, threads)
    np.cumsum(grid.start, out=grid.start)
    grid = grid._replace(item=np.empty(grid.start[-1], np.int32))
    in_threads(lambda part: _register(*part, boxes, far, grid, True), parts, threads)
    return grid._replace(start=grid.start[:-1])


def _cell_sides(
    wide: float, high: float, count: int, sides: tuple[float, float]
) -> tuple[float, float]:
    """Choose powers of two: about a cell per item, none much smaller than an item."""
    even = np.sqrt(wide * high / max(count, 1))
    least = max(wide, high) / np.sqrt(MOST_CELLS)
    floor = max(float(least), SMALLEST_CELL)
    width, height = (
        2.0 ** np.round(np.log2(max(float(even), side, floor))) for side in sides
    )
    return float(width), float(height)


@compiled
def _register(
    first_row: int,
    last_row: int,
    boxes: FloatArray,
    far: int,
    grid: Lattice,
    fill: bool,
) -> None:
    """Count the items of each cell of some rows two places ahead, or put them in.

    Filling moves ``start[cell + 1]`` from the first to behind the last item of the
    cell, so that ``start`` without its last value is right afterwards.
    """
    start, item, columns = grid.start, grid.item, grid.columns
    for n in range(len(boxes)):
        low = cell_of(boxes[n, 1], grid.south, grid.per_height, grid.rows)
        high = cell_of(boxes[n, far + 1], grid.south, grid.per_height, grid.rows)
        if high < first_row or low >= last_row:
            continue
        left = cell_of(boxes[n, 0], grid.west, grid.per_width, columns)
        right = cell_of(boxes[n, far], grid.west, grid.per_width, columns)
        for row in range(max(low, first_row), min(high + 1, last_row)):
            for cell in range(row * columns + left, row * columns + right + 1):
                if fill:
                    item[start[cell + 1]] = n
                    start[cell + 1] += 1
                else:
                    start[cell + 2] += 1
