"""Parts of pairs added up, against NumPy."""

import numpy as np
import pytest
import shapely

from geo.authalic import CGCS2000
from geo.engine import PolygonLayer, prepare
from geo.engine.area_form import QUANTA_PER_M2, square_metres
from geo.engine.crossings import Rows
from geo.engine.sums import added_areas
from geo.rings import from_geometry


def layer(size: int) -> PolygonLayer:
    west = 110.0 + np.arange(size) * 0.001
    boxes = np.array([shapely.box(x, 40.0, x + 0.0005, 40.1) for x in west])
    order = np.random.default_rng(size).permutation(size)
    return prepare(from_geometry(boxes), CGCS2000)._replace(position=order)


@pytest.fixture
def rows() -> Rows:
    """Parts of 40 x 300 features: pairs of many parts, and of areas that wrap."""
    rng = np.random.default_rng(2)
    count = 20_000
    left = np.minimum(rng.integers(0, 60, count), 39).astype(np.int32)
    right = rng.integers(0, 300, count).astype(np.int32)
    area = rng.uniform(-1e3, 1e11, count)
    with np.errstate(over="ignore"):
        fine = np.rint(area).astype(np.int64) * int(QUANTA_PER_M2)
    return Rows(left, right, fine, np.rint(area), np.zeros(count, np.int32))


@pytest.mark.parametrize("threads", [1, 3])
def test_sums_of_many_parts(rows: Rows, threads: int) -> None:
    a, b = layer(40), layer(300)
    parts = [
        Rows(
            rows.left[k::3].copy(),
            rows.right[k::3].copy(),
            rows.fine[k::3].copy(),
            rows.coarse[k::3].copy(),
            rows.balance[k::3].copy(),
        )
        for k in range(3)
    ]
    i, j, area = added_areas(parts, a, b, 1e-3, threads)
    table = np.zeros((2, 40, 300), np.int64)
    place = a.position[rows.left], b.position[rows.right]
    np.add.at(table[0], place, rows.fine)
    np.add.at(table[1], place, rows.coarse.astype(np.int64))
    truth = square_metres(table[0], table[1].astype(float))
    assert (np.diff(i * 300 + j) > 0).all()
    np.testing.assert_array_equal(area, truth[i, j])
    kept = np.zeros((40, 300), bool)
    kept[i, j] = True
    np.testing.assert_array_equal(kept, np.abs(truth) > 1e-3)


def test_small_sums_are_left_out() -> None:
    left, right = np.zeros(2, np.int32), np.array([0, 1], np.int32)
    fine = np.array([2.0**28, 2.0**10], np.float64).astype(np.int64)
    rows = Rows(left, right, fine, fine / QUANTA_PER_M2, np.zeros(2, np.int32))
    i, j, area = added_areas([rows], layer(1), layer(2), 1e-3, 2)
    assert i.tolist() == [0]
    assert j.tolist() == layer(2).position[:1].tolist()
    assert area.tolist() == [1.0]


def test_a_lost_crossing_is_noticed(rows: Rows) -> None:
    rows.balance[17] = 1
    with pytest.raises(AssertionError, match="one was lost"):
        added_areas([rows], layer(40), layer(300), 1e-3, 2)


def test_nothing_to_add() -> None:
    none = added_areas([], layer(3), layer(2), 1e-3, 2)
    assert [len(column) for column in none] == [0, 0, 0]
