"""Overlap areas against GEOS where boundaries coincide, and bits against bits."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.engine import index, overlap_chunks, overlap_pairs, prepare, sweep
from geo.engine.testing import (
    as_table,
    assert_same_areas,
    engine_table,
    geos_table,
    grid,
    holed,
    rotated,
    stars,
    to_lonlat,
    triangle_unions,
    with_midpoints,
)
from geo.rings import from_geometry
from geo.types import GeometryArray


def mixed(seed: int, count: int = 12) -> GeometryArray:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 5))
    return np.concatenate(
        [
            triangle_unions(rng, n, count),
            stars(rng, 2 * n, count),
            holed(rng, 2 * n, count),
            triangle_unions(rng, n, count, simplify=True),
        ]
    )


@pytest.mark.parametrize("seed", range(6))
def test_shapes_on_one_integer_grid(seed: int) -> None:
    assert_same_areas(to_lonlat(mixed(seed)), to_lonlat(mixed(seed + 100)))


@pytest.mark.parametrize("seed", range(3))
def test_a_layer_with_itself(seed: int) -> None:
    layer = to_lonlat(mixed(seed))
    assert_same_areas(layer, layer)


@pytest.mark.parametrize("seed", range(3))
def test_vertices_on_the_edges_of_the_other_side(seed: int) -> None:
    rng = np.random.default_rng(seed)
    layer = mixed(seed)
    other = with_midpoints(rng, layer, 0.5)
    assert_same_areas(to_lonlat(layer), to_lonlat(other))


@pytest.mark.parametrize("seed", range(3))
def test_rotated_so_that_nothing_quite_coincides(seed: int) -> None:
    rng = np.random.default_rng(seed)
    angle = float(rng.uniform(0, 2 * np.pi))
    layer = mixed(seed)
    other = with_midpoints(rng, layer, 0.5)
    a = to_lonlat(rotated(layer, angle))
    b = to_lonlat(rotated(other, angle))
    keep = shapely.is_valid(a) & shapely.is_valid(b)
    assert_same_areas(a[keep], b[keep])


@pytest.mark.parametrize("size", [1e-9, 1e-12])
def test_jitter(size: float) -> None:
    rng = np.random.default_rng(7)
    layer = to_lonlat(mixed(7))

    def shake(points: np.ndarray) -> np.ndarray:
        _, place = np.unique(points, axis=0, return_inverse=True)
        shift = rng.uniform(-size, size, (place.max() + 1, 2))
        return points + shift[place.ravel()]

    moved = np.array([shapely.transform(g, shake) for g in layer])
    keep = shapely.is_valid(moved)
    assert_same_areas(layer, moved[keep], noise_m2=1e-3)


@pytest.mark.parametrize(
    ("step", "x", "y"),
    [
        (0.01, 0.0, 0.0),
        (0.01, 0.005, 0.005),
        (0.01, 0.01, 0.0),
        (0.02, 0.0, 0.0),
        (0.01, 1e-9, 0.0),
        (0.02 / 3, 0.01 / 3, 0.0),
        (2.0**-7, 0.0, 0.0),
    ],
)
def test_shifted_grids(step: float, x: float, y: float) -> None:
    assert_same_areas(grid(0.01, 110.0, 40.0), grid(step, 110.0 + x, 40.0 + y))


def test_identical_layers_give_a_diagonal_table() -> None:
    cells = grid(0.01, 110.0, 40.0)
    table = engine_table(cells, cells)
    diagonal = np.diagonal(table)
    np.testing.assert_allclose(diagonal, lonlat_area(cells, CGCS2000), rtol=1e-11)
    assert np.abs(table - np.diag(diagonal)).max() < 1e-6


def test_a_layer_and_its_own_dissolve() -> None:
    rng = np.random.default_rng(3)
    cells = to_lonlat(rotated(grid(1.0, 0.0, 0.0, 10), 0.3))
    group = rng.integers(0, 8, len(cells))
    whole = np.array([shapely.union_all(cells[group == k]) for k in range(8)])
    table = engine_table(cells, whole)
    own = lonlat_area(cells, CGCS2000)
    np.testing.assert_allclose(table[np.arange(len(cells)), group], own, rtol=1e-9)
    np.testing.assert_allclose(table.sum(axis=1), own, rtol=1e-9)


def test_large_shapes_with_long_straight_edges() -> None:
    large = np.array(
        [
            box(97, 37, 127, 54),
            box(100, 40, 105, 45),
            box(105, 40, 110, 45),
            Polygon([(97, 37), (127, 38), (112, 54)]),
            Polygon(
                [(100, 40), (110, 40), (110, 50), (100, 50)],
                [[(102, 42), (102, 45), (105, 45), (105, 42)]],
            ),
        ]
    )
    truth = geos_table(large, large)
    np.testing.assert_allclose(engine_table(large, large), truth, rtol=1e-13, atol=1e-2)
    small = grid(2.0**-9, 104.0, 41.0, 20)
    assert_same_areas(small, large, noise_m2=1e-4)


def test_everywhere_on_earth() -> None:
    spots = [(-179.5, -89.9), (-70.0, -30.0), (-0.3, -0.2), (10.0, 60.0), (150.0, 89.0)]
    a = np.array([box(x, y, x + 0.7, y + 0.7) for x, y in spots])
    b = np.array([box(x + 0.1, y + 0.2, x + 0.9, y + 0.9) for x, y in spots])
    assert_same_areas(a, b)


def test_a_country_is_larger_than_the_integers_wrap() -> None:
    """10 million km2: the exact sums wrap 150 times, the coarse ones tell so."""
    country = np.array([box(75, 20, 130, 52)])
    other = np.array([box(80, 10, 140, 50)])
    truth = geos_table(country, other)
    np.testing.assert_allclose(engine_table(country, other), truth, rtol=1e-14)


SQUARES = to_lonlat(
    np.array([box(0, 0, 4, 4), box(2, 0, 6, 4), box(4, 0, 8, 4), box(-9, -9, 9, 9)])
)


@pytest.mark.parametrize(
    "shape",
    [
        Polygon([(0, 0), (4, 0), (8, 0), (4, 0), (4, 4), (0, 4)]),
        Polygon([(0, 0), (4, 0), (4, 2), (1, 2), (4, 2), (4, 4), (0, 4)]),
        Polygon([(0, 0), (0, 0), (4, 0), (4, 0), (4, 4), (4, 4), (0, 4), (0, 0)]),
        Polygon([(0, 0), (0, 4), (4, 4), (4, 0)]),
        Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(0, 2), (2, 1), (2, 3)]]),
        Polygon([(0, 0), (4, 4), (2, 2)]),
        MultiPolygon([box(0, 0, 2, 4), box(2, 0, 4, 4)]),
    ],
    ids=[
        "spike out",
        "spike in",
        "repeated vertices",
        "clockwise shell",
        "hole touching the shell",
        "no area",
        "parts sharing an edge",
    ],
)
def test_odd_shapes(shape: shapely.Geometry) -> None:
    layer = to_lonlat(np.array([shape, box(100, 100, 101, 101)]))
    repaired = shapely.make_valid(layer)
    truth = geos_table(repaired, SQUARES)
    np.testing.assert_allclose(engine_table(layer, SQUARES), truth, atol=1e-5)
    np.testing.assert_allclose(engine_table(SQUARES, layer), truth.T, atol=1e-5)


def test_a_hole_wound_like_its_shell_is_a_hole() -> None:
    shell, hole = [(0, 0), (4, 0), (4, 4), (0, 4)], [(1, 1), (3, 1), (3, 3), (1, 3)]
    layer = to_lonlat(np.array([Polygon(shell, [hole]), Polygon(shell[::-1], [hole])]))
    assert_same_areas(layer, SQUARES)


def test_empty_layers() -> None:
    none = from_geometry(np.array([None, Polygon()], dtype=object))
    some = from_geometry(SQUARES)
    for left, right in ((none, some), (some, none), (none, none)):
        assert len(overlap_pairs(left, right).left) == 0


def test_layers_far_apart() -> None:
    far = shapely.transform(SQUARES, lambda c: c + np.array([5.0, 3.0]))
    assert len(overlap_pairs(from_geometry(SQUARES), from_geometry(far)).left) == 0


@pytest.fixture
def noisy() -> tuple[GeometryArray, GeometryArray]:
    """Two layers of many overlapping shapes, one feature of them with 800 runs."""
    rng = np.random.default_rng(5)
    wave = np.linspace(0, 2 * np.pi, 6400, endpoint=False)
    radius = 6.0 + 0.5 * np.sin(40 * wave) + 0.01 * rng.random(6400)
    big = Polygon(np.column_stack([radius * np.cos(wave), radius * np.sin(wave)]))
    left = to_lonlat(np.concatenate([mixed(1), mixed(2)]))
    right = to_lonlat(np.concatenate([mixed(3), [big], mixed(4)]))
    return left, right


def test_a_feature_with_many_runs_is_swept(
    noisy: tuple[GeometryArray, GeometryArray],
) -> None:
    left, right = noisy
    assert sweep.big_run_owner(prepare(from_geometry(right), CGCS2000)) is not None
    assert_same_areas(left, right)


def test_a_swept_feature_may_be_wound_either_way(
    noisy: tuple[GeometryArray, GeometryArray],
) -> None:
    left, right = noisy
    turned = np.asarray(shapely.reverse(right))
    np.testing.assert_allclose(
        engine_table(left, right), engine_table(left, turned), rtol=1e-9, atol=1e-6
    )


def test_same_bits_for_any_number_of_threads(
    noisy: tuple[GeometryArray, GeometryArray],
) -> None:
    left, right = noisy
    one, three = engine_table(left, right, 1), engine_table(left, right, 3)
    assert one.tobytes() == three.tobytes()


def test_same_bits_for_any_order(noisy: tuple[GeometryArray, GeometryArray]) -> None:
    left, right = noisy
    rng = np.random.default_rng(0)
    p, q = rng.permutation(len(left)), rng.permutation(len(right))
    straight, mingled = engine_table(left, right), engine_table(left[p], right[q])
    assert straight[np.ix_(p, q)].tobytes() == mingled.tobytes()


def test_same_bits_in_chunks(noisy: tuple[GeometryArray, GeometryArray]) -> None:
    left, right = noisy
    ready = index(from_geometry(right))
    chunks = [left[:7], left[7:7], left[7:50], left[50:]]
    parts = overlap_chunks(map(from_geometry, chunks), ready, tolerance_m2=0.0)
    tables = [
        as_table(pairs, len(chunk), len(right))
        for pairs, chunk in zip(parts, chunks, strict=True)
    ]
    assert np.concatenate(tables).tobytes() == engine_table(left, right).tobytes()


def test_same_bits_for_any_batch(
    noisy: tuple[GeometryArray, GeometryArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = noisy
    whole = engine_table(left, right)
    monkeypatch.setattr("geo.engine.work.BATCH", 3)
    assert whole.tobytes() == engine_table(left, right).tobytes()


def test_pairs_are_in_order(noisy: tuple[GeometryArray, GeometryArray]) -> None:
    left, right = (from_geometry(side) for side in noisy)
    pairs = overlap_pairs(left, right)
    place = pairs.left * right.size + pairs.right
    assert np.all(np.diff(place) > 0)
    assert pairs.area_m2.min() > 1e-3


CELLS = st.lists(st.booleans(), min_size=36, max_size=36)
CORNERS = st.lists(st.integers(-2, 2), min_size=98, max_size=98)


@settings(max_examples=60)
@given(CORNERS, st.lists(CELLS, min_size=2, max_size=2), st.floats(0, 7), CELLS)
def test_layers_made_of_the_same_cells(
    shift: list[int], groups: list[list[bool]], angle: float, alone: list[bool]
) -> None:
    """Unions of cells of one skew grid: any two share edges, corners or areas."""
    corner = np.array(shift, dtype=float).reshape(7, 7, 2)
    corner += 8 * np.stack(np.meshgrid(np.arange(7), np.arange(7)), axis=-1)
    cells = np.array(
        [
            Polygon(corner[[i, i, i + 1, i + 1], [j, j + 1, j + 1, j]])
            for i, j in np.ndindex(6, 6)
        ]
    )
    cells = to_lonlat(rotated(cells, angle), 2.0**-9)
    a = [shapely.union_all(cells[np.array(group)]) for group in groups]
    b = [*cells[np.array(alone)], a[0], cells[0]]
    left, right = np.array(a), np.array(b)
    left = left[shapely.is_valid(left) & ~shapely.is_empty(left)]
    right = right[shapely.is_valid(right) & ~shapely.is_empty(right)]
    assert_same_areas(left, right)
