"""GEOS set operations that neither abort a batch nor lose a pair."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import shapely
from shapely.errors import GEOSException

from geo.types import BoolArray, GeometryArray

RETRY_GRID_DEGREES = 1e-9
"""Precision grid of a retry: 0.1 mm, far below any surveyed accuracy."""


class Pairwise(NamedTuple):
    """Results pair by pair, and which of them needed a precision grid."""

    geometry: GeometryArray
    retried: BoolArray


def intersection(left: GeometryArray, right: GeometryArray) -> Pairwise:
    """Intersect pair by pair.

    Parameters
    ----------
    left, right : GeometryArray
        ``(n,)`` valid geometries, degrees.

    Returns
    -------
    Pairwise
        A pair on which GEOS gives up in floating precision (almost parallel edges,
        geopandas#1724) is computed again on a grid of 1e-9 degree and marked.
    """
    return _pairwise(shapely.intersection, left, right)


def difference(left: GeometryArray, right: GeometryArray) -> Pairwise:
    """Subtract pair by pair; as robust as :func:`intersection`."""
    return _pairwise(shapely.difference, left, right)


def _pairwise(
    operation: Callable[..., object], left: GeometryArray, right: GeometryArray
) -> Pairwise:
    retried = np.zeros(len(left), dtype=bool)
    try:
        return Pairwise(np.asarray(operation(left, right)), retried)
    except GEOSException:
        pass
    result = np.empty(len(left), dtype=object)
    for k, (a, b) in enumerate(zip(left, right, strict=True)):
        try:
            result[k] = operation(a, b)
        except GEOSException:
            result[k] = operation(a, b, grid_size=RETRY_GRID_DEGREES)
            retried[k] = True
    return Pairwise(result, retried)


def union(geometry: GeometryArray) -> shapely.Geometry:
    """Dissolve geometries into one; on the 1e-9 degree grid where GEOS gives up."""
    try:
        return shapely.union_all(geometry)
    except GEOSException:
        return shapely.union_all(geometry, grid_size=RETRY_GRID_DEGREES)
