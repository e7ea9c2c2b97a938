"""Edges brought into a plane keep to their curves."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from geo import rings as flat
from geo.errors import CoordinateError
from geo.grid import Grid
from geo.raster.project import MAX_DEVIATION_M, to_plane
from geo.zonal import zonal

PLANES = [
    CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80"),
    CRS.from_epsg(4524),
    CRS.from_epsg(3857),
    CRS("+proj=lcc +lat_1=36 +lat_2=52 +lon_0=105 +ellps=GRS80"),
]
LARGE = shapely.Polygon([(106, 40), (111, 40), (112.5, 44.1), (107, 43)])


@pytest.mark.parametrize("plane", PLANES, ids=lambda crs: crs.name)
def test_no_point_of_an_edge_leaves_its_curve(plane: CRS) -> None:
    rings = flat.from_geometry(np.array([LARGE]))
    moved = to_plane(rings, plane)
    line = shapely.LineString(moved.coordinates)
    step = Transformer.from_crs(plane.geodetic_crs, plane, always_xy=True)
    first, last = rings.edges
    share = np.random.default_rng(0).random((len(first), 4000, 1))
    points = (first[:, None] + share * (last - first)[:, None]).reshape(-1, 2)
    places = shapely.points(np.column_stack(step.transform(*points.T)))
    assert shapely.distance(line, places).max() < MAX_DEVIATION_M
    # Not finer than the bound asks for: half the pieces would leave it.
    assert len(moved.coordinates) < 12_000


def test_straight_meridian_keeps_its_vertices() -> None:
    """An edge without any deviation is divided into one part, not into none."""
    rings = flat.from_geometry(np.array([shapely.box(110.1, 40.1, 110.2, 40.2)]))
    moved = to_plane(rings, CRS.from_epsg(3857))
    assert len(moved.coordinates) == 5


def test_zone_that_the_plane_cannot_hold_is_named() -> None:
    crs = CRS("+proj=gnom +lat_0=40 +lon_0=110 +ellps=GRS80")
    grid = Grid(10, 10, 0.0, 0.0, 1000.0, 1000.0, crs)
    zones = gpd.GeoSeries(
        [shapely.box(110, 40, 111, 41), shapely.box(-70, -40, -69, -39)],
        index=["here", "antipodes"],
        crs="EPSG:4490",
    )
    with pytest.raises(CoordinateError) as caught:
        zonal(zones, grid, lambda window: np.ma.zeros(window.shape, np.uint8))
    assert caught.value.details["feature"] == "antipodes"
