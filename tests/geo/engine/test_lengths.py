"""Boundary lengths inside the other feature against GEOS and PROJ's geodesics."""

import numpy as np
import pytest
import shapely
from shapely.geometry import box

from geo.area import line_lengths
from geo.authalic import CGCS2000
from geo.engine import Pairs, overlap_pairs
from geo.engine.testing import (
    grid,
    holed,
    stars,
    to_lonlat,
    triangle_unions,
    with_midpoints,
)
from geo.rings import from_geometry
from geo.types import FloatArray, GeometryArray


def measured(a: GeometryArray, b: GeometryArray, threads: int = 2) -> Pairs:
    return overlap_pairs(
        from_geometry(a), from_geometry(b), threads=threads, lengths=True
    )


def inside(outline: GeometryArray, cover: GeometryArray) -> FloatArray:
    lines = shapely.intersection(np.asarray(shapely.boundary(outline)), cover)
    return line_lengths(lines, CGCS2000)


def assert_same_lengths(a: GeometryArray, b: GeometryArray) -> None:
    pairs = measured(a, b)
    assert len(pairs.left) > 0
    left, right = a[pairs.left], b[pairs.right]
    assert pairs.length_left_m is not None
    assert pairs.length_right_m is not None
    np.testing.assert_allclose(
        pairs.length_left_m, inside(left, right), rtol=1e-4, atol=1e-3
    )
    np.testing.assert_allclose(
        pairs.length_right_m, inside(right, left), rtol=1e-4, atol=1e-3
    )


@pytest.mark.parametrize("seed", range(4))
def test_shapes_that_share_boundaries(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a = np.concatenate([triangle_unions(rng, 3, 10), stars(rng, 6, 10)])
    b = np.concatenate([holed(rng, 6, 10), with_midpoints(rng, a[:10], 0.5)])
    assert_same_lengths(to_lonlat(a), to_lonlat(b))


def test_the_same_square_twice() -> None:
    square = np.array([box(111, 41, 111.1, 41.1)])
    pairs = measured(square, square)
    around = line_lengths(shapely.boundary(square), CGCS2000)
    for lengths in (pairs.length_left_m, pairs.length_right_m):
        assert lengths is not None
        np.testing.assert_allclose(lengths, around, rtol=1e-6)


def test_neither_threads_nor_direction_change_a_length() -> None:
    a, b = grid(0.01, 110.0, 40.0), grid(0.01, 110.005, 40.0)
    one, three = measured(a, b, 1), measured(a, b, 3)
    back = measured(shapely.reverse(a), shapely.reverse(b))
    for name in ("length_left_m", "length_right_m"):
        lengths, same, other = (getattr(pairs, name) for pairs in (one, three, back))
        assert np.array_equal(lengths, same)
        np.testing.assert_allclose(lengths, other, rtol=1e-9)


def test_not_asked_for() -> None:
    square = from_geometry(np.array([box(111, 41, 111.1, 41.1)]))
    assert overlap_pairs(square, square).length_left_m is None
