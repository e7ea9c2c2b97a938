"""Reading ledgers: what is taken, and what is refused with file, key and value."""

from pathlib import Path
from typing import Any

import pytest

from layers.errors import LayerNotFoundError, LedgerError
from layers.figures.ledger import Ledger

SHARE = {"unit": "percent", "denominator": {"zh": "全区", "en": "the region"}}
WORDS = {"zh": "原因", "en": "a reason"}


def number(value: str, unit: str) -> dict[str, str]:
    return {"kind": "number", "value": value, "unit": unit, "source": "t"}


def test_a_folder_without_a_ledger_has_no_figures(tmp_path: Path) -> None:
    assert Ledger.open(tmp_path, tmp_path / "nothing").figures == {}


def test_figures_keep_the_order_of_the_file(write_ledger: Any, make: Any) -> None:
    ledger = Ledger.open(write_ledger(make("b"), make("a")))
    assert list(ledger.figures) == ["b", "a"]
    assert ledger.own == frozenset()


def test_own_figures_lie_over_those_of_the_seeds(
    write_ledger: Any, make: Any, tmp_path: Path
) -> None:
    seeds = write_ledger(make("a"), make("b", value="3"))
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    text = (seeds / "figures.toml").read_text(encoding="utf-8")
    own = text.replace('id = "a"', 'id = "c"').replace('"3"', '"4"')
    (workspace / "figures.toml").write_text(own, encoding="utf-8")
    ledger = Ledger.open(seeds, workspace)
    assert list(ledger.figures) == ["a", "b", "c"]
    assert ledger.figures["b"].value == "4"
    assert ledger.own == {"b", "c"}


@pytest.mark.parametrize(
    ("changes", "code", "key", "value"),
    [
        ({"document": None}, "figures_key_missing", "document", None),
        ({"tolerence": 0.1}, "figures_key_unknown", "tolerence", "0.1"),
        ({"sure": "D"}, "figures_choice_wrong", "sure", "D"),
        ({"relation": "about"}, "figures_choice_wrong", "relation", "about"),
        ({"value": 59.69}, "figures_value_wrong", "value", "59.69"),
        ({"value": "1,5"}, "figures_value_wrong", "value", "1,5"),
        ({"unit": "acre"}, "figures_value_wrong", "unit", "acre"),
        ({"id": "Not An Id"}, "figures_value_wrong", "id", "Not An Id"),
        ({"unit": "percent"}, "figures_value_wrong", "denominator", ""),
        ({"compute": None}, "figures_value_wrong", "known", ""),
        ({"tolerance": 0.1}, "figures_value_wrong", "tolerance, tolerance_reason", ""),
        ({"tolerance": 2}, "figures_value_wrong", "tolerance", "2"),
        ({"explained": [0.0, 0.1]}, "figures_value_wrong", "explained", ""),
        (
            {"explained": [0.1, 0.0], "known": WORDS},
            "figures_value_wrong",
            "explained",
            "",
        ),
        ({"not_modelled": True}, "figures_value_wrong", "not_modelled", ""),
        (
            {"compute": {"kind": "python", "code": "1"}},
            "figures_kind_wrong",
            "compute.kind",
            None,
        ),
        ({"compute": {"layer": "a"}}, "figures_kind_wrong", "compute.kind", None),
        ({"compute": {"kind": "area"}}, "figures_key_missing", "compute.layer", None),
        (
            {"compute": {"kind": "sum", "terms": [number("x", "count")]}},
            "figures_value_wrong",
            "compute.terms.0.value",
            "x",
        ),
        (
            {"compute": {"kind": "count", "layer": "../up"}},
            "figures_value_wrong",
            "compute.layer",
            "../up",
        ),
        (
            {"compute": {"kind": "published", "id": "nothing"}},
            "figures_reference_unknown",
            "compute",
            "nothing",
        ),
        (
            {"compute": {"kind": "area", "layer": "leagues"}},
            "figures_dimension_wrong",
            "unit",
            "count",
        ),
        (
            {
                "compute": {
                    "kind": "sum",
                    "terms": [number("1", "count"), number("1", "km")],
                }
            },
            "figures_dimension_wrong",
            "unit",
            "count",
        ),
        (
            {
                "compute": {
                    "kind": "zonal_share",
                    "layer": "leagues",
                    "raster": "cover",
                },
                **SHARE,
            },
            "figures_value_wrong",
            "compute",
            None,
        ),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(
    write_ledger: Any,
    make: Any,
    changes: dict[str, Any],
    code: str,
    key: str,
    value: str | None,
) -> None:
    folder = write_ledger(make(**changes))
    with pytest.raises(LedgerError) as refusal:
        Ledger.open(folder)
    details = refusal.value.details
    assert (refusal.value.code, details["key"]) == (code, key)
    assert details["file"] == "figures.toml"
    assert value is None or details["value"] == value
    named = changes.get("id", "one")
    for text in refusal.value.text:
        assert "figures.toml" in text
        assert str(named) in text
        assert key in text


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("figure = [", "Invalid"),
        ("figure = 3", "[[figure]]"),
        ("[figures]\n", "figures"),
        ("figure = [3]", "figure"),
    ],
)
def test_what_is_no_ledger_is_refused(write_ledger: Any, raw: str, said: str) -> None:
    with pytest.raises(LedgerError, match=r"figures\.toml") as refusal:
        Ledger.open(write_ledger(raw=raw))
    assert said in refusal.value.text.en


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    (tmp_path / "figures.toml").write_bytes("标题".encode("gbk"))
    with pytest.raises(LedgerError) as refusal:
        Ledger.open(tmp_path)
    assert refusal.value.code == "figures_unreadable"


def test_an_id_stands_once(write_ledger: Any, make: Any) -> None:
    with pytest.raises(LedgerError) as refusal:
        Ledger.open(write_ledger(make(), make()))
    assert refusal.value.code == "figures_id_twice"


def test_nothing_is_computed_across_a_break_of_a_series(
    write_ledger: Any, make: Any
) -> None:
    def year(figure_id: str, epoch: int) -> Any:
        series = {"id": "cover", "epoch": epoch}
        return make(figure_id, compute=None, known=WORDS, series=series, **SHARE)

    def change(of: str, minus: str) -> Any:
        parts = {
            "of": {"kind": "published", "id": of},
            "minus": {"kind": "published", "id": minus},
        }
        return make("change", compute={"kind": "difference", **parts}, **SHARE)

    years = [year("y2018", 1), year("y2021", 2), year("y2024", 2)]
    Ledger.open(write_ledger(*years, change("y2024", "y2021")))
    with pytest.raises(LedgerError) as refusal:
        Ledger.open(write_ledger(*years, change("y2021", "y2018")))
    assert refusal.value.code == "figures_series_broken"
    assert refusal.value.details["series"] == "cover"


def test_figures_are_chosen_by_id(write_ledger: Any, make: Any) -> None:
    ledger = Ledger.open(write_ledger(make("a"), make("b"), make("c")))
    chosen = ledger.chosen(["c", "a", "c"])
    assert [figure.id for figure in chosen] == ["c", "a"]
    assert len(ledger.chosen()) == 3
    with pytest.raises(LayerNotFoundError, match="aa"):
        ledger.chosen(["aa"])
