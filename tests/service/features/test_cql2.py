"""Filters: what is understood, what is refused, and what must not end the process."""

import subprocess
import sys
import threading
import time
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.query.conditions import (
    Always,
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Constant,
    Field,
    Folded,
    In,
    IsNull,
    IsTrue,
    Like,
    Not,
    Or,
    Spatial,
    Temporal,
)
from service.errors import QueryError
from service.features.cql2 import (
    MAX_EFFORT,
    MAX_LENGTH,
    MAX_OPERATORS,
    MAX_SIGNS,
    Language,
    read_filter,
    require_simple,
)
from service.features.crs import offered_crs

A = Field("a", "number", "a")
N = Field("n", "integer", "n")
T = Field("t", "text", "t")
B = Field("b", "boolean", "b")
D = Field("d", "date", "d")
S = Field("s", "timestamp", "s")
LISTED = Field("many", "other", "many")
CHINESE = Field("名称", "text", "名称")
FIELDS = (A, N, T, B, D, S, LISTED, CHINESE)


def read(
    text: str, language: Language = "cql2-text", crs: str | None = None
) -> Condition:
    return read_filter(text, language, FIELDS, offered_crs(crs, "filter-crs", "x"))


def one(value: float) -> Condition:
    return Compare("=", Column(A), Constant(value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a = 1", one(1.0)),
        ("n >= -2", Compare(">=", Column(N), Constant(-2.0))),
        ("a = 1 OR a = 2 AND a = 3", Or((one(1), And((one(2), one(3)))))),
        ("NOT a = 1 AND a = 2", And((Not(one(1)), one(2)))),
        ("t LIKE 'x%'", Like(Column(T), "x%")),
        ("t NOT LIKE 'x%'", Not(Like(Column(T), "x%"))),
        ("CASEI(t) LIKE CASEI('X%')", Like(Folded("case", Column(T)), "x%")),
        (
            "ACCENTI(t) = ACCENTI('Ōrdos')",
            Compare("=", Folded("accents", Column(T)), Constant("Ordos")),
        ),
        ("t IN ('x','y')", In(Column(T), ("x", "y"))),
        ("t IS NULL", IsNull(T)),
        ("many IS NOT NULL", Not(IsNull(LISTED))),
        ("geometry IS NULL", IsNull(None)),
        ("b", IsTrue(B)),
        ("b = true", Compare("=", Column(B), Constant(True))),
        ("名称 = '红线'", Compare("=", Column(CHINESE), Constant("红线"))),
        ("\"名称\" = 'it''s'", Compare("=", Column(CHINESE), Constant("it's"))),
        ("t < id", Compare("<", Column(T), Column(Field("id", "text", "id")))),
        (
            "a + n * 2 > 3",
            Compare(
                ">",
                Arithmetic("+", Column(A), Arithmetic("*", Column(N), Constant(2.0))),
                Constant(3.0),
            ),
        ),
        (
            "a BETWEEN 1 AND 2",
            And(
                (
                    Compare(">=", Column(A), Constant(1.0)),
                    Compare("<=", Column(A), Constant(2.0)),
                )
            ),
        ),
        ("true", Always(True)),
    ],
)
def test_understood(text: str, expected: Condition) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "relation", "holds"),
    [
        ("d = DATE('2020-01-01')", "intersects", True),
        ("d <> DATE('2020-01-01')", "intersects", False),
        ("d < TIMESTAMP('2020-01-01T00:00:00Z')", "before", True),
        ("s <= DATE('2020-01-01')", "after", False),
        ("DATE('2020-01-01') <= s", "after", False),
        ("T_AFTER(d, DATE('2020-01-01'))", "after", True),
        ("T_DURING(d, INTERVAL('2020-01-01','..'))", "during", True),
        ("T_METBY(INTERVAL(d,s), INTERVAL('2020-01-01','2021-01-01'))", "metby", True),
    ],
)
def test_times(text: str, relation: str, holds: bool) -> None:
    found = read(text)
    if isinstance(found, Not):
        assert not holds
        found = found.part
    assert isinstance(found, Temporal)
    assert found.relation == relation


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("S_INTERSECTS(geometry, BBOX(110,40,112,42))", "intersects"),
        ("S_WITHIN(geometry, POLYGON((0 0,9 0,9 9,0 0)))", "within"),
        ("S_WITHIN(POLYGON((0 0,9 0,9 9,0 0)), geometry)", "contains"),
        ("S_CONTAINS(POINT(1 2), geometry)", "within"),
        ("S_TOUCHES(LINESTRING(0 0,1 1), geometry)", "touches"),
    ],
)
def test_spatial(text: str, relation: str) -> None:
    found = read(text)
    assert isinstance(found, Spatial)
    assert found.relation == relation


