"""What MkDocs asks while it builds the site: pages that are made of other files.

Notebooks become pages with their outputs, taken from the folder that
``extra.notebooks`` names, as :mod:`run_notebooks` writes them. ``CONTRIBUTING.md`` and
``CHANGELOG.md`` stay where people look for them and are pages too.
"""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

# By the language stated, fonts choose the shapes of Chinese letters and punctuation.
_HAN = "\u3000-\u303f\u4e00-\u9fff\uff00-\uffef\u2014\u2018-\u201d\u2026"
_CHINESE = re.compile(f"[{_HAN}]*[\u4e00-\u9fff][{_HAN}]*")
_BROKEN = re.compile(f"(?<=[{_HAN}])\n[ \t]*(?=[{_HAN}])")
_FENCED = re.compile(r"(^```.*?^```$)", re.DOTALL | re.MULTILINE)
_TAGS = re.compile(r"(<(?:!--.*?--|[^<>]*)>)", re.DOTALL)
_LITERAL = ("head", "pre", "code", "script", "style", "svg")

ROOT = Path(__file__).resolve().parent.parent
COPIES = {"contributing.md": "CONTRIBUTING.md", "changes.md": "CHANGELOG.md"}

# Of a DataFrame's HTML: a style of its own in each table, and borders.
_STYLE = re.compile(r"<style scoped>.*?</style>", re.DOTALL)
_BORDER = re.compile(r' border="1" class="dataframe"')


class Picture(NamedTuple):
    """A picture of a notebook and where it goes."""

    uri: str
    content: bytes


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that no file in ``docs`` holds."""
    for page, source in COPIES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, page, content=text))
    folder = ROOT / config.extra["notebooks"]
    for notebook in sorted((ROOT / "notebooks").glob("*.ipynb")):
        pictures: list[Picture] = []
        text = page_of(_ran(notebook, folder), notebook.stem, pictures)
        files.append(
            File.generated(config, f"notebooks/{notebook.stem}.md", content=text)
        )
        for one in pictures:
            files.append(File.generated(config, one.uri, content=one.content))
    return files


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Join lines of Chinese: a line's end there would become a blank."""
    parts = _FENCED.split(markdown)
    joined = [
        _BROKEN.sub("", one) if n % 2 == 0 else one for n, one in enumerate(parts)
    ]
    return "".join(joined)


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """State the language of Chinese pages, and of Chinese words on the others."""
    if page.file.src_uri.startswith("zh/"):
        return output.replace('<html lang="en"', '<html lang="zh-CN"', 1)
    return "".join(_with_languages(_TAGS.split(output)))


def _with_languages(parts: list[str]) -> Iterator[str]:
    """Mark the Chinese of texts between tags; ``parts`` are text and tag in turn."""
    inside: list[str] = []
    for place, part in enumerate(parts):
        if place % 2 == 0:
            marked = _CHINESE.sub(r'<span lang="zh-CN">\g<0></span>', part)
            yield part if inside else marked
            continue
        name = re.match(r"</?([a-z]+)", part)
        if name and name[1] in _LITERAL and not part.endswith("/>"):
            if not part.startswith("</"):
                inside.append(name[1])
            elif inside and inside[-1] == name[1]:
                inside.pop()
        yield part


def _ran(notebook: Path, folder: Path) -> Any:
    """Read a notebook with its outputs.

    Raises
    ------
    PluginError
        It was not run, or was changed since.
    """
    remedy = f"run: python scripts/run_notebooks.py {folder}"
    if not (folder / notebook.name).is_file():
        raise PluginError(f"{notebook.name} was not run; {remedy}")
    ran = nbformat.read(folder / notebook.name, as_version=4)
    now = nbformat.read(notebook, as_version=4)
    if [one.source for one in ran.cells] != [one.source for one in now.cells]:
        raise PluginError(f"{notebook.name} was changed since it was run; {remedy}")
    return ran


def page_of(notebook: Any, name: str, pictures: list[Picture]) -> str:
    """Write a notebook as Markdown; its pictures are put into ``pictures``."""
    parts = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            parts.append(cell.source)
        else:
            parts.append(f"```python\n{cell.source}\n```")
            parts.extend(_outputs(cell, name, pictures))
    return "\n\n".join(parts) + "\n"


def _outputs(cell: Any, name: str, pictures: list[Picture]) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "stream":
            yield _plain(output.text)
            continue
        data = output.get("data", {})
        if "image/png" in data:
            uri = f"notebooks/{name}_{len(pictures) + 1}.png"
            pictures.append(Picture(uri, base64.b64decode(data["image/png"])))
            yield f"![{_title_of(cell)}]({Path(uri).name})"
        elif "text/html" in data:
            table = _BORDER.sub("", _STYLE.sub("", data["text/html"]))
            yield f'<div class="output" markdown="0">{table}</div>'
        elif "text/plain" in data:
            yield _plain(data["text/plain"])


def _title_of(cell: Any) -> str:
    """Say what a picture shows: the title that the cell gives it."""
    found = re.search(r'(?:title\s*=\s*|finish\(ax, )"([^"]+)"', cell.source)
    return found[1] if found else "picture"


def _plain(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```"
