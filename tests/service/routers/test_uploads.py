"""Parcels, KML and tables sent to the site check give the command line's numbers."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from starlette.testclient import TestClient

from service import cli
from service.app import create_app
from service.settings import Settings

EAST, NORTH, SIDE = 36_560_000, 4_500_000, 40_000
CORNERS = [
    (EAST, NORTH),
    (EAST + SIDE, NORTH),
    (EAST + SIDE, NORTH + SIDE),
    (EAST, NORTH + SIDE),
]


@pytest.fixture(scope="module")
def client(
    small_seeds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = Settings(seeds=small_seeds, jobs=tmp_path_factory.mktemp("jobs"))
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


def parcels(shift: int = 0) -> bytes:
    """Write the square as a parcel file in GBK, north before east.

    The eastings are less by ``shift``, e.g. by their zone number.
    """
    head = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "[地块坐标]"]
    ring = [*CORNERS, CORNERS[0]]
    lines = [f"J{i % 4 + 1},1,{n},{e - shift}" for i, (e, n) in enumerate(ring)]
    record = "5,360000,DK1,治沙站,面,,林地,03,@"
    return "\r\n".join([*head, record, *lines, ""]).encode("gbk")


def sent(client: TestClient, content: bytes, **query: str | float) -> Any:
    return client.post(
        "/overlap",
        params={"layers": "redline,sandy_lands", **query},
        content=content,
        headers={"content-type": "application/octet-stream"},
    )


def printed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    seeds: Path,
    *arguments: str,
) -> Any:
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(seeds))
    assert cli.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_parcels_overlap_as_the_same_polygon_of_any_other_file(
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_seeds: Path,
    tmp_path: Path,
) -> None:
    report = sent(client, parcels(), name="治沙站.txt").json()
    # The polygon that the file means, put together here and kept in another format.
    square = gpd.GeoDataFrame(geometry=[shapely.Polygon(CORNERS)], crs="EPSG:4524")
    square.to_file(tmp_path / "same.gpkg")
    (tmp_path / "治沙站.txt").write_bytes(parcels())
    for file in ("same.gpkg", "治沙站.txt"):
        for one in report["overlaps"]:
            arguments = ("overlap", str(tmp_path / file), one["right"]["id"])
            told = printed(capsys, monkeypatch, small_seeds, *arguments)
            assert told["totals"] == one["totals"]
            assert told["totals"]["overlap_dissolved_m2"] > 0
    decided = {note["decided"] for note in report["notes"] if "decided" in note}
    assert {"encoding", "crs", "zone", "axis_order"} <= decided
    assert report["area"]["rows"][0]["name"] == "治沙站"


def test_ambiguous_zone_offers_choices_that_can_be_sent_back(
    client: TestClient,
) -> None:
    content = parcels(shift=36_030_000)
    asked = sent(client, content, name="a.txt")
    assert asked.status_code == 422
    assert asked.json()["code"] == "import_zone_ambiguous"
    choices = asked.json()["details"]["choices"]
    assert len(choices) > 1
    assert all(isinstance(one["bounds"][0], float) for one in choices)
    answers = {
        one["crs"]: sent(client, content, name="a.txt", crs=one["crs"]).json()
        for one in choices[:2]
    }
    areas = {crs: one["area"]["total_m2"] for crs, one in answers.items()}
    assert all(area == pytest.approx(SIDE**2, rel=0.01) for area in areas.values())


def test_stated_accuracy_is_the_command_lines_too(
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_seeds: Path,
    tmp_path: Path,
) -> None:
    report = sent(client, parcels(), name="a.txt", accuracy_m=50).json()
    assert report["site"]["accuracy_m"] == 50
    redline, _ = report["overlaps"]
    unknown = [
        note["layer"] for note in redline["notes"] if note["code"] == "accuracy_unknown"
    ]
    assert unknown == []
    assert redline["rows"][0]["uncertainty_m2"] > 0
    file = tmp_path / "a.txt"
    file.write_bytes(parcels())
    arguments = ("overlap", str(file), "redline", "--accuracy", "50")
    assert printed(capsys, monkeypatch, small_seeds, *arguments) == redline


@pytest.mark.parametrize("value", ["-1", "nan", "1e9", "x"])
def test_impossible_accuracy_is_refused(client: TestClient, value: str) -> None:
    answer = sent(client, parcels(), name="a.txt", accuracy_m=value)
    assert answer.status_code in (400, 422)
    assert "accuracy_m" in answer.text
