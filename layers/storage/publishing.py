"""Publish a version of a layer to a store, so that of two publishers one wins.

The files of a version go first, each written once, then the list of them, then what
the version says of itself: only that makes it a version. Nobody uses it before the
pointer names it, and the pointer is replaced on condition that it still is the one
that was there when the work began. Whatever breaks off before leaves the old version
in use, and files without ``metadata.json``, which are removed after a day.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from layers.errors import (
    CatalogError,
    PublishConflictError,
    StoreConflictError,
    VersionNotFoundError,
)
from layers.storage.conditions import require_conditions
from layers.storage.layout import (
    CHANGED_KEY,
    CHECK_REPORT,
    CHECKS,
    LAYERS,
    LEFT,
    MANIFEST,
    METADATA,
    Pointed,
    pointer_key,
    read_pointer,
    version_key,
)
from layers.storage.mirror import Mirror
from layers.storage.store import Store

LARGEST_CREATED = 64 * 1024 * 1024
"""Larger files are sent in parts, so that none is held in memory; obstore knows no
condition for those. Their place is named by their content, so that only the same file
can be there, and what a version says of itself is created conditionally after them."""
UNFINISHED_KEPT_S = 24 * 3600
"""Files of a version that is not finished by then are of a publisher that died."""
_JSON = "application/json"
_TYPES = {
    ".json": _JSON,
    ".html": "text/html; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".tif": "image/tiff; application=geotiff; profile=cloud-optimized",
    ".pmtiles": "application/vnd.pmtiles",
}


class Base(NamedTuple):
    """The pointer of a layer as it was when work on the layer began.

    Parameters
    ----------
    tag : str or None
        None: there was no pointer.
    content : bytes
    """

    tag: str | None
    content: bytes


def begin(mirror: Mirror, layer: str) -> Base:
    """Remember which version is in use.

    Raises
    ------
    StoreError
        Also ``store_ignores_conditions``: nobody can publish there.
    """
    _ask_conditions(mirror)
    key = pointer_key(layer)
    head = mirror.store.head(key)
    # If it is replaced between the two requests, the older tag will not fit: refused.
    return Base(None, b"") if head is None else Base(head.tag, mirror.store.read(key))


def _ask_conditions(mirror: Mirror) -> None:
    """Ask once in a process: some small requests."""
    if not mirror.keeps_conditions:
        require_conditions(mirror.store)
        mirror.keeps_conditions = True


def finish(mirror: Mirror, layer: str, version: str, base: Base) -> None:
    """Make a version that is in the store the one in use, and follow locally.

    Raises
    ------
    PublishConflictError
        ``publish_conflict``: another version came into use since ``base``.
    VersionNotFoundError
        ``version_not_found``: somebody removed the version just now.
    StoreError
    """
    key = pointer_key(layer)
    content = pointer_content(version)
    mirror.store.delete(version_key(layer, version, LEFT))
    try:
        tag = mirror.store.swap(key, content, base.tag, "text/plain")
    except StoreConflictError:
        won = _now(mirror, key)
        if won.version != version:
            mirror.refresh(now=True)
            raise PublishConflictError(
                "publish_conflict",
                layer=layer,
                version=version,
                won=won.version or "-",
                when=won.when or "-",
                url=mirror.store.url,
            ) from None
    else:
        # Whoever removes versions looks at the pointer after hiding one, and we look
        # for the version after setting the pointer: one of the two sees the other.
        if mirror.store.head(version_key(layer, version)) is None:
            _take_back(mirror, key, base, tag)
            raise VersionNotFoundError(
                "version_not_found", layer=layer, version=version, known="-"
            )
    announce(mirror)
    before = read_pointer(base.content).version
    if before not in ("", version):
        _note_left(mirror, layer, before)
    mirror.refresh(now=True)


def _take_back(mirror: Mirror, key: str, base: Base, tag: str) -> None:
    if base.tag is None:
        mirror.store.delete(key)
    else:
        mirror.store.swap(key, base.content, tag, "text/plain")


def pointer_content(version: str) -> bytes:
    """Write a pointer that nobody else writes: with the time and a random number."""
    when = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return f"{version}\n{when} {secrets.token_hex(8)}\n".encode("ascii")


def _now(mirror: Mirror, key: str) -> Pointed:
    there = mirror.store.head(key)
    return Pointed("", "") if there is None else read_pointer(mirror.store.read(key))


def announce(mirror: Mirror) -> None:
    """Leave the mark by which other machines see that something changed."""
    mirror.store.put(CHANGED_KEY, f"{secrets.token_hex(8)}\n".encode(), "text/plain")


def upload(mirror: Mirror, layer: str, folder: Path) -> None:
    """Bring a finished local version into the store, unless it is there.

    Raises
    ------
    CatalogError
        ``catalog_version_exists``: a version of that name with other content is there;
        names are the first 12 digits of a hash.
    StoreError
    """
    version = folder.name
    sha256 = _sha256(mirror.local, layer, version)
    sweep(mirror, layer, (version,))
    if mirror.store.head(version_key(layer, version)) is None:
        _upload(mirror, layer, folder)
    if _sha256(mirror.store, layer, version) != sha256:
        raise CatalogError("catalog_version_exists", layer=layer, version=version)


def _sha256(store: Store, layer: str, version: str) -> str:
    """Answer the hash of a version's content, as it says of itself."""
    return str(json.loads(store.read(version_key(layer, version)))["sha256"])


