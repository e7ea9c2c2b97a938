"""Whether a store keeps the conditions that publishing rests on.

Some S3-compatible stores take a write with ``If-None-Match`` or ``If-Match`` and
ignore the condition: of two who publish at once both would believe that they won, and
one version would be lost without a word. Nothing a store says of itself tells that, so
two writes that must be refused are tried.
"""

import secrets

from layers.errors import StoreConflictError, StoreError
from layers.storage.folder import FolderStore
from layers.storage.layout import CONDITIONS
from layers.storage.store import Store

_NO_TAG = '"00000000000000000000000000000000"'
"""Written as tags are (RFC 9110, section 8.8.3), and of no content here."""


def require_conditions(store: Store) -> None:
    """Refuse a store that ignores conditions.

    Leaves a file of some bytes there, :data:`layers.storage.layout.CONDITIONS`, and
    asks for no right to delete it. Folders are not asked: locks keep others away.

    Raises
    ------
    StoreError
        ``store_ignores_conditions``; or the store cannot be asked.
    """
    if isinstance(store, FolderStore):
        return
    if store.head(CONDITIONS) is None:
        store.put(CONDITIONS, _content(), "text/plain")
    try:
        store.create(CONDITIONS, _content(), "text/plain")
    except StoreConflictError:
        pass
    else:
        raise _ignored(store, "If-None-Match")
    try:
        store.swap(CONDITIONS, _content(), _NO_TAG, "text/plain")
    except StoreConflictError:
        return
    raise _ignored(store, "If-Match")


def _content() -> bytes:
    # Its own each time: a write of ours whose answer was lost is known by it.
    return f"are conditions kept? {secrets.token_hex(8)}\n".encode("ascii")


def _ignored(store: Store, condition: str) -> StoreError:
    return StoreError("store_ignores_conditions", url=store.url, condition=condition)
