"""Brotli or gzip for text, as the client wishes; never for what is compressed."""

import zlib
from collections.abc import Callable
from typing import Protocol

import brotli
from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LEAST_BYTES = 600
"""A shorter body fits into one packet anyway."""
IN_THREAD_BYTES = 65_536
"""Pieces above this are compressed beside the event loop (about 1 ms of work)."""
_TYPES = (
    b"text/",
    b"application/json",
    b"application/geo+json",
    b"application/problem+json",
    b"application/schema+json",
    b"application/vnd.oai.openapi+json",
    b"application/vnd.google-earth.kml+xml",
    b"application/vnd.mapbox.style+json",
    b"application/javascript",
    b"application/xml",
    b"image/svg+xml",
)
_GZIP_WINDOW = 31
"""15 bits of window, and 16 for a gzip head."""


class _Compressor(Protocol):
    def add(self, data: bytes) -> bytes: ...
    def end(self) -> bytes: ...


class _Brotli:
    def __init__(self) -> None:
        # Quality 4 takes about the time of gzip 6 and is smaller.
        self.made = brotli.Compressor(quality=4)

    def add(self, data: bytes) -> bytes:
        return bytes(self.made.process(data)) + bytes(self.made.flush())

    def end(self) -> bytes:
        return bytes(self.made.finish())


class _Gzip:
    def __init__(self) -> None:
        self.made = zlib.compressobj(6, zlib.DEFLATED, _GZIP_WINDOW)

    def add(self, data: bytes) -> bytes:
        return self.made.compress(data) + self.made.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self.made.flush()


_CODINGS: dict[str, Callable[[], _Compressor]] = {"br": _Brotli, "gzip": _Gzip}


class Compression:
    """Compress answers whose type is text.

    An ETag becomes a weak one, since the bytes are others. A part of a file (206) and
    an answer that names its own coding stay as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        squeezed = _Squeezed(scope, send)
        await self.app(scope, receive, squeezed.send)


class _Squeezed:
    """The sending side of one answer."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.scope = scope
        self.inner = send
        self.coding: str | None = None
        self.start: Message | None = None
        self.compressor: _Compressor | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if message["status"] == 304:
                MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
            elif _compressible(message):
                MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
                wished = Headers(scope=self.scope).get("accept-encoding", "")
                self.coding = chosen_coding(wished)
                if self.coding is not None:
                    self.start = message
                    return
            await self.inner(message)
        elif message["type"] == "http.response.body" and (
            self.start is not None or self.compressor is not None
        ):
            await self._body(message)
        else:
            await self.inner(message)

    async def _body(self, message: Message) -> None:
        body, more = message.get("body", b""), message.get("more_body", False)
        if self.start is not None:
            start, self.start = self.start, None
            if not more and len(body) >= LEAST_BYTES:
                await self._whole(start, body)
                return
            if more:
                assert self.coding is not None
                self.compressor = _CODINGS[self.coding]()
                _recode(start, self.coding)
            await self.inner(start)
        if self.compressor is None:
            await self.inner(message)
            return
        # An empty piece is sent on at once: a flush would only add bytes.
        body = await self._compressed(body, more=more)
        await self.inner({**message, "body": body})

    async def _whole(self, start: Message, body: bytes) -> None:
        """Send an answer that came in one piece; its length is known."""
        assert self.coding is not None
        self.compressor = _CODINGS[self.coding]()
        squeezed = await self._compressed(body, more=False)
        _recode(start, self.coding)
        MutableHeaders(scope=start)["Content-Length"] = str(len(squeezed))
        await self.inner(start)
        await self.inner({"type": "http.response.body", "body": squeezed})

    async def _compressed(self, body: bytes, *, more: bool) -> bytes:
        compressor = self.compressor
        assert compressor is not None

        def work() -> bytes:
            made = compressor.add(body) if body else b""
            return made if more else made + compressor.end()

        return await to_thread.run_sync(work) if len(body) > IN_THREAD_BYTES else work()


def chosen_coding(wished: str) -> str | None:
    """Answer ``br``, ``gzip`` or None by an ``Accept-Encoding`` header; br on a tie."""
    weights = {"br": 0.0, "gzip": 0.0}
    for part in wished.split(","):
        name, _, parameter = part.partition(";")
        coding = name.strip().lower()
        for one in weights if coding == "*" else (coding,):
            if one in weights:
                weights[one] = _quality(parameter)
    best = max(weights, key=lambda one: weights[one])
    return best if weights[best] > 0 else None


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0


def _compressible(start: Message) -> bool:
    headers = dict(start["headers"])
    return (
        headers.get(b"content-type", b"").startswith(_TYPES)
        and start["status"] not in (204, 206, 304)
        and b"content-encoding" not in headers
        and b"no-transform" not in headers.get(b"cache-control", b"")
    )


def _recode(start: Message, coding: str) -> None:
    headers = MutableHeaders(scope=start)
    headers["Content-Encoding"] = coding
    del headers["Content-Length"]
    tag = headers.get("etag")
    if tag is not None and not tag.startswith("W/"):
        headers["ETag"] = f"W/{tag}"
