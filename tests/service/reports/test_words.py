from decimal import Decimal
from typing import get_args

import pytest

from layers.importing.decisions import What
from layers.models import Bilingual
from service.reports.blocks import Column
from service.reports.summary import QUESTIONS
from service.reports.words import (
    MU,
    cell_lines,
    lines,
    number_text,
    spread_text,
    unit_text,
    word,
)


def test_every_kind_of_decision_has_a_name() -> None:
    assert set(QUESTIONS) == set(get_args(What))
    for one in QUESTIONS:
        assert word(f"what_{one}").zh


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (Decimal("377406.32"), 2, "377,406.32"),
        (Decimal("0.125"), 2, "0.13"),
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (734.0, 0, "734"),
    ],
)
def test_numbers_are_rounded_half_up(
    value: Decimal | float, decimals: int, text: str
) -> None:
    assert number_text(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [(5302205.2, "5,300,000"), (0.1234, "0.12"), (0.0, "0"), (9.96, "10"), (None, "—")],
)
def test_spread_has_two_figures(value: float | None, text: str) -> None:
    assert spread_text(value) == text


def test_languages() -> None:
    area = Column(Bilingual(zh="面积", en="Area"), 2, MU)
    text = Bilingual(zh="无冲突", en="clear")
    assert lines(text, "zh") == ["无冲突"]
    assert lines(text, "both") == ["无冲突", "clear"]
    assert unit_text(area, "both") == "亩 mu"
    assert cell_lines(None, area, "en") == ["—"]
    assert cell_lines(0.5, Column(text, 2, share=True), "zh") == ["50.00"]
