import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.types import Message

from service.middleware.body import BodyLimit
from service.middleware.metrics import Meters

MakeClient = Callable[..., TestClient]


def test_announced_size_is_refused(make_client: MakeClient) -> None:
    client = make_client(max_body_bytes=1000)
    assert client.post("/raw", content=b"x" * 1000).json() == 1000
    answer = client.post("/raw", content=b"x" * 1001)
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize("path", ["/raw", "/post"])
def test_unannounced_size_is_refused(
    make_client: MakeClient, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The client of the tests sends no end of a body that is given up.
    monkeypatch.setattr("service.middleware.body.DRAIN_S", 0.1)

    def pieces() -> Iterator[bytes]:
        for _ in range(20):
            yield b"x" * 100

    answer = make_client(max_body_bytes=1000).post(path, content=pieces())
    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 200_000,
        b'{"a":' * 200_000,
        b'{"a":' * 50_000 + b"1" + b"}" * 50_000,
        b'{"a": ',
        b"\xff\xfe\x00",
        b'{"a": 1e999999999999}',
        b'{"a": ' + b"9" * 10_000 + b"}",
    ],
)
def test_hard_deep_json_is_refused(make_client: MakeClient, body: bytes) -> None:
    headers = {"Content-Type": "application/json"}
    answer = make_client().post("/post", content=body, headers=headers)
    assert answer.status_code in (200, 400, 422)
    assert "Traceback" not in answer.text


def test_usual_json_is_read(make_client: MakeClient) -> None:
    assert make_client().post("/post", json={"a": [[[[1]]]]}).json() == 1


def test_refusal_does_not_repeat_a_whole_body(make_client: MakeClient) -> None:
    answer = make_client().post("/post", json="x" * 100_000)
    assert answer.status_code == 422
    assert len(answer.content) < 5_000


async def slow_body(pace_s: float, pieces: int, patience_s: float) -> int:
    """Send a body of few bytes slowly and answer the status."""
    sent: list[Message] = []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def receive() -> Message:
        nonlocal pieces
        await asyncio.sleep(pace_s)
        pieces -= 1
        return {"type": "http.request", "body": b"x", "more_body": pieces > 0}

    async def send(message: Message) -> None:
        sent.append(message)

    limit = BodyLimit(app, most_bytes=1000, patience_s=patience_s, meters=Meters())
    scope = {"type": "http", "method": "POST", "headers": []}
    try:
        await limit(scope, receive, send)
    except Exception as error:
        return int(getattr(error, "status_code", 0))
    return int(sent[0]["status"])


@pytest.mark.parametrize(
    ("pace_s", "pieces", "patience_s", "status"),
    [(0.01, 5, 600, 200), (0.5, 2, 0.1, 408), (0.03, 50, 0.2, 408)],
)
def test_crawling_body_is_given_up(
    pace_s: float, pieces: int, patience_s: float, status: int
) -> None:
    assert asyncio.run(slow_body(pace_s, pieces, patience_s)) == status
