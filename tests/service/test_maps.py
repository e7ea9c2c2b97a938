"""The map as a file: what it holds, how large it is, what it asks for."""

import base64
import html as html_text
import io
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from types import MappingProxyType

import folium
import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from PIL import Image

from layers.catalog import Catalog
from layers.errors import LayerNotFoundError
from layers.writers import write_cog
from layers.writers_exchange import write_geojson
from service.errors import RequestError
from service.map_tiles import Tiles
from service.maps import DEFAULT_LAYERS, default_layers, folium_map, notebook_map

DAY = date(2026, 1, 15)
SIZE_LIMIT = 5_000_000
TILES = Tiles("https://tiles.test/{z}/{x}/{y}.png", "gcj02")


REFERRING = (
    "src",
    "href",
    "srcset",
    "imagesrcset",
    "data",
    "action",
    "formaction",
    "poster",
    "background",
    "ping",
    "xlink:href",
)


class Page(HTMLParser):
    """What a page refers to, and which elements it has."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.references: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.styles: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.elements.append((tag, found))
        self.styles.append(found.get("style") or "")
        named = [found[name] for name in REFERRING if found.get(name)]
        self.references += [one for one in named if one is not None]

    def handle_data(self, data: str) -> None:
        if self.elements and self.elements[-1][0] == "style":
            self.styles.append(data)

    def attributes(self, name: str) -> list[str | None]:
        return [found[name] for _, found in self.elements if name in found]


def drawn(catalog: Catalog, *names: str, language: str = "zh") -> str:
    return folium_map(catalog, names, language=language, made_on=DAY)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def seed_map(real_catalog: Catalog) -> str:
    return drawn(real_catalog, *DEFAULT_LAYERS)


STYLE = re.compile(r"url\(\s*['\"]?(?!#|data:)[^)]*\)|@import[^;]*")
LOADING = re.compile(r"\bimport\s*\(?\s*['\"][^'\"]*|fetch\([^)]*")
ADDRESS = re.compile(r"https?://[^\"\s]+")


def remote(html: str) -> list[str]:
    """All that a page could load from elsewhere."""
    page = Page(html)
    found = [one for one in page.references if not one.startswith(("data:", "#"))]
    found += STYLE.findall("\n".join(page.styles)) + LOADING.findall(html)
    # Leaflet's own text, which comes first, names its home in a link not shown here.
    _, *own = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    return found + [address for text in own for address in ADDRESS.findall(text)]


def test_hard_52_nothing_is_loaded_from_elsewhere(seed_map: str) -> None:
    assert remote(seed_map) == []


@pytest.mark.parametrize(
    "added",
    [
        '<img src="http://a.test/x.png">',
        '<link href="//a.test/x.css">',
        '<img srcset="x.png 2x">',
        '<p style="background: url(x.png)"></p>',
        '<form action="x"></form>',
        "<style>p { background: url(http://a.test/x.png) }</style>",
        '<style>@import "x.css";</style>',
        "<script>import('http://a.test/x.js')</script>",
        '<script>fetch("x.json")</script>',
        '<script>const u = "https://a.test/";</script>',
    ],
)
def test_the_search_for_remote_things_finds_them(seed_map: str, added: str) -> None:
    assert remote(seed_map.replace("</head>", f"{added}</head>", 1)) != []


def test_tiles_are_there_only_if_asked_for(catalog: Catalog) -> None:
    html = folium_map(catalog, ["leagues"], made_on=DAY, tiles=TILES)
    assert remote(html) == [TILES.url]
    assert "只移动了底图的显示" in html
    assert "Only their display was shifted" in html
    assert "tiles.test" not in drawn(catalog, "leagues")


def test_usual_map_is_small(seed_map: str) -> None:
    assert 500_000 < len(seed_map.encode()) < SIZE_LIMIT


def test_all_layers_on_one_map_are_within_the_limit(real_catalog: Catalog) -> None:
    everything = [spec.id for spec in real_catalog.specs]
    assert len(drawn(real_catalog, *everything).encode()) < SIZE_LIMIT


def write_stars(path: Path, count: int) -> str:
    """Stars of 1001 vertices each."""
    angles = np.linspace(0, 2 * np.pi, 1001)[:-1]
    radius = 0.04 + 0.005 * np.sin(60 * angles)
    ring = np.column_stack([radius * np.cos(angles), radius * np.sin(angles)])
    corners = [np.array([108 + i % 20 / 8, 39 + i // 20 / 8]) for i in range(count)]
    stars = [shapely.Polygon(ring + corner) for corner in corners]
    table = gpd.GeoDataFrame(geometry=stars, crs="EPSG:4490")
    write_geojson(table, path)
    assert shapely.get_num_coordinates(stars).sum() == 1001 * count
    return str(path)


def test_hard_52_a_heavy_file_keeps_the_budget(
    catalog: Catalog, tmp_path: Path
) -> None:
    layer_ids = [write_stars(tmp_path / "stars.geojson", 400)]
    html = folium_map(catalog, layer_ids, made_on=DAY)
    assert 500_000 < len(html.encode()) <= SIZE_LIMIT
    assert '<span id="budget">5 MB</span>' in html
    said = re.findall(r'<p class="simplified">.*?<span class="en">(.*?)</span>', html)
    (stars,) = [one for one in said if one.startswith("stars")]
    assert "400400 to" in stars
    assert re.search(r"tolerance \d+ m\); areas as drawn change by at most", stars)
    assert "come from the full geometry" in stars
    small = folium_map(catalog, layer_ids, made_on=DAY, budget_mb=0.7)
    assert len(small.encode()) <= 700_000
    after = [
        int(re.findall(r"400400 to (\d+) vertices", one)[0]) for one in (html, small)
    ]
    assert after[0] > after[1] >= 4 * 400


def noise(size: int, seed: int = 1) -> np.ndarray:
    """Cells that no picture format can press: elevations without any order."""
    drawn = np.random.default_rng(seed).integers(0, 2000, (size, size))
    return drawn.astype(np.int16)


def write_noise(path: Path, size: int) -> str:
    to = Affine(8 / size, 0, 107, 0, -8 / size, 46)
    write_cog(noise(size), path, transform=to, crs="EPSG:4326", nodata=-32768)
    return str(path)


def simplified(html: str) -> list[str]:
    return re.findall(r'<p class="simplified">.*?<span class="en">(.*?)</span>', html)


def test_hard_52_a_heavy_raster_keeps_the_budget(
    catalog: Catalog, tmp_path: Path
) -> None:
    path = write_noise(tmp_path / "noise.tif", 1000)
    html = folium_map(catalog, [path], made_on=DAY, budget_mb=0.9)
    assert 600_000 < len(html.encode()) <= 900_000
    assert "<span>≤ 40</span><span>≥ 1960</span>" in html
    (said,) = [one for one in simplified(html) if one.startswith("noise")]
    width, height = map(int, re.findall(r"picture of (\d+) by (\d+) pixels", said)[0])
    assert "1000 by 1000 cells" in said
    assert 500 < width < 1600
    assert (width, height) in picture_sizes(html)
    whole = folium_map(catalog, [path], made_on=DAY)
    assert max(max(size) for size in picture_sizes(whole)) >= 2390
    assert not [one for one in simplified(whole) if one.startswith("noise")]


def picture_sizes(html: str) -> set[tuple[int, int]]:
    texts = re.findall(r"data:image/(?:png|webp);base64,([A-Za-z0-9+/=]+)", html)
    return {Image.open(io.BytesIO(base64.b64decode(one))).size for one in texts}


def test_features_and_pictures_share_what_is_too_little(
    catalog: Catalog, tmp_path: Path
) -> None:
    path = write_noise(tmp_path / "noise.tif", 700)
    stars = write_stars(tmp_path / "stars.geojson", 50)
    html = folium_map(catalog, [stars, path], made_on=DAY, budget_mb=1)
    assert len(html.encode()) <= 1_000_000
    pressed = max(len(one) for one in re.findall(r"base64,([A-Za-z0-9+/=]+)", html))
    assert 0.2e6 < pressed < 0.5e6
    (said,) = [one for one in simplified(html) if one.startswith("stars")]
    assert 5_000 < int(re.findall(r"50050 to (\d+) vertices", said)[0]) < 30_000


@pytest.mark.parametrize("budget", [0.0, -1.0, float("nan"), float("inf")])
def test_a_budget_is_a_size(catalog: Catalog, budget: float) -> None:
    with pytest.raises(RequestError, match="no positive number"):
        folium_map(catalog, ["leagues"], budget_mb=budget)


def test_a_budget_that_cannot_be_kept_is_refused(catalog: Catalog) -> None:
    with pytest.raises(RequestError, match="Raise the budget") as refused:
        folium_map(catalog, ["leagues"], budget_mb=0.01)
    least = float(str(refused.value.details["least_mb"]))
    html = folium_map(catalog, ["leagues"], budget_mb=least + 0.1)
    assert len(html.encode()) <= (least + 0.1) * 1e6


def test_a_notebook_gets_the_same_map(catalog: Catalog, tmp_path: Path) -> None:
    made = notebook_map(["leagues"], catalog=catalog, language="en")
    assert isinstance(made, folium.Map)
    made.save(str(tmp_path / "map.html"))
    saved = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert saved == folium_map(catalog, ["leagues"], language="en")
    shown = made._repr_html_()
    assert "<iframe" in shown
    assert remote(html_text.unescape(shown).split('srcdoc="')[1]) == []


def test_same_arguments_give_the_same_bytes(catalog: Catalog) -> None:
    assert drawn(catalog, "leagues", "land_cover") == drawn(
        catalog, "leagues", "land_cover"
    )


def test_legend_names_each_layer_with_its_status(seed_map: str) -> None:
    page = Page(seed_map)
    rows = [found for _, found in page.elements if found.get("class") == "layer"]
    statuses = {row["data-layer"]: row["data-status"] for row in rows}
    assert statuses.keys() >= set(DEFAULT_LAYERS)
    assert statuses["redline"] == "modelled"
    assert statuses["sandy_lands"] == "schematic"
    badges = [
        name for name in page.attributes("class") if name and name.startswith("badge ")
    ]
    assert badges.count("badge modelled") == 1
    assert badges.count("badge schematic") == 1
    assert len(badges) == len(rows)


def test_sources_licences_date_and_an_empty_review_slot(seed_map: str) -> None:
    assert '<time datetime="2026-01-15">' in seed_map
    assert "审图号" in seed_map
    assert not re.search(r"审图号[^<]*[GS蒙]S?\(", seed_map)
    for words in ("GPL-3.0-only", "MIT", "CGCS2000", "EPSG:4490", "天地图"):
        assert words in seed_map


@pytest.mark.parametrize(("language", "lang"), [("zh", "zh-CN"), ("en", "en")])
def test_page_begins_in_one_language_and_has_both(
    catalog: Catalog, language: str, lang: str
) -> None:
    html = drawn(catalog, "leagues", language=language)
    assert f'<html lang="{lang}">' in html
    assert "Sources and licences" in html
    assert "来源与许可" in html


def test_text_of_layers_cannot_become_script(catalog: Catalog) -> None:
    html = drawn(catalog, "redline")
    assert "<script>alert(1)" not in html
    assert "<img src=x" not in html
    assert html.count("<script>") == html.count("</script>") == 3


def test_base_is_added_but_never_what_is_restricted(catalog: Catalog) -> None:
    rows = re.findall(r'class="layer" data-layer="(\w+)"', drawn(catalog, "redline"))
    assert set(rows) == {"redline", "leagues", "province"}
    secret = catalog.entries["province"].spec.model_copy(update={"restricted": True})
    entry = type(catalog.entries["province"])(secret, catalog.folder("province"))
    guarded = Catalog(MappingProxyType({**catalog.entries, "province": entry}))
    assert 'data-layer="province"' not in drawn(guarded, "redline")
    assert "province" not in default_layers(guarded)


def test_only_one_raster_is_on_at_first(catalog: Catalog) -> None:
    html = drawn(catalog, "land_cover", "elevation")
    boxes = [found for tag, found in Page(html).elements if tag == "input"]
    on = {box["data-layer"] for box in boxes if "checked" in box}
    assert on == {"land_cover", "province", "leagues"}


def test_shown_says_what_is_on_at_first(catalog: Catalog) -> None:
    html = folium_map(
        catalog, ["redline", "sandy_lands"], shown=["sandy_lands"], made_on=DAY
    )
    boxes = [found for tag, found in Page(html).elements if tag == "input"]
    on = {box["data-layer"] for box in boxes if "checked" in box}
    assert on == {"sandy_lands", "province", "leagues"}


def test_refuses_nothing_and_the_unknown(catalog: Catalog) -> None:
    with pytest.raises(RequestError, match="map has no layers"):
        folium_map(catalog, [])
    with pytest.raises(LayerNotFoundError):
        folium_map(catalog, ["nothing"])
