"""Coordinate systems, checked at the door: present, known, safe, equal.

Inside the product coordinates are always x,y = lon,lat or east,north, whatever axis
order the authority declares (EPSG gives 4490 as lat,lon and all CGCS2000
Gauss-Krueger codes as north,east).
"""

from typing import Literal

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError as ProjCRSError

from geo.authalic import CGCS2000, Ellipsoid
from geo.errors import CoordinateError, CRSError
from geo.messages import Note
from geo.types import FloatArray

WORKING_CRS = "EPSG:4490"
"""CGCS2000 lon/lat: what every computation across layers happens in."""

MAX_EDGE_M = 70.0
"""Longest edge kept when leaving a plane, metres (domain facts 2.4 and 3: the tool
that land offices copy densifies to 70 m; below it all edge rules agree to 0.001 m2)."""

MAX_PLANE_M = 64_000_000.0
"""Largest coordinate of any plane of the Earth, metres: an easting with a 6-degree
zone number in front goes to 61 million. PROJ folds far larger ones back onto the
globe, and GEOS fails on their squares."""

# Names as EPSG, ESRI and Chinese software write them, underscores read as blanks.
_CGCS2000 = (
    "china 2000",
    "china geodetic coordinate system 2000",
    "cgcs2000",
    "cgcs 2000",
    "2000国家大地坐标系",
)
_WGS84 = ("world geodetic system 1984", "wgs 84", "wgs 1984", "wgs84")
# A projection given by an ellipsoid alone says nothing of the datum; GRS80 is
# CGCS2000's ellipsoid and WGS 84's differs from it by 0.1 mm.
_UNKNOWN_ON = ("grs 1980", "grs80", "wgs 84", "wgs84")


def parse(value: str | CRS) -> CRS:
    """Read an EPSG code, WKT or PROJ string.

    Raises
    ------
    CRSError
        ``crs_unknown`` when PROJ does not know it.
    """
    try:
        return CRS.from_user_input(value)
    except ProjCRSError as error:
        raise CRSError("crs_unknown", value=str(value)) from error


def name(crs: CRS) -> str:
    """``EPSG:4490`` where a code exists, else the name the CRS carries."""
    authority = crs.to_authority()
    return ":".join(authority) if authority else crs.name


def require(geometry: gpd.GeoSeries, where: str) -> CRS:
    """Answer the CRS of a layer, or refuse.

    Returns
    -------
    CRS
        The horizontal one; see :func:`horizontal`.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_not_horizontal``; ``where`` names the layer or file.
    """
    if geometry.crs is None:
        raise CRSError("crs_missing", where=where)
    return horizontal(CRS.from_user_input(geometry.crs), where)


def horizontal(crs: CRS, where: str) -> CRS:
    """Answer what x and y are in: heights and attached datum shifts are left off.

    Parameters
    ----------
    crs : CRS
        May be compound (EPSG:4490+5737) or bound (``+towgs84``).
    where : str
        Names the layer or file in messages.

    Returns
    -------
    CRS
        Longitude and latitude in degrees, or a projected plane.

    Raises
    ------
    CRSError
        ``crs_not_horizontal`` for geocentric, vertical and local systems, rotated
        poles, latitudes in anything but degrees, axes without a unit or of two.
    """
    flat = crs
    while flat.is_compound or flat.is_bound:
        inner = flat.sub_crs_list[0] if flat.is_compound else flat.source_crs
        flat = crs if inner is None else inner
    units = np.array([one.unit_conversion_factor for one in flat.axis_info])
    degrees = (
        flat.is_geographic
        and not flat.is_derived
        and np.allclose(units, np.radians(1.0))
    )
    # A damaged definition may lack the unit of one axis; PROJ fails on it only later.
    plane = flat.is_projected and bool((units > 0.0).all()) and len(set(units)) == 1
    if not (degrees or plane):
        raise CRSError("crs_not_horizontal", where=where, crs=name(crs))
    return flat


def require_same(left: CRS, right: CRS) -> None:
    """Refuse two different coordinate systems (axis order aside).

    Raises
    ------
    CRSError
        ``crs_differ``.
    """
    if not left.equals(right, ignore_axis_order=True):
        raise CRSError("crs_differ", left=name(left), right=name(right))


def require_lonlat(crs: CRS) -> None:
    """Refuse coordinates that are not longitude and latitude in degrees.

    Raises
    ------
    CRSError
        ``crs_not_lonlat``.
    """
    if not crs.is_geographic:
        raise CRSError("crs_not_lonlat", crs=name(crs))


def ellipsoid(crs: CRS) -> Ellipsoid:
    """Answer the ellipsoid under a coordinate system."""
    shape = crs.ellipsoid
    if shape is None or not shape.inverse_flattening:
        raise CRSError("crs_unknown", value=name(crs))
    return Ellipsoid(shape.semi_major_metre, shape.inverse_flattening)


Datum = Literal["cgcs2000", "close", "unsafe"]