def test_hard_25_geometries_are_in_the_axis_order_of_filter_crs() -> None:
    lon_lat = read("S_INTERSECTS(geometry, BBOX(110,40,112,42))")
    lat_lon = read("S_INTERSECTS(geometry, BBOX(40,110,42,112))", crs="EPSG:4490")
    assert isinstance(lon_lat, Spatial)
    assert isinstance(lat_lon, Spatial)
    assert lon_lat.geometry.equals(lat_lon.geometry)


def test_a_box_across_the_180th_meridian_is_two() -> None:
    found = read("S_INTERSECTS(geometry, BBOX(170,40,-170,42))")
    assert isinstance(found, Spatial)
    assert found.geometry.area == pytest.approx(40)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "filter_syntax"),
        ("a =", "filter_syntax"),
        ("a = 1; DROP TABLE x", "filter_syntax"),
        ("a", "filter_not_condition"),
        ("'a'", "filter_not_condition"),
        ("a + 1", "filter_operator_unknown"),
        ("size = 1", "property_unknown"),
        ("a = 'x'", "filter_kinds_differ"),
        ("t = 1", "filter_kinds_differ"),
        ("t + 1 = 2", "filter_kinds_differ"),
        ("b < true", "filter_kinds_differ"),
        ("a IN ('x')", "filter_kinds_differ"),
        ("a LIKE 'x'", "filter_kinds_differ"),
        ("t LIKE t", "filter_kinds_differ"),
        ("CASEI(a) = 'x'", "filter_kinds_differ"),
        ("a = NULL", "filter_null"),
        ("many = 'x'", "property_not_sortable"),
        ("a = DATE('2020-01-01')", "filter_kinds_differ"),
        ("d = DATE('2020-13-45')", "datetime_invalid"),
        ("d = 'x'", "datetime_invalid"),
        ("A_CONTAINS(many, ('x'))", "filter_operator_unknown"),
        ("evil(a) = 1", "filter_operator_unknown"),
        ("S_INTERSECTS(a, POINT(1 2))", "filter_kinds_differ"),
        ("S_INTERSECTS(POINT(1 2), POINT(1 2))", "filter_not_condition"),
        ("S_INTERSECTS(geometry, geometry)", "filter_geometry_invalid"),
        ("S_INTERSECTS(geometry, POINT(41 111))", "filter_geometry_off_globe"),
        ("S_INTERSECTS(geometry, POLYGON EMPTY)", "filter_geometry_invalid"),
        (
            "S_INTERSECTS(geometry, POLYGON((0 0,2 2,2 0,0 2,0 0)))",
            "filter_geometry_invalid",
        ),
        ("S_INTERSECTS(geometry, POLYGON((0 0,1 1,0 0)))", "filter_geometry_invalid"),
        ("S_INTERSECTS(geometry, BBOX(1,50,2,40))", "bbox_order"),
        ("S_INTERSECTS(geometry, BBOX(1,50,2))", "bbox_numbers"),
    ],
)
def test_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(QueryError) as refusal:
        read(text)
    assert refusal.value.code == code
    assert refusal.value.details["parameter"] == "filter"


NO_CONDITIONS = ["", "{", "[]", "5", '"a"', "null", '{"op":"="}']
NO_CONDITIONS += ['{"op":"=","args":[]}', '{"op":"and","args":[1]}', '{"args":[]}']
NO_CONDITIONS += ['{"op":"not","args":[]}', '{"op":5,"args":[]}', '{"property":5}']
NO_CONDITIONS += ['{"op":"in","args":[{"property":"a"},[]]}', '{"op":"x","args":[]}']
NO_CONDITIONS += ['{"op":"s_intersects","args":[{"property":"geometry"},5]}']
NO_CONDITIONS += ['{"op":"t_after","args":[{"property":"d"},{"interval":[1]}]}']
NO_CONDITIONS += ['{"op":"between","args":[{"property":"a"},1]}']


