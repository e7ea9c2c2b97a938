"""Which polygons are certainly sound, so that only the others need a close look.

One pass over flat rings, without an object per feature. The answer errs on one side
only: a feature that is not called doubtful is valid in the sense of the OGC (no edges
touch but at their common vertex, holes lie in their shell, parts apart), has no
duplicate vertices and no spikes, its rings are wound consistently, and it is no sliver.
What is doubtful may be sound all the same.
"""

from typing import NamedTuple

import numpy as np

from geo.health import Scale
from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.rings import Rings
from geo.types import BoolArray, FloatArray, IntArray

MOST_VERTICES = 256
"""Of a feature whose edges are compared each with each; larger ones are doubtful."""

SHARP = -0.9998
"""Cosine of an angle at a vertex below which it counts as a spike, generously."""

# Shewchuk 1997, "Adaptive precision floating-point arithmetic", bound A of orient2d.
_ROUNDING = (3.0 + 16.0 * 2.0**-53) * 2.0**-53

_OUTSIDE, _INSIDE, _UNSURE = 0, 1, 2


class Screened(NamedTuple):
    """What the pass saw.

    Parameters
    ----------
    doubtful : BoolArray
        ``(f,)``; True for features without rings, too.
    box : FloatArray
        ``(f, 4)``, smallest x and y, largest x and y; infinite, turned inside out,
        where a feature has no rings.
    """

    doubtful: BoolArray
    box: FloatArray


def screen(rings: Rings, scale: Scale, *, threads: int = 2) -> Screened:
    """Look at each feature once.

    Parameters
    ----------
    rings : Rings
        Closed and finite, as :func:`geo.engine.read_wkb` answers them.
    scale : Scale
    threads : int

    Returns
    -------
    Screened
    """
    points = np.ascontiguousarray(rings.coordinates, dtype=np.float64)
    start = np.ascontiguousarray(rings.offsets, dtype=np.int64)
    owned = np.searchsorted(rings.feature, np.arange(rings.size + 1)).astype(np.int64)
    hole = np.ascontiguousarray(rings.is_hole)
    found = Screened(np.ones(rings.size, np.bool_), np.empty((rings.size, 4)))

    def work(part: Span) -> None:
        _screen(*part, points, start, owned, hole, scale, found.doubtful, found.box)

    in_threads(work, spans(rings.size, 4 * threads), threads)
    return found


@compiled
def _screen(
    first: int,
    last: int,
    points: FloatArray,
    start: IntArray,
    owned: IntArray,
    hole: BoolArray,
    scale: Scale,
    doubtful: BoolArray,
    box: FloatArray,
) -> None:
    """Fill in features first to last - 1."""
    for f in range(first, last):
        a, z = owned[f], owned[f + 1]
        box[f, 0], box[f, 1], box[f, 2], box[f, 3] = np.inf, np.inf, -np.inf, -np.inf
        if a == z:
            continue
        for k in range(start[a], start[z]):
            box[f, 0] = min(box[f, 0], points[k, 0])
            box[f, 1] = min(box[f, 1], points[k, 1])
            box[f, 2] = max(box[f, 2], points[k, 0])
            box[f, 3] = max(box[f, 3], points[k, 1])
        if start[z] - start[a] > MOST_VERTICES:
            continue
        middle = 0.5 * (box[f, 1] + box[f, 3])
        doubtful[f] = (
            _crooked(a, z, points, start, hole)
            or _thin(a, z, middle, points, start, hole, scale)
            or _meeting(a, z, points, start)
            or _misplaced(a, z, points, start, hole)
        )


@compiled
def _area(r: int, points: FloatArray, start: IntArray) -> float:
    """Signed area of a ring in the plane of its coordinates."""
    twice, ox, oy = 0.0, points[start[r], 0], points[start[r], 1]
    for k in range(start[r], start[r + 1] - 1):
        x1, y1 = points[k, 0] - ox, points[k, 1] - oy
        x2, y2 = points[k + 1, 0] - ox, points[k + 1, 1] - oy
        twice += x1 * y2 - x2 * y1
    return 0.5 * twice


