import asyncio

import pytest
from service.head import HeadAsGet
from starlette.types import Message, Receive, Scope, Send


async def page(scope: Scope, _receive: Receive, send: Send) -> None:
    if scope["type"] != "http":
        return
    headers = [(b"method", scope["method"].encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"one", "more_body": True})
    await send({"type": "http.response.body", "body": b"two"})


@pytest.mark.parametrize(
    ("method", "seen", "body"),
    [("HEAD", b"GET", b""), ("GET", b"GET", b"onetwo"), ("POST", b"POST", b"onetwo")],
)
def test_head_is_get_without_the_body(method: str, seen: bytes, body: bytes) -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": method}
    asyncio.run(HeadAsGet(page)(scope, receive, send))
    assert sent[0]["headers"] == [(b"method", seen)]
    assert b"".join(one["body"] for one in sent[1:]) == body
    assert scope["method"] == method


def test_other_protocols_pass() -> None:
    async def nothing() -> Message:
        return {"type": "lifespan.startup"}

    async def send(_: Message) -> None:
        raise AssertionError

    asyncio.run(HeadAsGet(page)({"type": "lifespan"}, nothing, send))
