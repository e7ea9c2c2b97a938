"""Put vertices on the coordinate lattice and divide edges that are too long."""

import numpy as np

from geo.engine.jit import compiled
from geo.engine.predicates import LAT_SCALE, LON_SCALE
from geo.engine.area_form import MAX_EDGE_DEGREES
from geo.types import FloatArray, IntArray


def lattice_faults(points: FloatArray, ring_start: IntArray) -> tuple[bool, bool]:
    """Tell whether some vertex is off the lattice, and some edge too long."""
    off, long = _faults(points, ring_start)
    return bool(off), bool(long)


@compiled
def _faults(points: FloatArray, ring_start: IntArray) -> tuple[int, int]:
    off, long = 0, 0
    for r in range(len(ring_start) - 1):
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
    points: FloatArray, ring_start: IntArray, longest: float
) -> tuple[FloatArray, IntArray]:
    """Divide edges that are longer than ``longest`` degrees in either direction.

    The vertices put in depend on the ends of an edge alone, not on its direction or
    ring, so that edges which two polygons share stay the same line for both.
    """
    step = np.abs(np.diff(points, axis=0)).max(axis=1)
    step[ring_start[1:-1] - 1] = 0.0
    pieces = np.concatenate((np.maximum(np.ceil(step / longest), 1.0), [1.0]))
    owner = np.repeat(np.arange(len(points)), pieces.astype(np.int64))
    place = np.concatenate(([0], np.cumsum(pieces))).astype(np.int64)
    part = np.arange(len(owner)) - place[owner]
    following = np.minimum(owner + 1, len(points) - 1)
    a, b = points[owner], points[following]
    turned = (b[:, 0] < a[:, 0]) | ((b[:, 0] == a[:, 0]) & (b[:, 1] < a[:, 1]))
    low, high = np.where(turned[:, np.newaxis], (b, a), (a, b))
    share = np.where(turned, pieces[owner] - part, part) / pieces[owner]
    between = snapped(low + share[:, np.newaxis] * (high - low))
    return np.where((part == 0)[:, np.newaxis], a, between), place[ring_start]
