"""A small catalogue made in code, and an app over it."""

import base64
import hashlib
import io
import json
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from affine import Affine
from PIL import Image
from playwright.sync_api import expect
from starlette.testclient import TestClient

from layers.catalog import CATALOG_FILE, Catalog
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from layers.readers.raster import open_raster
from layers.writers import write_cog, write_geoparquet
from service.app import create_app
from service.map_rasters import Picture
from service.settings import Settings

Client = TestClient
MakeSpec = Callable[..., LayerSpec]
MakeRaster = Callable[..., RasterLayer]
ReadPixels = Callable[[Picture], np.ndarray]

# Of whatever a page is to show: it is set for the whole process.
expect.set_options(timeout=120_000)

RETRIEVED = "2026-01-15"
CAUTION = {"zh": "只是测试用的模型", "en": "a model for tests only"}


def stated(layer_id: str, **more: Any) -> dict[str, Any]:
    """Give the fields of a catalogue entry; ``more`` replaces or adds some."""
    return {
        "id": layer_id,
        "title": {"zh": f"图层{layer_id}", "en": f"Layer {layer_id}"},
        "description": {"zh": "测试", "en": "A test."},
        "theme": "admin",
        "kind": "vector",
        "geometry": "polygon",
        "status": "official",
        "path": f"{layer_id}.parquet",
        "crs": "EPSG:4490",
        "rows": 1,
        "accuracy_m": 100.0,
        "licence": "CC0-1.0",
        "attribution": "made in code",
        "provenance": {
            "source": "tests",
            "origin": "tests",
            "retrieved": RETRIEVED,
            "method": {"zh": "编写", "en": "Written."},
        },
        "sha256": hashlib.sha256(layer_id.encode()).hexdigest(),
        **more,
    }


@pytest.fixture
def make_spec() -> MakeSpec:
    """Make the entry of a layer without a file."""

    def make(layer_id: str = "sample", **more: Any) -> LayerSpec:
        return LayerSpec.model_validate(stated(layer_id, **more))

    return make


@pytest.fixture
def make_raster(tmp_path: Path, make_spec: MakeSpec) -> MakeRaster:
    """Write cells of one byte or two, 255 or -32768 for none, and open them."""

    def make(cells: np.ndarray, crs: str, to: Affine, **about: Any) -> RasterLayer:
        path = tmp_path / "cells.tif"
        nodata = 255 if cells.dtype == np.uint8 else -32768
        write_cog(cells, path, transform=to, crs=crs, nodata=nodata)
        raster = {"kind": "raster", "geometry": None, "rows": None}
        return RasterLayer(make_spec(**raster, **about), open_raster(path))

    return make


@pytest.fixture(scope="session")
def batch_content() -> Callable[[Path], dict[str, bytes]]:
    """Answer ledger, description and sheets of a batch, not the notes of its runs."""

    def content(folder: Path) -> dict[str, bytes]:
        return {
            one.relative_to(folder).as_posix(): one.read_bytes()
            for one in folder.rglob("*")
            if one.is_file() and one.name not in ("journal.txt", ".lock")
        }

    return content


@pytest.fixture
def pixels() -> ReadPixels:
    """Read a picture back as red, green, blue and opacity, ``(height, width, 4)``."""

    def read(made: Picture) -> np.ndarray:
        head, text = made.data_url.split(",")
        assert head in ("data:image/png;base64", "data:image/webp;base64")
        content = base64.b64decode(text)
        assert len(content) == made.byte_count
        return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA"))

    return read


def boxes(*corners: tuple[float, float, float, float], **columns: Any) -> Any:
    """Make a table of boxes with ids a, b, c, ... and the columns given."""
    ids = [chr(ord("a") + i) for i in range(len(corners))]
    shapes = [shapely.box(*corner) for corner in corners]
    columns = {"name_zh": ids, "name_en": [one.upper() for one in ids], **columns}
    return gpd.GeoDataFrame({"id": ids, **columns}, geometry=shapes, crs="EPSG:4490")


def vectors() -> list[tuple[dict[str, Any], gpd.GeoDataFrame]]:
    """Four leagues in a region, what lies on them, and one layer nobody may have."""
    west, east = (108.0, 40.0, 110.0, 42.0), (110.0, 40.0, 112.0, 42.0)
    south = (108.0, 39.0, 112.0, 40.0)
    region = boxes((108, 39, 112, 42), name_zh=["测试自治区"], name_en=["Testland"])
    leagues = boxes(
        west,
        east,
        south,
        name_zh=["西盟", "东盟", "南盟"],
        name_en=["West League", "East League", "South League"],
        adcode=["150100", "150200", "150300"],
    )
    river = gpd.GeoDataFrame(
        {"id": ["r"], "name_zh": ["试河"], "name_en": ["Test River"]},
        geometry=[shapely.LineString([(108, 39.5), (110, 39.6), (112, 39.4)])],
        crs="EPSG:4490",
    )
    sands = boxes(
        (108.2, 40.2, 109, 41), (110.5, 40.5, 111, 41), kind=["desert", "sandy_land"]
    )
    hostile = boxes(
        (109, 40.5, 111, 41.5),
        name_zh=["</script><script>alert(1)</script>"],
        name_en=["<img src=x onerror=alert(2)>"],
    )
    model = {"status": "modelled", "caution": CAUTION}
    sketch = {"status": "schematic", "caution": CAUTION}
    return [
        (stated("province"), region),
        (stated("leagues", rows=3), leagues),
        (stated("yellow_river", theme="water", geometry="line"), river),
        (stated("sandy_lands", theme="sand", rows=2, **sketch), sands),
        (stated("redline", theme="redline", **model), hostile),
        (
            stated("secret", theme="redline", status="statutory", restricted=True),
            region,
        ),
    ]


