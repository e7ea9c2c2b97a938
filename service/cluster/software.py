"""What software a process runs, so that a cluster's workers are the client's equals."""

import hashlib
import platform
import sys
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("numpy", "numba", "pandas", "pyarrow", "pyproj", "shapely", "rasterio")
"""Libraries whose versions can change a bit of a result."""

_ROOT = Path(__file__).resolve().parents[2]


@cache
def software() -> dict[str, str]:
    """Answer versions by name; our own with a hash of the sources.

    A version number stays while a program is worked on; its sources do not.
    """
    own = hashlib.sha256()
    for package in ("geo", "layers", "service"):
        for path in sorted((_ROOT / package).rglob("*.py")):
            own.update(f"{path.relative_to(_ROOT)}\n".encode())
            own.update(path.read_bytes())
    known = {name: version(name) for name in LIBRARIES}
    mine = f"{version('ecobarrier')}+{own.hexdigest()[:12]}"
    return {"ecobarrier": mine, "python": platform.python_version(), **known}


def differences(theirs: dict[str, str]) -> str:
    """Name what another process has in other versions; empty where all are equal."""
    mine = software()
    return ", ".join(
        f"{name} {theirs.get(name, '–')} ≠ {mine.get(name, '–')}"
        for name in {**mine, **theirs}
        if mine.get(name) != theirs.get(name)
    )


def worker_name() -> str:
    """Answer the address of the worker that this runs in, or the name of the host."""
    distributed = sys.modules.get("distributed")
    if distributed is not None:
        with suppress(ValueError):
            return str(distributed.get_worker().address)
    return platform.node()
