"""Each place once, against GEOS' union of everything."""

import numpy as np
import shapely

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.engine import overlap_pairs, prepare
from geo.engine.dissolve import dissolved, self_overlaps
from geo.rings import from_geometry
from geo.types import FloatArray, GeometryArray


def boxes(x: FloatArray, y: FloatArray, width: float, height: float) -> GeometryArray:
    return np.array(
        [shapely.box(a, b, a + width, b + height) for a, b in zip(x, y, strict=True)]
    )


def themes() -> GeometryArray:
    """Two chains of overlapping boxes, a pair that only touches, one alone."""
    corners = [(0, 0), (6, 6), (1, 1), (2, 0), (7, 6), (20, 0), (22, 0), (30, 30)]
    x, y = np.array(corners).T / 64.0
    return boxes(111 + x, 41 + y, 2 / 64, 2 / 64)


def test_groups_of_features_that_overlap() -> None:
    found = self_overlaps(prepare(from_geometry(themes()), CGCS2000))
    assert found.group.tolist() == [0, 1, 0, 0, 1, 5, 6, 7]
    assert found.alone.tolist() == [False] * 5 + [True] * 3
    assert list(zip(found.left, found.right, strict=True)) == [(0, 2), (1, 4), (2, 3)]
    parts = themes()
    shared = shapely.intersection(parts[found.left], parts[found.right])
    np.testing.assert_allclose(found.area_m2, lonlat_area(shared, CGCS2000), rtol=1e-9)


def test_a_long_chain_is_one_group() -> None:
    x = 111 + np.arange(300) / 128.0
    chain = boxes(x, np.full(300, 41.0), 1.5 / 128, 0.01)
    order = np.random.default_rng(0).permutation(300)
    found = self_overlaps(prepare(from_geometry(chain[order]), CGCS2000))
    assert not found.group.any()


def test_sums_over_a_dissolved_layer_count_each_place_once() -> None:
    right = themes()
    i, j = np.meshgrid(np.arange(-1, 34, 3), np.arange(-1, 34, 3))
    left = boxes(111 + i.ravel() / 64, 41 + j.ravel() / 64, 3 / 64, 3 / 64)
    overlaps = self_overlaps(prepare(from_geometry(right), CGCS2000))
    once = from_geometry(dissolved(right, overlaps).geometry)
    pairs = overlap_pairs(from_geometry(left), once)
    covered = np.bincount(pairs.left, pairs.area_m2, minlength=len(left))
    truth = lonlat_area(shapely.intersection(left, shapely.union_all(right)), CGCS2000)
    np.testing.assert_allclose(covered, truth, rtol=1e-9, atol=1e-4)
    every = overlap_pairs(from_geometry(left), from_geometry(right))
    assert every.area_m2.sum() > 1.1 * covered.sum()
