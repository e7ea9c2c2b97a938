"""Covered areas of cells against exactextract's fractions and the polygon's area."""

import json

import geopandas as gpd
import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo import rings as flat
from geo.area import lonlat_area, ring_areas
from geo.authalic import CGCS2000, AreaForm, LonLatForm, PlaneForm
from geo.cells import cell_areas, covered_areas, cut
from geo.crs import to_degrees
from geo.grid import Grid, Window
from geo.testing import scattered_layer, star
from geo.types import FloatArray

LONLAT = CRS.from_epsg(4490)
ALBERS = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80")
GRID = Grid(8, 10, 110.0, 42.0, 0.25, 0.25, LONLAT)
FORM = LonLatForm(CGCS2000)


def whole(grid: Grid) -> Window:
    return Window(0, grid.height, 0, grid.width)


def covered(polygon: shapely.Geometry, grid: Grid, form: AreaForm = FORM) -> FloatArray:
    """Covered areas on the whole grid."""
    rings = flat.from_geometry(shapely.orient_polygons([polygon]))
    pieces = cut(rings, grid, whole(grid))
    size = float(ring_areas(rings, form)[0])
    return covered_areas(pieces, grid, form, whole(grid), size)


def fractions(polygon: shapely.Geometry, grid: Grid) -> FloatArray:
    """Exactextract's share of each cell, in the plane of the coordinates."""
    left, bottom, right, top = grid.bounds
    values = np.zeros((grid.height, grid.width))
    source = NumPyRasterSource(values, left, bottom, right, top)
    feature = {"type": "Feature", "geometry": json.loads(shapely.to_geojson(polygon))}
    (answer,) = exact_extract(source, feature, ["cell_id", "coverage"])
    found = answer["properties"]
    result = np.zeros(values.size)
    result[np.asarray(found["cell_id"], dtype=int)] = found["coverage"]
    return result.reshape(values.shape)


@pytest.mark.parametrize("seed", range(12))
def test_fractions_are_those_of_exactextract(seed: int) -> None:
    """In degrees taken as a plane, since its areas of lon/lat cells are spherical."""
    for polygon in scattered_layer(6, seed, (110, 40, 112.5, 42), size=0.6):
        got = covered(polygon, GRID, PlaneForm()) / (GRID.dx * GRID.dy)
        # Its fractions are single precision.
        np.testing.assert_allclose(got, fractions(polygon, GRID), rtol=0, atol=3e-6)


@pytest.mark.parametrize("seed", range(6))
def test_fractions_on_albers(seed: int) -> None:
    grid = Grid(12, 15, 300_000.0, 4_600_000.0, 10_000.0, 10_000.0, ALBERS)
    for polygon in scattered_layer(6, seed, grid.bounds, size=40_000):
        got = covered(polygon, grid, PlaneForm()) / 1e8
        np.testing.assert_allclose(got, fractions(polygon, grid), rtol=0, atol=3e-6)


@pytest.mark.parametrize("seed", range(6))
def test_each_cell_is_what_geos_cuts_out(seed: int) -> None:
    """The ellipsoidal area of the polygon within each cell, cell by cell."""
    (polygon,) = scattered_layer(1, seed, (110.5, 40.5, 112, 41.5), size=0.7)
    rows, columns = np.divmod(np.arange(80), 10)
    west, north = 110 + 0.25 * columns, 42 - 0.25 * rows
    cells = shapely.box(west, north - 0.25, west + 0.25, north)
    wanted = lonlat_area(shapely.intersection(cells, polygon), CGCS2000)
    got = covered(polygon, GRID)
    np.testing.assert_allclose(got.ravel(), wanted, rtol=1e-9, atol=1e-2)


sides = st.integers(1, 12)