@compiled
def _crooked(
    a: int, z: int, points: FloatArray, start: IntArray, hole: BoolArray
) -> bool:
    """Whether vertices repeat, edges turn back, or rings contradict each other."""
    usual = (_area(a, points, start) > 0.0) != hole[a]
    for r in range(a, z):
        if ((_area(r, points, start) > 0.0) != hole[r]) != usual:
            return True
        last = start[r + 1] - 1
        dx, dy = points[last] - points[last - 1]
        length = np.hypot(dx, dy)
        for k in range(start[r], last):
            ex, ey = points[k + 1, 0] - points[k, 0], points[k + 1, 1] - points[k, 1]
            further = np.hypot(ex, ey)
            # Not "less": what overflowed is not a number.
            if not (dx * ex + dy * ey > SHARP * length * further):
                return True
            dx, dy, length = ex, ey, further
    return False


@compiled
def _thin(
    a: int,
    z: int,
    middle: float,
    points: FloatArray,
    start: IntArray,
    hole: BoolArray,
    scale: Scale,
) -> bool:
    """Whether the feature is, or nearly is, a sliver."""
    area, length = 0.0, 0.0
    for r in range(a, z):
        size = abs(_area(r, points, start))
        area += -size if hole[r] else size
        for k in range(start[r], start[r + 1] - 1):
            length += np.hypot(
                points[k + 1, 0] - points[k, 0], points[k + 1, 1] - points[k, 1]
            )
    area *= scale.unit_m**2
    length *= scale.unit_m
    if scale.shrink:
        area *= np.cos(np.radians(middle))
    # A hundredth more than the measure, for sums in another order.
    enough = max(scale.sliver_area_m2, 0.5 * scale.sliver_width_m * length)
    return not (area > 1.01 * enough)


@inlined
def _side(ax: float, ay: float, bx: float, by: float, cx: float, cy: float) -> int:
    """On which side of the line a-b the point c certainly is: 1, -1, or 0: unsure."""
    left, right = (ax - cx) * (by - cy), (ay - cy) * (bx - cx)
    turn = left - right
    if abs(turn) > _ROUNDING * (abs(left) + abs(right)):
        return 1 if turn > 0.0 else -1
    return 0


@compiled
def _apart(i: int, j: int, points: FloatArray) -> bool:
    """Whether edges i and j certainly have no point in common."""
    ax, ay, bx, by = points[i, 0], points[i, 1], points[i + 1, 0], points[i + 1, 1]
    cx, cy, dx, dy = points[j, 0], points[j, 1], points[j + 1, 0], points[j + 1, 1]
    if max(ax, bx) < min(cx, dx) or max(cx, dx) < min(ax, bx):
        return True
    if max(ay, by) < min(cy, dy) or max(cy, dy) < min(ay, by):
        return True
    if _side(ax, ay, bx, by, cx, cy) * _side(ax, ay, bx, by, dx, dy) > 0:
        return True
    return _side(cx, cy, dx, dy, ax, ay) * _side(cx, cy, dx, dy, bx, by) > 0


@compiled
def _meeting(a: int, z: int, points: FloatArray, start: IntArray) -> bool:
    """Whether any two edges may meet that are not neighbours along a ring."""
    for r in range(a, z):
        first, last = start[r], start[r + 1] - 1
        for i in range(first, last):
            # The last edge of a ring is the first one's neighbour.
            for j in range(i + 2, last - 1 if i == first else last):
                if not _apart(i, j, points):
                    return True
            for q in range(r + 1, z):
                for j in range(start[q], start[q + 1] - 1):
                    if not _apart(i, j, points):
                        return True
    return False


@compiled
def _place(x: float, y: float, r: int, points: FloatArray, start: IntArray) -> int:
    """Say where a point is to a ring: outside, inside, or unsure."""
    inside = False
    for k in range(start[r], start[r + 1] - 1):
        ay, by = points[k, 1], points[k + 1, 1]
        if (ay > y) == (by > y):
            continue
        side = _side(points[k, 0], ay, points[k + 1, 0], by, x, y)
        if side == 0:
            return _UNSURE
        if (side > 0) == (by > ay):
            inside = not inside
    return _INSIDE if inside else _OUTSIDE


@compiled
def _misplaced(
    a: int, z: int, points: FloatArray, start: IntArray, hole: BoolArray
) -> bool:
    """Whether a hole may lie outside its shell, or anything in another ring.

    A part in the hole of another is sound, but left to be looked at.
    """
    shell = a
    for r in range(a, z):
        if not hole[r]:
            shell = r
        x, y = points[start[r], 0], points[start[r], 1]
        for q in range(a, z):
            if q == r:
                continue
            expected = _INSIDE if hole[r] and q == shell else _OUTSIDE
            if _place(x, y, q, points, start) != expected:
                return True
    return False
