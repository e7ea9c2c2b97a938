"""PostGIS as a source, against a real server where one is installed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_source
from layers.importing.region import Region
from layers.importing.report import ImportReport
from layers.importing.sources import open_database
from layers.readers.postgis import Database, stream_postgis
from service.cli import main

SEEDS = Path(__file__).parents[3] / "seeds"
CREATE = """
CREATE SCHEMA "规划";
CREATE TABLE "规划"."地块" (
    id int PRIMARY KEY, "名称" text, "面积" numeric(12, 4), d date, t timestamptz,
    n bigint, j jsonb, b boolean, geom geometry(MultiPolygon, 4524));
INSERT INTO "规划"."地块" VALUES
    (7, '管护房', 0.05, '2026-01-15', '2026-01-15 08:00+08', 9007199254740993,
     '{"甲": 1}', true, 'SRID=4524;MULTIPOLYGON(((36373000 4466000,36373020 4466000,
      36373020 4466025,36373000 4466025,36373000 4466000)))'),
    (8, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
CREATE TABLE many AS SELECT i AS id, ST_SetSRID(ST_MakeEnvelope(
    106 + i * 0.001, 40, 106.0005 + i * 0.001, 40.001), 4490) AS geom
    FROM generate_series(1, 2500) AS i;
CREATE TABLE two AS SELECT geom, ST_Centroid(geom) AS middle FROM many LIMIT 3;
CREATE TABLE nothing (id int);
CREATE TABLE mixed (geom geometry);
INSERT INTO mixed VALUES ('SRID=4490;POINT(106 40)'), ('SRID=4326;POINT(107 41)');
CREATE TABLE plain (geom geometry);
INSERT INTO plain VALUES ('POINT(106 40)');
CREATE TABLE earth (geom geography);
INSERT INTO earth VALUES ('SRID=4326;POINT(106 40)');
CREATE TABLE arcs (geom geometry(CurvePolygon, 4524));
INSERT INTO arcs VALUES ('SRID=4524;CURVEPOLYGON(CIRCULARSTRING(
    36420000 4466000,36421000 4466000,36420000 4466000))');
