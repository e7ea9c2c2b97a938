"""Tile matrix sets against morecantile, pixel places against PROJ."""

import morecantile
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

from geo.tile_matrix import (
    CGCS2000_QUAD,
    DEEPEST_LEVEL,
    TILE_MATRIX_SETS,
    WEB_MERCATOR_QUAD,
    TileMatrixSet,
)

REFERENCE = {
    "WebMercatorQuad": morecantile.tms.get("WebMercatorQuad"),
    # Same squares; only the datum has another name.
    "WorldCGCS2000Quad": morecantile.tms.get("WorldCRS84Quad"),
}
SETS = list(TILE_MATRIX_SETS.values())
levels = st.integers(0, 17)


@pytest.mark.parametrize("tiles", SETS, ids=lambda one: one.id)
def test_scales_and_shapes_equal_those_of_ogc(tiles: TileMatrixSet) -> None:
    for level in range(18):
        known = REFERENCE[tiles.id].matrix(level)
        assert tiles.shape(level) == (known.matrixHeight, known.matrixWidth)
        assert tiles.cell_size(level) == pytest.approx(known.cellSize, rel=1e-9)
        scale = tiles.scale_denominator(level)
        assert scale == pytest.approx(known.scaleDenominator, rel=1e-9)


@pytest.mark.parametrize("tiles", SETS, ids=lambda one: one.id)
@given(level=levels, at=st.tuples(st.floats(0, 0.999), st.floats(0, 0.999)))
def test_bounds_equal_those_of_morecantile(
    tiles: TileMatrixSet, level: int, at: tuple[float, float]
) -> None:
    rows, columns = tiles.shape(level)
    row, column = int(at[0] * rows), int(at[1] * columns)
    tile = morecantile.Tile(column, row, level)
    known = REFERENCE[tiles.id].xy_bounds(tile)
    assert tiles.bounds(level, row, column) == pytest.approx(tuple(known), abs=1e-6)


@pytest.mark.parametrize("tiles", SETS, ids=lambda one: one.id)
@pytest.mark.parametrize("place", [(0, 0, 0), (5, 11, 25), (12, 1540, 3300)])
def test_pixel_centres_are_where_proj_says(
    tiles: TileMatrixSet, place: tuple[int, int, int]
) -> None:
    longitudes, latitudes = tiles.pixel_centres(*place, 256)
    left, bottom, right, top = tiles.bounds(*place)
    step = (right - left) / 256
    x = left + (np.arange(256) + 0.5) * step
    y = top - (np.arange(256) + 0.5) * step
    geographic = "EPSG:4326" if tiles is WEB_MERCATOR_QUAD else "EPSG:4490"
    proj = Transformer.from_crs(tiles.crs, geographic, always_xy=True)
    known_x, known_y = proj.transform(x, y)
    np.testing.assert_allclose(longitudes, known_x, atol=1e-9)
    np.testing.assert_allclose(latitudes, known_y, atol=1e-9)
    assert y[-1] - step / 2 == pytest.approx(bottom)


@given(lon=st.floats(-180, 180), lat=st.floats(-85, 85))
def test_project_equals_proj(lon: float, lat: float) -> None:
    proj = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)
    made = WEB_MERCATOR_QUAD.project(np.array([[lon, lat]]))[0]
    assert tuple(made) == pytest.approx(proj.transform(lon, lat), abs=1e-5)


def test_poles_become_the_edge_of_the_square() -> None:
    made = WEB_MERCATOR_QUAD.project(np.array([[0.0, 90.0], [0.0, -90.0]]))
    half = WEB_MERCATOR_QUAD.side / 2
    assert made[:, 1] == pytest.approx([half, -half])


@pytest.mark.parametrize("tiles", SETS, ids=lambda one: one.id)
def test_holds_exactly_the_tiles_of_the_level(tiles: TileMatrixSet) -> None:
    rows, columns = tiles.shape(3)
    assert tiles.holds(3, 0, 0)
    assert tiles.holds(3, rows - 1, columns - 1)
    assert not tiles.holds(3, rows, 0)
    assert not tiles.holds(3, 0, columns)
    assert not tiles.holds(3, -1, 0)
    assert not tiles.holds(-1, 0, 0)
    assert not tiles.holds(DEEPEST_LEVEL + 1, 0, 0)


@pytest.mark.parametrize("tiles", SETS, ids=lambda one: one.id)
def test_tiles_of_a_box_are_those_that_touch_it(tiles: TileMatrixSet) -> None:
    west, south, east, north = 97.2, 37.4, 126.1, 53.3
    row0, row1, column0, column1 = tiles.tiles((west, south, east, north), 7)
    for lon, lat in ((west, north), (east, south)):
        x, y = tiles.project(np.array([[lon, lat]]))[0]
        touched = [
            (row, column)
            for row in (row0, row1)
            for column in (column0, column1)
            if _inside(tiles.bounds(7, row, column), x, y)
        ]
        assert len(touched) == 1
    assert tiles.tiles((-180, -90, 180, 90), 2)[::2] == (0, 0)


def _inside(bounds: tuple[float, float, float, float], x: float, y: float) -> bool:
    left, bottom, right, top = bounds
    return left <= x <= right and bottom <= y <= top


def test_cgcs2000_set_begins_in_the_north_west() -> None:
    assert CGCS2000_QUAD.bounds(0, 0, 1) == (0.0, -90.0, 180.0, 90.0)
