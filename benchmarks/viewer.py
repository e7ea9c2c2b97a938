"""How soon the planner's map is there, and whether panning shows blank tiles.

Run ``python benchmarks/viewer.py`` with Chromium installed (the tests' browser). It
starts the service over the seeds, opens the page several times with an empty cache,
then pans at zoom 5 to 12 and looks, 100 ms after each step, at which visible tiles are
not there yet and how much of the map is the bare ground. Prints one JSON object.
"""

import argparse
import io
import json
import shutil
import statistics
import subprocess
import sys
import time
from urllib.request import urlopen

import numpy as np
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

PORT = 8765
SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
ZOOMS = range(5, 13)
STEPS = 4
SETTLE_MS = 100
START = (40.6, 109.5)
GROUND = (0xF1, 0xF0, 0xE8)

MOVE = """async ([zoom, dx]) => {
    const { map } = await import(`${document.documentElement.dataset.assets}/map.js`);
    if (dx) map.panBy([dx, 0], { duration: 300 });
    else map.jumpTo({ zoom, center: [109.5, 40.6] });
    await new Promise((done) => { map.once('moveend', done); if (!dx) done(); });
}"""
LOADED = """async () => {
    const { map } = await import(`${document.documentElement.dataset.assets}/map.js`);
    return map.areTilesLoaded();
}"""
IDLE = """async () => {
    const { map } = await import(`${document.documentElement.dataset.assets}/map.js`);
    if (!map.loaded()) await new Promise((done) => { map.once('idle', done); });
}"""


def opened(browser: Browser) -> tuple[Page, dict[str, float]]:
    """Open the page without a cache; answer seconds until it can be worked with.

    ``usable``: panels, search and checks answer; ``interactive``: the map too moves
    and answers; ``ready``: everything in view has been drawn and nothing is awaited.
    """
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    started = time.perf_counter()
    page.goto(f"http://127.0.0.1:{PORT}/?lang=zh", wait_until="commit")
    times = {}
    for name in ("usable", "interactive", "ready"):
        page.wait_for_selector(f"html[data-{name}=yes]", state="attached")
        times[name] = time.perf_counter() - started
    return page, times


def bare_share(page: Page) -> float:
    """Answer the share of the map that shows the ground colour only."""
    image = Image.open(io.BytesIO(page.locator("#map").screenshot())).convert("RGB")
    same = (np.asarray(image) == GROUND).all(axis=2)
    return float(same.mean())


def panned(page: Page) -> list[dict[str, float]]:
    """Pan at every zoom."""
    rows = []
    for zoom in ZOOMS:
        page.evaluate(MOVE, [zoom, 0])
        page.evaluate(IDLE)
        late, bare = 0, []
        for _ in range(STEPS):
            page.evaluate(MOVE, [zoom, 400])
            page.wait_for_timeout(SETTLE_MS)
            late += not page.evaluate(LOADED)
            bare.append(bare_share(page))
        rows.append({"zoom": zoom, "late": late, "bare_share": max(bare)})
    return rows


def measure(rounds: int) -> dict[str, object]:
    """Measure with one browser."""
    with sync_playwright() as driver:
        path = shutil.which("chromium") or shutil.which("chromium-browser")
        browser = driver.chromium.launch(executable_path=path, args=SOFTWARE)
        times = []
        for _ in range(rounds):
            page, seconds = opened(browser)
            times.append(seconds)
            if len(times) < rounds:
                page.context.close()
        rows = panned(page)
        browser.close()
    return {
        "usable_s": statistics.median(one["usable"] for one in times),
        "interactive_s": statistics.median(one["interactive"] for one in times),
        "ready_s": statistics.median(one["ready"] for one in times),
        "rounds": rounds,
        "steps_per_zoom": STEPS,
        "panning": rows,
    }


def main() -> None:
    """Start the service, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    command = [sys.executable, "-m", "service", "serve", "--port", str(PORT)]
    server = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(120):
            try:
                urlopen(f"http://127.0.0.1:{PORT}/viewer/relief.json").read()
                break
            except OSError:
                time.sleep(0.5)
        print(json.dumps(measure(asked.rounds), indent=1))
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
