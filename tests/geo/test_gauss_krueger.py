"""Zones and the rule's inverse against PROJ."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo.gauss_krueger import (
    GaussKruegerZone,
    Projection,
    official_inverse,
    projection,
    region_zones,
    zone_candidates,
)

ALL_ZONES = [
    GaussKruegerZone(number, 3, prefixed)
    for number in range(25, 46)
    for prefixed in (True, False)
] + [
    GaussKruegerZone(number, 6, prefixed)
    for number in range(13, 24)
    for prefixed in (True, False)
]
REGION_CODES = [
    *range(4495, 4501),
    *range(4506, 4512),
    *range(4520, 4531),
    *range(4541, 4552),
]


def code(zone: GaussKruegerZone) -> str:
    return str(zone.epsg)


@pytest.mark.parametrize("zone", ALL_ZONES, ids=code)
def test_zone_is_that_of_proj(zone: GaussKruegerZone) -> None:
    crs = CRS.from_epsg(zone.epsg)
    if zone.prefixed:
        kind = "3-degree " if zone.width == 3 else ""
        named = f"{kind}Gauss-Kruger zone {zone.number}"
    else:
        kind = "3-degree " if zone.width == 3 else ""
        named = f"{kind}Gauss-Kruger CM {zone.central_meridian}E"
    assert crs.name == f"CGCS2000 / {named}"
    million = 1e6 * zone.number if zone.prefixed else 0.0
    assert projection(crs) == Projection(zone.central_meridian, million + 500_000.0)


def test_zones_of_the_region_have_their_codes() -> None:
    assert sorted(zone.epsg for zone in region_zones()) == REGION_CODES


def test_same_point_with_and_without_prefix_mapper_314() -> None:
    """38 417 148.79 is 4526 and 417 148.79 is 4547: both are 113 E, 42 N."""
    for epsg, east in ((4526, 38417148.79), (4547, 417148.79)):
        plane = projection(CRS.from_epsg(epsg))
        assert plane is not None
        got = official_inverse(np.array([[east, 4652120.70]]), plane)
        np.testing.assert_allclose(got, [[113, 42]], atol=1e-7)


def test_prefix_decides_the_zone() -> None:
    (zone,) = zone_candidates(np.array([[38417148.79, 4652120.70]]))
    assert zone.epsg == 4526
    (six,) = zone_candidates(np.array([[18415000.0, 4466000.0]]))
    assert six.epsg == 4496


def test_without_prefix_the_zone_is_ambiguous() -> None:
    """Domain facts, section 2.3: four meridians of 3-degree zones fit."""
    zones = zone_candidates(np.array([[415000.0, 4466000.0]]))
    three = {z.central_meridian for z in zones if z.width == 3}
    assert {102, 105, 108, 111} <= three
    assert not any(zone.prefixed for zone in zones)


@pytest.mark.parametrize(
    "point",
    [(4466000.0, 415000.0), (4652120.7, 38417148.79), (0.0, 0.0), (112.0, 42.0)],
)
def test_no_zone_fits(point: tuple[float, float]) -> None:
    assert zone_candidates(np.array([point])) == []


def test_no_points_no_zones() -> None:
    assert zone_candidates(np.zeros((0, 2))) == []


@pytest.mark.parametrize("zone", region_zones(), ids=code)
def test_points_of_a_zone_find_it(zone: GaussKruegerZone) -> None:
    lon = np.clip(zone.central_meridian + np.array([-1.4, 0.2, 1.4]), 97.1, 126.9)
    crs = CRS.from_epsg(zone.epsg)
    step = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    points = np.column_stack(step.transform(lon, np.array([41.0, 45.0, 50.0])))
    assert zone in zone_candidates(points)


@settings(max_examples=120)
@given(st.sampled_from(ALL_ZONES), st.floats(-1, 1), st.floats(18, 54))
def test_official_inverse_is_that_of_proj(
    zone: GaussKruegerZone, place: float, lat: float
) -> None:
    crs = CRS.from_epsg(zone.epsg)
    plane = projection(crs)
    assert plane is not None
    step = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)
    lon = zone.central_meridian + place * zone.width / 2
    got = official_inverse(np.array([step.transform(lon, lat)]), plane)
    within = 1.5e-9 if zone.width == 3 else 6e-9
    np.testing.assert_allclose(got, [[lon, lat]], rtol=0, atol=within)


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:4490",
        "EPSG:3857",
        "EPSG:32649",
        "EPSG:2349",
        "EPSG:2431",
        "ESRI:102025",
        "EPSG:4978",
        "+proj=tmerc +lon_0=108 +k=0.9999 +x_0=500000 +ellps=GRS80",
        "+proj=tmerc +lon_0=108 +lat_0=40 +x_0=500000 +ellps=GRS80",
        "+proj=tmerc +lon_0=108 +x_0=500000 +y_0=-4000000 +ellps=GRS80",
        "+proj=tmerc +lon_0=108 +x_0=500000 +ellps=GRS80 +units=us-ft",
    ],
)
def test_other_systems_are_no_gauss_krueger_plane(crs: str) -> None:
    assert projection(CRS.from_user_input(crs)) is None


def test_own_meridian_is_a_gauss_krueger_plane() -> None:
    text = "+proj=tmerc +lon_0=107.5 +x_0=500000 +ellps=GRS80"
    assert projection(CRS.from_user_input(text)) == Projection(107.5, 500_000.0)
