"""The planner's map in a real Chromium that reaches this service only."""

import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Route,
    ViewportSize,
    expect,
    sync_playwright,
)

from service.app import create_app
from service.server import server_config
from service.settings import Settings
from service.viewer.warm import warm

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY_MS = 90_000
SHOTS = Path(__file__).parents[3] / "build" / "screenshots"

expect.set_options(timeout=45_000)

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def viewer_browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    # Closed before another file starts one of its own: they cannot be nested.
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE)
        yield made
        made.close()


@pytest.fixture(scope="session")
def viewer_host() -> Iterator[str]:
    """The service over the seeds, warmed as the command line does it."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(Settings())
    app.state.jobs.quick.warm()
    warm(app).join()
    server = uvicorn.Server(server_config(Settings(), app))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)
    app.state.tiles.close()
    listener.close()


class Visit:
    """Opens pages and collects what none of them may do."""

    def __init__(self, browser: Browser, host: str) -> None:
        self.host = host
        self.faults: list[str] = []
        self.allowed: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __call__(
        self, address: str = "/?lang=zh", viewport: ViewportSize = DESK, **more: Any
    ) -> Page:
        # A page at a time: software that draws two maps at once is slow.
        self.close()
        context = self._browser.new_context(
            viewport=viewport, reduced_motion="reduce", **more
        )
        self._contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)
        page.route("**/*", self._judge)
        page.goto(f"http://{self.host}{address}")
        page.locator("html[data-ready=yes]").wait_for(state="attached")
        return page

    def _hear(self, said: Any) -> None:
        expected = any(re.search(one, said.text) for one in self.allowed)
        if said.type in ("error", "warning") and not expected:
            self.faults.append(f"{said.text} {said.location}")

    def _judge(self, route: Route) -> None:
        address = urlsplit(route.request.url)
        if address.scheme in ("data", "blob") or address.netloc == self.host:
            route.continue_()
        else:
            self.faults.append(route.request.url)
            route.abort()

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()


@pytest.fixture
def visit(viewer_browser: Browser, viewer_host: str) -> Iterator[Visit]:
    """Any fault on the console, and any request to another host, fails the test."""
    made = Visit(viewer_browser, viewer_host)
    yield made
    made.close()
    assert made.faults == []


@pytest.fixture(scope="session")
def shot() -> Callable[[Page, str], None]:
    """Keep what was seen, to be looked at."""
    SHOTS.mkdir(parents=True, exist_ok=True)

    def keep(page: Page, name: str) -> None:
        page.screenshot(path=SHOTS / f"{name}.png")

    return keep


@pytest.fixture(scope="session")
def click_at() -> Callable[[Page, float, float], None]:
    """Click the map at a place, as a person would who sees it there."""

    def click(page: Page, lon: float, lat: float, times: int = 1) -> None:
        x, y = page.evaluate(
            """async ([lon, lat]) => {
                const address = document.documentElement.dataset.assets;
                const { map } = await import(`${address}/map.js`);
                const box = document.querySelector('#map').getBoundingClientRect();
                const at = map.project([lon, lat]);
                return [box.left + at.x, box.top + at.y];
            }""",
            [lon, lat],
        )
        page.mouse.click(x, y, click_count=times)

    return click
