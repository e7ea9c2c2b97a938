"""National zones: their code, their meridian, with and without prefix."""

from typing import NamedTuple

import numpy as np
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import crs_names, gauss_krueger, plane_choice
from geo.checks import MAX_NORTHING_M, PLANE_REACH_M
from geo.crs_names import NationalPlane
from geo.types import FloatArray


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


class HeaderForm(NamedTuple):
    """How the coordinates of a plane are written whose zone a header names."""

    prefixed: bool
    north_first: bool


def header_form(points: FloatArray, zone: int) -> HeaderForm | None:
    """Find the one way of writing in which all points are near the zone's meridian.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, as the columns are.
    zone : int

    Returns
    -------
    HeaderForm or None
        None where no way fits, or several do.
    """
    fitting = []
    for north_first in (True, False):
        east, north = points[:, int(north_first)], points[:, int(not north_first)]
        for prefixed in (True, False):
            middle = 500_000 + (zone * 1_000_000 if prefixed else 0)
            near = np.abs(east - middle) <= PLANE_REACH_M
            usual = (north > PLANE_REACH_M) & (north < MAX_NORTHING_M)
            if len(points) and (near & usual).all():
                fitting.append(HeaderForm(prefixed, north_first))
    return fitting[0] if len(fitting) == 1 else None
