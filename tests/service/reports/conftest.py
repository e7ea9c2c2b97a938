"""Parcels and layers to be reported on, made in code."""

import hashlib
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from layers.catalog import CATALOG_FILE, Catalog
from layers.writers import write_geoparquet
from service.checking.check import CheckOptions, CheckOutcome, check_files
from service.checking.models import ProjectInfo
from service.settings import Settings

SAMPLE = """[属性描述]
格式版本号=1.01
数据产生单位=示例测绘院
数据产生日期=2026-01-15
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=36
精度=0.001
转换参数=,,,,,,
[地块坐标]
10,48.9914,DK001,磴口光伏治沙一期,面,K48G,光伏,0404,@
J1,1,4466000.000,36415000.000
J2,1,4466500.000,36415000.000
J3,1,4466500.000,36416000.000
J4,1,4466000.000,36416000.000
J1,1,4466000.000,36415000.000
J5,2,4466100.000,36415200.000
J6,2,4466100.000,36415300.000
J7,2,4466200.000,36415300.000
J8,2,4466200.000,36415200.000
J5,2,4466100.000,36415200.000
4,0.0500,DK002,管护房,面,,管护,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,36373020.0000
J3,1,4466025.0000,36373020.0000
J4,1,4466025.0000,36373000.0000
"""
"""Two parcels, one with a hole; ring 2 goes on counting, DK002 is not closed."""

LONG = (
    "内蒙古自治区西部荒漠化防治与黄河流域生态保护修复重点工程区第{number}号管控单元"
    "（二〇二五年修订版）"
)
LONG_EN = (
    "Control unit {number} of the key works for desertification control and for the "
    "protection of the Yellow River basin, western Inner Mongolia, edition of 2025"
)
STATUSES = ("statutory", "official", "compiled", "derived", "modelled", "schematic")
PROJECT = ProjectInfo(
    name="磴口县光伏治沙一期工程",
    number="NM-2026-017",
    applicant="示例能源有限公司",
    prepared_by="示例测绘院",
    purpose="光伏治沙",
)


@pytest.fixture(scope="session")
def sample_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sample") / "sample-parcels-gbk.txt"
    path.write_bytes(SAMPLE.replace("\n", "\r\n").encode("gbk"))
    return path


@pytest.fixture(scope="session")
def sample(sample_file: Path) -> CheckOutcome:
    """The sample parcels against the layers that come with the product."""
    catalog = Catalog.open(Settings().seeds)
    return check_files(catalog, [sample_file], CheckOptions(project=PROJECT))


def entry(layer: str, number: int, **more: Any) -> dict[str, Any]:
    """Give a catalogue entry with long names."""
    return {
        "id": layer,
        "title": {
            "zh": LONG.format(number=number),
            "en": LONG_EN.format(number=number),
        },
        "description": {"zh": "测试", "en": "A test."},
        "theme": "redline" if number % 3 == 0 else "water" if number % 2 else "forest",
        "kind": "vector",
        "geometry": "polygon",
        "status": STATUSES[number % len(STATUSES)],
        "path": f"{layer}.parquet",
        "crs": "EPSG:4490",
        "accuracy_m": 0.5 * number,
        "caution": {"zh": "仅供测试的图层", "en": "a layer for tests only"},
        "licence": "CC0-1.0",
        "attribution": "made in code",
        "provenance": {
            "source": "a_source_with_a_very_long_name_without_any_blanks/file.gpkg",
            "origin": "内蒙古自治区自然资源厅国土空间规划局（示例）",
            "retrieved": "2026-01-15",
            "method": {"zh": "编写", "en": "Written."},
        },
        **more,
    }


