"""Outlines of polygons as short segments in space, for nearest distances."""

from dataclasses import dataclass

import numpy as np

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.engine.nearest import BLOCK, Segments
from geo.rings import Rings
from geo.types import FloatArray, GeometryArray, IntArray

STEP_M = 200.0
"""Longest segment: at 54 degrees north its chord lies within 1.1 mm of an edge that is
straight in longitude and latitude."""


@dataclass(frozen=True)
class Outlines:
    """Segments of the outlines of some polygons.

    Parameters
    ----------
    segments : Segments
        ``(n,)`` in space.
    first, last : FloatArray
        ``(n, 2)``, their ends in lon/lat degrees.
    owner : IntArray
        ``(n,)``, position of the polygon.
    """

    segments: Segments
    first: FloatArray
    last: FloatArray
    owner: IntArray

    @classmethod
    def of(cls, geometry: GeometryArray) -> "Outlines":
        """Cut the rings of lon/lat polygons into segments, in the order of rings."""
        rings = flat.from_geometry(geometry)
        segments, first, last = _cut(rings)
        pieces = _pieces(segments)
        if pieces.max(initial=1) > 1:
            rings = flat.densified(rings, pieces)
            segments, first, last = _cut(rings)
        return cls(segments, first, last, rings.feature[rings.edge_ring])

    def sorted(self) -> "Outlines":
        """Put segments that are near each other together."""
        order = _tiled(0.5 * (self.first + self.last))
        a, b = self.segments
        return Outlines(
            Segments(a[order], b[order]),
            self.first[order],
            self.last[order],
            self.owner[order],
        )

    def starts(self, size: int) -> IntArray:
        """Answer the first segment of each of ``size`` polygons, and the end."""
        counts = np.bincount(self.owner, minlength=size)
        return np.concatenate(([0], np.cumsum(counts))).astype(np.int64)

    def at(self, segment: IntArray, place: FloatArray) -> FloatArray:
        """Answer lon,lat of places (0 to 1) along segments, ``(k, 2)``."""
        start = self.first[segment]
        step = place[:, np.newaxis] * (self.last[segment] - start)
        # At place 1 the end itself: start + (end - start) may be another number.
        ends = place[:, np.newaxis] == 1.0
        return np.where(ends, self.last[segment], start + step)


def in_space(lonlat: FloatArray) -> FloatArray:
    """Earth-centred coordinates of points on the ellipsoid, metres, ``(n, 3)``."""
    lon, lat = np.radians(lonlat.T)
    e2 = CGCS2000.e2
    normal = CGCS2000.a / np.sqrt(1.0 - e2 * np.sin(lat) ** 2)
    level = normal * np.cos(lat)
    columns = level * np.cos(lon), level * np.sin(lon), normal * (1 - e2) * np.sin(lat)
    return np.column_stack(columns)


def _cut(rings: Rings) -> tuple[Segments, FloatArray, FloatArray]:
    first, last = rings.edges
    return Segments(in_space(first), in_space(last)), first, last


def _pieces(segments: Segments) -> IntArray:
    """Answer into how many pieces segments must be cut to be short."""
    length = np.linalg.norm(segments.b - segments.a, axis=1)
    pieces: IntArray = np.maximum(1, np.ceil(length / STEP_M)).astype(np.int64)
    return pieces


def _tiled(points: FloatArray) -> IntArray:
    """Order points so that each block, and each group of blocks, is a compact tile.

    Sort-tile-recursive packing (Leutenegger et al. 1997), once for groups of blocks and
    once within each.
    """
    # Numbers are sorted once: what follows keeps their order within tiles.
    by_x, by_y = (np.argsort(one, kind="stable") for one in points.T)
    whole = np.zeros(len(points), dtype=np.int64)
    order = _packed(by_x, by_y, whole, BLOCK * BLOCK)
    group = np.empty_like(order)
    group[order] = np.arange(len(order)) // (BLOCK * BLOCK)
    return _packed(by_x, by_y, group, BLOCK)


def _packed(by_x: IntArray, by_y: IntArray, part: IntArray, size: int) -> IntArray:
    """Order by part, then in each by slices of x, then by y; tiles of ``size``."""
    counts = np.bincount(part)
    per_slice = size * np.ceil(np.sqrt(counts / size)).astype(np.int64)
    order = _grouped(by_x, part)
    start = np.cumsum(counts) - counts
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    column = (rank - start[part]) // per_slice[part]
    return _grouped(by_y, part * (column.max(initial=0) + 1) + column)


def _grouped(order: IntArray, group: IntArray) -> IntArray:
    """Put members of a group together, in the order that they had."""
    # Radix sort where 16 bits are enough (numpy.sort, kind "stable").
    small = group.astype(np.min_scalar_type(group.max(initial=0)))
    grouped: IntArray = order[np.argsort(small[order], kind="stable")]
    return grouped
