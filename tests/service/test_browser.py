"""Maps and first page in a real Chromium, with the network cut."""

import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    Page,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)

from layers.catalog import Catalog
from service.app import create_app
from service.maps import DEFAULT_LAYERS, folium_map
from service.settings import Settings

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY_MS = 60_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE)
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
        self.page.route("**/*", lambda route: self._judge(route, host))

    def _heard(self, message: object) -> None:
        if getattr(message, "type", "") in ("error", "warning"):
            self.faults.append(str(getattr(message, "text", message)))

    def _judge(self, route: Route, host: str) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("file", "data") or address.netloc == host:
            route.continue_()
        else:
            self.refused.append(route.request.url)
            route.abort()


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
    assert warning.locator("button").count() == 0, "it cannot be closed"


def test_warning_follows_what_is_in_view(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.get_by_label("Ecological red line").first.uncheck()
    named = page.locator("#warning li")
    expect(named).to_have_count(1)
    expect(named).to_have_attribute("data-layer", "sandy_lands")
    page.get_by_label("Sandy lands and deserts", exact=True).uncheck()
    expect(page.locator("#warning")).to_be_empty()
    page.get_by_label("Ecological red line").first.check()
    expect(named).to_have_count(1)
    page.evaluate("map_ecobarrier.setView([20, 60], 6, {animate: false})")
    expect(page.locator("#warning")).to_be_empty()


def test_popup_tells_everything_at_a_place(
    watch: Watch, map_files: dict[str, Path]
) -> None:
    page = opened(watch(), map_files["en"].as_uri())
    page.get_by_label("Sandy lands and deserts", exact=True).uncheck()
    click_at(page, 109.0, 38.6)
    popup = page.locator(".leaflet-popup")
    for words in ("Mu Us Sandy Land", "Ordos", "150600", "Schematic", "not shown"):
        expect(popup).to_contain_text(words)
    expect(popup).to_contain_text("86,853 km²")
    expect(popup).to_contain_text("not a surveyed boundary")


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


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A real server on a free port, over the seeds."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(create_app(Settings()), log_level="error"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started and time.monotonic() < deadline:
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
