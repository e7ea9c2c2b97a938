"""Predicates against rational arithmetic, ties included."""

import math
from fractions import Fraction

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine.predicates import (
    edge_crossing,
    orientation,
    point_of_a_is_left,
    point_of_b_is_left,
)

EPS = Fraction(1, 2**200)
STEP = st.integers(-3, 3)


Number = float | Fraction


def exact(
    ax: Number, ay: Number, bx: Number, by: Number, cx: Number, cy: Number
) -> Fraction:
    a, b, c, d, e, f = (Fraction(value) for value in (ax, ay, bx, by, cx, cy))
    return (c - a) * (f - b) - (d - b) * (e - a)


def near(x: int, y: int, fine_x: int, fine_y: int) -> tuple[float, float]:
    """Points almost on the lines of a coarse grid: a few lattice steps beside it."""
    return (
        111.0 + x * 2.0**-6 + fine_x * 2.0**-46,
        41.0 + y * 2.0**-6 + fine_y * 2.0**-47,
    )


POINT = st.builds(near, STEP, STEP, st.integers(-1, 1), st.integers(-1, 1))


@settings(max_examples=400)
@given(POINT, POINT, POINT)
def test_the_sign_of_an_orientation_is_exact(
    a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]
) -> None:
    value, truth = orientation(*a, *b, *c), float(exact(*a, *b, *c))
    assert np.sign(value) == np.sign(truth)


@settings(max_examples=200)
@given(st.integers(2**38, 2**40), st.integers(2**38, 2**40), st.sampled_from([-1, 1]))
def test_triangles_of_one_lattice_step(x: int, y: int, turn: int) -> None:
    """The least determinant there is, far below the rounding of its terms."""
    shared = math.gcd(x, y)
    x, y = x // shared, y // shared
    v = turn * pow(x, -1, y) % y
    u = (x * v - turn) // y
    a, b, c = (
        (111.0 + i * 2.0**-46, 41.0 + j * 2.0**-47) for i, j in ((0, 0), (x, y), (u, v))
    )
    assert np.sign(orientation(*a, *b, *c)) == turn


def side(value: Fraction) -> bool:
    assert value != 0
    return value > 0


@settings(max_examples=400)
@given(POINT, POINT, POINT, POINT)
def test_crossings_are_those_of_b_moved_a_little(
    p: tuple[float, float],
    q: tuple[float, float],
    a: tuple[float, float],
    b: tuple[float, float],
) -> None:
    """B is really moved by (eps, eps^2), in rational arithmetic."""
    if p == q or a == b:
        assert edge_crossing(*p, *q, *a, *b)[0] == 0
        return
    a2 = (Fraction(a[0]) + EPS, Fraction(a[1]) + EPS**2)
    b2 = (Fraction(b[0]) + EPS, Fraction(b[1]) + EPS**2)
    p_left, q_left = side(exact(*a2, *b2, *p)), side(exact(*a2, *b2, *q))
    a_left, b_left = side(exact(*p, *q, *a2)), side(exact(*p, *q, *b2))
    crosses = p_left != q_left and a_left != b_left
    sign, place = edge_crossing(*p, *q, *a, *b)
    assert sign == (0 if not crosses else -1 if p_left else 1)
    assert 0.0 <= place <= 1.0


def test_ties() -> None:
    for dx, dy in [(1.0, 0.0), (-1.0, 0.0), (0.0, 1.0), (0.0, -1.0), (2.0, -1.0)]:
        edge = (Fraction(dx), Fraction(dy))
        moved = exact(EPS, EPS**2, edge[0] + EPS, edge[1] + EPS**2, 0, 0)
        assert point_of_a_is_left(0.0, dx, dy) == side(moved)
        assert point_of_b_is_left(0.0, dx, dy) == side(exact(0, 0, *edge, EPS, EPS**2))
