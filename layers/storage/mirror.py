"""A local folder that stands for a workspace in a store.

It has the layout of a local workspace, so that whatever reads one reads it. What is
small and must be complete is brought by :func:`refresh`: pointers, what each version
says of itself, keys. The files of a version come when somebody needs them, or are read
by ranges where they are large (:mod:`layers.storage.files`): they never change, and
their SHA-256 is known, so that a file that is here is right.

Several processes may use one folder at once, and any of them may be killed at any
instant: what one leaves half done the next one does again.

The file ``.store`` in the folder holds the store's address, by which every process
that is handed a path knows what to do.
"""

import fcntl
import hashlib
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from layers.errors import StoreError, StoreKeyError
from layers.storage.address import open_store
from layers.storage.folder import FolderStore
from layers.storage.layout import (
    CHANGED_KEY,
    CHECK_REPORT,
    CHECKS,
    IMPORT_REPORT,
    LAYERS,
    LOCK,
    MANIFEST,
    MARKER,
    METADATA,
    POINTER,
    ROOT_FILES,
    pointer_key,
    read_pointer,
    version_key,
)
from layers.storage.manifest import known_sha256
from layers.storage.store import Head, Store

FRESH_S = 0.5
"""A process that looked at the store so short a time ago does not look again."""
WHOLE_S = 60.0
"""After that time everything is compared, whatever the mark of changes says."""
THREADS = 8
_VERSION = re.compile(rf"{LAYERS}/([^/.][^/]*)/([^/.][^/]*)/{re.escape(METADATA)}")
_POINTER = re.compile(rf"{LAYERS}/([^/.][^/]*)/{POINTER}")
_CHECK = re.compile(rf"{CHECKS}/([^/.][^/]*)/{re.escape(CHECK_REPORT)}")


