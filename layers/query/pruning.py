"""Which row groups of a file can hold a match, by the statistics in its footer."""

from collections.abc import Callable
from typing import NamedTuple, Protocol

import numpy as np

from geo.types import BoolArray, FloatArray
from layers.query.conditions import (
    Always,
    And,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    In,
    Or,
    Spatial,
    Value,
)
from layers.query.spatial import inside_a_box, overlapping


class Limits(NamedTuple):
    """Smallest and largest value of a column in each row group, ``(groups,)``."""

    low: np.ndarray
    high: np.ndarray
    known: BoolArray


class Footer(Protocol):
    """What a file's footer says of its row groups."""

    @property
    def groups(self) -> int:
        """How many."""

    def limits(self, column: str) -> Limits | None:
        """Answer the limits of a column; None where the file has none."""

    def boxes(self) -> FloatArray:
        """Answer the box around each group, ``(groups, 4)``; NaN where unknown."""

    def full(self) -> BoolArray:
        """Mark groups in which every feature has a geometry."""


def possible(condition: Condition, footer: Footer) -> BoolArray:
    """Mark the row groups that may hold a match, ``(groups,)``; never too few."""
    everything = np.ones(footer.groups, dtype=bool)
    match condition:
        case Always(value):
            return everything if value else ~everything
        case And(parts):
            return _all([possible(p, footer) for p in parts])
        case Or(parts):
            return _any([possible(p, footer) for p in parts])
        case Spatial(relation, geometry) if relation != "disjoint":
            boxes = footer.boxes()
            unknown = np.isnan(boxes[:, 0])
            return _any([overlapping(boxes, geometry.bounds), unknown])
        case Compare(relation, left, right):
            return _compared(relation, left, right, footer)
        case In(value, among):
            parts = tuple(Compare("=", value, Constant(one)) for one in among)
            return possible(Or(parts), footer)
        case _:
            return everything


def certain(condition: Condition, footer: Footer) -> BoolArray:
    """Mark the row groups of which every feature matches; never too many."""
    match condition:
        case Always(True):
            return np.ones(footer.groups, dtype=bool)
        case And(parts):
            return _all([certain(p, footer) for p in parts])
        case Or(parts):
            return _any([certain(p, footer) for p in parts])
        case Spatial("intersects", geometry):
            return inside_a_box(footer.boxes(), geometry) & footer.full()
        case _:
            return np.zeros(footer.groups, dtype=bool)


def _all(marks: list[BoolArray]) -> BoolArray:
    return np.asarray(np.logical_and.reduce(marks), dtype=bool)


def _any(marks: list[BoolArray]) -> BoolArray:
    return np.asarray(np.logical_or.reduce(marks), dtype=bool)


_MIRRORED: dict[Comparison, Comparison] = {
    "=": "=",
    "<>": "<>",
    "<": ">",
    "<=": ">=",
    ">": "<",
    ">=": "<=",
}
_TESTS: dict[Comparison, Callable[[Limits, object], BoolArray]] = {
    "=": lambda limits, value: (limits.low <= value) & (limits.high >= value),
    "<": lambda limits, value: limits.low < value,
    "<=": lambda limits, value: limits.low <= value,
    ">": lambda limits, value: limits.high > value,
    ">=": lambda limits, value: limits.high >= value,
}


def _compared(
    relation: Comparison, left: Value, right: Value, footer: Footer
) -> BoolArray:
    if isinstance(left, Constant):
        relation, left, right = _MIRRORED[relation], right, left
    test = _TESTS.get(relation)
    everything = np.ones(footer.groups, dtype=bool)
    if test is None or not (isinstance(left, Column) and isinstance(right, Constant)):
        return everything
    limits = footer.limits(left.field.column)
    if limits is None:
        return everything
    return np.asarray(test(limits, right.value), dtype=bool) | ~limits.known
