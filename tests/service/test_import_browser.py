"""The upload page in a real Chromium: a question, its answer, a look, a publication."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
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

from service.keys import add_key
from service.server import server_config
from service.settings import Settings

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
PHONE = ViewportSize(width=390, height=844)
PATIENCE_MS = 180_000
WIPED = """[地块坐标]
10,48.9914,DK001,光伏一期,面,,光伏,0404,@
J1,1,4466000.000,415000.000
J2,1,4466500.000,415000.000
J3,1,4466500.000,416000.000
J4,1,4466000.000,416000.000
J1,1,4466000.000,415000.000
J5,2,4466100.000,415200.000
J6,2,4466100.000,415300.000
J7,2,4466200.000,415300.000
J8,2,4466200.000,415200.000
J5,2,4466100.000,415200.000
"""
"""The ministry's file without header, prefix and map sheet: four meridians fit."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def host(workspace: Path) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(server_config(Settings(workspace=workspace)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "parcels.txt"
    path.write_bytes(WIPED.encode("gbk"))
    return path


def opened(
    browser: Browser, size: ViewportSize, address: str
) -> tuple[Page, list[str]]:
    """Open a page that may ask nobody but its own host; answer what goes wrong."""
    page = browser.new_page(viewport=size)
    page.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    own = urlsplit(address).netloc

    def only_own(route: Route) -> None:
        if urlsplit(route.request.url).netloc == own:
            route.continue_()
        else:
            wrong.append(route.request.url)
            route.abort()

    page.route("**/*", only_own)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(address)
    return page, wrong


@pytest.mark.parametrize(
    ("language", "size"), [("zh", DESK), ("en", PHONE)], ids=["zh desk", "en phone"]
)
def test_ask_look_publish(
    browser: Browser,
    host: str,
    workspace: Path,
    file: Path,
    language: str,
    size: ViewportSize,
) -> None:
    key, _ = add_key(workspace, "planner", ["write"])
    page, wrong = opened(browser, size, f"{host}/import?lang={language}")
    page.set_input_files("input[name=file]", file)
    page.fill("[name=id]", f"site_{language}")
    page.fill("[name=key]", key)
    # By keyboard: Enter in a field looks, it does not publish.
    page.press("[name=id]", "Enter")
    expect(page.locator(".choice")).to_have_count(4, timeout=PATIENCE_MS)
    expect(page.locator("#result-title")).to_be_focused()
    for picture in page.locator(".choice img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("one => one.naturalWidth") > 0
    third = page.locator(".choice input").nth(2)
    third.focus()
    third.press("Space")
    assert page.locator(".fields [name=crs]").input_value() == "EPSG:4545"
    page.click("button[value=true]")
    expect(page.locator(".areas")).to_contain_text("489,913.92", timeout=PATIENCE_MS)
    assert not (workspace / "layers" / f"site_{language}").exists()
    page.click("button[value=false]")
    link = page.locator("#import-result a.primary")
    expect(link).to_be_visible(timeout=PATIENCE_MS)
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= size["width"]
    link.click()
    expect(page.locator("code", has_text=f"site_{language}").first).to_be_visible()
    assert wrong == []
    page.close()


def test_wrong_key_is_said_on_the_page(browser: Browser, host: str, file: Path) -> None:
    page, wrong = opened(browser, DESK, f"{host}/import?lang=zh")
    page.set_input_files("input[name=file]", file)
    page.fill("[name=id]", "site")
    page.fill("[name=key]", "eco_00000000_wrong")
    page.click("button[value=true]")
    expect(page.locator("#result-title")).to_contain_text("密钥", timeout=PATIENCE_MS)
    assert wrong == []
    page.close()
