"""Put vertices on the coordinate lattice and divide edges that are too long."""

import numpy as np

from geo.engine.area_form import MAX_EDGE_DEGREES
from geo.engine.jit import compiled, in_threads, inlined, spans
from geo.engine.predicates import LAT_SCALE, LON_SCALE
from geo.types import FloatArray, IntArray


def lattice_faults(
    points: FloatArray, ring_start: IntArray, threads: int
) -> tuple[bool, bool]:
    """Tell whether some vertex is off the lattice, and some edge too long."""
    parts = spans(len(ring_start) - 1, 4 * threads)
    found = in_threads(lambda part: _faults(*part, points, ring_start), parts, threads)
    return any(off for off, _ in found), any(long for _, long in found)


@compiled
def _faults(
    first: int, last: int, points: FloatArray, ring_start: IntArray
) -> tuple[int, int]:
    off, long = 0, 0
    for r in range(first, last):
        if ring_start[r] == ring_start[r + 1]:
            continue
        x, y = points[ring_start[r], 0], points[ring_start[r], 1]
        for k in range(ring_start[r], ring_start[r + 1]):
            x2, y2 = points[k, 0], points[k, 1]
            long |= abs(x2 - x) > MAX_EDGE_DEGREES
            long |= abs(y2 - y) > MAX_EDGE_DEGREES
            # A double far from 0 has no digits below the lattice (64, 32 degrees).
            if abs(x2) < 64.0 or abs(y2) < 32.0:
                off |= np.rint(x2 * LON_SCALE) != x2 * LON_SCALE
                off |= np.rint(y2 * LAT_SCALE) != y2 * LAT_SCALE
            x, y = x2, y2
    return off, long


def snapped(points: FloatArray) -> FloatArray:
    """Round each vertex to the lattice, ``(n, 2)``."""
    scale = np.array([LON_SCALE, LAT_SCALE])
    return np.asarray(np.rint(points * scale) / scale)


def divided(
    points: FloatArray, ring_start: IntArray, threads: int
) -> tuple[FloatArray, IntArray]:
    """Divide edges longer than :data:`MAX_EDGE_DEGREES` in either direction.

    The vertices put in depend on the ends of an edge alone, not on its direction or
    ring, so that edges which two polygons share stay the same line for both.
    """
    length = np.zeros(len(ring_start), np.int64)
    parts = spans(len(ring_start) - 1, 4 * threads)
    in_threads(lambda p: _count(*p, points, ring_start, length), parts, threads)
    start = np.concatenate(([0], np.cumsum(length[:-1])))
    out = np.empty((start[-1], 2))
    in_threads(lambda p: _divide(*p, points, ring_start, out, start), parts, threads)
    return out, start


@inlined
def _pieces(ax: float, ay: float, bx: float, by: float) -> int:
    """How many pieces an edge becomes."""
    return max(1, int(np.ceil(max(abs(bx - ax), abs(by - ay)) / MAX_EDGE_DEGREES)))


@compiled
def _count(
    first: int, last: int, points: FloatArray, ring_start: IntArray, length: IntArray
) -> None:
    """Count the vertices that rings first to last - 1 will have."""
    for r in range(first, last):
        if ring_start[r] == ring_start[r + 1]:
            continue
        total = 1
        for k in range(ring_start[r], ring_start[r + 1] - 1):
            total += _pieces(
                points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1]
            )
        length[r] = total


@compiled
def _divide(
    first: int,
    last: int,
    points: FloatArray,
    ring_start: IntArray,
    out: FloatArray,
    start: IntArray,
) -> None:
    """Write the vertices of rings first to last - 1."""
    for r in range(first, last):
        w = start[r]
        for k in range(ring_start[r], ring_start[r + 1] - 1):
            ax, ay, bx, by = (
                points[k, 0], points[k, 1], points[k + 1, 0], points[k + 1, 1],
            )  # fmt: skip
            out[w, 0], out[w, 1] = ax, ay
            w += 1
            pieces = _pieces(ax, ay, bx, by)
            turned = bx < ax or (bx == ax and by < ay)
            if turned:
                ax, ay, bx, by = bx, by, ax, ay
            for part in range(1, pieces):
                share = (pieces - part if turned else part) / pieces
                x, y = ax + share * (bx - ax), ay + share * (by - ay)
                out[w, 0] = np.rint(x * LON_SCALE) / LON_SCALE
                out[w, 1] = np.rint(y * LAT_SCALE) / LAT_SCALE
                w += 1
        if ring_start[r] < ring_start[r + 1]:
            k = ring_start[r + 1] - 1
            out[w, 0], out[w, 1] = points[k, 0], points[k, 1]
