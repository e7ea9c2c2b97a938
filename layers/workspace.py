"""The folder of imported layers: immutable versions and a pointer to the current one.

::

    layers/<id>/current                     the version in use, one line
    layers/<id>/<version>/metadata.json     a LayerSpec
    layers/<id>/<version>/<file>            what the metadata's path names
    layers/<id>/<version>/.left             written when it went out of use
    layers/<id>/.lock                       held by the one process that changes it
    layers/.changed                         replaced with every change of a pointer

A version is complete before it gets its name, and is in use only once ``current``
names it; both steps are one rename, so a crash at any instant leaves the old version
whole.

A workspace may be in a store (:mod:`layers.storage.mirror`); then the folder is what is
here of it, a version is brought into the store before it is used, and the pointer that
counts is the store's.
"""

import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import ValidationError

from layers.errors import CatalogError
from layers.files import content_parts, content_sha256
from layers.models import LayerSpec
from layers.storage import publishing
from layers.storage.layout import CHANGED, LEFT, LOCK, METADATA, POINTER
from layers.storage.mirror import mirror_of
from layers.writers import atomic_file, writing

_INCOMING = ".incoming-"
_LEFT = "*/.[!l]*/"
_bases: dict[Path, publishing.Base] = {}
"""What was in use when work began, by the layers whose lock this process holds."""


def current_versions(workspace: Path) -> dict[str, tuple[LayerSpec, Path]]:
    """Answer the current version of each layer: what it is, and its folder.

    A layer without pointer has not been published yet and is none.

    Raises
    ------
    CatalogError
        A pointer or metadata that contradicts the folder.
    """
    folder = workspace / "layers"
    try:
        pointers = sorted(folder.glob(f"*/{POINTER}")) if folder.is_dir() else []
        return {one.parent.name: _version(one) for one in pointers}
    except OSError as error:
        raise CatalogError(
            "catalog_unreadable", file=folder.name, reason=error.strerror
        ) from error


def publish(workspace: Path, spec: LayerSpec, file: Path) -> Path:
    """Keep a file as a new version of a layer and make it the current one.

    Parameters
    ----------
    workspace : Path
        Made if it does not exist.
    spec : LayerSpec
        Its ``path`` is the file's name, its ``sha256`` the file's hash.
    file : Path
        Copied; for a shapefile with its parts.

    Returns
    -------
    Path
        The folder of the version.

    Raises
    ------
    CatalogError
        ``catalog_sha256``: the file is not the one that is described;
        ``catalog_version_exists``: the same content was kept with other metadata.
    LayerWriteError
    """
    if content_sha256(file) != spec.sha256:
        raise CatalogError("catalog_sha256", layer=spec.id, file=file.name)
    if spec.path.name != str(spec.path) or spec.path.name != file.name:
        raise CatalogError("catalog_path_outside", layer=spec.id, path=str(spec.path))
    target = layer_folder(workspace, spec.id) / spec.version
    with staging(workspace, spec.id) as incoming, writing(target):
        if _is_whole(target) and read_spec(target) != spec:
            raise CatalogError(
                "catalog_version_exists", layer=spec.id, version=spec.version
            )
        for part in content_parts(file):
            _copy(part, incoming / part.name)
        put(incoming, spec)
    return target


def layer_folder(workspace: Path, layer_id: str) -> Path:
    """Say where the versions of a layer are."""
    return workspace / "layers" / layer_id


@contextmanager
def staging(workspace: Path, layer_id: str) -> Iterator[Path]:
    """Lend a folder in which a version is made; nobody else works on the layer.

    Others that want to, in any process, wait. What a killed process left behind is
    removed: with the lock in hand, nobody can be working on it.

    Raises
    ------
    LayerWriteError
    """
    layer = layer_folder(workspace, layer_id)
    with locked(layer):
        _sweep(layer)
        # Starts with a dot: no version's name does.
        incoming = Path(tempfile.mkdtemp(prefix=_INCOMING, dir=layer))
        try:
            yield incoming
        finally:
            shutil.rmtree(incoming, ignore_errors=True)