def toml(value: Any) -> str:
    """Write a value as TOML writes it within a line; dates bare."""
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {toml(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    return value if value == "2026-01-15" else json.dumps(value, ensure_ascii=False)


def zones(number: int) -> gpd.GeoDataFrame:
    """Three zones over the parcels of :func:`many_parcels`, two classes."""
    west = 107.0 + 0.011 * number
    shapes = [
        shapely.box(west, 40.0, west + 0.05, 40.16),
        shapely.box(west + 0.05, 40.0, west + 0.08, 40.12),
        shapely.Point(107.3, 40.3).buffer(0.02),
    ]
    return gpd.GeoDataFrame(
        {
            "id": ["a", "b", "c"],
            "name_zh": [f"乌兰布和沙漠东缘防风固沙林带第{n}段" for n in range(3)],
            "name_en": [f"Shelter belt at the edge of Ulan Buh, {n}" for n in range(3)],
            "kind": ["核心保护区", "一般控制区", "一般控制区"],
        },
        geometry=shapes,
        crs="EPSG:4490",
    )


def many_seeds(folder: Path) -> Path:
    """Write twelve layers with long names, and banners."""
    entries = []
    tables = {f"unit_{n:02d}": zones(n) for n in range(12)}
    halves = [shapely.box(106, 39, 107.07, 41), shapely.box(107.07, 39, 109, 41)]
    names = {"name_zh": ["磴口县", "杭锦后旗"], "name_en": ["Dengkou", "Hanggin Rear"]}
    tables["banners"] = gpd.GeoDataFrame(
        {"id": ["150822", "150826"], **names}, geometry=halves, crs="EPSG:4490"
    )
    for number, (layer, table) in enumerate(tables.items()):
        write_geoparquet(table, folder / f"{layer}.parquet")
        more: dict[str, Any] = {"theme": "admin"} if layer == "banners" else {}
        if layer == "banners":
            more |= {"title": {"zh": "旗县", "en": "Banners"}, "status": "official"}
        if layer == "unit_03":
            more |= {"secrecy": "内部资料", "restricted": True}
        one = entry(layer, number, rows=len(table), **more)
        content = (folder / f"{layer}.parquet").read_bytes()
        one["sha256"] = hashlib.sha256(content).hexdigest()
        entries.append(one)
    text = f"layer = {toml(entries)}\n"
    (folder / CATALOG_FILE).write_text(text, encoding="utf-8")
    return folder


def many_parcels(path: Path) -> Path:
    """Write twelve parcels in lon/lat, one with a hole, one a hair over a border."""
    features = []
    for n in range(12):
        west, south = 107.0 + 0.02 * (n % 6), 40.05 + 0.07 * (n // 6)
        shape: shapely.Geometry = shapely.box(west, south, west + 0.012, south + 0.02)
        if n == 4:
            hole = shapely.box(west + 0.004, south + 0.006, west + 0.008, south + 0.01)
            shape = shapely.difference(shape, hole)
        if n == 7:
            # 1e-9 degree, 0.1 mm, over the border of the zone of unit_00.
            shape = shapely.box(107.05 - 1e-9, 40.13, 107.06, 40.14)
        about = {
            "DKBH": f"DK{n + 1:03d}",
            "DKMC": f"乌兰布和沙区光伏治沙与生态修复一体化示范项目{n + 1}号地块",
            "DKYT": "光伏发电与防沙治沙综合利用",
        }
        shape_json = json.loads(shapely.to_geojson(shape))
        features.append(
            {"type": "Feature", "properties": about, "geometry": shape_json}
        )
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    content = {"type": "FeatureCollection", "crs": crs, "features": features}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve layers, banners, and a file of twelve parcels beside them."""
    folder = tmp_path_factory.mktemp("many")
    many_parcels(folder / "十二个地块.geojson")
    return many_seeds(folder)


@pytest.fixture(scope="session")
def many(seeds: Path) -> CheckOutcome:
    """Twelve parcels against twelve layers, all with long Chinese names."""
    catalog, parcels = Catalog.open(seeds), seeds / "十二个地块.geojson"
    return check_files(catalog, [parcels], CheckOptions(project=PROJECT))


@pytest.fixture(scope="session")
def clean(seeds: Path) -> CheckOutcome:
    """One parcel that no layer touches."""
    catalog = Catalog.open(seeds)
    path = seeds / "clean.geojson"
    shape = json.loads(shapely.to_geojson(shapely.box(108.5, 40.5, 108.51, 40.51)))
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4490"}}
    about = {"DKBH": "DK001", "DKMC": "空闲地", "DKYT": "仓储"}
    feature = {"type": "Feature", "properties": about, "geometry": shape}
    content = {"type": "FeatureCollection", "crs": crs, "features": [feature]}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    return check_files(catalog, [path], CheckOptions(layers=("unit_00", "unit_01")))