@settings(max_examples=120)
@given(
    st.integers(0, 2**32),
    st.floats(1e-5, 2.0),
    sides,
    sides,
    st.floats(0.003, 1.5),
    st.floats(0.003, 1.5),
)
@example(1, 1e-5, 3, 3, 1.5, 1.5)
def test_cells_add_up_to_the_polygon(
    seed: int, size: float, rows: int, columns: int, dx: float, dy: float
) -> None:
    """On random grids around it: what is cut is neither lost nor counted twice."""
    rng = np.random.default_rng(seed)
    centre = rng.uniform((98, 38), (126, 50))
    polygon = star(rng, centre, size)
    dx, dy = max(dx, 2.1 * size / 40), max(dy, 2.1 * size / 40)
    columns = max(columns, int(np.ceil(2.1 * size / dx)) + 1)
    rows = max(rows, int(np.ceil(2.1 * size / dy)) + 1)
    shift = rng.uniform(0, 1, 2) * [columns * dx - 2 * size, rows * dy - 2 * size]
    x0, y0 = centre + [-size, size] + shift * [-1, 1]
    grid = Grid(rows, columns, float(x0), float(y0), dx, dy, LONLAT)
    cells = covered(polygon, grid)
    (exact,) = lonlat_area(np.array([polygon]), CGCS2000)
    # Coordinates near 120 carry 1.4e-14 degree, 2 nm: what that is of the polygon.
    rounding = 3e-14 / size
    assert cells.sum() == pytest.approx(exact, rel=1e-10 + rounding)
    assert cells.min() >= -1e-9 * exact
    full = cell_areas(grid, whole(grid))
    assert (cells <= full * (1 + 1e-9)).all()


@settings(max_examples=150)
@given(st.integers(0, 2**32))
def test_vertices_and_edges_on_grid_lines(seed: int) -> None:
    """Corners on a coarse grid of halves: edges along lines, vertices on corners."""
    rng = np.random.default_rng(seed)
    points = rng.integers(-2, 12, (int(rng.integers(3, 8)), 2)) * 0.125 + [110, 41]
    polygon = shapely.make_valid(shapely.Polygon(points), method="structure")
    if polygon.area == 0:
        return
    got = covered(polygon, GRID, PlaneForm()) / (GRID.dx * GRID.dy)
    np.testing.assert_allclose(got, fractions(polygon, GRID), rtol=0, atol=3e-6)
    inside = shapely.intersection(polygon, shapely.box(*GRID.bounds)).area
    assert got.sum() * GRID.dx * GRID.dy == pytest.approx(inside, abs=1e-12)


def test_box_on_grid_lines_covers_whole_cells_only() -> None:
    got = covered(shapely.box(110.5, 40.75, 111.25, 41.5), GRID)
    full = cell_areas(GRID, whole(GRID))
    wanted = np.zeros_like(got)
    wanted[2:5, 2:5] = full[2:5, 2:5]
    np.testing.assert_allclose(got, wanted, rtol=1e-12)
    assert (got != 0).sum() == 9


def test_grid_lines_that_decimals_miss() -> None:
    """Row edges at tenths, as 45 - 27 * 0.1, are not the polygon's 42.3."""
    grid = Grid(60, 60, 110.0, 45.0, 0.1, 0.1, LONLAT)
    got = covered(shapely.box(111.3, 41.1, 113.7, 42.3), grid)
    assert (got != 0).sum() == 24 * 12


def test_partly_covered_cells() -> None:
    """Hard inputs 46: 2.56 cells of half a degree, not 4."""
    grid = Grid(4, 4, 110.0, 42.0, 0.5, 0.5, LONLAT)
    got = covered(shapely.box(110.1, 41.1, 110.9, 41.9), grid, PlaneForm())
    assert got.sum() / 0.25 == pytest.approx(2.56, rel=1e-12)


def test_polygon_far_smaller_than_a_cell() -> None:
    grid = Grid(2, 2, 110.0, 42.0, 1.0, 1.0, LONLAT)
    for size in (1e-2, 1e-4, 1e-6, 1e-8):
        polygon = shapely.box(110.3, 41.3, 110.3 + size, 41.3 + size)
        (exact,) = lonlat_area(np.array([polygon]), CGCS2000)
        got = covered(polygon, grid)
        assert (got != 0).sum() == 1
        assert got.sum() == pytest.approx(exact, rel=1e-10 + 3e-14 / size)


