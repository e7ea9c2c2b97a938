"""Each notebook runs from top to bottom in a kernel, and the site is built of them."""

import json
import re
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
CHINESE, LATIN = re.compile(r"[一-鿿]"), re.compile(r"[A-Za-z]{3}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebooks")


def run(notebook: Path, folder: Path) -> Any:
    """Run a notebook once per session of tests; answer it with its outputs."""
    if not (folder / notebook.name).exists():
        script = ROOT / "scripts/run_notebooks.py"
        command = [sys.executable, str(script), str(folder), str(notebook)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    return nbformat.read(folder / notebook.name, as_version=4)


class Cells(HTMLParser):
    """Rows of the tables of a page, as texts."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self._inside = False

    def handle_starttag(self, tag: str, _: list[tuple[str, str | None]]) -> None:
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")
            self._inside = True

    def handle_endtag(self, tag: str) -> None:
        self._inside = self._inside and tag not in ("td", "th")

    def handle_data(self, data: str) -> None:
        if self._inside:
            self.rows[-1][-1] += data


def shown_figures(content: Any) -> dict[str, dict[str, str]]:
    """Answer the rows of the ledger that a notebook shows, by id."""
    found = {}
    for cell in content.cells:
        if "catalog.figures(" not in cell.source or cell.cell_type != "code":
            continue
        for output in cell.outputs:
            cells = Cells()
            cells.feed(output.get("data", {}).get("text/html", ""))
            heads = [row for row in cells.rows if "verdict" in row][:1]
            for row in cells.rows:
                if heads and len(row) == len(heads[0]) and row[0] not in ("", "id"):
                    found[row[0]] = dict(zip(heads[0], row, strict=True))
    return found


@cache
def ledger(ids: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    command = [sys.executable, "-m", "service", "figures", "--json"]
    done = subprocess.run(
        [*command, "--only", *ids],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return {one["id"]: one for one in json.loads(done.stdout)["figures"]}


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_notebook_runs_and_shows_the_ledgers_figures(
    notebook: Path, folder: Path
) -> None:
    content = run(notebook, folder)
    shown = shown_figures(content)
    if (
        "catalog.figures("
        in notebook.read_text(encoding="utf-8").split("published =")[0]
    ):
        assert shown
    if not shown:
        return
    known = ledger(tuple(sorted(shown)))
    for name, row in shown.items():
        assert row["verdict"] == known[name]["verdict"]
        for column in ("published", "computed"):
            # Six decimals are shown.
            value = float(row[column])
            assert value == pytest.approx(known[name][column], rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda one: one.stem)
def test_notebook_is_stripped_and_bilingual(notebook: Path) -> None:
    content = nbformat.read(notebook, as_version=4)
    for cell in content.cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None
        if cell.cell_type == "code":
            continue
        for line in cell.source.splitlines():
            if line.startswith("#"):
                assert CHINESE.search(line), line
                assert LATIN.search(line), line


def test_there_are_the_notebooks_that_were_promised() -> None:
    assert [one.stem[:2] for one in NOTEBOOKS] == [f"{n}_" for n in range(1, 8)]
    listed = (ROOT / "notebooks/README.md").read_text(encoding="utf-8")
    assert all(one.name in listed for one in NOTEBOOKS)


# What a browser fetches by itself; links for people to follow may lead anywhere.
FETCHED = re.compile(
    r"""<(?:script|img|link(?! rel="canonical"))[^>]*?(?:src|href)=["']?(https?:)?//"""
    r"""|url\(["']?(?:https?:)?//|@import""",
    re.IGNORECASE,
)


def test_site_is_built_and_asks_no_other_host(folder: Path, tmp_path: Path) -> None:
    for notebook in NOTEBOOKS:
        run(notebook, folder)
    settings = tmp_path / "mkdocs.yml"
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    text = text.replace("notebooks: build/notebooks", f"notebooks: {folder}")
    text = text.replace("docs_dir: docs", f"docs_dir: {ROOT / 'docs'}")
    text = text.replace(
        "[scripts/docs_hooks.py]", f"[{ROOT / 'scripts/docs_hooks.py'}]"
    )
    text = text.replace("paths: [.]", f"paths: [{ROOT}]")
    settings.write_text(text, encoding="utf-8")
    site = tmp_path / "site"
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", str(settings)]
    done = subprocess.run(
        [*command, "-d", str(site)], capture_output=True, text=True, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 25
    for page in [*pages, *site.rglob("*.css")]:
        found = FETCHED.search(page.read_text(encoding="utf-8"))
        assert found is None, f"{page.relative_to(site)}: {found}"
    redline = (site / "notebooks/1_redline.html").read_text(encoding="utf-8")
    assert "50.46" in redline
    assert (site / "notebooks/1_redline_1.png").is_file()
    assert "open_catalog" in (site / "reference/notebook.html").read_text("utf-8")
