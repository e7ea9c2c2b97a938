"""Tables that are written whole or not at all, against a real server."""

import os
import signal
import subprocess
import sys
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, time
from decimal import Decimal
from typing import Any

import numpy as np
import psycopg
import pyarrow as pa
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import sql

from layers.databases import binary
from layers.databases.columns import Column, ColumnType
from layers.databases.connecting import place
from layers.databases.tables import Plan, Shape, Target, connected, new_table, planned
from layers.errors import DatabaseError
from layers.readers.postgis import Database, stream_postgis

SHAPE = "the shape"
QUOTED = "S3cret-%E5%B1%B1%E5%B7%9D"
PARCELS = pa.table({"id": ["甲", "乙"], "面积": [1.5, None]})


@pytest.fixture(scope="module")
def address(make_database: Callable[..., str]) -> str:
    return make_database("tables")


def write(target: Target, *parts: pa.Table, about: str = "", **more: Any) -> Any:
    """Write parts of a table without geometry; answer the notes."""
    return fill(target, parts[0], parts, about=about, **more)


def fill(
    target: Target,
    like: pa.Table,
    parts: Iterable[pa.Table],
    about: str = "",
    comments: Any = None,
    **more: Any,
) -> Any:
    """Write parts as they come, of which ``like`` is one."""
    columns, notes = planned([(one, like[one]) for one in like.column_names])
    plan = Plan(columns, about, comments or {}, **more)
    with (
        connected(target) as connection,
        new_table(connection, target, plan) as table,
    ):
        for part in parts:
            table.write(part)
    return (*notes, *table.notes)


def ask(address: str, query: str, *values: object) -> Any:
    with psycopg.connect(address) as connection:
        return connection.execute(sql.SQL(query), values or None).fetchall()


def leftovers(address: str) -> Any:
    return ask(address, "SELECT relname FROM pg_class WHERE relname LIKE 'ecobarrier%'")


def do(address: str, *statements: str) -> None:
    with psycopg.connect(address) as connection:
        for one in statements:
            connection.execute(sql.SQL(one))


def refused(target: Target, code: str, parts: Iterable[pa.Table] = ()) -> str:
    """Check that writing is refused, and tells no secret; answer what is said."""
    with pytest.raises(DatabaseError) as refusal:
        fill(target, PARCELS, parts)
    assert refusal.value.code == code
    said = str(refusal.value)
    assert "S3cret" not in said + repr(refusal.value) + repr(target)
    assert place(target.address) in said
    assert refusal.value.__cause__ is None
    return said


