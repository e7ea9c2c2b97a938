"""Columns of a table in PostgreSQL: their types, and names that it takes."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from layers.databases import binary
from layers.databases.binary import Cells
from layers.values import text_value

MOST_BYTES = 63
"""Of a name: PostgreSQL cuts longer ones without asking."""
_SYSTEM = ("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid")
"""Every table has columns of these names (PostgreSQL documentation, 5.5)."""
_BIGGEST = 2**63 - 1

Encode = Callable[[pa.Array], Cells]


class ColumnType(NamedTuple):
    """A type of the database, and how Arrow's values become its bytes."""

    sql: str
    encode: Encode
    comes_back: bool = True
    """Whether an import gives the column the type that it had."""


class Column(NamedTuple):
    """A column as it is read, and as it is written."""

    source: str
    name: str
    type: ColumnType


_INTEGERS = {
    pa.int8(): ColumnType("smallint", partial(binary.integers, kind=">i2")),
    pa.uint8(): ColumnType("smallint", partial(binary.integers, kind=">i2")),
    pa.int16(): ColumnType("smallint", partial(binary.integers, kind=">i2")),
    pa.uint16(): ColumnType("integer", partial(binary.integers, kind=">i4")),
    pa.int32(): ColumnType("integer", partial(binary.integers, kind=">i4")),
    pa.uint32(): ColumnType("bigint", partial(binary.integers, kind=">i8")),
    pa.int64(): ColumnType("bigint", partial(binary.integers, kind=">i8")),
}
_TEXT = ColumnType("text", binary.texts)


def column_type(values: pa.ChunkedArray) -> ColumnType:
    """Choose the type that holds every value of a column as it is.

    Parameters
    ----------
    values : ChunkedArray
        The whole column where 64 bits without a sign, or nanoseconds, could need more
        than a type has; of others any part.

    Returns
    -------
    ColumnType
        Text, in ISO 8601, for nanoseconds and durations; ``jsonb`` for lists and
        structures.
    """
    kind = values.type
    if pa.types.is_dictionary(kind):
        return column_type(values.cast(kind.value_type))
    if kind in _INTEGERS:
        return _INTEGERS[kind]
    for known, chosen in _BY_FAMILY:
        if known(kind):
            return chosen(values)
    return ColumnType("text", _as_text, comes_back=False)


def needs_all(kind: pa.DataType) -> bool:
    """Whether the type of the column depends on its values."""
    return bool(kind == pa.uint64() or _is_fine(kind))


def _is_fine(kind: pa.DataType) -> bool:
    timed = pa.types.is_timestamp(kind) or pa.types.is_time64(kind)
    return bool(timed and kind.unit == "ns")


def _unsigned(values: pa.ChunkedArray) -> ColumnType:
    most = pc.max(values).as_py()
    if most is None or most <= _BIGGEST:
        return _INTEGERS[pa.int64()]
    return ColumnType("numeric(20,0)", binary.numerics)


def _instant(values: pa.ChunkedArray) -> ColumnType:
    kind = values.type
    if _is_fine(kind) and not _whole_microseconds(values):
        return ColumnType("text", _as_text, comes_back=False)
    if pa.types.is_time(kind):
        return ColumnType("time", binary.times)
    return ColumnType(
        "timestamp" if kind.tz is None else "timestamptz", binary.timestamps
    )


def _whole_microseconds(values: pa.ChunkedArray) -> bool:
    kind = values.type
    coarse = pa.timestamp("us", kind.tz) if hasattr(kind, "tz") else pa.time64("us")
    try:
        values.cast(coarse)
    except pa.ArrowInvalid:
        return False
    return True


def _decimal(values: pa.ChunkedArray) -> ColumnType:
    kind = values.type
    digits = kind.precision - min(kind.scale, 0)
    sql = f"numeric({digits},{max(kind.scale, 0)})"
    return ColumnType(sql, binary.numerics)


def _always(chosen: ColumnType) -> Callable[[pa.ChunkedArray], ColumnType]:
    return lambda _: chosen


_Family = Callable[[pa.DataType], bool]
_BY_FAMILY: tuple[tuple[_Family, Callable[[pa.ChunkedArray], ColumnType]], ...] = (
    (pa.types.is_boolean, _always(ColumnType("boolean", binary.booleans))),
    (pa.types.is_uint64, _unsigned),
    (
        pa.types.is_float32,
        _always(ColumnType("real", partial(binary.floats, kind=">f4"))),
    ),
    (
        pa.types.is_floating,
        _always(ColumnType("double precision", partial(binary.floats, kind=">f8"))),
    ),
    (pa.types.is_string, _always(_TEXT)),
    (pa.types.is_large_string, _always(_TEXT)),
    (pa.types.is_string_view, _always(_TEXT)),
    (pa.types.is_date, _always(ColumnType("date", binary.dates))),
    (pa.types.is_timestamp, _instant),
    (pa.types.is_time, _instant),
    (pa.types.is_decimal, _decimal),
    (
        lambda kind: pa.types.is_binary(kind) or pa.types.is_large_binary(kind),
        _always(ColumnType("bytea", binary.octets, comes_back=False)),
    ),
    (pa.types.is_nested, _always(ColumnType("jsonb", binary.jsons, comes_back=False))),
)


def _as_text(array: pa.Array) -> Cells:
    values = [None if one is None else text_value(one) for one in array.to_pylist()]
    return binary.texts(pa.array(values, pa.large_string()))


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """Answer the name, or the next one like it, that PostgreSQL takes and nobody has.

    Examples
    --------
    >>> free_name("面积", []), free_name("ctid", []), free_name("a", ["a", "a_2"])
    ('面积', 'ctid_', 'a_3')
    >>> len(free_name("永久基本农田保护图斑面积平方米统计表一二三", []).encode())
    63
    """
    known = set(taken)
    plain = wanted.replace("\0", "") or "column"
    name = first = _cut(f"{plain}_" if plain in _SYSTEM else plain, MOST_BYTES)
    number = 2
    while name in known:
        ending = f"_{number}"
        name = _cut(first, MOST_BYTES - len(ending)) + ending
        number += 1
    return name


def _cut(name: str, most: int) -> str:
    """Leave off whole characters from the end, up to so many bytes of UTF-8."""
    return name.encode()[:most].decode(errors="ignore")


def free_names(wanted: Iterable[str]) -> list[str]:
    """Answer a name per column, in order; see :func:`free_name`."""
    names: list[str] = []
    for one in wanted:
        names.append(free_name(one, names))
    return names
