"""GEOS set operations that neither abort a batch nor lose a pair."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely
from shapely.errors import GEOSException

from geo.errors import GeometryError
from geo.types import BoolArray, GeometryArray, IntArray

RETRY_GRID_DEGREES = 1e-9
"""Precision grid of a retry: 0.1 mm, far below any surveyed accuracy."""

Operation = Callable[..., shapely.Geometry]


class Robust(NamedTuple):
    """Results one by one, and which of them needed a precision grid."""

    geometry: GeometryArray
    retried: BoolArray


def intersection(left: GeometryArray, right: GeometryArray) -> Robust:
    """Intersect pair by pair.

    Parameters
    ----------
    left, right : GeometryArray
        ``(n,)`` valid geometries, degrees.

    Returns
    -------
    Robust
        A pair on which GEOS gives up in floating precision (almost parallel edges,
        geopandas#1724) is computed again on a grid of 1e-9 degree and marked.

    Raises
    ------
    GeometryError
        ``overlay_failed``, naming the place, when the grid does not help either.
    """
    return _pairwise(shapely.intersection, left, right)


def difference(left: GeometryArray, right: GeometryArray) -> Robust:
    """Subtract pair by pair; as robust as :func:`intersection`."""
    return _pairwise(shapely.difference, left, right)


def union_by(owner: IntArray, geometry: GeometryArray, size: int) -> Robust:
    """Dissolve the geometries of each owner; as robust as :func:`intersection`.

    Parameters
    ----------
    owner : IntArray
        ``(n,)``, 0 to ``size - 1``.
    geometry : GeometryArray
        ``(n,)`` valid polygons, degrees.
    size : int
        How many owners there are.

    Returns
    -------
    Robust
        ``(size,)``; an empty polygon for an owner of nothing.
    """
    order = np.argsort(owner, kind="stable")
    bounds = np.searchsorted(owner[order], np.arange(size + 1))
    result = np.full(size, shapely.Polygon(), dtype=object)
    retried = np.zeros(size, dtype=bool)
    for k in np.flatnonzero(np.diff(bounds)):
        members = geometry[order[bounds[k] : bounds[k + 1]]]
        if len(members) == 1:
            result[k] = members[0]
        else:
            result[k], retried[k] = _careful(shapely.union_all, members)
    return Robust(result, retried)


def may_overlap(geometry: GeometryArray) -> BoolArray:
    """Mark the polygons that may share area with another of their layer.

    Of two polygons that overlap, at least one has an edge that contradicts a
    coverage (GEOS CoverageValidator); whatever meets such a polygon is marked too.
    Unmarked polygons overlap nothing, so that they need no dissolving.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)`` polygons or multipolygons; ``None`` and other types are not marked.
    """
    marked = np.zeros(len(geometry), dtype=bool)
    polygons = np.flatnonzero(np.isin(shapely.get_type_id(geometry), (3, 6)))
    members = geometry[polygons]
    suspect = ~shapely.is_empty(shapely.coverage_invalid_edges(members))
    _, met = shapely.STRtree(members).query(members[suspect], predicate="intersects")
    marked[polygons[met]] = True
    return marked


def _pairwise(
    operation: Operation, left: GeometryArray, right: GeometryArray
) -> Robust:
    retried = np.zeros(len(left), dtype=bool)
    try:
        return Robust(np.asarray(operation(left, right)), retried)
    except GEOSException:
        pass
    result = np.empty(len(left), dtype=object)
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        result[k], retried[k] = _careful(operation, a, b)
    return Robust(result, retried)


def _careful(
    operation: Operation, *operands: shapely.Geometry | GeometryArray
) -> tuple[shapely.Geometry, bool]:
    """Answer the result, and whether it needed the precision grid."""
    try:
        return operation(*operands), False
    except GEOSException:
        pass
    try:
        return operation(*operands, grid_size=RETRY_GRID_DEGREES), True
    except GEOSException as error:
        west, south, east, north = shapely.total_bounds(operands[0])
        place = f"{west:.6f}, {south:.6f} - {east:.6f}, {north:.6f}"
        reason = str(error).rstrip(".")
        raise GeometryError("overlay_failed", reason=reason, place=place) from error
