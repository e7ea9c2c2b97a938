"""Each place once: which features of a layer overlap each other, and their union.

The engine gives the area of pairs. Where the features of right do not overlap each
other, the areas of a left feature's pairs add up to what right as a whole covers of it.
Whether they do is asked of the engine itself (a layer against itself), and only the
features that do overlap, usually few, are dissolved by GEOS.
"""

from typing import NamedTuple

import numpy as np

from geo.authalic import CGCS2000, Ellipsoid
from geo.engine.layer import PolygonLayer
from geo.engine.overlap import overlap_pairs
from geo.engine.work import Index
from geo.robust import Robust, union_by
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray


class SelfOverlaps(NamedTuple):
    """Where a layer overlaps itself.

    Parameters
    ----------
    left, right : IntArray
        ``(n,)``, positions of pairs of features that share area, left < right.
    area_m2 : FloatArray
        ``(n,)``.
    group : IntArray
        ``(f,)``; features that overlap directly or through others share a number, the
        lowest position among them. A feature apart from the rest has its own.
    """

    left: IntArray
    right: IntArray
    area_m2: FloatArray
    group: IntArray

    @property
    def alone(self) -> BoolArray:
        """Features that overlap no other, ``(f,)``."""
        return np.asarray(np.bincount(self.group, minlength=len(self.group)) == 1)[
            self.group
        ]


def self_overlaps(
    layer: PolygonLayer | Index,
    ellipsoid: Ellipsoid = CGCS2000,
    *,
    threads: int = 2,
    tolerance_m2: float = 1e-3,
) -> SelfOverlaps:
    """Find the pairs of one layer's features that share area.

    Slivers between neighbours whose shared border is not the same line to the last
    digit count too, unless ``tolerance_m2`` is above them.
    """
    left = layer.layer if isinstance(layer, Index) else layer
    pairs = overlap_pairs(
        left, layer, ellipsoid, threads=threads, tolerance_m2=tolerance_m2
    )
    upper = pairs.left < pairs.right
    i, j = pairs.left[upper], pairs.right[upper]
    return SelfOverlaps(i, j, pairs.area_m2[upper], _groups(i, j, left.size))


def _groups(left: IntArray, right: IntArray, size: int) -> IntArray:
    """Lowest position of the connected component of each feature, ``(size,)``."""
    group = np.arange(size)
    while True:
        lowest = group.copy()
        np.minimum.at(lowest, left, group[right])
        np.minimum.at(lowest, right, group[left])
        # Jump to the end of the chain of lower positions found so far.
        lowest = lowest[lowest]
        if np.array_equal(lowest, group):
            return group
        group = lowest


def dissolved(geometry: GeometryArray, overlaps: SelfOverlaps) -> Robust:
    """Unite the features that overlap each other; the others stay as they are.

    Parameters
    ----------
    geometry : GeometryArray
        ``(f,)``, the features in the order of the layer.
    overlaps : SelfOverlaps
        Of the same layer.

    Returns
    -------
    Robust
        ``(f,)``; the union is in the place of its lowest feature, an empty polygon in
        those of the others. Areas of its features add up to the area of the whole:
        each place once. Marked where GEOS needed a precision grid.
    """
    apart = overlaps.alone
    together = ~apart
    united = union_by(overlaps.group[together], geometry[together], len(overlaps.group))
    united.geometry[apart] = geometry[apart]
    return united
