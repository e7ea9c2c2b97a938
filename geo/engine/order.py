"""Visit features along a curve, so that neighbours in space are neighbours in time.

Only the speed depends on it: consecutive features find the same cells, runs and
vertices of the other layer in the processor's cache.
"""

import numpy as np

from geo.engine.layer import PolygonLayer
from geo.types import IntArray

BITS = 10
ORDER_FROM = 5000
"""Features below which the order they came in is kept."""


def visiting_order(layer: PolygonLayer) -> IntArray:
    """Order features along a Z-order (Morton) curve of their middles, ``(f,)``."""
    size = layer.size
    if size < ORDER_FROM:
        return np.arange(size)
    west, south, east, north = layer.box
    corner, far = np.array([west, south]), np.array([east, north])
    boxes = layer.feature_box
    empty = (boxes[:, 0] > boxes[:, 2])[:, np.newaxis]
    ends = np.where(empty, np.tile(corner, 2), boxes)
    middle = 0.5 * (ends[:, :2] + ends[:, 2:])
    scale = (2**BITS - 1) / np.maximum(far - corner, 1e-9)
    cell = ((middle - corner) * scale).astype(np.uint32)
    code = _spread(cell[:, 0]) | (_spread(cell[:, 1]) << np.uint32(1))
    return np.argsort(code, kind="stable")


def _spread(
    value: np.ndarray[tuple[int, ...], np.dtype[np.uint32]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.uint32]]:
    """Put a zero bit between the low 16 bits of each value."""
    value = (value | (value << np.uint32(8))) & np.uint32(0x00FF00FF)
    value = (value | (value << np.uint32(4))) & np.uint32(0x0F0F0F0F)
    value = (value | (value << np.uint32(2))) & np.uint32(0x33333333)
    return np.asarray((value | (value << np.uint32(1))) & np.uint32(0x55555555))