LETTERS = st.characters(exclude_categories=["Cs"])
CELLS: dict[pa.DataType, st.SearchStrategy[Any]] = {
    pa.bool_(): st.booleans(),
    pa.int16(): st.integers(-(2**15), 2**15 - 1),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.float32(): st.floats(width=32, allow_nan=False),
    pa.float64(): st.floats(allow_nan=False),
    pa.string(): st.text(LETTERS.filter(lambda one: one != "\0")),
    pa.date32(): st.dates(),
    pa.timestamp("us"): st.datetimes(),
    pa.timestamp("us", "UTC"): st.datetimes(timezones=st.just(UTC)),
    pa.time64("us"): st.times(),
    pa.decimal128(38, 0): st.integers(-(10**38) + 1, 10**38 - 1).map(Decimal),
}
NAMES = st.text(LETTERS, max_size=80)
RING = shapely.Polygon([(0.1, 0.2), (3, 0.7), (2.3, 5), (0.1, 0.2)], [])
SHAPES = st.sampled_from(
    [
        None,
        shapely.Point(106.1, 40.3),
        shapely.Point(),
        shapely.LineString([(0.1, 0.1), (0.3, 1e-300)]),
        shapely.MultiPoint([(1, 2), (3, 4)]),
        shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3.1)]]),
        RING,
        shapely.Polygon(),
        shapely.MultiPolygon([RING, shapely.box(10, 10, 11, 11)]),
        shapely.MultiPolygon(),
        shapely.GeometryCollection([RING, shapely.Point(1, 1)]),
    ]
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[pa.Table, list[Any]]:
    rows = draw(st.integers(0, 5))
    names = draw(st.lists(NAMES, unique=True, max_size=6))
    columns = {}
    for name in names:
        kind = draw(st.sampled_from(list(CELLS)))
        values = st.lists(st.none() | CELLS[kind], min_size=rows, max_size=rows)
        columns[name] = pa.array(draw(values), kind)
    shapes = draw(st.lists(SHAPES, min_size=rows, max_size=rows))
    keys = pa.array([str(k) for k in range(rows)], pa.string())
    return pa.table({"the key": keys, **columns}), shapes


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=tables(), srid=st.sampled_from([4490, 4524, 4326]))
def test_any_table_comes_back(
    address: str, made: tuple[pa.Table, list[Any]], srid: int
) -> None:
    table, shapes = made
    target = Target(address, "public.any", replace=True)
    columns, _ = planned([(one, table[one]) for one in table.column_names])
    geometry = ColumnType(f"geometry(Geometry,{srid})", binary.octets)
    plan = Plan(
        (*columns, Column(SHAPE, "geom of all", geometry)),
        "",
        {},
        Shape(SHAPE, frozenset(), srid),
        "the key",
    )
    wkb = pa.array(shapely.to_wkb(np.array(shapes, dtype=object)), pa.large_binary())
    with connected(target) as connection, new_table(connection, target, plan) as out:
        out.write(table.append_column(SHAPE, wkb))
    parts = list(stream_postgis(Database(address, table="public.any"), rows=1000))
    if not shapes:
        assert parts == []
        return
    (part,) = parts
    assert part.columns.column_names == [one.name for one in columns]
    for one in columns:
        found, wanted = part.columns[one.name], table[one.source]
        assert found.type == wanted.type
        assert found.to_pylist() == wanted.to_pylist()
    again = shapely.from_wkb(part.wkb.to_numpy(zero_copy_only=False))
    assert shapely.to_wkb(again).tolist() == wkb.to_pylist()
    if any(one is not None for one in shapes):
        assert part.crs is not None
        assert part.crs.to_epsg() == srid


STAMP = "timestamp without time zone"
DOUBLE = "double precision"
Case = tuple[Any, pa.DataType | None, str, str | None]
KEPT: list[Case] = [
    (2**64 - 1, pa.uint64(), "numeric(20,0)", "18446744073709551615"),
    (7, pa.uint64(), "bigint", "7"),
    (200, pa.uint8(), "smallint", "200"),
    (Decimal("-12.340"), pa.decimal128(9, 3), "numeric(9,3)", "-12.340"),
    (Decimal("1200"), pa.decimal128(5, -2), "numeric(7,0)", "1200"),
    (1_000, pa.timestamp("ns"), STAMP, "1970-01-01 00:00:00.000001"),
    (date(1900, 2, 28), pa.date64(), "date", "1900-02-28"),
    (time(23, 59), pa.time32("s"), "time without time zone", "23:59:00"),
    ("红", pa.dictionary(pa.int32(), pa.string()), "text", "红"),
    ("红", pa.string_view(), "text", "红"),
    (0.1, pa.float16(), DOUBLE, "0.0999755859375"),
    (float("nan"), pa.float64(), DOUBLE, "NaN"),
    (float("-inf"), pa.float64(), DOUBLE, "-Infinity"),
    ("a\n\\.\n\t\"'", pa.string(), "text", "a\n\\.\n\t\"'"),
]
CHANGED: list[Case] = [
    (1, pa.timestamp("ns"), "text", "1970-01-01T00:00:00.000000001"),
    (90_000, pa.duration("s"), "text", "P1DT1H0M0S"),
    (["甲", None], pa.list_(pa.string()), "jsonb", '["甲", null]'),
    ({"a": 1.5}, None, "jsonb", '{"a": 1.5}'),
    (b"\0\xff", pa.binary(), "bytea", "\\x00ff"),
    (None, pa.null(), "text", None),
    ("a\0b", pa.string(), "text", "ab"),
]


