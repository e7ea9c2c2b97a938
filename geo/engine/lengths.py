r"""How much of each boundary runs inside the other feature, shared parts included.

The same sum over crossings as for areas (:mod:`geo.engine`) with the length along the
ring in place of the area form: where left's boundary enters a feature of right its
length so far is taken away, where it leaves it is added. The infinitesimal shift of
right puts a boundary that both share inside one of them and outside the other; such
parts, collinear without rounding, are added where they were counted outside.

An edge of at most a quarter of a degree is measured with the radii of curvature
:math:`M, N\cos\varphi` at its middle, which is good to 1e-5 of its geodesic length.
Lengths are added as integers, so that no order can change them.
"""

import math
from typing import NamedTuple

import numpy as np

from geo.authalic import Ellipsoid
from geo.engine.crossings import Crossings, boxes_meet
from geo.engine.layer import Int32Array, PolygonLayer
from geo.engine.predicates import (
    orientation,
    point_of_a_is_left,
    point_of_b_is_left,
)
from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.types import FloatArray, IntArray

QUANTA_PER_M = 2.0**20
"""Lengths are counted in micrometres, roughly."""


class Outline(NamedTuple):
    """Lengths along the rings of a layer, in quanta.

    Parameters
    ----------
    run, ring : IntArray
        ``(m,)`` from the ring's first vertex to the run's; ``(r,)`` all around.
    a, e2 : float
        Semi-major axis in metres and squared eccentricity.
    """

    run: IntArray
    ring: IntArray
    a: float
    e2: float


class LengthRows(NamedTuple):
    """Parts of the boundary lengths of pairs, quanta, ``(n,)``."""

    left: Int32Array
    right: Int32Array
    along_left: IntArray
    along_right: IntArray

    def first(self, count: int) -> "LengthRows":
        """Copy the first rows, so that the rest of the room is freed."""
        return LengthRows(
            self.left[:count].copy(),
            self.right[:count].copy(),
            self.along_left[:count].copy(),
            self.along_right[:count].copy(),
        )

    @classmethod
    def room(cls, size: int) -> "LengthRows":
        """Allocate."""
        return cls(
            np.empty(size, np.int32),
            np.empty(size, np.int32),
            np.empty(size, np.int64),
            np.empty(size, np.int64),
        )


def outline(layer: PolygonLayer, ellipsoid: Ellipsoid, threads: int) -> Outline:
    """Measure all rings of a layer."""
    lengths = Outline(
        np.empty(len(layer.run_ring), np.int64),
        np.zeros(len(layer.ring_sign), np.int64),
        ellipsoid.a,
        ellipsoid.e2,
    )

    def work(part: Span) -> None:
        _measure(*part, layer, lengths)

    in_threads(work, spans(len(layer.ring_sign), 4 * threads), threads)
    return lengths


@inlined
def edge_length(y1: float, dx: float, dy: float, a: float, e2: float) -> float:
    """Metres from latitude ``y1`` along a step of at most a quarter of a degree."""
    middle = math.radians(y1 + 0.5 * dy)
    sine = math.sin(middle)
    w = 1.0 - e2 * sine * sine
    normal = a / math.sqrt(w)
    east = math.radians(dx) * normal * math.cos(middle)
    north = math.radians(dy) * normal * (1.0 - e2) / w
    return math.sqrt(east * east + north * north)


@inlined
def _chain(points: FloatArray, first: int, last: int, a: float, e2: float) -> int:
    """Length of consecutive edges in quanta."""
    total = 0
    for k in range(first, last):
        x, y = points[k, 0], points[k, 1]
        metres = edge_length(y, points[k + 1, 0] - x, points[k + 1, 1] - y, a, e2)
        total += int(np.rint(metres * QUANTA_PER_M))
    return total


@compiled
def _measure(first: int, last: int, layer: PolygonLayer, out: Outline) -> None:
    """Fill in rings first to last - 1 and their runs."""
    points, run_first, run_last = layer.points, layer.run_first, layer.run_last
    for r in range(first, last):
        total = 0
        for u in range(layer.ring_run[r], layer.ring_run[r + 1]):
            out.run[u] = total
            total += _chain(points, run_first[u], run_last[u], out.a, out.e2)
        out.ring[r] = total