def _upload(mirror: Mirror, layer: str, folder: Path) -> None:
    version = folder.name
    own = (METADATA, MANIFEST)
    files = [
        one
        for one in sorted(folder.iterdir())
        if one.is_file() and not one.name.startswith(".") and one.name not in own
    ]
    with ThreadPoolExecutor(4) as pool:
        content = _content_name(folder)
        sent = pool.map(lambda one: _kept(mirror, one, one.name == content), files)
        noted = dict(sent)
    listed = json.dumps(noted, indent=1, sort_keys=True).encode()
    mirror.local.put(version_key(layer, version, MANIFEST), listed)
    for name in (MANIFEST, METADATA):
        _adopt(mirror, version_key(layer, version, name))


def _content_name(folder: Path) -> str:
    """Answer the name of the file that the version is named by."""
    return str(json.loads((folder / METADATA).read_bytes())["path"])


def _kept(
    mirror: Mirror, file: Path, names_version: bool
) -> tuple[str, dict[str, object]]:
    """Upload a file; answer its name, size and hash as they are in the store."""
    key, size = mirror.key(file), file.stat().st_size
    media_type = _TYPES.get(file.suffix, "application/octet-stream")
    if size <= LARGEST_CREATED:
        if names_version:
            _settle(mirror, key, file, media_type)
        else:
            _adopt(mirror, key, media_type)
    else:
        head = mirror.store.head(key)
        if head is None or head.size != size:
            mirror.store.put(key, file, media_type)
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    return file.name, {"size": file.stat().st_size, "sha256": digest}


def _settle(mirror: Mirror, key: str, file: Path, media_type: str) -> None:
    """Upload what the version is named by; nothing else may be there."""
    try:
        mirror.store.create(key, file, media_type)
    except StoreConflictError:
        mirror.store.put(key, file, media_type)


def _adopt(mirror: Mirror, key: str, media_type: str = _JSON) -> None:
    """Upload a file that was made beside the content, or take the one that is there.

    Two who import the same content at once make the same version; the reports of one
    of them stay with it.
    """
    try:
        mirror.store.create(key, mirror.root / key, media_type)
    except StoreConflictError:
        mirror.local.put(key, mirror.store.read(key))


def _note_left(mirror: Mirror, layer: str, version: str) -> None:
    mirror.store.put(version_key(layer, version, LEFT), b"out of use\n", "text/plain")


def unused_s(mirror: Mirror, layer: str, version: str) -> float:
    """Answer how long a version has been out of use at least, in seconds.

    By the store's clock, up to the last change of the workspace. Where nobody noted
    when it went out of use, it is noted now, and 0 is answered.

    Raises
    ------
    StoreError
    """
    left = mirror.store.head(version_key(layer, version, LEFT))
    now = mirror.store.head(CHANGED_KEY)
    if left is None:
        _note_left(mirror, layer, version)
    if left is None or now is None:
        return 0.0
    return max(0.0, now.modified - left.modified)


def remove(mirror: Mirror, layer: str, version: str) -> bool:
    """Remove a version from the store, unless it is in use; whether it was removed.

    Raises
    ------
    StoreError
    """
    key = version_key(layer, version)
    there = mirror.store.head(key)
    kept = None if there is None else mirror.store.read(key)
    mirror.store.delete(key)
    if _now(mirror, pointer_key(layer)).version == version:
        if kept is not None:
            mirror.store.create(key, kept, _JSON)
        return False
    for other in mirror.store.keys(f"{LAYERS}/{layer}/{version}"):
        mirror.store.delete(other)
    return True


def sweep(mirror: Mirror, layer: str, also: Iterable[str] = ()) -> list[str]:
    """Remove what dead publishers left of a layer; answer the versions.

    Parameters
    ----------
    mirror : Mirror
    layer : str
    also : iterable of str
        Versions that the caller is about to upload: theirs go after a minute, so that
        no file is old enough to be swept by others while the rest is on its way.

    Raises
    ------
    StoreError
    """
    folders: dict[str, float] = {}
    heads = mirror.store.heads(f"{LAYERS}/{layer}")
    for key, head in heads.items():
        parts = key.split("/")
        if len(parts) > 3:
            folders[parts[2]] = max(folders.get(parts[2], 0.0), head.modified)
    now = time.time()
    gone = [
        version
        for version, newest in folders.items()
        if version_key(layer, version) not in heads
        and now - newest > (60 if version in also else UNFINISHED_KEPT_S)
    ]
    for version in gone:
        for key in mirror.store.keys(f"{LAYERS}/{layer}/{version}"):
            mirror.store.delete(key)
    return gone


def upload_check(mirror: Mirror, folder: Path) -> None:
    """Bring a kept check into the store, its report last.

    Raises
    ------
    StoreError
    """
    last = f"{CHECKS}/{folder.name}/{CHECK_REPORT}"
    if mirror.store.head(last) is not None:
        return
    for file in sorted(one for one in folder.rglob("*") if one.is_file()):
        if mirror.key(file) != last:
            mirror.store.put(mirror.key(file), file)
    mirror.store.put(last, folder / CHECK_REPORT, _JSON)
    announce(mirror)


def replace_file(mirror: Mirror, name: str, content: bytes) -> None:
    """Replace a file of the workspace itself, if it still is the one that was brought.

    Raises
    ------
    StoreConflictError
        ``store_changed``.
    StoreError
    """
    _ask_conditions(mirror)
    tag = mirror.store.swap(name, content, mirror.tag(name), _JSON)
    mirror.local.put(name, content)
    mirror.note(name, tag)
    announce(mirror)


def remove_file(mirror: Mirror, name: str) -> None:
    """Remove a file of the workspace itself."""
    mirror.store.delete(name)
    mirror.refresh(now=True)
    announce(mirror)
