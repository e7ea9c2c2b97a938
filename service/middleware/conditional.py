"""Validators and freshness: ETag, 304 and Cache-Control where a route set none."""

import hashlib

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.caching import NEVER, REVALIDATE, matches, private
from service.record import record_of

MAX_HASHED_BYTES = 8_000_000
"""A body above this is sent without an ETag of its own."""
# RFC 9110, section 15.4.5: what a 304 repeats; the rest belongs to a body.
_OF_A_BODY = ("content-length", "content-type", "content-encoding")


class Conditional:
    """Give GET answers a validator, and answer 304 to who has the same already.

    A route that can tell the validator before it works does better to ask
    :func:`service.caching.unless_known` first.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Conditioned(scope, send).send)


class _Conditioned:
    """The sending side of one answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.inner = send
        self.start: Message | None = None
        self.known = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._set_freshness(message)
            if self.scope["method"] == "GET" and message["status"] == 200:
                self.start = message
            else:
                await self.inner(message)
        elif self.start is not None:
            await self._first_body(self.start, message)
        elif not self.known:
            await self.inner(message)

    async def _first_body(self, start: Message, message: Message) -> None:
        self.start = None
        headers = MutableHeaders(scope=start)
        if "etag" not in headers and _hashable(headers, message):
            digest = hashlib.blake2b(message["body"], digest_size=12).hexdigest()
            headers["ETag"] = f'W/"{digest}"'
        wished = Headers(scope=self.scope).get("if-none-match")
        if wished and matches(wished, headers.get("etag", "")):
            self.known = True
            for name in _OF_A_BODY:
                del headers[name]
            await self.inner({**start, "status": 304, "headers": headers.raw})
            await self.inner({"type": "http.response.body", "body": b""})
            return
        await self.inner(start)
        await self.inner(message)

    def _set_freshness(self, start: Message) -> None:
        headers = MutableHeaders(scope=start)
        usual = REVALIDATE if start["status"] < 400 else NEVER
        headers.setdefault("Cache-Control", usual)
        if record_of(self.scope).caller.key_id:
            headers["Cache-Control"] = private(headers["Cache-Control"])


def _hashable(headers: MutableHeaders, message: Message) -> bool:
    whole = not message.get("more_body", False)
    few = 0 < len(message.get("body", b"")) <= MAX_HASHED_BYTES
    return whole and few and "no-store" not in headers["cache-control"]
