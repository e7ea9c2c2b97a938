from typing import Any

import pytest
from fastapi import HTTPException, Request

from service.caching import (
    IMMUTABLE,
    layer_tag,
    matches,
    private,
    unless_known,
)


def request(path: str = "/a", query: str = "", **headers: str) -> Request:
    pairs = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "server": ("host", 80),
        "path": path,
        "query_string": query.encode(),
        "headers": pairs,
    }
    return Request(scope)


def test_tag_follows_all_that_the_answer_rests_on(make_spec: Any) -> None:
    one = make_spec("one")
    tag = layer_tag(request(), [one], "json")
    assert tag == layer_tag(request(), [one], "json")
    others = {
        layer_tag(request("/b"), [one], "json"),
        layer_tag(request(query="limit=2"), [one], "json"),
        layer_tag(request(), [one], "html"),
        layer_tag(request(), [make_spec("two")], "json"),
        layer_tag(request(), [one, make_spec("two")], "json"),
        layer_tag(request(host="other"), [one], "json"),
        layer_tag(request(), [one], "json", strong=False),
    }
    assert len(others | {tag}) == 8


def test_known_answer_ends_the_request() -> None:
    assert unless_known(request(), '"a"')["ETag"] == '"a"'
    assert unless_known(request(if_none_match='"b"'), '"a"')["ETag"] == '"a"'
    with pytest.raises(HTTPException) as caught:
        unless_known(request(if_none_match='"b", W/"a"'), '"a"')
    assert caught.value.status_code == 304
    assert caught.value.headers is not None
    assert caught.value.headers["ETag"] == '"a"'


def test_no_tag_matches_nothing() -> None:
    assert not matches("*", "")


def test_private_keeps_the_rest() -> None:
    assert private(IMMUTABLE) == "private, max-age=31536000, immutable"
    assert private("no-store") == "private, no-store"
