"""What only a static copy does: archives by ranges, no computing, its own words."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from layers.pmtiles import Archive, plain_tile, tile_id
from layers.pmtiles_writer import Contents, write_archive

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
    page = visit("/?lang=zh", PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#copy")).to_contain_text("静态副本")
    box = page.locator("#copy").bounding_box()
    assert box is not None
    assert box["height"] < 60
    page.locator("#copy a").click()
    page.wait_for_load_state()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
