"""Leave a national datum by parameters that the user supplies; none come with us.

The parameters between the Chinese systems were classed as secret, and PROJ has only
"ballpark" paths between them (domain facts 2.3).
"""

import numpy as np
from pyproj import CRS, Transformer

from geo.authalic import CGCS2000
from geo.crs import ellipsoid
from geo.errors import CRSError
from geo.types import FloatArray

PARAMETERS = 7
_LARGEST_SHIFT_M = 1000.0


def to_cgcs2000(
    points: FloatArray, crs: CRS, parameters: tuple[float, ...]
) -> FloatArray:
    """Move lon,lat from the datum of a CRS to CGCS2000.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, lon,lat degrees on the datum of ``crs``; heights count as 0.
    crs : CRS
        Names the ellipsoid that the points are on.
    parameters : tuple of float
        Seven: shifts along x, y, z in metres, rotations in seconds of arc, scale in
        parts per million; position vector convention (EPSG method 9606).

    Returns
    -------
    FloatArray
        ``(n, 2)``, lon,lat degrees on CGCS2000.

    Raises
    ------
    CRSError
        ``datum_parameters_wrong`` for another number of them, or shifts beyond 1 km.
    """
    largest = max(map(abs, parameters[:3]), default=0.0)
    if len(parameters) != PARAMETERS or not largest <= _LARGEST_SHIFT_M:
        raise CRSError("datum_parameters_wrong", value=", ".join(map(str, parameters)))
    names = ("x", "y", "z", "rx", "ry", "rz", "s")
    helmert = " ".join(
        f"+{name}={value!r}" for name, value in zip(names, parameters, strict=True)
    )
    shape = ellipsoid(crs)
    steps = Transformer.from_pipeline(
        "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=cart +a={shape.a!r} +rf={shape.inverse_flattening!r}"
        f" +step +proj=helmert {helmert} +convention=position_vector"
        f" +step +inv +proj=cart +a={CGCS2000.a!r} +rf={CGCS2000.inverse_flattening!r}"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
    )
    lon, lat, _ = steps.transform(points[:, 0], points[:, 1], np.zeros(len(points)))
    return np.column_stack([lon, lat])
