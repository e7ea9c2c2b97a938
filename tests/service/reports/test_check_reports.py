"""``ecobarrier check -o``: one report or several, in the language asked for."""

import json
from pathlib import Path

import pytest

from service import check_commands, cli
from service.report_types import REPORT_TYPES
from service.reports.writing import WRITERS


def test_what_is_promised_is_written() -> None:
    assert set(WRITERS) == set(check_commands.SUFFIXES)
    assert {f".{one}" for one in REPORT_TYPES} == {*WRITERS, ".zip"}


def test_several_reports_of_one_check(
    seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(seeds))
    made = [tmp_path / f"报告{suffix}" for suffix in WRITERS]
    outputs = [part for path in made for part in ("-o", str(path))]
    parcels = str(seeds / "十二个地块.geojson")
    code = cli.main(
        ["check", parcels, "--against", "unit_00", *outputs, "--lang", "both", "--json"]
    )
    assert code == 0
    assert all(path.stat().st_size > 1000 for path in made)
    result = json.loads((tmp_path / "报告.json").read_text("utf-8"))["result_id"]
    page = (tmp_path / "报告.html").read_text("utf-8")
    assert result in page
    assert "Overall finding" in page


def test_unknown_format_is_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing, report = str(tmp_path / "missing.txt"), str(tmp_path / "a.docx")
    assert cli.main(["check", missing, "-o", report, "-o", "b.pdf"]) == 1
    said = capsys.readouterr().err
    assert "a.docx" in said
    assert ".pdf" in said
