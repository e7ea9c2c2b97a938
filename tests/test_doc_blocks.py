"""Every block of code in the documents does what it says.

``python`` blocks of a page run one after the other; ``sh`` blocks run line by line, the
commands in this process and ``curl`` against the application; ``console`` blocks need
root or another machine, so only what they ask of ours is checked; ``toml`` is parsed.
"""

import ast
import re
import shlex
import shutil
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import matplotlib as mpl
import pytest
import shapely
from fastapi.testclient import TestClient
from matplotlib import pyplot

from service import cli
from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "notebooks/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
INDENTED = re.compile(r"^ {4}(ecobarrier .*)$", re.MULTILINE)

# Not run: they take long, do not end, or are run by other tests.
PARSED_ONLY = ("serve", "map", "figures", "publish")
OTHERS = {"cp", "export"}
ADDRESS = "http://127.0.0.1:8000"
NOT_RUN = {"ini", "nginx", "dockerfile"}


class Block(NamedTuple):
    page: str
    language: str
    text: str


def blocks(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    name = str(page.relative_to(ROOT))
    fenced = [Block(name, one[1], one[2]) for one in FENCED.finditer(text)]
    return [
        *fenced,
        *(Block(name, "parsed", one[1]) for one in INDENTED.finditer(text)),
    ]


WITH_CODE = [page for page in PAGES if blocks(page)]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the seeds, a parcel file and a workspace, to work in."""
    mpl.use("Agg")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "workspace"))
    (tmp_path / "workspace").mkdir()
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    parcels = gpd.GeoDataFrame(
        {"name": ["A"]}, geometry=[shapely.box(107.4, 40.0, 107.5, 40.1)], crs=4490
    )
    parcels.to_file(tmp_path / "parcels.geojson")
    yield tmp_path
    pyplot.close("all")


def lines_of(text: str) -> list[str]:
    joined = text.replace("\\\n", " ")
    return [line for line in joined.splitlines() if line.strip() and line[0] != "#"]


def words_of(line: str) -> list[str]:
    return shlex.split(line, comments=True)


def require_parsed(words: list[str]) -> None:
    """Commands that are not run are at least written as their help says."""
    cli._parser().parse_args(words[1:])


def run_line(line: str, page: str) -> None:
    words = words_of(line)
    program = words[0]
    if program == "ecobarrier":
        require_parsed(words)
        if words[1] not in PARSED_ONLY:
            assert cli.main(words[1:]) == 0, f"{page}: {line}"
    elif program == "curl":
        (address,) = (one for one in words[1:] if one.startswith("http"))
        client = TestClient(create_app(Settings()))
        assert client.get(address.removeprefix(ADDRESS)).status_code == 200, line
    elif program.startswith(("scripts/", ".venv/", ".ci/")):
        paths = [one for one in words if one.startswith(("scripts/", ".ci/"))]
        assert all((ROOT / one).is_file() for one in paths), f"{page}: {line}"
    elif program == "cp":
        shutil.copytree(words[-2], words[-1])
    else:
        assert program in OTHERS, f"{page}: nobody runs {line!r}"


def run_console(line: str, page: str) -> None:
    """Look at what a line asks of us: a command, a script."""
    for part in line.lstrip("#$ ").split("&&"):
        words = words_of(part)
        if words[0] == "ecobarrier":
            require_parsed(words)
        elif words[0].startswith("scripts/"):
            assert (ROOT / words[0]).is_file(), f"{page}: {line}"


def run_python(code: str, page: str, names: dict[str, object]) -> None:
    exec(compile(code, page, "exec"), names)  # noqa: S102


def without_words(code: str) -> str:
    """Answer the shape of code: texts and the choice of language left out."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords = [one for one in node.keywords if one.arg != "language"]
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


def english(page: Path) -> list[str]:
    """Answer the code of the English page, which is run, beside a Chinese one."""
    other = page.parent.parent / "en" / page.name
    python = (one for one in blocks(other) if one.language == "python")
    return [without_words(one.text) for one in python]


@pytest.mark.parametrize("page", WITH_CODE, ids=lambda one: str(one.relative_to(ROOT)))
def test_blocks_of_a_page_work(page: Path, folder: Path) -> None:
    assert folder.is_dir()
    names: dict[str, object] = {}
    run: dict[str, Callable[[str, str], None]] = {
        "sh": run_line,
        "console": run_console,
        "parsed": lambda line, _: require_parsed(words_of(line)),
    }
    for block in blocks(page):
        if block.language == "python" and "/zh/" in f"/{block.page}":
            assert without_words(block.text) in english(page)
        elif block.language == "python":
            run_python(block.text, block.page, names)
        elif block.language == "toml":
            tomllib.loads(block.text)
        elif block.language in run:
            text = block.text
            lines = text.splitlines() if block.language == "console" else lines_of(text)
            for line in lines:
                run[block.language](line, block.page)
        else:
            assert block.language in NOT_RUN, f"{block.page}: {block.language!r}"


def test_pages_with_code_are_found() -> None:
    assert len(WITH_CODE) >= 10
    assert {one.language for page in WITH_CODE for one in blocks(page)} >= {
        "python",
        "sh",
        "console",
        "toml",
        "parsed",
    }


def test_six_lines_are_six() -> None:
    """What a GeoPandas user writes first; it is run with its page."""
    page = ROOT / "docs/en/analyst.md"
    code = next(one.text for one in blocks(page) if one.language == "python")
    assert len([line for line in code.splitlines() if line.strip()]) <= 6
    assert 'catalog.overlap("banners", "redline", by="left")' in code
    assert ".explore(" in code
