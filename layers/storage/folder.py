"""Files by key in a local folder."""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from layers.errors import StoreConflictError, StoreError, StoreKeyError
from layers.storage.store import ANY_TYPE, Head, checked_key

_LOCK = ".store-lock"
_INCOMING = ".incoming-"


class FolderStore:
    """A folder as a store; see :class:`layers.storage.store.Store`.

    Parameters
    ----------
    folder : Path
        Made with the first file.
    mode : int
        Who may read the files.
    """

    def __init__(self, folder: Path, mode: int = 0o644) -> None:
        self._folder, self._mode = folder.absolute(), mode

    def __repr__(self) -> str:
        return f"FolderStore({self.url!r})"

    @property
    def url(self) -> str:
        """The folder as a ``file://`` address."""
        return self._folder.as_uri()

    def read(self, key: str) -> bytes:
        """See :meth:`Store.read`."""
        with self._told(key):
            return self._path(key).read_bytes()

    def read_range(
        self, key: str, start: int, length: int, *, tag: str | None = None
    ) -> bytes:
        """See :meth:`Store.read_range`."""
        with self._told(key), self._path(key).open("rb") as stream:
            if tag is not None and _head(os.fstat(stream.fileno())).tag != tag:
                raise StoreConflictError("store_changed", url=self.url, key=key)
            return os.pread(stream.fileno(), length, start)

    def fetch(self, key: str, target: Path) -> None:
        """See :meth:`Store.fetch`."""
        with self._told(key):
            source = self._path(key).open("rb")
        with source, target.open("xb") as sink:
            shutil.copyfileobj(source, sink)

    def head(self, key: str) -> Head | None:
        """See :meth:`Store.head`."""
        try:
            with self._told(key):
                return _head(self._file(key).stat())
        except StoreKeyError:
            return None

    def keys(self, prefix: str = "") -> Iterator[str]:
        """See :meth:`Store.keys`."""
        yield from self.heads(prefix)

    def heads(self, prefix: str = "") -> dict[str, Head]:
        """See :meth:`Store.heads`."""
        found = {}
        for place, _, names in os.walk(self._folder / checked_key(prefix, prefix=True)):
            for name in names:
                path = Path(place) / name
                if name.startswith((_LOCK, _INCOMING)):
                    continue
                # Files that go while we look are not there.
                with suppress(FileNotFoundError):
                    key = path.relative_to(self._folder).as_posix()
                    found[key] = _head(path.stat())
        return dict(sorted(found.items()))

    def put(
        self,
        key: str,
        content: bytes | Path,
        media_type: str = ANY_TYPE,
        *,
        encoding: str | None = None,
        cache_control: str | None = None,
    ) -> str:
        """See :meth:`Store.put`."""
        del media_type, encoding, cache_control
        with self._told(key), self._incoming(key, content) as incoming:
            return _written(incoming.replace(self._path(key)))

    def create(
        self, key: str, content: bytes | Path, media_type: str = ANY_TYPE
    ) -> str:
        """See :meth:`Store.create`."""
        del media_type
        with self._told(key), self._incoming(key, content) as incoming:
            path = self._path(key)
            try:
                # A link, unlike a rename, does not replace what is there.
                os.link(incoming, path)
            except FileExistsError as error:
                if path.read_bytes() != incoming.read_bytes():
                    raise StoreConflictError(
                        "store_exists", url=self.url, key=key
                    ) from error
            return _written(path)

    def swap(
        self,
        key: str,
        content: bytes,
        tag: str | None,
        media_type: str = ANY_TYPE,
    ) -> str:
        """See :meth:`Store.swap`."""
        del media_type
        with self._told(key), self._incoming(key, content) as incoming:
            path = self._path(key)
            with self._locked():
                there = self.head(key)
                if tag != (None if there is None else there.tag):
                    raise StoreConflictError("store_changed", url=self.url, key=key)
                return _written(incoming.replace(path))

    def delete(self, key: str) -> None:
        """See :meth:`Store.delete`."""
        path = self._path(key)
        with self._told(key):
            path.unlink(missing_ok=True)
        # Of folders, as in a store of objects, only those are there that hold files.
        for folder in path.parents:
            if folder == self._folder:
                return
            try:
                folder.rmdir()
            except OSError:
                return

    def _path(self, key: str) -> Path:
        return self._folder / checked_key(key)

    def _file(self, key: str) -> Path:
        path = self._path(key)
        if path.is_dir():
            raise FileNotFoundError
        return path

    @contextmanager
    def _incoming(self, key: str, content: bytes | Path) -> Iterator[Path]:
        """Lend a finished file beside the one that it is to become."""
        place = self._path(key).parent
        place.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=_INCOMING, dir=place)
        incoming = Path(name)
        try:
            with os.fdopen(handle, "wb") as sink:
                if isinstance(content, bytes):
                    sink.write(content)
                else:
                    with content.open("rb") as source:
                        shutil.copyfileobj(source, sink)
                sink.flush()
                os.fsync(sink.fileno())
            incoming.chmod(self._mode)
            yield incoming
        finally:
            incoming.unlink(missing_ok=True)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._folder / _LOCK).open("ab") as stream:
            fcntl.flock(stream, fcntl.LOCK_EX)
            yield

    @contextmanager
    def _told(self, key: str) -> Iterator[None]:
        """Turn what the file system says into our errors."""
        try:
            yield
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise StoreKeyError("store_key_missing", url=self.url, key=key) from error
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise StoreError("store_failed", url=self.url, reason=reason) from error


def _written(path: Path) -> str:
    """Make the name of a file survive a power cut, and answer the file's tag."""
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return _head(path.stat()).tag


def _head(state: os.stat_result) -> Head:
    tag = f"{state.st_mtime_ns:x}-{state.st_size:x}-{state.st_ino:x}"
    return Head(state.st_size, tag, state.st_mtime)
