"""Promises of the seed geometries, checked by GEOS and by Karney's areas (PROJ)."""

import itertools
import tomllib
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from pyproj import Geod
from rasterio.features import geometry_mask
from shapely.geometry.base import BaseGeometry

SEEDS = Path(__file__).parents[2] / "seeds"
GEOD = Geod(ellps="GRS80")
PATHS = {
    entry["id"]: SEEDS / entry["path"]
    for entry in tomllib.loads((SEEDS / "catalog.toml").read_text("utf-8"))["layer"]
}
POLYGON_LAYERS = [
    "province",
    "leagues",
    "banners",
    "basins",
    "lakes",
    "sandy_lands",
    "forest_regions",
    "key_function_banners",
    "redline",
]


def load(layer_id: str) -> gpd.GeoDataFrame:
    return gpd.read_parquet(PATHS[layer_id])


def karney_km2(geometry: BaseGeometry) -> float:
    parts = [part for part in shapely.get_parts(geometry) if part.area > 0]
    oriented = shapely.orient_polygons(np.array(parts))
    return sum(GEOD.geometry_area_perimeter(part)[0] for part in oriented) / 1e6


def rows_of(frame: gpd.GeoDataFrame) -> list[Any]:
    return list(frame.itertuples())


def segments(geometry: BaseGeometry) -> set[frozenset[tuple[float, float]]]:
    lines = shapely.get_parts(geometry.boundary)
    pairs = [itertools.pairwise(map(tuple, line.coords)) for line in lines]
    return {frozenset(pair) for pair in itertools.chain.from_iterable(pairs)}


@pytest.mark.parametrize("layer_id", POLYGON_LAYERS)
def test_polygons_are_valid_and_wound_as_rfc_7946_says(layer_id: str) -> None:
    parts = shapely.get_parts(load(layer_id).geometry.to_numpy())
    assert shapely.is_valid(parts).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(parts)).all()
    holes = [hole for part in parts for hole in part.interiors]
    assert not shapely.is_ccw(np.array(holes, dtype=object)).any()


def test_banners_tile_the_region_exactly() -> None:
    banners = load("banners").geometry.to_numpy()
    province = load("province").geometry.iloc[0]
    assert shapely.coverage_is_valid(banners)
    assert shapely.coverage_union_all(banners).normalize() == province.normalize()


def test_leagues_tile_the_region_and_are_their_banners() -> None:
    banners, leagues = load("banners"), load("leagues")
    union = shapely.coverage_union_all(leagues.geometry.to_numpy())
    assert union.normalize() == load("province").geometry.iloc[0].normalize()
    for league in rows_of(leagues):
        own = banners[banners["league_adcode"] == league.id]
        together = shapely.coverage_union_all(np.array(own.geometry))
        assert league.geometry.normalize() == together.normalize()
        assert league.banners == len(own)


def test_borders_of_league_and_region_are_banner_borders_edge_for_edge() -> None:
    of_banners = set().union(*(segments(shape) for shape in load("banners").geometry))
    for layer_id in ("leagues", "province"):
        for shape in load(layer_id).geometry:
            assert segments(shape) <= of_banners


def test_region_has_the_area_of_the_data_sources_however_an_edge_is_read() -> None:
    """A 138 km edge alone is worth 23 km2 between two readings; see edges.py."""
    province = load("province").geometry.iloc[0]
    assert karney_km2(province) == pytest.approx(1_145_881, abs=1)
    straight = shapely.segmentize(province, 0.001)
    assert karney_km2(straight) == pytest.approx(1_145_881, abs=1)


@pytest.mark.parametrize(
    "layer_id", ["banners", "leagues", "lakes", "sandy_lands", "redline"]
)
def test_area_column_is_what_karney_measures(layer_id: str) -> None:
    frame = load(layer_id)
    straight = frame.geometry.segmentize(0.002)
    measured = np.array([karney_km2(shape) for shape in straight])
    assert frame["area_km2"].to_numpy() == pytest.approx(measured, abs=0.006)


def test_key_function_banners_are_43_of_the_banners_unchanged() -> None:
    chosen = load("key_function_banners").set_index("id").geometry
    banners = load("banners").set_index("id").geometry
    assert len(chosen) == 43
    same = shapely.equals_identical(
        np.array(chosen), np.array(banners.loc[chosen.index])
    )
    assert same.all()
    share = sum(map(karney_km2, chosen)) / sum(map(karney_km2, banners))
    assert share == pytest.approx(0.760, abs=0.0005)


def test_red_line_is_its_share_of_the_map_and_stays_inside() -> None:
    redline = load("redline")
    province = load("province").geometry.iloc[0]
    union = redline.geometry.union_all()
    share = karney_km2(union) / karney_km2(province)
    assert share == pytest.approx(0.5046, abs=0.0002)
    assert karney_km2(union.difference(province)) < 1e-3
    assert sum(map(karney_km2, redline.geometry)) == pytest.approx(karney_km2(union))


