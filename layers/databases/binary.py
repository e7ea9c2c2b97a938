"""Rows in PostgreSQL's binary COPY format, put together column by column.

Format: PostgreSQL documentation, "COPY", "Binary Format"; each type's bytes are those
of its ``..._recv`` function. Nothing is printed and parsed again: doubles and
coordinates arrive bit for bit.
"""

import struct
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from geo.types import IntArray
from layers.values import json_text

HEAD = b"PGCOPY\n\xff\r\n\0" + struct.pack(">ii", 0, 0)
TAIL = struct.pack(">h", -1)
_NULL = -1
_DAYS = 10_957
"""From 1970-01-01, Arrow's day 0, to 2000-01-01, PostgreSQL's."""
_MICROSECONDS = _DAYS * 86_400 * 1_000_000
_LONG = 2000
"""From so many bytes a value on, copying one by one beats an index of every byte."""


class Cells(NamedTuple):
    """The values of a column as they go over the wire.

    Parameters
    ----------
    lengths : IntArray
        ``(n,)`` bytes; -1 for null.
    data : ndarray of uint8
        All of them, one after the other.
    """

    lengths: IntArray
    data: np.ndarray


def rows(columns: Sequence[Cells]) -> memoryview:
    """Answer the rows of some columns, ``(n,)`` each, without head and tail."""
    sizes = sum(4 + np.maximum(one.lengths, 0) for one in columns) + 2
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    place = ends - sizes
    _fixed(out, place, np.full(len(place), len(columns)), ">i2")
    place = place + 2
    for one in columns:
        _fixed(out, place, one.lengths, ">i4")
        _ragged(out, place + 4, one)
        place = place + 4 + np.maximum(one.lengths, 0)
    return out.data


def _fixed(out: np.ndarray, place: IntArray, values: IntArray, kind: str) -> None:
    octets = values.astype(kind).view(np.uint8).reshape(len(values), -1)
    out[place[:, None] + np.arange(octets.shape[1])] = octets


def _ragged(out: np.ndarray, place: IntArray, cells: Cells) -> None:
    """Put values of any length at their places."""
    lengths = np.maximum(cells.lengths, 0)
    starts = np.cumsum(lengths) - lengths
    if len(cells.data) > _LONG * len(lengths):
        for at, start, length in zip(place, starts, lengths, strict=True):
            out[at : at + length] = cells.data[start : start + length]
        return
    out[np.repeat(place - starts, lengths) + np.arange(len(cells.data))] = cells.data


def _numbers(array: pa.Array, values: np.ndarray, kind: str) -> Cells:
    valid = np.asarray(array.is_valid())
    octets = values.astype(kind).view(np.uint8).reshape(len(values), -1)
    lengths = np.where(valid, octets.shape[1], _NULL)
    return Cells(lengths, octets[valid].ravel())


def _filled(array: pa.Array, kind: pa.DataType) -> np.ndarray:
    return np.asarray(array.cast(kind).fill_null(0).to_numpy(zero_copy_only=False))


def booleans(array: pa.Array) -> Cells:
    """Encode ``boolean``."""
    return _numbers(array, _filled(array, pa.uint8()), ">u1")


def integers(array: pa.Array, kind: str) -> Cells:
    """Encode ``smallint``, ``integer`` and ``bigint`` (``>i2``, ``>i4``, ``>i8``)."""
    return _numbers(array, _filled(array, pa.int64()), kind)


def floats(array: pa.Array, kind: str) -> Cells:
    """Encode ``real`` and ``double precision`` (``>f4``, ``>f8``)."""
    stored = pa.float32() if kind == ">f4" else pa.float64()
    return _numbers(array, _filled(array, stored), kind)


def dates(array: pa.Array) -> Cells:
    """Encode ``date``; what PostgreSQL cannot hold is left for it to refuse."""
    days = _filled(array.cast(pa.date32()), pa.int32()).astype(np.int64) - _DAYS
    # The ends of the range stand for infinity.
    return _numbers(array, np.clip(days, -(2**31) + 1, 2**31 - 2), ">i4")


def timestamps(array: pa.Array) -> Cells:
    """Encode ``timestamp`` with and without time zone."""
    zone = array.type.tz
    instants = _filled(array.cast(pa.timestamp("us", zone)), pa.int64())
    least = np.iinfo(np.int64).min + _MICROSECONDS + 1
    return _numbers(array, np.maximum(instants, least) - _MICROSECONDS, ">i8")


def times(array: pa.Array) -> Cells:
    """Encode ``time``."""
    return _numbers(array, _filled(array.cast(pa.time64("us")), pa.int64()), ">i8")


def octets(array: pa.Array) -> Cells:
    """Encode ``bytea``."""
    plain = pc.fill_null(array.cast(pa.large_binary()), b"")
    _, offsets, data = plain.buffers()
    ends = np.frombuffer(offsets, np.int64)[
        plain.offset : plain.offset + len(plain) + 1
    ]
    lengths = np.where(np.asarray(array.is_valid()), np.diff(ends), _NULL)
    return Cells(lengths, np.frombuffer(data or b"", np.uint8)[ends[0] : ends[-1]])


def texts(array: pa.Array) -> Cells:
    """Encode ``text``: UTF-8, without NUL."""
    return octets(array.cast(pa.large_string()))


def jsons(array: pa.Array) -> Cells:
    """Encode ``jsonb``: lists and structures."""
    values = [
        None if one is None else b"\1" + json_text(one) for one in array.to_pylist()
    ]
    return octets(pa.array(values, pa.large_binary()))


def numerics(array: pa.Array) -> Cells:
    """Encode ``numeric``, digit for digit: decimals, and whole numbers of 64 bits."""
    from decimal import Decimal

    from psycopg.types.numeric import DecimalBinaryDumper

    dump = DecimalBinaryDumper(Decimal).dump
    values = [
        None if one is None else bytes(dump(Decimal(one)) or b"")
        for one in array.to_pylist()
    ]
    return octets(pa.array(values, pa.large_binary()))


def geometries(array: pa.Array, srid: int) -> Cells:
    """Encode ``geometry``: EWKB, which is WKB with a flag and the SRID behind the type.

    Parameters
    ----------
    array : pyarrow.Array
        WKB of either byte order.
    srid : int
    """
    plain = octets(array)
    lengths = np.maximum(plain.lengths, 0)
    starts = (np.cumsum(lengths) - lengths)[lengths > 0]
    little = plain.data[starts] == 1
    data = plain.data.copy()
    # The type's highest byte: last of four or first, by the byte order.
    data[starts + np.where(little, 4, 1)] |= 0x20
    number = np.where(little[:, None], *(_srid(srid, kind) for kind in ("<i4", ">i4")))
    longer = np.where(plain.lengths > 0, plain.lengths + 4, plain.lengths)
    at = np.repeat(starts + 5, 4)
    return Cells(longer, np.insert(data, at, number.ravel()))


def _srid(srid: int, kind: str) -> np.ndarray:
    return np.array([srid]).astype(kind).view(np.uint8)