def rasters() -> list[tuple[dict[str, Any], np.ndarray, float]]:
    """A class raster and an elevation of 0.1 degree over 108-112 E, 39-42 N."""
    rows, columns = np.mgrid[0:30, 0:40]
    cover = np.where(columns < 20, 1, 2).astype(np.uint8)
    cover[0, :] = 255
    height = (1000 + 30 * columns + 10 * rows).astype(np.int16)
    raster: dict[str, Any] = {
        "kind": "raster",
        "geometry": None,
        "rows": None,
        "crs": "EPSG:4326",
    }
    classes = [
        {"value": 1, "title": {"zh": "草地", "en": "Grass"}, "colour": "#E0EABF"},
        {"value": 2, "title": {"zh": "裸地", "en": "Barren"}, "colour": "#E4C9AE"},
        {"value": 3, "title": {"zh": "水体", "en": "Water"}, "colour": "#6A8FD8"},
    ]
    return [
        (
            stated("land_cover", theme="land_cover", classes=classes, **raster),
            cover,
            255,
        ),
        (stated("elevation", theme="relief", unit="m", **raster), height, -32768),
    ]


def toml(value: Any) -> str:
    """Write a value as TOML writes it within a line."""
    if isinstance(value, dict):
        pairs = (
            f"{key} = {toml(one)}" for key, one in value.items() if one is not None
        )
        return "{ " + ", ".join(pairs) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value if value == RETRIEVED else json.dumps(value, ensure_ascii=False)


def write_catalog(folder: Path) -> None:
    entries = []
    for entry, table in vectors():
        write_geoparquet(table, folder / entry["path"])
        entries.append(entry)
    for entry, cells, nodata in rasters():
        entry["path"] = f"{entry['id']}.tif"
        write_cog(
            cells,
            folder / entry["path"],
            transform=Affine(0.1, 0, 108, 0, -0.1, 42),
            crs="EPSG:4326",
            nodata=nodata,
        )
        entries.append(entry)
    for entry in entries:
        content = (folder / entry["path"]).read_bytes()
        entry["sha256"] = hashlib.sha256(content).hexdigest()
    text = f"layer = {toml(entries)}\n"
    (folder / CATALOG_FILE).write_text(text, encoding="utf-8")


@pytest.fixture(scope="session")
def small_seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("seeds")
    write_catalog(folder)
    return folder


@pytest.fixture(scope="session")
def catalog(small_seeds: Path) -> Catalog:
    return Catalog.open(small_seeds)


@pytest.fixture(scope="session")
def real_catalog() -> Catalog:
    return Catalog.open(Settings().seeds)


@pytest.fixture(scope="session")
def endless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A GeoPackage with a table whose rows never end: reading it hangs inside GDAL."""
    path = tmp_path_factory.mktemp("endless") / "endless.gpkg"
    pyogrio.write_dataframe(boxes((109, 40, 110, 41)), path, layer="base")
    connection = sqlite3.connect(path)
    connection.executescript(
        """
        CREATE VIEW slow AS WITH RECURSIVE n(i) AS
          (SELECT 1 UNION ALL SELECT i + 1 FROM n)
          SELECT i AS fid, (SELECT geom FROM base) AS geom FROM n;
        INSERT INTO gpkg_contents SELECT 'slow', data_type, 'slow', '', last_change,
          min_x, min_y, max_x, max_y, srs_id FROM gpkg_contents;
        DELETE FROM gpkg_geometry_columns;
        DELETE FROM gpkg_contents WHERE table_name = 'base';
        INSERT INTO gpkg_geometry_columns
          SELECT 'slow', 'geom', 'POLYGON', srs_id, 0, 0 FROM gpkg_contents;
        """
    )
    connection.commit()
    connection.close()
    return path


@pytest.fixture(scope="module")
def client(small_seeds: Path) -> Iterator[Client]:
    """An app over the small catalogue; faults of the app become answers, as live.

    One for the tests of a module: no test may change what another is answered.
    """
    app = create_app(Settings(seeds=small_seeds, max_items=2))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made
