"""Temporal tests on columns of dates and timestamps.

Every instant is a pair of microseconds, first and last, both included: a moment is one
microsecond, a date its whole day in UTC. The relations are those of CQL2 (OGC 21-065,
clause 7.10), which are Allen's.
"""

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.types import BoolArray, IntArray
from layers.query.conditions import Field, Instant, Span, Temporal, TemporalRelation

if TYPE_CHECKING:
    from layers.query.evaluate import Chunk

DAY = 86_400_000_000
"""Microseconds."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_UNBOUNDED = 2**62


def day(value: date) -> Instant:
    """Answer a whole day, in UTC."""
    first = (value - _EPOCH.date()).days * DAY
    return Instant(first, first + DAY - 1)


def moment(value: datetime) -> Instant:
    """Answer a moment; one without a zone is in UTC."""
    if value.tzinfo is None:
        value = value.replace(tzinfo=UTC)
    microseconds = (value - _EPOCH) // timedelta(microseconds=1)
    return Instant(microseconds, microseconds)


class _Bound(NamedTuple):
    """One end of the spans of all features."""

    first: IntArray
    last: IntArray
    known: BoolArray

    def before(self, other: "_Bound") -> BoolArray:
        return np.less(self.last, other.first)

    def equals(self, other: "_Bound") -> BoolArray:
        same = np.equal(self.first, other.first) & np.equal(self.last, other.last)
        return np.asarray(same, dtype=bool)


def test(condition: Temporal, chunk: "Chunk") -> pa.Array:
    """Answer true or false for each feature; null where an end has no value."""
    ends = [
        _bound(end, sign, chunk)
        for span in (condition.left, condition.right)
        for end, sign in ((span.start, -1), (span.end, 1))
    ]
    known = np.logical_and.reduce([end.known for end in ends])
    return pa.array(_related(condition.relation, *ends), mask=~known)


def span_of(instant: Instant | Field | None) -> Span:
    """Answer a span of one instant."""
    return Span(instant, instant)


def _related(
    relation: TemporalRelation, s1: _Bound, e1: _Bound, s2: _Bound, e2: _Bound
) -> BoolArray:
    """``s1``-``e1`` in relation to ``s2``-``e2``: starts and ends."""
    if relation in _INVERSE:
        return _related(_INVERSE[relation], s2, e2, s1, e1)
    match relation:
        case "before":
            return e1.before(s2)
        case "disjoint":
            return e1.before(s2) | e2.before(s1)
        case "intersects":
            return ~(e1.before(s2) | e2.before(s1))
        case "during":
            return s2.before(s1) & e1.before(e2)
        case "equals":
            return s1.equals(s2) & e1.equals(e2)
        case "finishes":
            return s2.before(s1) & e1.equals(e2)
        case "meets":
            return e1.equals(s2)
        case "overlaps":
            return s1.before(s2) & s2.before(e1) & e1.before(e2)
        case _:
            return s1.equals(s2) & e1.before(e2)


_INVERSE: dict[TemporalRelation, TemporalRelation] = {
    "after": "before",
    "contains": "during",
    "finishedby": "finishes",
    "metby": "meets",
    "overlappedby": "overlaps",
    "startedby": "starts",
}


def _bound(end: Instant | Field | None, sign: int, chunk: "Chunk") -> _Bound:
    if isinstance(end, Field):
        return _bound_of_column(end, chunk)
    if end is None:
        end = Instant(sign * _UNBOUNDED, sign * _UNBOUNDED)
    first, last = (np.full(chunk.rows, one) for one in (end.first, end.last))
    return _Bound(first, last, np.ones(chunk.rows, dtype=bool))


def _bound_of_column(field: Field, chunk: "Chunk") -> _Bound:
    column = chunk.column(field.column)
    known = ~column.is_null().to_numpy(zero_copy_only=False)
    # Through microseconds also for dates: Arrow knows no way from date32 to int64.
    stamps = pc.cast(column, pa.timestamp("us", tz=_zone(column.type)), safe=False)
    first = pc.fill_null(pc.cast(stamps, pa.int64()), 0).to_numpy(zero_copy_only=False)
    last = first + (DAY - 1 if field.kind == "date" else 0)
    return _Bound(first, last, known)


def _zone(kind: pa.DataType) -> str | None:
    return kind.tz if pa.types.is_timestamp(kind) else None
