"""Check what no linter checks: sizes of code, and what may not be committed.

Names, types and docstrings of public things are the business of ruff and mypy.
Every fault is one line; the exit code is 1 if there is any.
"""

import ast
import json
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

MODULE_LINES = 400
FUNCTION_LINES = 60
MEDIAN_LINES = 12
FILE_BYTES = 5_000_000
MINIFIED_COLUMNS = 2_000

CORE = ("geo", "layers", "service")
MEASURED = (*CORE, "seeds", "scripts")

THIRD_PARTY_SCRIPT = re.compile(
    r"(\.min|^leaflet.*|^maplibre-gl.*|^swagger-ui.*|^redoc.*|^jquery.*|^bootstrap.*)"
    r"\.(js|mjs|css)(\.map)?$",
    re.IGNORECASE,
)
LOCK_FILE = re.compile(
    r"(^requirements/.*|(^|/)(requirements[^/]*\.(txt|in)|[^/]*\.lock"
    r"|[^/]*-lock\.(json|yaml)|npm-shrinkwrap\.json|pylock[^/]*\.toml))$"
)
REGISTRY = re.compile(
    r"://|^\s*(-i|-f|--(extra-)?index-url|--find-links|--trusted-host)\b", re.MULTILINE
)

Function = ast.FunctionDef | ast.AsyncFunctionDef


def function_lines(function: Function) -> int:
    """Count the lines of a function, decorators and docstring left out."""
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    if ast.get_docstring(function, clean=False) is None:
        return lines
    docstring = function.body[0]
    return lines - ((docstring.end_lineno or docstring.lineno) - docstring.lineno + 1)


def functions_of(source: str) -> dict[str, int]:
    """Lines of every function and method, nested ones too, by ``name:line``."""
    return {
        f"{node.name}:{node.lineno}": function_lines(node)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, Function)
    }


def size_faults(root: Path, paths: list[str]) -> Iterator[str]:
    """Name modules and functions that are too long, and packages too long-winded."""
    lengths: dict[str, list[int]] = {package: [] for package in CORE}
    for path in paths:
        package = path.split("/")[0]
        if package not in MEASURED or not path.endswith(".py"):
            continue
        source = (root / path).read_text(encoding="utf-8")
        lines = source.count("\n")
        if lines > MODULE_LINES:
            yield f"{path}: {lines} lines, more than {MODULE_LINES}"
        for name, length in functions_of(source).items():
            lengths.setdefault(package, []).append(length)
            if length > FUNCTION_LINES:
                yield f"{path}: {name} has {length} lines, more than {FUNCTION_LINES}"
    for package in CORE:
        median = statistics.median(lengths[package] or [0])
        if median > MEDIAN_LINES:
            yield f"{package}: median function {median:g} lines, above {MEDIAN_LINES}"


def notebook_faults(path: str, text: str) -> Iterator[str]:
    """Name the cells of a notebook that keep what running them gave."""
    for number, cell in enumerate(json.loads(text).get("cells", []), start=1):
        if cell.get("outputs") or cell.get("execution_count") is not None:
            yield f"{path}: cell {number} keeps its output; clear it"


def text_faults(path: str, text: str, private: list[str]) -> Iterator[str]:
    """Name what the text of one file may not hold."""
    if LOCK_FILE.search(path) and (found := REGISTRY.search(text)):
        yield f"{path}: names a registry or an address ({found.group().strip()})"
    if path.endswith((".js", ".mjs", ".css", ".html")) and (
        max(map(len, text.splitlines()), default=0) > MINIFIED_COLUMNS
    ):
        yield f"{path}: a line above {MINIFIED_COLUMNS} columns; is it built output?"
    for folder in private:
        if folder in text:
            yield f"{path}: names {folder}, a folder of this machine"
    if path.endswith(".ipynb"):
        yield from notebook_faults(path, text)


def content_faults(root: Path, paths: list[str]) -> Iterator[str]:
    """Name files that may not be committed, by size, name or content."""
    private = [f"{folder}/" for folder in (root, Path.home()) if len(folder.parts) > 1]
    for path in paths:
        if THIRD_PARTY_SCRIPT.search(Path(path).name):
            yield f"{path}: third-party script; serve it out of an installed package"
        content = (root / path).read_bytes()
        if len(content) > FILE_BYTES:
            yield f"{path}: {len(content)} bytes, more than {FILE_BYTES}"
        elif b"\0" not in content[:8192]:
            yield from text_faults(path, content.decode(errors="replace"), private)


def committed_paths(root: Path) -> list[str]:
    """List the files git holds or would take in, as paths from ``root``."""
    # A container's clone often belongs to another user, which git refuses by default.
    command = ["git", "-c", f"safe.directory={root}", "ls-files", "-z"]
    listing = subprocess.run(  # noqa: S603
        [*command, "--cached", "--others", "--exclude-standard"],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(path for path in listing.split("\0") if (root / path).is_file())


def faults(root: Path, paths: list[str]) -> list[str]:
    """All faults of the files ``paths`` under ``root``, one sentence each."""
    return [*size_faults(root, paths), *content_faults(root, paths)]


if __name__ == "__main__":
    here = Path(__file__).resolve().parent.parent
    sys.exit("\n".join(faults(here, committed_paths(here))) or None)
