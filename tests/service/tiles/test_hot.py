"""What is kept in front of the application, and what never is."""

from typing import Any

import anyio
import pytest

from service.tiles.hot import HotTiles

IMMUTABLE = b"public, max-age=31536000, immutable"


class Counted:
    """An application that says how often it was asked."""

    def __init__(self, headers: dict[bytes, bytes], status: int = 200) -> None:
        self.asked = 0
        self.headers = headers
        self.status = status

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        self.asked += 1
        headers = list(self.headers.items())
        start = {"type": "http.response.start", "status": self.status}
        await send({**start, "headers": headers})
        await send({"type": "http.response.body", "body": b"%d" % self.asked})


class App:
    def __init__(self) -> None:
        self.state = type("State", (), {"catalog": object()})()


def ask(
    hot: HotTiles, app: App, path: str = "/t", method: str = "GET", **headers: str
) -> tuple[int, bytes, dict[bytes, bytes]]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request"}

    named = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "headers": named,
        "app": app,
    }
    anyio.run(hot, scope, receive, send)
    return sent[0]["status"], sent[1]["body"], dict(sent[0]["headers"])


def kept(headers: dict[bytes, bytes], status: int = 200) -> bool:
    app, inner = App(), Counted(headers, status)
    hot = HotTiles(inner)
    ask(hot, app)
    ask(hot, app)
    return inner.asked == 1


def test_immutable_answers_are_kept() -> None:
    assert kept({b"cache-control": IMMUTABLE, b"vary": b"Accept-Encoding"})
    assert kept({b"cache-control": IMMUTABLE}, status=204)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({b"cache-control": b"public, no-cache"}, 200),
        ({b"cache-control": b"private, immutable"}, 200),
        ({b"cache-control": IMMUTABLE, b"vary": b"Accept, Accept-Encoding"}, 200),
        ({b"cache-control": IMMUTABLE, b"vary": b"Authorization"}, 200),
        ({b"cache-control": IMMUTABLE}, 404),
        ({b"cache-control": IMMUTABLE}, 206),
    ],
)
def test_others_are_not(headers: dict[bytes, bytes], status: int) -> None:
    assert not kept(headers, status)


def test_packed_and_plain_answers_are_told_apart() -> None:
    app, inner = App(), Counted({b"cache-control": IMMUTABLE})
    hot = HotTiles(inner)
    assert ask(hot, app)[1] == b"1"
    assert ask(hot, app, accept_encoding="br, gzip")[1] == b"2"
    assert ask(hot, app)[1] == b"1"


def test_who_has_it_gets_304_from_what_is_kept() -> None:
    app, inner = App(), Counted({b"cache-control": IMMUTABLE, b"etag": b'"a"'})
    hot = HotTiles(inner)
    ask(hot, app)
    status, body, headers = ask(hot, app, if_none_match='"a"')
    assert (status, body, inner.asked) == (304, b"", 1)
    assert headers[b"etag"] == b'"a"'
    assert ask(hot, app, if_none_match='"b"')[0] == 200


def test_head_and_ranges_pass_through() -> None:
    app, inner = App(), Counted({b"cache-control": IMMUTABLE})
    hot = HotTiles(inner)
    ask(hot, app)
    ask(hot, app, method="HEAD")
    ask(hot, app, range="bytes=0-1")
    assert inner.asked == 3


def test_another_catalogue_forgets_everything() -> None:
    app, inner = App(), Counted({b"cache-control": IMMUTABLE})
    hot = HotTiles(inner)
    ask(hot, app)
    app.state.catalog = object()
    ask(hot, app)
    assert inner.asked == 2


def test_what_was_not_asked_for_longest_goes_first() -> None:
    app, inner = App(), Counted({b"cache-control": IMMUTABLE})
    hot = HotTiles(inner, most_bytes=2)
    for path in ("/a", "/b", "/a", "/c"):
        ask(hot, app, path)
    assert inner.asked == 3
    ask(hot, app, "/a")
    assert inner.asked == 3
    ask(hot, app, "/b")
    assert inner.asked == 4
