"""The committed seeds are what their catalogue says, no more and no less."""

import hashlib
import re
import tomllib
from pathlib import Path

import geopandas as gpd
import pytest
import rasterio

from layers.models import LayerSpec

SEEDS = Path(__file__).parents[2] / "seeds"
CATALOG = tomllib.loads((SEEDS / "catalog.toml").read_text(encoding="utf-8"))
SPECS = {entry["id"]: LayerSpec.model_validate(entry) for entry in CATALOG["layer"]}
VECTORS = [spec for spec in SPECS.values() if spec.kind == "vector"]
RASTERS = [spec for spec in SPECS.values() if spec.kind == "raster"]
DATA_SUFFIXES = {".parquet", ".tif"}
MEGABYTE = 1_000_000


def named(specs: list[LayerSpec]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("spec", specs, ids=[spec.id for spec in specs])


def test_every_layer_of_the_plan_is_there() -> None:
    assert set(SPECS) == {
        "province",
        "leagues",
        "banners",
        "yellow_river",
        "rivers",
        "basins",
        "lakes",
        "sandy_lands",
        "forest_regions",
        "key_function_banners",
        "programmes",
        "redline",
        "land_cover",
        "ndvi_max",
        "ndvi_min",
        "climate_zone",
        "elevation",
    }


@named([*SPECS.values()])
def test_bytes_are_the_ones_of_the_catalogue(spec: LayerSpec) -> None:
    content = (SEEDS / spec.path).read_bytes()
    assert hashlib.sha256(content).hexdigest() == spec.sha256


@named(VECTORS)
def test_table_is_as_described(spec: LayerSpec) -> None:
    frame = gpd.read_parquet(SEEDS / spec.path)
    kinds = {name.removeprefix("Multi").lower() for name in frame.geom_type}
    assert len(frame) == spec.rows
    assert frame.crs == spec.crs == "EPSG:4490"
    assert kinds == {"linestring" if spec.geometry == "line" else spec.geometry}
    assert not frame.has_z.any()


# A comma, semicolon, colon or parenthesis of ASCII that touches a Chinese character.
HALF_WIDTH = re.compile(r"[一-鿿”]\s?[,;:(]|[,;:)]\s?[一-鿿“]")


@named(VECTORS)
def test_chinese_texts_have_chinese_punctuation(spec: LayerSpec) -> None:
    frame = gpd.read_parquet(SEEDS / spec.path)
    texts = [*frame.drop(columns="geometry").to_numpy().ravel()]
    texts += [one.zh for one in (spec.title, spec.description, spec.provenance.method)]
    texts.append(spec.provenance.origin_text.zh)
    assert [one for one in map(str, texts) if HALF_WIDTH.search(one)] == []


@named(VECTORS)
def test_columns_start_with_a_unique_id_and_the_names(spec: LayerSpec) -> None:
    frame = gpd.read_parquet(SEEDS / spec.path)
    columns = [name for name in frame.columns if name != "adcode"]
    assert columns[:3] == ["id", "name_zh", "name_en"]
    assert all(isinstance(value, str) for value in frame["id"])
    assert frame["id"].is_unique
    if "adcode" in frame:
        assert frame["adcode"].tolist() == frame["id"].tolist()


@named(RASTERS)
def test_band_is_as_described(spec: LayerSpec) -> None:
    with rasterio.open(SEEDS / spec.path) as band:
        assert band.crs == spec.crs == "EPSG:4326"
        assert band.count == 1
        assert band.nodata is not None
        assert band.profile["tiled"]
        assert band.compression.name == "deflate"
        assert band.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        left, bottom, right, top = band.bounds
    assert (left, right) == pytest.approx((97, 127), abs=0.01)
    assert bottom == pytest.approx(37, abs=0.01)
    # The source of the heights ends there; the others fill the region's box.
    assert top == pytest.approx(53.556 if spec.id == "elevation" else 54, abs=0.001)


@named([spec for spec in RASTERS if spec.classes])
def test_every_class_that_occurs_has_a_name_and_a_colour(spec: LayerSpec) -> None:
    with rasterio.open(SEEDS / spec.path) as band:
        values = set(band.read(1).ravel().tolist()) - {band.nodata}
    assert values <= {item.value for item in spec.classes}


def test_nothing_lies_there_unlisted() -> None:
    found = {
        path.relative_to(SEEDS).as_posix()
        for path in SEEDS.rglob("*")
        if path.suffix in DATA_SUFFIXES and "build" not in path.parts
    }
    assert found == {str(spec.path) for spec in SPECS.values()}


@named([*SPECS.values()])
def test_licence_and_sources_lie_beside_the_data(spec: LayerSpec) -> None:
    for licence in spec.licence.split(" AND "):
        assert (SEEDS / "LICENSES" / f"{licence}.txt").stat().st_size > 200
    sources = (SEEDS / spec.path).parent / "SOURCES.md"
    assert f"## {spec.path.name}\n" in sources.read_text(encoding="utf-8")


@pytest.mark.parametrize(("folder", "strict"), [("gpl3", "GPL"), ("lgpl3", "LGPL")])
def test_copyleft_data_has_a_folder_of_its_own(folder: str, strict: str) -> None:
    for spec in SPECS.values():
        inside = spec.path.parts[0] == folder
        assert spec.licence.startswith(strict) == inside, spec.id


def test_sizes_fit_into_git() -> None:
    sizes = [(SEEDS / spec.path).stat().st_size for spec in SPECS.values()]
    assert max(sizes) < 5 * MEGABYTE
    assert sum(sizes) < 20 * MEGABYTE


@named([*SPECS.values()])
def test_accuracy_is_stated_and_explained(spec: LayerSpec) -> None:
    assert spec.accuracy_m is not None
    assert "误差" in spec.description.zh
    assert "ositional error" in spec.description.en
    assert spec.provenance.built_by is not None
    assert (SEEDS.parent / spec.provenance.built_by).exists()


def test_red_line_says_what_it_is_not() -> None:
    caution = SPECS["redline"].caution
    assert SPECS["redline"].status == "modelled"
    assert caution is not None
    assert "由开放数据模拟，非法定生态保护红线" in caution.zh
    assert "modelled from open data, not the statutory red line" in caution.en


@pytest.mark.parametrize(
    ("layer_id", "figure_id", "published"),
    [
        ("province", "area", 1_183_000),
        ("leagues", "count", 12),
        ("banners", "count", 103),
        ("yellow_river", "length", 843),
        ("basins", "yellow", 152_000),
        ("basins", "west_liao", 134_000),
        ("basins", "nen", 159_100),
        ("lakes", "hulun_2024", 2239.9),
        ("lakes", "wuliangsuhai", 293),
        ("sandy_lands", "mu_us_38940", 38_940),
        ("sandy_lands", "mu_us_42200", 42_200),
        ("sandy_lands", "kubuqi_36500", 36_500),
        ("forest_regions", "khingan", 106_700),
        ("key_function_banners", "count", 43),
        ("key_function_banners", "share", 76),
        ("redline", "share_of_map", 50.46),
        ("redline", "area", 596_900),
    ],
)
def test_published_figure_stands_beside_the_measured_one(
    layer_id: str, figure_id: str, published: float
) -> None:
    figures = {figure.id: figure for figure in SPECS[layer_id].figures}
    assert figures[figure_id].published == published
    assert figures[figure_id].computed is not None


def test_weak_sands_quote_no_area() -> None:
    quoted = {figure.id for figure in SPECS["sandy_lands"].figures}
    assert not any(name.startswith(("ujimqin", "bayan_undur")) for name in quoted)


def test_both_denominators_stand_with_the_region() -> None:
    areas = {item.id: item.area_m2 for item in SPECS["province"].denominators}
    assert areas["official"] == 1.183e12
    assert areas["map"] == pytest.approx(1_145_881e6, abs=1e6)