@contextmanager
def room(workspace: Path, layer_id: str, *, look: bool) -> Iterator[Path]:
    """Lend a folder to make a version in, or one apart for who only looks.

    Raises
    ------
    LayerWriteError
    """
    if not look:
        with staging(workspace, layer_id) as incoming:
            yield incoming
        return
    with tempfile.TemporaryDirectory(prefix="ecobarrier-") as folder:
        yield Path(folder)


def sweep(workspace: Path) -> list[str]:
    """Remove what killed publishers left behind; answer the layers it was found in.

    A layer whose lock is held is being worked on and is passed over. Where nothing
    may be written, nothing is removed.
    """
    swept = []
    for layer in sorted({one.parent for one in (workspace / "layers").glob(_LEFT)}):
        try:
            with (layer / LOCK).open("ab") as stream:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _sweep(layer)
        except OSError:
            continue
        swept.append(layer.name)
    return swept


def _sweep(layer: Path) -> None:
    """Remove unfinished and removed versions; the caller holds the lock."""
    for left_over in layer.glob(".[!l]*"):
        if left_over.is_dir():
            shutil.rmtree(left_over, ignore_errors=True)


@contextmanager
def locked(layer: Path) -> Iterator[None]:
    """Hold a layer's lock; the system takes it from a process that dies.

    Raises
    ------
    LayerWriteError
    """
    with writing(layer):
        layer.mkdir(parents=True, exist_ok=True)
        stream = (layer / LOCK).open("ab")
    with stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        mirror = mirror_of(layer.parent.parent)
        if mirror is not None:
            _bases[layer] = publishing.begin(mirror, layer.name)
        try:
            yield
        finally:
            _bases.pop(layer, None)


def put(incoming: Path, spec: LayerSpec) -> Path:
    """Give a finished version its name, unless it is there, and make it current.

    Parameters
    ----------
    incoming : Path
        From :func:`staging`, with the files of the version in it.
    spec : LayerSpec

    Returns
    -------
    Path
        The folder of the version.

    Raises
    ------
    CatalogError
        ``catalog_version_exists``: with other content.
    LayerWriteError
    PublishConflictError
        The workspace is in a store, and somebody else was faster; the version is kept.
    StoreError
    """
    target = incoming.parent / spec.version
    with writing(target):
        if not _is_whole(target):
            # In a mirror, a reader may have come upon a version while it was removed.
            shutil.rmtree(target, ignore_errors=True)
            with atomic_file(incoming / METADATA) as temporary:
                temporary.write_text(spec.model_dump_json(indent=2), encoding="utf-8")
            for file in incoming.iterdir():
                _flush(file)
            incoming.chmod(0o755)
            incoming.rename(target)
            _flush(target.parent)
        elif read_spec(target).sha256 != spec.sha256:
            # The name is the beginning of a hash.
            named = {"layer": spec.id, "version": spec.version}
            raise CatalogError("catalog_version_exists", **named)
        mirror = mirror_of(incoming.parent.parent.parent)
        if mirror is not None:
            publishing.upload(mirror, spec.id, target)
        point_to(incoming.parent, spec.version)
    return target


def point_to(layer: Path, version: str) -> None:
    """Make a version the current one; the caller holds the lock.

    Raises
    ------
    LayerWriteError
    PublishConflictError
        The workspace is in a store, and somebody else was faster.
    StoreError
    """
    mirror = mirror_of(layer.parent.parent)
    if mirror is not None:
        publishing.finish(mirror, layer.name, version, _bases[layer])
        return
    before = current_version(layer.parent.parent, layer.name)
    (layer / version / LEFT).unlink(missing_ok=True)
    with atomic_file(layer / POINTER) as temporary:
        temporary.write_text(f"{version}\n", encoding="ascii")
    with atomic_file(layer.parent / CHANGED) as temporary:
        temporary.write_text(f"{layer.name} {version}\n", encoding="ascii")
    if before not in (None, version) and (layer / str(before)).is_dir():
        (layer / str(before) / LEFT).touch()


