"""Winding numbers of one layer's features around the ring starts of the other.

*Features of few runs*: for each, the starts in its box are looked up, and a ray to the
east is followed through its runs. Most runs need only their box and their ends.

*Features of right with many runs* (a province's red line): left's starts are located by
a sweep along the middle line of each row of the lattice. It keeps the features around
the current point; from the middle of a cell a straight path leads to each start in it.
Borders and middles of cells are points of A's kind like the starts, so the same exact
predicate as for edges tells each crossing.
"""

from typing import NamedTuple

import numpy as np

from geo.engine.jit import compiled, inlined
from geo.engine.lattice import Lattice, cell_of
from geo.engine.layer import Int32Array, PolygonLayer
from geo.engine.predicates import (
    edge_crossing,
    orientation,
    point_of_a_is_left,
    point_of_b_is_left,
)
from geo.types import FloatArray, IntArray


class Starts(NamedTuple):
    """Ring starts inside features of the other layer; room for ``(n,)`` of them.

    Parameters
    ----------
    left, right : Int32Array
        The features: one owns the ring, the other lies around its start.
    ring : Int32Array
        The ring, of the layer that is known from the call.
    turns : Int32Array
        Winding number of the feature around the start; 1 for valid polygons.
    """

    left: Int32Array
    right: Int32Array
    ring: Int32Array
    turns: Int32Array

    @classmethod
    def room(cls, size: int) -> "Starts":
        """Allocate."""
        return cls(*np.empty((4, size), np.int32))


BIG = 512
"""Runs from which a feature of right is swept rather than looked up."""

MANY = 20_000
"""Tests of a run against a start above which a feature's runs are sorted first."""

MOST_BANDS = 4096


@inlined
def edge_turn(
    x: float, y: float, ax: float, ay: float, bx: float, by: float, point_of_a: bool
) -> int:
    """Count what an edge adds to the winding number of a point of the other layer.

    The ray goes east from the point. A point of B is moved up by eps^2, above all
    vertices at y; seen from a point of A, vertices of B at y are above it.
    """
    if point_of_a:
        starts_above, rises = ay >= y, by >= y
    else:
        starts_above, rises = ay > y, by > y
    if starts_above == rises or max(ax, bx) < x:
        return 0
    if min(ax, bx) > x:
        return 1 if rises else -1
    turn = orientation(ax, ay, bx, by, x, y)
    if point_of_a:
        is_left = point_of_a_is_left(turn, bx - ax, by - ay)
    else:
        is_left = point_of_b_is_left(turn, bx - ax, by - ay)
    if rises:
        return 1 if is_left else 0
    return 0 if is_left else -1


@inlined
def _run_turn(
    x: float,
    y: float,
    west: float,
    south: float,
    east: float,
    north: float,
    first: int,
    last: int,
    points: FloatArray,
    point_of_a: bool,
) -> int:
    """Count what a run adds to the winding number of a point."""
    if south > y or north < y or east < x:
        return 0
    if west > x:
        y1, y2 = points[first, 1], points[last, 1]
        if point_of_a:
            return int(y2 >= y) - int(y1 >= y)
        return int(y2 > y) - int(y1 > y)
    turns = 0
    for k in range(first, last):
        turns += edge_turn(
            x, y, points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1],
            point_of_a,
        )  # fmt: skip
    return turns


@compiled
def _banded(
    first: int, last: int, bands: int, box: FloatArray, south: float, per_height: float
) -> tuple[IntArray, IntArray]:
    """Sort runs first to last - 1 into bands of latitude: starts and runs."""
    start = np.zeros(bands + 2, np.int64)
    for u in range(first, last):
        low = cell_of(box[u, 1], south, per_height, bands)
        high = cell_of(box[u, 5], south, per_height, bands)
        for band in range(low, high + 1):
            start[band + 2] += 1
    for band in range(1, bands + 2):
        start[band] += start[band - 1]
    item = np.empty(start[bands + 1], np.int64)
    for u in range(first, last):
        low = cell_of(box[u, 1], south, per_height, bands)
        high = cell_of(box[u, 5], south, per_height, bands)
        for band in range(low, high + 1):
            item[start[band + 1]] = u
            start[band + 1] += 1
    return start, item


