"""Pictures of class codes: PNG with a palette, as small as the colours allow."""

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

from layers.models import LayerSpec
from service.map_rasters import ramp_colours, rgb
from service.palette import ramp_of

Codes = NDArray[np.uint8]
Colour = tuple[int, int, int]

RAMP_STEPS = 255
"""Colours of a continuous raster; what a palette of one byte holds beside none."""

_COMPRESSION = 2
_FEW_COLOURS = 16


def coloured(spec: LayerSpec, values: np.ma.MaskedArray) -> tuple[Codes, list[Colour]]:
    """Turn values into palette indices; 0 is transparent, colours count from 1.

    Parameters
    ----------
    spec : LayerSpec
        With classes, else its ramp is taken, in 255 steps.
    values : MaskedArray
        ``(n, m)``. What is masked, and a value that is no class, is transparent.
    """
    valid = ~np.ma.getmaskarray(values)
    if spec.classes:
        codes = _class_codes(spec, values.data)
        return codes * valid, [rgb(one.colour) for one in spec.classes]
    stops = ramp_of(spec)
    low, high = stops[0][0], stops[-1][0]
    position = (values.filled(low).astype(np.float32) - low) / (high - low)
    step = np.rint(np.clip(position, 0, 1) * (RAMP_STEPS - 1)).astype(np.uint8)
    colours = ramp_colours(stops, np.linspace(low, high, RAMP_STEPS)).round()
    listed = [(int(r), int(g), int(b)) for r, g, b in colours]
    return (step + 1) * valid, listed


def _class_codes(spec: LayerSpec, values: np.ndarray) -> Codes:
    known = np.array([one.value for one in spec.classes])
    if values.dtype == np.uint8:
        table = np.zeros(256, dtype=np.uint8)
        held = (known >= 0) & (known < len(table))
        table[known[held]] = 1 + np.flatnonzero(held)
        return np.asarray(table[values])
    order = np.argsort(known)
    found = order[np.searchsorted(known[order], values).clip(0, len(known) - 1)]
    return np.where(known[found] == values, found + 1, 0).astype(np.uint8)


def palette_png(codes: Codes, colours: list[Colour]) -> bytes:
    """Write a PNG of palette indices, 4 bits each where 16 colours are enough.

    Parameters
    ----------
    codes : Codes
        ``(height, width)``; 0 is transparent.
    colours : list of tuple
        Red, green, blue of codes 1, 2, ...; 255 at most.
    """
    height, width = codes.shape
    few = len(colours) < _FEW_COLOURS
    rows = np.zeros((height, 1 + (-(-width // 2) if few else width)), dtype=np.uint8)
    if few:
        rows[:, 1:] = codes[:, 0::2] << 4
        rows[:, 1 : 1 + width // 2] |= codes[:, 1::2]
    else:
        rows[:, 1:] = codes
    head = struct.pack(">IIBBBBB", width, height, 4 if few else 8, 3, 0, 0, 0)
    palette = bytes([0, 0, 0, *(channel for colour in colours for channel in colour)])
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", head),
            _chunk(b"PLTE", palette),
            _chunk(b"tRNS", b"\x00"),
            _chunk(b"IDAT", zlib.compress(rows.tobytes(), _COMPRESSION)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(content, zlib.crc32(name))
    return (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", checksum)
    )


def is_blank(picture: bytes) -> bool:
    """Whether a picture of :func:`palette_png` shows nothing at all.

    Raises
    ------
    ValueError
        It is another kind of picture.
    """
    if picture[25:26] != b"\x03":
        msg = "not a PNG with a palette"
        raise ValueError(msg)
    at = 8
    while picture[at + 4 : at + 8] != b"IDAT":
        (length,) = struct.unpack_from(">I", picture, at)
        at += 12 + length
    (length,) = struct.unpack_from(">I", picture, at)
    return not any(zlib.decompress(picture[at + 8 : at + 8 + length]))
