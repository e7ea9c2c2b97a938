"""Winding numbers of one layer's features around the ring starts of the other.

For each feature the starts in its box are looked up, and a ray to the east is followed
through its runs. Most runs need only their box and their ends. Where many starts meet
many runs, the runs are sorted into bands of latitude first. Features of right with very
many runs are left to :mod:`geo.engine.sweep`.
"""

from typing import NamedTuple

import numpy as np

from geo.engine.lattice import Lattice, cell_of
from geo.engine.layer import Int32Array, PolygonLayer
from geo.engine.predicates import (
    orientation,
    point_of_a_is_left,
    point_of_b_is_left,
)
from geo.jit import compiled, inlined
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


@inlined
def _starts_in_box(
    west: float,
    south: float,
    east: float,
    north: float,
    points: FloatArray,
    ring_start: IntArray,
    starts: Lattice,
    out: IntArray,
) -> int:
    """List the rings that start inside a box; returns how many."""
    start, item, columns = starts.start, starts.item, starts.columns
    i0 = cell_of(west, starts.west, starts.per_width, columns)
    i1 = cell_of(east, starts.west, starts.per_width, columns)
    j0 = cell_of(south, starts.south, starts.per_height, starts.rows)
    j1 = cell_of(north, starts.south, starts.per_height, starts.rows)
    written = 0
    for row in range(j0, j1 + 1):
        for w in range(start[row * columns + i0], start[row * columns + i1 + 1]):
            r = item[w]
            x, y = points[ring_start[r], 0], points[ring_start[r], 1]
            out[written] = r
            written += (west <= x) & (x <= east) & (south <= y) & (y <= north)
    return written


@compiled
def _banded_turns(
    u0: int,
    u1: int,
    count: int,
    inside: IntArray,
    around: PolygonLayer,
    other: PolygonLayer,
    point_of_a: bool,
    turns: Int32Array,
) -> None:
    """Wind runs u0 to u1 - 1 around many starts, by bands of latitude."""
    box, points = around.run_box, around.points
    i = around.ring_feature[around.run_ring[u0]]
    south, bands = around.feature_box[i, 1], min(u1 - u0, MOST_BANDS)
    per_height = bands / max(around.feature_box[i, 3] - south, 1e-9)
    start, item = _banded(u0, u1, bands, box, south, per_height)
    for z in range(count):
        k = other.ring_start[inside[z]]
        x, y = other.points[k, 0], other.points[k, 1]
        band = cell_of(y, south, per_height, bands)
        total = 0
        for w in range(start[band], start[band + 1]):
            u = item[w]
            total += around.ring_sign[around.run_ring[u]] * _run_turn(
                x, y, box[u, 0], box[u, 1], box[u, 4], box[u, 5],
                around.run_first[u], around.run_last[u], points, point_of_a,
            )  # fmt: skip
        turns[z] = total


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
    points, box, feature_box = around.points, around.run_box, around.feature_box
    run_first, run_last, run_ring = around.run_first, around.run_last, around.run_ring
    sign, feature_ring, ring_run = (
        around.ring_sign, around.feature_ring, around.ring_run,
    )  # fmt: skip
    other_points, ring_start = other.points, other.ring_start
    ring_feature = other.ring_feature
    out_left, out_right, out_ring, out_turns = out
    inside = np.empty(len(ring_feature) + 1, np.int64)
    turns = np.empty(len(ring_feature) + 1, np.int32)
    written, room = 0, len(out_left)
    for n in range(first, last):
        i = order[n]
        u0, u1 = ring_run[feature_ring[i]], ring_run[feature_ring[i + 1]]
        if u0 == u1:
            continue
        count = _starts_in_box(
            feature_box[i, 0], feature_box[i, 1], feature_box[i, 2],
            feature_box[i, 3], other_points, ring_start, starts, inside,
        )  # fmt: skip
        if written + count > room:
            return n, written
        if count * (u1 - u0) > MANY:
            _banded_turns(
                u0, u1, count, inside, around, other, not around_is_left, turns
            )
        else:
            for z in range(count):
                k, total = ring_start[inside[z]], 0
                x, y = other_points[k, 0], other_points[k, 1]
                for u in range(u0, u1):
                    total += sign[run_ring[u]] * _run_turn(
                        x, y, box[u, 0], box[u, 1], box[u, 4], box[u, 5],
                        run_first[u], run_last[u], points, not around_is_left,
                    )  # fmt: skip
                turns[z] = total
        for z in range(count):
            j = ring_feature[inside[z]]
            out_left[written] = i if around_is_left else j
            out_right[written] = j if around_is_left else i
            out_ring[written], out_turns[written] = inside[z], turns[z]
            written += turns[z] != 0
    return last, written
