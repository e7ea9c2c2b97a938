"""Folders of a copy whose names say what is in them: written once, whole or not."""

import hashlib
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from layers.downloads import FORMATS
from layers.errors import StoreKeyError
from layers.storage import Store

LEDGER = "files.json"
"""Written last into a folder: what is in it."""
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"

MEDIA_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".webp": "image/webp",
    ".pbf": "application/x-protobuf",
    ".woff2": "font/woff2",
    **{form.suffix: form.media_type for form in FORMATS.values()},
}


@dataclass(frozen=True)
class Group:
    """A folder that is made whole.

    Parameters
    ----------
    folder : str
        Its name, which says what is in it.
    make : callable
        Writes the files into an empty folder.
    """

    folder: str
    make: Callable[[Path], None]


@dataclass(frozen=True)
class FileNote:
    """A file of a copy: its name from the top of the copy, bytes and SHA-256."""

    name: str
    size: int
    sha256: str

    @property
    def media_type(self) -> str:
        """What a web server should call it."""
        return media_type(self.name)


def media_type(name: str) -> str:
    """Answer the media type of a file of a copy."""
    return MEDIA_TYPES[Path(name).suffix]


def ensure(store: Store, group: Group) -> tuple[tuple[FileNote, ...], bool]:
    """Make a folder unless it is there and whole.

    Returns
    -------
    tuple
        Its files, and whether they were written now.

    Raises
    ------
    EcobarrierError
    """
    known = _known(store, group.folder)
    if known is not None:
        return known, False
    with tempfile.TemporaryDirectory(prefix="ecobarrier-") as temporary:
        scratch = Path(temporary)
        group.make(scratch)
        notes = []
        for path, name in _files(scratch):
            whole = f"{group.folder}/{name}"
            store.put(whole, path, media_type(name), cache_control=FOR_EVER)
            notes.append(_note(path, whole))
    ledger = json.dumps([asdict(one) for one in notes], ensure_ascii=False, indent=1)
    place = f"{group.folder}/{LEDGER}"
    store.put(place, ledger.encode(), media_type(LEDGER), cache_control=FOR_EVER)
    return tuple(notes), True


def read(store: Store, name: str) -> bytes | None:
    """Answer a file of a copy; None if it is not there.

    Raises
    ------
    StoreError
    """
    try:
        return store.read(name)
    except StoreKeyError:
        return None


def _known(store: Store, folder: str) -> tuple[FileNote, ...] | None:
    """Answer what a folder says it holds, if all of it is there."""
    content = read(store, f"{folder}/{LEDGER}")
    if content is None:
        return None
    try:
        notes = tuple(FileNote(**one) for one in json.loads(content))
    except (ValueError, TypeError):
        return None
    there = set(store.keys(folder))
    return notes if there >= {one.name for one in notes} else None


def _files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield path, path.relative_to(folder).as_posix()


def _note(path: Path, name: str) -> FileNote:
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return FileNote(name, path.stat().st_size, digest)
