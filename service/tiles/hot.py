"""Answers that never change, kept ready to be sent.

An address that names a version is answered with ``immutable``: the bytes at it stay
the same for ever. They are kept, up to a bound, in front of the application, so that
a tile asked for again costs one look-up.
"""

from collections import OrderedDict
from threading import Lock
from typing import NamedTuple

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.live import LiveCatalog

MOST_BYTES = 128 * 1024 * 1024
LARGEST_ANSWER = 2 * 1024 * 1024

Headers = list[tuple[bytes, bytes]]
Key = tuple[bytes, bytes, bool]


class Answer(NamedTuple):
    """A whole response."""

    status: int
    headers: Headers
    body: bytes
    etag: bytes


class HotTiles:
    """ASGI middleware that keeps immutable answers to GET.

    What is private, varies by anything but the encoding, or names no version passes
    through. When the application gets another catalogue everything is forgotten: a
    layer may have become restricted.

    Parameters
    ----------
    app : ASGIApp
    most_bytes : int
        Of all bodies kept together.
    """

    def __init__(self, app: ASGIApp, most_bytes: int = MOST_BYTES) -> None:
        self._app = app
        self._most_bytes = most_bytes
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._bytes = 0
        self._catalog: object = None
        self._lock = Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, else hand on and keep what comes back."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        packed = b"gzip" in asked.get(b"accept-encoding", b"")
        key = scope["path"].encode(), scope["query_string"], packed
        # Nothing else may look at the workspace while all that is asked for is kept.
        await _follow(scope)
        catalog = getattr(scope["app"].state, "catalog", None)
        known = self._known(key, catalog)
        if known is None or b"range" in asked:
            await self._app(scope, receive, _Listener(self, (key, catalog), send))
            return
        if asked.get(b"if-none-match") == known.etag:
            known = known._replace(status=304, body=b"")
        await _send(known, send)

    def _known(self, key: Key, catalog: object) -> Answer | None:
        with self._lock:
            if catalog is not self._catalog:
                self._answers.clear()
                self._bytes, self._catalog = 0, catalog
            known = self._answers.get(key)
            if known is not None:
                self._answers.move_to_end(key)
            return known

    def keep(self, key: Key, catalog: object, answer: Answer) -> None:
        """Keep an answer and forget those that were not asked for longest.

        One that was begun under another catalogue is not kept.
        """
        with self._lock:
            if catalog is not self._catalog:
                return
            replaced = self._answers.pop(key, None)
            self._answers[key] = answer
            self._bytes += len(answer.body) - (len(replaced.body) if replaced else 0)
            while self._bytes > self._most_bytes:
                _, oldest = self._answers.popitem(last=False)
                self._bytes -= len(oldest.body)


class _Listener:
    """Passes a response on and keeps it if it may be kept."""

    def __init__(self, hot: HotTiles, asked: tuple[Key, object], send: Send) -> None:
        self._hot = hot
        self._key, self._catalog = asked
        self._send = send
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message if _may_be_kept(message) else None
        elif self._start is not None:
            body = message.get("body", b"")
            # A streamed answer comes in several parts; tiles come in one.
            if not message.get("more_body") and len(body) <= LARGEST_ANSWER:
                headers = list(self._start["headers"])
                etag = dict(headers).get(b"etag", b"")
                answer = Answer(self._start["status"], headers, body, etag)
                self._hot.keep(self._key, self._catalog, answer)
            self._start = None
        await self._send(message)


async def _follow(scope: Scope) -> None:
    live = getattr(scope["app"].state, "live", None)
    if isinstance(live, LiveCatalog):
        await live.follow(scope["app"])


def _may_be_kept(start: Message) -> bool:
    headers = dict(start["headers"])
    control = headers.get(b"cache-control", b"")
    return (
        start["status"] in (200, 204)
        and b"immutable" in control
        and b"private" not in control
        and headers.get(b"vary", b"accept-encoding").lower() == b"accept-encoding"
    )


async def _send(answer: Answer, send: Send) -> None:
    headers = answer.headers
    if answer.status == 304:
        kept = (b"etag", b"cache-control", b"vary")
        headers = [pair for pair in headers if pair[0] in kept]
    start = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.body})
