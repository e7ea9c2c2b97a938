import numpy as np
import pytest
import shapely
from pyproj import CRS, Transformer

from geo.axis_order import (
    LONGEST_EDGE_DEGREES,
    box_to_working,
    from_working,
    geometry_to_working,
    northing_first,
    swapped,
)
from geo.gauss_krueger import region_zones


def array(*geometries: shapely.Geometry | None) -> np.ndarray:
    return np.array(geometries, dtype=object)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("OGC:CRS84", False),
        ("EPSG:4326", True),
        ("EPSG:4490", True),
        ("EPSG:3857", False),
    ],
)
def test_axis_order_is_the_authoritys(name: str, first: bool) -> None:
    assert northing_first(CRS.from_user_input(name)) is first


def test_hard_26_gauss_krueger_zones_declare_north_first() -> None:
    assert all(northing_first(CRS.from_epsg(one.epsg)) for one in region_zones())


def test_swapped_twice_is_the_same() -> None:
    lines = array(shapely.LineString([(110, 41), (111, 42)]), None)
    assert shapely.get_coordinates(swapped(lines)).tolist() == [[41, 110], [42, 111]]
    assert swapped(swapped(lines))[0] == lines[0]
    assert swapped(lines)[1] is None


def test_into_a_zone_and_back() -> None:
    zone = CRS.from_epsg(4526)
    shape = array(shapely.box(113.1, 42, 113.2, 42.1), None)
    planar = from_working(shape, zone)
    assert 38_400_000 < planar[0].bounds[0] < 38_440_000
    back = geometry_to_working(planar, zone)
    assert shapely.hausdorff_distance(back[0], shape[0]) < 2e-7
    assert planar[1] is None


def test_degrees_stay_as_they_are() -> None:
    shape = array(shapely.box(110, 40, 112, 42))
    for name in ("EPSG:4326", "EPSG:4490", "OGC:CRS84"):
        crs = CRS.from_user_input(name)
        assert from_working(shape, crs)[0] == shape[0]
        assert geometry_to_working(shape, crs)[0] == shape[0]


def test_hard_21_long_edges_keep_their_course_in_a_plane() -> None:
    zone = CRS.from_epsg(4525)
    edge = array(shapely.LineString([(110, 50), (113, 50)]))
    planar = from_working(edge, zone)[0]
    step = Transformer.from_crs(zone, zone.geodetic_crs, always_xy=True)
    along = shapely.get_coordinates(shapely.segmentize(planar, 100))
    _, latitude = step.transform(*along.T)
    assert len(shapely.get_coordinates(planar)) > 3 / LONGEST_EDGE_DEGREES
    assert np.abs(latitude - 50).max() * 111_000 < 0.03


@pytest.mark.parametrize("code", [one.epsg for one in region_zones()])
def test_box_of_a_zone_covers_the_same_ground(code: int) -> None:
    crs = CRS.from_epsg(code)
    step = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    east, north = step.transform(112.0, 43.0)
    area = box_to_working((east - 1e4, north - 1e4, east + 1e4, north + 1e4), crs)
    assert len(area) == 1
    assert area[0].is_valid
    inside = shapely.points([(112, 43), (112.05, 43.05), (112.3, 43)])
    assert shapely.contains(area[0], inside).tolist() == [True, True, False]


def test_ldproxy_661_box_off_the_plane_is_empty() -> None:
    assert len(box_to_working((1e9, 1e9, 2e9, 2e9), CRS.from_epsg(3857))) == 0
    assert len(box_to_working((0, 0, 1, 1), CRS.from_epsg(4526))) == 0
    assert len(box_to_working((9e7, 4e6, 9.1e7, 5e6), CRS.from_epsg(4526))) == 0


def test_huge_box_holds_the_region_from_any_zone() -> None:
    region = shapely.box(97, 37, 127, 54)
    for zone in region_zones():
        (area,) = box_to_working((-1e12, -1e12, 1e12, 1e12), CRS.from_epsg(zone.epsg))
        assert area.is_valid
        assert shapely.covers(area, region)
    (world,) = box_to_working((-1e12, -1e12, 1e12, 1e12), CRS.from_epsg(3857))
    assert shapely.covers(world, region)
