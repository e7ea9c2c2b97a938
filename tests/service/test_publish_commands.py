"""``ecobarrier publish`` as people type it."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from service import cli


def test_command_says_what_is_there_and_what_is_not(
    tmp_path: Path,
    small_seeds: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(small_seeds))
    monkeypatch.setenv("COLUMNS", "200")
    command = ["publish", "--to", str(tmp_path / "copy"), "--no-maps", "--lang", "en"]
    assert cli.main([*command, "--date", "2026-01-15"]) == 0
    said = capsys.readouterr().out
    assert "7 个图层" in said
    assert "7 layers" in said
    assert "The restricted layer 'secret' was left out." in said
    assert cli.main([*command, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["written"] == 0
    assert told["left_out"] == ["secret"]
    assert told["files"] > 50


def test_restricted_layer_is_refused_on_one_line(
    tmp_path: Path,
    small_seeds: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(small_seeds))
    place = str(tmp_path / "copy")
    assert cli.main(["publish", "--to", place, "--layers", "leagues,secret"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "图层“secret”受限" in said
    assert "--layers" in said


def test_help_waits_for_nothing_heavy() -> None:
    code = (
        "import sys; from service import cli\n"
        "try: cli.main(['publish', '--help'])\n"
        "except SystemExit: pass\n"
        "print([one for one in ('obstore', 'dask', 'rasterio', 'folium')"
        " if one in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "[]"
