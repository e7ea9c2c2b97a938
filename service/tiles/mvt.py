"""Read a Mapbox Vector Tile, version 2: enough of it to draw the tile."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from geo.types import IntArray
from layers.errors import LayerReadError

Kind = Literal["point", "line", "polygon"]
Value = str | float | bool
_KINDS: dict[int, Kind] = {1: "point", 2: "line", 3: "polygon"}
_VARINT, _EIGHT, _BYTES, _FOUR = 0, 1, 2, 5
_MOVE, _LINE, _CLOSE = 1, 2, 7


@dataclass(frozen=True)
class Feature:
    """One feature of a tile.

    Parameters
    ----------
    kind : {"point", "line", "polygon"}
    parts : tuple of IntArray
        ``(n, 2)`` each: points, lines or rings, units of the tile, x to the east and
        y to the south. Rings are closed; holes are recognised by even-odd.
    properties : dict
    """

    kind: Kind
    parts: tuple[IntArray, ...]
    properties: dict[str, Value]


def read_tile(tile: bytes) -> list[Feature]:
    """Answer the features of all layers of an unpacked tile.

    Raises
    ------
    LayerReadError
        ``tiles_damaged``.
    """
    try:
        layers = [value for number, value in _fields(tile) if number == 3]
        return [one for layer in layers for one in _layer(_bytes(layer))]
    except (ValueError, IndexError, TypeError) as error:
        raise LayerReadError("tiles_damaged", file="-", reason=str(error)) from error


def _layer(block: bytes) -> Iterator[Feature]:
    keys: list[str] = []
    values: list[Value] = []
    features: list[bytes] = []
    for number, value in _fields(block):
        if number == 3:
            keys.append(_bytes(value).decode())
        elif number == 4:
            values.append(_value(_bytes(value)))
        elif number == 2:
            features.append(_bytes(value))
    for feature in features:
        made = _feature(feature, keys, values)
        if made is not None:
            yield made


def _feature(block: bytes, keys: list[str], values: list[Value]) -> Feature | None:
    fields = dict(_fields(block))
    kind = _KINDS.get(_number(fields.get(3, 0)))
    if kind is None:
        return None
    tags = _varints(_bytes(fields.get(2, b""))).tolist()
    pairs = zip(tags[::2], tags[1::2], strict=True)
    properties = {keys[key]: values[value] for key, value in pairs}
    parts = tuple(_parts(_varints(_bytes(fields.get(4, b"")))))
    return Feature(kind, parts, properties)


def _parts(numbers: IntArray) -> Iterator[IntArray]:
    """Split commands into lists of positions."""
    steps: list[IntArray] = []
    starts: list[int] = []
    closed: list[bool] = []
    at = taken = 0
    while at < len(numbers):
        command, repeats = int(numbers[at]) & 7, int(numbers[at]) >> 3
        at += 1
        if command == _CLOSE:
            closed[-1] = True
            continue
        if command not in (_MOVE, _LINE) or at + 2 * repeats > len(numbers):
            msg = f"command {command}"
            raise ValueError(msg)
        if command == _MOVE:
            starts.append(taken)
            closed.append(False)
        steps.append(numbers[at : at + 2 * repeats])
        at, taken = at + 2 * repeats, taken + repeats
    if not steps:
        return
    zigzag = np.concatenate(steps)
    places = np.cumsum(((zigzag >> 1) ^ -(zigzag & 1)).reshape(-1, 2), axis=0)
    ends = [*starts[1:], len(places)]
    for start, end, close in zip(starts, ends, closed, strict=True):
        part = places[start:end]
        yield np.concatenate([part, part[:1]]) if close else part


def _value(block: bytes) -> Value:
    for number, value in _fields(block):
        if number == 1:
            return _bytes(value).decode()
        if number in (2, 3):
            kind = "<f4" if number == 2 else "<f8"
            return float(np.frombuffer(_bytes(value), kind)[0])
        if number == 6:
            plain = _number(value)
            return (plain >> 1) ^ -(plain & 1)
        if number == 7:
            return bool(value)
        plain = _number(value)
        # A negative int64 is written as its two's complement.
        return plain - (1 << 64) if number == 4 and plain >> 63 else plain
    return ""


def _fields(block: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Numbers and contents of a protocol buffer's fields."""
    at = 0
    while at < len(block):
        tag, at = _varint(block, at)
        number, kind = tag >> 3, tag & 7
        if kind == _VARINT:
            value, at = _varint(block, at)
            yield number, value
            continue
        if kind == _BYTES:
            length, at = _varint(block, at)
        elif kind in (_EIGHT, _FOUR):
            length = 8 if kind == _EIGHT else 4
        else:
            msg = f"field of kind {kind}"
            raise ValueError(msg)
        if at + length > len(block):
            msg = "cut off"
            raise ValueError(msg)
        yield number, block[at : at + length]
        at += length


def _varint(block: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = block[at]
        number |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return number, at
        shift += 7


def _varints(block: bytes) -> IntArray:
    data = np.frombuffer(block, dtype=np.uint8)
    last = np.flatnonzero(data < 0x80)
    if not len(last):
        return np.empty(0, dtype=np.int64)
    first = np.concatenate([[0], last[:-1] + 1])
    place = np.arange(last[-1] + 1) - np.repeat(first, last - first + 1)
    parts = (data[: last[-1] + 1] & 0x7F).astype(np.int64) << (7 * place)
    return np.add.reduceat(parts, first)


def _bytes(value: int | bytes) -> bytes:
    if isinstance(value, int):
        msg = "number where bytes belong"
        raise TypeError(msg)
    return value


def _number(value: int | bytes) -> int:
    if isinstance(value, bytes):
        msg = "bytes where a number belongs"
        raise TypeError(msg)
    return value