class Mirror:
    """The folder, and the store that it stands for; safe for several threads.

    Parameters
    ----------
    root : Path
        Made by :func:`make_mirror`.
    store : Store
    """

    def __init__(self, root: Path, store: Store) -> None:
        self.root, self.store = root, store
        self.local = FolderStore(root, mode=0o600)
        self.keeps_conditions = False
        """Whether the store was seen to keep conditions."""
        self._noted: dict[str, _Noted] = {}
        self._changed: str | None = None
        self._looked = self._compared = -WHOLE_S
        self._lock = threading.RLock()

    def refresh(self, *, now: bool = False) -> None:
        """Bring what changed in the store since the last look.

        Parameters
        ----------
        now : bool
            Compare everything, however short the last time is ago.

        Raises
        ------
        StoreError
            The store cannot be asked; the mirror stays as it was.
        """
        with self._lock:
            started = time.monotonic()
            if not now and started < self._looked + FRESH_S:
                return
            mark = self.store.head(CHANGED_KEY)
            tag = None if mark is None else mark.tag
            recent = started < self._compared + WHOLE_S
            if now or not recent or tag != self._changed:
                self._compare()
                self._changed, self._compared = tag, started
            self._looked = started

    def _compare(self) -> None:
        # Alone: of two processes, the one that asked the store first must not be the
        # last to write what it was told.
        with _held(self.root / ".refresh"), ThreadPoolExecutor(THREADS) as pool:
            layers = self.store.heads(LAYERS)
            versions = [one.groups() for one in map(_VERSION.fullmatch, layers) if one]
            list(pool.map(lambda one: self.describe(*one, heads=layers), versions))
            pointed = [key for key in layers if _POINTER.fullmatch(key)]
            moved = list(pool.map(lambda key: self._point(key, layers[key]), pointed))
            gone = self._forget({(a, b) for a, b in versions}, set(pointed))
            list(pool.map(self._root_file, ROOT_FILES))
            self._bring_checks(pool)
        if any(moved) or gone:
            self.touch()

    def touch(self) -> None:
        """Tell readers of the folder, in every process, that something changed."""
        self.local.put(CHANGED_KEY, f"{time.time_ns()}\n".encode("ascii"))

    def describe(self, layer: str, version: str, *, heads: dict[str, Head]) -> bool:
        """Bring what a version says of itself; whether it is there."""
        key = version_key(layer, version)
        if (self.root / key).exists():
            return True
        for name in (MANIFEST, IMPORT_REPORT):
            other = version_key(layer, version, name)
            if not heads or other in heads:
                self._copy(other)
        return self._copy(key)

    def _copy(self, key: str) -> bool:
        try:
            self.local.put(key, self.store.read(key))
        except StoreKeyError:
            return False
        return True

    def _point(self, key: str, head: Head) -> bool:
        """Follow a pointer; whether readers must be told."""
        if self._is_here(key, head):
            return False
        followed = key in self._noted
        try:
            content = self.store.read(key)
        except StoreKeyError:
            return False
        layer = key.split("/")[1]
        # It may be newer than the list of versions.
        if not self.describe(layer, read_pointer(content).version, heads={}):
            return False
        line = f"{read_pointer(content).version}\n".encode()
        before = self.local.head(key) and self.local.read(key)
        if before != line:
            self.local.put(key, line)
        self.note(key, head.tag)
        # Another process that brought it may have died before it told readers.
        return before != line or followed

    def _forget(self, known: set[tuple[str, str]], pointed: set[str]) -> bool:
        """Remove versions and pointers that the store has no longer."""
        gone = False
        for file in self.root.glob(f"{LAYERS}/*/[!.]*/{METADATA}"):
            version = file.parent
            pair = version.parent.name, version.name
            if pair not in known and self.store.head(version_key(*pair)) is None:
                gone = _remove(version) or gone
        files = self.root.glob(f"{LAYERS}/*/{POINTER}")
        here = {pointer_key(file.parent.name) for file in files}
        followed = {key for key in self._noted if _POINTER.fullmatch(key)}
        for key in (here | followed) - pointed:
            if self.store.head(key) is None:
                (self.root / key).unlink(missing_ok=True)
                self._noted.pop(key, None)
                gone = True
        return gone

    def _root_file(self, name: str) -> None:
        head = self.store.head(name)
        here = (self.root / name).exists()
        if head is None:
            if here:
                self.local.delete(name)
            self._noted.pop(name, None)
        elif not self._is_here(name, head):
            content = self.store.read(name)
            if not here or self.local.read(name) != content:
                self.local.put(name, content)
            self.note(name, head.tag)

    def _bring_checks(self, pool: ThreadPoolExecutor) -> None:
        heads = self.store.heads(CHECKS)
        new = [
            one[1]
            for one in map(_CHECK.fullmatch, heads)
            if one and not (self.root / one[0]).exists()
        ]
        for name in new:
            folder = f"{CHECKS}/{name}/"
            keys = [key for key in heads if key.startswith(folder)]
            last = f"{folder}{CHECK_REPORT}"
            list(pool.map(self._copy, (key for key in keys if key != last)))
            self._copy(last)

    def tag(self, key: str) -> str | None:
        """Answer the tag of a file of the workspace itself as it was brought."""
        noted = self._noted.get(key)
        return None if noted is None else noted.tag

    def note(self, key: str, tag: str) -> None:
        """Remember that what is here is what has this tag in the store."""
        here = self.local.head(key)
        self._noted[key] = _Noted(tag, None if here is None else here.tag)

    def _is_here(self, key: str, head: Head) -> bool:
        """Whether nothing changed, here or there, since we brought a small file."""
        here = self.local.head(key)
        return here is not None and self._noted.get(key) == (head.tag, here.tag)

    def key(self, path: Path) -> str:
        """Answer the key of a path in the folder."""
        return path.relative_to(self.root).as_posix()

    def fetch(self, path: Path) -> None:
        """Bring a file of a version, unless it is here.

        Raises
        ------
        StoreKeyError
            The store has no such file.
        StoreError
            ``store_damaged``: it is not the file that was published.
        """
        try:
            with _held(path.parent / f"{LOCK}-{path.name}"):
                if not path.exists():
                    self._fetch(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            # The folder went away: the version was removed.
            url, key = self.store.url, self.key(path)
            raise StoreKeyError("store_key_missing", url=url, key=key) from error

    def _fetch(self, path: Path) -> None:
        # Who was killed while it fetched left a part of it under this name.
        coming = path.with_name(f".coming-{path.name}")
        coming.unlink(missing_ok=True)
        try:
            self.store.fetch(self.key(path), coming)
            expected = known_sha256(path)
            if expected is not None and _sha256(coming) != expected:
                url, key = self.store.url, self.key(path)
                raise StoreError("store_damaged", url=url, key=key)
            coming.replace(path)
        finally:
            coming.unlink(missing_ok=True)


class _Noted(NamedTuple):
    """A small file as it was brought: its tag in the store, and here."""

    tag: str
    here: str | None


def make_mirror(url: str, cache: Path) -> Path:
    """Make the folder that stands for a store; nothing is asked of the store yet.

    Parameters
    ----------
    url : str
        Of the workspace: ``s3://bucket/prefix``.
    cache : Path
        Folder of what can be made anew. Only its owner may look into the mirror.

    Raises
    ------
    StoreError
        As :func:`layers.storage.open_store`; ``store_failed`` for the folder.
    """
    store = open_store(url)
    plain = re.sub(r"[^A-Za-z0-9.-]+", "-", store.url.partition("://")[2])[:60]
    digest = hashlib.sha256(store.url.encode()).hexdigest()[:12]
    root = cache.expanduser().absolute() / "stores" / f"{plain}-{digest}"
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        root.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        reason = error.strerror or ""
        raise StoreError("store_failed", url=store.url, reason=reason) from error
    marker = f"{store.url}\n".encode()
    if not (root / MARKER).exists() or (root / MARKER).read_bytes() != marker:
        FolderStore(root, mode=0o600).put(MARKER, marker)
    return root


_MIRRORS: dict[tuple[Path, str], Mirror] = {}
_OPENING = threading.Lock()


def mirror_of(workspace: Path) -> Mirror | None:
    """Answer the mirror that a folder is; None for a workspace of its own."""
    try:
        url = (workspace / MARKER).read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None
    with _OPENING:
        key = workspace.absolute(), url
        if key not in _MIRRORS:
            _MIRRORS[key] = Mirror(workspace.absolute(), open_store(url))
        return _MIRRORS[key]


def refresh(workspace: Path, *, now: bool = False) -> None:
    """Bring what changed, if the workspace is in a store; see :meth:`Mirror.refresh`.

    Raises
    ------
    StoreError
    """
    mirror = mirror_of(workspace)
    if mirror is not None:
        mirror.refresh(now=now)


def _remove(version: Path) -> bool:
    """Remove a version, unless somebody works on its layer."""
    try:
        with _held(version.parent / LOCK, wait=False):
            hidden = version.with_name(f".removed-{version.name}")
            # Of somebody who was killed while removing it.
            shutil.rmtree(hidden, ignore_errors=True)
            version.rename(hidden)
    except OSError:
        return False
    shutil.rmtree(hidden, ignore_errors=True)
    return True


@contextmanager
def _held(file: Path, *, wait: bool = True) -> Iterator[None]:
    with file.open("ab") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        yield


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
        return hashlib.file_digest(stream, "sha256").hexdigest()
