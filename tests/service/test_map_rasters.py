from collections.abc import Callable

import numpy as np
import pytest
from affine import Affine
from pyproj import Transformer
from rasterio.warp import Resampling, reproject, transform_bounds

from layers.catalog import Catalog
from layers.loaded import RasterLayer
from service.map_rasters import (
    MercatorRows,
    Picture,
    picture,
    ramp_colours,
    rgb,
    sample,
)

MakeRaster = Callable[..., RasterLayer]
ReadPixels = Callable[[Picture], np.ndarray]

GRIDS = [
    ("EPSG:4326", Affine(0.25, 0, 100, 0, -0.25, 53)),
    ("EPSG:4527", Affine(10_000, 0, 39_100_000, 0, -10_000, 5_800_000)),
]
BOUNDS = (112.003, 44.0, 119.004, 52.0)
DEGREES = Affine(1, 0, 110, 0, -1, 50)


def mercator_grid(rows: MercatorRows) -> Affine:
    west, south, east, north = transform_bounds("EPSG:4326", "EPSG:3857", *rows.bounds)
    width, height = (east - west) / rows.width, (north - south) / rows.height
    return Affine(width, 0, west, 0, -height, north)


@pytest.mark.parametrize(("crs", "to"), GRIDS)
def test_cells_lie_where_gdal_warps_them(
    make_raster: MakeRaster, crs: str, to: Affine
) -> None:
    cells = np.random.default_rng(5).integers(0, 200, (60, 80)).astype(np.uint8)
    rows = MercatorRows.over(BOUNDS, 350)
    expected = np.full((rows.height, rows.width), 255, dtype=np.uint8)
    reproject(
        cells,
        expected,
        src_transform=to,
        src_crs=crs,
        dst_transform=mercator_grid(rows),
        dst_crs="EPSG:3857",
        dst_nodata=255,
        resampling=Resampling.nearest,
    )
    answered = sample(make_raster(cells, crs, to), rows).filled(255)
    assert (expected != 255).mean() > 0.5
    # GDAL approximates the transformation to an eighth of a pixel.
    assert (answered == expected).mean() > 0.98


@pytest.mark.parametrize(("crs", "to"), GRIDS)
def test_cells_lie_where_proj_puts_them(
    make_raster: MakeRaster, crs: str, to: Affine
) -> None:
    cells = np.arange(60 * 80, dtype=np.int16).reshape(60, 80)
    rows = MercatorRows.over(BOUNDS, 350)
    columns, lines = np.meshgrid(np.arange(rows.width), np.arange(rows.height))
    grid = mercator_grid(rows)
    x, y = grid.c + (columns + 0.5) * grid.a, grid.f + (lines + 0.5) * grid.e
    x, y = Transformer.from_crs("EPSG:3857", crs, always_xy=True).transform(x, y)
    column = np.floor((x - to.c) / to.a).astype(int)
    row = np.floor((y - to.f) / to.e).astype(int)
    inside = (column >= 0) & (column < 80) & (row >= 0) & (row < 60)
    expected = np.where(inside, row * 80 + column, -1)
    answered = sample(make_raster(cells, crs, to), rows).filled(-1)
    # A pixel centre on a cell's edge may go to either side.
    assert (answered == expected).mean() > 0.999


def test_pixels_are_square_on_the_map() -> None:
    rows = MercatorRows.over((97, 37, 127, 54), 1000)
    step = mercator_grid(rows)
    assert step.a == pytest.approx(-step.e, rel=1e-3)
    assert rows.latitudes[0] > rows.latitudes[-1]
    assert len(rows.latitudes) == rows.height


def test_latitudes_end_where_mercator_ends() -> None:
    rows = MercatorRows.over((-180, -90, 180, 90), 100)
    assert np.isfinite(rows.latitudes).all()
    assert rows.height == pytest.approx(100, abs=1)


def test_classes_have_their_colours(catalog: Catalog, pixels: ReadPixels) -> None:
    made = picture(catalog.raster("land_cover"))
    image = pixels(made)
    assert made.bounds == pytest.approx((108, 39, 112, 42))
    assert made.classes == {1, 2}
    middle = image.shape[0] // 2
    assert tuple(image[middle, 10]) == (*rgb("#E0EABF"), 255)
    assert tuple(image[middle, -10]) == (*rgb("#E4C9AE"), 255)
    assert image[0, 10, 3] == 0, "cells without a value are transparent"


def test_values_that_are_no_class_are_transparent(
    make_raster: MakeRaster, pixels: ReadPixels
) -> None:
    one = {"value": 1, "title": {"zh": "一", "en": "one"}, "colour": "#FF0000"}
    cells = np.array([[1, 7]], dtype=np.uint8).repeat(16, axis=0)
    image = pixels(picture(make_raster(cells, "EPSG:4326", DEGREES, classes=[one])))
    assert tuple(image[5, 5]) == (255, 0, 0, 255)
    assert image[5, -5, 3] == 0


def test_ramps_run_through_their_colours(
    make_raster: MakeRaster, pixels: ReadPixels
) -> None:
    ramp = ((0.0, "#000000"), (100.0, "#FFFFFF"))
    cells = np.array([[0, 50, 100, 200]], dtype=np.uint8).repeat(16, axis=0)
    raster = make_raster(cells, "EPSG:4326", DEGREES, style={"ramp": ramp})
    image = pixels(picture(raster))
    quarter = image.shape[1] // 4
    greys = [int(image[5, quarter // 2 + i * quarter, 0]) for i in range(4)]
    assert greys == pytest.approx([0, 127.5, 255, 255], abs=3)


def test_values_nobody_describes_are_spread_over_the_colours(
    make_raster: MakeRaster, pixels: ReadPixels
) -> None:
    cells = np.linspace(200, 1800, 1000).round().astype(np.int16)
    cells = cells.reshape(20, 50)
    cells[0, 0] = 32000
    made = picture(make_raster(cells, "EPSG:4326", DEGREES, theme="user"))
    assert made.ramp is not None
    assert [value for value, _ in made.ramp] == pytest.approx([232, 1770], abs=10)
    image = pixels(made)[..., :3]
    assert len(np.unique(image.reshape(-1, 3), axis=0)) > 40
    low, high = rgb(made.ramp[0][1]), rgb(made.ramp[1][1])
    assert tuple(image[2, -2]) == pytest.approx(low, abs=12)
    assert tuple(image[-2, -2]) == pytest.approx(high, abs=12)
    even = make_raster(np.full((4, 4), 7, np.int16), "EPSG:4326", DEGREES, theme="user")
    assert picture(even).ramp == ((6.5, made.ramp[0][1]), (7.5, made.ramp[1][1]))
    none = make_raster(
        np.full((4, 4), -32768, np.int16), "EPSG:4326", DEGREES, theme="user"
    )
    assert picture(none).ramp is None


def test_ramp_between_two_colours() -> None:
    stops = ((0.0, "#000000"), (10.0, "#64C800"))
    assert ramp_colours(stops, np.array([-5.0, 5.0, 99.0])).tolist() == [
        [0, 0, 0],
        [50, 100, 0],
        [100, 200, 0],
    ]
