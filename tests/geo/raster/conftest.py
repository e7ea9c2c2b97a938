"""Grids, readers and zones made in code, and the numpy engine as a second opinion."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from geo import rings as flat
from geo.authalic import CGCS2000, LonLatForm
from geo.cells import covered_areas, cut
from geo.grid import Grid, Window

LONLAT = CRS.from_epsg(4490)


def coverage(geometry: shapely.Geometry, grid: Grid) -> np.ndarray:
    """Covered m2 of every cell of a lon/lat grid, by geo.cells."""
    whole = Window(0, grid.height, 0, grid.width)
    rings = flat.from_geometry(shapely.orient_polygons([geometry]))
    return covered_areas(cut(rings, grid, whole), grid, LonLatForm(CGCS2000), whole)


@pytest.fixture
def cover() -> Callable[[shapely.Geometry, Grid], np.ndarray]:
    return coverage


@pytest.fixture
def reader() -> Callable[[np.ndarray], Callable[[Window], np.ma.MaskedArray]]:
    def of(values: np.ndarray) -> Callable[[Window], np.ma.MaskedArray]:
        def read(window: Window) -> np.ma.MaskedArray:
            part = values[window.row0 : window.row1, window.col0 : window.col1]
            return part if np.ma.isMaskedArray(part) else np.ma.masked_array(part)

        return read

    return of


@pytest.fixture
def lonlat_zones() -> Callable[..., gpd.GeoSeries]:
    def of(*geometries: shapely.Geometry) -> gpd.GeoSeries:
        return gpd.GeoSeries(list(geometries), crs=LONLAT)

    return of
