"""Give long edges the vertices that make every reading of an edge agree."""

import itertools

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

_GEOD = Geod(ellps="GRS80")


def follow_geodesics(geometry: BaseGeometry, max_edge_m: float) -> BaseGeometry:
    """Insert vertices along the geodesic of each edge longer than ``max_edge_m``.

    Parameters
    ----------
    geometry : BaseGeometry
        Polygons in lon,lat degrees.
    max_edge_m : float
        Longest piece that is left, in metres.

    Returns
    -------
    BaseGeometry
        The old vertices unchanged; the new ones are rounded to 1e-6 degree and do not
        depend on the direction of the edge, so that neighbours stay neighbours.
    """
    parts = [
        shapely.Polygon(
            _ring(part.exterior.coords, max_edge_m),
            [_ring(hole.coords, max_edge_m) for hole in part.interiors],
        )
        for part in shapely.get_parts(geometry)
    ]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(
    coordinates: shapely.coords.CoordinateSequence, max_edge_m: float
) -> NDArray[np.float64]:
    corners = np.asarray(coordinates)
    _, _, lengths = _GEOD.inv(*corners[:-1].T, *corners[1:].T)
    pieces: list[NDArray[np.float64]] = []
    for (start, end), length in zip(itertools.pairwise(corners), lengths, strict=True):
        pieces.append(start[None])
        count = int(np.ceil(length / max_edge_m)) - 1
        if count > 0:
            pieces.append(_between(start, end, count))
    return np.vstack([*pieces, corners[-1:]])


def _between(
    start: NDArray[np.float64], end: NDArray[np.float64], count: int
) -> NDArray[np.float64]:
    """Place vertices inside the edge, (count, 2), the same from either end."""
    if tuple(start) > tuple(end):
        return _between(end, start, count)[::-1]
    places = _GEOD.npts(start[0], start[1], end[0], end[1], count)
    return np.asarray(places, dtype=np.float64).round(6)
