"""The equal-area plane in which shapes are smoothed, simplified and cleaned.

Polygons of the lon/lat layers are carried over and back vertex by vertex; nothing is
measured here that ends up in the catalogue.
"""

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry.base import BaseGeometry

PLANE = "+proj=aea +lat_1=39 +lat_2=50 +lat_0=44 +lon_0=112 +ellps=GRS80 +units=m"
LONLAT = "+proj=longlat +ellps=GRS80"
DECIMALS = 6
"""Of degrees in the files: about 0.1 m, far below the accuracy of any layer."""

_TO_PLANE = Transformer.from_crs(LONLAT, PLANE, always_xy=True)


def to_plane(geometry: BaseGeometry) -> BaseGeometry:
    """Carry a geometry from lon,lat degrees to metres of the plane."""
    return shapely.transform(geometry, _carry(_TO_PLANE.transform))


def to_lonlat(geometry: BaseGeometry) -> BaseGeometry:
    """Carry a geometry from the plane to lon,lat, rounded and valid."""
    carried = shapely.transform(
        geometry, _carry(lambda x, y: _TO_PLANE.transform(x, y, direction="INVERSE"))
    )
    return shapely.set_precision(carried, 10.0**-DECIMALS)


def lonlat_of(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give longitudes and latitudes of points of the plane, shaped as they are."""
    lon, lat = _TO_PLANE.transform(x, y, direction="INVERSE")
    return lon, lat


def polygons_of(geometry: BaseGeometry) -> list[shapely.Polygon]:
    """List the polygons of a geometry, without lines and points of overlays."""
    return [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]


def tidy(
    geometry: BaseGeometry, *, min_part: float = 0.0, min_hole: float = 0.0
) -> BaseGeometry:
    """Drop small parts and fill small holes; areas in units of the coordinates."""
    kept = []
    for part in polygons_of(geometry):
        holes = [h for h in part.interiors if shapely.Polygon(h).area >= min_hole]
        whole = shapely.Polygon(part.exterior, holes)
        if whole.area >= min_part:
            kept.append(whole)
    return shapely.union_all(kept)


def _carry(
    transform: Callable[..., tuple[NDArray[np.float64], NDArray[np.float64]]],
) -> Callable[[NDArray[np.float64]], NDArray[np.float64]]:
    def carry(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(transform(points[:, 0], points[:, 1]))

    return carry
