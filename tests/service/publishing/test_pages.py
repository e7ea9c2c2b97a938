"""The pages of a copy: links that lead somewhere, languages, policy."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlsplit

import pytest

PAGES = ("index.html", "layers.html", "v/*/layers.zh.html", "v/*/layers.en.html")


class Reader(HTMLParser):
    """Collects what a page refers to, and its ids."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: set[str] = set()
        self.policy = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at an element."""
        found = {name: value or "" for name, value in attrs}
        self.addresses += [found[one] for one in ("href", "src") if one in found]
        self.ids.add(found.get("id", ""))
        if found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        assert not [one for one in found if one.startswith("on")], tag


@pytest.mark.parametrize("pattern", PAGES)
def test_every_link_leads_to_a_file_of_the_copy(
    pattern: str, copy_folder: Path
) -> None:
    (path,) = copy_folder.glob(pattern)
    page = Reader(path.read_text(encoding="utf-8"))
    assert len(page.addresses) > 10
    for address in page.addresses:
        parts = urlsplit(address)
        if parts.scheme in ("data", "https"):
            assert address in ("data:,", "https://service.test/")
            continue
        assert not address.startswith("/")
        assert parts.path == "" or (path.parent / parts.path).is_file(), address
        place, fragment = urldefrag(address)
        assert place or fragment in page.ids


@pytest.mark.parametrize("pattern", [*PAGES, "v/*/maps/all.html"])
def test_policy_is_that_of_the_service_and_comes_first(
    pattern: str, copy_folder: Path
) -> None:
    (path,) = copy_folder.glob(pattern)
    text = path.read_text(encoding="utf-8")
    policy = Reader(text).policy
    assert policy.startswith("default-src 'none'")
    assert "connect-src 'self'" in policy
    assert "script-src 'self'" in policy
    # A browser complains of it where it is no header.
    assert "frame-ancestors" not in policy
    assert "unsafe-inline'; " not in policy.replace(
        "style-src-attr 'unsafe-inline'", ""
    )
    assert text.index("charset") < text.index("Security-Policy") < 400
    before = text[: text.index("Security-Policy")]
    assert not re.search(r"<(script|style|link)", before)


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ["2026-01-15 的静态副本", "未说明", "只是测试用的模型", "±100 m"]),
        ("en", ["Static copy of 2026-01-15", "not stated", "a model for tests only"]),
    ],
)
def test_list_says_what_every_layer_is(
    language: str, words: list[str], copy_folder: Path
) -> None:
    text = next(copy_folder.glob(f"v/*/layers.{language}.html")).read_text()
    for word in [*words, "CC0-1.0", "made in code", "https://service.test/"]:
        assert word in text
    cards = re.findall(r'<article id="(\w+)"', text)
    assert sorted(cards) == [
        *("elevation", "land_cover", "leagues", "province", "redline"),
        *("sandy_lands", "yellow_river"),
    ]
    assert "<script>alert(1)" not in text
    assert text.count("badge modelled") == 1
    for form in ("GeoJSON", "GeoPackage", "GeoParquet", "FlatGeobuf", "Shapefile"):
        assert text.count(f">{form}") == 5
    assert text.count(">PMTiles<") == 7
    assert text.count(">GeoTIFF (COG)<") == 2
    assert len(re.findall(r"<small>[\d.,]+ (kB|MB)</small>", text)) == 5 * 9 + 2 * 2


def test_copy_without_maps_does_not_speak_of_them(copy_of_one: Path) -> None:
    assert "maps/" not in (copy_of_one / "layers.html").read_text()
    assert not list(copy_of_one.glob("v/*/maps"))
