"""Printed parts add up to printed totals, in every unit, whatever the areas are."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo.conflict.balance import (
    UNITS,
    Printed,
    Tree,
    apportioned,
    divided,
    printed,
    rounded,
)

areas = st.one_of(
    st.floats(0.0, 1e12),
    st.floats(0.0, 1.0),
    st.sampled_from([0.0, 0.005, 0.015, 1 / 3, 2 / 3, 0.5, 10_000 / 15, 1e-9]),
)


def trees(depth: int) -> st.SearchStrategy[Tree]:
    if depth == 0:
        return st.builds(Tree, areas)
    parts = st.lists(trees(depth - 1), max_size=4).map(tuple)
    return parts.flatmap(lambda found: whole(found))


def whole(parts: tuple[Tree, ...]) -> st.SearchStrategy[Tree]:
    """A tree whose own area is that of its parts, up to what a rule moves."""
    if not parts:
        return st.builds(Tree, areas)
    total = sum(part.area_m2 for part in parts)
    return st.sampled_from([1.0, 1 - 1e-8, 1 + 1e-8]).map(
        lambda factor: Tree(total * factor, parts)
    )


def every(value: Printed) -> Iterator[Printed]:
    yield value
    for part in value.parts:
        yield from every(part)


@settings(max_examples=1000)
@given(trees(2))
@example(Tree(7.0, (Tree(4.0, (Tree(1.0, (Tree(1 / 3),) * 3), Tree(3.0))), Tree(3.0))))
@example(Tree(0.03, (Tree(0.01), Tree(0.01), Tree(0.01))))
@example(Tree(1.0, (Tree(0.0), Tree(0.0))))
def test_parts_add_up_in_every_unit(tree: Tree) -> None:
    for value in every(printed(tree)):
        for unit in UNITS:
            parts = [part.amount[unit] for part in value.parts]
            assert all(part >= 0 for part in parts)
            if parts:
                assert sum(parts) == value.amount[unit]


@settings(max_examples=200)
@given(trees(1))
def test_no_part_is_a_unit_or_more_off(tree: Tree) -> None:
    for unit, (size, decimals) in UNITS.items():
        value = printed(tree)
        for part, exact in zip(value.parts, tree.parts, strict=True):
            off = abs(float(part.amount[unit]) - exact.area_m2 / size)
            slack = 1e-7 * tree.area_m2 / size + 1e-9
            assert off < 1.5 * 10.0**-decimals + slack


@given(st.floats(0.0, 1e9))
def test_a_total_is_rounded_half_up_in_decimal(area_m2: float) -> None:
    exact = Decimal(repr(area_m2))
    for unit, quantum, factor in (
        ("m2", "0.01", Decimal(1)),
        ("ha", "0.0001", Decimal("0.0001")),
        ("mu", "0.01", Decimal("0.0015")),
    ):
        wanted = (exact * factor).quantize(Decimal(quantum), rounding=ROUND_HALF_UP)
        assert printed(Tree(area_m2)).amount[unit] == wanted  # type: ignore[index]


def test_the_worked_parcel() -> None:
    # Domain facts, section 3: DK001 with its hole.
    value = printed(Tree(489_913.9192)).amount
    assert {unit: str(one) for unit, one in value.items()} == {
        "m2": "489913.92",
        "ha": "48.9914",
        "mu": "734.87",
    }


@pytest.mark.parametrize(
    ("weights", "total", "answer"),
    [
        ([1.0, 1.0, 1.0], 10, [4, 3, 3]),
        ([0.6, 0.6, 2.8], 4, [1, 0, 3]),
        ([0.0, 5.0], 3, [0, 3]),
        ([0.0, 0.0], 3, [3, 0]),
        ([2.0], 0, [0]),
    ],
)
def test_largest_remainder(weights: list[float], total: int, answer: list[int]) -> None:
    assert apportioned(weights, total) == answer


@pytest.mark.parametrize("area_m2", [-1e-9, float("nan"), float("inf")])
def test_what_is_no_area_is_refused(area_m2: float) -> None:
    with pytest.raises(ValueError, match="no area"):
        rounded(area_m2, "m2")


@settings(max_examples=100)
@given(trees(2))
def test_dividing_what_is_printed_is_the_same_as_printing_all(tree: Tree) -> None:
    whole = printed(tree)
    if tree.parts:
        assert divided(Printed(whole.amount), tree.parts) == whole.parts
