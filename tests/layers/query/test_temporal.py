from datetime import UTC, date, datetime, timedelta, timezone
from itertools import product
from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pytest

from layers.query.conditions import (
    Field,
    Instant,
    Span,
    Temporal,
    TemporalRelation,
)
from layers.query.evaluate import selected
from layers.query.temporal import DAY, day, moment, span_of

FROM = Field("from", "timestamp", "a")
TO = Field("to", "timestamp", "b")
SEEN = Field("seen", "date", "d")


def standard(relation: str, span: tuple[int, int], other: tuple[int, int]) -> bool:
    """Answer by the table of OGC 21-065r2, clause 7.10, over whole numbers."""
    (a, b), (c, d) = span, other
    return {
        "after": a > d,
        "before": b < c,
        "contains": a < c and b > d,
        "disjoint": b < c or a > d,
        "during": a > c and b < d,
        "equals": a == c and b == d,
        "finishedby": a < c and b == d,
        "finishes": a > c and b == d,
        "intersects": not (b < c or a > d),
        "meets": b == c,
        "metby": a == d,
        "overlappedby": c < a < d < b,
        "overlaps": a < c < b < d,
        "startedby": a == c and b > d,
        "starts": a == c and b < d,
    }[relation]


def pick(chunk_type: Any, table: pa.Table, condition: Temporal) -> list[int]:
    shapes = np.full(table.num_rows, None, dtype=object)
    return np.flatnonzero(selected(condition, chunk_type(table, shapes))).tolist()


@pytest.mark.parametrize("relation", get_args(TemporalRelation))
def test_relations_are_those_of_the_standard(
    memory_chunk: Any, relation: TemporalRelation
) -> None:
    spans = [(a, b) for a, b in product(range(6), repeat=2) if a <= b]
    table = pa.table(
        {
            "a": pa.array([a for a, _ in spans], pa.timestamp("us", tz="UTC")),
            "b": pa.array([b for _, b in spans], pa.timestamp("us", tz="UTC")),
        }
    )
    for start, end in spans:
        given = Span(Instant(start, start), Instant(end, end))
        found = pick(memory_chunk, table, Temporal(relation, Span(FROM, TO), given))
        expected = [
            row
            for row, span in enumerate(spans)
            if standard(relation, span, (start, end))
        ]
        assert found == expected, (relation, start, end)


def test_a_date_is_its_whole_day(memory_chunk: Any) -> None:
    days = [date(2019, 12, 31), date(2020, 1, 1), date(2020, 1, 2), None]
    table = pa.table({"d": pa.array(days, pa.date32())})
    noon = moment(datetime(2020, 1, 1, 12, tzinfo=UTC))
    wanted: dict[TemporalRelation, list[int]] = {
        "intersects": [1],
        "before": [0],
        "after": [2],
        "equals": [],
        "disjoint": [0, 2],
    }
    for relation, expected in wanted.items():
        condition = Temporal(relation, span_of(SEEN), span_of(noon))
        assert pick(memory_chunk, table, condition) == expected, relation


def test_open_ends_reach_everything(memory_chunk: Any) -> None:
    table = pa.table({"d": pa.array([date(1, 1, 1), date(9999, 12, 31)], pa.date32())})
    condition = Temporal("intersects", span_of(SEEN), Span(None, None))
    assert pick(memory_chunk, table, condition) == [0, 1]
    later = Temporal("intersects", span_of(SEEN), Span(day(date(2000, 1, 1)), None))
    assert pick(memory_chunk, table, later) == [1]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai"])
def test_all_timestamps_mean_the_same_instant(
    memory_chunk: Any, unit: str, zone: str | None
) -> None:
    moments = [datetime(2020, 1, 1, 4, tzinfo=UTC), datetime(2020, 1, 1, 5, tzinfo=UTC)]
    kind = pa.timestamp(unit, tz=zone)
    stated = [one.replace(tzinfo=None) for one in moments] if zone is None else moments
    table = pa.table({"a": pa.array(stated, kind)})
    noon_in_china = datetime(2020, 1, 1, 12, tzinfo=timezone(timedelta(hours=8)))
    condition = Temporal("equals", span_of(FROM), span_of(moment(noon_in_china)))
    assert pick(memory_chunk, table, condition) == [0]


def test_days_and_moments() -> None:
    assert day(date(1970, 1, 2)) == Instant(DAY, 2 * DAY - 1)
    assert day(date(1969, 12, 31)).last == -1
    assert moment(datetime(1970, 1, 1, 0, 0, 1)) == Instant(1_000_000, 1_000_000)
