"""Lay features out along a curve, so that neighbours in space are so in memory.

Only the speed depends on it: consecutive features find the same cells, runs and
vertices of the other layer, and of their own, in the processor's cache.
"""

import numpy as np
from numpy.typing import NDArray

from geo.types import FloatArray, IntArray

BITS = 8
"""Per coordinate; two make 16, and those numpy sorts in linear time."""

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
    x, y = np.ascontiguousarray(points[np.minimum(at, len(points) - 1)].T)
    code = np.zeros(size, np.uint16)
    code[owns] = _spread(_cells(x)) | (_spread(_cells(y)) << np.uint16(1))
    if (code[1:] >= code[:-1]).all():
        return None
    return np.argsort(code, kind="stable")


def ranges(begin: IntArray, count: IntArray) -> IntArray:
    """Join the ranges that start at ``begin`` and hold ``count`` numbers."""
    shift = begin - np.concatenate(([0], np.cumsum(count)[:-1]))
    return np.arange(count.sum()) + np.repeat(shift, count)


def _cells(value: FloatArray) -> NDArray[np.uint16]:
    """Divide the range of the values into equal cells."""
    low, high = value.min(), value.max()
    scale = (2**BITS - 1) / max(high - low, 1e-9)
    return np.asarray((value - low) * scale).astype(np.uint16)


def _spread(value: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Put a zero bit between the low 8 bits of each value."""
    value = (value | (value << np.uint16(4))) & np.uint16(0x0F0F)
    value = (value | (value << np.uint16(2))) & np.uint16(0x3333)
    return np.asarray((value | (value << np.uint16(1))) & np.uint16(0x5555))
