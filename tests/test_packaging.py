"""The promises of the package as a whole: names, version, requirements, errors."""

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest

import geo.errors
from geo.errors import EcobarrierError

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("geo", "layers", "service", "seeds")
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==(\S+)(.*\n)((?: +--hash=\S+.*\n)*)", re.M)
DRAWN = re.compile(r"^ {4}(?P<branches>[ |`-]*)(?P<name>[\w.]+Error)\b", re.M)


def module_names(*packages: str) -> list[str]:
    """Every module of the packages but those that run when they are imported."""
    found = list(packages)
    for package in packages:
        walk = pkgutil.walk_packages([str(ROOT / package)], f"{package}.")
        found += [module.name for module in walk]
    return sorted(name for name in found if not name.endswith("__main__"))


def pins(name: str) -> dict[str, str]:
    """Pinned versions of one requirements file, by package."""
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    return {package: pinned for package, pinned, _, _ in PIN.findall(text)}


def imported(path: Path) -> set[str]:
    """Names of what a file imports, wherever in it, save what is for typing only."""
    found: set[str] = set()
    waiting: list[ast.AST] = [ast.parse(path.read_text(encoding="utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
        elif not (
            isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        ):
            waiting += ast.iter_child_nodes(node)
    return found


def canonical(distribution: str) -> str:
    """Give a distribution's name as requirements files write it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def defined_errors(*packages: str) -> list[type[Exception]]:
    """Every exception class that the packages define."""
    return [
        member
        for name in module_names(*packages)
        for _, member in inspect.getmembers(importlib.import_module(name))
        if inspect.isclass(member)
        and issubclass(member, Exception)
        and member.__module__ == name
    ]


def drawn_errors() -> list[tuple[str, str | None]]:
    """Name and parent's name of each class in the tree that geo.errors draws."""
    pairs: list[tuple[str, str | None]] = []
    above: list[str] = []
    for match in DRAWN.finditer(geo.errors.__doc__ or ""):
        depth = len(match["branches"]) // 3
        name = match["name"].rpartition(".")[2]
        pairs.append((name, above[depth - 1] if depth else None))
        above[depth:] = [name]
    return pairs


@pytest.mark.parametrize("name", PACKAGES)
def test_name_is_only_ours(name: str) -> None:
    """The registry has packages of these names, which would be mixed with ours."""
    owners = packages_distributions().get(name, ["ecobarrier"])
    assert set(owners) == {"ecobarrier"}
    origin = importlib.import_module(name).__file__
    assert origin is not None
    assert Path(origin).parent == ROOT / name


@pytest.mark.parametrize("name", module_names(*PACKAGES))
def test_module_is_importable(name: str) -> None:
    importlib.import_module(name)


@pytest.mark.parametrize("package", PACKAGES)
def test_folder_with_code_is_a_package(package: str) -> None:
    folders = {path.parent for path in (ROOT / package).rglob("*.py")}
    assert [f for f in folders if not (f / "__init__.py").exists()] == []


def test_version_is_that_of_the_metadata() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert version("ecobarrier") == project["project"]["version"]


def test_changelog_has_the_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[(.+?)\]", text, re.M)
    assert {"Unreleased", version("ecobarrier")} & set(headings)


@pytest.mark.parametrize("name", ["run.txt", "dev.txt", "uv.txt"])
def test_requirements_are_pinned_and_hashed(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text(encoding="utf-8")
    matches = PIN.findall(text)
    assert matches
    assert [package for package, _, _, hashes in matches if not hashes] == []
    assert PIN.sub("", text).strip() == ""


def test_development_requirements_hold_those_of_running() -> None:
    """``scripts/setup`` lets one environment serve both."""
    assert pins("run.txt").items() <= pins("dev.txt").items()


def test_running_imports_only_what_is_installed_for_running() -> None:
    """The development environment has more, and would hide a missing one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"].values()
    optional = {canonical(re.split(r"[\[<>=]", one)[0]) for e in extras for one in e}
    installed = pins("run.txt").keys() | optional
    owners = packages_distributions()
    missing = {
        name
        for package in ("geo", "layers", "service")
        for path in (ROOT / package).rglob("*.py")
        for name in imported(path) - sys.stdlib_module_names - set(PACKAGES)
        if not {canonical(owner) for owner in owners.get(name, [])} & installed
    }
    assert missing == set()


def test_every_error_is_of_the_one_tree() -> None:
    strangers = [
        error
        for error in defined_errors("geo", "layers", "service")
        if not issubclass(error, EcobarrierError)
    ]
    assert strangers == []


def test_error_tree_is_drawn_as_it_is() -> None:
    real = {
        error.__name__: error.__mro__[1].__name__
        for error in defined_errors("geo", "layers", "service")
    }
    (root, *drawn) = drawn_errors()
    assert root == ("EcobarrierError", None)
    assert drawn == [(name, real.get(name)) for name, _ in drawn]
    core = {error.__name__ for error in defined_errors("geo", "layers")}
    core = {name for name in core if not name.startswith("_")}
    assert core - {root[0]} - {name for name, _ in drawn} == set()


def test_wheel_holds_what_running_needs(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d"]
    subprocess.run([*command, str(tmp_path)], cwd=ROOT, check=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    held = set(zipfile.ZipFile(wheel).namelist())
    wanted = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", *PACKAGES],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.splitlines()
    assert [p for p in wanted if (ROOT / p).exists() and p not in held] == []
    strangers = {name.split("/")[0] for name in held} - set(PACKAGES)
    assert strangers == {f"ecobarrier-{version('ecobarrier')}.dist-info"}
