from collections.abc import Callable

import numpy as np
import pytest
from affine import Affine

from layers.catalog import Catalog
from layers.loaded import RasterLayer
from service.map_rasters import Picture
from service.map_relief import MAX_BYTES, blurred, relief

MakeRaster = Callable[..., RasterLayer]
ReadPixels = Callable[[Picture], np.ndarray]

NONE = -32768
TO = Affine(0.02, 0, 108, 0, -0.02, 46)


def test_north_west_slopes_are_lit_and_south_east_slopes_are_dark(
    make_raster: MakeRaster, pixels: ReadPixels
) -> None:
    y, x = np.mgrid[0:200, 0:200]
    cone = np.maximum(0, 3000 - 40 * np.hypot(x - 100, y - 100)).astype(np.int16)
    made = relief(make_raster(cone, "EPSG:4326", TO))
    image = pixels(made).astype(int)

    def brightness(lon: float, lat: float) -> float:
        west, south, east, north = made.bounds
        column = int((lon - west) / (east - west) * image.shape[1])
        # Mercator's rows are near enough evenly spaced over so few degrees.
        row = int((north - lat) / (north - south) * image.shape[0])
        around = image[row - 5 : row + 5, column - 5 : column + 5, :3]
        return float(around.mean())

    # At the same height, so that only the light differs.
    north_west, south_east = brightness(109.6, 44.4), brightness(110.4, 43.6)
    north_east, south_west = brightness(110.4, 44.4), brightness(109.6, 43.6)
    assert north_west > north_east > south_east + 3
    assert north_west > south_west > south_east + 3


def test_fades_out_where_there_is_no_elevation(
    make_raster: MakeRaster, pixels: ReadPixels
) -> None:
    height = np.full((200, 200), 1200, dtype=np.int16)
    height[:, 100:] = NONE
    image = pixels(relief(make_raster(height, "EPSG:4326", TO)))
    middle = image[image.shape[0] // 2, :, 3].astype(int)
    full = np.flatnonzero(middle == 255)
    assert full.max() == pytest.approx(len(middle) / 2, abs=4)
    assert middle[-1] == 0
    assert np.diff(middle[full.max() :]).max() <= 0, "never a second edge"
    assert np.abs(np.diff(middle)).max() < 30, "no hard edge"


def test_without_any_elevation_nothing_is_drawn(
    make_raster: MakeRaster, pixels: ReadPixels
) -> None:
    nothing = np.full((32, 32), NONE, dtype=np.int16)
    image = pixels(relief(make_raster(nothing, "EPSG:4326", TO)))
    assert image[:, :, 3].max() == 0


def test_picture_of_the_seeds_is_small(real_catalog: Catalog) -> None:
    made = relief(real_catalog.raster("elevation"))
    assert 20_000 < made.byte_count <= MAX_BYTES
    west, south, east, north = made.bounds
    assert west < 97.2
    assert south < 37.5
    assert east > 126.1
    assert north > 53.4


def test_blur_keeps_means_and_constants() -> None:
    assert blurred(np.full((9, 9), 7.0), 2) == pytest.approx(np.full((9, 9), 7.0))
    spike = np.zeros((41, 41))
    spike[20, 20] = 1
    spread = blurred(spike, 3)
    assert spread.sum() == pytest.approx(1)
    assert spread == pytest.approx(spread.T)
    assert spread[20, 20] == spread.max() < 0.1
    assert spread[20, 20 + 10] == pytest.approx(0, abs=1e-12)
