"""What a condition on features may consist of: values, and tests of them.

A condition is a frozen tree, so that equal conditions are equal keys of a cache. Tests
know true, false and unknown, as in SQL: a missing value makes a comparison unknown, and
only features for which the whole is true are selected.
"""

from dataclasses import dataclass
from typing import Literal

from shapely.geometry.base import BaseGeometry

Kind = Literal["text", "integer", "number", "boolean", "date", "timestamp", "other"]
"""What a column holds; ``other`` can be shown, but neither compared nor sorted by."""
TEMPORAL: tuple[Kind, ...] = ("date", "timestamp")
NUMERIC: tuple[Kind, ...] = ("integer", "number")

Comparison = Literal["=", "<>", "<", "<=", ">", ">="]
Operation = Literal["+", "-", "*", "/", "div", "%", "^"]
SpatialRelation = Literal[
    "intersects",
    "disjoint",
    "contains",
    "within",
    "crosses",
    "overlaps",
    "touches",
    "equals",
]
TemporalRelation = Literal[
    "after",
    "before",
    "contains",
    "disjoint",
    "during",
    "equals",
    "finishedby",
    "finishes",
    "intersects",
    "meets",
    "metby",
    "overlappedby",
    "overlaps",
    "startedby",
    "starts",
]


@dataclass(frozen=True)
class Field:
    """A column of a layer that a condition can name.

    Parameters
    ----------
    name : str
        As the layer has it.
    kind : str
        See :data:`Kind`.
    column : str
        Its name in the served file.
    """

    name: str
    kind: Kind
    column: str


@dataclass(frozen=True)
class Column:
    """The value a feature has in a column."""

    field: Field


@dataclass(frozen=True)
class Constant:
    """One value for all features; its kind is that of its Python type."""

    value: str | float | bool


@dataclass(frozen=True)
class Arithmetic:
    """Two numbers joined; ``div`` is division without remainder."""

    operation: Operation
    left: "Value"
    right: "Value"


@dataclass(frozen=True)
class Folded:
    """Text made comparable: without regard to case or to accents."""

    how: Literal["case", "accents"]
    of: "Value"


Value = Column | Constant | Arithmetic | Folded


@dataclass(frozen=True)
class Instant:
    """A day or a moment: first and last microsecond since 1970 in UTC, both included.

    A day is known to the day only, so it is after another only if it is wholly so.
    """

    first: int
    last: int


@dataclass(frozen=True)
class Span:
    """From one instant to another, each stated or a column's; None is unbounded."""

    start: Instant | Field | None
    end: Instant | Field | None


@dataclass(frozen=True)
class Always:
    """True, false or unknown for all features."""

    value: bool | None


@dataclass(frozen=True)
class And:
    """All of these."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Or:
    """At least one of these."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True)
class Not:
    """Not this; what is unknown stays unknown."""

    part: "Condition"


@dataclass(frozen=True)
class Compare:
    """Two values of one kind compared; text by code point."""

    relation: Comparison
    left: Value
    right: Value


@dataclass(frozen=True)
class Like:
    r"""Text against a pattern: ``%`` any characters, ``_`` one, ``\`` before either."""

    value: Value
    pattern: str


@dataclass(frozen=True)
class In:
    """A value among constants of its kind."""

    value: Value
    among: tuple[str | float | bool, ...]


@dataclass(frozen=True)
class IsNull:
    """A column without a value; a field of None stands for the geometry."""

    field: Field | None


@dataclass(frozen=True)
class IsTrue:
    """A column of true and false, as a condition."""

    field: Field


@dataclass(frozen=True)
class Spatial:
    """The feature's geometry in a relation to one that is given.

    ``geometry`` is in EPSG:4490, x,y = lon,lat degrees, valid and not empty.
    """

    relation: SpatialRelation
    geometry: BaseGeometry


@dataclass(frozen=True)
class Temporal:
    """Two spans in a relation of Allen's, as CQL2 names them."""

    relation: TemporalRelation
    left: Span
    right: Span


Condition = (
    Always | And | Or | Not | Compare | Like | In | IsNull | IsTrue | Spatial | Temporal
)


@dataclass(frozen=True)
class SortKey:
    """A column to sort by; features without a value come last either way."""

    field: Field
    descending: bool = False
