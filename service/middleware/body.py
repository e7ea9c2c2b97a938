"""How large a body may be and how slowly it may come."""

import asyncio
import time
from typing import NoReturn

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service import problems
from service.errors import RequestError, SlowBodyError, TooLargeError, status_of
from service.middleware.metrics import Meters

DRAIN_S = 5.0
"""A client that sends a whole body before it reads must be let finish, or it sees a
broken connection in place of the refusal."""
SLOWEST_BYTES_PER_S = 1024


class BodyLimit:
    """Refuse a body above ``most_bytes`` with 413 and one that crawls with 408.

    Parameters
    ----------
    app : ASGIApp
    most_bytes : int
    patience_s : float
        Seconds without a byte that are borne; also the time in which a slow body
        need not yet keep the least pace of 1 kB/s.
    meters : Meters
    """

    def __init__(
        self, app: ASGIApp, *, most_bytes: int, patience_s: float, meters: Meters
    ) -> None:
        self.app = app
        self.most_bytes = most_bytes
        self.patience_s = patience_s
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        length, waits = _announced(scope)
        if length > self.most_bytes:
            self.meters.refused.labels("body").inc()
            if not waits:
                await _drain(receive)
            response = problems.http_problem(Request(scope), self.too_large())
            await response(scope, receive, send)
            return
        watch = _Watch(self, receive)
        await self.app(scope, watch.receive, send)

    def too_large(self) -> HTTPException:
        """Answer the refusal of a body above the limit."""
        details = {"most": self.most_bytes, "field": "max_body_bytes"}
        return _passing(TooLargeError("body_too_large", **details))


class _Watch:
    """Count what comes of one body, and when."""

    def __init__(self, limit: BodyLimit, receive: Receive) -> None:
        self.limit = limit
        self.inner = receive
        self.bytes = 0
        self.waited_s = 0.0
        self.whole = False

    async def receive(self) -> Message:
        if self.whole:
            return await self.inner()
        began = time.monotonic()
        try:
            async with asyncio.timeout(self.limit.patience_s):
                message = await self.inner()
        except TimeoutError:
            self._refuse(self._too_slow())
        self.waited_s += time.monotonic() - began
        self.bytes += len(message.get("body", b""))
        self.whole = not message.get("more_body", False)
        if self.bytes > self.limit.most_bytes:
            await _drain(self.inner)
            self._refuse(self.limit.too_large())
        late_s = self.waited_s - self.limit.patience_s
        if not self.whole and late_s * SLOWEST_BYTES_PER_S > self.bytes:
            self._refuse(self._too_slow())
        return message

    def _too_slow(self) -> HTTPException:
        details = {"seconds": self.limit.patience_s, "field": "slow_client_seconds"}
        return _passing(SlowBodyError("body_too_slow", **details))

    def _refuse(self, error: HTTPException) -> NoReturn:
        self.limit.meters.refused.labels("body").inc()
        raise error


def _passing(error: RequestError) -> HTTPException:
    """Put a refusal into what the framework lets through where it reads a body."""
    passing = HTTPException(status_of(error), headers={"Connection": "close"})
    passing.__cause__ = error
    return passing


def _announced(scope: Scope) -> tuple[int, bool]:
    """Answer the length of the body, 0 if not said, and whether the client waits."""
    length, waits = 0, False
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            length = int(value)
        elif name == b"expect":
            waits = True
    return length, waits


async def _drain(receive: Receive) -> None:
    try:
        async with asyncio.timeout(DRAIN_S):
            while True:
                message = await receive()
                if not message.get("more_body", False):
                    return
    except TimeoutError:
        return
