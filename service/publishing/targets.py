"""Where a copy is written to."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.errors import LayerWriteError
from layers.storage import Store, is_url, open_store
from layers.storage.address import split_address
from layers.storage.conditions import require_conditions
from layers.storage.folder import FolderStore
from layers.storage.layout import CONDITIONS
from layers.writers import writing
from service.errors import RequestError

SITE = "site.json"
"""Says that a folder is a copy of ours, and of what it consists."""
LEFT = ".incoming-*"
"""What a killed writer leaves of a file; see :mod:`layers.storage.folder`."""
OWN_FOLDERS = ("app", "fonts", "layers", "relief", "v")
"""All that is ever written into, and swept out of, a copy but for the files on top."""


@contextmanager
def open_target(place: str) -> Iterator[Store]:
    """Lend the place that somebody named: a folder, or ``s3://bucket/prefix``.

    Raises
    ------
    RequestError
        ``publish_not_a_copy``, ``publish_busy``.
    StoreError
        Also ``store_ignores_conditions``.
    LayerWriteError
    """
    folder = _local(place)
    if folder is not None:
        with _folder(folder) as work:
            yield FolderStore(work)
        return
    store = open_store(place)
    if store.head(SITE) is None:
        names = store.keys()
        known = (*OWN_FOLDERS, CONDITIONS)
        if any(name.partition("/")[0] not in known for name in names):
            raise RequestError("publish_not_a_copy", place=store.url)
    require_conditions(store)
    yield store


def _local(place: str) -> Path | None:
    """Answer the folder of an address of this machine."""
    if not is_url(place):
        return Path(place)
    scheme, _, path = split_address(place)
    return Path("/") / path if scheme == "file" else None


@contextmanager
def _folder(folder: Path) -> Iterator[Path]:
    """Lend a folder to one writer.

    A copy that is not there yet is made beside its place, under a name with a dot, and
    gets its name by one rename; a writer that comes after one that was killed goes on
    in what that one left.
    """
    is_new = not folder.is_dir() or not any(folder.iterdir())
    if not is_new and not (folder / SITE).is_file():
        raise RequestError("publish_not_a_copy", place=folder.name)
    work = folder.parent / f".{folder.name}.publishing" if is_new else folder
    with writing(work):
        work.mkdir(parents=True, exist_ok=True)
    with _alone(work, folder.name):
        for left in work.rglob(LEFT):
            left.unlink()
        yield work
        if is_new:
            with writing(folder):
                work.chmod(0o755)
                work.rename(folder)


@contextmanager
def _alone(work: Path, name: str) -> Iterator[None]:
    # The lock is on the folder itself, so that it leaves nothing behind.
    descriptor = os.open(work, os.O_RDONLY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RequestError("publish_busy", place=name) from error
        except OSError as error:
            reason = error.strerror or ""
            raise LayerWriteError(
                "layer_write_failed", file=name, reason=reason
            ) from error
        yield
    finally:
        os.close(descriptor)
