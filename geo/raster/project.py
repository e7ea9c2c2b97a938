"""Zones brought into the plane of a raster without moving their edges.

An edge that is straight in lon/lat is a curve in the plane. It is divided until the
middle of each part lies within a stated distance of the straight piece that replaces
it. The area between them is below 2/3 of that distance times the length of the
boundary: at 1 mm, 400 m2 on a banner of 10,000 km2 with a boundary of 600 km, 4e-8.
"""

import numpy as np
from pyproj import CRS, Transformer

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.errors import CoordinateError
from geo.rings import Rings
from geo.types import FloatArray

MAX_DEVIATION_M = 0.001
"""Farthest that an edge may leave its curve, metres."""

_LONGEST_DEGREES = 0.25
"""Edges are first divided to this: over so short a way their curvature is even to 2 %
within a projection's use, so the middle of an edge tells how far all of it deviates."""

_MARGIN = 1.05
"""Taken for that 2 %: twice over, as the deviation falls with the square of length."""


def to_plane(rings: Rings, plane: CRS, deviation_m: float = MAX_DEVIATION_M) -> Rings:
    """Project lon/lat rings, their edges divided as far as their curvature asks for.

    Parameters
    ----------
    rings : Rings
        lon,lat in degrees of the geographic CRS under ``plane``.
    plane : CRS
        Projected.
    deviation_m : float
        Bound of the distance between an edge and its curve, metres.

    Raises
    ------
    CoordinateError
        ``coordinates_beyond_crs``: a vertex has no place in the plane; the feature is
        named by its position.
    """
    step = Transformer.from_crs(plane.geodetic_crs, plane, always_xy=True)
    allowed = deviation_m / coordinate_systems.unit_m(plane)
    first, last = rings.edges
    longest = np.abs(last - first).max(axis=1, initial=0.0)
    rings = _divided(rings, longest / _LONGEST_DEGREES)
    deviation = _deviation(rings, _moved(rings, step, plane), step)
    rings = _divided(rings, _MARGIN * np.sqrt(deviation / allowed))
    return _moved(rings, step, plane)


def _divided(rings: Rings, parts: FloatArray) -> Rings:
    """Divide each edge into at least so many parts; never into none."""
    pieces = np.maximum(np.ceil(parts), 1.0).astype(np.int64)
    return flat.densified(rings, pieces) if np.any(pieces > 1) else rings


def _moved(rings: Rings, step: Transformer, plane: CRS) -> Rings:
    points = _projected(rings.coordinates, step)
    lost = ~np.isfinite(points).all(axis=1)
    if lost.any():
        vertex = int(np.argmax(lost))
        ring = int(np.searchsorted(rings.offsets, vertex, side="right")) - 1
        lon, lat = rings.coordinates[vertex]
        raise CoordinateError(
            "coordinates_beyond_crs",
            where="zones",
            feature=str(rings.feature[ring]),
            value=f"{lon:.10g}, {lat:.10g}",
            crs=coordinate_systems.name(plane),
        )
    return rings.with_coordinates(points)


def _deviation(rings: Rings, projected: Rings, step: Transformer) -> FloatArray:
    """Distance of each edge's true middle from the straight line, ``(m,)``."""
    first, last = rings.edges
    middle = _projected(0.5 * (first + last), step)
    start, end = projected.edges
    along, off = end - start, middle - start
    across = along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    return np.asarray(np.abs(across) / np.where(length > 0.0, length, 1.0))


def _projected(points: FloatArray, step: Transformer) -> FloatArray:
    return np.column_stack(step.transform(points[:, 0], points[:, 1]))
