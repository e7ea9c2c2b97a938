"""Comparing and taking away: swipe, time, picture, web map, printed sheet, link."""

import io
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

Shot = Callable[[Page, str], None]


def exported(page: Page, item: str) -> bytes:
    page.locator("#export-button").click()
    with page.expect_download() as taken:
        page.locator(f"[data-item={item}]").click()
    content: bytes = taken.value.path().read_bytes()
    return content


@pytest.mark.copy(slow=True)
def test_picture_has_the_map_the_warning_and_the_foot(visit: Any) -> None:
    page = visit("/?lang=en", device_scale_factor=1)
    image = Image.open(io.BytesIO(exported(page, "export_png"))).convert("RGB")
    pixels = np.asarray(image)
    assert image.width == 1062
    assert (pixels[14, 13] == (0xB8, 0x6B, 0x00)).all()
    middle = pixels[100:-80]
    assert len(np.unique(middle.reshape(-1, 3), axis=0)) > 500
    assert (pixels[-40:, :40] < 90).all(axis=2).any()


def test_printed_sheet_and_web_map_show_what_is_on(
    visit: Any, shot: Callable[[Page, str], None]
) -> None:
    page = visit("/?lang=zh#v=7/40.5/109&l=redline,lakes,province")
    page.locator("#export-button").click()
    page.locator("[data-item=export_pdf]").click()
    page.locator("#sheet-title").fill("磴口县光伏治沙")
    expect(page.locator("#sheet-site")).to_have_count(0)
    shot(page, "print-dialog-zh")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert taken.value.path().read_bytes().startswith(b"%PDF-")
    html = exported(page, "export_folium").decode()
    assert 'lang="zh-CN"' in html
    assert "redline" in html
    assert "sandy_lands" not in html


@pytest.mark.copy(slow=True)
def test_link_of_the_view(visit: Any) -> None:
    page = visit("/?lang=zh#v=6.5/42/115&l=redline*55,lakes,province&u=mu")
    page.locator("#export-button").click()
    page.keyboard.press("ArrowUp")
    expect(page.locator("[data-item=export_link]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_have_text("已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "l=redline*55,lakes,province" in link
    other = visit(link[link.index("/?") :])
    expect(other.get_by_role("radio", name="亩")).to_have_attribute(
        "aria-checked", "true"
    )
    expect(other.get_by_role("checkbox", name="沙地与沙漠")).not_to_be_checked()
    assert re.search(r"v=6\.5\d*/4[12]\.\d+/11[45]\.", other.evaluate("location.hash"))


@pytest.mark.copy(slow=True)
def test_swipe_compares_two_layers(visit: Any, shot: Shot) -> None:
    page = visit("/?lang=en")
    page.locator("#tools-button").click()
    page.locator("[data-item=swipe]").click()
    page.locator("[data-side=right]").select_option("climate_zone")
    handle = page.get_by_role("slider", name="Position of the swipe")
    before = handle.bounding_box()
    handle.focus()
    page.keyboard.press("ArrowRight")
    after = handle.bounding_box()
    assert before is not None
    assert after is not None
    assert after["x"] > before["x"] + 20
    page.mouse.move(after["x"] + 22, after["y"] + 300)
    page.mouse.down()
    page.mouse.move(900, 400)
    page.mouse.up()
    expect(handle).to_have_attribute("aria-valuenow", "56")
    shot(page, "swipe-en")
    page.locator(".swipe-close button").click()
    expect(page.locator("#swipe")).to_be_hidden()
    expect(page.get_by_role("checkbox", name="Ecological red line")).to_be_checked()


@pytest.mark.copy(slow=True)
def test_time_slider_shows_what_was_listed_by_then(visit: Any, shot: Shot) -> None:
    page = visit("/?lang=zh#v=5/43/112&l=key_function_banners,lakes,province")
    page.locator("#tools-button").click()
    page.locator("[data-item=time_slider]").click()
    slider = page.get_by_role("slider", name="年份")
    expect(slider).to_have_attribute("aria-valuetext", "2016")
    slider.focus()

    def shown() -> int:
        count: int = page.evaluate(
            """async () => {
                const base = document.documentElement.dataset.assets;
                const { map } = await import(`${base}/map.js`);
                const layers = ['key_function_banners-fill'];
                const found = map.queryRenderedFeatures({ layers });
                return new Set(found.map((one) => one.properties.adcode)).size;
            }"""
        )
        return count

    def until_shown(year: str, fits: Callable[[int], bool]) -> int:
        expect(slider).to_have_attribute("aria-valuetext", year)
        for _ in range(600):
            if fits(count := shown()):
                return count
            page.wait_for_timeout(100)
        raise AssertionError(f"{year}: {count} banners")

    # 43 banners; the smallest may be too narrow to be drawn at this zoom.
    all_of_them = until_shown("2016", lambda count: count >= 38)
    page.keyboard.press("ArrowLeft")
    until_shown("2010", lambda count: 0 < count < all_of_them)
    page.keyboard.press("ArrowLeft")
    # The lakes are of before 2000, when no banner was listed yet.
    until_shown("2000", lambda count: count == 0)
    shot(page, "time-zh")
