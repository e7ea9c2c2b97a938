"""The set of crossings of two layers, and their share of each pair's area.

Three steps over a batch of runs, each a plain loop over flat arrays: pairs of runs
whose boxes meet; pairs of edges that cross; the crossing's term of the area formula
(:mod:`geo.engine`), added up per pair of features.
"""

from typing import NamedTuple

import numpy as np

from geo.engine.area_form import REFERENCE_UNIT as UNIT
from geo.engine.area_form import (
    AreaTable,
    band_of,
    lattice_steps,
    local_mean,
    quanta,
)
from geo.engine.lattice import Lattice, cell_of
from geo.engine.layer import RUN, Int8Array, Int32Array, PolygonLayer, middle_of
from geo.engine.predicates import edge_crossing
from geo.jit import compiled, inlined
from geo.types import FloatArray, IntArray


class Crossings(NamedTuple):
    """Crossings of edges; room for ``(c,)`` of them.

    Parameters
    ----------
    left_run, right_run : Int32Array
        The runs that the edges belong to.
    left_edge, right_edge : IntArray
        The first vertices of the edges.
    sign : Int8Array
        1 where left's edge goes from the right to the left of right's, else -1.
    place : FloatArray
        Where along left's edge, 0 to 1.
    """

    left_run: Int32Array
    right_run: Int32Array
    left_edge: IntArray
    right_edge: IntArray
    sign: Int8Array
    place: FloatArray

    @classmethod
    def room(cls, size: int) -> "Crossings":
        """Allocate."""
        return cls(
            np.empty(size, np.int32),
            np.empty(size, np.int32),
            np.empty(size, np.int64),
            np.empty(size, np.int64),
            np.empty(size, np.int8),
            np.empty(size),
        )


@compiled
def run_pairs(
    first: int,
    last: int,
    left_box: FloatArray,
    right_box: FloatArray,
    grid: Lattice,
    left_out: Int32Array,
    right_out: Int32Array,
) -> tuple[int, int]:
    """Find the runs of right whose octagons meet those of left's, first to last - 1.

    Rounding x + y is monotone: octagons that share a point also do after rounding.

    A pair that shares several cells is taken in the one that holds the lower left
    corner of the boxes' intersection: exactly one, since cell numbers are monotone.

    Returns
    -------
    int, int
        The run to go on with (``last`` when done), and the pairs written.
    """
    start, item, columns = grid.start, grid.item, grid.columns
    room, written = len(left_out), 0
    for u in range(first, last):
        before = written
        west, south = left_box[u, 0], left_box[u, 1]
        east, north = left_box[u, 4], left_box[u, 5]
        rise, fall = left_box[u, 2], left_box[u, 3]
        top_rise, top_fall = left_box[u, 6], left_box[u, 7]
        if east < grid.west or north < grid.south:
            continue
        i0 = cell_of(west, grid.west, grid.per_width, columns)
        i1 = cell_of(east, grid.west, grid.per_width, columns)
        j0 = cell_of(south, grid.south, grid.per_height, grid.rows)
        j1 = cell_of(north, grid.south, grid.per_height, grid.rows)
        for row in range(j0, j1 + 1):
            for cell in range(row * columns + i0, row * columns + i1 + 1):
                if written + start[cell + 1] - start[cell] > room:
                    return u, before
                for w in range(start[cell], start[cell + 1]):
                    v = item[w]
                    x, y = right_box[v, 0], right_box[v, 1]
                    apart = (x > east) | (y > north)
                    apart |= (right_box[v, 4] < west) | (right_box[v, 5] < south)
                    apart |= (right_box[v, 2] > top_rise) | (right_box[v, 6] < rise)
                    apart |= (right_box[v, 3] > top_fall) | (right_box[v, 7] < fall)
                    if apart:
                        continue
                    i = cell_of(max(x, west), grid.west, grid.per_width, columns)
                    j = cell_of(max(y, south), grid.south, grid.per_height, grid.rows)
                    left_out[written], right_out[written] = u, v
                    written += j * columns + i == cell
    return last, written


@inlined
def boxes_meet(
    ax: float,
    ay: float,
    bx: float,
    by: float,
    west: float,
    south: float,
    east: float,
    north: float,
) -> bool:
    """Tell whether the box of an edge and another box share a point."""
    beside = (min(ax, bx) > east) | (max(ax, bx) < west)
    apart = (min(ay, by) > north) | (max(ay, by) < south)
    return not (beside | apart)


