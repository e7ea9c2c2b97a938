"""Which plane a parcel is drawn in, and its coordinates are given in."""

import numpy as np
from pyproj import CRS, Transformer

from geo.crs import WORKING_CRS
from geo.types import FloatArray

_FIRST_CGCS2000, _LAST_CGCS2000 = 4491, 4554
_FIRST_ZONE, _FIRST_MERIDIAN, _LAST_MERIDIAN = 4513, 75, 135
"""CGCS2000 / 3-degree Gauss-Kruger zone 25 (with its number) is EPSG:4513."""


def plane_for(points: FloatArray, crs: CRS) -> CRS:
    """Answer the plane of a file, or the 3-degree zone that points lie in.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, x,y in ``crs``.
    crs : CRS

    Returns
    -------
    CRS
        ``crs`` where it is a Gauss-Krueger plane of CGCS2000; else the zone of three
        degrees, eastings with its number.
    """
    if is_national(crs):
        return crs
    middle = (points.min(axis=0) + points.max(axis=0)) / 2
    step = Transformer.from_crs(crs, WORKING_CRS, always_xy=True)
    lon = float(np.atleast_1d(step.transform(*middle)[0])[0])
    meridian = min(max(3 * round(lon / 3), _FIRST_MERIDIAN), _LAST_MERIDIAN)
    return CRS.from_epsg(_FIRST_ZONE + (meridian - _FIRST_MERIDIAN) // 3)


def is_national(crs: CRS) -> bool:
    """Whether it is a Gauss-Krueger plane of CGCS2000."""
    code = crs.to_epsg()
    return code is not None and _FIRST_CGCS2000 <= code <= _LAST_CGCS2000