@compiled
def _starts_in_box(
    box: FloatArray,
    points: FloatArray,
    ring_start: IntArray,
    starts: Lattice,
    out: IntArray,
) -> int:
    """List the rings that start inside a box; returns how many."""
    i0 = cell_of(box[0], starts.west, starts.per_width, starts.columns)
    i1 = cell_of(box[2], starts.west, starts.per_width, starts.columns)
    j0 = cell_of(box[1], starts.south, starts.per_height, starts.rows)
    j1 = cell_of(box[3], starts.south, starts.per_height, starts.rows)
    written = 0
    for row in range(j0, j1 + 1):
        base = row * starts.columns
        for w in range(starts.start[base + i0], starts.start[base + i1 + 1]):
            r = starts.item[w]
            x, y = points[ring_start[r], 0], points[ring_start[r], 1]
            out[written] = r
            written += (box[0] <= x) & (x <= box[2]) & (box[1] <= y) & (y <= box[3])
    return written


@compiled
def start_rows(
    first: int,
    last: int,
    order: IntArray,
    around: PolygonLayer,
    other: PolygonLayer,
    starts: Lattice,
    around_is_left: bool,
    out: Starts,
) -> tuple[int, int]:
    """Find the features of ``around`` that contain ring starts of ``other``.

    Parameters
    ----------
    first, last : int
        Range of ``order``, positions of features, to work on.
    starts : Lattice
        Of the ring starts of ``other``.
    around_is_left : bool
        Which of the layers is A: it decides ties, and the columns of the rows.

    Returns
    -------
    int, int
        The position to go on with, and the rows written: one per ring and feature.
    """
    points, box = around.points, around.run_box
    run_first, run_last, run_ring = around.run_first, around.run_last, around.run_ring
    sign, ring_start = around.ring_sign, other.ring_start
    inside = np.empty(len(other.ring_sign) + 1, np.int64)
    written, room = 0, len(out.left)
    for n in range(first, last):
        i, before = order[n], written
        u0 = around.ring_run[around.feature_ring[i]]
        u1 = around.ring_run[around.feature_ring[i + 1]]
        if u0 == u1:
            continue
        count = _starts_in_box(
            around.feature_box[i], other.points, ring_start, starts, inside
        )
        # Runs in one band, in ascending order, unless sorting them pays.
        bands, per_height, south = 1, 1.0, around.feature_box[i, 1]
        if count * (u1 - u0) > MANY:
            bands = min(u1 - u0, MOST_BANDS)
            per_height = bands / max(around.feature_box[i, 3] - south, 1e-9)
        if bands > 1:
            band_start, item = _banded(u0, u1, bands, box, south, per_height)
        else:
            band_start, item = np.empty(0, np.int64), np.empty(0, np.int64)
        for z in range(count):
            r = inside[z]
            x, y = other.points[ring_start[r], 0], other.points[ring_start[r], 1]
            w0, w1 = u0, u1
            if bands > 1:
                band = cell_of(y, south, per_height, bands)
                w0, w1 = band_start[band], band_start[band + 1]
            turns = 0
            for w in range(w0, w1):
                u = item[w] if bands > 1 else w
                turns += sign[run_ring[u]] * _run_turn(
                    x, y, box[u, 0], box[u, 1], box[u, 4], box[u, 5],
                    run_first[u], run_last[u], points, not around_is_left,
                )  # fmt: skip
            if turns == 0:
                continue
            if written == room:
                return n, before
            j = other.ring_feature[r]
            out.left[written] = i if around_is_left else j
            out.right[written] = j if around_is_left else i
            out.ring[written], out.turns[written] = r, turns
            written += 1
    return last, written


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


LEFT_OUT = 2**31 - 1


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
