"""Areas and lengths for attributes and figures, on the CGCS2000 ellipsoid."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from geo.area import area

CRS = "EPSG:4490"
_GEOD = Geod(ellps="GRS80")


def areas_km2(geometries: gpd.GeoSeries) -> NDArray[np.float64]:
    """Measure ellipsoidal areas, (n,); edges are straight in lon/lat."""
    return np.asarray(area(geometries), dtype=np.float64) / 1e6


def area_km2(geometry: BaseGeometry) -> float:
    """Measure the ellipsoidal area of one geometry in lon,lat; 0 for what has none."""
    parts = [part for part in shapely.get_parts(geometry) if part.area > 0]
    return float(areas_km2(gpd.GeoSeries(parts, crs=CRS)).sum()) if parts else 0.0


def by_id(frame: gpd.GeoDataFrame, column: str) -> dict[str, float]:
    """Key a column's values as measures: ``{"ID.COLUMN": value}``."""
    pairs = zip(frame["id"], frame[column], strict=True)
    return {f"{name}.{column}": float(value) for name, value in pairs}


def length_km(geometry: BaseGeometry) -> float:
    """Measure the geodesic length of the lines of one geometry in lon,lat."""
    lines = [part for part in shapely.get_parts(geometry) if part.length > 0]
    return sum(_GEOD.geometry_length(line) for line in lines) / 1e3
