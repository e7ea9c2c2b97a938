"""Inputs of commands named by URL: brought to a temporary folder, or read by ranges.

Only the command line does this, for the person who typed the address. The service
opens no address that a request names.
"""

import argparse
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from layers.errors import StoreKeyError
from layers.storage import is_url, split_file
from layers.storage.files import RANGED_FROM_BYTES
from layers.storage.layout import MARKER
from layers.storage.store import Head, Store

NAMES = (
    *("left", "right", "layer", "site", "zones", "raster", "raster_a", "raster_b"),
    *("files", "parcels"),
)
"""Arguments of commands that name layers or files."""
ROOM = 2
"""Free space that a file is brought into, in times its size."""
_BY_OTHERS = ("postgresql", "postgres")
_ADDRESS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/{1,2}(.+)", re.DOTALL)
_PARTS_OF_SHAPEFILE = (".shx", ".dbf", ".prj", ".cpg")


@contextmanager
def inputs_here(parsed: argparse.Namespace) -> Iterator[None]:
    """Put local paths in place of the addresses that a command's arguments hold.

    Raises
    ------
    StoreError
        Also for an address of a scheme that nobody reads.
    """
    with ExitStack() as stack:
        for name in NAMES:
            given = getattr(parsed, name, None)
            ranged = _by_ranges(parsed, name)
            if isinstance(given, list):
                here = [_here(stack, one, ranged=ranged) for one in given]
                setattr(parsed, name, here)
            elif given is not None:
                setattr(parsed, name, _here(stack, given, ranged=ranged))
        yield


def _by_ranges(parsed: argparse.Namespace, name: str) -> bool:
    """Whether what a command reads there is read piece by piece."""
    streamed = name == "left" and getattr(parsed, "output", None) is not None
    return streamed or name.startswith("raster")


def _here(stack: ExitStack, given: str | Path, *, ranged: bool) -> str | Path:
    url = address(str(given))
    if url is None:
        return given
    kind = type(given)
    folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="ecobarrier-"))
    return kind(bring(url, Path(folder), ranged=ranged))


def address(text: str) -> str | None:
    """Answer the address that a text is, also where a path has lost a slash of it.

    Examples
    --------
    >>> address("s3:/bucket/a.gpkg"), address("C:/a.gpkg"), address("a.gpkg")
    ('s3://bucket/a.gpkg', None, None)
    """
    found = _ADDRESS.fullmatch(text)
    if found is None or found[1].lower() in _BY_OTHERS:
        return None
    return f"{found[1]}://{found[2]}" if not is_url(text) else text


def bring(url: str, folder: Path, *, ranged: bool) -> Path:
    """Bring a file to a folder; answer its path.

    Parameters
    ----------
    url : str
    folder : Path
        Empty.
    ranged : bool
        Leave a large GeoParquet or GeoTIFF where it is if the disk has no room for it:
        it is read by ranges then. Its hash, which the result id is made of, needs all
        of it anyway: brought whole, it crosses the wire once.

    Raises
    ------
    StoreError
    """
    store, key = split_file(url)
    head = store.head(key)
    if head is None:
        raise StoreKeyError("store_key_missing", url=store.url, key=key)
    path = folder / key
    whole = path.suffix.lower() not in (".parquet", ".geoparquet", ".tif", ".tiff")
    large = head.size >= RANGED_FROM_BYTES
    if ranged and not whole and large and not _has_room(folder, head.size):
        (folder / MARKER).write_text(f"{store.url}\n", encoding="utf-8")
        return path
    _fetch(store, key, head, path)
    if path.suffix.lower() == ".shp":
        _fetch_parts(store, path)
    return path


def _has_room(folder: Path, size: int) -> bool:
    """Whether the disk holds a file, and leaves as much again for the result."""
    return shutil.disk_usage(folder).free >= ROOM * size


def _fetch(store: Store, key: str, head: Head, path: Path) -> None:
    store.fetch(key, path)
    os.utime(path, (head.modified, head.modified))


def _fetch_parts(store: Store, path: Path) -> None:
    upper = path.suffix.isupper()
    for suffix in _PARTS_OF_SHAPEFILE:
        part = path.with_suffix(suffix.upper() if upper else suffix)
        head = store.head(part.name)
        if head is not None:
            _fetch(store, part.name, head, part)
