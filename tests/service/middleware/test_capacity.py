import threading
import time
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.middleware.capacity import Capacity

MakeClient = Callable[..., TestClient]


def capacity(client: TestClient) -> Capacity:
    """Find the middleware inside a running app."""
    app = client.app
    assert isinstance(app, FastAPI)
    one = app.middleware_stack
    while not isinstance(one, Capacity):
        one = one.app  # type: ignore[union-attr]
    return one


def test_more_than_fits_is_refused_at_once(make_client: MakeClient) -> None:
    with make_client(max_requests=2) as client:
        answers: list[int] = []
        threads = [
            threading.Thread(
                target=lambda: answers.append(client.get("/sleep/0.6").status_code)
            )
            for _ in range(2)
        ]
        for one in threads:
            one.start()
        time.sleep(0.2)
        began = time.monotonic()
        refused = client.get("/short")
        assert time.monotonic() - began < 0.3
        assert refused.status_code == 503
        assert refused.json()["code"] == "too_busy"
        assert refused.headers["retry-after"]
        assert client.get("/health").status_code == 200
        for one in threads:
            one.join()
        assert answers == [200, 200]
        assert client.get("/short").status_code == 200
        assert capacity(client).running == 0


def test_answer_that_does_not_begin_in_time(make_client: MakeClient) -> None:
    with make_client(request_seconds=0.2) as client:
        answer = client.get("/sleep/0.8")
        assert answer.status_code == 503
        assert answer.json()["code"] == "request_timed_out"
        assert answer.headers["x-request-id"]
        assert capacity(client).running == 1, "the thread is still at work"
        time.sleep(0.9)
        assert client.get("/short").status_code == 200
        assert capacity(client).running == 0


def test_begun_answer_may_take_its_time(make_client: MakeClient) -> None:
    client = make_client(request_seconds=0.3)
    assert len(client.get("/stream").content) == 100_000


@pytest.mark.parametrize("path", ["/fault", "/fault-in-stream", "/nowhere"])
def test_place_is_given_back(make_client: MakeClient, path: str) -> None:
    client = make_client(max_requests=1)
    for _ in range(3):
        client.get(path)
    assert client.get("/short").status_code == 200
