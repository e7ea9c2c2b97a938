"""Numbers that cannot be what their coordinate system says they are."""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import gauss_krueger
from geo.errors import CoordinateError
from geo.types import REGION, BoolArray, FloatArray, IntArray

MAX_NORTHING_M = 10_002_000.0
"""A quadrant of the meridian, metres: no northing of a national grid is larger."""

ZONE_REACH_M = 500_000.0
"""Farthest from its meridian that an easting still shows its own zone number."""

PLANE_REACH_M = 2_000_000.0
"""Farthest from its meridian that a Gauss-Krueger plane is met with in practice: the
whole region drawn in its outermost zone, 24 degrees of longitude at 40 N."""


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
        ``coordinates_metres``; for projected systems ``coordinates_degrees``,
        ``coordinates_beyond_crs``, ``coordinates_swapped_plane`` or
        ``coordinates_wrong_zone``. The first feature at fault is named.
    CRSError
        ``crs_missing`` or ``crs_not_horizontal``.
    """
    crs = coordinate_systems.require(geometry, where)
    require_finite(geometry, where)
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    require_plausible_points(points, owner, crs, geometry.index, where)


def require_plausible_points(
    points: FloatArray, owner: IntArray, crs: CRS, labels: pd.Index, where: str
) -> None:
    """Do the same for vertices.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, finite, x,y order.
    owner : IntArray
        ``(n,)``, the position in ``labels`` of the feature of each vertex.
    crs : CRS
        Horizontal.
    labels : Index
        Ids of the features.
    where : str

    Raises
    ------
    CoordinateError
        As :func:`require_plausible` says.
    """
    if not len(points):
        return
    faults = _degree_faults if crs.is_geographic else _plane_faults
    for code, fault in faults(points, crs):
        if fault.any():
            first = int(np.argmax(fault))
            label = str(labels[owner[first]])
            details = {"crs": coordinate_systems.name(crs), "candidates": "-"}
            if code == "coordinates_wrong_zone":
                details["candidates"] = _candidates(points[first : first + 1])
            raise CoordinateError(
                code, where=where, feature=label, value=_pair(points[first]), **details
            )


def require_finite(geometry: gpd.GeoSeries, where: str) -> None:
    """Refuse NaN and infinite coordinates.

    Raises
    ------
    CoordinateError
        ``coordinates_not_finite``, naming the first feature at fault.
    """
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    lost = ~np.isfinite(points).all(axis=1)
    if lost.any():
        label = str(geometry.index[owner[int(np.argmax(lost))]])
        raise CoordinateError("coordinates_not_finite", where=where, feature=label)


def _pair(point: FloatArray) -> str:
    """Write a vertex with the digits that tell zone numbers apart."""
    return f"{point[0]:.10g}, {point[1]:.10g}"


def _candidates(points: FloatArray) -> str:
    zones = gauss_krueger.zone_candidates(points)
    return ", ".join(f"EPSG:{zone.epsg}" for zone in zones) or "-"


Faults = Iterator[tuple[str, BoolArray]]
"""Fault codes and the vertices that show each; the first that shows decides."""


def _degree_faults(points: FloatArray, _: CRS) -> Faults:
    x, y = np.abs(points.T)
    yield "coordinates_metres", (x > 180.0) | (y > 180.0)
    # East of 90 E, as the whole region is, a swapped pair has an impossible latitude.
    yield "coordinates_swapped", (y > 90.0) & (x <= 90.0)
    yield "coordinates_metres", y > 90.0


def _plane_faults(points: FloatArray, crs: CRS) -> Faults:
    unit_m = coordinate_systems.unit_m(crs)
    x, y = np.abs(points.T) * unit_m
    yield "coordinates_beyond_crs", np.maximum(x, y) > coordinate_systems.MAX_PLANE_M
    if unit_m <= 1.0:
        # All vertices, not one: a plane may have its origin inside a layer.
        yield "coordinates_degrees", _all(points, (x <= 180.0) & (y <= 90.0))
    plane = gauss_krueger.projection(crs)
    if plane is not None:
        yield from _zone_faults(points, plane)
    else:
        here, swapped = _in_region(points, crs), _in_region(points[:, ::-1], crs)
        yield "coordinates_swapped_plane", _all(points, np.array(swapped and not here))


def _zone_faults(points: FloatArray, plane: gauss_krueger.Projection) -> Faults:
    """Northings for eastings, and eastings that carry another zone's number."""
    east, north = np.abs(points.T - plane.false_easting)
    stray = east > PLANE_REACH_M
    is_northing = np.abs(points[:, 0]) <= MAX_NORTHING_M
    yield "coordinates_swapped_plane", stray & (north <= PLANE_REACH_M) & is_northing
    yield "coordinates_wrong_zone", stray
    if east.min() > ZONE_REACH_M:
        yield "coordinates_wrong_zone", _in_own_zone(points)


def _in_own_zone(points: FloatArray) -> BoolArray:
    """Mark an outermost vertex that lies in the region by the number it carries.

    Not the first one only: a layer that crosses the border may begin beyond it.
    """
    marked = np.zeros(len(points), dtype=bool)
    for row in np.unique([0, *points.argmin(axis=0), *points.argmax(axis=0)]):
        if gauss_krueger.zone_candidates(points[row : row + 1]):
            marked[row] = True
            break
    return marked


def _all(points: FloatArray, fault: BoolArray) -> BoolArray:
    """Blame the whole layer, or nothing of it."""
    return np.full(len(points), bool(fault.all()))


def _in_region(points: FloatArray, crs: CRS) -> bool:
    """Whether the middle of the layer lies in the region."""
    middle = 0.5 * (points.min(axis=0) + points.max(axis=0))
    ((lon, lat),) = coordinate_systems.to_degrees(middle[np.newaxis], crs)
    west, south, east, north = REGION
    return bool(west <= lon <= east and south <= lat <= north)