def test_red_line_has_one_row_per_part_the_largest_first() -> None:
    redline = load("redline")
    assert set(redline.geom_type) == {"Polygon"}
    assert redline["area_km2"].is_monotonic_decreasing
    numbers = [f"redline-{number:02d}" for number in range(1, len(redline) + 1)]
    assert redline["id"].tolist() == numbers
    assert redline["leading_factor"].notna().all()


def test_sands_do_not_overlap() -> None:
    shapes = load("sandy_lands").geometry
    for first, second in itertools.combinations(shapes, 2):
        assert karney_km2(first.intersection(second)) < 1e-3


def test_sands_are_divided_by_the_border() -> None:
    sands = load("sandy_lands").set_index("id")
    province = load("province").geometry.iloc[0]
    for row in rows_of(sands):
        wrong = (
            row.geometry.difference(province)
            if row.in_region
            else row.geometry.intersection(province)
        )
        assert karney_km2(wrong) < 1e-3, row.Index
    outside = [name for name in sands.index if name.endswith("_outside")]
    assert "mu_us_outside" in outside
    for name in outside:
        both = sands.loc[[name.removesuffix("_outside"), name]]
        assert both["area_km2"].sum() == pytest.approx(both["drawn_km2"].iloc[0], abs=1)


def test_sands_meet_the_published_area_they_name() -> None:
    sands = load("sandy_lands")
    quoted = sands[sands["published_km2"].notna() & sands["in_region"]]
    assert len(quoted) == 8
    for row in rows_of(quoted):
        drawn = row.drawn_km2 if row.published_scope == "whole" else row.in_im_km2
        assert drawn == pytest.approx(row.published_km2, rel=0.05), row.id


def test_main_stem_has_its_length_and_lies_in_its_basin() -> None:
    stem = load("yellow_river").geometry.iloc[0]
    basins = load("basins")
    yellow = basins[basins["basin"] == "yellow"].geometry.union_all()
    assert GEOD.geometry_length(stem) / 1e3 == pytest.approx(853.0, abs=0.1)
    assert stem.intersection(yellow).length / stem.length > 0.998


def test_rivers_hold_the_stem_apart_from_the_canals() -> None:
    rivers = load("rivers").set_index("id").geometry
    stem = load("yellow_river").geometry.iloc[0]
    assert rivers["yellow_river"].hausdorff_distance(stem) < 1e-5
    again = rivers["yellow_river_canals"].intersection(stem.buffer(1e-6))
    assert GEOD.geometry_length(again) < 1_000


@pytest.mark.parametrize(
    ("basin", "square_km"),
    [("yellow", 158_092), ("liao", 132_769), ("songhua", 156_013), ("hai", 13_930)],
)
def test_basins_keep_what_lies_outside_but_say_what_is_inside(
    basin: str, square_km: float
) -> None:
    basins = load("basins")
    rows = basins[basins["basin"] == basin]
    assert rows["in_im_km2"].sum() == pytest.approx(square_km, abs=2)
    assert rows["area_km2"].sum() > rows["in_im_km2"].sum()


def test_buir_is_whole_and_says_how_much_is_inside() -> None:
    lakes = load("lakes").set_index("id")
    assert lakes.loc["buir", "area_km2"] == pytest.approx(601, abs=1)
    assert lakes.loc["buir", "in_im_km2"] == pytest.approx(48, abs=1)
    assert lakes["dated"].notna().all()


@pytest.mark.parametrize(
    ("layer_id", "least", "greatest"),
    [("ndvi_max", -0.01, 1.0), ("ndvi_min", -0.2, 0.3), ("elevation", 90, 3_372)],
)
def test_rasters_hold_the_values_their_source_was_found_to_hold(
    layer_id: str, least: float, greatest: float
) -> None:
    with rasterio.open(PATHS[layer_id]) as band:
        values = band.read(1, masked=True)
        province = load("province").geometry.iloc[0]
        outside = geometry_mask([province], band.shape, band.transform)
    inside = np.ma.masked_where(outside, values)
    assert np.isfinite(values.compressed()).all()
    assert inside.min() >= least
    assert inside.max() <= greatest
    missing = np.ma.getmaskarray(values)[~outside].mean()
    assert missing <= (0.0015 if layer_id == "elevation" else 0)


def test_land_cover_and_climate_have_the_shares_of_the_data_sources() -> None:
    expected = {
        "land_cover": {10: 0.58, 16: 0.23},
        "climate_zone": {6: 0.37, 8: 0.30, 27: 0.18, 28: 0.12, 26: 0.02},
    }
    province = load("province").geometry.iloc[0]
    for layer_id, shares in expected.items():
        with rasterio.open(PATHS[layer_id]) as band:
            values = band.read(1)
            outside = geometry_mask([province], band.shape, band.transform)
        inside = values[~outside]
        for value, share in shares.items():
            assert (inside == value).mean() == pytest.approx(share, abs=0.015)
