"""Times as callers and layers write them."""

import re
from datetime import UTC, date, datetime, timedelta

from layers.query.conditions import Always, Condition, Field, Instant, Span, Temporal
from layers.query.temporal import day, moment, span_of
from service.errors import QueryError

_YEAR = re.compile(r"^\d{4}$")
_MONTH = re.compile(r"^\d{4}-\d{2}$")


def instant(text: str) -> Instant:
    """Read an ISO 8601 date or date with time; a time without zone is in UTC.

    Raises
    ------
    ValueError
    """
    if "T" in text or " " in text or "t" in text:
        return moment(datetime.fromisoformat(text.upper()))
    return day(date.fromisoformat(text))


def time_span(text: str, parameter: str = "datetime") -> Span:
    """Read a time or an interval, as the parameter ``datetime`` has it.

    Raises
    ------
    QueryError
        ``datetime_invalid``.
    """
    ends = text.split("/")
    try:
        if len(ends) == 1:
            return span_of(instant(text))
        start, end = (None if one in ("", "..") else instant(one) for one in ends)
        if start is not None and end is not None and start.first > end.last:
            raise ValueError
    except (ValueError, OverflowError) as error:
        details = {"value": text[:100]}
        raise QueryError("datetime_invalid", parameter=parameter, **details) from error
    return Span(start, end)


def stated_span(valid_time: str) -> Span:
    """Read the time a layer states of itself: a year, month, day or interval."""
    ends = valid_time.split("/") if "/" in valid_time else [valid_time] * 2
    start, end = (_edge(one, last=place == 1) for place, one in enumerate(ends))
    return Span(start, end)


def interval_texts(valid_time: str | None) -> list[list[str | None]]:
    """Write a layer's time as the temporal extent of a collection."""
    if valid_time is None:
        return [[None, None]]
    span = stated_span(valid_time)
    assert not isinstance(span.start, Field)
    assert not isinstance(span.end, Field)
    start = None if span.start is None else _text(span.start.first)
    end = None if span.end is None else _text(span.end.last)
    return [[start, end]]


def during(span: Span, field: Field | None, valid_time: str | None) -> Condition | None:
    """Make the condition that ``datetime`` asks for.

    Parameters
    ----------
    span : Span
        What was asked.
    field : Field or None
        The layer's column of times; its features are compared one by one.
    valid_time : str or None
        Where there is no column: the time of the whole layer.

    Returns
    -------
    Condition or None
        None where the layer states no time at all.
    """
    if field is not None:
        return Temporal("intersects", span_of(field), span)
    if valid_time is None:
        return None
    stated = stated_span(valid_time)
    return Always(_overlap(stated, span))


def _overlap(one: Span, other: Span) -> bool:
    pairs = ((one.start, other.end), (other.start, one.end))
    for start, end in pairs:
        assert not isinstance(start, Field)
        assert not isinstance(end, Field)
        if start is not None and end is not None and start.first > end.last:
            return False
    return True


def _edge(text: str, *, last: bool) -> Instant | None:
    if text in ("", ".."):
        return None
    if _YEAR.match(text):
        return instant(f"{text}-12-31" if last else f"{text}-01-01")
    if _MONTH.match(text):
        first = date.fromisoformat(f"{text}-01")
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
        return Instant(day(first).first, day(following).first - 1)
    return instant(text)


def _text(microseconds: int) -> str:
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    return found.replace(microsecond=0).isoformat().replace("+00:00", "Z")
