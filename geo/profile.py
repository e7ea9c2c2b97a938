"""Points along a line at equal distances on the ellipsoid, as a profile needs them."""

from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.authalic import Ellipsoid
from geo.errors import GeometryError
from geo.types import FloatArray

MOST_SAMPLES = 1_000_000
"""More would be finer than any raster; a step in degrees instead of metres asks it."""


@dataclass(frozen=True)
class Samples:
    """Places along a line.

    Parameters
    ----------
    distance_m : FloatArray
        ``(n,)`` from the start of the line, geodesic, ascending from 0.
    points : FloatArray
        ``(n, 2)`` degrees lon,lat.
    """

    distance_m: FloatArray
    points: FloatArray


def along(line: BaseGeometry, step_m: float, ellipsoid: Ellipsoid) -> Samples:
    """Place points along a line, from its start to its end.

    Parameters
    ----------
    line : BaseGeometry
        A LineString; degrees lon,lat; the way between two vertices is a geodesic
        (Karney 2013, by PROJ), as for :func:`geo.area.line_lengths`.
    step_m : float
        Metres between points, > 0; the last step is shorter, so that the end of the
        line is the last point.
    ellipsoid : Ellipsoid

    Returns
    -------
    Samples
        At least two points.

    Raises
    ------
    GeometryError
        ``profile_needs_line``: no line or one without length; ``profile_step``: a
        step that is not positive, or so short that it gives a million points.

    Examples
    --------
    >>> from geo.authalic import CGCS2000
    >>> line = shapely.LineString([(110, 40), (111, 40)])
    >>> along(line, 50_000, CGCS2000).distance_m.round(1)
    array([    0. , 50000. , 85393.4])
    """
    if not isinstance(line, shapely.LineString) or line.is_empty:
        raise GeometryError("profile_needs_line", found=line.geom_type)
    geod = Geod(a=ellipsoid.a, rf=ellipsoid.inverse_flattening)
    lon, lat = shapely.get_coordinates(line).T
    azimuth, _, length = (
        np.asarray(one) for one in geod.inv(lon[:-1], lat[:-1], lon[1:], lat[1:])
    )
    reached = np.concatenate([[0.0], np.cumsum(length)])
    total = float(reached[-1])
    if not total > 0.0:
        raise GeometryError("profile_needs_line", found=line.geom_type)
    if not step_m > total / MOST_SAMPLES:
        raise GeometryError("profile_step", step=step_m, length=round(total))
    distance = np.append(np.arange(0.0, total, step_m), total)
    # A vertex belongs to the segment that begins there, the end to the last one.
    segment = np.clip(np.searchsorted(reached, distance, "right") - 1, 0, len(lon) - 2)
    beyond = distance - reached[segment]
    x, y, _ = geod.fwd(lon[segment], lat[segment], azimuth[segment], beyond)
    return Samples(distance, np.column_stack([x, y]))
