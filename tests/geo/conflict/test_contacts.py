"""Parcels against layers: areas beside GEOS, each place once, slivers apart."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo import testing
from geo.area import area
from geo.conflict.contacts import Contacts, contacts
from geo.conflict.sites import CUT, NOWHERE, Sites
from geo.conflict.zones import Zones
from geo.overlay import SliverRule

NO_SLIVERS = SliverRule(0.0, 0.0, 0.0)
PARCEL = SliverRule(1.0, 0.1, 1e-4)
METRE = 1e-5
"""Degrees, roughly."""


def frame(shapes: list[shapely.Geometry]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(geometry=testing.layer(shapes))


def against(
    sites: list[shapely.Geometry],
    zones: list[shapely.Geometry],
    rule: SliverRule = PARCEL,
    banners: Zones | None = None,
) -> Contacts:
    ready = Sites(np.array(sites, dtype=object))
    return contacts(ready, ready.pieces(banners), Zones.of(frame(zones)), rule)


@pytest.mark.parametrize("seed", range(4))
def test_areas_and_places_counted_once_are_those_of_geos(seed: int) -> None:
    sites = testing.scattered_layer(30, seed, size=0.15)
    zones = testing.scattered_layer(25, seed + 100)
    banners = Zones.of(gpd.GeoDataFrame(geometry=testing.coverage_layer(6, seed)))
    found = against(list(sites), list(zones), NO_SLIVERS, banners)
    a, b = sites.to_numpy(), zones.to_numpy()

    pairs = area(
        testing.layer(list(shapely.intersection(a[found.site], b[found.feature])))
    )
    np.testing.assert_allclose(found.area_m2, pairs, rtol=1e-7, atol=0.01)

    covered = shapely.intersection(a, shapely.union_all(b))
    once = np.bincount(found.cells.site, found.cells.area_m2, minlength=len(a))
    np.testing.assert_allclose(
        once, area(testing.layer(list(covered))), rtol=1e-7, atol=0.01
    )

    cells = found.cells
    outlines = [
        *banners.geometry,
        shapely.box(100, 30, 120, 50) - shapely.union_all(banners.geometry),
    ]
    for banner in (*range(6), NOWHERE):
        inside = cells.banner == banner
        got = np.bincount(cells.site[inside], cells.area_m2[inside], minlength=len(a))
        part = shapely.intersection(covered, outlines[banner])
        np.testing.assert_allclose(
            got, area(testing.layer(list(part))), rtol=1e-7, atol=0.01
        )


def test_parcels_are_cut_along_banners_and_nothing_is_lost() -> None:
    banners = Zones.of(
        frame([shapely.box(110, 40, 111, 41), shapely.box(111, 40, 112, 41)])
    )
    inside = shapely.box(110.2, 40.2, 110.4, 40.4)
    across = shapely.box(110.9, 40.2, 111.1, 40.4)
    beyond = shapely.box(111.9, 40.9, 112.1, 41.1)
    nowhere = shapely.box(113, 42, 113.1, 42.1)
    sites = Sites(np.array([inside, across, beyond, nowhere], dtype=object))
    pieces = sites.pieces(banners)
    assert pieces.whole.tolist() == [0, CUT, CUT, NOWHERE]
    rows = list(zip(pieces.site.tolist(), pieces.banner.tolist(), strict=True))
    assert rows == [(1, 0), (1, 1), (2, NOWHERE), (2, 1)]
    summed = np.bincount(pieces.site, pieces.area_m2, minlength=4)
    np.testing.assert_allclose(summed[1:3], sites.area_m2[1:3], rtol=1e-12)


def noisy_neighbour() -> tuple[shapely.Polygon, shapely.Polygon]:
    """Two parcels of 1 km that share a border but for noise of 1e-4 m."""
    noise = np.random.default_rng(7).uniform(-1e-4, 1e-4, 99) * METRE
    north = np.linspace(40.0, 40.01, 101)
    border = np.column_stack([110.0 + np.concatenate(([0.0], noise, [0.0])), north])
    left = [(109.99, 40.01), (109.99, 40.0), *border]
    right = [(110.01, 40.0), (110.01, 40.01), (110.0, 40.01)]
    straight = [(110.0, float(y)) for y in north[::-1]]
    return shapely.Polygon(left), shapely.Polygon([*right, *straight])


def test_a_border_with_noise_is_one_sliver_and_no_overlap() -> None:
    site, zone = noisy_neighbour()
    assert site.intersection(zone).area > 0.0
    found = against([site], [zone])
    assert found.sliver.tolist() == [True]
    assert len(found.groups.site) == 1
    assert set(found.groups.reasons[0]) == {"area", "width", "share"}
    assert found.groups.width_m[0] < 2e-4


def test_a_zone_cut_into_small_features_is_no_sliver() -> None:
    # 900 m2 in cells of less than 1 m2 each.
    site = shapely.box(110.0, 40.0, 110.01, 40.01)
    step = 0.9 * METRE
    cells = [
        shapely.box(x, y, x + step, y + step)
        for x in 110.005 + step * np.arange(30)
        for y in 40.005 + step * np.arange(30)
    ]
    found = against([site], cells)
    assert not found.sliver.any()
    apart = against([site], cells[:1])
    assert apart.sliver.all()


def test_a_sliver_beside_an_overlap_belongs_to_it() -> None:
    site = shapely.box(110.0, 40.0, 110.01, 40.01)
    real = shapely.box(109.99, 40.0, 110.005, 40.02)
    thin = shapely.box(110.005, 40.0, 110.005 + 0.05 * METRE, 40.02)
    away = shapely.box(110.009, 40.009, 110.009 + 0.05 * METRE, 40.0095)
    found = against([site], [real, thin, away])
    assert found.sliver.tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("rule", "sliver"),
    [
        (SliverRule(0.0, 0.0, 0.0), False),
        (SliverRule(60.0, 0.0, 0.0), True),
        (SliverRule(0.0, 1.1, 0.0), True),
        (SliverRule(0.0, 0.9, 0.0), False),
        (SliverRule(0.0, 0.0, 1e-4), True),
        (SliverRule(0.0, 0.0, 1e-5), False),
    ],
)
def test_thresholds_can_be_set(rule: SliverRule, sliver: bool) -> None:
    # A strip of about 1 m by 50 m in a parcel of about 1 km2.
    site = shapely.box(110.0, 40.0, 110.012, 40.009)
    strip = shapely.box(110.005, 40.005, 110.005 + 1.17 * METRE, 40.00545)
    assert against([site], [strip], rule).sliver.tolist() == [sliver]


def test_uncertainty_counts_the_border_of_the_zone_inside_the_parcel() -> None:
    site = shapely.box(110.0, 40.0, 110.01, 40.01)
    zones = Zones.of(frame([shapely.box(110.005, 39.0, 111.0, 41.0)]))
    zones.accuracy_m[:] = 3.0
    ready = Sites(np.array([site], dtype=object))
    found = contacts(ready, ready.pieces(None), zones, PARCEL)
    _, _, length = Geod(ellps="GRS80").inv(110.005, 40.0, 110.005, 40.01)
    np.testing.assert_allclose(found.spread_m2, [3.0 * length], rtol=1e-4)
