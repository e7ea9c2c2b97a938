"""The planner's map in a real Chromium that reaches one place only.

The place is the service or, for tests marked ``copy``, also a static copy: files under
a folder of nginx, with no process of ours behind it.
"""

import re
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import uvicorn
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    Request,
    ViewportSize,
    sync_playwright,
)

from layers.apart import alone
from layers.catalog import Catalog
from service.app import create_app
from service.publishing.site import Wish, publish
from service.server import server_config
from service.settings import Settings
from service.viewer.warm import warm

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESK = ViewportSize(width=1366, height=768)
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""No other machine is found. Asking us about each request would cost more."""
READY_MS = 180_000
SHOTS = Path(__file__).parents[3] / "build" / "screenshots"

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def viewer_browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    # Closed before another file starts one of its own: they cannot be nested.
    with sync_playwright() as driver:
        flags = [*SOFTWARE, ALONE]
        made = driver.chromium.launch(executable_path=CHROMIUM, args=flags)
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


class ViewerPlace(NamedTuple):
    """Where the page is: host and port, and the folder that it lies in."""

    host: str
    folder: str = ""

    @property
    def computes(self) -> bool:
        return self.folder == ""


COPY_FOLDER = "/barrier"
PAGE = Path(__file__).parents[3] / "docs" / "publishing.md"
SERVER = re.compile(r"```nginx\nserver \{\n    listen 80;\n(.*?)\n\}\n```", re.DOTALL)
COPIED = (
    *("province", "leagues", "banners", "rivers", "lakes", "basins"),
    *("sandy_lands", "forest_regions", "key_function_banners", "redline"),
    *("land_cover", "climate_zone"),
)


@pytest.fixture(scope="session")
def copied(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    real_catalog: Catalog,
) -> Path:
    """A static copy of what the tests look at; one for all processes of a run."""
    room = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        room = room.parent
    place = room / "copies"
    wish = Wish(layers=COPIED, made_on=date(2026, 1, 15), maps=False)
    with alone(room / "copies.lock"):
        if not place.exists():
            made = room / "copies.half"
            folder = str(made / "barrier")
            publish(real_catalog, folder, wish, Settings(), lambda *_: None)
            made.rename(place)
    return place / "barrier"


@pytest.fixture
def viewer_place(request: pytest.FixtureRequest) -> ViewerPlace:
    """The service, or a copy of it if the test's parameter says so."""
    if getattr(request, "param", "service") == "service":
        return ViewerPlace(request.getfixturevalue("viewer_host"))
    copied: Path = request.getfixturevalue("copied")
    start: Callable[[str], str] = request.getfixturevalue("start_nginx")
    found = SERVER.search(PAGE.read_text(encoding="utf-8"))
    assert found is not None
    # What the documents tell people to write.
    address = start(found[1].replace("/srv", str(copied.parent)))
    return ViewerPlace(urlsplit(address).netloc, COPY_FOLDER)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests that need no computing against a copy, too."""
    marker = metafunc.definition.get_closest_marker("copy")
    if marker is not None:
        slow = [pytest.mark.slow] if marker.kwargs.get("slow") else []
        places = ["service", pytest.param("copy", marks=slow)]
        metafunc.parametrize("viewer_place", places, indirect=True)


class Visit:
    """Opens pages and collects what none of them may do."""

    def __init__(self, browser: Browser, place: ViewerPlace, scale: float) -> None:
        self.place = place
        self.scale = scale
        self.faults: list[str] = []
        self.allowed: list[str] = []
        self._browser = browser
        self._contexts: list[BrowserContext] = []

    def __call__(
        self,
        address: str = "/?lang=zh",
        viewport: ViewportSize = DESK,
        *,
        ready: bool = True,
        **more: Any,
    ) -> Page:
        # A page at a time: software that draws two maps at once is slow.
        self.close()
        asked = {"device_scale_factor": self.scale, **more}
        context = self._browser.new_context(
            viewport=viewport, reduced_motion="reduce", **asked
        )
        self._contexts.append(context)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        page = context.new_page()
        page.set_default_timeout(READY_MS)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._hear)
        page.on("request", self._judge)
        page.goto(f"http://{self.place.host}{self.place.folder}{address}")
        if ready:
            page.locator("html[data-ready=yes]").wait_for(state="attached")
        return page

    def _hear(self, said: Any) -> None:
        expected = any(re.search(one, said.text) for one in self.allowed)
        if said.type in ("error", "warning") and not expected:
            self.faults.append(f"{said.text} {said.location}")

    def _judge(self, request: Request) -> None:
        address = urlsplit(request.url)
        inside = address.path.startswith(f"{self.place.folder}/")
        known = address.netloc == self.place.host and inside
        if address.scheme not in ("data", "blob") and not known:
            self.faults.append(request.url)

    def close(self) -> None:
        for context in self._contexts:
            context.close()
        self._contexts.clear()


@pytest.fixture
def visit(
    viewer_browser: Browser, viewer_place: ViewerPlace, pytestconfig: pytest.Config
) -> Iterator[Visit]:
    """Any fault on the console, and any request to elsewhere, fails the test.

    Nobody looks at most pages: a pixel for four saves half of the drawing.
    """
    scale = 1.0 if pytestconfig.getoption("--shots") else 0.5
    made = Visit(viewer_browser, viewer_place, scale)
    yield made
    made.close()
    assert made.faults == []


@pytest.fixture(scope="session")
def shot(pytestconfig: pytest.Config) -> Callable[[Page, str], None]:
    """Keep what was seen, to be looked at, if pictures are wanted."""
    wanted = pytestconfig.getoption("--shots")

    def keep(page: Page, name: str) -> None:
        if wanted:
            page.wait_for_timeout(1500)
            SHOTS.mkdir(parents=True, exist_ok=True)
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
