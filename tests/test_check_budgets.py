"""Each budget and each ban of scripts/check_budgets.py is seen to bite."""

import json
from pathlib import Path

import pytest

from scripts.check_budgets import committed_paths, faults, functions_of

ROOT = Path(__file__).resolve().parent.parent


def function(lines: int, name: str = "f") -> str:
    """Source of a function of that many lines below its docstring."""
    body = "    x = 1\n" * (lines - 1)
    return f'def {name}() -> None:\n    """Do.\n\n    More.\n    """\n{body}'


def found(root: Path, path: str, content: str | bytes) -> list[str]:
    """Faults of a repository that holds one file."""
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(content if isinstance(content, bytes) else content.encode())
    return faults(root, [path])


def test_function_lines_leave_the_docstring_out() -> None:
    assert functions_of(function(7)) == {"f:1": 7}


@pytest.mark.parametrize(
    ("path", "content", "word"),
    [
        ("geo/a.py", "x = 1\n" * 401, "401 lines"),
        ("seeds/a.py", function(61), "f:1 has 61 lines"),
        ("layers/a.py", function(13), "median function 13 lines"),
        ("a/leaflet.js", "x", "third-party"),
        ("service/static/maplibre-gl-csp.js", "x", "third-party"),
        ("service/static/tool.min.js", "x", "third-party"),
        ("service/static/app.js", "x" * 2001, "built output"),
        ("seeds/a.tif", b"\0" * 5_000_001, "5000001 bytes"),
        ("requirements/run.txt", "a @ https://host/a.whl", "address"),
        ("requirements/run.txt", "--extra-index-url mirror\na==1", "--extra-index-url"),
        ("requirements/run.txt", "-i mirror\na==1", "-i"),
        ("uv.lock", 'registry = "https://host/simple"', "address"),
        ("web/package-lock.json", '"resolved": "https://host/a.tgz"', "address"),
    ],
)
def test_fault_is_named(tmp_path: Path, path: str, content: str, word: str) -> None:
    (fault,) = found(tmp_path, path, content)
    assert fault.startswith(path.split("/")[0])
    assert word in fault


@pytest.mark.parametrize(
    ("path", "content"),
    [
        ("geo/a.py", "x = 1\n" * 400),
        ("seeds/a.py", function(60)),
        ("layers/a.py", function(12)),
        ("tests/a.py", "x = 1\n" * 401),
        ("service/static/app.js", "x" * 2000),
        ("seeds/a.tif", b"\0" * 5_000_000),
        ("requirements/run.txt", "a-i==1 \\\n    --hash=sha256:00"),
        ("README.md", "See https://example.org"),
    ],
)
def test_what_keeps_the_budget_passes(tmp_path: Path, path: str, content: str) -> None:
    assert found(tmp_path, path, content) == []


@pytest.mark.parametrize(
    ("cell", "kept"),
    [
        ({"outputs": [], "execution_count": None}, False),
        ({"outputs": [{"text": "1"}], "execution_count": None}, True),
        ({"outputs": [], "execution_count": 3}, True),
        ({"cell_type": "markdown"}, False),
    ],
)
def test_notebook_output(tmp_path: Path, cell: dict[str, object], kept: bool) -> None:
    text = json.dumps({"cells": [{"cell_type": "markdown"}, cell]})
    faults_found = found(tmp_path, "notebooks/a.ipynb", text)
    assert [f.split(": ")[1] for f in faults_found] == (
        ["cell 2 keeps its output; clear it"] if kept else []
    )


def test_folder_of_this_machine(tmp_path: Path) -> None:
    (fault,) = found(tmp_path, "README.md", f"cd {tmp_path}/geo")
    assert "a folder of this machine" in fault


def test_committed_paths_are_those_of_git() -> None:
    paths = committed_paths(ROOT)
    assert "pyproject.toml" in paths
    assert not [path for path in paths if path.startswith(".venv/")]
