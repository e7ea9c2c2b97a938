"""Names: ids, files, close matches, the wrong kind; seeds under a workspace."""

import shutil
import tomllib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from geo.area import area
from geo.errors import EcobarrierError
from geo.grid import Window
from layers.catalog import Catalog, read_specs
from layers.errors import CatalogError, LayerNotFoundError, LayerReadError
from layers.files import content_sha256, describe_file
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from layers.workspace import publish

ENTRY = """
[[layer]]
id = "a"
title = { zh = "甲", en = "A" }
description = { zh = "甲", en = "A" }
theme = "admin"
kind = "vector"
geometry = "polygon"
status = "official"
path = "a.parquet"
crs = "EPSG:4490"
rows = 1
licence = "MIT"
attribution = "someone"
sha256 = "0000000000000000000000000000000000000000000000000000000000000000"

[layer.provenance]
source = "s"
origin = "o"
retrieved = 2026-01-15
method = { zh = "无", en = "none" }
"""


@pytest.fixture(scope="module")
def catalog(seeds: Path) -> Catalog:
    return Catalog.open(seeds)


def test_every_seed_loads(catalog: Catalog) -> None:
    kinds = [spec.kind for spec in catalog.specs]
    assert (kinds.count("vector") >= 11, kinds.count("raster") >= 5) == (True, True)
    for spec in catalog.specs:
        layer = catalog.layer(spec.id)
        assert layer.spec == spec
        if isinstance(layer, RasterLayer):
            assert layer.read(Window(0, 2, 0, 3)).shape == (2, 3)
            continue
        assert len(layer.features) == spec.rows
        assert layer.features.crs == "EPSG:4490"
        assert layer.features.geometry.is_valid.all()
        assert layer.features.index.name == "id"
        assert layer.features.index.is_unique
        assert layer.features.index.equals(layer.source_geometry.index)
        assert layer.features.index.equals(layer.change_m2.index)
        assert {"name_zh", "name_en"} <= set(layer.features.columns)
        assert "id" not in layer.features.columns
        layer.features.reset_index()


def test_banners_have_their_codes_and_area(catalog: Catalog) -> None:
    banners = catalog.vector("banners")
    assert banners.features.loc["150102", "name_zh"] == "新城区"
    assert area(banners.features.geometry).sum() == pytest.approx(1.145881e12, abs=1e9)


def test_catalog_cannot_be_changed(catalog: Catalog) -> None:
    with pytest.raises(FrozenInstanceError):
        catalog.entries = {}  # type: ignore[misc]
    with pytest.raises(TypeError):
        catalog.entries["x"] = catalog.entries["banners"]  # type: ignore[index]


def test_path_and_folder(catalog: Catalog, seeds: Path) -> None:
    assert catalog.folder("banners") == seeds
    assert catalog.path("banners").is_file()
    assert catalog.spec("banners").id == "banners"


@pytest.mark.parametrize("name", ["banner", "Banners", "baners"])
def test_close_matches_are_named(catalog: Catalog, name: str) -> None:
    for ask in (catalog.spec, catalog.path, catalog.folder, catalog.layer):
        with pytest.raises(LayerNotFoundError) as refused:
            ask(name)
        assert "banners" in str(refused.value.details["close"])


def test_without_close_match_all_are_named(catalog: Catalog) -> None:
    with pytest.raises(LayerNotFoundError) as refused:
        catalog.vector("zzzzzz")
    assert "redline" in str(refused.value)


@pytest.mark.parametrize(
    "name", ["no/such.gpkg", "no.such", "./banners", "x\0.shp", "a" * 999 + ".shp"]
)
def test_missing_file(catalog: Catalog, name: str) -> None:
    with pytest.raises(LayerReadError):
        catalog.layer(name)


def test_unknown_suffix_names_known_ones(catalog: Catalog, tmp_path: Path) -> None:
    path = tmp_path / "a.dwg"
    path.write_bytes(b"AC1027")
    with pytest.raises(LayerReadError) as refused:
        catalog.layer(str(path))
    assert refused.value.code == "layer_format_unknown"
    assert ".geojson" in str(refused.value)


def test_wrong_kind(catalog: Catalog, seeds: Path) -> None:
    file = str(seeds / catalog.spec("ndvi_max").path)
    other = str(seeds / catalog.spec("banners").path)
    for name in ("ndvi_max", file):
        with pytest.raises(LayerReadError) as refused:
            catalog.vector(name)
        assert refused.value.code == "layer_not_vector"
    for name in ("banners", other):
        with pytest.raises(LayerReadError) as refused:
            catalog.raster(name)
        assert refused.value.code == "layer_not_raster"