@pytest.mark.parametrize(
    ("value", "kind", "sql_type", "stored", "told"),
    [*((*one, False) for one in KEPT), *((*one, True) for one in CHANGED)],
)
def test_types_hold_what_they_are_given(
    address: str,
    value: object,
    kind: pa.DataType | None,
    sql_type: str,
    stored: str | None,
    told: bool,
) -> None:
    """What PostgreSQL itself prints of the value; what comes back otherwise is said."""
    table = pa.table({"值": pa.array([value], kind)})
    notes = write(Target(address, "kinds", replace=True), table)
    assert bool(notes) == told
    found = ask(
        address,
        'SELECT "值"::text, format_type(atttypid, atttypmod) FROM kinds, pg_attribute'
        " WHERE attrelid = 'kinds'::regclass AND attname = '值'",
    )
    assert found == [(stored, sql_type)]


def test_what_the_server_cannot_hold_is_refused(address: str) -> None:
    far = pa.table({"d": pa.array([2**31 - 1], pa.int32()).cast(pa.date32())})
    with pytest.raises(DatabaseError, match="date out of range"):
        write(Target(address, "far"), far)
    assert leftovers(address) == []


def test_names(address: str) -> None:
    """Reserved, system, quoted, empty, doubled by cutting; upper case beside lower."""
    long = "永久基本农田保护图斑面积平方米统计表" * 2
    names = ["select", "ctid", 'a"; DROP TABLE x; --', "", f"{long}甲", f"{long}乙"]
    names += ["A", "a", "%s"]
    table = pa.table({name: [k] for k, name in enumerate(names)})
    (note,) = write(Target(address, "public.名称"), table)
    found = ask(
        address,
        "SELECT attname FROM pg_attribute WHERE attrelid = '名称'::regclass"
        " AND attnum > 0 ORDER BY attnum",
    )
    cut = "永久基本农田保护图斑面积平方米统计表永久基"
    stored = ["select", "ctid_", names[2], "column", cut, f"{cut[:-1]}_2"]
    assert [name for (name,) in found] == [*stored, "A", "a", "%s"]
    assert note.code == "database_names"
    assert ask(address, 'SELECT sum("select"), sum("%s") FROM "名称"') == [(0, 8)]


def test_about_and_indexes(address: str) -> None:
    said = {"面积": "平方米 | m²"}
    about = "状态 Status: 示意\n100 % \0"
    target = Target(address, "told")
    write(target, PARCELS, about=about, comments=said, key="id", indexed=("面积",))
    found = ask(
        address,
        "SELECT obj_description(oid), col_description(oid, 2) FROM pg_class"
        " WHERE relname = 'told'",
    )
    assert found == [("状态 Status: 示意\n100 % ", "平方米 | m²")]
    query = "SELECT indexdef FROM pg_indexes WHERE tablename = 'told' ORDER BY 1"
    assert [one for (one,) in ask(address, query)] == [
        'CREATE INDEX "told_面积_idx" ON public.told USING btree ("面积")',
        "CREATE UNIQUE INDEX told_pkey ON public.told USING btree (id)",
    ]
    # The planner knows the table at once.
    query = "SELECT reltuples FROM pg_class WHERE relname = 'told'"
    assert ask(address, query) == [(2,)]


def test_an_older_table_is_kept_unless_told(address: str) -> None:
    target = Target(address, "public.older")
    write(target, PARCELS)
    assert "--replace" in refused(target, "postgis_table_exists")
    assert ask(address, "SELECT count(*) FROM older") == [(2,)]
    write(Target(address, "older", replace=True), PARCELS, PARCELS)
    assert ask(address, "SELECT count(*) FROM older") == [(4,)]


