"""The pictures of a question: the mark is where the coordinates are."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from geo.types import REGION, BBox
from layers.catalog import Catalog
from service.import_preview import Backdrop, picture, questions_pictures
from service.words import Language

NUMBERS = re.compile(r'<circle class="dot" cx="([\d.]+)" cy="([\d.]+)"')
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def backdrop(real_catalog: Catalog) -> Backdrop:
    return Backdrop(real_catalog)


def mark(text: str) -> tuple[float, float]:
    found = NUMBERS.search(text)
    assert found is not None
    return float(found[1]), float(found[2])


def around(lon: float, lat: float, size: float = 0.01) -> BBox:
    return lon - size, lat - size, lon + size, lat + size


def test_mark_moves_with_the_place(backdrop: Backdrop) -> None:
    west, south = mark(picture(backdrop, around(100, 40), "zh"))
    east, north = mark(picture(backdrop, around(120, 50), "zh"))
    assert east - west > 100
    assert south - north > 50
    middle = mark(picture(backdrop, around(110, 45), "zh"))
    assert middle[0] == pytest.approx((west + east) / 2, abs=0.2)
    assert middle[1] == pytest.approx((south + north) / 2, abs=0.2)


@pytest.mark.parametrize(("language", "name"), [("zh", "磴口县"), ("en", "Dengkou")])
def test_banner_is_named(backdrop: Backdrop, language: Language, name: str) -> None:
    text = picture(backdrop, around(106.9, 40.4), language)
    root = ET.fromstring(text)  # noqa: S314
    names = [one.text or "" for one in root.iter(f"{SVG}text")]
    assert any(name in one for one in names)
    assert root.find(f"{SVG}title") is not None
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize(
    "bounds", [(-170.0, -60.0, -169.0, -59.0), REGION, (110.0, 41.0, 110.0, 41.0)]
)
def test_any_box_gives_a_picture(backdrop: Backdrop, bounds: BBox) -> None:
    text = picture(backdrop, bounds, "en")
    assert "nan" not in text
    assert "inf" not in text
    x, y = mark(text)
    assert 0 <= x <= 260
    assert 0 <= y <= 190
    ET.fromstring(text)  # noqa: S314


def test_catalogue_without_banners(catalog: Catalog) -> None:
    assert mark(picture(Backdrop(catalog), around(110, 41), "zh"))


def test_choices(backdrop: Backdrop) -> None:
    choices = [
        {"option": "--crs EPSG:4545", "crs": "EPSG:4545", "bounds": around(107, 40)},
        {"option": "--crs EPSG:4526"},
    ]
    drawn = questions_pictures(backdrop, {"choices": choices})
    assert [name for name, _ in drawn] == ["EPSG-4545"]
    assert questions_pictures(backdrop, {}) == []


def test_command_writes_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from service.cli import main

    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "work"))
    rows = "\n".join(
        f"J{i},1,{n},{e}"
        for i, (n, e) in enumerate(
            [(4466000, 415000), (4466500, 415000), (4466500, 416000)]
        )
    )
    (tmp_path / "a.txt").write_text(f"3,0,A,甲,面,,,,@\n{rows}\n", encoding="utf-8")
    folder = tmp_path / "pictures"
    words = ["import", str(tmp_path / "a.txt"), "--id", "mine"]
    assert main([*words, "--previews", str(folder)]) == 1
    capsys.readouterr()
    assert len(list(folder.glob("*.svg"))) == 4