def unused_s(layer: Path, version: str) -> float:
    """Answer how long a version has been out of use at least, in seconds.

    Where nobody noted when it went out of use, it is noted now, and 0 is answered. The
    caller holds the lock.

    Raises
    ------
    LayerWriteError
    StoreError
    """
    mirror = mirror_of(layer.parent.parent)
    if mirror is not None:
        return publishing.unused_s(mirror, layer.name, version)
    left = layer / version / LEFT
    with writing(layer):
        if not left.exists():
            left.touch()
            return 0.0
        return max(0.0, time.time() - left.stat().st_mtime)


def remove_version(layer: Path, version: str) -> bool:
    """Remove a version that is not in use; the caller holds the lock.

    Raises
    ------
    LayerWriteError
    StoreError
    """
    mirror = mirror_of(layer.parent.parent)
    if mirror is not None and not publishing.remove(mirror, layer.name, version):
        return False
    with writing(layer):
        # Renamed first: a version is there whole or not at all.
        hidden = layer / f".removed-{version}"
        (layer / version).rename(hidden)
    shutil.rmtree(hidden, ignore_errors=True)
    return True


def changes_stamp(workspace: Path) -> tuple[int, int] | None:
    """Answer what is another whenever a layer's version in use has become another.

    None where that never happened.
    """
    try:
        state = (workspace / "layers" / CHANGED).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_ino


def versions(workspace: Path, layer_id: str) -> dict[str, tuple[LayerSpec, Path]]:
    """Answer all versions of a layer that are whole, by name.

    Raises
    ------
    CatalogError
        Metadata that contradicts its folder.
    """
    folders = sorted(layer_folder(workspace, layer_id).glob(f"[!.]*/{METADATA}"))
    found = {one.parent.name: (read_spec(one.parent), one.parent) for one in folders}
    for name, (spec, _) in found.items():
        if spec.version != name:
            raise CatalogError("catalog_version_differs", layer=layer_id, version=name)
    return found


def current_version(workspace: Path, layer_id: str) -> str | None:
    """Answer the version in use, or None if there is none."""
    pointer = layer_folder(workspace, layer_id) / POINTER
    try:
        return pointer.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return None


def _is_whole(version: Path) -> bool:
    return (version / METADATA).exists()


def _copy(source: Path, target: Path) -> None:
    shutil.copyfile(source, target)
    _flush(target)


def _flush(path: Path) -> None:
    """Make a file, or the names in a folder, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _version(pointer: Path) -> tuple[LayerSpec, Path]:
    layer = pointer.parent
    version = pointer.read_text(encoding="utf-8", errors="replace").strip()
    folder = layer / version
    if Path(version).name != version or not folder.is_dir():
        raise CatalogError("catalog_version_missing", layer=layer.name, version=version)
    spec = read_spec(folder)
    if spec.id != layer.name or spec.version != version:
        raise CatalogError("catalog_version_differs", layer=layer.name, version=version)
    return spec, folder


def read_spec(folder: Path) -> LayerSpec:
    """Read what a version says of itself.

    Raises
    ------
    CatalogError
    """
    file = folder / METADATA
    try:
        return LayerSpec.model_validate_json(file.read_bytes())
    except ValidationError as error:
        raise CatalogError(
            "catalog_entry_wrong",
            file=f"{folder.parent.name}/{folder.name}/{METADATA}",
            entry=folder.parent.name,
            reason=first_fault(error),
        ) from error


def first_fault(error: ValidationError) -> str:
    """Answer the first fault in one line: the field and what is wrong with it."""
    fault = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(map(str, fault["loc"]))
    return f"{place}: {fault['msg']}" if place else fault["msg"]
