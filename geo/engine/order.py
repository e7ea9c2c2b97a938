"""Lay features out along a curve, so that neighbours in space are so in memory.

Only the speed depends on it: consecutive features find the same cells, runs and
vertices of the other layer, and of their own, in the processor's cache.
"""

import numpy as np

from geo.types import FloatArray, IntArray

BITS = 10
ORDER_FROM = 5000
"""Features below which the order they came in is kept."""


def curve_order(
    points: FloatArray, ring_start: IntArray, feature_ring: IntArray
) -> IntArray | None:
    """Order features along a Z-order (Morton) curve of their first vertices.

    Returns
    -------
    IntArray or None
        ``(f,)`` positions; None where the order they came in may be kept.
    """
    size = len(feature_ring) - 1
    owns = np.flatnonzero(feature_ring[1:] > feature_ring[:-1])
    if size < ORDER_FROM or not len(owns):
        return None
    at = ring_start[feature_ring[owns]]
    first = points[np.minimum(at, len(points) - 1)]
    low = first.min(axis=0)
    scale = (2**BITS - 1) / np.maximum(first.max(axis=0) - low, 1e-9)
    cell = ((first - low) * scale).astype(np.uint32)
    code = np.zeros(size, np.uint32)
    code[owns] = _spread(cell[:, 0]) | (_spread(cell[:, 1]) << np.uint32(1))
    if (code[1:] >= code[:-1]).all():
        return None
    return np.argsort(code, kind="stable")


def ranges(begin: IntArray, count: IntArray) -> IntArray:
    """Join the ranges that start at ``begin`` and hold ``count`` numbers."""
    shift = begin - np.concatenate(([0], np.cumsum(count)[:-1]))
    return np.arange(count.sum()) + np.repeat(shift, count)


def _spread(
    value: np.ndarray[tuple[int, ...], np.dtype[np.uint32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    """Put a zero bit between the low 16 bits of each value."""
    value = (value | (value << np.uint32(8))) & np.uint32(0x00FF00FF)
    value = (value | (value << np.uint32(4))) & np.uint32(0x0F0F0F0F)
    value = (value | (value << np.uint32(2))) & np.uint32(0x33333333)
    return np.asarray((value | (value << np.uint32(1))) & np.uint32(0x55555555))
