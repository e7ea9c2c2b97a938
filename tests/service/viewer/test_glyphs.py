"""Letters as distance fields: against the outline drawn by another library."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from service.viewer.fonts import BAKED, FontStore, font_path
from service.viewer.glyphs import BORDER, FACES, Face, glyph

REGULAR = "Ecobarrier Regular"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FontStore:
    return FontStore(tmp_path_factory.mktemp("fonts"))


def fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Read a protocol buffer by its specification."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return value

    while at < len(message):
        key = varint()
        if key & 7 == 0:
            yield key >> 3, varint()
        else:
            length = varint()
            yield key >> 3, message[at : at + length]
            at += length


def glyphs_of(answer: bytes) -> dict[int, dict[int, int | bytes]]:
    ((number, stack),) = fields(answer)
    assert number == 1
    assert isinstance(stack, bytes)
    found = {}
    for kind, value in fields(stack):
        if kind == 3:
            assert isinstance(value, bytes)
            one = dict(fields(value))
            found[int(one[1])] = one
    return found


def signed(value: int) -> int:
    return (value >> 1) ^ -(value & 1)


def test_letters_are_where_the_font_draws_them(store: FontStore) -> None:
    """The half-way level of the field is the letter as FreeType fills it."""
    font = ImageFont.truetype(str(font_path()), 24)
    glyphs = glyphs_of(store.glyphs(REGULAR, 0))
    for letter in "AgQ8":
        one = glyphs[ord(letter)]
        width, height = int(one[3]), int(one[4])
        left, top = signed(int(one[5])), signed(int(one[6])) + 27
        shape = height + 2 * BORDER, width + 2 * BORDER
        field = np.frombuffer(bytes(one[2]), np.uint8).reshape(shape)
        drawn = Image.new("L", (shape[1], shape[0]))
        place = BORDER - left, BORDER + top
        ImageDraw.Draw(drawn).text(place, letter, font=font, fill=255, anchor="ls")
        inside = field > 191
        assert np.mean(inside != (np.asarray(drawn) > 127)) < 0.05, letter
        assert abs(int(one[7]) - font.getlength(letter)) <= 1


def test_distance_of_a_square_is_exact() -> None:
    square = shapely.box(2, 0, 12, 10)
    one = glyph(65, square, 14, Face())
    field = np.frombuffer(one.bitmap, np.uint8).reshape(16, 16)
    assert (one.width, one.height, one.left, one.top) == (10, 10, 2, 10)
    # Pixel centres half a px inside and outside of the edge.
    assert field[8, BORDER] == round(255 - 255 * (-0.5 / 8 + 0.25))
    assert field[8, BORDER - 1] == round(255 - 255 * (0.5 / 8 + 0.25))
    corner = np.hypot(2.5, 2.5)
    assert field[0, 0] == round(255 - 255 * (corner / 8 + 0.25))


def test_faces_differ_as_said() -> None:
    square = shapely.box(2, 0, 12, 10)
    medium = glyph(65, square, 14, FACES["Ecobarrier Medium"])
    italic = glyph(65, square, 14, FACES["Ecobarrier Italic"])
    assert medium.width > 10
    assert italic.width == 13


def test_hole_of_a_letter_stays_open(store: FontStore) -> None:
    one = glyphs_of(store.glyphs(REGULAR, 0))[ord("O")]
    width, height = int(one[3]), int(one[4])
    field = np.frombuffer(bytes(one[2]), np.uint8)
    middle = field.reshape(height + 2 * BORDER, width + 2 * BORDER)
    assert middle[(height + 6) // 2, (width + 6) // 2] < 128


@pytest.mark.parametrize("first", [65024, 0x1800, 0x4E00, 0x10000])
def test_range_without_letters_is_empty_but_valid(store: FontStore, first: int) -> None:
    answer = store.glyphs(REGULAR, first)
    ((_, stack),) = fields(answer)
    assert isinstance(stack, bytes)
    said = dict(fields(stack))
    assert said == {1: REGULAR.encode(), 2: f"{first}-{first + 255}".encode()}


def test_pinyin_and_degrees_are_baked(store: FontStore) -> None:
    known = {
        one
        for first in (0, 256, 768)
        for one in glyphs_of(store.glyphs(REGULAR, first))
    }
    assert {ord(one) for one in "āáǎà°±²"} - known <= {ord("ǎ")}
    assert all(first % 256 == 0 for first in BAKED)


def test_latin_font_has_proportional_signs(store: FontStore, tmp_path: Path) -> None:
    path = tmp_path / "latin.woff2"
    path.write_bytes(store.web_font("latin"))
    font = TTFont(path)
    names, widths = font.getBestCmap(), font["hmtx"]
    for sign in "’“":
        assert widths[names[ord(sign)]][0] < 900, sign
    assert path.stat().st_size < 40_000


def test_unknown_stack_falls_back(store: FontStore) -> None:
    assert store.glyphs("Nobody,Ecobarrier Italic", 512) == store.glyphs(
        "Ecobarrier Italic", 512
    )
    assert store.glyphs("Nobody", 512) == store.glyphs(REGULAR, 512)
