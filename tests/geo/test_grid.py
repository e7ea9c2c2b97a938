"""Windows hold every touched cell and never leave the grid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from rasterio.transform import array_bounds, from_origin, rowcol

from geo.grid import Grid, Window
from geo.types import BBox

# rasterio 1.4 multiplies transforms in a way that affine 3 announces to end.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul")

GRID = Grid(20, 30, 110.0, 45.0, 0.25, 0.5, CRS.from_epsg(4490))


def test_bounds_are_those_of_rasterio() -> None:
    transform = from_origin(GRID.x0, GRID.y0, GRID.dx, GRID.dy)
    assert GRID.bounds == array_bounds(GRID.height, GRID.width, transform)


@given(*[st.floats(0.001, 0.999)] * 4)
def test_window_is_that_of_rasterio(a: float, b: float, c: float, d: float) -> None:
    left, bottom, right, top = GRID.bounds
    x = sorted((left + (right - left) * a, left + (right - left) * b))
    y = sorted((bottom + (top - bottom) * c, bottom + (top - bottom) * d))
    window = GRID.window((x[0], y[0], x[1], y[1]))
    transform = from_origin(GRID.x0, GRID.y0, GRID.dx, GRID.dy)
    rows, columns = rowcol(transform, x, y[::-1])
    assert (window.row0, window.col0) == (rows[0], columns[0])
    # One more cell only where the box ends inside it.
    assert 0 <= GRID.column_edges(np.array([window.col1]))[0] - x[1] < GRID.dx
    assert 0 <= y[0] - GRID.row_edges(np.array([window.row1]))[0] < GRID.dy


@pytest.mark.parametrize(
    "box",
    [
        (100, 30, 101, 31),
        (110, 45, 117.5, 46),
        (110, 20, 117.5, 35),
        (100, 35, 110, 45),
        (117.5, 35, 120, 45),
        (1e300, 1e300, 2e300, 2e300),
    ],
)
def test_box_beside_the_grid_touches_nothing(box: BBox) -> None:
    assert GRID.window(box).is_empty


def test_box_on_grid_lines_holds_its_cells_only() -> None:
    assert GRID.window((110.5, 44.0, 111.0, 44.5)) == Window(1, 2, 2, 4)


def test_box_over_the_edge_is_clipped() -> None:
    assert GRID.window((0, 0, 180, 90)) == Window(0, 20, 0, 30)
    assert Window(0, 20, 0, 30).shape == (20, 30)


def test_edges_of_rows_and_columns() -> None:
    assert list(GRID.column_edges(np.array([0.0, 0.5, 30.0]))) == [110, 110.125, 117.5]
    assert list(GRID.row_edges(np.array([0.0, 20.0]))) == [45, 35]