@compiled
def crossed_edges(
    left_runs: Int32Array,
    right_runs: Int32Array,
    first: int,
    left: PolygonLayer,
    right: PolygonLayer,
    out: Crossings,
) -> tuple[int, int]:
    """Find the crossings of edges in ``left_runs[first:]`` with ``right_runs[first:]``.

    Returns
    -------
    int, int
        The pair of runs to go on with (``len(left_runs)`` when done), and the
        crossings written.
    """
    p, q = left.points, right.points
    left_box, right_box = left.run_box, right.run_box
    left_first, left_last = left.run_first, left.run_last
    right_first, right_last = right.run_first, right.run_last
    out_left, out_right = out.left_edge, out.right_edge
    out_left_run, out_right_run = out.left_run, out.right_run
    out_sign, out_place = out.sign, out.place
    room, written = len(out_left), 0
    near = np.zeros(RUN, np.int64)
    for n in range(first, len(left_runs)):
        u, v, before = left_runs[n], right_runs[n], written
        west = max(left_box[u, 0], right_box[v, 0])
        south = max(left_box[u, 1], right_box[v, 1])
        east = min(left_box[u, 4], right_box[v, 4])
        north = min(left_box[u, 5], right_box[v, 5])
        # Without branches: which edges come near is close to a coin toss.
        count = 0
        for b in range(right_first[v], right_last[v]):
            near[count] = b
            count += boxes_meet(
                q[b, 0], q[b, 1], q[b + 1, 0], q[b + 1, 1], west, south, east, north
            )
        if count == 0:
            continue
        for k in range(left_first[u], left_last[u]):
            px, py, qx, qy = p[k, 0], p[k, 1], p[k + 1, 0], p[k + 1, 1]
            if not boxes_meet(px, py, qx, qy, west, south, east, north):
                continue
            low_x, high_x = min(px, qx), max(px, qx)
            low_y, high_y = min(py, qy), max(py, qy)
            for t in range(count):
                b = near[t]
                ax, ay, bx, by = q[b, 0], q[b, 1], q[b + 1, 0], q[b + 1, 1]
                if not boxes_meet(ax, ay, bx, by, low_x, low_y, high_x, high_y):
                    continue
                sign, place = edge_crossing(px, py, qx, qy, ax, ay, bx, by)
                if sign == 0:
                    continue
                if written == room:
                    return n, before
                out_left_run[written], out_right_run[written] = u, v
                out_left[written], out_right[written] = k, b
                out_sign[written], out_place[written] = sign, place
                written += 1
    return len(left_runs), written


@inlined
def carried(
    points: FloatArray,
    first: int,
    last: int,
    vertex: int,
    reference: IntArray,
    s: FloatArray,
) -> tuple[int, float]:
    """Area form along a run, from its middle vertex to another: quanta and m2."""
    fine, coarse = 0, 0.0
    middle = middle_of(first, last)
    for k in range(min(middle, vertex), max(middle, vertex)):
        dx, y, dy = (
            points[k + 1, 0] - points[k, 0],
            points[k, 1],
            points[k + 1, 1] - points[k, 1],
        )
        n = band_of(y, y + dy)
        mean = local_mean(
            y, dy, n, s[n, 0], s[n, 1], s[n, 2], s[n, 3], s[n, 4], s[n, 5], s[n, 6]
        )
        fine -= lattice_steps(dx) * reference[n] + quanta(dx * mean)
        coarse -= dx * (mean + reference[n] * UNIT)
    if vertex < middle:
        return -fine, -coarse
    return fine, coarse


@inlined
def crossing_term(
    px: float,
    py: float,
    ax: float,
    ay: float,
    dx: float,
    dy: float,
    reference: IntArray,
    s: FloatArray,
) -> tuple[int, float]:
    r"""Area form along B's edge from a to the crossing, less that along A's from p.

    Both chains end in the same point p + (dx, dy). Relative to one reference Q they are
    :math:`-e_x(Q + \ell_b)` and :math:`-d_x(Q + \ell_a)`, where :math:`e_x - d_x =
    p_x - a_x` is exact on the lattice, and the rest is small: quanta and m2.
    """
    ex, ey = (px - ax) + dx, (py - ay) + dy
    n = band_of(py, py + dy)
    on_a = local_mean(
        py, dy, n, s[n, 0], s[n, 1], s[n, 2], s[n, 3], s[n, 4], s[n, 5], s[n, 6]
    )
    m = band_of(ay, ay + ey)
    on_b = local_mean(
        ay, ey, m, s[m, 0], s[m, 1], s[m, 2], s[m, 3], s[m, 4], s[m, 5], s[m, 6]
    )
    on_b += (reference[m] - reference[n]) * UNIT
    small = dx * on_a - ex * on_b
    fine = lattice_steps(ax - px) * reference[n] + quanta(small)
    return fine, (ax - px) * (reference[n] * UNIT) + small