def test_a_table_that_appears_meanwhile_is_kept(address: str) -> None:
    def parts() -> Iterator[pa.Table]:
        yield PARCELS
        do(address, "CREATE TABLE late (n int)")

    refused(Target(address, "late"), "postgis_table_exists", parts())
    assert ask(address, "SELECT count(*) FROM late") == [(0,)]


def test_rights_stay_with_a_replaced_table(address: str) -> None:
    do(
        address,
        "CREATE ROLE reader",
        'CREATE ROLE "审批 a" LOGIN',
        "CREATE TABLE shared (id text)",
        "GRANT SELECT ON shared TO PUBLIC",
        "GRANT SELECT, UPDATE ON shared TO reader WITH GRANT OPTION",
        'ALTER TABLE shared OWNER TO "审批 a"',
    )
    facts = (
        "SELECT (SELECT array_agg(one::text ORDER BY one::text)"
        " FROM unnest(relacl) one), pg_get_userbyid(relowner)"
        " FROM pg_class WHERE relname = 'shared'"
    )
    before = ask(address, facts)
    write(Target(address, "shared", replace=True), PARCELS)
    assert ask(address, facts) == before
    assert ask(address, "SELECT count(*) FROM shared") == [(2,)]


@pytest.mark.parametrize(
    ("name", "code", "statements"),
    [
        ("v", "not_plain", ["CREATE VIEW v AS SELECT 1 AS n"]),
        ("p", "not_plain", ["CREATE TABLE p (n int) PARTITION BY LIST (n)"]),
        (
            "r",
            "not_plain",
            ["CREATE TABLE r (n int)", "ALTER TABLE r ENABLE ROW LEVEL SECURITY"],
        ),
        (
            "c",
            "not_plain",
            ["CREATE TABLE c (n int)", "GRANT SELECT (n) ON c TO PUBLIC"],
        ),
        (
            "needed",
            "table_needed",
            ["CREATE TABLE needed (n int)", "CREATE VIEW x AS SELECT * FROM needed"],
        ),
        ("nosuch.t", "schema_missing", []),
        ("表" * 22, "name_long", []),
        ("", "name_long", []),
        ("public.", "name_long", []),
        ("information_schema.tables", "not_plain", []),
    ],
)
def test_refused_with_a_reason(
    address: str, name: str, code: str, statements: list[str]
) -> None:
    do(address, *statements)
    refused(Target(address, name, replace=True), f"postgis_{code}")
    assert leftovers(address) == []


def test_no_right_to_create(address: str) -> None:
    do(
        address,
        "CREATE ROLE guest LOGIN PASSWORD 'S3cret-guest'",
        "CREATE SCHEMA closed",
        "CREATE TABLE of_planner (n int)",
        "GRANT ALL ON SCHEMA public TO guest",
    )
    guest = address.replace(f"planner:{QUOTED}", "guest:S3cret-guest")
    assert guest != address
    refused(Target(guest, "closed.t"), "postgis_no_right")
    refused(Target(guest, "of_planner", replace=True), "postgis_no_right")
    write(Target(guest, "own"), PARCELS)


def test_no_server(address: str) -> None:
    down = Target("postgresql://planner:S3cret-x@127.0.0.1:1/plans", "a.b")
    assert "127.0.0.1:1/plans:a.b" in refused(down, "postgis_unreachable")
    refused(Target(address.replace("/tables?", "/nosuch?"), "t"), "postgis_unreachable")


