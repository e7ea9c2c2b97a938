"""Single files of a workspace, wherever they are; and versions that are no more."""

import re
from pathlib import Path

from layers.errors import StoreError, StoreKeyError, VersionRemovedError
from layers.storage.layout import LAYERS, LOCK, MARKER, METADATA, version_key
from layers.storage.manifest import manifest
from layers.storage.mirror import Mirror, mirror_of
from layers.storage.ranges import RangeFile

RANGED_FROM_BYTES = 64 * 1024 * 1024
"""Smaller files are fetched as a whole: the next reader has them at once."""
_VERSION = re.compile(r"[0-9a-f]{12}")


def present(path: Path) -> Path:
    """Answer a path, whose file is brought first if it lies in a store only.

    Raises
    ------
    VersionRemovedError
        ``version_removed``: of a version that somebody removed.
    StoreError
    """
    if not path.exists():
        mirror = _above(path)
        if mirror is not None:
            try:
                mirror.fetch(path)
            except StoreKeyError as error:
                raise removed_version(path) or error from error
    return path


def ranged(path: Path) -> RangeFile | None:
    """Open a large file of a store for reading by ranges.

    None where the file is here, or is small and was brought now, or is nowhere.

    Raises
    ------
    StoreError
    """
    if path.exists():
        return None
    mirror = _above(path)
    if mirror is None:
        return None
    try:
        file = RangeFile(mirror.store, mirror.key(path))
        if file.size >= RANGED_FROM_BYTES:
            return file
        mirror.fetch(path)
    except StoreKeyError:
        return None
    return None


def is_known(path: Path) -> bool:
    """Whether a file of a layer is here, or in the store as its manifest says."""
    return path.is_file() or path.name in manifest(path.parent)


def removed_version(path: Path) -> VersionRemovedError | None:
    """Answer the refusal, if a file is of a version that was removed meanwhile.

    To be asked when a file of a layer could not be read; None means that there is
    another reason.

    Parameters
    ----------
    path : Path
        ``layers/<id>/<version>/<file>`` in a workspace, or any other.
    """
    version = path.absolute().parent
    layer = version.parent
    named = {"layer": layer.name, "version": version.name}
    if layer.parent.name != LAYERS or not _VERSION.fullmatch(version.name):
        return None
    if not (version / METADATA).exists():
        # Folders of that form may be anybody's; the lock is ours.
        ours = (layer / LOCK).exists()
        return VersionRemovedError("version_removed", **named) if ours else None
    mirror = _above(path)
    try:
        if mirror is None or mirror.store.head(version_key(*named.values())):
            return None
    except StoreError:
        return None
    return VersionRemovedError("version_removed", **named)


def _above(path: Path) -> Mirror | None:
    """Answer the mirror that a file lies in; caches and jobs are never in a store."""
    path = path.absolute()
    for folder in path.parents:
        if (folder / MARKER).exists():
            inside = path.relative_to(folder).parts
            ours = len(inside) == 1 or inside[0] == LAYERS
            return mirror_of(folder) if ours else None
    return None
