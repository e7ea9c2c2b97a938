import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient


@pytest.mark.parametrize("path", ["/text", "/short", "/picture", "/tagged/a"])
def test_same_headers_without_the_body(client: TestClient, path: str) -> None:
    full, head = client.get(path), client.head(path)
    assert head.status_code == 200
    assert head.content == b""
    ours = {"x-request-id", "date"}
    assert {k: v for k, v in head.headers.items() if k not in ours} == {
        k: v for k, v in full.headers.items() if k not in ours
    }


def test_stream_is_stopped_at_its_start(client: TestClient) -> None:
    app = client.app
    assert isinstance(app, FastAPI)
    client.get("/stream")
    assert app.state.pieces == 100
    assert client.head("/stream").status_code == 200
    assert app.state.pieces < 5


@pytest.mark.parametrize(("path", "status"), [("/nowhere", 404), ("/fault", 500)])
def test_refusals_have_no_body(client: TestClient, path: str, status: int) -> None:
    answer = client.head(path)
    assert (answer.status_code, answer.content) == (status, b"")


def test_head_is_not_for_what_cannot_be_got(client: TestClient) -> None:
    answer = client.head("/post")
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"


def test_allowed_methods_name_head(client: TestClient) -> None:
    assert client.delete("/text").headers["allow"] == "GET, HEAD"
