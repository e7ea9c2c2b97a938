"""How large Folium maps are, how long they take to write, and how soon one is drawn.

Run ``python -m benchmarks.maps`` with Chromium installed (the tests' browser). It
writes the usual map, one of all seeds, and one of a coverage of parcels with more than
400,000 vertices, made in code; each is opened from disk with the network cut. Prints
one JSON object.
"""

import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import shapely
from playwright.sync_api import Browser, sync_playwright

from benchmarks.data import parcels
from layers.catalog import Catalog
from layers.writers import write_geoparquet
from service.maps import DEFAULT_LAYERS, folium_map
from service.settings import Settings

SOFTWARE = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
CELLS = 8200
SEED = 7


def written(catalog: Catalog, layer_ids: Sequence[str], path: Path) -> dict[str, float]:
    """Write a map; answer megabytes and seconds."""
    begin = time.perf_counter(), time.process_time()
    path.write_text(folium_map(catalog, layer_ids), encoding="utf-8")
    return {
        "megabytes": path.stat().st_size / 1e6,
        "seconds": time.perf_counter() - begin[0],
        "cpu_seconds": time.process_time() - begin[1],
    }


def opened(browser: Browser, path: Path) -> float:
    """Seconds until a map file is drawn and can be used."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.context.set_offline(True)
    begin = time.perf_counter()
    page.goto(path.as_uri(), wait_until="commit")
    page.wait_for_selector("html[data-ready=yes]", state="attached")
    seconds = time.perf_counter() - begin
    page.close()
    return seconds


def main() -> None:
    """Write the maps, open them, print."""
    settings = Settings()
    catalog = Catalog.open(settings.seeds, settings.workspace)
    folder = Path(tempfile.mkdtemp())
    cells = parcels(CELLS, SEED)
    write_geoparquet(cells, folder / "parcels.parquet")
    maps = {
        "usual": list(DEFAULT_LAYERS),
        "all": [spec.id for spec in catalog.specs],
        "parcels": [str(folder / "parcels.parquet")],
    }
    report: dict[str, object] = {
        "features": len(cells),
        "vertices": int(shapely.get_num_coordinates(cells.geometry).sum()),
    }
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=shutil.which("chromium"), args=SOFTWARE
        )
        for name, layer_ids in maps.items():
            path = folder / f"{name}.html"
            figures = written(catalog, layer_ids, path)
            report[name] = {**figures, "opened_seconds": opened(browser, path)}
        browser.close()
    print(json.dumps(report, indent=1))
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