@compiled
def crossing_lengths(
    count: int,
    found: Crossings,
    left: PolygonLayer,
    right: PolygonLayer,
    left_outline: Outline,
    right_outline: Outline,
    out: LengthRows,
) -> None:
    """Write a row for each of the first ``count`` crossings."""
    p, q, a, e2 = left.points, right.points, left_outline.a, left_outline.e2
    for n in range(count):
        u, v = found.left_run[n], found.right_run[n]
        k, b = found.left_edge[n], found.right_edge[n]
        r, t = left.run_ring[u], right.run_ring[v]
        step = found.place[n]
        px, py, ax, ay = p[k, 0], p[k, 1], q[b, 0], q[b, 1]
        dx, dy = step * (p[k + 1, 0] - px), step * (p[k + 1, 1] - py)
        on_left = edge_length(py, dx, dy, a, e2)
        on_right = edge_length(ay, px - ax + dx, py - ay + dy, a, e2)
        along_left = left_outline.run[u] + int(np.rint(on_left * QUANTA_PER_M))
        along_left += _chain(p, left.run_first[u], k, a, e2)
        along_right = right_outline.run[v] + int(np.rint(on_right * QUANTA_PER_M))
        along_right += _chain(q, right.run_first[v], b, a, e2)
        out.left[n], out.right[n] = left.ring_feature[r], right.ring_feature[t]
        out.along_left[n] = -found.sign[n] * right.ring_sign[t] * along_left
        out.along_right[n] = found.sign[n] * left.ring_sign[r] * along_right


@inlined
def _shared_part(
    px: float, py: float, ux: float, uy: float,
    ax: float, ay: float, bx: float, by: float,
) -> float:  # fmt: skip
    """Share of the edge p to p + u that a collinear edge a to b covers."""
    if abs(ux) > abs(uy):
        s, t = (ax - px) / ux, (bx - px) / ux
    else:
        s, t = (ay - py) / uy, (by - py) / uy
    return max(min(1.0, max(s, t)) - max(0.0, min(s, t)), 0.0)


@compiled
def shared_lengths(
    left_runs: Int32Array,
    right_runs: Int32Array,
    first: int,
    left: PolygonLayer,
    right: PolygonLayer,
    ellipsoid: tuple[float, float],
    out: LengthRows,
) -> tuple[int, int]:
    """Add shared edges that the shift left outside, in pairs of runs from ``first`` on.

    Returns
    -------
    int, int
        The pair of runs to go on with, and the rows written.
    """
    p, q, written, room = left.points, right.points, 0, len(out.left)
    for n in range(first, len(left_runs)):
        u, v, before = left_runs[n], right_runs[n], written
        r, t = left.run_ring[u], right.run_ring[v]
        for k in range(left.run_first[u], left.run_last[u]):
            px, py, qx, qy = p[k, 0], p[k, 1], p[k + 1, 0], p[k + 1, 1]
            ux, uy = qx - px, qy - py
            low_x, high_x = min(px, qx), max(px, qx)
            low_y, high_y = min(py, qy), max(py, qy)
            for b in range(right.run_first[v], right.run_last[v]):
                ax, ay, bx, by = q[b, 0], q[b, 1], q[b + 1, 0], q[b + 1, 1]
                if not boxes_meet(ax, ay, bx, by, low_x, low_y, high_x, high_y):
                    continue
                if (ux == 0.0 and uy == 0.0) or (ax == bx and ay == by):
                    continue
                if orientation(ax, ay, bx, by, px, py) != 0.0:
                    continue
                if orientation(ax, ay, bx, by, qx, qy) != 0.0:
                    continue
                part = _shared_part(px, py, ux, uy, ax, ay, bx, by)
                if part == 0.0:
                    continue
                if written == room:
                    return n, before
                metres = part * edge_length(py, ux, uy, *ellipsoid)
                length = int(np.rint(metres * QUANTA_PER_M))
                a_in = point_of_a_is_left(0.0, bx - ax, by - ay) == (
                    right.ring_sign[t] > 0
                )
                b_in = point_of_b_is_left(0.0, ux, uy) == (left.ring_sign[r] > 0)
                out.left[written] = left.ring_feature[r]
                out.right[written] = right.ring_feature[t]
                out.along_left[written] = 0 if a_in else length
                out.along_right[written] = 0 if b_in else length
                written += 1
    return len(left_runs), written


def added_up(
    parts: list[LengthRows], key: IntArray, left: PolygonLayer, right: PolygonLayer
) -> tuple[FloatArray, FloatArray]:
    """Add parts up per pair: metres along left and right for each of ``key``.

    ``key`` is ``left * right.size + right``, positions as they came in, ascending;
    other pairs are left out.
    """
    i, j, along_left, along_right = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    own = left.position[i] * right.size + right.position[j]
    place = np.minimum(np.searchsorted(key, own), max(len(key) - 1, 0))
    ours = key[place] == own if len(key) else np.zeros(len(own), np.bool_)
    totals = np.zeros((2, len(key)), np.int64)
    np.add.at(totals[0], place[ours], along_left[ours])
    np.add.at(totals[1], place[ours], along_right[ours])
    return totals[0] / QUANTA_PER_M, totals[1] / QUANTA_PER_M
