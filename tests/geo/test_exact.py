"""Exact sums are those of math.fsum, and do not depend on how numbers are divided."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from geo.exact import exact_sum, rounded

NUMBERS = st.floats(-1e290, 1e290, allow_nan=False, allow_subnormal=True)
MANY = arrays(np.float64, st.integers(0, 40), elements=NUMBERS)


@given(MANY)
def test_the_sum_is_the_nearest_number(values: np.ndarray) -> None:
    assert rounded(exact_sum(values)) == math.fsum(values)


@given(MANY, st.integers(0, 40))
def test_parts_add_up_to_the_whole(values: np.ndarray, cut: int) -> None:
    parts = exact_sum(values[:cut]) + exact_sum(values[cut:])
    assert parts == exact_sum(values) == exact_sum(values[::-1])


@pytest.mark.parametrize("smallest", [5e-324, -5e-324, 2.0**-1022, 1e-310])
def test_the_smallest_numbers_count(smallest: float) -> None:
    assert rounded(exact_sum(np.array([1e300, smallest, -1e300]))) == smallest


def test_many_numbers_do_not_overflow() -> None:
    values = np.full(200_001, np.nextafter(2.0, 1.0))
    assert rounded(exact_sum(values)) == math.fsum(values)
