"""What is kept of one request while it is answered, and the id it is known by.

The record is shared by all middlewares, the access guard and the log lines.
"""

import secrets
import time
from collections.abc import MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from service.callers import ANYBODY, Caller

CURRENT_ID: ContextVar[str] = ContextVar("request_id", default="")
"""Id of the request that runs here; threads and tasks inherit it."""


@dataclass(slots=True)
class Record:
    """One request on its way.

    Parameters
    ----------
    request_id : str
    started : float
        ``time.perf_counter()`` at its arrival.
    route : str
        Template of the route, e.g. ``/collections/{layer_id}``; empty where none fits.
    status : int
        Of the answer; 0 until it starts.
    body_bytes : int
        Sent so far.
    caller : Caller
        Who asks; nobody in particular without a key.
    """

    request_id: str
    started: float = field(default_factory=time.perf_counter)
    route: str = ""
    status: int = 0
    body_bytes: int = 0
    caller: Caller = ANYBODY


def record_of(scope: MutableMapping[str, Any]) -> Record:
    """Answer the record of a request; one that nobody observes gets its own."""
    state = scope.setdefault("state", {})
    record = state.get("record")
    if not isinstance(record, Record):
        record = state["record"] = Record(secrets.token_hex(8))
    return record
