"""A small catalogue, made in code, and ledgers over it."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine

from layers.catalog import CATALOG_FILE, Catalog
from layers.figures.ledger import LEDGER_FILE, Ledger
from layers.figures.models import LedgerFigure
from layers.writers import write_cog, write_geoparquet

MakeFigure = Callable[..., dict[str, Any]]
WriteLedger = Callable[..., Path]

Box = tuple[float, float, float, float]

REGION = (108.0, 40.0, 112.0, 42.0)
WEST, EAST = (108.0, 40.0, 110.0, 42.0), (110.0, 40.0, 112.0, 42.0)
SANDS = [(109.0, 40.5, 111.0, 41.5), (111.5, 41.5, 113.0, 43.0)]


def table(boxes: list[Box], **columns: Any) -> gpd.GeoDataFrame:
    ids = [f"f{number}" for number in range(len(boxes))]
    names = {"id": ids, "name_zh": ids, "name_en": ids}
    shapes = [shapely.box(*corners) for corners in boxes]
    return gpd.GeoDataFrame({**names, **columns}, geometry=shapes, crs="EPSG:4490")


def layers() -> dict[str, gpd.GeoDataFrame]:
    river = table([(0, 0, 1, 1)]).set_geometry(
        [shapely.LineString([(107, 41), (109, 41), (109, 43)])], crs="EPSG:4490"
    )
    return {
        "region": table([REGION]),
        "leagues": table([WEST, EAST], code=[1, 2], part=["west", "east"]),
        "sands": table(SANDS, kind=["desert", "sandy"], inside=[True, False]),
        "river": river,
        # Reaches 0.04 mm into the eastern league: a boundary-sharing error.
        "strip": table([(109.0, 40.5, 110.0 + 5e-10, 41.5)]),
    }


def entry(layer_id: str, path: Path, **more: Any) -> dict[str, Any]:
    words = {"zh": layer_id, "en": layer_id}
    return {
        "id": layer_id,
        "title": words,
        "description": words,
        "theme": "admin",
        "kind": "vector",
        "status": "official",
        "path": path.name,
        "crs": "EPSG:4490",
        "licence": "CC0-1.0",
        "attribution": "made in code",
        "provenance": {
            "source": "tests",
            "origin": "tests",
            "retrieved": "2026-01-15",
            "method": words,
        },
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        **more,
    }


def toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value if value == "2026-01-15" else json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="session")
def small_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    entries = []
    for name, frame in layers().items():
        path = folder / f"{name}.parquet"
        write_geoparquet(frame, path)
        kind = "line" if name == "river" else "polygon"
        more: dict[str, Any] = {"geometry": kind, "rows": len(frame)}
        if name == "sands":
            more |= {"status": "modelled", "caution": {"zh": "模型", "en": "a model"}}
        if name == "region":
            title = {"zh": "公布", "en": "published"}
            stated = {"id": "official", "title": title, "area_m2": 1e11, "source": "t"}
            more["denominators"] = [stated]
        entries.append(entry(name, path, **more))
    cells = np.ones((20, 40), np.uint8)
    cells[:, 20:] = 2
    cover = folder / "cover.tif"
    to = Affine(0.1, 0, 108, 0, -0.1, 42)
    write_cog(cells, cover, transform=to, crs="EPSG:4326", nodata=255)
    entries.append(entry("cover", cover, kind="raster", crs="EPSG:4326"))
    text = f"layer = {toml(entries)}\n"
    (folder / CATALOG_FILE).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def small(small_folder: Path) -> Catalog:
    return Catalog.open(small_folder)


def stated(figure_id: str = "one", **more: Any) -> dict[str, Any]:
    """Give the keys of a figure; ``more`` replaces, adds, or with None drops some."""
    words = {"zh": "测试", "en": "A test."}
    whole = {
        "id": figure_id,
        "title": words,
        "claim": words,
        "value": "2",
        "unit": "count",
        "document": "文件",
        "definition": words,
        "sure": "A",
        "compute": {"kind": "count", "layer": "leagues"},
        **more,
    }
    return {key: value for key, value in whole.items() if value is not None}


@pytest.fixture
def make() -> MakeFigure:
    return stated


@pytest.fixture
def write_ledger(tmp_path: Path) -> WriteLedger:
    """Write figures into a folder's ledger, or any text."""

    def write(*figures: dict[str, Any], raw: str | None = None) -> Path:
        text = raw if raw is not None else f"figure = {toml(list(figures))}\n"
        (tmp_path / LEDGER_FILE).write_text(text, encoding="utf-8")
        return tmp_path

    return write


@pytest.fixture
def ledger() -> Callable[..., Ledger]:
    """Make a ledger of figures without any file."""

    def of(*figures: dict[str, Any], own: bool = False) -> Ledger:
        read = [LedgerFigure.model_validate(figure) for figure in figures]
        known = {figure.id: figure for figure in read}
        return Ledger(known, frozenset(known) if own else frozenset())

    return of
