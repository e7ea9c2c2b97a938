"""Aliases and option names shared by the package."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]
GeometryArray = NDArray[np.object_]
"""Shapely geometries or ``None``, ``(n,)``."""

BBox = tuple[float, float, float, float]
"""West, south, east, north (or left, bottom, right, top) in x,y order."""

EdgeRule = Literal["lonlat", "geodesic", "official", "plane"]
"""How the line between two vertices is read; see :mod:`geo.area`."""

NODATA = "nodata"
"""Row of a zonal table: cells inside the zone that have no value."""

OUTSIDE = "outside"
"""Row of a zonal table: the part of the zone beyond the raster."""

REGION: BBox = (97.0, 37.0, 127.0, 54.0)
"""The bounding box of Inner Mongolia with its seed rasters, lon/lat degrees."""


def ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    """``part / whole``; 0 where the whole is 0: a polygon thinner than rounding."""
    result = np.zeros_like(part)
    return np.divide(part, whole, out=result, where=whole > 0.0)
