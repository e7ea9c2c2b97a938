"""Looking: the base, the layer panel, languages, phone, the states of the page."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, ViewportSize, expect

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
Shot = Callable[[Page, str], None]

DRAWN = """async (id) => {
    const { map } = await import(`${document.documentElement.dataset.assets}/map.js`);
    if (!map.getLayer(id)) return null;
    return [map.getLayoutProperty(id, 'visibility') ?? 'visible',
            map.getLayer(id).type === 'line'
                ? map.getPaintProperty(id, 'line-opacity') ?? 1 : null,
            map.getStyle().layers.findIndex((one) => one.id === id)];
}"""


def drawn(page: Page, layer: str) -> Any:
    return page.evaluate(DRAWN, layer)


def wait_until_drawn(page: Page, layer: str) -> None:
    """Ask again and again from here: in the page its content policy refuses to."""
    for _ in range(450):
        if drawn(page, layer):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{layer} was never drawn")


@pytest.mark.copy
def test_first_view_has_base_layers_and_warning(visit: Any, shot: Shot) -> None:
    page = visit()
    expect(page.locator("h1")).to_have_text("内蒙古生态安全屏障一张图")
    row = page.locator("[data-layer=redline]")
    expect(row.locator(".badge")).to_have_text("模拟")
    expect(page.locator("#warning .long")).to_contain_text("模拟（生态保护红线）")
    for layer in ("redline-line", "province-border", "league-names", "veil"):
        assert drawn(page, layer)[0] == "visible"
    wait_until_drawn(page, "relief")
    asked = page.evaluate(
        "performance.getEntriesByType('resource').map(one => one.name)"
    )
    assert any("/glyphs/Ecobarrier" in one for one in asked)
    shot(page, "look-zh")


@pytest.mark.copy(slow=True)
def test_switching_a_layer_off_takes_its_warning_along(visit: Any) -> None:
    page = visit("/?lang=en")
    page.get_by_role("checkbox", name="Ecological red line").uncheck()
    assert drawn(page, "redline-line")[0] == "none"
    expect(page.locator("#warning .long")).not_to_contain_text("Modelled")
    page.get_by_role("checkbox", name="Sandy lands and deserts").uncheck()
    expect(page.locator("#warning")).to_be_empty()
    expect(page).to_have_url(re.compile(r"l=(?!.*redline)"))


@pytest.mark.copy(slow=True)
def test_second_modelled_layer_is_hatched_the_other_way(visit: Any) -> None:
    page = visit("/?lang=en")
    turned = page.evaluate(
        """async () => {
            const base = document.documentElement.dataset.assets;
            const { turnHatches, hatchOf } = await import(`${base}/style.js`);
            const one = (id) => ({ id, status: 'modelled', swatch: 'rotate(45)',
                map: { layers: [{ paint: { 'fill-pattern': 'hatch-45-C2182B' } }] } });
            const layers = [one('a'), one('b'), { ...one('c'), status: 'official' }];
            const on = new Map(layers.map(({ id }) => [id, { on: true }]));
            turnHatches(layers, on);
            const both = layers.map((layer) => [layer.angle, layer.swatch]);
            on.get('a').on = false;
            turnHatches(layers, on);
            return [both, layers.map((layer) => layer.angle),
                String(hatchOf({ angle: 135 }, 'hatch-45-0')).includes('hatch-135')];
        }"""
    )
    both, alone, renamed = turned
    assert both[:2] == [[45, "rotate(45)"], [135, "rotate(135)"]]
    assert alone[1] == 45
    assert renamed
    named = page.evaluate(
        """async () => {
            const base = document.documentElement.dataset.assets;
            const { map } = await import(`${base}/map.js`);
            return (await map.getSource('river-lines').getData()).features.length;
        }"""
    )
    assert named > 5


@pytest.mark.copy(slow=True)
def test_details_opacity_and_order(visit: Any, shot: Shot) -> None:
    page = visit("/?lang=en")
    row = page.locator("[data-layer=forest_regions]")
    row.get_by_role("button", name="Details").click()
    expect(row.locator("dl")).to_contain_text("±5,000 m")
    row.get_by_role("slider", name="Opacity").fill("40")
    assert drawn(page, "forest_regions-line")[1] == pytest.approx(0.4)
    before = drawn(page, "forest_regions-line")[2]
    assert before < drawn(page, "sandy_lands-line")[2]
    row.get_by_role("button", name="Move up").click()
    assert drawn(page, "forest_regions-line")[2] > drawn(page, "sandy_lands-line")[2]
    assert drawn(page, "forest_regions-line")[2] < drawn(page, "province-border")[2]
    shot(page, "details-en")


@pytest.mark.copy(slow=True)
def test_raster_layer_has_a_legend(visit: Any, shot: Shot) -> None:
    page = visit()
    page.get_by_role("checkbox", name="土地覆盖").check()
    row = page.locator("[data-layer=land_cover]")
    row.get_by_role("button", name="详情").click()
    expect(row.locator(".classes li")).to_have_count(17)
    shot(page, "land-cover-zh")


@pytest.mark.copy(slow=True)
def test_language_is_one_switch_for_all(visit: Any) -> None:
    page = visit()
    page.get_by_role("radio", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    if visit.place.computes:
        expect(page.locator("#check-button")).to_have_text("Check a site")
    else:
        expect(page.locator("#copy")).to_contain_text("Static copy of 2026-01-15")
    expect(page.locator("#credit")).to_contain_text("Map review no.")
    field = page.evaluate(
        """async () => {
            const base = document.documentElement.dataset.assets;
            const { map } = await import(`${base}/map.js`);
            return map.getLayoutProperty('seat-names', 'text-field');
        }"""
    )
    assert field == ["get", "en"]
    page.keyboard.press("ArrowLeft")
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")


@pytest.mark.copy(slow=True)
def test_phone_has_sheets_and_nothing_sticks_out(visit: Any, shot: Shot) -> None:
    page = visit("/?lang=zh", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#warning .short")).to_be_visible()
    expect(page.locator("#left")).to_be_hidden()
    page.locator("#menu-button").click()
    expect(page.get_by_role("checkbox", name="湖泊")).to_be_visible()
    box = page.locator("#left").bounding_box()
    assert box is not None
    assert box["height"] <= 0.63 * 844
    small = page.evaluate(
        """[...document.querySelectorAll('#head button, #zoomer button')]
        .filter((one) => one.offsetParent).map((one) => one.getBoundingClientRect())
        .filter((box) => box.height < 38 || box.width < 30).length"""
    )
    assert small == 0
    shot(page, "phone-layers-zh")


@pytest.mark.copy(slow=True)
def test_lost_connection_is_said_and_mended(visit: Any, shot: Shot) -> None:
    visit.allowed.append("ERR_INTERNET_DISCONNECTED|Failed to fetch|AJAXError")
    page = visit("/?lang=en")
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_contain_text("connection")
    shot(page, "offline-en")
    page.get_by_role("checkbox", name="Lakes").uncheck()
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()


@pytest.mark.copy
def test_layer_that_cannot_be_loaded_says_so_alone(visit: Any) -> None:
    visit.allowed.append("500|AJAXError|Internal")
    page = visit("/?lang=en#l=lakes,province")
    tiles = "**/basins/**"
    page.route(tiles, lambda route: route.fulfill(status=500, body="broken"))
    page.get_by_role("checkbox", name="Basins").check()
    row = page.locator("[data-layer=basins]")
    expect(row.get_by_role("alert")).to_contain_text("Could not be loaded")
    assert drawn(page, "lakes-line")[0] == "visible"
    page.unroute(tiles)
    row.get_by_role("button", name="Try again").click()
    expect(row.get_by_role("alert")).to_have_count(0)


def test_without_webgl_there_is_still_a_map_and_a_check(
    visit: Any, viewer_host: str
) -> None:
    page = visit("/?lang=en")
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = function () { return null; };"
    )
    page.goto(f"http://{viewer_host}/?lang=en&again=1")
    expect(page.locator(".no-map")).to_contain_text("WebGL")
    page.locator("#check-button").click()
    expect(page.get_by_role("button", name="Upload a file")).to_be_visible()
    expect(page.get_by_role("button", name="Draw a site")).to_have_count(0)
