"""Polygons as flat arrays of closed rings: what the vectorised kernels read."""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.types import BoolArray, FloatArray, GeometryArray, IntArray

POLYGON = 3
"""Type id of a polygon in shapely."""

LINES = (1, 2)
"""Type ids of a line and a linear ring in shapely."""


@dataclass(frozen=True)
class Rings:
    """All rings of all polygons of a layer, closed, in input order.

    Parameters
    ----------
    coordinates : FloatArray
        ``(n, 2)``, x,y; the last vertex of each ring repeats its first.
    offsets : IntArray
        ``(r + 1,)``; ring ``i`` is ``coordinates[offsets[i]:offsets[i + 1]]``.
    feature : IntArray
        ``(r,)``, the position in the layer of the feature that owns the ring.
    is_hole : BoolArray
        ``(r,)``.
    size : int
        How many features the layer has; those without polygons own no ring.
    """

    coordinates: FloatArray
    offsets: IntArray
    feature: IntArray
    is_hole: BoolArray
    size: int

    @property
    def edge_ring(self) -> IntArray:
        """The ring of each edge; edges are in order of their first vertex."""
        return np.repeat(np.arange(len(self.feature)), np.diff(self.offsets) - 1)

    @property
    def edges(self) -> tuple[FloatArray, FloatArray]:
        """First and last vertex of each edge, ``(m, 2)`` each."""
        starts = np.ones(len(self.coordinates), dtype=bool)
        starts[self.offsets[1:] - 1] = False
        first = np.flatnonzero(starts)
        return self.coordinates[first], self.coordinates[first + 1]

    @property
    def is_counterclockwise(self) -> BoolArray:
        """Which way each ring turns in the plane of its coordinates, ``(r,)``."""
        first, last = self.edges
        ring = self.edge_ring
        origin = self.coordinates[self.offsets[:-1]][ring]
        (x1, y1), (x2, y2) = (first - origin).T, (last - origin).T
        return sum_by(ring, x1 * y2 - x2 * y1, len(self.feature)) > 0.0

    def with_coordinates(
        self, coordinates: FloatArray, offsets: IntArray | None = None
    ) -> "Rings":
        """Replace the vertices, e.g. after a transformation or densifying."""
        kept = self.offsets if offsets is None else offsets
        return Rings(coordinates, kept, self.feature, self.is_hole, self.size)

    def total(self, per_ring: FloatArray) -> FloatArray:
        """Sum per feature: shells count positive, holes negative, sign ignored.

        Taking each ring's magnitude is what orienting it first would do: a clockwise
        shell, a hole wound like its shell or parts of mixed winding cannot cancel.
        A hole as large as its shell may leave a rounding below zero: that is 0.
        """
        signed = np.where(self.is_hole, -1.0, 1.0) * np.abs(per_ring)
        return np.maximum(sum_by(self.feature, signed, self.size), 0.0)


def _no_rings(size: int) -> Rings:
    """Make the rings of a layer without any polygon."""
    none = np.zeros(0, dtype=np.int64)
    start = np.zeros(1, dtype=np.int64)
    return Rings(np.zeros((0, 2)), start, none, none.astype(bool), size)


def sum_by(owner: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Add up ``values`` per owner 0 to ``size - 1``; 0 where nothing is owned."""
    return np.bincount(owner, values, minlength=size).astype(np.float64, copy=False)


def from_geometry(geometry: GeometryArray) -> Rings:
    """Flatten the polygon parts of geometries; points, lines and ``None`` add nothing.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)`` shapely geometries or ``None``; collections may be nested.

    Returns
    -------
    Rings
        Z and M values are dropped.
    """
    parts, feature = simple_parts(geometry, (POLYGON,))
    if not len(parts):
        return _no_rings(len(geometry))
    _, coordinates, (offsets, part_offsets) = shapely.to_ragged_array(
        parts, include_z=False, include_m=False
    )
    rings = len(offsets) - 1
    is_hole = np.ones(rings, dtype=bool)
    is_hole[part_offsets[:-1]] = False
    return Rings(
        np.ascontiguousarray(coordinates, dtype=np.float64),
        offsets.astype(np.int64),
        np.repeat(feature, np.diff(part_offsets)),
        is_hole,
        len(geometry),
    )


def simple_parts(
    geometry: GeometryArray, kinds: tuple[int, ...]
) -> tuple[GeometryArray, IntArray]:
    """Split into non-empty simple geometries of some types and their features.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``; collections may be nested; ``None`` adds nothing.
    kinds : tuple of int
        Shapely type ids to keep.

    Returns
    -------
    GeometryArray, IntArray
        The parts, and the position of the geometry each came from, ascending.
    """
    parts, feature = shapely.get_parts(
        np.asarray(geometry, dtype=object), return_index=True
    )
    while np.any(shapely.get_type_id(parts) > POLYGON):
        parts, inner = shapely.get_parts(parts, return_index=True)
        feature = feature[inner]
    keep = np.isin(shapely.get_type_id(parts), kinds) & ~shapely.is_empty(parts)
    return parts[keep], feature[keep].astype(np.int64)


def densified(rings: Rings, pieces: IntArray) -> Rings:
    """Divide each edge into equal pieces in the plane of its coordinates.

    Parameters
    ----------
    rings : Rings
    pieces : IntArray
        ``(m,)``, how many pieces (>= 1) each edge becomes.

    Returns
    -------
    Rings
        The original vertices are kept to the last bit.
    """
    first, last = rings.edges
    edge_start = np.concatenate(([0], np.cumsum(pieces)))
    position = np.arange(edge_start[-1]) - np.repeat(edge_start[:-1], pieces)
    fraction = (position / np.repeat(pieces, pieces))[:, np.newaxis]
    start = np.repeat(first, pieces, axis=0)
    points = start + fraction * (np.repeat(last, pieces, axis=0) - start)

    # Each ring gets its closing vertex back after its last divided edge.
    edges_before = np.concatenate(([0], np.cumsum(np.diff(rings.offsets) - 1)))
    ring_end = edge_start[edges_before[1:]]
    closing = rings.coordinates[rings.offsets[1:] - 1]
    coordinates = np.insert(points, ring_end, closing, axis=0)
    offsets = edge_start[edges_before] + np.arange(len(edges_before))
    return rings.with_coordinates(coordinates, offsets)


def line_parts(geometry: GeometryArray) -> tuple[GeometryArray, IntArray]:
    """Split into simple lines and the feature each belongs to."""
    return simple_parts(geometry, LINES)


def coordinates_of(geometry: GeometryArray) -> tuple[FloatArray, IntArray]:
    """All vertices, ``(n, 2)``, and the position of the geometry each belongs to."""
    coordinates, index = shapely.get_coordinates(geometry, return_index=True)
    return coordinates, index.astype(np.int64)
