"""Authority axis order and planes, for the edges of the product only.

Inside, coordinates are x,y in EPSG:4490. What a caller reads or writes in another
coordinate system passes through here, and comes out in the order its authority
declares: EPSG gives 4326 and 4490 as lat,lon and the CGCS2000 Gauss-Krueger zones as
north,east; OGC:CRS84 is lon,lat and EPSG:3857 east,north.
"""

import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo.crs import to_degrees
from geo.types import BBox, FloatArray, GeometryArray

LONGEST_EDGE_DEGREES = 0.01
"""An edge is straight in lon/lat here and in the plane there; at this length the two
are at most 3 cm apart at 53 N, so longer ones get vertices between."""

MERCATOR_REACH_M = 20_037_508.342789244
"""Half the side of EPSG:3857's square."""
PLANE_REACH_M = 3_000_000.0
NORTH_REACH_M = 7_000_000.0
"""How far from its meridian and north of the equator (63 N) a Gauss-Krueger plane is
asked for at all, metres: the region from any of its zones, and no part where meridians
fold or the 180th is crossed."""
_STEPS = 64


def northing_first(crs: CRS) -> bool:
    """Whether the authority gives north (or latitude) before east (or longitude)."""
    return str(crs.axis_info[0].direction).lower() == "north"


def swapped(geometry: GeometryArray) -> GeometryArray:
    """Exchange the two coordinates of every vertex."""
    turned: GeometryArray = shapely.transform(geometry, lambda points: points[:, ::-1])
    return turned


def from_working(geometry: GeometryArray, crs: CRS) -> GeometryArray:
    """Bring geometries from EPSG:4490 to another system, x,y order.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``, lon,lat degrees; None stays None.
    crs : CRS
        Geographic (lon/lat of CGCS2000 or WGS 84, which are equal to decimetres:
        nothing is changed) or a plane over either.

    Returns
    -------
    GeometryArray
        ``(n,)``; edges longer than :data:`LONGEST_EDGE_DEGREES` get further vertices
        on the way into a plane.
    """
    if crs.is_geographic:
        return geometry
    step = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    dense = shapely.segmentize(geometry, LONGEST_EDGE_DEGREES)

    def moved(points: FloatArray) -> FloatArray:
        return np.column_stack(step.transform(*points.T))

    planar: GeometryArray = shapely.transform(dense, moved)
    return planar


def geometry_to_working(geometry: GeometryArray, crs: CRS) -> GeometryArray:
    """Bring geometries a caller wrote, x,y order, to EPSG:4490.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``.
    crs : CRS
        As for :func:`from_working`.

    Returns
    -------
    GeometryArray
        ``(n,)``, lon,lat; coordinates are not finite where the plane has no inverse.
    """
    if crs.is_geographic:
        return geometry
    west, south, east, north = shapely.total_bounds(geometry)
    longest = max(east - west, north - south) / _STEPS
    dense = shapely.segmentize(geometry, longest) if longest > 0 else geometry
    moved: GeometryArray = shapely.transform(dense, lambda xy: to_degrees(xy, crs))
    return moved


def box_to_working(box: BBox, crs: CRS) -> GeometryArray:
    """Answer the part of the Earth inside a box of a plane, as lon/lat polygons.

    Parameters
    ----------
    box : BBox
        Left, bottom, right, top in the plane, x,y order.
    crs : CRS
        Projected: EPSG:3857 or a Gauss-Krueger zone.

    Returns
    -------
    GeometryArray
        One polygon, or none where the box lies outside what the plane shows.
    """
    reach = _reach(crs)
    left, bottom = max(box[0], reach[0]), max(box[1], reach[1])
    right, top = min(box[2], reach[2]), min(box[3], reach[3])
    if left > right or bottom > top:
        return np.empty(0, dtype=object)
    inside = np.array([shapely.box(left, bottom, right, top)], dtype=object)
    return geometry_to_working(inside, crs)


def _reach(crs: CRS) -> BBox:
    """Answer the part of a plane that has an inverse."""
    operation = crs.coordinate_operation
    if operation is None or "Mercator" not in operation.method_name:
        return -np.inf, -np.inf, np.inf, np.inf
    if "Transverse" not in operation.method_name:
        return (-MERCATOR_REACH_M,) * 2 + (MERCATOR_REACH_M,) * 2
    shifts = {one.name: one.value for one in operation.params}
    middle = float(shifts["False easting"])
    return middle - PLANE_REACH_M, 0.0, middle + PLANE_REACH_M, NORTH_REACH_M
