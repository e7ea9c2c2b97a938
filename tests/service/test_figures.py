"""``ecobarrier figures``: one answer with the tables of areas, overlaps and zones."""

import json
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import Catalog
from layers.figures.ledger import Ledger
from service.cli import main
from service.figure_tables import computed_text, share_text
from service.figures import figures_report
from service.settings import Settings
from service.words import VERDICTS

OWN = """
[[figure]]
id = "office_area"
title = { zh = "本局统计的面积", en = "The office's area" }
claim = { zh = "面积 114.6 万平方千米。", en = "1,146,000 km2." }
value = "114.6"
unit = "10k_km2"
document = "本局 2026 年统计"
definition = { zh = "图上面积。", en = "Area on the map." }
sure = "B"
compute = { kind = "area", layer = "LAYER" }
"""


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str) -> Any:
        assert main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path))
    return tmp_path


def only(ask: Any, *ids: str) -> dict[str, dict[str, Any]]:
    answer = ask("figures", "--only", *ids)
    return {figure["id"]: figure for figure in answer["figures"]}


def test_what_a_figure_says(ask: Any) -> None:
    answer = ask("figures", "--only", "yellow_length", "battles")
    assert answer["counts"] == {"differs": 1, "not_computable": 1}
    assert len(answer["result_id"]) == 16
    length, battles = answer["figures"]
    assert (length["published"], length["published_text"]) == (843.0, "843")
    assert length["computed"] == pytest.approx(853.02, abs=0.01)
    assert length["difference"] == pytest.approx(length["computed"] - 843)
    assert length["difference_share"] == pytest.approx(length["difference"] / 843)
    assert length["verdict"] == "differs"
    assert "省界" in length["reason"]["zh"]
    assert length["expression"] == "length(yellow_river)"
    assert [layer["id"] for layer in length["layers"]] == ["yellow_river"]
    assert length["series_break"]["en"].startswith("An older text")
    assert (battles["computed"], battles["difference"]) == (None, None)
    assert battles["reason"]["en"]


def test_same_numbers_as_the_tables(ask: Any) -> None:
    figures = only(
        ask,
        *("region_area", "redline_share", "key_area_share", "yellow_basin_area"),
        *("cropland", "key_banners"),
    )
    areas = {
        name: ask("area", name)["total_m2"]
        for name in ("province", "key_function_banners")
    }
    assert figures["region_area"]["computed"] == areas["province"] / 1e10
    share = areas["key_function_banners"] / areas["province"]
    assert figures["key_area_share"]["computed"] == pytest.approx(
        100 * share, rel=1e-12
    )
    totals = ask("overlap", "redline", "province")["totals"]
    share = totals["overlap_dissolved_m2"] / totals["right_dissolved_m2"]
    assert figures["redline_share"]["computed"] == pytest.approx(100 * share, rel=1e-12)
    basins = ask("overlap", "basins", "province")["rows"]
    yellow = [
        row["area_m2"]
        for row in basins
        if row["kind"] == "overlap" and row["left_id"].startswith("yellow")
    ]
    computed = figures["yellow_basin_area"]["computed"]
    assert computed == pytest.approx(sum(yellow) / 1e10, rel=1e-9)
    rows = ask("zonal", "province", "land_cover")["rows"]
    crops = sum(row["area_m2"] for row in rows if row["value"] in (12, 14))
    mu = 10_000 / 15
    assert figures["cropland"]["computed"] == pytest.approx(crops / mu / 1e4, rel=1e-12)
    assert figures["key_banners"]["computed"] == 43


def test_figures_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--only", "yellow_length", "done_total"]) == 0
    printed = " ".join(capsys.readouterr().out.split())
    for part in (
        "843 km",
        "853.0 km",
        "+1.19 %",
        "不自洽",
        "899.480",
        "figures/ledger",
    ):
        assert part in printed


def test_an_unknown_figure_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["figures", "--only", "yellow_lenght"]) == 1
    assert "yellow_length" in capsys.readouterr().err


def test_own_figures_of_the_workspace(ask: Any, workspace: Path) -> None:
    text = OWN.replace("LAYER", "province")
    (workspace / "figures.toml").write_text(text, encoding="utf-8")
    figures = only(ask, "office_area", "region_area")
    assert figures["office_area"]["verdict"] == "agrees"
    assert (figures["office_area"]["own"], figures["region_area"]["own"]) == (
        True,
        False,
    )
    assert figures["office_area"]["computed"] == figures["region_area"]["computed"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (OWN.replace("LAYER", "provinze"), ["compute.layer", "provinze", "province"]),
        (
            OWN.replace("LAYER", "province").replace("114.6", "114,6"),
            ["value", "114,6"],
        ),
        (OWN.replace("LAYER", "province").replace("sure", "shure"), ["shure"]),
    ],
)
def test_a_wrong_own_figure_is_refused(
    capsys: pytest.CaptureFixture[str], workspace: Path, text: str, named: list[str]
) -> None:
    (workspace / "figures.toml").write_text(text, encoding="utf-8")
    assert main(["figures", "--only", "office_area"]) == 1
    said = capsys.readouterr().err
    for part in ["figures.toml", "office_area", *named]:
        assert part in said
    assert said.count("\n") == 1


def test_the_result_id_follows_the_ledger(real_catalog: Catalog) -> None:
    ledger = Ledger.open(Settings().seeds)
    whole = ledger.figures["yellow_length"]
    first = figures_report(real_catalog, ledger, ["yellow_length"]).result_id
    assert figures_report(real_catalog, ledger, ["yellow_length"]).result_id == first
    changed = whole.model_copy(update={"value": "844"})
    other = Ledger({**ledger.figures, "yellow_length": changed})
    assert figures_report(real_catalog, other, ["yellow_length"]).result_id != first


def test_every_verdict_has_words(real_catalog: Catalog) -> None:
    for words in VERDICTS.values():
        assert words.zh
        assert words.en
    report = figures_report(real_catalog, Ledger.open(Settings().seeds), ["leagues"])
    (figure,) = report.figures
    assert computed_text(figure) == "12"
    assert share_text(-0.0314) == "−3.14 %"
    assert share_text(0.0) == "0 %"
    assert share_text(None) == ""
