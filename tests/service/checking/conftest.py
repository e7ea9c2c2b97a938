"""Layers that are imported into a workspace of their own, and files of parcels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
from service.cli import main
from service.settings import Settings

Publish = Callable[..., Catalog]
Run = Callable[..., tuple[int, str, str]]

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
"""The two parcels of the domain facts, section 2.2."""


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    """The sample file of parcels, in GBK."""
    path = tmp_path / "sample.txt"
    path.write_bytes(SAMPLE.replace("\n", "\r\n").encode("gbk"))
    return path


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace."""
    return tmp_path / "work"


@pytest.fixture
def publish(tmp_path: Path, workspace: Path) -> Publish:
    """Import polygons as a layer; answers the catalogue with it."""

    def do(layer_id: str, shapes: list[shapely.Polygon], **more: Any) -> Catalog:
        columns = {key: value for key, value in more.items() if isinstance(value, list)}
        options = {key: value for key, value in more.items() if key not in columns}
        frame = gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4490)
        file = tmp_path / f"{layer_id}.geojson"
        frame.to_file(file)
        seeds = Settings().seeds
        stated = {"id": layer_id, "status": "official", "crs": "EPSG:4490", **options}
        import_files(
            [file],
            ImportOptions.model_validate(stated),
            workspace,
            Region(Catalog.open(seeds)),
        )
        return Catalog.open(seeds, workspace)

    return do


@pytest.fixture
def parcels(tmp_path: Path) -> Callable[..., Path]:
    """Write polygons in lon/lat as a file of parcels."""

    def write(name: str, shapes: list[shapely.Polygon], **columns: Any) -> Path:
        numbers = [f"P{k}" for k in range(len(shapes))]
        data = {"id": numbers, "编号": numbers, **columns}
        frame = gpd.GeoDataFrame(data, geometry=list(shapes), crs=4490)
        path = tmp_path / f"{name}.geojson"
        frame.to_file(path)
        return path

    return write


@pytest.fixture
def run(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(workspace))

    def call(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call
