"""National zones: their code, their meridian, with and without prefix."""

from pyproj import CRS

from geo import crs as coordinate_systems
from geo import crs_names, gauss_krueger, plane_choice
from geo.crs_names import NationalPlane


def replace_plane(plane: NationalPlane, prefix: int | None) -> NationalPlane:
    """Answer the same plane with or without the prefix in front of its eastings."""
    if prefix is None:
        return plane._replace(prefixed=False)
    width = plane_choice.PREFIXES[prefix]
    return NationalPlane(plane.datum, prefix, 3 if width == 3 else 6, True)


def national_plane(crs: CRS) -> NationalPlane | None:
    """Know a national zone by its code, or CGCS2000's by its parameters."""
    plane = crs_names.plane_of(crs)
    if plane is not None:
        return plane
    parameters = gauss_krueger.projection(crs)
    if parameters is None or coordinate_systems.datum(crs) == "unsafe":
        return None
    number, rest = divmod(parameters.central_meridian, 3)
    if rest or parameters.false_easting not in (500_000, number * 1e6 + 500_000):
        return None
    return NationalPlane("cgcs2000", int(number), 3, parameters.false_easting > 1e6)


def same_meridian(plane: NationalPlane, prefix: int) -> bool:
    """Whether a prefix names the meridian that a zone has."""
    width = plane_choice.PREFIXES[prefix]
    degrees = 3 * prefix if width == 3 else 6 * prefix - 3
    own = 3 * plane.number if plane.width == 3 else 6 * plane.number - 3
    return degrees == own
