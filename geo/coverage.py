"""Polygons that meet: simplified together, so that shared borders stay shared.

Simplified each alone, two neighbours cut their common border differently and leave
gaps and overlaps (tippecanoe#301, geojson-vt#89). Here every border is simplified
once: within a layer, and between layers that have borders in common, such as banners,
leagues and the region around them. Layers are first cut into their common faces, which
form one coverage whatever the layers do; the faces are simplified by Visvalingam and
Whyatt's effective area (GEOS ``CoverageSimplifier``) and joined again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from geo.errors import GeometryError
from geo.types import FloatArray, GeometryArray, IntArray

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Coverage:
    """Layers of polygons cut into the faces that they have in common.

    Parameters
    ----------
    faces : GeometryArray
        ``(m,)`` polygons that neither overlap nor mismatch along their borders.
    owners : tuple of (IntArray, IntArray)
        For each layer, which feature (ascending) has which face.
    sizes : tuple of int
        Features of each layer.
    """

    faces: GeometryArray
    owners: tuple[tuple[IntArray, IntArray], ...]
    sizes: tuple[int, ...]

    def simplified(self, tolerance: float) -> list[GeometryArray]:
        """Simplify all layers at once.

        Parameters
        ----------
        tolerance : float
            In units of the coordinates, >= 0: corners whose triangle is smaller than
            its square go.

        Returns
        -------
        list of GeometryArray
            As the layers given, ``None`` where a feature is missing or empty. No
            feature vanishes: each face keeps at least a triangle.

        Raises
        ------
        GeometryError
            ``coverage_broken``: the result has gaps or overlaps along borders.
        """
        faces = shapely.coverage_simplify(self.faces, tolerance)
        # Silently nothing for collections (shapely#2240), holes that touch (jts#953).
        if not is_coverage(faces):
            raise GeometryError("coverage_broken", tolerance=tolerance)
        return [
            _joined(faces, *owner, size)
            for owner, size in zip(self.owners, self.sizes, strict=True)
        ]


def is_coverage(geometry: GeometryArray) -> bool:
    """Whether all are polygons that neither overlap nor mismatch along their borders.

    Gaps that are wholly enclosed count as holes, not as faults; ``None`` and empty
    geometries are no part of it.

    Examples
    --------
    >>> import numpy, shapely
    >>> west, east = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> is_coverage(numpy.array([west, east, None]))
    True
    >>> is_coverage(numpy.array([west, shapely.box(0.9, 0, 2, 1)]))
    False
    """
    there = geometry[_there(geometry)]
    return are_polygons(there) and bool(shapely.coverage_is_valid(there))


def are_polygons(geometry: GeometryArray) -> bool:
    """Whether all that is there consists of polygons.

    One geometry of another type makes GEOS's coverage functions do nothing, without a
    word, so types are looked at first.
    """
    there = geometry[_there(geometry)]
    return bool(np.isin(shapely.get_type_id(there), _POLYGONS).all())


def coverage_of(layers: Sequence[GeometryArray]) -> Coverage:
    """Cut layers of polygons into common faces.

    Parameters
    ----------
    layers : sequence of GeometryArray
        Valid polygons in one plane; ``None`` and empty ones allowed. Features may
        overlap, within a layer and between layers.

    Returns
    -------
    Coverage

    Raises
    ------
    GeometryError
        ``coverage_needs_polygons``.
    """
    for layer in layers:
        if not are_polygons(layer):
            raise GeometryError("coverage_needs_polygons")
    sizes = tuple(len(layer) for layer in layers)
    if len(layers) == 1 and is_coverage(layers[0]):
        (own,) = np.nonzero(_there(layers[0]))
        return Coverage(layers[0][own], ((own, np.arange(len(own))),), sizes)
    faces = _faces(layers)
    inside = shapely.STRtree(shapely.point_on_surface(faces))
    return Coverage(faces, tuple(_owners(inside, layer) for layer in layers), sizes)


def touching_groups(layers: Sequence[GeometryArray]) -> list[list[int]]:
    """Group layers that have at least one border segment in common, to the last bit.

    Parameters
    ----------
    layers : sequence of GeometryArray

    Returns
    -------
    list of list of int
        Positions in ``layers``, ascending; a layer that shares nothing is alone.
    """
    if not layers:
        return []
    segments = [_segments(one) for one in layers]
    owner = np.repeat(np.arange(len(layers)), [len(one) for one in segments])
    _, same = np.unique(np.concatenate(segments), axis=0, return_inverse=True)
    pairs = np.unique(np.column_stack([same.ravel(), owner]), axis=0)
    shared = pairs[:-1, 0] == pairs[1:, 0]
    group = list(range(len(layers)))
    for a, b in np.unique(
        np.column_stack([pairs[:-1, 1], pairs[1:, 1]])[shared], axis=0
    ):
        group = [group[a] if one == group[b] else one for one in group]
    return [
        [i for i, one in enumerate(group) if one == name]
        for name in dict.fromkeys(group)
    ]


def mismatched_share(geometry: GeometryArray) -> float:
    """Share of the border length along which neighbours overlap or mismatch, 0 to 1."""
    there = geometry[_there(geometry)]
    if not len(there):
        return 0.0
    wrong = shapely.coverage_invalid_edges(there)
    return float(shapely.length(wrong).sum() / shapely.length(there).sum())


def _there(geometry: GeometryArray) -> np.ndarray:
    return np.asarray(shapely.is_geometry(geometry) & ~shapely.is_empty(geometry))


def _faces(layers: Sequence[GeometryArray]) -> GeometryArray:
    """Polygons between all borders, holes and outside included where enclosed."""
    borders = [shapely.boundary(layer[_there(layer)]) for layer in layers]
    noded = shapely.union_all(np.concatenate(borders))
    return np.asarray(shapely.get_parts(shapely.polygonize([noded])))


def _owners(inside: shapely.STRtree, layer: GeometryArray) -> tuple[IntArray, IntArray]:
    """Which feature of a layer holds which face, by a point inside the face."""
    (present,) = np.nonzero(_there(layer))
    shapely.prepare(layer[present])
    feature, face = inside.query(layer[present], predicate="contains")
    ascending = np.lexsort((face, feature))
    return present[feature[ascending]], face[ascending]


def _joined(
    faces: GeometryArray, feature: IntArray, face: IntArray, size: int
) -> GeometryArray:
    joined = np.full(size, None, dtype=object)
    names, starts, counts = np.unique(feature, return_index=True, return_counts=True)
    for name, start, count in zip(names, starts, counts, strict=True):
        own = faces[face[start : start + count]]
        joined[name] = own[0] if count == 1 else shapely.coverage_union_all(own)
    return joined


def _segments(geometry: GeometryArray) -> FloatArray:
    """Undirected border segments, ``(n, 4)``."""
    rings = shapely.get_rings(geometry[_there(geometry)])
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    within = ring[:-1] == ring[1:]
    start, end = xy[:-1][within], xy[1:][within]
    turned = (start[:, 0] > end[:, 0]) | (
        (start[:, 0] == end[:, 0]) & (start[:, 1] > end[:, 1])
    )
    return np.where(
        turned[:, np.newaxis], np.hstack([end, start]), np.hstack([start, end])
    )
