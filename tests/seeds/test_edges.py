"""Long edges follow the geodesic; neighbours stay neighbours."""

import geopandas as gpd
import pytest
import shapely
from pyproj import Geod

from geo.area import area
from seeds.build.edges import follow_geodesics
from seeds.build.measure import area_km2

GEOD = Geod(ellps="GRS80")
WEST = shapely.Polygon([(97.2, 42.8), (97.9, 41.7), (97.0, 41.7)])
EAST = shapely.Polygon([(97.2, 42.8), (98.5, 42.8), (97.9, 41.7)])


def test_no_edge_is_longer_and_old_vertices_stay() -> None:
    places = shapely.get_coordinates(follow_geodesics(WEST, 5_000))
    _, _, lengths = GEOD.inv(*places[:-1].T, *places[1:].T)
    assert lengths.max() < 5_001
    assert {*WEST.exterior.coords} <= {*map(tuple, places)}


def test_lonlat_reading_comes_to_the_geodesic_area() -> None:
    geodesic, _ = GEOD.geometry_area_perimeter(shapely.orient_polygons(WEST))
    assert area_km2(WEST) != pytest.approx(geodesic / 1e6, abs=1)
    assert area_km2(follow_geodesics(WEST, 5_000)) == pytest.approx(
        geodesic / 1e6, abs=0.05
    )


def test_shared_edge_gets_the_same_vertices_from_both_sides() -> None:
    pair = [follow_geodesics(shape, 5_000) for shape in (WEST, EAST)]
    assert shapely.coverage_is_valid(pair)


def test_short_edges_are_left_alone() -> None:
    hole = [(97.3, 42.0), (97.31, 42.0), (97.31, 42.01)]
    shell = shapely.box(97.2, 41.9, 97.4, 42.1).exterior
    shape = shapely.Polygon(shell, [hole])
    assert shapely.equals_identical(follow_geodesics(shape, 100_000), shape)


def test_areas_are_those_of_the_product() -> None:
    expected = area(gpd.GeoSeries([WEST], crs="EPSG:4490")).iloc[0]
    assert area_km2(WEST) == pytest.approx(expected / 1e6, rel=1e-12)
