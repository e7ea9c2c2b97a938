"""Checking a site: drawn, uploaded, linked; its numbers are the command line's."""

import contextlib
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pytest
import shapely
from playwright.sync_api import Page, ViewportSize, expect

from layers.cells import guarded
from service.cli import main

pytestmark = pytest.mark.browser

CORNERS = [(108.4, 40.3), (108.9, 40.4), (108.8, 40.6), (108.5, 40.55)]
VIEW = "#v=8.4/40.45/108.65"
PHONE = ViewportSize(width=390, height=844)
Shot = Callable[[Page, str], None]
ClickAt = Callable[..., None]


def told(*words: str) -> dict[str, Any]:
    """Ask the command line."""
    with contextlib.redirect_stdout(io.StringIO()) as said:
        assert main([*words, "--json"]) == 0
    answer: dict[str, Any] = json.loads(said.getvalue())
    return answer


def m2(page: Page, layer: str) -> float:
    cell = page.locator(f"#right tr[data-layer={layer}] td[data-m2]")
    return float(cell.get_attribute("data-m2") or "nan")


def rows_ready(page: Page) -> None:
    """The pieces are there too: the row of what is left has its number."""
    expect(page.locator("#right tr.rest")).to_be_visible()


def test_drawn_polygon_equals_the_command_line_and_its_link_brings_it_back(
    visit: Any, shot: Shot, click_at: ClickAt, tmp_path: Path
) -> None:
    page = visit(f"/?lang=en{VIEW}")
    page.locator("#check-button").click()
    page.get_by_role("button", name="Draw a site").click()
    for corner in CORNERS:
        click_at(page, *corner)
    expect(page.locator("#hint")).to_contain_text("4 corners · perimeter")
    shot(page, "drawing-en")
    page.keyboard.press("Backspace")
    expect(page.locator("#hint")).to_contain_text("3 corners")
    click_at(page, *CORNERS[-1])
    page.keyboard.press("Enter")
    rows_ready(page)
    with page.expect_download() as taken:
        page.get_by_role("button", name="Site file").click()
    site = tmp_path / "site.geojson"
    taken.value.save_as(site)

    report = told("overlap", str(site), "redline")
    assert m2(page, "redline") == report["totals"]["overlap_dissolved_m2"] > 0
    key = page.locator(".figure b").get_attribute("data-m2")
    assert float(key or 0) == told("area", str(site))["total_m2"]
    expect(page.locator("tr[data-layer=redline] small")).to_contain_text("±")
    expect(page.locator(".verdict")).to_contain_text(
        "Touches the modelled ecological red line"
    )

    page.locator("tr[data-layer=redline]").click()
    pieces = page.evaluate(
        """async () => {
            const base = document.documentElement.dataset.assets;
            const { map } = await import(`${base}/map.js`);
            return (await map.getSource('pieces').getData()).features
                .map((one) => one.properties.layer);
        }"""
    )
    assert set(pieces) == {"redline"}
    shot(page, "check-en")

    shown = page.locator("#right .overlaps").inner_text()
    number = m2(page, "redline")
    again = visit(f"/{page.evaluate('location.search + location.hash')}")
    rows_ready(again)
    assert again.locator("#right .overlaps").inner_text() == shown
    assert m2(again, "redline") == number


def test_units_copy_csv_and_workbook_hold_the_same_number(
    visit: Any, shot: Shot
) -> None:
    page = visit("/?lang=zh")
    page.locator("#check-button").click()
    page.get_by_role("button", name="示例地块").click()
    rows_ready(page)
    number = m2(page, "redline")
    row = page.locator("tr[data-layer=redline] td[data-m2]")
    expect(row).to_contain_text(f"{number / 1e6:,.0f}"[:3])
    page.get_by_role("radio", name="亩").click()
    expect(page.locator(".overlaps thead")).to_contain_text("万亩")
    page.get_by_role("radio", name="公顷").click()
    expect(page.locator(".overlaps thead")).to_contain_text("公顷")
    assert m2(page, "redline") == number
    shot(page, "check-zh")

    with page.expect_download() as taken:
        page.get_by_role("button", name="CSV").click()
    text = taken.value.path().read_text("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    whole = next(
        one for one in lines if one["layer"] == "redline" and not one["feature"]
    )
    assert float(whole["overlap_m2"]) == number
    assert whole["status"] == "modelled"
    texts = ["=1+1", "-5", "-", "'=2", "\t=1", "＝1+1", 'a"b', "甲,乙"]
    lines = page.evaluate(
        """async (table) => {
            const base = document.documentElement.dataset.assets;
            return (await import(`${base}/report.js`)).csv(table);
        }""",
        [texts],
    )
    assert next(csv.reader(io.StringIO(lines[1:]))) == [guarded(one) for one in texts]

    page.get_by_role("button", name="复制", exact=True).click()
    expect(page.locator("#toast")).to_have_text("已复制")
    assert repr(number) in page.evaluate("navigator.clipboard.readText()")

    with page.expect_download() as taken:
        page.get_by_role("button", name="XLSX").click()
    book = openpyxl.load_workbook(io.BytesIO(taken.value.path().read_bytes()))
    cells = [cell.value for line in book.worksheets[0].iter_rows() for cell in line]
    values = [one for one in cells if isinstance(one, float)]
    # Sixteen digits are what a workbook holds.
    assert any(one == pytest.approx(number, rel=1e-15) for one in values)