def datum(crs: CRS) -> Datum:
    """Class the datum: CGCS2000 itself, equal to decimetres, or unsafe.

    PROJ has only "ballpark" paths from Xian 1980, Beijing 1954 and bare Krassovsky
    systems to CGCS2000 and says nothing (domain facts 2.3): they are ``unsafe``.
    """
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return "unsafe"
    names = f"{geodetic.name} {geodetic.datum.name}".lower().replace("_", " ")
    if not _sized_like_cgcs2000(geodetic):
        return "unsafe"
    if any(known in names for known in _CGCS2000):
        return "cgcs2000"
    if any(known in names for known in _WGS84):
        return "close"
    shape = geodetic.ellipsoid.name.lower() if geodetic.ellipsoid else ""
    unnamed = "unknown" in names or "unnamed" in names or "user" in names
    return "close" if unnamed and shape in _UNKNOWN_ON else "unsafe"


def _sized_like_cgcs2000(geodetic: CRS) -> bool:
    """Whether a datum that claims a safe name has the ellipsoid that belongs to it."""
    shape = geodetic.ellipsoid
    return shape is not None and bool(
        np.isclose(shape.semi_major_metre, CGCS2000.a, rtol=1e-9)
        and np.isclose(shape.inverse_flattening, CGCS2000.inverse_flattening, rtol=1e-6)
    )


def require_safe_datum(crs: CRS, where: str) -> list[Note]:
    """Refuse a datum without a known path to CGCS2000; note one that is only close.

    Raises
    ------
    CRSError
        ``crs_datum_unsafe``.
    """
    kind = datum(crs)
    if kind == "unsafe":
        raise CRSError("crs_datum_unsafe", where=where, crs=name(crs))
    if kind == "close":
        return [Note("crs_assumed_equal", {"where": where, "crs": name(crs)})]
    return []


def to_working(
    geometry: gpd.GeoSeries, where: str, *, max_edge_m: float = MAX_EDGE_M
) -> tuple[gpd.GeoSeries, list[Note]]:
    """Bring a layer to CGCS2000 lon/lat without moving its edges.

    An edge that is straight in a plane is not straight in lon/lat, so a projected
    layer is densified in its own plane before it is transformed.

    Parameters
    ----------
    geometry : GeoSeries
        Any safe CRS, x,y order.
    where : str
        Names the layer in messages.
    max_edge_m : float
        Longest edge left in the plane, metres.

    Returns
    -------
    GeoSeries, list of Note
        Same index, EPSG:4490; what was assumed or changed.

    Raises
    ------
    CRSError
        ``crs_missing``, ``crs_not_horizontal`` or ``crs_datum_unsafe``.
    CoordinateError
        ``coordinates_beyond_crs`` where a vertex has no longitude and latitude.
    """
    crs = require(geometry, where)
    notes = require_safe_datum(crs, where)
    if crs.is_geographic:
        return geometry.set_crs(WORKING_CRS, allow_override=True), notes
    require_convertible(geometry, crs, where)
    dense = shapely.segmentize(geometry.to_numpy(), max_edge_m / unit_m(crs))
    moved = shapely.transform(dense, lambda points: to_degrees(points, crs))
    details = {"where": where, "crs": name(crs), "max_edge_m": max_edge_m}
    notes.append(Note("crs_transformed", details))
    return gpd.GeoSeries(moved, index=geometry.index, crs=WORKING_CRS), notes


def unit_m(crs: CRS) -> float:
    """Answer how many metres one unit of a plane is."""
    return float(crs.axis_info[0].unit_conversion_factor)


def to_degrees(points: FloatArray, crs: CRS) -> FloatArray:
    """Leave a plane for the geographic CRS under it.

    There is no datum step, so none can be ballpark.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, east,north in the units of ``crs``.
    crs : CRS
        Horizontal; points of a geographic one are answered as they are.

    Returns
    -------
    FloatArray
        ``(n, 2)``, lon,lat; infinite where the projection has no inverse.
    """
    if crs.is_geographic:
        return points
    step = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    return np.column_stack(step.transform(*points.T))


def require_convertible(geometry: gpd.GeoSeries, crs: CRS, where: str) -> None:
    """Refuse vertices beyond the plane, or where the projection has no inverse.

    PROJ answers infinity there, and geometries of it pass silently through set
    operations.

    Raises
    ------
    CoordinateError
        ``coordinates_beyond_crs``, naming the first feature at fault.
    """
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    inside = np.all(np.abs(points) * unit_m(crs) <= MAX_PLANE_M, axis=1)
    lost = ~(inside & np.isfinite(to_degrees(points, crs)).all(axis=1))
    if lost.any():
        first = int(np.argmax(lost))
        raise CoordinateError(
            "coordinates_beyond_crs",
            where=where,
            feature=str(geometry.index[owner[first]]),
            value=f"{points[first, 0]:.10g}, {points[first, 1]:.10g}",
            crs=name(crs),
        )
