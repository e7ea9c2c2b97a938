"""Who asks, and how often: API keys and rate limits."""

import base64
import binascii
import ipaddress
import math
import time
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from geo.messages import render
from service import problems
from service.buckets import Buckets
from service.callers import ANYBODY, Caller
from service.keys import KeyRing
from service.middleware.metrics import Meters
from service.record import record_of

KEY_HEADER = "X-API-Key"
UNLIMITED = frozenset({"/health", "/ready", "/metrics"})
"""What watches the service must not be refused by its limits."""

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="ecobarrier"'}


class Callers:
    """Resolve the API key of a request, and hold each caller to its rate.

    A key may stand in ``X-API-Key``, as ``Authorization: Bearer``, or, for reading
    only, as the password of ``Authorization: Basic``: a browser sends that one by
    itself, so it must not open what changes something.

    Parameters
    ----------
    app : ASGIApp
    keys : KeyRing
    by_address, by_key : Buckets or None
        Without a key the address counts, with one the key. None: no limit.
    meters : Meters
    limit_loopback : bool
        Whether callers on this machine are held to the rate of an address.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        keys: KeyRing,
        by_address: Buckets | None,
        by_key: Buckets | None,
        meters: Meters,
        limit_loopback: bool = False,
    ) -> None:
        self.app = app
        self.keys = keys
        self.by_address = by_address
        self.by_key = by_key
        self.meters = meters
        self.limit_loopback = limit_loopback

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        key = presented_key(scope)
        caller = ANYBODY if key is None else self.keys.caller(key)
        wait_s = self._wait(scope, caller)
        if wait_s > 0:
            self.meters.refused.labels("rate").inc()
            response = _too_many(Request(scope), wait_s)
            await response(scope, receive, send)
        elif caller is None:
            response = _unknown_key(Request(scope))
            await response(scope, receive, send)
        else:
            record_of(scope).caller = caller
            await self.app(scope, receive, send)

    def _wait(self, scope: Scope, caller: Caller | None) -> float:
        """Seconds until the caller may ask again; 0 if now."""
        now = time.monotonic()
        if caller is not None and caller.key_id:
            return 0.0 if self.by_key is None else self.by_key.take(caller.key_id, now)
        address = limited_address(scope, loopback=self.limit_loopback)
        if self.by_address is None or address is None:
            return 0.0
        return self.by_address.take(address, now)


def presented_key(scope: Scope) -> str | None:
    """Answer the key that a request presents; None without one."""
    for name, value in scope["headers"]:
        if name == b"x-api-key":
            return str(value.decode("latin-1")).strip()
        if name == b"authorization":
            kind, _, text = value.decode("latin-1").partition(" ")
            if kind.lower() == "bearer":
                return str(text).strip()
            if kind.lower() == "basic" and scope["method"] in ("GET", "HEAD"):
                return _password(text)
    return None


def _password(text: str) -> str:
    try:
        words = base64.b64decode(text.strip(), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return words.partition(":")[2]


def limited_address(scope: Scope, *, loopback: bool) -> str | None:
    """Answer what the rate of an address is counted by; None where it is not limited.

    IPv6 callers own a /64 network at least, so that counts.
    """
    client = scope.get("client")
    try:
        address = ipaddress.ip_address(client[0] if client else "")
    except ValueError:
        return None
    if address.is_loopback and not loopback:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


def _too_many(request: Request, wait_s: float) -> problems.ProblemResponse:
    seconds = math.ceil(wait_s)
    details: dict[str, object] = {"seconds": seconds}
    return problems.problem(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        "rate_limited",
        render("rate_limited", details),
        details=details,
        headers={"Retry-After": str(seconds)},
    )


def _unknown_key(request: Request) -> problems.ProblemResponse:
    code = "key_unknown"
    return problems.problem(
        request, HTTPStatus.UNAUTHORIZED, code, render(code, {}), headers=_CHALLENGE
    )
