"""The table of rules that an office keeps is the one that every path goes by."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.cli import main
from service.settings import Settings

Run = Callable[..., tuple[int, str, str]]

OFFICE = """
id = "office"
version = "2026-1"
title = { zh = "本局规则", en = "Rules of the office" }

[[rule]]
id = "core"
layers = ["lakes", "no_such_layer"]
level = "not_allowed"
confirmed = true
[rule.clause]
document = "自然资发〔2022〕142号"
"""
SITE = [[105.5, 38.7], [106.0, 38.7], [106.0, 39.0], [105.5, 39.0], [105.5, 38.7]]
POLYGON = {"type": "Polygon", "coordinates": [SITE]}


@pytest.fixture
def office(tmp_path: Path) -> Path:
    path = tmp_path / "本局规则.toml"
    path.write_text(OFFICE, encoding="utf-8")
    return path


def in_use(run: Run, *words: object) -> dict[str, Any]:
    code, out, err = run("rules", *words, "--json")
    assert code == 0, err
    shown: dict[str, Any] = json.loads(out)
    return shown


def test_table_is_shown_taken_and_dropped(run: Run, office: Path) -> None:
    assert (in_use(run)["id"], in_use(run)["file"]) == ("default", None)
    taken = in_use(run, office)
    assert (taken["id"], taken["version"]) == ("office", "2026-1")
    assert taken == in_use(run)
    assert taken["about"] == {"core": ["lakes"]}
    assert [one["confirmed"] for one in taken["rules"]] == [True]
    assert in_use(run, "--default")["id"] == "default"


def test_table_is_printed_for_people(run: Run, office: Path) -> None:
    office.write_text(OFFICE.replace('"lakes", ', ""), encoding="utf-8")
    code, out, _ = run("rules", office)
    assert code == 0
    assert "本局规则 Rules of the office" in out
    assert "无 none" in out


def test_table_in_use_can_be_copied_and_changed(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy.toml"
    first = in_use(run, "-o", copy)
    copy.write_text(copy.read_text("utf-8").replace('"2026-11"', '"2027-1"'), "utf-8")
    taken = in_use(run, copy, "-o", tmp_path / "again.toml")
    assert (taken["id"], taken["version"]) == (first["id"], "2027-1")
    assert (tmp_path / "again.toml").read_bytes() == copy.read_bytes()


def test_bad_table_is_refused_and_the_old_one_stays(run: Run, office: Path) -> None:
    before = in_use(run, office)
    office.write_text(OFFICE.replace("not_allowed", "forbidden"), encoding="utf-8")
    code, _, err = run("rules", office)
    assert code == 1
    assert "本局规则.toml" in err
    assert "forbidden" in err
    assert in_use(run) == before


def test_without_a_workspace_it_is_told(
    office: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ECOBARRIER_WORKSPACE", raising=False)
    assert main(["rules", str(office)]) == 1
    assert "ECOBARRIER_WORKSPACE" in capsys.readouterr().err


def test_every_path_goes_by_the_table(
    run: Run, office: Path, workspace: Path, tmp_path: Path
) -> None:
    in_use(run, office)
    parcels = tmp_path / "parcels.geojson"
    feature = {"type": "Feature", "properties": {}, "geometry": POLYGON}
    collection = {"type": "FeatureCollection", "features": [feature]}
    parcels.write_text(json.dumps(collection), encoding="utf-8")
    words = ("check", parcels, "--against", "lakes", "--json")
    said = [json.loads(run(*words, *more)[1]) for more in ((), ("--rules", office))]
    with TestClient(create_app(Settings(workspace=workspace))) as client:
        body = {"inputs": {"polygons": POLYGON, "layers": ["lakes"]}}
        answer = client.post("/processes/check/execution", json=body)
        said.append(answer.json())
        page = client.get("/check", headers={"Accept": "text/html"}).text
        assert "本局规则 2026-1" in page
        in_use(run, "--default")
        again = client.post("/processes/check/execution", json=body).json()
        assert "本局规则" not in client.get("/check", params={"f": "html"}).text
    assert {one["rules"]["sha256"] for one in said} == {said[0]["rules"]["sha256"]}
    assert {one["rules"]["id"] for one in said} == {"office"}
    assert again["rules"]["id"] == "default"