def test_uploaded_shapefile_of_parcels(visit: Any, tmp_path: Path) -> None:
    parcels = gpd.GeoDataFrame(
        {"name": ["a", "b"]},
        geometry=[
            shapely.box(108.5, 40.35, 108.6, 40.45),
            shapely.box(108.7, 40.4, 108.8, 40.5),
        ],
        crs="EPSG:4490",
    ).to_crs("EPSG:4545")
    folder = tmp_path / "parcels"
    folder.mkdir()
    parcels.to_file(folder / "parcels.shp")
    archive = tmp_path / "parcels.zip"
    with zipfile.ZipFile(archive, "w") as out:
        for one in folder.iterdir():
            out.write(one, one.name)
    page = visit("/?lang=en")
    page.locator("#check-button").click()
    page.locator("#file").set_input_files(archive)
    rows_ready(page)
    expect(page.locator(".others")).to_contain_text("2 polygons")
    report = told("overlap", str(archive), "sandy_lands")
    assert m2(page, "sandy_lands") == report["totals"]["overlap_dissolved_m2"]


def test_parcels_without_a_zone_are_asked_about_and_answer_as_the_command_line(
    visit: Any, shot: Shot, tmp_path: Path
) -> None:
    visit.allowed.append("status of 422|Unprocessable")
    corners = [(4472000, 570000), (4472000, 590000), (4487000, 590000)]
    lines = [f"J{at},1,{n},{e}" for at, (n, e) in enumerate(corners, start=1)]
    head = ["[属性描述]", "坐标系=2000国家大地坐标系", "几度分带=3", "[地块坐标]"]
    record = "3,15000,DK1,治沙一期,面,,光伏,0404,@"
    parcels = tmp_path / "地块.txt"
    parcels.write_bytes("\r\n".join([*head, record, *lines]).encode("gbk"))
    page = visit("/?lang=zh")
    page.locator("#check-button").click()
    page.locator("#file").set_input_files(parcels)
    expect(page.locator(".question h3")).to_have_text("请确定坐标系")
    shot(page, "which-crs-zh")
    page.get_by_role("button", name="EPSG:4545").click()
    rows_ready(page)
    stated = ("--crs", "EPSG:4545")
    report = told("overlap", str(parcels), "redline", *stated)
    assert m2(page, "redline") == report["totals"]["overlap_dissolved_m2"] > 0
    expect(page.locator(".reading summary")).to_contain_text("EPSG:4545")
    small = page.locator("tr[data-layer=redline] small")
    expect(small).to_have_text("± 未知")
    page.locator("#site-accuracy").fill("5")
    page.keyboard.press("Enter")
    expect(small).not_to_have_text("± 未知")
    assert "acc=5" in page.url
    accurate = told("overlap", str(parcels), "redline", *stated, "--accuracy", "5")
    assert m2(page, "redline") == accurate["totals"]["overlap_dissolved_m2"]
    page.locator(".reading summary").click()
    expect(page.locator(".reading")).to_contain_text("北坐标在前")
    shot(page, "parcels-zh")

    page.locator("#export-button").click()
    page.locator("[data-item=export_pdf]").click()
    expect(page.locator("#sheet-site")).to_be_checked()
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    content = taken.value.path().read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) >= 2


def test_refusal_gives_the_reason_and_a_way_on(
    visit: Any, shot: Shot, tmp_path: Path
) -> None:
    visit.allowed.append("status of 422|status of 400|Unprocessable|Bad Request")
    swapped = tmp_path / "swapped.geojson"
    swapped.write_text(
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [
                    {
                        "type": "Feature",
                        "properties": {},
                        "geometry": {
                            "type": "Polygon",
                            "coordinates": [
                                [[40, 108], [41, 108], [41, 109], [40, 108]]
                            ],
                        },
                    }
                ],
            }
        )
    )
    page = visit("/?lang=zh")
    page.locator("#check-button").click()
    page.locator("#file").set_input_files(swapped)
    card = page.locator(".refusal")
    expect(card.locator("h3")).to_have_text("无法核查")
    expect(card.get_by_role("button", name="绘制地块")).to_be_visible()
    assert len(card.locator("p").inner_text()) > 10
    shot(page, "refusal-zh")


def test_choice_of_layers_is_kept(visit: Any) -> None:
    page = visit("/?lang=en")
    page.locator("#check-button").click()
    for name in ("Basins", "Lakes", "Land cover"):
        page.locator(".choice label", has_text=name).first.get_by_role(
            "checkbox"
        ).uncheck()
    page.get_by_role("button", name="Use the example").click()
    rows_ready(page)
    expect(page.locator("#right tr[data-layer=basins]")).to_have_count(0)
    expect(page.locator("[data-cover=land_cover]")).to_have_count(0)
    expect(page.locator("#right tr[data-layer=redline]")).to_be_visible()


def test_check_on_a_phone_by_tapping(visit: Any, shot: Shot) -> None:
    page = visit("/?lang=zh#v=7.4/40.45/108.65", PHONE, has_touch=True)
    page.locator("#check-button").tap()
    page.get_by_role("button", name="绘制地块").tap()
    for x, y in ((120, 300), (280, 320), (260, 460), (130, 450)):
        page.touchscreen.tap(x, y)
        page.wait_for_timeout(350)  # two quick taps would zoom
    page.get_by_role("button", name="完成").tap()
    rows_ready(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    shot(page, "phone-check-zh")


def test_whole_check_by_keyboard(visit: Any) -> None:
    page = visit("/?lang=en")
    page.locator("#check-button").focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Use the example").focus()
    page.keyboard.press("Enter")
    rows_ready(page)
    row = page.locator("tr[data-layer=redline]")
    row.focus()
    page.keyboard.press("Enter")
    expect(row).to_have_attribute("aria-selected", "true")
    page.locator("#right").get_by_role("button", name="Close").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#right")).to_be_hidden()
