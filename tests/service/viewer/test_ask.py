"""Asking: a place, a name, the statistics of a banner."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import rasterio
from playwright.sync_api import Page, expect

from geo.area import area
from layers.catalog import Catalog
from service.analysis import zonal_report
from service.cli import main

pytestmark = pytest.mark.browser

Shot = Callable[[Page, str], None]
ClickAt = Callable[..., None]


@pytest.mark.copy
def test_click_identifies_across_layers(
    visit: Any, shot: Shot, click_at: ClickAt, real_catalog: Catalog
) -> None:
    banners = real_catalog.vector("banners").features
    named = banners[banners["name_zh"] == "阿鲁科尔沁旗"]
    banner_km2 = f"{area(named.geometry).sum() / 1e6:,.0f} km²"
    page = visit("/?lang=zh#v=6.3/43.2/119.5")
    click_at(page, 120.08, 43.66)
    popup = page.locator(".identified")
    expect(popup.locator("h2")).to_have_text("阿鲁科尔沁旗")
    expect(popup.locator("header")).to_contain_text("赤峰市")
    expect(popup.locator("li[data-layer=sandy_lands] .badge")).to_have_text("示意")
    expect(popup.locator("li[data-layer=sandy_lands]")).to_contain_text("科尔沁沙地")
    if visit.place.computes:
        expect(popup.locator(".cells [data-layer=elevation] dd")).to_contain_text("m")
    else:
        expect(popup.get_by_text("按简化后的轮廓查得")).to_be_visible()
        expect(popup.get_by_role("button", name="作为地块核查")).to_have_count(0)
    # The same class from either place: what the file says there.
    spec = real_catalog.spec("land_cover")
    with rasterio.open(real_catalog.raster("land_cover").file.path) as file:
        value = next(file.sample([(120.08, 43.66)]))[0]
    label = next(one.title.zh for one in spec.classes if one.value == value)
    expect(popup.locator(".cells [data-layer=land_cover] dd")).to_have_text(label)
    # The same number from either place: of the whole banner, by the same function.
    expect(popup.locator("header small")).to_contain_text(banner_km2)
    shot(page, "ask-zh")
    page.keyboard.press("Escape")
    expect(popup).to_have_count(0)


@pytest.mark.copy(slow=True)
def test_enter_on_the_map_asks_at_its_centre(visit: Any) -> None:
    page = visit("/?lang=en#v=7/40.6/111.2")
    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".identified h2")).to_contain_text("Banner")
    expect(page.locator(".maplibregl-popup-close-button")).to_be_focused()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("阿拉善左", "阿拉善左旗"),
        ("alashanzuo", "阿拉善左旗"),
        ("alszq", "阿拉善左旗"),
        ("Alxa Left", "阿拉善左旗"),
        ("wuliangsuhai", "乌梁素海"),
        ("呼伦湖", "呼伦湖"),
        ("mu us", "毛乌素沙地"),
    ],
)
def test_search_in_three_spellings(
    viewer_searched: Page, query: str, found: str
) -> None:
    box = viewer_searched.get_by_role("combobox", name="搜索地点")
    box.fill(query)
    first = viewer_searched.get_by_role("option").first
    expect(first).to_contain_text(found)


@pytest.fixture(scope="module")
def viewer_searched(viewer_browser: Any, viewer_host: str) -> Any:
    page = viewer_browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"http://{viewer_host}/?lang=zh")
    page.locator("html[data-usable=yes]").wait_for(state="attached")
    yield page
    page.close()


@pytest.mark.copy
def test_search_goes_there_by_keyboard(visit: Any, shot: Shot) -> None:
    page = visit("/?lang=en")
    box = page.get_by_role("combobox", name="Search a place")
    box.focus()
    page.keyboard.type("dalad", delay=20)
    expect(page.get_by_role("option").first).to_contain_text("Dalad Banner")
    shot(page, "search-en")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"v=[789][\d.]*/40\."))
    box.fill("no such place")
    expect(page.get_by_text("Nothing found")).to_be_visible()


def test_statistics_are_those_of_the_command_line(
    visit: Any,
    shot: Shot,
    real_catalog: Catalog,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = visit("/?lang=zh#v=6/41/110&zone=leagues/150600")
    side = page.locator("#right")
    expect(side.locator(".zone-name")).to_have_text("鄂尔多斯市")
    assert main(["overlap", "leagues", "redline", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    zone = next(one for one in report["left_features"] if one["id"] == "150600")
    cell = side.locator("tr[data-layer=redline] td[data-m2]")
    assert float(cell.get_attribute("data-m2") or 0) == zone["overlap_dissolved_m2"]
    expect(side.locator("[data-cover=land_cover] .keys")).to_contain_text("草地")
    heights = zonal_report(real_catalog, "leagues", "elevation").statistics
    mean = next(one.mean for one in heights if one.zone_id == "150600")
    shown = side.locator("[data-cover=elevation] dd").first
    assert float(shown.get_attribute("title") or 0) == mean
    expect(side.locator("[data-cover=ndvi_max]")).to_be_visible()
    shot(page, "statistics-zh")
    page.locator("#zone-select").select_option("leagues/150800")
    expect(side.locator(".zone-name")).to_have_text("巴彦淖尔市")
    side.get_by_role("button", name="关闭").click()
    expect(side).to_be_hidden()
