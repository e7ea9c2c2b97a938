"""Borders, veil and names of the base map."""

import json
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from shapely.geometry import shape

from layers.catalog import Catalog
from service.viewer.base import base_map, borders
from service.viewer.gazetteer import places

Base = dict[str, Any]


@pytest.fixture(scope="module")
def base(real_catalog: Catalog) -> Base:
    made: Base = json.loads(json.dumps(base_map(real_catalog)))
    return made


def lines(base: Base, layer: str) -> shapely.Geometry:
    found = [
        one
        for one in base["borders"]["features"]
        if one["properties"]["layer"] == layer
    ]
    return shapely.union_all([shape(one["geometry"]) for one in found])


def test_every_border_is_drawn_once(base: Base, real_catalog: Catalog) -> None:
    banners = real_catalog.vector("banners").features.geometry.to_numpy()
    all_borders = shapely.union_all(shapely.boundary(banners))
    drawn = [lines(base, layer) for layer in ("province", "leagues", "banners")]
    total = sum(shapely.length(one) for one in drawn)
    assert total == pytest.approx(shapely.length(all_borders), rel=2e-3)
    assert shapely.length(drawn[0]) > 0
    for one, other in ((0, 1), (0, 2), (1, 2)):
        shared = shapely.intersection(drawn[one], drawn[other], grid_size=1e-5)
        assert shapely.length(shared) < 1e-3 * total


def test_veil_leaves_the_region_open(base: Base) -> None:
    (veil,) = base["veil"]["features"]
    outside = shape(veil["geometry"])
    assert not outside.contains(shapely.Point(111.75, 40.84))
    assert outside.contains(shapely.Point(116.4, 39.9))


def test_names_stand_inside_what_they_name(base: Base, real_catalog: Catalog) -> None:
    leagues = real_catalog.vector("leagues").features
    for one in base["names"]["features"]:
        about = one["properties"]
        if about["kind"] not in ("league", "seat"):
            continue
        inside = leagues[leagues.contains(shape(one["geometry"]))]
        assert len(inside) == 1, about
        if about["kind"] == "league":
            assert inside["name_zh"].iloc[0] == about["zh"]
    kinds = {one["properties"]["kind"] for one in base["names"]["features"]}
    assert {"league", "banner", "lake", "sand", "seat", "neighbour"} <= kinds


def test_a_catalogue_without_any_of_it_still_has_bounds(catalog: Catalog) -> None:
    base = base_map(catalog)
    assert np.isfinite(base["bounds"]).all()
    text = json.dumps(base)
    assert "secret" not in text


def test_places_have_pinyin_and_hide_restricted_layers(
    real_catalog: Catalog, catalog: Catalog
) -> None:
    found = {one.zh: one for one in places(real_catalog)}
    assert found["额济纳旗"].pinyin == "ejinaqi"
    assert found["呼和浩特市"].initials == "hhhts"
    assert found["阿拉善左旗"].within == ("阿拉善盟", "Alxa League")
    assert not [one for one in places(catalog) if one.layer == "secret"]


def test_border_along_a_river_is_marked_and_a_crossing_is_not() -> None:
    """The river runs beside the southern border, then turns across the region."""
    region = shapely.box(100, 40, 102, 42)
    along = [(100.2, 40.004), (101.0, 40.004), (101.0, 42.5)]
    outlines = {"province": gpd.GeoDataFrame(geometry=[region], crs=4490)}
    rivers = np.array([shapely.LineString(along)], dtype=object)
    dry, wet = borders(outlines, rivers)
    assert (dry["properties"], wet["properties"]) == (
        {"layer": "province"},
        {"layer": "province", "river": True},
    )
    beside = shapely.geometry.shape(wet["geometry"])
    assert beside.bounds == pytest.approx((100.2, 40, 101.0, 40), abs=0.02)
    both = shapely.geometry.shape(dry["geometry"]).length + beside.length
    assert both == pytest.approx(region.exterior.length, abs=1e-3)


def test_region_without_rivers_has_its_borders() -> None:
    outlines = {
        "province": gpd.GeoDataFrame(geometry=[shapely.box(100, 40, 102, 42)], crs=4490)
    }
    (only,) = borders(outlines, np.array([], dtype=object))
    assert only["properties"] == {"layer": "province"}
