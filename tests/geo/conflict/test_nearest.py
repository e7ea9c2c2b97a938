"""Nearest distances beside Karney: outlines sampled to the centimetre."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod
from shapely import Polygon

from geo import testing
from geo.conflict.nearest import Nearest, nearest, wind
from geo.conflict.outlines import Outlines
from geo.conflict.sites import Sites
from geo.conflict.zones import Zones

GEOD = Geod(ellps="GRS80")
PARCEL = shapely.box(110.0, 40.0, 110.002, 40.001)


def between(site: Polygon, zones: list[Polygon]) -> Nearest:
    ready = Zones.of(gpd.GeoDataFrame(geometry=testing.layer(zones)))
    sites = Sites(np.array([site], dtype=object))
    return nearest(sites, ready, np.arange(1))


def sampled(site: Polygon, zones: list[Polygon], rounds: int = 5) -> float:
    """The least distance of sampled outlines; samples close in on the best pair."""
    a: shapely.Geometry = shapely.boundary(site)
    b: shapely.Geometry = shapely.union_all(
        shapely.boundary(np.array(zones, dtype=object))
    )
    step = 2.0**-5 if shapely.distance(a, b) > 0.1 else 2.0**-10
    while True:
        pa, pb = (
            shapely.get_coordinates(shapely.segmentize(one, step)) for one in (a, b)
        )
        i, j = (one.ravel() for one in np.indices((len(pa), len(pb))))
        metres = GEOD.inv(*pa[i].T, *pb[j].T)[2]
        best = int(np.argmin(metres))
        if rounds == 0:
            return float(metres[best])
        near_a, near_b = (
            shapely.Point(p).buffer(8 * step) for p in (pa[i[best]], pb[j[best]])
        )
        a, b = shapely.intersection(a, near_a), shapely.intersection(b, near_b)
        step, rounds = step / 16, rounds - 1


@pytest.mark.parametrize("seed", range(12))
def test_within_a_centimetre_of_karney(seed: int) -> None:
    rng = np.random.default_rng(seed)
    reach = 10.0 ** rng.uniform(-3, 0.5)
    size = min(reach, 0.2)
    site = testing.star(rng, np.array([112.0, 42.0]), size)
    turn = rng.uniform(0, 2 * np.pi)
    centre = np.array([112.0, 42.0]) + (reach + 2 * size) * np.array(
        [np.cos(turn), np.sin(turn)]
    )
    zones = [
        testing.star(rng, centre + rng.uniform(-size, size, 2), size) for _ in range(3)
    ]
    zones = [one for one in zones if not one.intersects(site)]
    found = between(site, list(zones))
    assert found.distance_m[0] == pytest.approx(sampled(site, list(zones)), abs=0.01)


def test_far_away_the_nearest_of_many_is_still_found() -> None:
    # A circle of 800 km around the parcel, one point of it 1 m nearer.
    angle = np.arange(0.0, 360.0, 0.5)
    radius = np.full(len(angle), 8e5)
    radius[137] -= 1.0
    lon, lat, _ = GEOD.fwd(
        np.full(len(angle), 112.0), np.full(len(angle), 45.0), angle, radius
    )
    points = [
        shapely.Point(x, y).buffer(1e-9, 1) for x, y in zip(lon, lat, strict=True)
    ]
    site = shapely.Point(112.0, 45.0).buffer(1e-9, 1)
    found = between(site, points)
    assert found.feature[0] == 137
    assert found.distance_m[0] == pytest.approx(8e5 - 1.0, abs=0.01)
    assert found.azimuth_deg[0] == pytest.approx(68.5, abs=1e-4)


@pytest.mark.parametrize(
    ("azimuth", "zh"),
    [
        (0, "北"),
        (44, "东北"),
        (90, "东"),
        (135, "东南"),
        (181, "南"),
        (225, "西南"),
        (270, "西"),
        (300, "西北"),
        (338, "北"),
    ],
)
def test_direction_is_from_the_parcel(azimuth: float, zh: str) -> None:
    lon, lat, _ = GEOD.fwd(110.001, 40.0005, azimuth, 50_000.0)
    found = between(
        PARCEL, [shapely.box(lon - 1e-6, lat - 1e-6, lon + 1e-6, lat + 1e-6)]
    )
    off = (found.azimuth_deg[0] - azimuth + 180) % 360 - 180
    assert abs(off) < 1.0
    assert wind(float(found.azimuth_deg[0]))[0] == zh


def test_a_shared_border_is_distance_zero_without_direction() -> None:
    found = between(PARCEL, [shapely.box(110.002, 39.0, 111.0, 41.0)])
    assert found.distance_m[0] == 0.0
    assert np.isnan(found.azimuth_deg[0])


def test_a_parcel_in_a_hole_is_apart_from_the_zone() -> None:
    hole = shapely.box(109.9, 39.9, 110.1, 40.1).exterior.coords
    zone = Polygon(shapely.box(109, 39, 111, 41).exterior.coords, [hole])
    found = between(PARCEL, [zone])
    _, _, north = GEOD.inv(110.0, 40.001, 110.0, 40.1)
    _, _, east = GEOD.inv(110.002, 40.0, 110.1, 40.0)
    assert east < north
    assert found.distance_m[0] < east + 0.01


def test_long_edges_are_straight_in_longitude_and_latitude() -> None:
    # Half way along, a parallel runs 13 km south of the geodesic.
    zone = shapely.box(107.0, 45.0, 117.0, 46.0)
    site = shapely.box(111.99, 44.0, 112.01, 44.9)
    _, _, wanted = GEOD.inv(112.0, 44.9, 112.0, 45.0)
    assert between(site, [zone]).distance_m[0] == pytest.approx(wanted, abs=0.01)


def test_outlines_are_whole_in_any_order() -> None:
    rings = testing.scattered_layer(40, 3)
    plain = Outlines.of(rings.to_numpy())
    order = np.lexsort((*plain.sorted().first.T, plain.sorted().owner))
    other = plain.sorted()
    same = np.lexsort((*plain.first.T, plain.owner))
    np.testing.assert_array_equal(other.first[order], plain.first[same])
    np.testing.assert_array_equal(other.owner[order], plain.owner[same])
