from datetime import UTC, date, datetime

import pytest

from layers.query.conditions import Always, Field, Span, Temporal
from layers.query.temporal import day, moment, span_of
from service.errors import QueryError
from service.features.times import during, interval_texts, time_span


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2020-02-29", span_of(day(date(2020, 2, 29)))),
        (
            "2020-01-01T08:00:00+08:00",
            span_of(moment(datetime(2020, 1, 1, tzinfo=UTC))),
        ),
        ("2020-01-01t00:00:00z", span_of(moment(datetime(2020, 1, 1, tzinfo=UTC)))),
        ("2020-01-01/..", Span(day(date(2020, 1, 1)), None)),
        ("/2020-01-01", Span(None, day(date(2020, 1, 1)))),
        ("../..", Span(None, None)),
    ],
)
def test_read(text: str, expected: Span) -> None:
    assert time_span(text) == expected


NO_TIMES = ["", "x", "2020", "2020-13-01", "a/b", "1/2/3", "99999-01-01", "-1"]
NO_TIMES += ["2020-01-01/2019-01-01", "2020-01-01T25:00:00Z", "2020-01-01/2020-02-30"]


@pytest.mark.parametrize("text", NO_TIMES)
def test_refused(text: str) -> None:
    with pytest.raises(QueryError) as refusal:
        time_span(text)
    assert refusal.value.code == "datetime_invalid"


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        (None, [None, None]),
        ("2019", ["2019-01-01T00:00:00Z", "2019-12-31T23:59:59Z"]),
        ("2020-02", ["2020-02-01T00:00:00Z", "2020-02-29T23:59:59Z"]),
        ("2020-12", ["2020-12-01T00:00:00Z", "2020-12-31T23:59:59Z"]),
        ("../2000", [None, "2000-12-31T23:59:59Z"]),
        ("2001-05-03/..", ["2001-05-03T00:00:00Z", None]),
    ],
)
def test_extent_of_a_layer(stated: str | None, expected: list[str | None]) -> None:
    assert interval_texts(stated) == [expected]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("2019-06-01", True),
        ("2018-12-31", False),
        ("2018-01-01/..", True),
        ("../2018-12-31T23:59:59Z", False),
        ("2019-12-31T23:59:59Z/2025-01-01", True),
        ("2020-01-01", False),
    ],
)
def test_a_layers_own_time_stands_for_its_features(asked: str, expected: bool) -> None:
    assert during(time_span(asked), None, "2019") == Always(expected)


def test_a_column_of_times_is_finer() -> None:
    seen = Field("seen", "date", "seen")
    span = time_span("2019-06-01")
    assert during(span, seen, "2001") == Temporal("intersects", span_of(seen), span)
    assert during(span, None, None) is None
