"""Layers and results written to a real database by the command line."""

import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import geopandas as gpd
import psycopg
import pyarrow.parquet as pq
import pytest
import shapely
from psycopg import sql

from layers.catalog import Catalog
from layers.databases.tables import Target
from layers.errors import DatabaseError
from service.cli import main
from service.cluster.engine import EngineChoice
from service.cluster.inputs import Shelf
from service.spread import Spread
from service.stream import overlap_to_file


@pytest.fixture(scope="module")
def address(make_database: Callable[..., str]) -> str:
    return make_database("results")


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., tuple[int, str]]:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "work"))

    def call(*arguments: str) -> tuple[int, str]:
        code = main(arguments)
        said = capsys.readouterr()
        assert "S3cret" not in said.out + said.err
        return code, said.out if code == 0 else said.err

    return call


def ask(address: str, query: str) -> Any:
    with psycopg.connect(address) as connection:
        return connection.execute(sql.SQL(query)).fetchall()


Run = Callable[..., tuple[int, str]]


def test_layer(address: str, run: Run) -> None:
    code, said = run("export", "redline", "-o", address, "--table", "红线", "--json")
    assert code == 0
    assert json.loads(said) == {"file": "results:红线", "notes": []}
    ((about,),) = ask(address, "SELECT obj_description('红线'::regclass)")
    for told in (
        "模拟 | modelled",
        "注意 Caution",
        "GPL-3.0",
        "版本 Version: ",
        "来源",
    ):
        assert told in about
    assert "S3cret" not in about
    facts = (
        "SELECT type, srid FROM geometry_columns WHERE f_table_name = '红线'"
        ' UNION SELECT min(ST_SRID(geom))::text, count(*) FROM "红线" ORDER BY 2'
    )
    assert ask(address, facts) == [("4490", 42), ("POLYGON", 4490)]
    code, said = run("export", "redline", "-o", address, "--table", "红线")
    assert code == 1
    assert "--replace" in said
    assert (
        run("export", "redline", "-o", address, "--table", "红线", "--replace")[0] == 0
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["redline", "-o", "{address}"], "--table"),
        (["elevation", "-o", "{address}", "--table", "t"], ".tif"),
        (["redline", "-o", "a.gpkg", "--table", "t"], "--table"),
        (["redline", "-o", "a.gpkg", "--replace"], "--replace"),
        (["redline", "-o", "a.gpkg", "--table", "t"], "postgresql://"),
        (["redline", "-o", "{address}", "--table", "t", "--crs", "EPSG:1"], "EPSG:1"),
    ],
)
def test_refused_with_a_reason(
    address: str, run: Run, arguments: list[str], told: str
) -> None:
    code, said = run("export", *(one.format(address=address) for one in arguments))
    assert code == 1
    assert told in said


def test_overlap_has_the_rows_of_the_file(
    address: str, run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "rows.parquet"
    assert run("overlap", "banners", "redline", "-o", str(file))[0] == 0
    code, said = run(
        "overlap", "banners", "redline", "-o", address, "--table", "pairs", "--json"
    )
    assert code == 0
    report = json.loads(said)
    wanted = pq.read_table(file).to_pylist()
    names = list(wanted[0])
    found = ask(address, "SELECT * FROM pairs")
    assert [dict(zip(names, row, strict=True)) for row in found] == wanted
    assert report["pairs"] == len(wanted) > 0
    assert report["path"] == "results:pairs"
    ((about,),) = ask(address, "SELECT obj_description('pairs'::regclass)")
    assert report["result_id"] in about
    assert report["method"] in about
    assert "模拟" in about
    indexes = "SELECT indexname FROM pg_indexes WHERE tablename = 'pairs' ORDER BY 1"
    assert ask(address, indexes) == [("pairs_left_id_idx",), ("pairs_right_id_idx",)]


@pytest.mark.parametrize(
    "question", [("overlap", "banners", "redline"), ("zonal", "province", "land_cover")]
)
def test_what_a_cluster_computes_goes_to_a_file(
    address: str, run: Run, question: tuple[str, ...]
) -> None:
    """Refused before a process of a cluster starts or the database is touched."""
    code, said = run(*question, "--engine", "dask", "-o", address, "--table", "spread")
    assert code == 1
    assert "results:spread" in said
    assert "leave --engine dask out" in said or "去掉 --engine dask" in said
    assert ".parquet" in said
    assert ask(address, "SELECT FROM pg_class WHERE relname = 'spread'") == []


def test_a_caller_from_python_is_told_the_same(address: str, tmp_path: Path) -> None:
    spread = Spread(EngineChoice("dask"), Shelf(tmp_path, None))
    with pytest.raises(DatabaseError) as refusal:
        overlap_to_file(
            Catalog(MappingProxyType({})),
            "banners",
            "redline",
            Target(address, "spread"),
            lambda *_: None,
            spread=spread,
        )
    assert refusal.value.code == "postgis_engine"


def test_areas_and_zones(address: str, run: Run) -> None:
    code, said = run("area", "leagues", "-o", address, "--table", "areas", "--json")
    assert code == 0
    report = json.loads(said)
    found = ask(address, "SELECT id, area_official_m2 FROM areas")
    wanted = [(one["id"], one["area_official_m2"]) for one in report["rows"]]
    assert found == wanted
    zones = ("zonal", "province", "climate_zone", "-o", address, "--table", "zones")
    code, said = run(*zones, "--json")
    assert code == 0
    report = json.loads(said)
    found = ask(address, "SELECT value, area_m2 FROM zones")
    assert found == [(str(one["value"]), one["area_m2"]) for one in report["rows"]]
    ((about,),) = ask(address, "SELECT obj_description('zones'::regclass)")
    assert report["result_id"] in about
    assert report["raster"]["version"] in about


def test_restricted_layer_says_so(address: str, run: Run, tmp_path: Path) -> None:
    """A person at the command line may: the copy goes on saying what it is."""
    path = tmp_path / "in.gpkg"
    plot = shapely.box(36373e3, 4466e3, 36373020.0, 4466025.0)
    gpd.GeoDataFrame({"id": ["1"]}, geometry=[plot], crs="EPSG:4524").to_file(path)
    assert run("import", str(path), "--id", "mine", "--secrecy", "内部")[0] == 0
    given = ("export", "mine", "-o", address, "--table", "mine", "--json")
    code, said = run(*given)
    assert code == 0
    assert [one["code"] for one in json.loads(said)["notes"]] == ["database_restricted"]
    ((about, public),) = ask(
        address,
        "SELECT obj_description(oid), relacl FROM pg_class WHERE relname = 'mine'",
    )
    assert "内部" in about
    assert public is None
    moved = (*given[:5], "moved", "--crs", "EPSG:4490", "--json")
    code, said = run(*moved)
    assert code == 0
    assert "export_moved" in said
    query = (
        "SELECT ST_SRID(geom), round(ST_X(ST_Centroid(geom))::numeric, 2) FROM moved"
    )
    assert [(srid, float(x)) for srid, x in ask(address, query)] == [(4490, 106.51)]
