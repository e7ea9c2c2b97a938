"""The map in a notebook is a page of its own that asks no other host."""

from html import unescape
from pathlib import Path

from service.notebook import open_catalog


def test_explore_shows_and_saves_the_same_page(tmp_path: Path) -> None:
    shown = open_catalog().explore("leagues", "redline")
    shown.save(tmp_path / "map.html")
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "not statutory" in page
    frame = shown._repr_html_()
    assert "<script" not in frame
    inside = frame.removeprefix('<iframe srcdoc="').split('" style=')[0]
    assert unescape(inside) == page
