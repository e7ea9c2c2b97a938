"""What only a static copy does: archives by ranges, no computing, its own words."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
import rasterio
from affine import Affine
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, ViewportSize, expect

from layers.pmtiles import Archive, plain_tile, tile_id
from layers.pmtiles_writer import Contents, write_archive
from layers.writers import write_cog

pytestmark = pytest.mark.browser

PHONE = ViewportSize(width=390, height=844)
ONLY_COPY = pytest.mark.parametrize("viewer_place", ["copy"], indirect=True)
READ = """async ([address, places]) => {
    const base = document.documentElement.dataset.assets;
    const { archiveOf } = await import(`${base}/archive.js`);
    const archive = archiveOf(address);
    const found = [];
    for (const [z, x, y] of places) {
        const tile = await archive.tile(z, x, y);
        const digest = tile && await crypto.subtle.digest('SHA-256', tile);
        found.push(digest && Array.from(new Uint8Array(digest),
            (one) => one.toString(16).padStart(2, '0')).join(''));
    }
    return found;
}"""


def digests(path: Path, places: list[tuple[int, int, int]]) -> list[str | None]:
    with Archive(path) as archive:
        tiles = [archive.tile(*place) for place in places]
    plain = [None if one is None else plain_tile(one) for one in tiles]
    return [None if one is None else hashlib.sha256(one).hexdigest() for one in plain]


@ONLY_COPY
def test_page_reads_archives_as_our_reader_does(
    visit: Any, copied: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Vector tiles of the seeds, and an archive with leaf directories and holes."""
    page = visit("/?lang=en", ready=False)
    (banners,) = copied.glob("layers/banners/*/*.pmtiles")
    places = [
        (z, x, y) for z in range(7) for x in (2**z * 13 // 16,) for y in range(2**z)
    ]
    address = f"/barrier/{banners.relative_to(copied)}"
    assert page.evaluate(READ, [address, places]) == digests(banners, places)

    deep = copied / "odd.pmtiles"
    some = [(9, x, y) for x in range(64) for y in range(0, 64, 2)]
    # Of many lengths, so that the directory cannot be packed into a few bytes.
    words = {one: hashlib.sha512(repr(one).encode()).digest() for one in some}
    tiles = sorted(
        (tile_id(*one), word[: 5 + word[0] % 59]) for one, word in words.items()
    )
    monkeypatch.setattr("layers.pmtiles_writer._ROOT_BYTES", 200)
    monkeypatch.setattr("layers.pmtiles_writer._LEAF_ENTRIES", 64)
    write_archive(iter(tiles), deep, Contents((0, 0, 1, 1), 9, 9, {}))
    with Archive(deep) as archive:
        assert archive.header.leaves_length > 0
    asked = [*some[:200:7], (9, 1, 1), (9, 511, 511), (0, 0, 0)]
    assert page.evaluate(READ, ["/barrier/odd.pmtiles", asked]) == digests(deep, asked)
    deep.unlink()


def test_server_without_ranges_is_recognised(
    viewer_browser: Browser, copied: Path, start_nginx: Callable[[str], str]
) -> None:
    types = "types { text/html html; text/css css; text/javascript js; }"
    inside = f"location / {{ root {copied}; max_ranges 0; }}"
    address = start_nginx(f"{types} {inside}")
    page = viewer_browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(f"{address}/?lang=zh#l=lakes")
    expect(page.locator("#toast")).to_contain_text("不支持按范围读取文件")
    row = page.locator("[data-layer=lakes]")
    expect(row.get_by_role("alert")).to_contain_text("加载失败")
    page.close()


CELLS = """async ([address, grid, places]) => {
    const base = document.documentElement.dataset.assets;
    const { cellAt } = await import(`${base}/cells.js`);
    const found = [];
    for (const [lon, lat] of places) {
        const asked = cellAt(address, grid, lon, lat);
        found.push(await asked.catch((error) => error.constructor.name));
    }
    return found;
}"""
GRID = {"x0": 100.0, "y0": 45.0, "dx": 0.1, "dy": 0.05}
SHAPE = (300, 290)
"""More than one tile each way, and none whole at the end."""


def random_cells(kind: str) -> NDArray[Any]:
    """Values of the whole range of a type; a fifth is its lowest, for "no value"."""
    chance = np.random.default_rng(26)
    if np.dtype(kind).kind == "f":
        cells = chance.normal(0.0, 1e6, SHAPE).astype(kind)
        lowest = -9999.0
    else:
        limits = np.iinfo(kind)
        cells = chance.integers(limits.min, limits.max, SHAPE, kind, endpoint=True)
        lowest = limits.min
    cells[chance.random(SHAPE) < 0.2] = lowest
    return cells


def read_by_gdal(path: Path, places: list[tuple[float, float]]) -> list[Any]:
    with rasterio.open(path) as file:
        found = [one[0] for one in file.sample(places, masked=True)]
    return [None if one is np.ma.masked else one.item() for one in found]


@ONLY_COPY
def test_cells_are_those_that_gdal_reads(visit: Any, copied: Path) -> None:
    page = visit("/?lang=en", ready=False)
    chance = np.random.default_rng(9)
    rows, columns = chance.integers(0, 300, 40), chance.integers(0, 290, 40)
    places = [
        (100.05 + 0.1 * column, 44.975 - 0.05 * row)
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    place = Affine(0.1, 0.0, 100.0, 0.0, -0.05, 45.0)
    made = copied / "odd.tif"
    for kind in ("uint8", "int8", "uint16", "int16", "uint32", "int32"):
        cells = random_cells(kind)
        write_cog(cells, made, transform=place, crs="EPSG:4490", nodata=cells.min())
        asked = [f"/barrier/odd.tif?{kind}", GRID, places]
        assert page.evaluate(CELLS, asked) == read_by_gdal(made, places), kind
    for kind in ("float32", "float64"):
        cells = random_cells(kind)
        write_cog(cells, made, transform=place, crs="EPSG:4490", nodata=-9999.0)
        asked = [f"/barrier/odd.tif?{kind}", GRID, [*places, (99.9, 44.0), (101, 50)]]
        told = [*read_by_gdal(made, places), None, None]
        assert page.evaluate(CELLS, asked) == told, kind
    made.unlink()


@ONLY_COPY
def test_what_is_laid_out_otherwise_is_not_guessed(visit: Any, copied: Path) -> None:
    page = visit("/?lang=en", ready=False)
    made = copied / "odd.tif"
    cells = random_cells("int16")
    about = {"driver": "GTiff", "dtype": "int16", "count": 1, "crs": "EPSG:4490"}
    about |= {"height": SHAPE[0], "width": SHAPE[1]}
    place = Affine(0.1, 0.0, 100.0, 0.0, -0.05, 45.0)
    layouts: list[dict[str, Any]] = [
        {},
        {"tiled": True, "compress": "lzw"},
        {"tiled": True, "compress": "deflate", "bigtiff": "yes"},
        {"tiled": True, "compress": "deflate", "endianness": "big"},
    ]
    for number, layout in enumerate(layouts):
        with rasterio.open(made, "w", **about, **layout, transform=place) as file:
            file.write(cells, 1)
        asked = [f"/barrier/odd.tif?layout={number}", GRID, [(101.0, 44.0)]]
        assert page.evaluate(CELLS, asked) == ["Untold"], layout
    made.unlink()
    untold = page.evaluate(
        """async () => {
            const base = document.documentElement.dataset.assets;
            const { lookUp } = await import(`${base}/lookup.js`);
            const map = { cells: { file: 'a.tif', grid: null } };
            const plane = { id: 'plane', kind: 'raster', classes: [], map };
            const found = await lookUp([plane], { lng: 100, lat: 40 }, 0);
            return [found.cells, found.untold];
        }"""
    )
    assert untold == [[], ["plane"]]


@ONLY_COPY
def test_nothing_that_computes_is_offered(visit: Any) -> None:
    page = visit("/?lang=en#zone=leagues/150600")
    expect(page.locator("#check-button")).to_have_count(0)
    expect(page.locator("#right")).to_be_hidden()
    items: Callable[[], list[str]] = lambda: page.locator(  # noqa: E731
        "#menu [data-item]"
    ).evaluate_all("all => all.map(one => one.dataset.item)")
    page.locator("#tools-button").click()
    assert items() == ["swipe", "time_slider"]
    page.keyboard.press("Escape")
    page.locator("#export-button").click()
    assert items() == ["export_png", "export_layers", "export_link"]
    with page.context.expect_page() as opened:
        page.locator("[data-item=export_layers]").click()
    listed: Page = opened.value
    expect(listed.locator("h1")).to_contain_text("Inner Mongolia")
    expect(listed.locator("article")).to_have_count(12)
    listed.locator("#redline").get_by_text("SHA-256").click()
    site = json.loads(listed.request.get(f"{folder_of(page)}site.json").body())
    names = [name for name, _, _ in site["files"] if "/redline-" in name]
    for name in names:
        answer = listed.request.head(folder_of(page) + name)
        assert answer.ok, name


def folder_of(page: Page) -> str:
    parts = urlsplit(page.url)
    return f"{parts.scheme}://{parts.netloc}{parts.path}"


@ONLY_COPY
def test_copy_without_webgl_has_search_and_list(visit: Any, viewer_place: Any) -> None:
    page = visit("/?lang=en", ready=False)
    page.add_init_script(
        "HTMLCanvasElement.prototype.getContext = function () { return null; };"
    )
    page.goto(f"http://{viewer_place.host}{viewer_place.folder}/?lang=en&again=1")
    expect(page.locator(".no-map")).to_contain_text("Search and downloads work")
    expect(page.locator("#copy a")).to_be_visible()
    page.get_by_role("combobox", name="Search a place").fill("dalad")
    expect(page.get_by_role("option").first).to_contain_text("Dalad Banner")


@ONLY_COPY
@pytest.mark.slow
def test_copy_on_a_phone(visit: Any) -> None:
    page = visit("/?lang=zh#v=6.3/43.2/119.5", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#copy")).to_contain_text("静态副本")
    box = page.locator("#copy").bounding_box()
    assert box is not None
    assert box["height"] < 60
    for x in (60, 330):
        page.mouse.click(x, 420)
        popup = page.locator(".maplibregl-popup-content")
        expect(popup.locator("h2")).to_be_visible()
        inside = popup.bounding_box()
        assert inside is not None
        assert 0 <= inside["x"] <= 390 - inside["width"]
        page.keyboard.press("Escape")
    page.locator("#copy a").click()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
