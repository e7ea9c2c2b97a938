"""Segments of outlines, and the order that puts near ones together."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal

from geo.conflict import outlines
from geo.conflict.outlines import STEP_M, Outlines, in_space

NUMBERS = st.lists(
    st.tuples(st.integers(-3, 3), st.integers(0, 2) | st.just(70_000)), max_size=40
)


@given(NUMBERS)
def test_groups_keep_the_order_of_their_members(rows: list[tuple[int, int]]) -> None:
    value, group = np.array(rows, dtype=np.int64).reshape(-1, 2).T
    found = outlines._grouped(np.argsort(value, kind="stable"), group)
    assert_array_equal(found, np.lexsort((value, group)))


def test_only_long_edges_are_cut() -> None:
    # A thousandth of a degree is 111 m at most; a hundredth of latitude is 1,110 m.
    short = shapely.box(110, 40, 110.001, 40.001)
    tall = shapely.box(110, 40, 110.001, 40.01)
    for shape, pieces in ((short, [1, 1, 1, 1]), (tall, [6, 1, 6, 1])):
        found = Outlines.of(np.array([shape, short]))
        assert len(found.owner) == sum(pieces) + 4
        assert_array_equal(found.owner, [0] * sum(pieces) + [1] * 4)
        assert_array_equal(found.segments.a, in_space(found.first))
        assert_array_equal(found.segments.b, in_space(found.last))
        length = np.linalg.norm(found.segments.b - found.segments.a, axis=1)
        assert length.max() <= STEP_M
