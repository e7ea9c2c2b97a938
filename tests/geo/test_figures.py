"""Rounding, tolerance and verdicts of published figures."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.figures import (
    Quantity,
    Relation,
    Rule,
    compare,
    difference,
    published,
    ratio,
    total,
)

SMALL = st.integers(1, 10**6)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("843", 842.5, 843.5),
        ("50.46", 50.455, 50.465),
        ("13.40", 13.395, 13.405),
        ("-1.5", -1.55, -1.45),
        ("1/6", 1 / 6, 1 / 6),
    ],
)
def test_the_last_digit_says_how_a_number_was_rounded(
    text: str, low: float, high: float
) -> None:
    read = published(text)
    assert (read.low, read.high) == pytest.approx((low, high), rel=1e-15)
    assert read.low <= read.value <= read.high


def test_a_count_is_not_rounded() -> None:
    assert published("103", exact=True) == Quantity.exact(103.0)


@pytest.mark.parametrize(
    "text", ["", "12,5", "1 000", "about 5", "1e3", "1/0", "５", "0x1", ".5"]
)
def test_what_is_no_printed_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        published(text)


@given(SMALL, SMALL, st.integers(0, 6), st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_the_true_value_stays_inside_the_interval(
    a: int, b: int, decimals: int, shift_a: float, shift_b: float
) -> None:
    """Whatever was rounded to the printed digits, arithmetic on it stays inside."""
    scale = Fraction(1, 10**decimals)
    texts = [f"{float(n * scale):.{decimals}f}" for n in (a, b)]
    true_a = (a + Fraction(shift_a)) * scale
    true_b = (b + Fraction(shift_b)) * scale
    left, right = map(published, texts)
    for inside, true in (
        (total([left, right]), true_a + true_b),
        (difference(left, right), true_a - true_b),
        (ratio(left, right), true_a / true_b),
    ):
        room = 1e-9 * (1 + abs(inside.value))
        assert inside.low - room <= float(true) <= inside.high + room


@pytest.mark.parametrize(
    ("part", "whole"), [("1", "0"), ("-1", "5"), ("1", "-5"), ("5", "0.0")]
)
def test_nothing_is_divided_by_what_may_be_zero(part: str, whole: str) -> None:
    with pytest.raises(ValueError, match="Quantity"):
        ratio(published(part), published(whole))


@pytest.mark.parametrize(
    ("stated", "parts", "verdict"),
    [
        ("899.48", ["531.86", "316.97", "50.65"], "consistent"),
        ("900.01", ["531.86", "316.97", "50.65"], "inconsistent"),
        ("1135", ["422", "651", "62"], "consistent"),
        # Three roundings of half a unit each can add up to one and a half.
        ("10", ["3.4", "3.4", "3.4"], "consistent"),
    ],
)
def test_sums_of_published_parts(stated: str, parts: list[str], verdict: str) -> None:
    summed = total([published(part) for part in parts])
    found = compare(published(stated), summed, Rule(internal=True))
    assert found.verdict == verdict


def test_red_line_share_of_the_published_area() -> None:
    share = ratio(published("59.69"), published("118.3")).scaled(100)
    rule = Rule(internal=True)
    assert compare(published("50.46"), share, rule).verdict == "consistent"
    assert compare(published("50.56"), share, rule).verdict == "inconsistent"


@pytest.mark.parametrize(
    ("computed", "rule", "verdict"),
    [
        (843.4, Rule(), "agrees"),
        (853.0, Rule(), "unexplained"),
        (851.8, Rule(tolerance=0.01), "agrees"),
        (852.0, Rule(tolerance=0.01), "unexplained"),
        (853.0, Rule(tolerance=0.01, explained=(-0.02, 0.02)), "differs"),
        (861.0, Rule(tolerance=0.01, explained=(-0.02, 0.02)), "unexplained"),
        (824.0, Rule(tolerance=0.01, explained=(0.0, 0.02)), "unexplained"),
        (843.0, Rule(calibrated=True), "calibrated"),
        (900.0, Rule(calibrated=True), "unexplained"),
    ],
)
def test_verdicts_of_a_computed_number(
    computed: float, rule: Rule, verdict: str
) -> None:
    found = compare(published("843"), Quantity.exact(computed), rule)
    assert found.verdict == verdict
    assert found.difference == pytest.approx(computed - 843)
    assert found.share == pytest.approx(computed / 843 - 1)


@pytest.mark.parametrize(
    ("relation", "below", "slightly_below", "equal", "above"),
    [
        ("equal", False, False, True, False),
        ("at_least", False, False, True, True),
        ("at_most", True, True, True, False),
        ("nearly", False, True, True, False),
    ],
)
def test_how_a_number_is_meant(
    relation: Relation, below: bool, slightly_below: bool, equal: bool, above: bool
) -> None:
    tolerance = 0.1 if relation == "nearly" else 0.0
    rule = Rule(relation, tolerance, internal=True)
    for value, met in zip(
        (60, 95, 100, 130), (below, slightly_below, equal, above), strict=True
    ):
        found = compare(published("100"), Quantity.exact(value), rule).verdict
        assert (found == "consistent") == met, value


def test_a_published_zero_has_no_share() -> None:
    found = compare(published("0"), Quantity.exact(0.2), Rule())
    assert (found.verdict, found.share) == ("agrees", None)
    far = compare(published("0"), Quantity.exact(3), Rule(explained=(-1, 1)))
    assert far.verdict == "unexplained"
