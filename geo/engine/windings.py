"""Winding numbers of one layer's features around the ring starts of the other.

*Left's starts* are points of A's kind. A sweep along the middle line of each row of the
lattice keeps the features of right around the current point; from the middle of a cell a
straight path leads to each start in it. Border points and middles of cells are points
of A's kind too, so the same exact predicate as for edges tells each crossing.

*Right's starts* are points of B's kind. They are few per feature of left: a ray to the
east is followed through the runs of the feature, most of which only need their box and
their two ends. Where many starts meet many runs, the runs are sorted into bands first.
"""

import numpy as np

from geo.engine.crossings import Rows
from geo.engine.jit import compiled, inlined
from geo.engine.lattice import Lattice, cell_of
from geo.engine.layer import Int32Array, PolygonLayer
from geo.engine.predicates import edge_crossing, orientation, point_of_b_is_left
from geo.types import FloatArray, IntArray

MANY = 20_000
"""Tests of a run against a start above which sorting the runs pays."""


@compiled
def _move(
    cell: int,
    px: float,
    py: float,
    qx: float,
    qy: float,
    right: PolygonLayer,
    grid: Lattice,
    feature: Int32Array,
    winding: Int32Array,
    active: int,
) -> int:
    """Carry windings from p to q inside a cell; returns how many are not zero."""
    points, box = right.points, right.run_box
    low_x, high_x, low_y, high_y = min(px, qx), max(px, qx), min(py, qy), max(py, qy)
    for w in range(grid.start[cell], grid.start[cell + 1]):
        v = grid.item[w]
        if box[v, 0] > high_x or box[v, 1] > high_y:
            continue
        if box[v, 2] < low_x or box[v, 3] < low_y:
            continue
        for b in range(right.run_first[v], right.run_last[v]):
            ay, by = points[b, 1], points[b + 1, 1]
            if min(ay, by) > high_y or max(ay, by) < low_y:
                continue
            ax, bx = points[b, 0], points[b + 1, 0]
            if min(ax, bx) > high_x or max(ax, bx) < low_x:
                continue
            sign, _ = edge_crossing(px, py, qx, qy, ax, ay, bx, by)
            if sign == 0:
                continue
            ring = right.run_ring[v]
            j, z = right.ring_feature[ring], 0
            while z < active and feature[z] != j:
                z += 1
            if z == active:
                feature[z], winding[z] = j, 0
                active += 1
            winding[z] += sign * right.ring_sign[ring]
            if winding[z] == 0:
                active -= 1
                feature[z], winding[z] = feature[active], winding[active]
    return active


@compiled
def left_start_rows(
    first: int,
    last: int,
    ring: IntArray,
    cell: IntArray,
    left: PolygonLayer,
    right: PolygonLayer,
    grid: Lattice,
    out: Rows,
) -> tuple[int, int]:
    """Locate starts of left's rings in right; one row per ring and feature around it.

    Parameters
    ----------
    first, last : int
        Range of ``ring`` to work on.
    ring, cell : IntArray
        Rings of left whose start is inside the grid, and the cell, ascending.

    Returns
    -------
    int, int
        The position to go on with (the first of a row of the grid, or ``last``), and
        the rows written.
    """
    size = len(right.feature_ring) - 1
    feature, winding = np.empty(size, np.int32), np.empty(size, np.int32)
    near, around = np.empty(size, np.int32), np.empty(size, np.int32)
    n, written, room = first, 0, len(out.left)
    while n < last:
        begin, before = n, written
        row, active, column, half = cell[n] // grid.columns, 0, 0, 0
        middle_y = grid.south + (row + 0.5) * grid.height
        while n < last and cell[n] // grid.columns == row:
            goal = cell[n] - row * grid.columns
            # From the middle of the last cell asked for, or from outside, to this one.
            while column < goal:
                west = grid.west + (column + 0.5 * half) * grid.width
                east = grid.west + (column + 1) * grid.width
                active = _move(
                    row * grid.columns + column, west, middle_y, east, middle_y,
                    right, grid, feature, winding, active,
                )  # fmt: skip
                column, half = column + 1, 0
            middle_x = grid.west + (column + 0.5) * grid.width
            active = _move(
                cell[n], grid.west + column * grid.width, middle_y, middle_x, middle_y,
                right, grid, feature, winding, active,
            )  # fmt: skip
            half = 1
            while n < last and cell[n] == row * grid.columns + goal:
                near[:active], around[:active] = feature[:active], winding[:active]
                r = ring[n]
                start = left.ring_start[r]
                count = _move(
                    cell[n], middle_x, middle_y,
                    left.points[start, 0], left.points[start, 1],
                    right, grid, near, around, active,
                )  # fmt: skip
                if written + count > room:
                    return begin, before
                for z in range(count):
                    turns = around[z] * left.ring_sign[r]
                    out.left[written], out.right[written] = left.ring_feature[r], near[z]
                    out.fine[written] = turns * left.ring_fine[r]
                    out.coarse[written] = turns * left.ring_coarse[r]
                    out.balance[written] = 0
                    written += 1
                n += 1
    return last, written