def test_no_login(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGPASSFILE", "/dev/null")
    without = address.replace(f":{QUOTED}", "")
    for one in (address.replace(QUOTED, "S3cret-wrong"), without):
        assert "PGPASSWORD" in refused(Target(one, "t"), "postgis_login")
    monkeypatch.setenv("PGPASSWORD", urllib.parse.unquote(QUOTED))
    write(Target(without, "by_environment"), PARCELS)


def test_two_writers_of_one_table(address: str) -> None:
    target = Target(address, "twice", replace=True)

    def parts() -> Iterator[pa.Table]:
        refused(target, "postgis_busy")
        yield PARCELS

    fill(target, PARCELS, parts())
    assert ask(address, "SELECT count(*) FROM twice") == [(2,)]


def test_a_table_in_use_is_not_waited_for_for_ever(
    address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.databases.tables.LOCK_SECONDS", 0.1)
    do(address, "CREATE TABLE used (n int)")
    with psycopg.connect(address) as reader:
        reader.execute("SELECT * FROM used")
        refused(
            Target(address, "used", replace=True), "postgis_table_in_use", [PARCELS]
        )


def backend(address: str) -> int:
    """Process of the server that serves the writer."""
    query = "SELECT pid FROM pg_stat_activity WHERE application_name = 'ecobarrier'"
    ((found,),) = ask(address, query)
    return int(found)


def test_connection_cut_in_the_middle(address: str) -> None:
    target = Target(address, "cut", replace=True)
    write(target, PARCELS)

    def parts() -> Iterator[pa.Table]:
        yield PARCELS
        ask(address, "SELECT pg_terminate_backend(%s)", backend(address))
        for _ in range(10_000):
            yield PARCELS

    refused(target, "postgis_cut", parts())
    assert ask(address, "SELECT count(*) FROM cut") == [(2,)]
    assert leftovers(address) == []


def test_disk_of_the_server_full(address: str) -> None:
    """The server's process may write no file beyond 20 MB: what a full disk answers."""
    target = Target(address, "crowded", replace=True)
    write(target, PARCELS)
    large = pa.table({"id": ["行" * 300] * 1000, "面积": [0.0] * 1000})

    def parts() -> Iterator[pa.Table]:
        yield PARCELS
        limit = [f"--pid={backend(address)}", f"--fsize={20 * 2**20 + 100}"]
        user = "postgres" if os.geteuid() == 0 else None
        subprocess.run(["prlimit", *limit], check=True, user=user)
        for _ in range(40):
            yield large

    refused(target, "postgis_disk_full", parts())
    assert ask(address, "SELECT count(*) FROM crowded") == [(2,)]
    assert leftovers(address) == []


KILLED = """
import sys, pyarrow as pa
from layers.databases.tables import Plan, Target, connected, new_table, planned
target = Target(sys.argv[1], "killed", replace=True)
table = pa.table({"id": ["x"] * 1000})
columns, _ = planned([("id", table["id"])])
with connected(target) as connection:
    with new_table(connection, target, Plan(columns, "", {})) as out:
        out.write(table)
        print("writing", flush=True)
        while True:
            out.write(table)
"""


def test_a_killed_client_leaves_the_older_table(address: str) -> None:
    write(Target(address, "killed"), PARCELS)
    command = [sys.executable, "-c", KILLED, address]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == b"writing\n"
        client.send_signal(signal.SIGKILL)
    write(Target(address, "killed", replace=True), PARCELS, PARCELS)
    assert ask(address, "SELECT count(*) FROM killed") == [(4,)]
    assert leftovers(address) == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://u:p@10.1.2.3:5433/cadastre", "10.1.2.3:5433/cadastre"),
        ("postgresql://u:S3cret/x@host/db", "PostGIS"),
        ("postgresql://u:12/S3cret@host/db", "PostGIS"),
        ("postgresql://u:S3cret?x@host/db", "host/db"),
        ("postgresql://host/db?password=S3@cret", "host/db"),
        ("postgresql:///db?host=/run/postgresql&password=S3cret", "db"),
        ("postgresql://[S3cret", "PostGIS"),
        ("postgresql://u:S3cret@[::1]:5432/db", "::1:5432/db"),
    ],
)
def test_place_shows_no_password(text: str, shown: str) -> None:
    assert place(text) == shown
