import pytest
from starlette.testclient import TestClient


@pytest.mark.parametrize("coding", ["identity", "br", "gzip"])
@pytest.mark.parametrize("path", ["/text", "/short", "/tagged/a"])
def test_known_answer_is_not_sent_again(
    client: TestClient, path: str, coding: str
) -> None:
    asked = {"Accept-Encoding": coding}
    first = client.get(path, headers=asked)
    tag = first.headers["etag"]
    again = client.get(path, headers={**asked, "If-None-Match": tag})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"].removeprefix("W/") == tag.removeprefix("W/")
    assert again.headers["cache-control"] == first.headers["cache-control"]
    assert again.headers.get("vary") == first.headers.get("vary")
    assert "content-type" not in again.headers
    assert "content-encoding" not in again.headers


@pytest.mark.parametrize(
    ("wished", "status"),
    [
        ('"a"', 304),
        ('W/"a"', 304),
        ('"x", "a"', 304),
        ("*", 304),
        ('"b"', 200),
        ("a", 200),
        ("", 200),
    ],
)
def test_tags_are_compared_weakly(client: TestClient, wished: str, status: int) -> None:
    answer = client.get("/tagged/a", headers={"If-None-Match": wished})
    assert answer.status_code == status


def test_other_content_has_another_tag(client: TestClient) -> None:
    assert client.get("/text").headers["etag"] != client.get("/short").headers["etag"]


def test_refusals_are_not_kept(client: TestClient) -> None:
    answer = client.get("/nowhere", headers={"If-None-Match": "*"})
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_stream_is_not_held_for_a_tag(client: TestClient) -> None:
    assert "etag" not in client.get("/stream").headers
