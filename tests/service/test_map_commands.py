"""``ecobarrier map`` as a person calls it."""

import json
import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.writers_exchange import write_geojson
from service.cli import main

TILES = "https://tiles.test/{z}/{x}/{y}.png"


@pytest.fixture(autouse=True)
def settings(small_seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(small_seeds))


def written(folder: Path, *words: str) -> str:
    path = folder / "map.html"
    assert main(["map", "-o", str(path), *words]) == 0
    return path.read_text(encoding="utf-8")


def rows(html: str) -> set[str]:
    return set(re.findall(r'class="layer" data-layer="([\w-]+)"', html))


def test_layers_and_language(tmp_path: Path) -> None:
    html = written(tmp_path, "--layers", "redline,land_cover", "--lang", "en")
    assert '<html lang="en">' in html
    assert rows(html) == {"redline", "land_cover", "province", "leagues"}


def test_usual_layers_in_chinese(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = written(tmp_path)
    assert '<html lang="zh-CN">' in html
    assert rows(html) >= {"redline", "sandy_lands"}
    assert "map.html" in capsys.readouterr().out


def test_own_files_are_layers_too(tmp_path: Path) -> None:
    own = gpd.GeoDataFrame(geometry=[shapely.box(108, 40, 109, 41)], crs="EPSG:4490")
    write_geojson(own, tmp_path / "parcels.geojson")
    html = written(tmp_path, "--layers", str(tmp_path / "parcels.geojson"))
    assert "parcels" in rows(html)


def test_budget_is_kept_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    html = written(tmp_path, "--layers", "leagues", "--budget", "0.4", "--json")
    assert '<span id="budget">0.4 MB</span>' in html
    told = json.loads(capsys.readouterr().out)
    assert told["bytes"] == len(html.encode()) <= 400_000


def test_tiles_with_their_datum(tmp_path: Path) -> None:
    html = written(tmp_path, "--tiles", TILES, "--tiles-datum", "gcj02")
    assert TILES in html
    assert "Only their display was shifted" in html


@pytest.mark.parametrize(
    ("words", "zh", "en"),
    [
        (["--tiles-datum", "gcj02"], "却没有底图", "but no tiles"),
        (["--tiles", TILES], "不作猜测", "never guessed"),
        (["--tiles", TILES, "--tiles-datum", "bd09"], "bd09", "'bd09'"),
        (
            ["--tiles", "", "--tiles-datum", "gcj02"],
            "底图地址",
            "tile address '' cannot be used",
        ),
        (["--budget", "0"], "不是正数", "no positive number"),
        (["--budget", "nan"], "不是正数", "no positive number"),
        (["--budget", "0.01"], "太小", "Raise the budget"),
        (["--layers", "nothing"], "nothing", "'nothing'"),
    ],
)
def test_refusals_leave_no_file(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    words: list[str],
    zh: str,
    en: str,
) -> None:
    path = tmp_path / "map.html"
    assert main(["map", "-o", str(path), *words]) == 1
    said = capsys.readouterr().err
    assert zh in said
    assert en in said
    assert not path.exists()