"""


@pytest.fixture(scope="module")
def address(make_database: Callable[..., str]) -> str:
    """Of a database with tables to read."""
    place = make_database("reading")
    with psycopg.connect(place) as connection:
        connection.execute(sql.SQL(CREATE))
    return place


Fetch = Callable[..., ImportReport]


@pytest.fixture
def fetch(address: str, tmp_path: Path) -> Fetch:
    def call(**source: Any) -> ImportReport:
        more = source.pop("options", {})
        options = ImportOptions.model_validate({"id": "mine", **more})
        database = Database(address, **source)
        region = Region(Catalog.open(SEEDS))
        return import_source(
            open_database(database), options, tmp_path / "work", region
        )

    return call


def test_table(fetch: Fetch, tmp_path: Path) -> None:
    report = fetch(table="规划.地块")
    assert report.crs == "EPSG:4524"
    assert (report.rows, report.rows_in_file) == (1, 2)
    assert report.area_m2 == pytest.approx(499.8017, abs=1e-3)
    assert "repair_empty" in {one["code"] for one in report.repairs}
    layer = Catalog.open(SEEDS, tmp_path / "work").vector("mine")
    row = layer.features.loc["7"]
    assert (row["名称"], row["面积"], row["n"]) == ("管护房", 0.05, 9007199254740993)
    assert (str(row["d"]), row["j"], bool(row["b"])) == (
        "2026-01-15",
        '{"甲": 1}',
        True,
    )
    assert row["t"].isoformat() == "2026-01-15T00:00:00+00:00"


def test_no_password_is_kept(fetch: Fetch, tmp_path: Path, address: str) -> None:
    report = fetch(table="规划.地块")
    assert report.files[0].name.endswith(":规划.地块")
    assert report.files[0].sha256 is None
    for file in (tmp_path / "work").rglob("*"):
        if file.is_file():
            assert b"S3cret" not in file.read_bytes(), file
    assert "S3cret" not in repr(Database(address, table="t"))


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://planner:S3cret-wrong@/postgres?host={room}",
        "postgresql://planner:S3cret-wrong@/nosuch?host={room}",
        "postgresql://planner:S3cret-wrong@127.0.0.1:1/postgres",
        "postgresql://planner:S3cret-wrong@/postgres?host={room}&nonsense=1",
        "postgresql://planner:S3cret-wrong@[/postgres",
        "postgresql:///postgres?host={room}&user=planner&password=S3cret-wrong&x=%zz",
    ],
)
def test_no_password_is_in_a_refusal(postgres_room: str, wrong: str) -> None:
    source = Database(wrong.format(room=postgres_room), table="many")
    with pytest.raises(LayerReadError) as refusal:
        list(stream_postgis(source, rows=10))
    assert refusal.value.code == "postgis_failed"
    assert "S3cret" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


def test_query_and_parts(address: str) -> None:
    query = "SELECT id * 2 AS twice, geom FROM many WHERE id <= 25;"
    parts = list(stream_postgis(Database(address, query=query), rows=10))
    assert [len(one.wkb) for one in parts] == [10, 10, 5]
    assert {one.total for one in parts} == {25}
    assert parts[0].columns["twice"].to_pylist() == list(range(2, 22, 2))
    assert parts[0].columns.column_names == ["twice"]


def test_large_table_by_bytes(fetch: Fetch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("layers.importing.taking.MOST_MEASURED", 100)
    monkeypatch.setattr("layers.importing.sources.PART_ROWS", 1000)
    report = fetch(table="many")
    assert (report.rows, report.crs, report.faults) == (2500, "EPSG:4490", {})


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ({"table": "nosuch"}, "postgis_failed"),
        ({"table": 'many"; DROP TABLE many; --'}, "postgis_failed"),
        ({"table": "nothing"}, "layer_no_geometry"),
        ({"table": "two"}, "postgis_choose"),
        ({"table": "two", "column": "shape"}, "layer_part_unknown"),
        ({"table": "mixed"}, "postgis_srid_mixed"),
        ({}, "postgis_no_source"),
        ({"table": "many", "query": "SELECT 1"}, "postgis_no_source"),
        ({"query": "DELETE FROM many RETURNING *"}, "postgis_failed"),
        (
            {"query": "SELECT geom FROM many) AS x; DELETE FROM many; --"},
            "postgis_failed",
        ),
        (
            {"query": "SELECT 1) AS x; COMMIT; DELETE FROM many; SELECT (1"},
            "postgis_failed",
        ),
    ],
)
def test_refused_with_a_reason(fetch: Fetch, source: Any, code: str) -> None:
    with pytest.raises(LayerReadError) as refusal:
        fetch(**source)
    assert refusal.value.code == code
    assert fetch(table="many").rows == 2500


def test_geometry_column_as_stated(fetch: Fetch) -> None:
    assert fetch(table="two", column="middle").geometry == "point"


def test_srid_unknown_is_asked(fetch: Fetch) -> None:
    with pytest.raises(Exception, match="EPSG:4490"):
        fetch(table="plain")
    assert fetch(table="plain", options={"crs": "EPSG:4490"}).rows == 1


def test_geography(fetch: Fetch) -> None:
    assert fetch(table="earth").crs == "EPSG:4326"


def test_arcs_become_chords(fetch: Fetch) -> None:
    """A circle of 500 m radius; chords 1 mm off keep its area to a few parts in 1e6."""
    report = fetch(table="arcs")
    assert report.area_m2 is not None
    assert report.area_m2 == pytest.approx(785_398.16, rel=3e-4)
    assert "curves" in {one["what"] for one in report.decisions}


def test_command_line(
    address: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "work"))
    given = ["import", address, "--table", "规划.地块", "--id", "mine", "--json"]
    assert main(given) == 0
    said = capsys.readouterr()
    assert '"crs":"EPSG:4524"' in said.out.replace(" ", "")
    assert "S3cret" not in said.out + said.err
    assert main([*given[:2], "--id", "mine"]) == 1
    assert "--table" in capsys.readouterr().err
