"""Letters as distance fields, in the ranges that MapLibre asks for.

MapLibre draws ideographs itself, out of a web font; everything else it asks for in
ranges of 256 characters. A letter is a picture of distances to its outline at 24 px:
``255 - 255 * (d / 8 + 0.25)``, d in px and positive outside, with a border of 3 px
(the format of the Mapbox glyph service). The distances are exact: they are measured
to the outline itself, not to a drawing of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont

from geo.types import FloatArray

SIZE = 24
"""Pixels to the em."""
BORDER = 3
RANGE = 256
_RADIUS, _CUTOFF = 8.0, 0.25
_CURVE_STEPS = 8
_BASELINE = 27
"""Puts letters on the line on which MapLibre draws its own ideographs."""

Point = tuple[float, float]


class Face(NamedTuple):
    """One of the faces made of the one weight.

    ``grow`` px moves the outline outwards; ``slant`` is the tangent of the shear.
    """

    grow: float = 0.0
    slant: float = 0.0


FACES: Mapping[str, Face] = {
    "Ecobarrier Regular": Face(),
    "Ecobarrier Medium": Face(grow=0.45),
    "Ecobarrier Italic": Face(slant=0.21),
}


@dataclass(frozen=True)
class Outlines:
    """The outlines of a font.

    Parameters
    ----------
    font : TTFont
    names : mapping of int to str
        Glyph name by character.
    """

    font: TTFont
    names: Mapping[int, str]

    def shape(self, character: int) -> tuple[shapely.Geometry, float]:
        """Answer the area of a letter in px, y upwards, and its advance in px."""
        scale = SIZE / self.font["head"].unitsPerEm
        glyphs = self.font.getGlyphSet()
        name = self.names[character]
        pen = DecomposingRecordingPen(glyphs)
        glyphs[name].draw(pen)
        rings = [
            shapely.linearrings(np.asarray(ring) * scale)
            for ring in _rings(pen.value)
            if len(ring) >= 3
        ]
        lines = shapely.multilinestrings(rings) if rings else None
        area = shapely.build_area(lines) if lines else shapely.Polygon()
        return area, glyphs[name].width * scale


def _rings(commands: list[tuple[str, tuple[Point, ...]]]) -> Iterator[list[Point]]:
    """Yield closed outlines, with curves as short lines."""
    ring: list[Point] = []
    for command, points in commands:
        if command == "moveTo":
            ring = [points[0]]
        elif command in ("lineTo", "curveTo", "qCurveTo"):
            ring += _CURVES[command]([ring[-1], *points])
        else:
            yield ring


def _line(points: list[Point]) -> list[Point]:
    return [points[-1]]


def _bezier(points: list[Point]) -> list[Point]:
    """De Casteljau's construction, for any degree."""
    made = []
    for t in np.linspace(0, 1, _CURVE_STEPS + 1)[1:]:
        level = np.asarray(points, dtype=float)
        while len(level) > 1:
            level = level[:-1] * (1 - t) + level[1:] * t
        made.append((float(level[0, 0]), float(level[0, 1])))
    return made


_CURVES: Mapping[str, Callable[[list[Point]], list[Point]]] = {
    "lineTo": _line,
    "curveTo": _bezier,
    "qCurveTo": _bezier,
}


class Glyph(NamedTuple):
    """A letter as MapLibre reads it; the bitmap has a border on each side."""

    character: int
    width: int
    height: int
    left: int
    top: int
    advance: int
    bitmap: bytes


def glyph(character: int, area: shapely.Geometry, advance: float, face: Face) -> Glyph:
    """Draw one letter.

    Parameters
    ----------
    character : int
    area : Geometry
        Polygons in px, y upwards from the baseline; empty for a space.
    advance : float
        Pixels.
    face : Face
    """
    if shapely.is_empty(area):
        return Glyph(character, 0, 0, 0, 0, round(advance), b"")
    drawn = shapely.transform(area, lambda xy: _sheared(xy, face.slant))
    west, south, east, north = shapely.bounds(drawn)
    spare = int(np.ceil(face.grow))
    left, right = int(np.floor(west)) - spare, int(np.ceil(east)) + spare
    bottom, top = int(np.floor(south)) - spare, int(np.ceil(north)) + spare
    columns = np.arange(left - BORDER, right + BORDER) + 0.5
    rows = np.arange(top + BORDER, bottom - BORDER, -1) - 0.5
    x, y = (one.ravel() for one in np.meshgrid(columns, rows))
    away = shapely.distance(shapely.points(x, y), shapely.boundary(drawn))
    signed = np.where(shapely.contains_xy(drawn, x, y), -away, away) - face.grow
    level = 255 - 255 * (signed / _RADIUS + _CUTOFF)
    bitmap = np.rint(np.clip(level, 0, 255)).astype(np.uint8).tobytes()
    wide = round(advance + face.grow)
    return Glyph(character, right - left, top - bottom, left, top, wide, bitmap)


def _sheared(points: FloatArray, slant: float) -> FloatArray:
    return np.column_stack([points[:, 0] + slant * points[:, 1], points[:, 1]])


def packed(stack: str, first: int, glyphs: list[Glyph]) -> bytes:
    """Write a range as the protocol buffer of the glyph format.

    Without glyphs it is still a valid answer: a stack of that name and range.
    """
    body = _text(1, stack) + _text(2, f"{first}-{first + RANGE - 1}")
    body += b"".join(_bytes(3, _glyph_message(one)) for one in glyphs)
    return _bytes(1, body)


def _glyph_message(one: Glyph) -> bytes:
    bitmap = _bytes(2, one.bitmap) if one.bitmap else b""
    numbers = (one.width, one.height, _zigzag(one.left), _zigzag(one.top - _BASELINE))
    fields = b"".join(_number(3 + at, value) for at, value in enumerate(numbers))
    return _number(1, one.character) + bitmap + fields + _number(7, one.advance)


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())
