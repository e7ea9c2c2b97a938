"""A report made again: after nothing, a layer, a file, the rules or itself changed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.catalog import Catalog
from service.checking.check import CheckOptions, check_files
from service.checking.comparing import compare

PARCELS = [
    shapely.box(110.1, 40.1, 110.2, 40.2),
    shapely.box(110.5, 40.5, 110.6, 40.6),
    shapely.box(111.5, 40.5, 111.6, 40.6),
]
BEFORE = [shapely.box(110.15, 40.0, 110.3, 40.3), shapely.box(111, 41, 112, 42)]
AFTER = [shapely.box(110.18, 40.0, 110.3, 40.3), shapely.box(111, 41, 112, 42)]

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def made(
    publish: Callable[..., Catalog],
    parcels: Callable[..., Path],
    tmp_path: Path,
    run: Run,
) -> Path:
    publish("zone", BEFORE, kind=["一级", "二级"])
    publish("other", [shapely.box(100, 30, 101, 31)])
    file = parcels("site", PARCELS)
    report = tmp_path / "report.json"
    code, _, err = run("check", file, "--against", "zone", "other", "-o", report)
    assert code == 0, err
    return report


def verified(run: Run, report: Path, *more: object) -> tuple[int, dict[str, Any]]:
    code, out, err = run("verify", report, "--json", *more)
    assert not err
    answer: dict[str, Any] = json.loads(out)
    return code, answer


def test_nothing_changed(made: Path, run: Run) -> None:
    code, found = verified(run, made)
    assert (code, found["same"], found["reproduced"]) == (0, True, True)
    assert found["inputs"] == found["changes"] == found["deviations"] == []


def test_a_layer_that_changed_is_named_with_all_that_follows(
    made: Path, run: Run, publish: Callable[..., Catalog]
) -> None:
    old = json.loads(made.read_text())
    version = {one["id"]: one["version"] for one in old["layers"]}["zone"]
    catalog = publish("zone", AFTER, kind=["一级", "二级"])
    code, found = verified(run, made)
    assert (code, found["same"], found["reproduced"]) == (1, False, True)
    (change,) = found["inputs"]
    assert (change["kind"], change["name"]) == ("layer", "zone")
    assert (change["before"], change["after"]) == (
        version,
        catalog.spec("zone").version,
    )
    # Only the parcel that lies across the moved border has another answer: P1 and P2
    # keep their nearest places.
    changed = {(one["parcel"], one["layer"], one["what"]) for one in found["changes"]}
    assert changed == {
        ("P0", "zone", "overlap"),
        ("P0", "zone", "class 一级"),
    }
    assert found["deviations"] == []


def test_a_file_that_changed_is_named(
    made: Path, run: Run, parcels: Callable[..., Path]
) -> None:
    parcels("site", [shapely.box(110.1, 40.1, 110.2, 40.25), *PARCELS[1:]])
    code, found = verified(run, made)
    assert (code, found["reproduced"]) == (1, None)
    assert [(one["kind"], one["name"]) for one in found["inputs"]] == [
        ("file", "site.geojson")
    ]
    assert {one["parcel"] for one in found["changes"]} == {"P0"}


def test_rules_that_changed_are_named_and_only_findings_follow(
    made: Path, run: Run, tmp_path: Path
) -> None:
    rules = tmp_path / "own.toml"
    rules.write_text(
        'id = "own"\nversion = "2"\ntitle = {zh = "局", en = "Office"}\n[[rule]]\n'
        'id = "no"\nlayers = ["zone"]\nlevel = "not_allowed"\n',
        encoding="utf-8",
    )
    code, found = verified(run, made, "--rules", rules)
    assert (code, found["reproduced"]) == (1, True)
    assert {one["kind"] for one in found["inputs"]} == {"rules"}
    assert {(one["parcel"], one["what"]) for one in found["changes"]} == {
        ("P0", "finding")
    }


def test_a_report_that_was_altered_cannot_be_reproduced(made: Path, run: Run) -> None:
    report = json.loads(made.read_text())
    part = report["parcels"][0]["layers"][0]["overlap"]["printed"]
    part["m2"] = "1.00"
    made.write_text(json.dumps(report))
    code, found = verified(run, made)
    assert (code, found["reproduced"]) == (1, False)
    assert [one["what"] for one in found["deviations"]] == ["overlap"]
    assert found["deviations"][0]["before"] == "1.00 m2"


def test_a_layer_that_is_gone_is_named(made: Path, run: Run, workspace: Path) -> None:
    (workspace / "layers" / "other" / "current").unlink()
    code, found = verified(run, made)
    assert (code, found["reproduced"]) == (1, True)
    assert [(one["name"], one["after"]) for one in found["inputs"]] == [("other", None)]


def test_what_cannot_be_read_or_found_is_refused(
    made: Path, run: Run, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text('{"kind": "ecobarrier-check"}')
    for path in (broken, tmp_path / "none.json"):
        code, _, err = run("verify", path)
        assert code == 1
        assert path.name in err
    (tmp_path / "site.geojson").unlink()
    code, _, err = run("verify", made)
    assert code == 1
    assert "site.geojson" in err


def test_compare_lists_the_parcels_whose_answer_changed(
    made: Path, run: Run, publish: Callable[..., Catalog], tmp_path: Path
) -> None:
    publish("zone", AFTER, kind=["一级", "二级"])
    file = tmp_path / "site.geojson"
    words = ("check", file, "--against", "zone", "other", "--compare", made, "--json")
    code, out, err = run(*words)
    assert code == 0, err
    found = json.loads(out)
    assert found["parcels_changed"] == ["P0"]
    assert found["parcels_same"] == 2


def test_parcels_that_came_and_went_are_listed(
    publish: Callable[..., Catalog], parcels: Callable[..., Path]
) -> None:
    catalog = publish("zone", BEFORE)
    chosen = CheckOptions(layers=("zone",))
    old = check_files(catalog, [parcels("a", PARCELS[:2])], chosen).report
    new = check_files(catalog, [parcels("a", PARCELS)], chosen).report
    assert [(one.parcel, one.what) for one in compare(old, new).changes] == [
        ("P2", "parcel")
    ]
    assert [(one.parcel, one.after) for one in compare(new, old).changes] == [
        ("P2", None)
    ]


def test_another_edition_of_the_office_s_table_is_a_change(
    run: Run,
    publish: Callable[..., Catalog],
    parcels: Callable[..., Path],
    tmp_path: Path,
) -> None:
    publish("zone", BEFORE)
    file, report = parcels("site", PARCELS), tmp_path / "report.json"
    table = tmp_path / "office.toml"
    for edition in ("1", "2"):
        head = f'id = "office"\nversion = "{edition}"\n'
        table.write_text(f'{head}title = {{zh = "局", en = "O"}}\nrule = []\n', "utf-8")
        assert run("rules", table)[0] == 0
        if edition == "1":
            run("check", file, "--against", "zone", "-o", report)
            assert run("verify", report)[0] == 0
    code, out, _ = run("verify", report, "--json")
    assert code == 1
    assert [one["kind"] for one in json.loads(out)["inputs"]] == ["rules"]
