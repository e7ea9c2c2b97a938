"""Maps and first page in a real Chromium, with the network cut."""

import io
import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import geopandas as gpd
import pytest
import shapely
import uvicorn
from PIL import Image
from playwright.sync_api import (
    Browser,
    Page,
    Request,
    ViewportSize,
    expect,
    sync_playwright,
)
from pyproj import Geod

from geo.area import area
from geo.authalic import CGCS2000, sine_series
from layers.catalog import Catalog
from service.analysis import area_report
from service.app import create_app
from service.map_tiles import Tiles
from service.maps import DEFAULT_LAYERS, folium_map, notebook_map
from service.settings import Settings

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY_MS = 180_000
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""No other machine is found. Asking us about each request would cost more."""
FLOATING = ("#open", ".tools .bar", ".zoomer", "#warning")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        flags = [*SOFTWARE, ALONE]
        made = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield made
        made.close()


class Watched:
    """A page that may reach its own host only, and tells what went wrong on it."""

    def __init__(self, browser: Browser, host: str, viewport: ViewportSize) -> None:
        self.refused: list[str] = []
        self.faults: list[str] = []
        self.page: Page = browser.new_page(viewport=viewport)
        self.page.set_default_timeout(READY_MS)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._heard)
        self.page.on("request", lambda request: self._judge(request, host))

    def _heard(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.faults.append(str(getattr(message, "text", message)))

    def _judge(self, request: Request, host: str) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("file", "data") and address.netloc != host:
            self.refused.append(request.url)


Watch = Callable[..., Watched]


@pytest.fixture
def watch(browser: Browser) -> Iterator[Watch]:
    """Open watched pages; when the test ends, all of them must have been quiet."""
    watched: list[Watched] = []

    def open_page(host: str = "", viewport: ViewportSize = DESK) -> Watched:
        watched.append(Watched(browser, host, viewport))
        return watched[-1]

    yield open_page
    for one in watched:
        one.page.close()
        assert one.refused == []
        assert one.faults == []


@pytest.fixture(scope="module")
def map_files(
    real_catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("maps")
    files = {}
    for language in ("zh", "en"):
        ids = [*DEFAULT_LAYERS, "land_cover", "climate_zone"]
        html = folium_map(
            real_catalog,
            ids,
            language=language,
            shown=DEFAULT_LAYERS,
            made_on=date(2026, 1, 15),
        )
        files[language] = folder / f"{language}.html"
        files[language].write_text(html, encoding="utf-8")
    return files


def opened(watched: Watched, address: str) -> Page:
    watched.page.goto(address)
    watched.page.wait_for_selector("html[data-ready=yes]", state="attached")
    return watched.page


def shown_text(page: Page) -> str:
    """All text that can be read now."""
    return page.evaluate("document.body.innerText")  # type: ignore[no-any-return]


def click_at(page: Page, lon: float, lat: float) -> None:
    spot = page.evaluate(
        "([lon, lat]) => map_ecobarrier.latLngToContainerPoint([lat, lon])", [lon, lat]
    )
    box = page.locator(".folium-map").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + spot["x"], box["y"] + spot["y"])


def test_hard_52_map_from_a_file_draws_without_a_network(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["zh"].as_uri())
    for layer in ("province", "leagues", "sandy_lands", "forest_regions", "redline"):
        paths = page.locator(f".leaflet-pane-{layer}-pane path")
        assert paths.count() > 0, layer
    relief = page.locator("[class*='hillshade'] img")
    expect(relief).to_have_js_property("complete", value=True)
    assert relief.evaluate("image => image.naturalWidth") > 1000


def test_modelled_layers_are_hatched_and_dashed(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["zh"].as_uri())
    path = page.locator("[class*='redline'] path").first
    assert path.get_attribute("fill") == "url(#fill-redline)"
    assert path.get_attribute("stroke-dasharray")
    border = page.locator("[class*='pane-province'] path").last
    assert border.get_attribute("stroke-dasharray") is None
    drawn = page.evaluate(
        "document.getElementById('fill-redline').getAttribute('patternTransform')"
    )
    assert drawn.startswith("rotate(45)")


@pytest.mark.parametrize(
    ("language", "badges", "caution"),
    [
        ("zh", {"模拟", "示意", "官方", "推导"}, "非法定"),
        ("en", {"Modelled", "Schematic", "Official", "Derived"}, "not the statutory"),
    ],
)
def test_legend_and_warning_speak_the_language(
    watch: Watch,
    map_files: dict[str, Path],
    language: str,
    badges: set[str],
    caution: str,
) -> None:
    page = opened(watch(), map_files[language].as_uri())
    assert set(page.locator(".legend .badge").all_inner_texts()) >= badges
    warning = page.locator("#warning")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text(caution)
    assert warning.locator("li").count() == 2
    title = {
        "zh": "生态保护红线（模拟，非法定）",
        "en": "Ecological red line (modelled, not statutory)",
    }
    expect(
        page.get_by_role("checkbox", name=title[language], exact=True)
    ).to_be_checked()
    assert warning.locator("button").count() == 0, "it cannot be closed"


def test_warning_follows_what_is_in_view(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.locator("#show-redline").uncheck()
    named = page.locator("#warning li")
    expect(named).to_have_count(1)
    expect(named).to_have_attribute("data-layer", "sandy_lands")
    page.locator("#show-sandy_lands").uncheck()
    expect(page.locator("#warning")).to_be_empty()
    page.locator("#show-redline").check()
    expect(named).to_have_count(1)
    page.evaluate("map_ecobarrier.setView([20, 60], 6, {animate: false})")
    expect(page.locator("#warning")).to_be_empty()


def test_popup_tells_everything_at_a_place(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.locator("#show-sandy_lands").uncheck()
    click_at(page, 109.0, 38.6)
    popup = page.locator(".leaflet-popup")
    for words in ("Mu Us Sandy Land", "Ordos", "150600", "Schematic", "not shown"):
        expect(popup).to_contain_text(words)
    expect(popup).to_contain_text("86,853 km²")
    expect(popup).to_contain_text("not a surveyed boundary")


def test_link_may_name_language_and_feature(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    address = f"{map_files['zh'].as_uri()}?lang=en#find=鄂尔多斯市"
    page = opened(watch(), address)
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.locator(".legend h1")).to_have_text(
        "Inner Mongolia Ecological Barrier", use_inner_text=True
    )
    # Outlined black on white.
    expect(page.locator(".leaflet-pane-found-pane path")).to_have_count(2)
    west = page.evaluate("map_ecobarrier.getBounds().getWest()")
    assert 100 < west < 107, "the map is at Ordos, not at the whole region"


def test_keyboard_asks_at_the_middle_of_the_map(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.evaluate("map_ecobarrier.setView([38.6, 109.0], 7, {animate: false})")
    page.locator(".folium-map").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text("Ordos")


def test_rasters_hide_each_other_and_lie_in_place(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.locator("#show-land_cover").check()
    page.locator("#show-climate_zone").check()
    expect(page.locator("#show-land_cover")).not_to_be_checked()
    image = page.locator("[class*='climate'] img")
    expect(image).to_have_count(1)
    corner = page.evaluate("map_ecobarrier.latLngToContainerPoint([54, 97])")
    box, frame = image.bounding_box(), page.locator(".folium-map").bounding_box()
    assert box is not None
    assert frame is not None
    assert box["x"] - frame["x"] == pytest.approx(corner["x"], abs=1.5)
    assert box["y"] - frame["y"] == pytest.approx(corner["y"], abs=1.5)


def test_names_do_not_touch_each_other(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["zh"].as_uri())
    boxes = page.evaluate(
        """[...document.querySelectorAll('.name:not(.hidden)')].map(one => {
            const {left, right, top, bottom} = one.getBoundingClientRect();
            return [left, right, top, bottom]; })"""
    )
    assert len(boxes) > 12
    for i, (left, right, top, bottom) in enumerate(boxes):
        for west, east, north, south in boxes[:i]:
            apart = right <= west or east <= left or bottom <= north or south <= top
            assert apart


def test_legend_folds_and_the_map_grows(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["zh"].as_uri())
    before = page.evaluate("map_ecobarrier.getSize().x")
    fold = page.locator("#fold")
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    assert page.evaluate("map_ecobarrier.getSize().x") == before + 280 - 48


def test_phone_has_a_sheet_and_no_sideways_scrolling(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch("", PHONE), map_files["zh"].as_uri())
    legend = page.locator("#legend")
    expect(legend).to_be_hidden()
    expect(page.locator("#warning")).to_be_visible()
    page.locator("#open").click()
    expect(legend).to_be_visible()
    box = legend.bounding_box()
    assert box is not None
    assert box["height"] <= 0.63 * PHONE["height"]
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.locator("#find").fill("huhehaote")
    page.keyboard.press("Enter")
    expect(legend).to_be_hidden()
    expect(page.locator(".leaflet-popup")).to_contain_text("呼和浩特市")


def test_buttons_on_a_phone_do_not_cover_each_other(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch("", PHONE), map_files["en"].as_uri())
    boxes = [page.locator(one).bounding_box() for one in FLOATING]
    for i, one in enumerate(boxes):
        assert one is not None
        assert 0 <= one["x"] <= one["x"] + one["width"] <= PHONE["width"]
        for two in boxes[:i]:
            assert two is not None
            apart = (
                one["x"] >= two["x"] + two["width"]
                or one["x"] + one["width"] <= two["x"]
            )
            apart |= (
                one["y"] >= two["y"] + two["height"]
                or one["y"] + one["height"] <= two["y"]
            )
            assert apart


UNCOVERED = """names => {
    const popup = document.querySelector(".leaflet-popup").getBoundingClientRect();
    const frame = document.querySelector(".folium-map").getBoundingClientRect();
    const inside = popup.top >= frame.top && popup.left >= frame.left
        && popup.right <= frame.right && popup.bottom <= frame.bottom;
    return inside && names.every(name => {
        const one = document.querySelector(name).getBoundingClientRect();
        return one.right <= popup.left || one.left >= popup.right
            || one.bottom <= popup.top || one.top >= popup.bottom; }); }"""


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_what_was_looked_for_stands_first_and_uncovered(
    watch: Watch, map_files: dict[str, Path], viewport: ViewportSize
) -> None:
    page = opened(watch("", viewport), map_files["zh"].as_uri())
    for text, name in (("hulunbuir", "呼伦贝尔市"), ("maowusu", "毛乌素沙地")):
        if viewport == PHONE:
            page.locator("#open").click()
        page.locator("#find").fill(text)
        page.keyboard.press("Enter")
        expect(page.locator(".leaflet-popup h3").first).to_contain_text(name)
        page.wait_for_function(UNCOVERED, arg=[".tools .bar", ".zoomer", "#warning"])
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids)), "a copied sample has a pattern of its own"
    sample = page.locator(".leaflet-popup li[data-layer=sandy_lands] .swatch").first
    fills = sample.evaluate(
        "one => [...one.querySelectorAll('[fill^=url]')].map(part => "
        "one.contains(document.getElementById(part.getAttribute('fill').slice(5, -1))))"
    )
    assert fills
    assert all(fills), "or it would be blank while the legend is hidden"


def test_map_in_a_notebook_needs_no_network_either(
    watch: Watch, catalog: Catalog, tmp_path: Path
) -> None:
    shown = notebook_map(["leagues"], catalog=catalog, language="en")._repr_html_()
    path = tmp_path / "notebook.html"
    path.write_text(f"<!doctype html><link rel=icon href=data:,>{shown}", "utf-8")
    page = watch().page
    page.goto(path.as_uri())
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready=yes]").wait_for(state="attached")
    frame.locator("#find").fill("West League")
    page.keyboard.press("Enter")
    expect(frame.locator(".leaflet-popup h3").first).to_contain_text("West League")


def test_text_of_layers_stays_text(
    watch: Watch, catalog: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "hostile.html"
    path.write_text(folium_map(catalog, ["redline"]), encoding="utf-8")
    watched = watch()
    watched.page.on("dialog", lambda dialog: watched.faults.append(dialog.message))
    page = opened(watched, path.as_uri())
    click_at(page, 110.2, 41.2)
    expect(page.locator(".leaflet-popup")).to_contain_text("<script>alert(1)</script>")
    assert page.locator(".leaflet-popup img").count() == 0


def test_switching_the_language_changes_everything(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["zh"].as_uri())
    click_at(page, 109.0, 38.6)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("面积")
    expect(popup).to_contain_text("毛乌素沙地Mu Us Sandy Land")
    page.get_by_role("button", name="English").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page).to_have_title("Inner Mongolia Ecological Barrier")
    expect(popup).to_contain_text("Mu Us Sandy Land毛乌素沙地")
    expect(popup).to_contain_text("Area")
    expect(popup).not_to_contain_text("面积")
    expect(page.locator("#warning")).to_contain_text("not for approvals")
    expect(page.locator(".name.league:not(.hidden)").first).to_have_text(
        re.compile("^[A-Za-z ]+$"), use_inner_text=True
    )
    assert "来源与许可" not in shown_text(page)
    page.get_by_role("button", name="中文").click()
    expect(popup).to_contain_text("面积")
    assert "Sources and licences" not in shown_text(page)


def test_sizes_follow_the_unit_and_keep_the_exact_number(
    watch: Watch, map_files: dict[str, Path], real_catalog: Catalog
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    click_at(page, 109.0, 38.6)
    league = page.locator(".found li", has_text="150600").locator("dd[data-exact]")
    rows = area_report(real_catalog, "leagues").rows
    exact = {f"{row.area_m2!r} m²" for row in rows}
    assert league.get_attribute("title") in exact
    expect(league).to_have_text("86,853 km²")
    page.locator("#unit").select_option("ha")
    expect(league).to_have_text("8,685,339 ha")
    page.locator("#unit").select_option("mu")
    expect(league).to_have_text("130,280,086 mu")


def test_search_finds_by_chinese_pinyin_and_english(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.locator("#show-sandy_lands").uncheck()
    box = page.get_by_role("combobox", name="Find").first
    first = page.locator("#found [role=option]").first
    for text in ("毛乌素", "maowusu", "mwssd", "mu us"):
        box.fill("xyzzy")
        expect(first).to_have_count(0)
        box.fill(text)
        expect(first).to_contain_text("Mu Us Sandy Land")
    page.keyboard.press("Enter")
    expect(page.locator(".leaflet-popup")).to_contain_text("Mu Us Sandy Land")
    expect(page.locator("#show-sandy_lands")).to_be_checked()
    expect(page.locator(".leaflet-pane-found-pane path").nth(1)).to_be_attached()
    assert page.evaluate("map_ecobarrier.getBounds().contains([38.6, 109.0])")


def test_search_says_if_there_is_nothing_and_moves_by_arrows(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["zh"].as_uri())
    box = page.locator("#find")
    box.fill("xyzzy")
    expect(page.locator("#found")).to_have_text("没有找到")
    box.fill("e")
    options = page.locator("#found [role=option]")
    expect(options.nth(2)).to_be_attached()
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(page.locator("#found")).to_be_hidden()


def measured(page: Page, kind: str, places: list[tuple[float, float]]) -> list[float]:
    page.locator(f"[data-measure={kind}]").click()
    for lon, lat in places:
        click_at(page, lon, lat)
    page.locator("#measure-finish").click()
    numbers = page.locator("#measured b").all()
    return [float(one.get_attribute("data-exact") or "nan") for one in numbers]


def test_measuring_agrees_with_the_libraries(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    corners = [(106.0, 45.5), (113.0, 46.5), (112.0, 49.5)]
    (path,) = measured(page, "distance", corners)
    read = (
        "([x, y]) => { const p = map_ecobarrier.latLngToContainerPoint([y, x]).round();"
    )
    read += (
        "const q = map_ecobarrier.containerPointToLatLng(p); return [q.lng, q.lat]; }"
    )
    # The oracle is asked for the places that whole pixels stand for.
    hit = [page.evaluate(read, list(corner)) for corner in corners]
    lon, lat = zip(*hit, strict=True)
    earth = Geod(a=6378137, rf=298.257222101)
    pixel = 111_320 * 360 / 256 / 2 ** page.evaluate("map_ecobarrier.getZoom()")
    assert path == pytest.approx(earth.line_length(lon, lat), abs=4 * pixel)
    surface, around = measured(page, "area", corners)
    ring = gpd.GeoSeries([shapely.Polygon(hit)], crs=4490)
    assert surface == pytest.approx(area(ring).iloc[0], rel=0.02)
    back = earth.line_length([lon[2], lon[0]], [lat[2], lat[0]])
    assert around == pytest.approx(path + back, abs=6 * pixel)
    assert page.locator(".leaflet-popup").count() == 0, "a click measures, nothing else"
    page.keyboard.press("Escape")
    expect(page.locator("#measured")).to_be_empty()


def test_numbers_of_the_page_are_those_of_karney_and_of_geo_area(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    earth = Geod(a=6378137, rf=298.257222101)
    pairs = [(97.1, 37.4, 126.1, 53.4), (110, 40, 110, 41), (110, 40, 111, 40)]
    pairs += [(110, 40, 110.00001, 40.00001), (-120, -30, 60, 20), (0, 0, 90, 0)]
    for a, b, c, d in pairs:
        said = page.evaluate("p => geodesy.distance(p[0], p[1])", [[a, b], [c, d]])
        assert said == pytest.approx(earth.inv(a, b, c, d)[2], rel=1e-9, abs=1e-3)
    series = list(sine_series(CGCS2000))
    rings: list[list[tuple[float, float]]] = [
        [(97.1, 37.4), (126.1, 38.0), (120, 53.4)],
        [(110, 40), (110.001, 40), (110.001, 40.001), (110, 40.001)],
        [(110, 40), (112, 44), (114, 40), (112, 41)],
    ]
    for ring in rings:
        said = page.evaluate("p => geodesy.area(p[0], p[1])", [series, ring])
        exact = area(gpd.GeoSeries([shapely.Polygon(ring)], crs=4490)).iloc[0]
        assert said == pytest.approx(exact, rel=1e-9)


def test_what_was_done_can_be_read_on_the_map(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.get_by_text("Sources and licences").click()
    box = page.locator(".foot .long")
    for words in ("Size of this file at most", "5 MB", "GPL-3.0-only", "Vincenty"):
        expect(box).to_contain_text(words)


# The published test values of the formula: WGS 84 lon, lat and GCJ-02 lon, lat of
# Shanghai, Shenzhen and Beijing (eviltransform).
SHIFTED = [
    (121.5272106, 31.1774276, 121.531541859215, 31.17530398364597),
    (113.912316, 22.543847, 113.9171764808363, 22.540796131694766),
    (116.377817, 39.911954, 116.38404722455657, 39.91334545536069),
]


def test_gcj02_tiles_are_shifted_and_nothing_else(
    watch: Watch, catalog: Catalog, tmp_path: Path
) -> None:
    path = tmp_path / "tiles.html"
    tiles = Tiles("https://tiles.test/{z}/{x}/{y}.png", "gcj02")
    path.write_text(
        folium_map(catalog, ["leagues"], language="en", tiles=tiles), "utf-8"
    )
    watched = watch("tiles.test")
    picture = io.BytesIO()
    Image.new("RGB", (256, 256), "#cfe3cf").save(picture, "PNG")
    watched.page.route(
        "https://tiles.test/**",
        lambda route: route.fulfill(body=picture.getvalue(), content_type="image/png"),
    )
    page = opened(watched, path.as_uri())
    for lon, lat, east, north in SHIFTED:
        gcj = page.evaluate("p => tiles.toGcj02(p[0], p[1])", [lon, lat])
        assert gcj == pytest.approx([east, north], abs=1e-8)
    page.evaluate("map_ecobarrier.setView([40.82, 111.67], 12, {animate: false})")
    page.wait_for_selector(".leaflet-tile-loaded")
    # A place's true position on the screen is where its tile shows it.
    off = page.evaluate(
        """() => {
        const map = map_ecobarrier, [lon, lat] = tiles.toGcj02(111.67, 40.82);
        const drawn = map.project([lat, lon], 12), tile = drawn.divideBy(256).floor();
        const image = [...document.querySelectorAll(".leaflet-tile")].find(
            (one) => one.src.endsWith(`/12/${tile.x}/${tile.y}.png`));
        const box = image.getBoundingClientRect();
        const frame = map.getContainer().getBoundingClientRect();
        const inside = drawn.subtract(tile.multiplyBy(256));
        const there = map.latLngToContainerPoint([40.82, 111.67]);
        const [x, y] = [box.x - frame.x, box.y - frame.y];
        return [x + inside.x - there.x, y + inside.y - there.y];
        }"""
    )
    assert off == pytest.approx([0, 0], abs=1.5)
    click_at(page, 111.67, 40.82)
    expect(page.locator(".found .where")).to_contain_text("40.820")
    expect(page.locator(".found .where")).to_contain_text("111.6698")
    expect(page.locator(".foot .tiles-note")).to_contain_text("Only their display")
    page.locator("#show-tiles").uncheck()
    expect(page.locator(".leaflet-tile")).to_have_count(0)


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A real server on a free port, over the seeds."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(Settings()), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"127.0.0.1:{port}"
    server.should_exit = True
    thread.join(20)
    listener.close()


@pytest.mark.parametrize("viewport", [DESK, PHONE])
def test_first_page_has_the_map_and_the_layers(
    watch: Watch, host: str, viewport: ViewportSize
) -> None:
    page = watch(host, viewport).page
    page.goto(f"http://{host}/layers?lang=en")
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready=yes]").wait_for(state="attached")
    expect(frame.locator("#warning")).to_be_visible()
    assert frame.locator("[class*='redline'] path").count() > 0
    assert page.locator("tr[data-layer]").count() >= 16
    assert page.locator("tr[data-layer] .badge").count() >= 16
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.get_by_role("link", name="中文").click()
    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
