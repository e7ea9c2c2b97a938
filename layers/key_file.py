"""The file of API keys in a workspace: what is known of each, never the key itself."""

import json
from datetime import datetime
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from layers.errors import CatalogError
from layers.models import Model, Sha256
from layers.root_files import replace_root_file
from layers.workspace import first_fault

FILE = "keys.json"

KeyScope = Literal["write", "restricted", "jobs"]
"""``write`` changes something; ``restricted`` sees layers that others may not;
``jobs`` lists and cancels everybody's jobs, without their results."""


class KeyRecord(Model):
    """What is kept of a key.

    The secret is 256 random bits, so one round of SHA-256 keeps it as well as a slow
    hash would: there is nothing to guess.
    """

    id: str
    name: str
    scopes: frozenset[KeyScope]
    secret_sha256: Sha256
    created: datetime
    expires: datetime | None = None
    revoked: datetime | None = None


_RECORDS = TypeAdapter(list[KeyRecord])


def read_keys(workspace: Path) -> list[KeyRecord]:
    """Answer all keys of a workspace, in the order they were made; none without file.

    Raises
    ------
    CatalogError
        ``keys_unreadable``.
    """
    file = workspace / FILE
    try:
        return _RECORDS.validate_json(file.read_bytes())
    except FileNotFoundError:
        return []
    except OSError as error:
        reason = error.strerror or ""
        raise CatalogError("keys_unreadable", file=FILE, reason=reason) from error
    except ValidationError as error:
        reason = first_fault(error)
        raise CatalogError("keys_unreadable", file=FILE, reason=reason) from error


def write_keys(workspace: Path, records: list[KeyRecord]) -> None:
    """Replace the file as a whole; nobody but its owner may read it.

    Raises
    ------
    LayerWriteError
    StoreConflictError
        ``store_changed``: the workspace is in a store, and another machine replaced the
        file since it was brought.
    """
    text = json.dumps(_RECORDS.dump_python(records, mode="json"), indent=2)
    replace_root_file(workspace, FILE, f"{text}\n".encode(), private=True)


def keys_stamp(workspace: Path) -> tuple[int, int] | None:
    """Answer what changes when the file does; None where there is none."""
    try:
        state = (workspace / FILE).stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_ino
