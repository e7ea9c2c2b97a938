"""Put vertices on the coordinate lattice and divide edges that are too long."""

import numpy as np

from geo.engine.area_form import MAX_EDGE_DEGREES
from geo.engine.predicates import LAT_SCALE, LON_SCALE
from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.types import FloatArray, IntArray


def lattice_faults(
    points: FloatArray, ring_start: IntArray, threads: int
) -> tuple[bool, IntArray]:
    """Tell whether some vertex is off the lattice, and what dividing will give.

    Returns
    -------
    bool
        Some vertex is off the lattice.
    IntArray
        ``(r,)``, how many vertices each ring has once its long edges are divided.
    """
    length = np.empty(len(ring_start) - 1, np.int64)
    parts = spans(len(length), 4 * threads)
    found = in_threads(
        lambda p: _faults(*p, points, ring_start, length), parts, threads
    )
    return any(found), length


@inlined
def _pieces(ax: float, ay: float, bx: float, by: float) -> int:
    """How many pieces an edge becomes."""
    side = max(abs(bx - ax), abs(by - ay))
    if side <= MAX_EDGE_DEGREES:
        return 1
    return int(np.ceil(side / MAX_EDGE_DEGREES))


@compiled
def _faults(
    first: int, last: int, points: FloatArray, ring_start: IntArray, length: IntArray
) -> int:
    """Look at rings first to last - 1."""
    off = 0
    for r in range(first, last):
        a, z = ring_start[r], ring_start[r + 1]
        length[r] = z - a
        if a == z:
            continue
        x, y = points[a, 0], points[a, 1]
        for k in range(a, z):
            x2, y2 = points[k, 0], points[k, 1]
            length[r] += _pieces(x, y, x2, y2) - 1
            # A double far from 0 has no digits below the lattice (64, 32 degrees).
            if abs(x2) < 64.0 or abs(y2) < 32.0:
                off |= np.rint(x2 * LON_SCALE) != x2 * LON_SCALE
                off |= np.rint(y2 * LAT_SCALE) != y2 * LAT_SCALE
            x, y = x2, y2
    return off


def snapped(points: FloatArray) -> FloatArray:
    """Round each vertex to the lattice, ``(n, 2)``."""
    scale = np.array([LON_SCALE, LAT_SCALE])
    return np.asarray(np.rint(points * scale) / scale)


def with_divided(
    points: FloatArray, ring_start: IntArray, length: IntArray, threads: int
) -> tuple[FloatArray, IntArray, IntArray]:
    """Put rings with edges longer than the limit, divided, behind all others.

    The vertices put in depend on the ends of an edge alone, not on its direction or
    ring, so that edges which two polygons share stay the same line for both.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``.
    ring_start : IntArray
        ``(r + 1,)``.
    length : IntArray
        ``(r,)`` of :func:`lattice_faults`.

    Returns
    -------
    points, ring_start, ring_end
        Ring k is ``points[ring_start[k]:ring_end[k]]``. The same points where nothing
        is divided; else a copy, in which the rings that were are still, unused.
    """
    start, end = ring_start[:-1], ring_start[1:]
    long = np.flatnonzero(length != end - start)
    if not len(long):
        return points, start, end
    size = len(points)
    whole = np.empty((size + int(length[long].sum()), 2))

    def copy(part: Span) -> None:
        whole[slice(*part)] = points[slice(*part)]

    in_threads(copy, spans(size, threads), threads)
    start, end = start.copy(), end.copy()
    end[long] = size + np.cumsum(length[long])
    start[long] = end[long] - length[long]
    _lay_out(long, points, ring_start, whole, start)
    return whole, start, end


@compiled
def _lay_out(
    rings: IntArray,
    points: FloatArray,
    ring_start: IntArray,
    out: FloatArray,
    start: IntArray,
) -> None:
    """Write rings from ``start`` on, their long edges divided."""
    for r in rings:
        a, z, w = ring_start[r], ring_start[r + 1], start[r]
        for k in range(a, z - 1):
            _put_edge(points, k, out, w)
            w += _pieces(points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1])
        out[w, 0], out[w, 1] = points[z - 1, 0], points[z - 1, 1]


@compiled
def _put_edge(points: FloatArray, k: int, out: FloatArray, w: int) -> None:
    """Write the first vertex of an edge and those that divide it."""
    ax, ay = points[k, 0], points[k, 1]
    bx, by = points[k + 1, 0], points[k + 1, 1]
    out[w, 0], out[w, 1] = ax, ay
    pieces = _pieces(ax, ay, bx, by)
    turned = bx < ax or (bx == ax and by < ay)
    if turned:
        ax, ay, bx, by = bx, by, ax, ay
    for part in range(1, pieces):
        share = (pieces - part if turned else part) / pieces
        x, y = ax + share * (bx - ax), ay + share * (by - ay)
        out[w + part, 0] = np.rint(x * LON_SCALE) / LON_SCALE
        out[w + part, 1] = np.rint(y * LAT_SCALE) / LAT_SCALE
