"""Put vertices on the coordinate lattice and divide edges that are too long."""

import numpy as np

from geo.engine.area_form import MAX_EDGE_DEGREES
from geo.engine.jit import compiled, in_threads, inlined, spans
from geo.engine.predicates import LAT_SCALE, LON_SCALE
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


@compiled
def lay_out(
    first: int,
    last: int,
    source: IntArray,
    points: FloatArray,
    ring_start: IntArray,
    out: FloatArray,
    start: IntArray,
) -> None:
    """Copy rings to ``start[first:last]``, edges longer than the limit divided.

    The vertices put in depend on the ends of an edge alone, not on its direction or
    ring, so that edges which two polygons share stay the same line for both.

    Parameters
    ----------
    source : IntArray
        ``(r,)``, the ring of ``ring_start`` that each becomes.
    start : IntArray
        ``(r + 1,)``, of the rings of ``out``; how long they get is known from
        :func:`lattice_faults`.
    """
    for n in range(first, last):
        r, w = source[n], start[n]
        a, z = ring_start[r], ring_start[r + 1]
        if start[n + 1] - w == z - a:
            # Indices that cannot be negative: only then does this become a block copy.
            target, whole = out[w : w + z - a], points[a:z]
            for k in range(len(target)):
                target[k, 0], target[k, 1] = whole[k, 0], whole[k, 1]
            continue
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
