import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient
from starlette.types import Message

from service.middleware.capacity import Capacity, TimeLimit
from service.middleware.metrics import Meters

MakeClient = Callable[..., TestClient]


def capacity(client: TestClient) -> Capacity:
    """Find the middleware inside a running app."""
    app = client.app
    assert isinstance(app, FastAPI)
    one = app.middleware_stack
    while not isinstance(one, Capacity):
        one = one.app  # type: ignore[union-attr]
    return one


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_more_than_fits_is_refused_at_once(make_client: MakeClient) -> None:
    with make_client(max_requests=2, request_seconds=600) as client:
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(client.get("/held").status_code)
            )
            for _ in range(2)
        ]
        for one in threads:
            one.start()
        until(lambda: capacity(client).running == 2)
        refused = client.get("/short")
        assert refused.status_code == 503
        assert refused.json()["code"] == "too_busy"
        assert refused.headers["retry-after"]
        assert client.get("/health").status_code == 200
        # Both were refused and answered while the others were still at it.
        assert answers == []
        client.app.state.go_on.set()  # type: ignore[attr-defined]
        for one in threads:
            one.join()
        assert answers == [200, 200]
        assert client.get("/short").status_code == 200
        assert capacity(client).running == 0


def test_answer_that_does_not_begin_in_time(make_client: MakeClient) -> None:
    with make_client(request_seconds=0.2) as client, ThreadPoolExecutor(1) as threads:
        asked = threads.submit(client.get, "/held")
        until(lambda: given_up(client) == 1)
        client.app.state.go_on.set()  # type: ignore[attr-defined]
        answer = asked.result()
        assert answer.status_code == 503
        assert answer.json()["code"] == "request_timed_out"
        assert answer.headers["x-request-id"]
        # The next one is in time, unless this machine stands still.
        until(lambda: client.get("/short").status_code == 200)


def given_up(client: TestClient) -> int:
    """Count the requests that did not begin in time."""
    known = capacity(client).meters.registry
    return int(
        known.get_sample_value("ecobarrier_refused_total", {"limit": "time"}) or 0
    )


def test_client_is_told_in_time_and_the_place_is_kept() -> None:
    async def scene() -> None:
        told: list[Message] = []
        done = asyncio.Event()

        async def app(_scope: Any, _receive: Any, send: Any) -> None:
            await done.wait()
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"late"})

        async def send(message: Message) -> None:
            told.append(message)

        async def receive() -> Message:
            return {"type": "http.disconnect"}

        meters = Meters()
        limit = TimeLimit(app, seconds=0.05, meters=meters)
        capacity = Capacity(limit, most=5, meters=meters)
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/a",
            "query_string": b"",
            "headers": [],
        }
        asked = asyncio.ensure_future(capacity(scope, receive, send))
        while len(told) < 2:
            await asyncio.sleep(0.01)
        assert [one.get("status") for one in told] == [503, None]
        assert capacity.running == 1
        done.set()
        await asked
        assert capacity.running == 0
        assert len(told) == 2
        assert told[1]["body"] != b"late"

    asyncio.run(scene())


def test_begun_answer_may_take_its_time(make_client: MakeClient) -> None:
    client = make_client(request_seconds=0.3)
    # Again where this machine stood still before it began.
    until(lambda: client.get("/stream?pause=0.5").content == b"0123456789" * 10_000)


@pytest.mark.parametrize("path", ["/fault", "/fault-in-stream", "/nowhere"])
def test_place_is_given_back(make_client: MakeClient, path: str) -> None:
    client = make_client(max_requests=1)
    for _ in range(3):
        client.get(path)
    assert client.get("/short").status_code == 200
