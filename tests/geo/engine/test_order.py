"""Layers laid out along a curve answer as those that are not."""

import numpy as np
import pytest
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.authalic import CGCS2000
from geo.engine import Pairs, overlap_pairs, prepare
from geo.engine.order import curve_order, ranges
from geo.engine.testing import grid, holed, stars, to_lonlat
from geo.rings import from_geometry
from geo.types import GeometryArray


@pytest.fixture
def layers() -> tuple[GeometryArray, GeometryArray]:
    """Cells in no order, some empty, one with long edges; holes, many parts."""
    rng = np.random.default_rng(3)
    left = rng.permutation(to_lonlat(grid(0.75, 0.0, 0.0)))
    left[[4, 20]] = Polygon()
    left[7] = shapely.box(110.0, 40.0, 112.0, 42.0)
    right = rng.permutation(
        to_lonlat(np.concatenate([stars(rng, 9, 100), holed(rng, 9, 100)]))
    )
    right[11] = MultiPolygon(
        shapely.get_parts(to_lonlat(grid(2.0, 0.0, 0.0, 3)))[::2].tolist()
    )
    return left, right


def everything(layers: tuple[GeometryArray, GeometryArray]) -> tuple[Pairs, bytes]:
    left, right = (from_geometry(side) for side in layers)
    areas = [prepare(side, CGCS2000).area_m2 for side in (left, right)]
    return overlap_pairs(left, right, lengths=True), np.concatenate(areas).tobytes()


def test_same_bits_laid_out_or_not(
    layers: tuple[GeometryArray, GeometryArray], monkeypatch: pytest.MonkeyPatch
) -> None:
    as_is, areas = everything(layers)
    monkeypatch.setattr("geo.engine.order.ORDER_FROM", 1)
    moved = [prepare(from_geometry(side), CGCS2000).position for side in layers]
    assert all((np.diff(position) < 0).any() for position in moved)
    laid_out, same_areas = everything(layers)
    assert areas == same_areas
    for one, other in zip(as_is, laid_out, strict=True):
        assert one is not None
        assert other is not None
        np.testing.assert_array_equal(one, other)


def test_neighbours_follow_each_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo.engine.order.ORDER_FROM", 1)
    order = np.random.default_rng(0).permutation(1024)
    x, y = order % 32, order // 32
    points = np.column_stack([x, y]).astype(float)
    start = np.arange(1025)
    found = curve_order(points, start, start)
    assert found is not None
    steps = np.abs(np.diff(points[found], axis=0)).sum(axis=1)
    assert steps.mean() < 2.0
    assert sorted(found.tolist()) == list(range(1024))
    assert curve_order(points[found], start, start) is None


def test_ranges() -> None:
    joined = ranges(np.array([5, 0, 9]), np.array([2, 0, 3]))
    np.testing.assert_array_equal(joined, [5, 6, 9, 10, 11])
