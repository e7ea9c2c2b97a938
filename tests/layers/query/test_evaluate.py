"""Conditions against SQLite, which knows the same three-valued logic."""

import sqlite3
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
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
)
from layers.query.evaluate import selected

ROWS: list[tuple[str | None, int | None, float | None, bool | None]] = [
    ("西盟", 1, 0.5, True),
    ("东盟", 2, -1.5, False),
    ("a%b", 0, 0.0, True),
    ("ab", -3, 2.0, None),
    ("Ab", 3, 1e9, False),
    ("", 7, 3.25, True),
    (None, 2, None, False),
    ("b", None, 1.0, True),
    (None, None, None, None),
]
TEXT = Field("text", "text", "t")
WHOLE = Field("whole", "integer", "i")
NUMBER = Field("number", "number", "x")
TRUTH = Field("truth", "boolean", "b")
TYPES = {"t": pa.string(), "i": pa.int32(), "x": pa.float64(), "b": pa.bool_()}
TABLE = pa.table(
    {
        name: pa.array([row[place] for row in ROWS], kind)
        for place, (name, kind) in enumerate(TYPES.items())
    }
)


@pytest.fixture
def pick(memory_chunk: Any) -> Any:
    def found(condition: Condition, table: pa.Table = TABLE) -> list[int]:
        shapes = np.full(table.num_rows, None, dtype=object)
        marked = selected(condition, memory_chunk(table, shapes))
        return np.flatnonzero(marked).tolist()

    return found


def sqlite() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("PRAGMA case_sensitive_like = ON")
    connection.execute("CREATE TABLE features (row INTEGER, t, i, x, b)")
    rows = [(number, *row) for number, row in enumerate(ROWS)]
    connection.executemany("INSERT INTO features VALUES (?, ?, ?, ?, ?)", rows)
    return connection


def sql_value(value: Any) -> str:
    match value:
        case Column(field):
            return field.column
        case Constant(stated) if isinstance(stated, str):
            return "'" + stated.replace("'", "''") + "'"
        case Constant(stated):
            return repr(float(stated))
        case Arithmetic(operation, left, right):
            return f"({sql_value(left)} {operation} {sql_value(right)})"
    raise AssertionError(value)


def sql(condition: Condition) -> str:
    match condition:
        case Always(value):
            return {True: "1", False: "0", None: "NULL"}[value]
        case And(parts):
            return "(" + " AND ".join(map(sql, parts)) + ")"
        case Or(parts):
            return "(" + " OR ".join(map(sql, parts)) + ")"
        case Not(part):
            return f"(NOT {sql(part)})"
        case Compare(relation, left, right):
            return f"({sql_value(left)} {relation} {sql_value(right)})"
        case Like(value, pattern):
            stated = pattern.replace("'", "''")
            return f"({sql_value(value)} LIKE '{stated}' ESCAPE '\\')"
        case In(value, among):
            constants = ", ".join(sql_value(Constant(one)) for one in among)
            return f"({sql_value(value)} IN ({constants}))"
        case IsNull(field):
            assert field is not None
            return f"({field.column} IS NULL)"
        case IsTrue(field):
            return field.column
    raise AssertionError(condition)


texts = st.sampled_from(["西盟", "ab", "a%b", "", "b", "zz"])
numbers = st.sampled_from([-3.0, 0.0, 0.5, 1.0, 2.0, 3.25, 1e9])
number_values = st.recursive(
    st.sampled_from([Column(WHOLE), Column(NUMBER)]) | numbers.map(Constant),
    lambda inner: st.builds(Arithmetic, st.sampled_from(["+", "-", "*"]), inner, inner),
    max_leaves=3,
)
text_values = st.just(Column(TEXT)) | texts.map(Constant)
relations = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
patterns = st.sampled_from(["%", "a%", "_b", "%盟", r"a\%b", "", "A_", "%%"])
tests = (
    st.builds(Compare, relations, number_values, number_values)
    | st.builds(Compare, relations, text_values, text_values)
    | st.builds(Like, st.just(Column(TEXT)), patterns)
    | st.builds(In, st.just(Column(TEXT)), st.lists(texts, min_size=1).map(tuple))
    | st.builds(
        In,
        st.sampled_from([Column(WHOLE), Column(NUMBER)]),
        st.lists(numbers, min_size=1).map(tuple),
    )
    | st.builds(IsNull, st.sampled_from([TEXT, WHOLE, NUMBER, TRUTH]))
    | st.just(IsTrue(TRUTH))
    | st.sampled_from([Always(True), Always(False), Always(None)])
)
conditions = st.recursive(
    tests,
    lambda inner: (
        st.builds(Not, inner)
        | st.builds(And, st.lists(inner, min_size=1, max_size=3).map(tuple))
        | st.builds(Or, st.lists(inner, min_size=1, max_size=3).map(tuple))
    ),
    max_leaves=6,
)


@given(condition=conditions)
@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_same_rows_as_sqlite(pick: Any, condition: Condition) -> None:
    query = " ".join(["SELECT row FROM features WHERE", sql(condition)])
    assert pick(condition) == sorted(row for (row,) in sqlite().execute(query))


def test_missing_values_are_unknown_not_false(pick: Any) -> None:
    is_west = Compare("=", Column(TEXT), Constant("西盟"))
    assert pick(is_west) == [0]
    assert pick(Not(is_west)) == [1, 2, 3, 4, 5, 7]
    assert pick(Or((is_west, Not(is_west)))) == [0, 1, 2, 3, 4, 5, 7]
    among = In(Column(WHOLE), (2.0, 2.5))
    assert pick(among) == [1, 6]
    assert pick(Not(among)) == [0, 2, 3, 4, 5]


def test_case_and_accents_are_folded(pick: Any) -> None:
    table = pa.table({"t": ["ABC", "abc", "Ordós", "ORDOS", "Ōrdos", None]})
    lower = Folded("case", Column(TEXT))
    assert pick(Compare("=", lower, Constant("abc")), table) == [0, 1]
    both = Folded("accents", lower)
    assert pick(Compare("=", both, Constant("ordos")), table) == [2, 3, 4]
    assert pick(Like(both, "ord%"), table) == [2, 3, 4]


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("/", [0.5, np.inf]), ("div", [0.0, np.inf]), ("%", [1.0]), ("^", [1.0, 1.0])],
)
def test_dividing_by_zero_is_no_error(
    pick: Any, operation: Any, expected: list[float]
) -> None:
    table = pa.table({"i": [1, 1, None], "x": [2.0, 0.0, 1.0]})
    value = Arithmetic(operation, Column(WHOLE), Column(NUMBER))
    found = [pick(Compare("=", value, Constant(one)), table) for one in expected]
    assert all(rows and rows[0] in (0, 1) for rows in found)


def test_decimals_and_wide_text_compare(pick: Any) -> None:
    table = pa.table(
        {
            "x": pa.array([Decimal("1.10"), Decimal("2.20"), None]),
            "t": pa.array(["a", "b", None], pa.large_string()),
        }
    )
    assert pick(Compare(">", Column(NUMBER), Constant(1.5)), table) == [1]
    assert pick(In(Column(TEXT), ("b",)), table) == [1]
    assert pick(Like(Column(TEXT), "a%"), table) == [0]


def test_numbers_no_integer_can_be_match_nothing(pick: Any) -> None:
    assert pick(In(Column(WHOLE), (0.5, 1e300, float("inf"), 2.0))) == [1, 6]
