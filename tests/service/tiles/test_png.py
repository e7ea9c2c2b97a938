"""Palette pictures, read back by Pillow."""

import io

import numpy as np
import pytest
from PIL import Image

from service.tiles.png import coloured, palette_png

COLOURS = [(10, 20, 30), (200, 0, 0), (0, 200, 0)]


def read_back(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGBA"))


@pytest.mark.parametrize("count", [1, 3, 15, 16, 255])
@pytest.mark.parametrize("shape", [(256, 256), (3, 5), (1, 1)])
def test_every_pixel_comes_back(count: int, shape: tuple[int, int]) -> None:
    random = np.random.default_rng(count)
    codes = random.integers(0, count + 1, shape).astype(np.uint8)
    colours = [tuple(map(int, one)) for one in random.integers(0, 256, (count, 3))]
    made = read_back(palette_png(codes, colours))  # type: ignore[arg-type]
    table = np.zeros((256, 4), dtype=np.uint8)
    table[1 : count + 1, :3] = colours
    table[1:, 3] = 255
    shown = made[..., 3] > 0
    assert np.array_equal(shown, codes > 0)
    assert np.array_equal(made[shown], table[codes][shown])


def test_few_colours_take_four_bits() -> None:
    codes = np.random.default_rng(0).integers(0, 4, (256, 256)).astype(np.uint8)
    many = COLOURS * 6
    assert palette_png(codes, COLOURS)[24] == 4
    assert palette_png(codes, many)[24] == 8
    assert len(palette_png(codes, COLOURS)) < len(palette_png(codes, many))


@pytest.mark.parametrize("kind", ["uint8", "int16", "int32", "float32"])
def test_classes_get_their_colours_and_others_none(make_spec, kind: str) -> None:  # type: ignore[no-untyped-def]
    title = {"zh": "类", "en": "class"}
    classes = [
        {"value": value, "title": title, "colour": colour}
        for value, colour in ((7, "#FF0000"), (1, "#00FF00"), (200, "#0000FF"))
    ]
    spec = make_spec(kind="raster", geometry=None, rows=None, classes=classes)
    values = np.ma.MaskedArray(
        np.array([[7, 1, 200, 99, 7]], dtype=np.uint8).astype(kind),
        [[False, False, False, False, True]],
    )
    made = read_back(palette_png(*coloured(spec, values)))
    assert made[0, :3, :3].tolist() == [[255, 0, 0], [0, 255, 0], [0, 0, 255]]
    assert made[0, :, 3].tolist() == [255, 255, 255, 0, 0]


def test_ramp_ends_and_middle(make_spec) -> None:  # type: ignore[no-untyped-def]
    ramp = [(0.0, "#000000"), (100.0, "#C86432")]
    style = {"ramp": ramp}
    spec = make_spec(kind="raster", geometry=None, rows=None, style=style)
    values = np.ma.MaskedArray(
        np.array([[-50.0, 0.0, 50.0, 100.0, 900.0, 5.0]]), [[False] * 5 + [True]]
    )
    made = read_back(palette_png(*coloured(spec, values)))
    assert made[0, :, 3].tolist() == [255] * 5 + [0]
    np.testing.assert_allclose(made[0, :2, :3], 0)
    np.testing.assert_allclose(made[0, 2, :3], [100, 50, 25], atol=1)
    np.testing.assert_allclose(made[0, 3:5, :3], [[200, 100, 50]] * 2)