@pytest.mark.parametrize(("dx", "dy"), [(-9, 0), (9, 0), (0, -9), (0, 9), (9, 9)])
def test_polygon_beside_the_grid(dx: float, dy: float) -> None:
    polygon = shapely.box(110.3 + dx, 41.3 + dy, 111.3 + dx, 41.8 + dy)
    assert not covered(polygon, GRID).any()


def test_part_of_a_polygon_on_the_grid(
    overlapping_parts_exactextract_163: gpd.GeoSeries,
) -> None:
    union = shapely.union_all(overlapping_parts_exactextract_163.to_numpy())
    wide = shapely.buffer(union, 5, quad_segs=3)
    inside = shapely.intersection(wide, shapely.box(*GRID.bounds))
    (exact,) = lonlat_area(np.array([inside]), CGCS2000)
    assert covered(wide, GRID).sum() == pytest.approx(exact, rel=1e-12)
    np.testing.assert_allclose(covered(wide, GRID), cell_areas(GRID, whole(GRID)))


def test_holes_and_parts() -> None:
    hole = shapely.box(110.6, 40.6, 111.4, 41.4)
    shell = shapely.box(110.1, 40.1, 111.9, 41.9).exterior
    ring = shapely.Polygon(shell, [hole.exterior])
    island = shapely.box(110.8, 40.8, 111.1, 41.1)
    both = shapely.MultiPolygon([ring, island])
    got = covered(both, GRID, PlaneForm()) / 0.0625
    np.testing.assert_allclose(got, fractions(both, GRID), rtol=0, atol=3e-6)


@pytest.mark.parametrize("rows", [1, 3, 7])
def test_bands_of_rows_are_the_rows_of_the_whole(rows: int) -> None:
    (polygon,) = scattered_layer(1, 8, (111, 41, 111.2, 41.2), size=0.9)
    rings = flat.from_geometry(shapely.orient_polygons([polygon]))
    pieces = cut(rings, GRID, whole(GRID))
    bands = []
    for start in range(0, 8, rows):
        stop = min(start + rows, 8)
        own = pieces.in_rows(start, stop)
        bands.append(covered_areas(own, GRID, FORM, Window(start, stop, 0, 10)))
    np.testing.assert_array_equal(np.vstack(bands), covered(polygon, GRID))


def test_cells_of_a_lonlat_grid_are_not_spherical() -> None:
    """By the closed form; a sphere is 280 ppm and more away."""
    window = Window(2, 5, 1, 4)
    got = cell_areas(GRID, window)
    boxes = [[shapely.box(110.25 + c / 4, 41.25 - r / 4, 110.5 + c / 4, 41.5 - r / 4)
              for c in range(3)] for r in range(3)]  # fmt: skip
    wanted = lonlat_area(np.array(boxes).ravel(), CGCS2000).reshape(3, 3)
    np.testing.assert_allclose(got, wanted, rtol=1e-12)


@pytest.mark.parametrize(
    ("crs", "cell"),
    [("EPSG:4524", 1000.0), ("EPSG:3857", 5000.0), (ALBERS, 30_000.0)],
)
def test_cells_of_a_projected_grid(crs: str | CRS, cell: float) -> None:
    """Against corners joined by the plane's straight lines."""
    plane = CRS.from_user_input(crs)
    step = Transformer.from_crs(LONLAT, plane, always_xy=True)
    x0, y0 = step.transform(109.0, 41.0)
    grid = Grid(5, 4, x0, y0, cell, cell, plane)
    got = cell_areas(grid, whole(grid))
    row, column = np.divmod(np.arange(20), 4)
    west, north = x0 + column * cell, y0 - row * cell
    dense = shapely.segmentize(
        shapely.box(west, north - cell, west + cell, north), 50.0
    )

    def back(points: FloatArray) -> FloatArray:
        return to_degrees(points, plane)

    boxes = [shapely.transform(box, back) for box in dense]
    wanted = lonlat_area(np.array(boxes), CGCS2000).reshape(5, 4)
    np.testing.assert_allclose(got, wanted, rtol=2e-4 * cell / 30_000)
    assert got.sum() == pytest.approx(wanted.sum(), rel=1e-4 * cell / 30_000)
