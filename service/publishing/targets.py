"""Where a copy is written to."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from layers.errors import LayerWriteError
from layers.writers import atomic_file, writing
from service.errors import RequestError

SITE = "site.json"
"""Says that a folder is a copy of ours, and of what it consists."""

Content = bytes | Path


class Target(Protocol):
    """A place for files with names like ``a/b/c.json``."""

    def read(self, name: str) -> bytes | None:
        """Answer a file; None if it is not there."""

    def put(self, name: str, content: Content, media_type: str) -> None:
        """Write a file; nobody ever sees half of it."""

    def claim(self, name: str, content: bytes, media_type: str) -> None:
        """Write a file unless another writer did since this one began."""

    def sizes(self, folder: str) -> dict[str, int]:
        """Answer the names of all files in a folder, and their bytes."""

    def delete(self, name: str) -> None:
        """Remove a file."""


class FolderTarget:
    """A folder of this machine; see :func:`open_folder`.

    Parameters
    ----------
    folder : Path
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str) -> bytes | None:
        """Answer a file; None if it is not there."""
        path = self._folder / name
        with writing(path):
            return path.read_bytes() if path.is_file() else None

    def put(self, name: str, content: Content, media_type: str) -> None:
        """Write a file; nobody ever sees half of it."""
        del media_type
        path = self._folder / name
        with writing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_file(path) as temporary:
            if isinstance(content, Path):
                shutil.copyfile(content, temporary)
            else:
                temporary.write_bytes(content)

    def claim(self, name: str, content: bytes, media_type: str) -> None:
        """Write a file; the lock of the folder keeps other writers away."""
        self.put(name, content, media_type)

    def sizes(self, folder: str) -> dict[str, int]:
        """Answer the names of all files in a folder, and their bytes."""
        found = {}
        for one in sorted((self._folder / folder).rglob("*")):
            if one.is_file():
                name = one.relative_to(self._folder).as_posix()
                found[name] = one.stat().st_size
        return found

    def delete(self, name: str) -> None:
        """Remove a file, and folders that are empty without it."""
        path = self._folder / name
        with writing(path):
            path.unlink(missing_ok=True)
            for parent in path.relative_to(self._folder).parents:
                inside = self._folder / parent
                if parent == Path() or any(inside.iterdir()):
                    return
                inside.rmdir()


@contextmanager
def open_folder(folder: Path) -> Iterator[FolderTarget]:
    """Lend a folder to one writer.

    A copy that is not there yet is made beside its place, under a name with a dot, and
    gets its name by one rename; a writer that comes after one that was killed goes on
    in what that one left.

    Raises
    ------
    RequestError
        ``publish_not_a_copy``: the folder holds something else;
        ``publish_busy``: somebody else is writing.
    LayerWriteError
    """
    folder = folder.absolute()
    is_new = not folder.is_dir() or not any(folder.iterdir())
    if not is_new and not (folder / SITE).is_file():
        raise RequestError("publish_not_a_copy", place=folder.name)
    work = folder.parent / f".{folder.name}.publishing" if is_new else folder
    with writing(work):
        work.mkdir(parents=True, exist_ok=True)
    with _alone(work, folder.name):
        yield FolderTarget(work)
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
