from collections.abc import Callable

import numpy as np
import pytest
from affine import Affine

from layers.loaded import RasterLayer
from service.map_content import RasterPart, Relief
from service.map_pictures import LEAST_WIDTH, within
from service.map_rasters import MAX_SIDE, Picture, picture
from service.map_relief import relief

MakeRaster = Callable[..., RasterLayer]
ReadPixels = Callable[[Picture], np.ndarray]

BOX = Affine(0.02, 0, 108, 0, -0.02, 46)
RAMP = {"ramp": ((0.0, "#000000"), (255.0, "#FFFFFF"))}
CLASSES = [
    {"value": value, "title": {"zh": colour, "en": colour}, "colour": colour}
    for value, colour in enumerate(("#FF0000", "#00FF00", "#0000FF"))
]


def noise(size: int, most: int) -> np.ndarray:
    return np.random.default_rng(7).integers(0, most, (size, size), dtype=np.uint8)


@pytest.fixture
def classed(make_raster: MakeRaster) -> RasterLayer:
    return make_raster(noise(200, 3), "EPSG:4326", BOX, classes=CLASSES)


def test_what_fits_stays_as_it_is(classed: RasterLayer) -> None:
    one = picture(classed)
    assert within([one], len(one.data_url)) == [one]
    assert within([], 0) == []


def test_colours_of_classes_are_never_mixed(
    classed: RasterLayer, pixels: ReadPixels
) -> None:
    one = picture(classed)
    (coarse,) = within([one], len(one.data_url) // 3)
    assert len(coarse.data_url) <= len(one.data_url) // 3
    assert len(coarse.data_url) > len(one.data_url) // 6, "the room is used"
    assert (coarse.bounds, coarse.classes) == (one.bounds, one.classes)
    colours = {tuple(colour) for colour in pixels(coarse).reshape(-1, 4).tolist()}
    assert colours <= {
        (255, 0, 0, 255),
        (0, 255, 0, 255),
        (0, 0, 255, 255),
        (0, 0, 0, 0),
    }
    assert len(colours & {(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255)}) == 3


def test_cells_stay_where_they_are(make_raster: MakeRaster, pixels: ReadPixels) -> None:
    cells = noise(400, 3)
    cells[:, :200], cells[:200] = 0, 255
    one = picture(make_raster(cells, "EPSG:4326", BOX, classes=CLASSES))
    (coarse,) = within([one], len(one.data_url) // 4)
    image = pixels(coarse)
    height, width = image.shape[:2]
    assert tuple(image[-2, width // 4]) == (255, 0, 0, 255)
    assert image[height // 4, width // 2, 3] == 0, "no value stays transparent"


def test_small_pictures_keep_what_they_have(
    classed: RasterLayer, make_raster: MakeRaster
) -> None:
    large = picture(classed)
    small = picture(make_raster(noise(4, 3), "EPSG:4326", BOX, classes=CLASSES))
    room = len(small.data_url) + len(large.data_url) // 2
    kept = within([small, large], room)
    assert kept[0] is small
    assert sum(len(one.data_url) for one in kept) <= room
    assert len(kept[1].data_url) > 0.3 * len(large.data_url)


def test_a_picture_ends_at_the_least_width(classed: RasterLayer) -> None:
    (coarse,) = within([picture(classed)], 10)
    assert coarse.size[0] == LEAST_WIDTH


def test_a_tall_raster_is_no_giant_picture(make_raster: MakeRaster) -> None:
    cells = np.ones((4000, 4), dtype=np.uint8)
    to = Affine(0.001, 0, 108, 0, -0.001, 46)
    made = picture(make_raster(cells, "EPSG:4326", to, style=RAMP))
    assert made.size[1] <= MAX_SIDE
    assert made.size[0] >= 1


def test_a_relief_shrinks_smoothly(make_raster: MakeRaster) -> None:
    made = relief(make_raster(noise(500, 255).astype(np.int16), "EPSG:4326", BOX))
    (coarse,) = within([made], len(made.data_url) // 3)
    assert coarse.data_url.startswith("data:image/webp")
    assert coarse.size[0] < made.size[0]
    assert len(coarse.data_url) <= len(made.data_url) // 3
    (said,) = Relief(coarse, made.size[0]).notes
    assert f"{coarse.size[0]} pixels wide instead of {made.size[0]}" in said.text.en
    assert Relief(made, made.size[0]).notes == []


def test_the_map_says_what_became_coarser(classed: RasterLayer) -> None:
    one = picture(classed)
    assert RasterPart(classed.spec, one, (200, 200), one.size).notes == []
    (coarse,) = within([one], len(one.data_url) // 4)
    (said,) = RasterPart(classed.spec, coarse, (200, 200), one.size).notes
    width, height = coarse.size
    assert "200 by 200 cells" in said.text.en
    assert f"picture of {width} by {height} pixels" in said.text.en
    assert f"{width} × {height} 像素" in said.text.zh


def test_a_raster_finer_than_any_picture_is_said_to_be(classed: RasterLayer) -> None:
    one = picture(classed)
    (said,) = RasterPart(classed.spec, one, (9000, 200), one.size).notes
    assert "9000 by 200 cells" in said.text.en