def test_id_wins_over_a_file_of_that_name(
    catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "banners").write_text("a file without suffix")
    monkeypatch.chdir(tmp_path)
    assert isinstance(catalog.layer("banners"), VectorLayer)


def test_file_is_described_without_claims(
    catalog: Catalog, gbk_shapefile: Callable[..., Path]
) -> None:
    path = gbk_shapefile()
    spec = catalog.layer(str(path)).spec
    assert spec.id.startswith("file_")
    assert spec.title.zh == "红线"
    assert str(spec.path) == "红线.shp"
    assert spec.theme == spec.status == "user"
    assert spec.licence == spec.attribution == "not stated"
    assert spec.sha256 == content_sha256(path)


def write_catalog(folder: Path, text: str) -> Path:
    (folder / "catalog.toml").write_text(text, encoding="utf-8")
    return folder


def test_entry_is_read(tmp_path: Path) -> None:
    assert [spec.id for spec in read_specs(write_catalog(tmp_path, ENTRY))] == ["a"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("x = ", "catalog_unreadable"),
        ("layer = 3", "catalog_unreadable"),
        ("layer = [3]", "catalog_entry_wrong"),
        ("[[layer]]\nid = 'a'", "catalog_entry_wrong"),
        (ENTRY.replace("rows = 1", "rows = 1\ncolour = 2"), "catalog_entry_wrong"),
        (ENTRY.replace('"official"', '"modelled"'), "catalog_entry_wrong"),
        (ENTRY + ENTRY, "catalog_id_twice"),
        (ENTRY.replace("a.parquet", "../a.parquet"), "catalog_path_outside"),
        (ENTRY.replace("a.parquet", "/a.parquet"), "catalog_path_outside"),
    ],
)
def test_wrong_catalogue(tmp_path: Path, text: str, code: str) -> None:
    with pytest.raises(CatalogError) as refused:
        Catalog.open(write_catalog(tmp_path, text))
    assert refused.value.code == code
    assert "\n" not in str(refused.value)


def test_missing_catalogue(tmp_path: Path) -> None:
    with pytest.raises(CatalogError):
        Catalog.open(tmp_path)


def test_file_in_another_crs_than_catalogued(tmp_path: Path) -> None:
    box = gpd.GeoDataFrame(geometry=[shapely.box(107, 40, 108, 41)], crs="EPSG:4326")
    box.to_parquet(tmp_path / "a.parquet")
    with pytest.raises(CatalogError) as refused:
        Catalog.open(write_catalog(tmp_path, ENTRY)).vector("a")
    assert refused.value.code == "catalog_crs_differs"


def test_raster_in_another_crs_than_catalogued(seeds: Path, tmp_path: Path) -> None:
    shutil.copy(seeds / "koeppen/climate_zone.tif", tmp_path / "a.tif")
    text = ENTRY.replace('"vector"', '"raster"').replace("a.parquet", "a.tif")
    with pytest.raises(CatalogError) as refused:
        Catalog.open(write_catalog(tmp_path, text)).raster("a")
    assert refused.value.code == "catalog_crs_differs"


def test_missing_file_of_an_entry(tmp_path: Path) -> None:
    with pytest.raises(EcobarrierError, match=r"a\.parquet"):
        Catalog.open(write_catalog(tmp_path, ENTRY)).vector("a")


class TestWorkspace:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        path = tmp_path / "b.parquet"
        box = shapely.box(107, 40, 108, 41)
        gpd.GeoDataFrame({"id": ["new"]}, geometry=[box], crs=4490).to_parquet(path)
        return path

    @pytest.fixture
    def spec(self, file: Path) -> LayerSpec:
        described = describe_file(
            file, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1
        )
        return described.model_copy(update={"id": "banners"})

    def test_replaces_the_seed(
        self, seeds: Path, tmp_path: Path, file: Path, spec: LayerSpec
    ) -> None:
        folder = publish(tmp_path / "work", spec, file)
        catalog = Catalog.open(seeds, tmp_path / "work")
        assert catalog.spec("banners") == spec
        assert catalog.folder("banners") == folder
        assert catalog.vector("banners").features.index.tolist() == ["new"]
        assert len(catalog.specs) == len(Catalog.open(seeds).specs)
        assert catalog.vector("leagues").spec.rows == 12

    def test_workspace_that_is_not_there(self, seeds: Path, tmp_path: Path) -> None:
        catalog = Catalog.open(seeds, tmp_path / "none")
        assert catalog.specs == Catalog.open(seeds).specs
        assert not (tmp_path / "none").exists()


def test_seed_catalogue_has_nothing_but_layers(seeds: Path) -> None:
    text = (seeds / "catalog.toml").read_text(encoding="utf-8")
    assert set(tomllib.loads(text)) == {"layer"}
