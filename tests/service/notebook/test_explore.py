"""The map in a notebook is a page of its own."""

from pathlib import Path

from service.notebook import open_catalog


def test_explore_shows_and_saves_a_page(tmp_path: Path) -> None:
    shown = open_catalog().explore("leagues", "redline")
    shown.save(str(tmp_path / "map.html"))
    page = (tmp_path / "map.html").read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "not statutory" in page
    assert shown._repr_html_()
