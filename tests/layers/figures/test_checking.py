"""Figures against layers: every verdict, and the reason it states."""

from typing import Any

import pytest

from layers.catalog import Catalog
from layers.errors import LayerNotFoundError, LedgerError
from layers.figures.checking import check, figures
from layers.figures.ledger import Ledger

KNOWN = {"zh": "界线不同。", "en": "Other borders."}
NOTE = {"zh": "附注。", "en": "A note."}
SANDS = {"kind": "area", "layer": "sands", "where": {"kind": "desert"}}
AREA: dict[str, Any] = {"unit": "km2", "compute": SANDS}
SANDS_KM2 = 18_687.0
"""Area of the box 109-111 E, 40.5-41.5 N: see :func:`test_the_box`."""


def verdict(catalog: Catalog, ledger: Ledger) -> tuple[str, str, str]:
    (one,) = check(catalog, ledger)
    return one.verdict, one.reason.zh, one.reason.en


def test_the_box(small: Catalog, ledger: Any, make: Any) -> None:
    (one,) = check(small, ledger(make(value="18687", **AREA)))
    assert one.computed == pytest.approx(SANDS_KM2, rel=1e-3)
    assert [spec.id for spec in one.layers] == ["sands"]


@pytest.mark.parametrize(
    ("changes", "expected", "said"),
    [
        ({"value": "18687", **AREA}, "agrees", "1 %"),
        ({"value": "18687", **AREA, "calibrated": True}, "calibrated", "no evidence"),
        ({"value": "18000", **AREA}, "unexplained", "no reason"),
        (
            {"value": "18000", **AREA, "explained": [0.0, 0.05], "known": KNOWN},
            "differs",
            "Other borders.",
        ),
        (
            {"value": "17000", **AREA, "explained": [0.0, 0.05], "known": KNOWN},
            "unexplained",
            "accounts only for",
        ),
        ({"value": "3"}, "unexplained", "−33.33 %"),
        ({"value": "2"}, "agrees", "0 %"),
        ({"value": "2", "note": NOTE}, "agrees", "A note."),
        ({"compute": None, "known": KNOWN}, "not_computable", "Other borders."),
        (
            {"value": "18687", **AREA, "not_modelled": True, "known": KNOWN},
            "not_computable",
            "Other borders.",
        ),
        (
            {"compute": {"kind": "count", "layer": "nothing"}},
            "not_computable",
            "nothing",
        ),
    ],
)
def test_verdicts_and_reasons(
    small: Catalog,
    ledger: Any,
    make: Any,
    changes: dict[str, Any],
    expected: str,
    said: str,
) -> None:
    found, zh, en = verdict(small, ledger(make(**changes)))
    assert found == expected
    assert said in en
    assert zh.endswith("。")


def test_a_layer_of_the_offices_own_is_no_calibrated_one(
    small: Catalog, ledger: Any, make: Any
) -> None:
    """What meets a figure by construction in a model is evidence in a survey."""
    leagues = {"unit": "km2", "compute": {"kind": "area", "layer": "leagues"}}
    whole = make(value="74700", calibrated=True, not_modelled=True, **leagues)
    found, _, _ = verdict(small, ledger({**whole, "known": KNOWN}))
    assert found == "agrees"


def test_arithmetic_of_published_numbers(
    small: Catalog, ledger: Any, make: Any
) -> None:
    parts = [
        {"kind": "number", "value": part, "unit": "10k_mu", "source": "t"}
        for part in ("531.86", "316.97", "50.65")
    ]
    whole = {"unit": "10k_mu", "compute": {"kind": "sum", "terms": parts}}
    found, zh, en = verdict(small, ledger(make(value="900.01", known=KNOWN, **whole)))
    assert found == "inconsistent"
    assert "899.48" in en
    assert "Other borders." in en
    assert "899.48 万亩" in zh
    found, _, en = verdict(small, ledger(make(value="899.48", known=KNOWN, **whole)))
    assert found == "consistent"
    assert "Other borders." not in en


def test_a_tolerance_of_its_own(small: Catalog, ledger: Any, make: Any) -> None:
    own = {"tolerance": 0.05, "tolerance_reason": NOTE}
    (one,) = check(small, ledger(make(value="18000", **AREA, **own)))
    assert (one.verdict, one.tolerance) == ("agrees", 0.05)
    assert one.tolerance_reason.en == "A note."


def test_a_break_of_the_series_is_said(small: Catalog, ledger: Any, make: Any) -> None:
    series = {"id": "s", "epoch": 2, "break_note": NOTE}
    _, _, en = verdict(small, ledger(make(series=series)))
    assert "A note." in en


def test_a_layer_that_may_not_be_used_gives_no_number(
    small: Catalog, ledger: Any, make: Any
) -> None:
    made = ledger(make("open"), make("closed", value="18687", **AREA))
    opened, closed = check(small, made, may_use=lambda spec: spec.id != "sands")
    assert opened.computed == 2
    assert (closed.computed, closed.difference) == (None, None)
    assert closed.verdict == "not_computable"
    assert "sands" in closed.reason.en


@pytest.mark.parametrize(
    ("compute", "named"),
    [
        ({"kind": "count", "layer": "league"}, "leagues"),
        ({"kind": "count", "layer": "leagues", "where": {"parts": "x"}}, "part"),
    ],
)
def test_an_own_figure_that_cannot_be_computed_is_refused(
    small: Catalog, ledger: Any, make: Any, compute: dict[str, Any], named: str
) -> None:
    with pytest.raises(LedgerError) as refusal:
        check(small, ledger(make(compute=compute), own=True))
    assert refusal.value.code == "figures_uncomputable"
    assert refusal.value.details["figure"] == "one"
    for part in ("figures.toml", "one", "compute", named):
        assert part in refusal.value.text.zh
        assert part in refusal.value.text.en


def test_only_some(small: Catalog, ledger: Any, make: Any) -> None:
    made = ledger(make("a"), make("b"))
    assert [one.figure.id for one in check(small, made, ["b"])] == ["b"]
    with pytest.raises(LayerNotFoundError):
        check(small, made, ["c"])


def test_the_table_of_notebooks(small: Catalog, ledger: Any, make: Any) -> None:
    made = ledger(
        make("a"),
        make("b", value="18000", **AREA),
        make("c", compute=None, known=KNOWN),
    )
    table = figures(small, made)
    assert table.index.tolist() == ["a", "b", "c"]
    assert table.index.name == "id"
    assert table["verdict"].tolist() == ["agrees", "unexplained", "not_computable"]
    assert table["computed"].isna().tolist() == [False, False, True]
    expected = table["computed"] - table["published"]
    assert table["difference"].dropna().tolist() == expected.dropna().tolist()
    assert set(table.attrs["layers"]) == {"leagues", "sands"}


def test_the_table_of_no_figures(small: Catalog) -> None:
    assert figures(small, Ledger()).empty