@pytest.mark.parametrize("text", NO_CONDITIONS)
def test_json_that_is_no_condition(text: str) -> None:
    with pytest.raises(QueryError):
        read(text, "cql2-json")


# What ends the process in cql2 0.6.0 (4000 and more), or holds it for minutes.
HOSTILE = {
    "open brackets": "(" * 40,
    "brackets": "(" * 5000 + "a=1" + ")" * 5000,
    "brackets with a fault": "(" * 20 + "a=" + ")" * 20,
    "nots": "NOT " * 5000 + "a=1",
    "signs": "-" * 5000 + "a = 1",
    "signs apart": "- " * 5000 + "a = 1",
    "comparisons": "a" + ">1" * 5000,
    "sums": "a = 1" + " -1" * 15_000,
    "sums in brackets": "a = (1" + " -1" * 15_000 + ")",
    "functions": "CASEI(" * 5000 + "t" + ")" * 5000 + "='x'",
    "ors in brackets": "(" * 10 + "a=1 OR " * 8000 + "a=" + ")" * 10,
    "closed before it is opened": ")" * 5000 + "(" * 25 + "a=1" + ")" * 25,
    "likes": "a" + " LIKE" * 11_000,
    "likes without blanks": "a" + "like" * 14_000,
    "intervals": "INTERVAL('..','..')" * 3000,
    "betweens": "a" + " BETWEEN 1 AND 2" * 3000,
    "long": "t = '" + "x" * MAX_LENGTH + "'",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_cql2_hostile_text_is_refused_before_it_is_parsed(name: str) -> None:
    start = time.process_time()
    with pytest.raises(QueryError) as refusal:
        read(HOSTILE[name])
    assert refusal.value.code == "filter_too_complex"
    assert time.process_time() - start < 2


SMALL_STACK = """
import sys, threading
from service.errors import QueryError
from service.features.cql2 import read_filter
from service.features.crs import offered_crs

def read():
    try:
        read_filter(sys.stdin.read(), sys.argv[1], (), offered_crs(None, "x", "x"))
    except QueryError as error:
        print(error.code)
    else:
        print("understood")

threading.stack_size(512 * 1024)
thread = threading.Thread(target=read)
thread.start()
thread.join()
"""
ON_A_SMALL_STACK = {
    "nots": "NOT " * (MAX_OPERATORS - 1) + "a",
    "likes": "a" + " LIKE" * MAX_OPERATORS,
    "intervals": "INTERVAL('..','..')" * MAX_OPERATORS,
    "sums": "a = 1" + " *1" * (MAX_OPERATORS - 2),
    "names": "a." * (MAX_LENGTH // 2),
    "points": "S_INTERSECTS(geometry, MULTIPOINT(" + "1 1," * 14_000 + "1 1))",
    "nested collections": "S_WITHIN(g, " + "GEOMETRYCOLLECTION(" * 7 + ")" * 8,
    "digits": "a = " + "9" * (MAX_LENGTH - 10),
    "blanks": " " * (MAX_LENGTH - 10) + "a = 1",
    "quotes": "'" * (MAX_LENGTH - 1),
    "numbers of WKT": "S_WITHIN(g, POINT(1e999 -1e999))",
    "empty WKT": "S_WITHIN(g, POINT())",
}


@pytest.mark.parametrize("name", ON_A_SMALL_STACK)
def test_cql2_what_is_let_through_needs_no_large_stack(name: str) -> None:
    """In a process of its own: an overflow ends it."""
    done = subprocess.run(
        [sys.executable, "-c", SMALL_STACK, "cql2-text"],
        input=ON_A_SMALL_STACK[name],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.returncode
    assert done.stdout.strip(), done.stderr


def test_cql2_blanks_are_read_in_no_time() -> None:
    """Looking for signs once took the square of a run of blanks: a minute."""
    start = time.process_time()
    with pytest.raises(QueryError):
        read("a =" + " " * (MAX_LENGTH - 10))
    assert time.process_time() - start < 2


def test_cql2_parser_has_the_stack_it_may_need(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without our scan, the deepest recursion known still ends in an answer."""
    from service.features import cql2

    monkeypatch.setattr(cql2, "require_simple", lambda *_: None)
    with pytest.raises(QueryError):
        read("a" + "LIKE" * (MAX_LENGTH // 4 - 1))
    # Other threads keep the usual size.
    assert threading.stack_size() == 0


def test_cql2_json_nested_deeply_is_refused() -> None:
    for depth in (50, 120, 5000):
        text = '{"op":"not","args":[' * depth + "true" + "]}" * depth
        if depth == 50:
            assert isinstance(read(text, "cql2-json"), Not)
            continue
        with pytest.raises(QueryError):
            read(text, "cql2-json")


def test_large_but_plain_filters_pass() -> None:
    ring = ",".join(f"{110 + i / 1000} {-40 - i % 7 / 10}" for i in range(1500))
    require_simple(f"S_INTERSECTS(geometry, LINESTRING({ring}))", "filter")
    listed = ",".join(f"'{i}'" for i in range(3000))
    assert isinstance(read(f"t IN ({listed})"), In)
    assert isinstance(read(" OR ".join(["a=1"] * 200)), Or)


def test_as_much_as_is_let_through_can_be_parsed() -> None:
    read("a = 1" + " -1" * (MAX_SIGNS - 5))
    with pytest.raises(QueryError, match="filter"):
        read("NOT " * (MAX_OPERATORS - 2) + "a=1")
    depth, length = 10, int(MAX_EFFORT / 2**10) - 40
    start = time.process_time()
    with pytest.raises(QueryError) as refusal:
        read("(" * depth + "t='" + "x" * (length - 60) + "' and t=" + ")" * depth)
    assert refusal.value.code == "filter_syntax"
    assert time.process_time() - start < 5


WORDS = ["a", "t", "b", "d", "geometry", "id", "AND", "OR", "NOT", "(", ")", "=", "<>"]
WORDS += [
    "LIKE",
    "IN",
    "BETWEEN",
    "IS",
    "NULL",
    "1",
    "-1.5",
    "'x'",
    ",",
    "DATE",
    "TRUE",
]
WORDS += [
    "S_INTERSECTS",
    "POINT",
    "BBOX",
    "T_AFTER",
    "INTERVAL",
    "'..'",
    "+",
    "*",
    "div",
]
WORDS += ["POLYGON", "EMPTY", "CASEI", "TIMESTAMP", "'2020-01-01'", "\x00", "\\", '"']


@given(st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join))
def test_any_text_is_a_condition_or_a_refusal(text: str) -> None:
    with suppress(QueryError):
        read(text)


JSON_VALUES: Any = st.recursive(
    st.none()
    | st.booleans()
    | st.floats()
    | st.sampled_from(["a", "x", "d", "..", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.fixed_dictionaries(
            {
                "op": st.sampled_from(
                    [
                        "=",
                        "and",
                        "not",
                        "in",
                        "like",
                        "between",
                        "s_within",
                        "t_after",
                        "+",
                    ]
                ),
                "args": st.lists(inner, max_size=3),
            }
        )
        | st.fixed_dictionaries(
            {"property": st.sampled_from(["a", "t", "d", "geometry"])}
        )
        | st.fixed_dictionaries({"interval": st.lists(inner, max_size=3)})
        | st.fixed_dictionaries({"bbox": st.lists(st.floats(), max_size=6)})
        | st.fixed_dictionaries({"date": st.sampled_from(["2020-01-01", "x"])})
        | st.fixed_dictionaries(
            {"type": st.just("Point"), "coordinates": st.lists(st.floats(), max_size=3)}
        )
    ),
    max_leaves=12,
)


@given(JSON_VALUES)
def test_any_tree_is_a_condition_or_a_refusal(tree: object) -> None:
    from service.features.cql2_translation import Translator

    with suppress(QueryError):
        Translator(FIELDS, offered_crs(None, "filter-crs", "x"), "filter").condition(
            tree
        )
