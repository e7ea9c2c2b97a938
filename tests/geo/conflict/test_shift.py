"""The free part of a parcel, and the smallest shift that clears it."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo import testing
from geo.area import area
from geo.conflict.shift import NoShift, Shift, free_part, smallest_shift
from geo.conflict.zones import Zones

GEOD = Geod(ellps="GRS80")
SITE = shapely.box(110.0, 40.0, 110.01, 40.01)


def zones(*shapes: shapely.Polygon) -> Zones:
    return Zones.of(gpd.GeoDataFrame(geometry=testing.layer(list(shapes))))


def free_m2(shape: shapely.Geometry) -> float:
    return float(area(testing.layer([shape])).iloc[0])


def test_the_free_part_is_what_no_layer_covers() -> None:
    a = zones(shapely.box(109.9, 39.9, 110.004, 40.1))
    b = zones(shapely.box(110.002, 40.006, 110.1, 40.1))
    found = free_part(SITE, [a, b])
    wanted = shapely.box(110.004, 40.0, 110.01, 40.006)
    assert shapely.equals(found.geometry, wanted)
    assert found.area_m2 == pytest.approx(free_m2(wanted), rel=1e-9)


def test_nothing_is_free_of_a_parcel_inside() -> None:
    found = free_part(SITE, [zones(shapely.box(109, 39, 111, 41))])
    assert shapely.is_empty(found.geometry)
    assert found.area_m2 == 0.0


def test_all_is_free_of_a_parcel_apart() -> None:
    found = free_part(SITE, [zones(shapely.box(111, 41, 112, 42))])
    assert found.area_m2 == pytest.approx(free_m2(SITE), rel=1e-12)


@pytest.mark.parametrize(
    ("wall", "azimuth"),
    [
        (shapely.box(110.008, 39.0, 111.0, 41.0), 270.0),
        (shapely.box(109.0, 39.0, 110.003, 41.0), 90.0),
        (shapely.box(109.0, 40.009, 111.0, 41.0), 180.0),
        (shapely.box(109.0, 39.0, 111.0, 40.002), 0.0),
    ],
)
def test_a_straight_wall_is_left_by_the_shortest_way(
    wall: shapely.Polygon, azimuth: float
) -> None:
    inside = shapely.intersection(SITE, wall)
    west, south, east, north = inside.bounds
    across = (
        (west, 40.005, east, 40.005)
        if azimuth in (90, 270)
        else (110, south, 110, north)
    )
    metres = GEOD.inv(*across)[2]
    found = smallest_shift(SITE, [zones(wall)], 2000.0)
    assert isinstance(found, Shift)
    assert found.azimuth_deg == pytest.approx(azimuth, abs=1.0)
    assert found.distance_m == pytest.approx(metres, rel=2e-3)
    assert free_m2(shapely.intersection(found.geometry, wall)) < 1e-3
    assert free_m2(found.geometry) == pytest.approx(free_m2(SITE), rel=1e-3)


def test_a_slanted_wall_is_left_at_a_right_angle() -> None:
    # 30 degrees from north: none of the eight directions.
    turn = np.radians(30.0)
    metre = 1 / 111_000
    along = np.array([np.cos(turn) / np.cos(np.radians(40)), -np.sin(turn)]) * metre
    away = np.array([np.sin(turn) / np.cos(np.radians(40)), np.cos(turn)]) * metre
    start = np.array([110.005, 40.005]) - 100 * away
    corners = [
        start - 9e4 * along,
        start + 9e4 * along,
        start + 9e4 * along - 5e4 * away,
    ]
    wall = shapely.Polygon([*corners, start - 9e4 * along - 5e4 * away])
    found = smallest_shift(SITE, [zones(wall)], 3000.0)
    assert isinstance(found, Shift)
    assert found.azimuth_deg == pytest.approx(30.0, abs=1.5)


def test_a_parcel_without_conflict_stays() -> None:
    found = smallest_shift(SITE, [zones(shapely.box(111, 41, 112, 42))], 100.0)
    assert isinstance(found, Shift)
    assert (found.distance_m, found.geometry) == (0.0, SITE)


def test_a_parcel_that_borders_has_no_conflict() -> None:
    found = smallest_shift(SITE, [zones(shapely.box(110.01, 39, 111, 41))], 100.0)
    assert isinstance(found, Shift)
    assert found.distance_m == 0.0


def test_several_layers_are_cleared_at_once() -> None:
    left = zones(shapely.box(109.0, 39.0, 110.002, 41.0))
    right = zones(shapely.box(110.015, 39.0, 111.0, 41.0))
    found = smallest_shift(SITE, [left, right], 2000.0)
    assert isinstance(found, Shift)
    assert found.azimuth_deg == pytest.approx(90.0, abs=1.0)
    narrow = zones(shapely.box(110.0115, 39.0, 111.0, 41.0))
    assert isinstance(smallest_shift(SITE, [left, narrow], 2000.0), NoShift)


def test_there_is_none_where_all_within_reach_is_covered() -> None:
    found = smallest_shift(SITE, [zones(shapely.box(109, 39, 111, 41))], 500.0)
    assert found == NoShift("surrounded", 1)


def test_a_gap_too_narrow_for_the_parcel_is_none() -> None:
    walls = [shapely.box(109, 39, 109.999, 41), shapely.box(110.005, 39, 111, 41)]
    found = smallest_shift(SITE, [zones(*walls)], 3000.0)
    assert isinstance(found, NoShift)
    assert found.reason == "not_found"
    assert found.tried > 400
