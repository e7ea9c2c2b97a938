"""Findings: the strictest rule, and nothing final from a layer without force."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.conflict.findings import LEVELS, Rule, Subject, judge

CORE = Rule("core", ("theme:redline",), ("*核心*",), (), "not_allowed")
LINEAR = Rule("linear", ("theme:redline",), (), ("*道路*",), "check_needed")
REST = Rule("rest", ("redline",), (), (), "case_needed")
RULES = (CORE, LINEAR, REST)

NAMES = ("redline", "theme:redline")
REDLINE = Subject(NAMES, False, 300.0, "光伏", ("一般",), False, None)


def test_the_first_rule_that_fits_a_class_decides() -> None:
    assert judge(REDLINE, RULES).level == "case_needed"
    assert judge(replace(REDLINE, use="农村道路"), RULES).rule == LINEAR


def test_over_classes_the_strictest_decides() -> None:
    both = replace(REDLINE, classes=("一般", "核心保护区"))
    assert judge(both, RULES).level == "not_allowed"
    assert judge(replace(both, classes=both.classes[::-1]), RULES).rule == CORE


def test_an_overlap_without_rule_has_to_be_looked_at() -> None:
    lakes = replace(REDLINE, names=("lakes", "theme:water"), classes=(None,))
    found = judge(lakes, RULES)
    assert (found.level, found.why, found.rule) == ("check_needed", "no_rule", None)


@pytest.mark.parametrize(
    ("distance_m", "accuracy_m", "sliver", "level", "why"),
    [
        (301.0, 300.0, False, "clear", "apart"),
        (299.0, 300.0, False, "check_needed", "near"),
        (0.0, None, True, "clear", "border"),
        (0.0, 0.5, True, "check_needed", "near"),
        (None, 300.0, False, "clear", "apart"),
    ],
)
def test_without_overlap(
    distance_m: float | None,
    accuracy_m: float | None,
    sliver: bool,
    level: str,
    why: str,
) -> None:
    apart = replace(
        REDLINE,
        classes=(),
        distance_m=distance_m,
        accuracy_m=accuracy_m,
        sliver=sliver,
    )
    found = judge(apart, RULES)
    assert (found.level, found.why) == (level, why)


@given(
    st.sampled_from(LEVELS),
    st.lists(st.sampled_from(["核心", "一般", None]), max_size=3),
    st.one_of(st.none(), st.floats(0, 1e6)),
)
def test_a_model_is_never_final(
    level: str, classes: list[str | None], distance_m: float | None
) -> None:
    rules = [Rule("all", ("*",), (), (), level)]  # type: ignore[arg-type]
    subject = replace(
        REDLINE, indicative=True, classes=tuple(classes), distance_m=distance_m
    )
    assert judge(subject, rules).level == "indicative"
