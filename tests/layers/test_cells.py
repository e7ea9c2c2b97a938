"""No text in a CSV file is a formula; our own reader takes the guard off again."""

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from layers.cells import guarded, guarded_table, unguarded

# What OWASP's page "CSV Injection" names, and the forms seen in attacks.
FORMULAS = (
    "=1+1",
    "=cmd|' /C calc'!A0",
    "+SUM(A1)",
    "-2+3+cmd",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "=1\n+1",
)
HARMLESS = (
    "",
    "-",
    "+",
    "@",
    "-12.5",
    "+8613800000000",
    "1e5",
    "-.5E+3",
    "DK-1",
    "甲=乙",
)
CELLS = st.text(st.sampled_from("'=+-@＝１1.e\t\n a甲"), max_size=6)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_becomes_text(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("value", [*HARMLESS, None, -1, -2.5, False])
def test_all_else_stays(value: object) -> None:
    assert guarded(value) is value


@given(CELLS)
@example("'=1")
@example("''=1")
def test_the_reader_gets_the_text_back(text: str) -> None:
    if text.startswith("'") and guarded(text) == text:
        return  # an apostrophe that guards nothing is the text's own
    assert unguarded(guarded(text)) == text


@given(st.lists(st.none() | CELLS, max_size=4))
@example([*FORMULAS, *HARMLESS, None])
def test_columns_are_guarded_as_single_texts_are(texts: list[str | None]) -> None:
    columns = {"text": pa.array(texts, pa.string()), "n": pa.array([-1] * len(texts))}
    found = guarded_table(pa.table(columns)).to_pydict()
    assert found == {"text": [guarded(one) for one in texts], "n": [-1] * len(texts)}
