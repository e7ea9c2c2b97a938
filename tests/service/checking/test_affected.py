"""Checks that are kept: which would answer differently on another version."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.catalog import Catalog

Run = Callable[..., tuple[int, str, str]]

NEAR, FAR = shapely.box(110.1, 40.1, 110.2, 40.2), shapely.box(112, 40.5, 112.1, 40.6)
BEFORE, AFTER = shapely.box(110.15, 40, 110.3, 40.3), shapely.box(110.18, 40, 110.3, 41)


@pytest.fixture
def versions(
    publish: Callable[..., Catalog], parcels: Callable[..., Path], run: Run
) -> tuple[str, str]:
    """Two versions of a layer, and two checks kept on the first."""
    first = publish("zone", [BEFORE]).spec("zone").version
    publish("other", [shapely.box(100, 30, 101, 31)])
    for name, shape, layer in (
        ("near", NEAR, "zone"),
        ("far", FAR, "zone"),
        ("elsewhere", NEAR, "other"),
    ):
        file = parcels(name, [shape])
        code, _, err = run("check", file, "--against", layer, "--save")
        assert code == 0, err
        file.unlink()
    return first, publish("zone", [AFTER]).spec("zone").version


def difference(run: Run, left: str, right: str) -> list[dict[str, Any]]:
    code, out, err = run("diff", "zone", left, right, "--json")
    assert code == 0, err
    checks: list[dict[str, Any]] = json.loads(out)["checks"]
    return checks


def kept(workspace: Path, name: str, layer: str) -> str:
    """Result id of the kept check of a file."""
    (found,) = (
        folder.parent.name
        for folder in (workspace / "checks").glob("*/report.json")
        if (folder.parent / f"{name}.geojson").exists()
        and layer in folder.read_text(encoding="utf-8")
    )
    return found


def test_only_checks_whose_answer_changes_are_named(
    run: Run, versions: tuple[str, str], workspace: Path
) -> None:
    """``far`` has the layer nearer or farther; ``elsewhere`` never asked about it."""
    found = {one["check"]: one["answers"] for one in difference(run, *versions)}
    near = kept(workspace, "near", "zone")
    assert near in found
    assert any("× zone overlap" in answer for answer in found[near])
    assert kept(workspace, "elsewhere", "other") not in found
    assert difference(run, versions[1], versions[1]) == []


@pytest.mark.usefixtures("versions")
def test_check_is_kept_once(
    run: Run, workspace: Path, parcels: Callable[..., Path]
) -> None:
    before = sorted((workspace / "checks").iterdir())
    for _ in range(2):
        file = parcels("again", [FAR])
        assert run("check", file, "--against", "zone", "--save")[0] == 0
    assert len(sorted((workspace / "checks").iterdir())) == len(before) + 1


def test_check_that_cannot_be_made_again_says_why(
    run: Run, versions: tuple[str, str], workspace: Path
) -> None:
    near = kept(workspace, "near", "zone")
    (workspace / "checks" / near / "near.geojson").write_text("{")
    found = {one["check"]: one["answers"] for one in difference(run, *versions)}
    (reason,) = found[near]
    assert "near.geojson" in reason