class Rows(NamedTuple):
    """Parts of the areas of pairs; those of a pair are to be added.

    Parameters
    ----------
    left, right : Int32Array
        ``(n,)``, positions of features.
    fine, coarse : IntArray, FloatArray
        ``(n,)``, quanta and m2.
    balance : Int32Array
        ``(n,)``, sum of the signs of crossings; 0 for each pair once all are added.
    """

    left: Int32Array
    right: Int32Array
    fine: IntArray
    coarse: FloatArray
    balance: Int32Array

    def first(self, count: int) -> "Rows":
        """Copy the first rows, so that the rest of the room is freed."""
        return Rows(
            self.left[:count].copy(),
            self.right[:count].copy(),
            self.fine[:count].copy(),
            self.coarse[:count].copy(),
            self.balance[:count].copy(),
        )

    @classmethod
    def room(cls, size: int) -> "Rows":
        """Allocate."""
        return cls(
            np.empty(size, np.int32),
            np.empty(size, np.int32),
            np.empty(size, np.int64),
            np.empty(size),
            np.empty(size, np.int32),
        )


@compiled
def crossing_rows(
    count: int,
    found: Crossings,
    left: PolygonLayer,
    right: PolygonLayer,
    table: AreaTable,
    slot: Int32Array,
    out: Rows,
) -> int:
    """Add up the terms of the first ``count`` crossings per pair of features.

    ``slot`` has an entry of -1 for each feature of right and is left so. Crossings of
    one feature of left must follow each other; if not, a pair merely gets more rows.
    Returns the number of rows written, at most ``count``.
    """
    p, q, reference, s = left.points, right.points, table.reference, table.series
    left_ring, right_ring = left.run_ring, right.run_ring
    left_sign, right_sign = left.ring_sign, right.ring_sign
    left_feature, right_feature = left.ring_feature, right.ring_feature
    left_first, right_first = left.run_first, right.run_first
    left_last, right_last = left.run_last, right.run_last
    left_fine, right_fine = left.run_fine, right.run_fine
    left_coarse, right_coarse = left.run_coarse, right.run_coarse
    out_left, out_right, out_fine, out_coarse, out_balance = out
    left_run, right_run, left_edge, right_edge, signs, place = found
    written, group, feature = 0, 0, -1
    for n in range(count):
        u, v, k, b = left_run[n], right_run[n], left_edge[n], right_edge[n]
        r, t = left_ring[u], right_ring[v]
        i, j = left_feature[r], right_feature[t]
        if i != feature:
            for z in range(group, written):
                slot[out_right[z]] = -1
            group, feature = written, i
        z = slot[j]
        if z < 0:
            z, slot[j] = written, written
            out_left[z], out_right[z] = i, j
            out_fine[z], out_coarse[z], out_balance[z] = 0, 0.0, 0
            written += 1
        step = place[n]
        dx, dy = step * (p[k + 1, 0] - p[k, 0]), step * (p[k + 1, 1] - p[k, 1])
        fine, coarse = crossing_term(
            p[k, 0], p[k, 1], q[b, 0], q[b, 1], dx, dy, reference, s
        )
        fine_a, coarse_a = carried(p, left_first[u], left_last[u], k, reference, s)
        fine_b, coarse_b = carried(q, right_first[v], right_last[v], b, reference, s)
        fine += right_fine[v] + fine_b - left_fine[u] - fine_a
        coarse += right_coarse[v] + coarse_b - left_coarse[u] - coarse_a
        sign = signs[n] * left_sign[r] * right_sign[t]
        out_fine[z] += sign * fine
        out_coarse[z] += sign * coarse
        out_balance[z] += sign
    for z in range(group, written):
        slot[out_right[z]] = -1
    return written
