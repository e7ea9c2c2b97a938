"""Sweep right's features of many runs for the ring starts of left.

Left's starts are located along the middle line of each row of the lattice. The sweep
keeps the features around the current point; from the middle of a cell a straight path
leads to each start in it. Borders and middles of cells are points of A's kind like the
starts, so the same exact predicate as for edges tells each crossing.
"""

import numpy as np

from geo.engine.lattice import Lattice
from geo.engine.layer import Int32Array, PolygonLayer
from geo.engine.predicates import edge_crossing
from geo.engine.windings import BIG, Starts
from geo.jit import compiled, inlined
from geo.types import FloatArray, IntArray

LEFT_OUT = 2**31 - 1
"""Owner of the runs that are not swept."""


@inlined
def _move(
    low: int,
    high: int,
    px: float,
    py: float,
    qx: float,
    qy: float,
    item: Int32Array,
    box: FloatArray,
    run_first: IntArray,
    run_last: IntArray,
    run_owner: Int32Array,
    points: FloatArray,
    feature: Int32Array,
    winding: Int32Array,
    active: int,
) -> int:
    """Carry windings from p to q inside a cell; returns how many are not zero.

    ``run_owner`` is the feature, its complement for rings that count as reversed, and
    a number no feature has for runs that are to be left out.
    """
    low_x, high_x, low_y, high_y = min(px, qx), max(px, qx), min(py, qy), max(py, qy)
    for w in range(low, high):
        v = item[w]
        apart = (box[v, 0] > high_x) | (box[v, 1] > high_y)
        apart |= (box[v, 4] < low_x) | (box[v, 5] < low_y)
        owner = run_owner[v]
        if apart or owner == LEFT_OUT:
            continue
        for b in range(run_first[v], run_last[v]):
            ay, by = points[b, 1], points[b + 1, 1]
            if min(ay, by) > high_y or max(ay, by) < low_y:
                continue
            ax, bx = points[b, 0], points[b + 1, 0]
            if min(ax, bx) > high_x or max(ax, bx) < low_x:
                continue
            sign, _ = edge_crossing(px, py, qx, qy, ax, ay, bx, by)
            if sign == 0:
                continue
            j, z = max(owner, ~owner), 0
            while z < active and feature[z] != j:
                z += 1
            if z == active:
                feature[z], winding[z] = j, 0
                active += 1
            winding[z] += sign if owner >= 0 else -sign
            if winding[z] == 0:
                active -= 1
                feature[z], winding[z] = feature[active], winding[active]
    return active


def big_run_owner(layer: PolygonLayer) -> Int32Array | None:
    """Owners of runs for the sweep, ``(m,)``; None where no feature is big."""
    runs = np.diff(layer.ring_run[layer.feature_ring])
    if not (runs >= BIG).any():
        return None
    owner = layer.ring_feature[layer.run_ring]
    signed = np.where(layer.ring_sign[layer.run_ring] < 0, ~owner, owner)
    return np.where(runs[owner] >= BIG, signed, LEFT_OUT).astype(np.int32)


@compiled
def swept_rows(
    first: int,
    last: int,
    ring: IntArray,
    cell: IntArray,
    left: PolygonLayer,
    right: PolygonLayer,
    run_owner: Int32Array,
    grid: Lattice,
    out: Starts,
) -> tuple[int, int]:
    """Locate starts of left's rings in the big features of right.

    Parameters
    ----------
    first, last : int
        Range of ``ring`` to work on.
    ring, cell : IntArray
        Rings of left whose start is inside the grid, and the cell, ascending.
    run_owner : Int32Array
        From :func:`big_run_owner`.

    Returns
    -------
    int, int
        The position to go on with (the first of a row of the grid, or ``last``), and
        the rows written: one per ring and feature around it.
    """
    points, box, start, item = right.points, right.run_box, grid.start, grid.item
    run_first, run_last = right.run_first, right.run_last
    size = len(right.feature_ring)
    feature, winding = np.empty(size, np.int32), np.empty(size, np.int32)
    near, around = np.empty(size, np.int32), np.empty(size, np.int32)
    n, written, room = first, 0, len(out.left)
    while n < last:
        begin, before = n, written
        row = cell[n] // grid.columns
        base, active, done = row * grid.columns, 0, row * grid.columns
        y = grid.south + (row + 0.5) * grid.height
        from_x = grid.west
        while n < last and cell[n] // grid.columns == row:
            goal = cell[n]
            # On to the middle of the goal, cell by cell; ``done`` is where we stand.
            while done <= goal:
                to_x = grid.west + (done - base + 1.0) * grid.width
                if done == goal:
                    to_x -= 0.5 * grid.width
                active = _move(
                    start[done], start[done + 1], from_x, y, to_x, y, item, box,
                    run_first, run_last, run_owner, points, feature, winding, active,
                )  # fmt: skip
                from_x = to_x
                done += 1
            while n < last and cell[n] == goal:
                near[:active], around[:active] = feature[:active], winding[:active]
                r = ring[n]
                x, k = from_x, left.ring_start[r]
                count = _move(
                    start[goal], start[goal + 1], x, y,
                    left.points[k, 0], left.points[k, 1], item, box,
                    run_first, run_last, run_owner, points, near, around, active,
                )  # fmt: skip
                if written + count > room:
                    return begin, before
                for z in range(count):
                    out.left[written] = left.ring_feature[r]
                    out.right[written] = near[z]
                    out.ring[written], out.turns[written] = r, around[z]
                    written += 1
                n += 1
            to_x = from_x + 0.5 * grid.width
            active = _move(
                start[goal], start[goal + 1], from_x, y, to_x, y, item, box,
                run_first, run_last, run_owner, points, feature, winding, active,
            )  # fmt: skip
            from_x = to_x
    return last, written
