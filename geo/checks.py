"""Numbers that cannot be what their coordinate system says they are."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.errors import CoordinateError
from geo.types import BoolArray, FloatArray

MAX_NORTHING_M = 10_002_000.0
"""A quadrant of the meridian, metres: no northing of a national grid is larger."""

MAX_PREFIXED_EASTING_M = 64_000_000.0
"""An easting with a zone number in front, metres (6-degree zones go to 60)."""


def require_plausible(geometry: gpd.GeoSeries, where: str) -> None:
    """Refuse coordinates that contradict their coordinate system.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)``, with a CRS, x,y order. ``None`` and empty geometries pass.
    where : str
        Names the layer or file in messages.

    Raises
    ------
    CoordinateError
        ``coordinates_not_finite``; for lon/lat ``coordinates_swapped`` or
        ``coordinates_metres``; for projected systems ``coordinates_degrees`` or
        ``coordinates_swapped_plane``. The first feature at fault is named.
    CRSError
        ``crs_missing``.
    """
    crs = coordinate_systems.require(geometry, where)
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    for code, fault in _faults(points, crs):
        first = int(np.argmax(fault))
        if fault[first]:
            label = str(geometry.index[owner[first]])
            value = f"{points[first, 0]:g}, {points[first, 1]:g}"
            raise CoordinateError(code, where=where, feature=label, value=value)


def _faults(points: FloatArray, crs: CRS) -> list[tuple[str, BoolArray]]:
    """Fault codes and the vertices that show each; the first that shows decides."""
    if not len(points):
        return []
    infinite = np.any(~np.isfinite(points), axis=1)
    not_finite = ("coordinates_not_finite", np.asarray(infinite))
    named = _degree_faults(points) if crs.is_geographic else _plane_faults(points, crs)
    return [not_finite, *named]


def _degree_faults(points: FloatArray) -> list[tuple[str, BoolArray]]:
    x, y = points.T
    too_big = (np.abs(x) > 180.0) | (np.abs(y) > 180.0)
    # East of 90 E, as the whole region is, a swapped pair has an impossible latitude.
    swapped = (np.abs(y) > 90.0) & (np.abs(x) <= 90.0)
    beyond = np.abs(y) > 90.0
    return [
        ("coordinates_metres", too_big),
        ("coordinates_swapped", swapped),
        ("coordinates_metres", beyond),
    ]


def _plane_faults(points: FloatArray, crs: CRS) -> list[tuple[str, BoolArray]]:
    if crs.axis_info[0].unit_conversion_factor != 1.0:
        return []
    x, y = points.T
    # All vertices, not one: a plane may have its origin inside a layer.
    degrees = np.all((np.abs(x) <= 180.0) & (np.abs(y) <= 90.0))
    swapped = (np.abs(y) > MAX_NORTHING_M) & (np.abs(y) < MAX_PREFIXED_EASTING_M)
    return [
        ("coordinates_degrees", np.full(len(points), degrees)),
        ("coordinates_swapped_plane", swapped & (np.abs(x) <= MAX_NORTHING_M)),
    ]
