"""Evaluate conditions on a run of features, column by column.

Nothing is read that the condition does not ask for, and geometries only where the
boxes leave a doubt.
"""

from collections.abc import Callable
from functools import reduce
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.types import BoolArray, FloatArray, GeometryArray
from layers.query import spatial, temporal
from layers.query.conditions import (
    Always,
    And,
    Arithmetic,
    Column,
    Compare,
    Condition,
    Constant,
    Folded,
    In,
    IsNull,
    IsTrue,
    Like,
    Not,
    Or,
    Spatial,
    Temporal,
    Value,
)


class Chunk(Protocol):
    """A run of features whose columns are read when they are asked for."""

    @property
    def rows(self) -> int:
        """How many features."""

    def column(self, name: str) -> pa.Array:
        """Answer a column, ``(rows,)``."""

    def boxes(self) -> FloatArray:
        """Answer the bounding boxes, ``(rows, 4)``: west, south, east, north."""

    def geometry(self, rows: BoolArray) -> GeometryArray:
        """Answer the geometries of the rows marked."""


def selected(condition: Condition, chunk: Chunk) -> BoolArray:
    """Mark the features for which the condition is true, ``(rows,)``."""
    truth = pc.fill_null(_test(condition, chunk), False)
    return np.asarray(truth.to_numpy(zero_copy_only=False), dtype=bool)


_COMPARE: dict[str, Callable[[Any, Any], pa.Array]] = {
    "=": pc.equal,
    "<>": pc.not_equal,
    "<": pc.less,
    "<=": pc.less_equal,
    ">": pc.greater,
    ">=": pc.greater_equal,
}


def _test(condition: Condition, chunk: Chunk) -> pa.Array:
    """Answer true, false or null for each feature."""
    match condition:
        case Always(value):
            return pa.array([value] * chunk.rows, pa.bool_())
        case And(parts):
            return _joined(pc.and_kleene, True, parts, chunk)
        case Or(parts):
            return _joined(pc.or_kleene, False, parts, chunk)
        case Not(part):
            return pc.invert(_test(part, chunk))
        case IsNull(None):
            return pa.array(np.isnan(chunk.boxes()[:, 0]))
        case IsNull(field):
            assert field is not None
            return chunk.column(field.column).is_null()
        case IsTrue(field):
            return chunk.column(field.column)
        case Spatial():
            return spatial.test(condition, chunk)
        case Temporal():
            return temporal.test(condition, chunk)
        case _:
            return _test_value(condition, chunk)


def _joined(
    join: Callable[[pa.Array, pa.Array], pa.Array],
    empty: bool,
    parts: tuple[Condition, ...],
    chunk: Chunk,
) -> pa.Array:
    start = pa.array([empty] * chunk.rows, pa.bool_())
    return reduce(lambda found, part: join(found, _test(part, chunk)), parts, start)


def _test_value(condition: Compare | Like | In, chunk: Chunk) -> pa.Array:
    match condition:
        case Compare(relation, left, right):
            return _COMPARE[relation](_value(left, chunk), _value(right, chunk))
        case Like(value, pattern):
            return pc.match_like(_value(value, chunk), pattern)
        case In(value, among):
            values = _value(value, chunk)
            listed = _constants(among, values.type)
            found = pc.is_in(values, value_set=listed)
            return pc.if_else(pc.is_null(values), None, found)


def _constants(among: tuple[str | float | bool, ...], kind: pa.DataType) -> pa.Array:
    """Give constants the type of the column; those it cannot hold match nothing."""
    if pa.types.is_integer(kind):
        whole = [int(one) for one in among if float(one).is_integer()]
        bound = 2**63
        return pa.array([one for one in whole if -bound <= one < bound], pa.int64())
    return pa.array(list(among), kind)


def _value(value: Value, chunk: Chunk) -> pa.Array:
    match value:
        case Column(field):
            return _widened(chunk.column(field.column))
        case Constant(stated):
            kind = {str: pa.string(), bool: pa.bool_()}.get(type(stated), pa.float64())
            return pa.array([stated] * chunk.rows, kind)
        case Folded(how, of):
            return folded(how, _value(of, chunk))
        case Arithmetic(operation, left, right):
            numbers = [
                pc.cast(_value(side, chunk), pa.float64(), safe=False)
                for side in (left, right)
            ]
            return _calculated(operation, *numbers)


def _widened(column: pa.Array) -> pa.Array:
    """One type per kind, so that any two columns of a kind can be compared."""
    kind = column.type
    if pa.types.is_integer(kind):
        return pc.cast(column, pa.int64(), safe=False)
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return pc.cast(column, pa.float64(), safe=False)
    return pc.cast(column, pa.string()) if pa.types.is_large_string(kind) else column


def folded(how: str, text: Any) -> Any:
    """Lower the case, or take the accents off; an array or a scalar."""
    if how == "case":
        return pc.utf8_lower(text)
    apart = pc.utf8_normalize(text, form="NFD")
    return pc.replace_substring_regex(apart, pattern=r"\p{Mn}", replacement="")


_OPERATIONS: dict[str, Callable[[FloatArray, FloatArray], FloatArray]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "^": np.power,
    "div": lambda x, y: np.trunc(np.divide(x, y)),
}


def _calculated(operation: str, left: pa.Array, right: pa.Array) -> pa.Array:
    # Numpy instead of Arrow: division by zero is infinity or NaN there, not an error.
    unknown = pc.or_(pc.is_null(left), pc.is_null(right))
    a, b = (side.to_numpy(zero_copy_only=False) for side in (left, right))
    with np.errstate(all="ignore"):
        result = _OPERATIONS[operation](a, b)
    return pc.if_else(unknown, None, pa.array(result))
