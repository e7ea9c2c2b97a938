"""The map style in MapLibre GL, in a real Chromium that reaches this service only."""

import io
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import uvicorn
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from service.app import create_app
from service.settings import Settings

pytestmark = pytest.mark.browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
READY_MS = 180_000
PAGE = """<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/m.css">
<style>html, body, #map { margin: 0; height: 100% }</style><div id="map"></div>
<script src="/m.js"></script>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no Chromium on this machine")
    with sync_playwright() as driver:
        made = driver.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE)
        yield made
        made.close()


@pytest.fixture(scope="module")
def address(small_seeds: Path, baked_cache: Path) -> Iterator[str]:
    app = create_app(Settings(seeds=small_seeds, cache=baked_cache))
    config = uvicorn.Config(app, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()
        while not server.started:
            time.sleep(0.05)
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        serving.join()
    app.state.tiles.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """A page with MapLibre out of its installed package; faults fail the test."""
    spec = find_spec("maplibre")
    assert spec is not None
    assert spec.origin is not None
    scripts = Path(spec.origin).parent / "srcjs"
    own = {
        "/": ("text/html", PAGE),
        "/m.js": ("text/javascript", (scripts / "maplibre-gl.js").read_text("utf-8")),
        "/m.css": ("text/css", (scripts / "maplibre-gl.css").read_text("utf-8")),
    }
    faults: list[str] = []

    def judge(route: Any) -> None:
        url = urlsplit(route.request.url)
        if url.path in own:
            kind, body = own[url.path]
            route.fulfill(content_type=kind, body=body)
        elif (
            url.scheme in ("blob", "data") or f"{url.scheme}://{url.netloc}" == address
        ):
            route.continue_()
        else:
            faults.append(f"reached for {route.request.url}")
            route.abort()

    made = browser.new_page(viewport={"width": 900, "height": 600})
    made.set_default_timeout(READY_MS)
    made.on("pageerror", lambda error: faults.append(str(error)))
    made.on(
        "console",
        lambda said: faults.append(said.text) if said.type == "error" else None,
    )
    made.route("**/*", judge)
    made.goto(f"{address}/")
    yield made
    made.close()
    assert faults == []


SHOW = """([style, centre, zoom]) => new Promise((done, fail) => {
  const map = new maplibregl.Map({container: 'map', style, center: centre, zoom,
    fadeDuration: 0, attributionControl: false,
    canvasContextAttributes: {preserveDrawingBuffer: true}});
  window.map = map;
  map.on('error', event => fail(event.error || new Error('map')));
  map.on('idle', () => done());
})"""


def shown(page: Page, style: str, centre: tuple[float, float], zoom: float) -> Any:
    page.evaluate(SHOW, [style, list(centre), zoom])
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB")).astype(
        int
    )


def test_maplibre_draws_our_style(page: Page, address: str) -> None:
    layers = "leagues,redline,sandy_lands,yellow_river,land_cover"
    picture = shown(page, f"{address}/style.json?layers={layers}", (110, 40.5), 6)
    for layer, kind in (
        ("redline-pattern", "redline"),
        ("sandy_lands-fill", "sandy_lands"),
        ("leagues-line", "leagues"),
        ("yellow_river-line", "yellow_river"),
    ):
        found = page.evaluate(
            "layer => map.queryRenderedFeatures({layers: [layer]}).length",
            layer,
        )
        assert found, kind
    names = page.evaluate(
        "() => map.queryRenderedFeatures({layers: ['leagues-line']})"
        ".map(f => f.properties.name_zh)"
    )
    assert set(names) == {"西盟", "东盟", "南盟"}
    # The land cover's two classes beside each other, in their very colours.
    colours = {tuple(one) for one in picture.reshape(-1, 3).tolist()}
    assert {(224, 234, 191), (228, 201, 174)} <= colours


def test_modelled_layer_is_hatched_in_maplibre(page: Page, address: str) -> None:
    style = f"{address}/collections/redline/style.json"
    picture = shown(page, style, (110, 41), 7)
    at = page.evaluate("() => Object.values(map.project([110, 41]))")
    x, y = (round(value) for value in at)
    part = picture[y - 30 : y + 30, x - 30 : x + 30]
    # Red ink on pale ground, again and again across the fill.
    redness = part[..., 0] - part[..., 1]
    assert redness.max() > 60
    assert redness.min() < 30
    crossings = np.count_nonzero(np.diff((redness[30] > 45).astype(int)))
    assert crossings >= 6


def test_empty_tiles_do_not_stop_the_map(page: Page, address: str) -> None:
    style = f"{address}/style.json?layers=leagues,land_cover"
    picture = shown(page, style, (20, 0), 2)
    assert np.ptp(picture.reshape(-1, 3), axis=0).max() < 60
