"""Pages and API documents in a real Chromium, with every other host cut off."""

import json
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    Dialog,
    FilePayload,
    Page,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)
from pyproj import Geod

from service.server import server_config
from service.settings import Settings

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY_MS = 180_000
JOB_MS = 180_000
PAGES = [
    "/collections",
    "/collections/redline",
    "/collections/land_cover",
    "/collections/leagues/items",
    "/overlap?left=leagues&right=sandy_lands",
    "/overlap",
    "/figures",
    "/map?layers=leagues,redline",
    "/",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE)
        yield made
        made.close()


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """The server as the command line starts it, on a free port, over the seeds."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(Settings()))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.05)
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    listener.close()


Open = Callable[..., Page]


@pytest.fixture
def quiet_page(browser: Browser, host: str) -> Iterator[Open]:
    """Open pages that must reach their own host only and say nothing on the console.

    A breach of the content policy is an error on the console.
    """
    faults: list[str] = []
    opened: list[Page] = []

    def judge(route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("data", "blob") or address.netloc == host:
            route.continue_()
        else:
            faults.append(route.request.url)
            route.abort()

    def open_page(path: str, viewport: ViewportSize = DESK) -> Page:
        page = browser.new_page(viewport=viewport)
        opened.append(page)
        page.set_default_timeout(READY_MS)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "console",
            lambda said: (
                faults.append(said.text) if said.type in ("error", "warning") else None
            ),
        )
        page.route("**/*", judge)
        page.goto(f"http://{host}{path}")
        return page

    yield open_page
    for page in opened:
        page.close()
    assert faults == []


@pytest.mark.parametrize("viewport", [DESK, PHONE])
@pytest.mark.parametrize("path", PAGES)
def test_page_keeps_its_policy_and_fits(
    quiet_page: Open, path: str, viewport: ViewportSize
) -> None:
    page = quiet_page(path, viewport)
    expect(page.locator("h1").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_small_map_of_a_layer_draws(quiet_page: Open) -> None:
    page = quiet_page("/collections/redline?lang=en")
    frame = page.frame_locator("iframe")
    frame.locator("html[data-ready=yes]").wait_for(state="attached")
    assert frame.locator("[class*='redline'] path").count() > 0


def test_overlap_by_the_form(quiet_page: Open) -> None:
    page = quiet_page("/overlap?lang=en")
    page.get_by_label("Left layer").select_option("leagues")
    page.get_by_label("Right layer").select_option("sandy_lands")
    page.get_by_role("button", name="Compute").click()
    expect(page.locator(".totals")).to_contain_text("km²")
    expect(page.locator("html")).to_have_attribute("lang", "en")


def parcel_file(west: float, south: float, side: float) -> FilePayload:
    """A square of degrees, named in both ways that the page has to show."""
    corners = [(0, 0), (side, 0), (side, side), (0, side), (0, 0)]
    ring = [[west + x, south + y] for x, y in corners]
    shape = {"type": "Polygon", "coordinates": [ring]}
    about = {"DKBH": "DK001", "DKMC": "光伏一期"}
    feature = {"type": "Feature", "properties": about, "geometry": shape}
    content = {"type": "FeatureCollection", "features": [feature]}
    said = json.dumps(content, ensure_ascii=False).encode()
    return {"name": "地块.geojson", "mimeType": "application/geo+json", "buffer": said}


def test_check_of_a_file_of_parcels(quiet_page: Open) -> None:
    page = quiet_page("/check?lang=zh")
    page.locator("input[type=file]").set_input_files(parcel_file(109.0, 38.6, 0.01))
    for layer in ("redline", "sandy_lands"):
        page.locator(f"input[name=layers][value={layer}]").check()
    page.get_by_role("button", name="检查", exact=True).click()
    result = page.locator(".check-result")
    # The first check starts a worker: the pace of the machine is not what is tested.
    expect(result.locator("h2")).to_have_text("地块.geojson", timeout=JOB_MS)
    expect(result.locator(".overall")).to_contain_text("总结论：")
    rows = result.locator("tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("光伏一期")
    heads = result.locator("thead th").all_inner_texts()
    assert heads[2:4] == ["占用（公顷）", "占用（亩）"]
    # Oracle: geodesics between corners, which a square of a kilometre does not notice.
    lons, lats = (109.0, 109.01, 109.01, 109.0), (38.6, 38.6, 38.61, 38.61)
    expected = abs(Geod(ellps="GRS80").polygon_area_perimeter(lons, lats)[0])
    sand = result.get_by_role("row", name="沙地与沙漠")
    expect(sand.locator(".badge")).to_have_text("示意")
    numbers = sand.locator("td.number").all_inner_texts()
    assert float(numbers[0]) * 1e4 == pytest.approx(expected, rel=1e-5)
    assert numbers[2] == "100.00 %"
    expect(result.get_by_role("row", name="生态保护红线")).to_contain_text("模拟")
    offered = result.locator(".downloads button").all_inner_texts()
    assert offered == ["PDF", "XLSX", "HTML", "GPKG", "JSON", "全部（ZIP）"]
    assert page.evaluate("document.documentElement.scrollWidth") <= DESK["width"]


def test_docs_work_with_the_network_cut(quiet_page: Open) -> None:
    page = quiet_page("/docs")
    operation = page.locator("#operations-service-read_health")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    body = operation.locator(".responses-table.live-responses-table .microlight").first
    expect(body).to_contain_text('"status": "ok"')
    assert json.loads(body.inner_text())["layers"] >= 16


def test_injected_markup_would_neither_run_nor_load(
    browser: Browser, host: str
) -> None:
    page = browser.new_page()
    dialogs: list[str] = []

    def told(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", told)
    blocked: list[tuple[str, str | None]] = []
    page.on(
        "requestfailed",
        lambda request: blocked.append((request.url, request.failure)),
    )
    page.goto(f"http://{host}/collections")
    # A dialog would be told before the picture is asked for.
    with page.expect_event("requestfailed", timeout=READY_MS):
        page.evaluate(
            """() => {
                const script = document.createElement('script');
                script.textContent = 'alert(2)';
                document.body.append(script);
                document.body.insertAdjacentHTML('beforeend',
                    '<p onclick=alert(1) id=trap>x</p>');
                document.getElementById('trap').click();
                document.body.insertAdjacentHTML('beforeend',
                    '<img src="http://127.0.0.1:9/steal">');
            }"""
        )
    page.close()
    assert dialogs == []
    assert blocked == [("http://127.0.0.1:9/steal", "csp")]