@inlined
def _edge_turn(
    x: float, y: float, ax: float, ay: float, bx: float, by: float
) -> int:
    """Count what an edge of A adds to the winding number of the point (x, y) of B.

    The ray goes east at y + eps^2, above all vertices of A at y itself.
    """
    rises = by > y
    if (ay > y) == rises or max(ax, bx) < x:
        return 0
    if min(ax, bx) > x:
        return 1 if rises else -1
    turn = orientation(ax, ay, bx, by, x, y)
    is_left = point_of_b_is_left(turn, bx - ax, by - ay)
    if rises:
        return 1 if is_left else 0
    return 0 if is_left else -1


@compiled
def _run_turn(x: float, y: float, u: int, left: PolygonLayer) -> int:
    """Count what a run adds to the winding number of (x, y), by its box if possible."""
    box, points = left.run_box, left.points
    if box[u, 1] > y or box[u, 3] <= y or box[u, 2] < x:
        return 0
    first, last = left.run_first[u], left.run_last[u]
    sign = left.ring_sign[left.run_ring[u]]
    if box[u, 0] > x:
        return sign * (int(points[last, 1] > y) - int(points[first, 1] > y))
    turns = 0
    for k in range(first, last):
        turns += _edge_turn(
            x, y, points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
        )
    return sign * turns


@compiled
def _banded(
    first: int, last: int, bands: int, left: PolygonLayer, south: float, height: float
) -> tuple[IntArray, IntArray]:
    """Sort runs first to last - 1 into bands of latitude: starts and runs."""
    start = np.zeros(bands + 2, np.int64)
    item = np.empty(0, np.int64)
    for fill in range(2):
        for u in range(first, last):
            low = cell_of(left.run_box[u, 1], south, height, bands)
            high = cell_of(left.run_box[u, 3], south, height, bands)
            for band in range(low, high + 1):
                if fill:
                    item[start[band + 1]] = u
                    start[band + 1] += 1
                else:
                    start[band + 2] += 1
        if not fill:
            for band in range(1, bands + 2):
                start[band] += start[band - 1]
            item = np.empty(start[bands + 1], np.int64)
    return start, item


@compiled
def right_start_rows(
    first: int,
    last: int,
    order: IntArray,
    left: PolygonLayer,
    right: PolygonLayer,
    starts: Lattice,
    out: Rows,
) -> tuple[int, int]:
    """Locate starts of right's rings in left; one row per ring and feature around it.

    Parameters
    ----------
    first, last : int
        Range of ``order``, positions of features of left, to work on.
    starts : Lattice
        Of right's ring starts.

    Returns
    -------
    int, int
        The position to go on with, and the rows written.
    """
    written, room = 0, len(out.left)
    inside = np.empty(len(right.ring_sign), np.int64)
    for n in range(first, last):
        i, before = order[n], written
        count = _starts_in_box(left.feature_box[i], right, starts, inside)
        u0 = left.ring_run[left.feature_ring[i]]
        u1 = left.ring_run[left.feature_ring[i + 1]]
        banded = count * (u1 - u0) > MANY
        south, height, bands = left.feature_box[i, 1], 1.0, 1
        if banded:
            bands = min(u1 - u0, 4096)
            height = max((left.feature_box[i, 3] - south) / bands, 1e-12)
            start, item = _banded(u0, u1, bands, left, south, height)
        else:
            start, item = np.empty(0, np.int64), np.empty(0, np.int64)
        for z in range(count):
            r = inside[z]
            x, y = (
                right.points[right.ring_start[r], 0],
                right.points[right.ring_start[r], 1],
            )
            turns = 0
            if banded:
                band = cell_of(y, south, height, bands)
                for w in range(start[band], start[band + 1]):
                    turns += _run_turn(x, y, item[w], left)
            else:
                for u in range(u0, u1):
                    turns += _run_turn(x, y, u, left)
            if turns == 0:
                continue
            if written == room:
                return n, before
            turns *= right.ring_sign[r]
            out.left[written], out.right[written] = i, right.ring_feature[r]
            out.fine[written] = turns * right.ring_fine[r]
            out.coarse[written] = turns * right.ring_coarse[r]
            out.balance[written] = 0
            written += 1
    return last, written


@compiled
def _starts_in_box(
    box: FloatArray, right: PolygonLayer, starts: Lattice, out: IntArray
) -> int:
    """List right's rings that start inside a box; returns how many."""
    i0 = cell_of(box[0], starts.west, starts.width, starts.columns)
    i1 = cell_of(box[2], starts.west, starts.width, starts.columns)
    j0 = cell_of(box[1], starts.south, starts.height, starts.rows)
    j1 = cell_of(box[3], starts.south, starts.height, starts.rows)
    written = 0
    for row in range(j0, j1 + 1):
        base = row * starts.columns
        for w in range(starts.start[base + i0], starts.start[base + i1 + 1]):
            r = starts.item[w]
            k = right.ring_start[r]
            x, y = right.points[k, 0], right.points[k, 1]
            if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                out[written] = r
                written += 1
    return written
