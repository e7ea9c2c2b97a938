from dataclasses import dataclass, field

import numpy as np
import pytest
import shapely

from layers.query.conditions import (
    Always,
    And,
    Column,
    Compare,
    Comparison,
    Condition,
    Constant,
    Field,
    In,
    Not,
    Or,
    Spatial,
)
from layers.query.pruning import Limits, certain, possible

NUMBER = Field("number", "number", "x")
TEXT = Field("text", "text", "t")


@dataclass
class FourGroups:
    """Values 0-9, 10-19, 20-29 and unknown; boxes beside one another."""

    groups: int = 4
    asked: list[str] = field(default_factory=list)

    def limits(self, column: str) -> Limits | None:
        self.asked.append(column)
        known = np.array([True, True, True, False])
        if column == "x":
            return Limits(np.array([0.0, 10, 20, 0]), np.array([9.0, 19, 29, 0]), known)
        if column == "t":
            low = np.array(["a", "h", "西", ""], dtype=object)
            high = np.array(["g", "z", "西盟", ""], dtype=object)
            return Limits(low, high, known)
        return None

    def boxes(self) -> np.ndarray:
        boxes = [[west, 0, west + 10, 10] for west in (0.0, 10.0, 20.0)]
        return np.array([*boxes, [np.nan] * 4])

    def full(self) -> np.ndarray:
        return np.array([True, False, True, True])


def groups(found: np.ndarray) -> list[int]:
    return np.flatnonzero(found).tolist()


@pytest.mark.parametrize(
    ("relation", "value", "expected"),
    [
        ("=", 15.0, [1, 3]),
        ("=", 9.5, [3]),
        ("<", 10.0, [0, 3]),
        ("<=", 10.0, [0, 1, 3]),
        (">", 19.0, [2, 3]),
        (">=", 19.0, [1, 2, 3]),
        ("<>", 5.0, [0, 1, 2, 3]),
    ],
)
def test_limits_leave_out_groups(
    relation: Comparison, value: float, expected: list[int]
) -> None:
    left, right = Column(NUMBER), Constant(value)
    assert groups(possible(Compare(relation, left, right), FourGroups())) == expected
    turned: dict[Comparison, Comparison] = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
    mirrored = Compare(turned.get(relation, relation), right, left)
    assert groups(possible(mirrored, FourGroups())) == expected


def test_text_is_ordered_by_code_point() -> None:
    condition = Compare("=", Column(TEXT), Constant("西"))
    assert groups(possible(condition, FourGroups())) == [2, 3]
    assert groups(possible(In(Column(TEXT), ("b", "y")), FourGroups())) == [0, 1, 3]


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Spatial("intersects", shapely.box(12, 2, 13, 3)), [1, 3]),
        (Spatial("within", shapely.box(8, 2, 12, 3)), [0, 1, 3]),
        (Spatial("disjoint", shapely.box(12, 2, 13, 3)), [0, 1, 2, 3]),
        (Not(Compare("=", Column(NUMBER), Constant(5.0))), [0, 1, 2, 3]),
        (Always(False), []),
        (Always(True), [0, 1, 2, 3]),
    ],
)
def test_possible(condition: Condition, expected: list[int]) -> None:
    assert groups(possible(condition, FourGroups())) == expected


def test_and_or() -> None:
    low = Compare("<", Column(NUMBER), Constant(10.0))
    here = Spatial("intersects", shapely.box(12, 2, 13, 3))
    assert groups(possible(And((low, here)), FourGroups())) == [3]
    assert groups(possible(Or((low, here)), FourGroups())) == [0, 1, 3]


def test_a_group_within_the_box_matches_whole_if_no_geometry_is_missing() -> None:
    everywhere = Spatial("intersects", shapely.box(-1, -1, 25, 11))
    assert groups(certain(everywhere, FourGroups())) == [0]
    triangle = Spatial("intersects", shapely.Polygon([(-50, -50), (90, -50), (0, 90)]))
    assert groups(certain(triangle, FourGroups())) == []
    assert groups(certain(Not(everywhere), FourGroups())) == []
