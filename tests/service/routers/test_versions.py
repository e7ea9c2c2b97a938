"""Versions of a layer over the service: list, report, difference, going back."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
from layers.importing.versions import diff, history, report_of
from service.app import create_app
from service.keys import add_key
from service.settings import Settings

ROW = """4,0,{name},甲,面,,,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,363730{size}.0000
J3,1,4466025.0000,363730{size}.0000
J4,1,4466025.0000,36373000.0000
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def two(workspace: Path, tmp_path: Path, small_seeds: Path) -> list[str]:
    made = []
    region = Region(Catalog.open(small_seeds))
    for size, names in ((20, "AB"), (40, "AC")):
        text = "".join(ROW.format(name=name, size=size) for name in names)
        path = tmp_path / "a.txt"
        path.write_text("[地块坐标]\n" + text, encoding="utf-8")
        options = ImportOptions(id="mine")
        made.append(import_files([path], options, workspace, region).version)
    return made


@pytest.fixture
def client(workspace: Path, two: list[str], small_seeds: Path) -> Iterator[TestClient]:
    assert two
    app = create_app(Settings(seeds=small_seeds, workspace=workspace))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


def test_list_report_and_difference_are_the_command_lines(
    client: TestClient, workspace: Path, two: list[str]
) -> None:
    base = "/collections/mine"
    listed = client.get(f"{base}/versions").json()
    assert listed == history(workspace, "mine").model_dump(mode="json")
    report = report_of(workspace / "layers" / "mine" / two[0])
    assert report is not None
    for name in (two[0], two[0][:6]):
        said = client.get(f"{base}/versions/{name}").json()
        assert said == report.model_dump(mode="json")
    told = client.get(f"{base}/diff?left={two[0]}&right={two[1]}").json()
    assert told == diff(workspace, "mine", *two).model_dump(mode="json")
    assert told["counts"] == {"added": 1, "removed": 1, "geometry": 1, "same": 0}
    faults = client.get(f"{base}/versions/{two[0]}/faults")
    assert faults.json()["type"] == "FeatureCollection"
    assert two[0] in faults.headers["content-disposition"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_pages(client: TestClient, two: list[str], language: str) -> None:
    wish = {"Accept": "text/html"}
    for path in (
        "versions",
        f"versions/{two[1]}",
        f"diff?left={two[0]}&right={two[1]}",
    ):
        mark = "&" if "?" in path else "?"
        answer = client.get(
            f"/collections/mine/{path}{mark}lang={language}", headers=wish
        )
        assert answer.status_code == 200
        assert two[1] in answer.text
    page = client.get(f"/collections/mine?lang={language}", headers=wish).text
    assert f"/collections/mine/versions/{two[1]}?" in page


def test_use_needs_the_scope_and_is_seen_at_once(
    client: TestClient, workspace: Path, two: list[str]
) -> None:
    address = f"/collections/mine/versions/{two[0]}/use"
    assert client.get("/collections/mine").json()["version"] == two[1]
    assert client.post(address).status_code == 403
    key, _ = add_key(workspace, "planner", ["write"])
    answer = client.post(address, headers={"X-API-Key": key})
    assert answer.status_code == 200
    current = [one["version"] for one in answer.json()["versions"] if one["current"]]
    assert current == [two[0]]
    assert client.get("/collections/mine").json()["version"] == two[0]
    items = client.get("/collections/mine/items").json()
    assert {one["id"] for one in items["features"]} == {"A", "B"}


def test_what_is_not_there(client: TestClient, two: list[str]) -> None:
    for path in (
        "/collections/mine/versions/zzz",
        f"/collections/mine/diff?left={two[0]}&right=zzz",
        "/collections/leagues/versions",
        "/collections/none/versions",
    ):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["text"]["zh"]


def test_one_restricted_version_closes_all(
    client: TestClient,
    workspace: Path,
    two: list[str],
    tmp_path: Path,
    small_seeds: Path,
) -> None:
    """Going back to an open version with ``write`` alone would tell of the other."""
    options = ImportOptions(id="mine", restricted=True)
    region = Region(Catalog.open(small_seeds))
    import_files([tmp_path / "a.txt"], options, workspace, region)
    key, _ = add_key(workspace, "planner", ["write"])
    headers = {"X-API-Key": key}
    use = f"/collections/mine/versions/{two[0]}/use"
    assert client.post(use, headers=headers).status_code == 403
    assert client.get(f"/collections/mine/versions/{two[0]}").status_code == 403
    both, _ = add_key(workspace, "both", ["write", "restricted"])
    assert client.post(use, headers={"X-API-Key": both}).status_code == 200


def test_left_overs_go_when_the_workspace_is_opened(
    workspace: Path, two: list[str], small_seeds: Path
) -> None:
    left = workspace / "layers" / "mine" / ".incoming-x"
    left.mkdir()
    create_app(Settings(seeds=small_seeds, workspace=workspace))
    assert not left.exists()
    assert len(history(workspace, "mine").versions) == len(two)
