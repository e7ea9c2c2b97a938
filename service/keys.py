"""API keys: made, checked and revoked; a key is ``eco_<id>_<secret>``.

The secret is shown once and kept nowhere; the workspace keeps its SHA-256.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from layers.key_file import KeyRecord, KeyScope, keys_stamp, read_keys, write_keys
from service.callers import Caller
from service.errors import RequestError

_KEY = re.compile(r"eco_([0-9a-f]{8})_([A-Za-z0-9_-]{43})")
_NO_SECRET = "0" * 64


class KeyRing:
    """The keys of a workspace; a change of the file counts from the next request.

    Parameters
    ----------
    workspace : Path or None
        Without one there is no key.
    """

    def __init__(self, workspace: Path | None) -> None:
        self.workspace = workspace
        self._stamp: tuple[int, int] | None = None
        self._records: dict[str, KeyRecord] = {}

    def caller(self, key: str) -> Caller | None:
        """Answer who holds a key; None where it is unknown, revoked or expired."""
        parts = _KEY.fullmatch(key)
        if parts is None:
            return None
        record = self._current().get(parts[1])
        kept = _NO_SECRET if record is None else record.secret_sha256
        # Compared also for an unknown id: the time must not tell which ids exist.
        right = hmac.compare_digest(_digest(parts[2]), kept)
        if record is None or not right or not _valid(record):
            return None
        return Caller(record.id, record.scopes)

    def _current(self) -> dict[str, KeyRecord]:
        if self.workspace is None:
            return {}
        stamp = keys_stamp(self.workspace)
        if stamp != self._stamp:
            self._records = {one.id: one for one in read_keys(self.workspace)}
            self._stamp = stamp
        return self._records if stamp is not None else {}


def add_key(
    workspace: Path,
    name: str,
    scopes: Iterable[KeyScope],
    days: int | None = None,
) -> tuple[str, KeyRecord]:
    """Make a key.

    Parameters
    ----------
    workspace : Path
        Made if it does not exist.
    name : str
        For whom or what, so that it can be told from others later.
    scopes : iterable of {"write", "restricted", "jobs"}
    days : int, optional
        How long it holds; for ever if not given.

    Returns
    -------
    str
        The key, to be handed over now: it cannot be read back.
    KeyRecord
        What is kept.
    """
    key_id, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    now = datetime.now(UTC).replace(microsecond=0)
    record = KeyRecord(
        id=key_id,
        name=name,
        scopes=frozenset(scopes),
        secret_sha256=_digest(secret),
        created=now,
        expires=None if days is None else now + timedelta(days=days),
    )
    write_keys(workspace, [*read_keys(workspace), record])
    return f"eco_{key_id}_{secret}", record


def revoke_key(workspace: Path, key_id: str) -> KeyRecord:
    """Close a key from now on; it stays in the list.

    Raises
    ------
    RequestError
        ``key_not_found``.
    """
    records = read_keys(workspace)
    found = {one.id: place for place, one in enumerate(records)}
    if key_id not in found:
        raise RequestError("key_not_found", key=key_id)
    place = found[key_id]
    if records[place].revoked is None:
        now = datetime.now(UTC).replace(microsecond=0)
        records[place] = records[place].model_copy(update={"revoked": now})
        write_keys(workspace, records)
    return records[place]


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _valid(record: KeyRecord) -> bool:
    unexpired = record.expires is None or datetime.now(UTC) < record.expires
    return record.revoked is None and unexpired
