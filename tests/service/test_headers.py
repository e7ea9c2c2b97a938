"""Headers that keep a browser safe, on every answer of every operation."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.middleware.security import _ALWAYS
from service.policy import DATA_POLICY

VALUES = {
    "layer_id": "leagues",
    "feature_id": "a",
    "tms": "WebMercatorQuad",
    "level": "0",
    "row": "0",
    "col": "0.png",
    "process_id": "area",
    "job_id": "x",
    "version": "x",
}
REFUSALS = {
    ("GET", "/nowhere"): 404,
    ("GET", "/collections/nothing"): 404,
    ("GET", "/collections/leagues/items?bbox=x"): 400,
    ("GET", "/collections/leagues/items?limit=x"): 400,
    ("GET", "/collections/leagues/tiles/WebMercatorQuad/0/0/9.png"): 404,
    ("DELETE", "/collections"): 405,
    ("OPTIONS", "/collections"): 405,
    ("POST", "/overlap"): 422,
    ("HEAD", "/collections"): 200,
    ("GET", "/openapi.json"): 200,
    ("GET", "/docs/swagger-ui.css"): 200,
}
MARKUP = (b"<html", b"<!doctype html")


def addresses(client: TestClient) -> Iterator[tuple[str, str]]:
    app = client.app
    assert isinstance(app, FastAPI)
    for path, operations in app.openapi()["paths"].items():
        address = re.sub(r"{(\w+)}", lambda found: VALUES[found[1]], path)
        for method, operation in operations.items():
            yield method.upper(), address
            names = {one["name"] for one in operation.get("parameters", ())}
            if "f" in names:
                yield method.upper(), f"{address}?f=html"


def require_safe(answer: Any) -> None:
    headers = answer.headers
    for name, value in _ALWAYS.items():
        assert headers[name] == value, f"{answer.url}: {name}"
    assert "server" not in headers
    assert "x-request-id" in headers
    policy = headers["content-security-policy"]
    if "text/html" not in headers.get("content-type", ""):
        assert policy == DATA_POLICY
        assert not answer.content.lstrip().lower().startswith(MARKUP)
        return
    rules = dict(one.strip().split(" ", 1) for one in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["base-uri"] == "'none'"
    assert rules["frame-ancestors"] in ("'self'", "'none'")
    assert "unsafe" not in rules["script-src"]
    assert "unsafe" not in rules["style-src"]
    assert "//" not in policy
    assert not re.search(r"(?<![\w'])\*", policy)


def test_every_operation_answers_safely(client: TestClient) -> None:
    pages = 0
    for method, address in addresses(client):
        answer = client.request(method, address)
        assert answer.status_code != 500, answer.text
        require_safe(answer)
        pages += "text/html" in answer.headers.get("content-type", "")
    assert pages >= 8


@pytest.mark.parametrize(("method", "address"), REFUSALS)
def test_every_refusal_is_safe(client: TestClient, method: str, address: str) -> None:
    answer = client.request(method, address)
    assert answer.status_code == REFUSALS[method, address], answer.text
    require_safe(answer)


def test_kept_and_known_answers_are_safe(client: TestClient) -> None:
    """From the cache in front, and 304."""
    base = "/collections/leagues/tiles/WebMercatorQuad"
    address = client.get(f"{base}?f=png").json()["links"][1]["href"]
    for name in ("{tileMatrix}", "{tileRow}", "{tileCol}"):
        address = address.replace(name, "0")
    first, again = client.get(address), client.get(address)
    assert "immutable" in again.headers["cache-control"]
    assert first.content == again.content
    known = client.get(address, headers={"If-None-Match": again.headers["etag"]})
    assert known.status_code == 304
    for one in (first, again, known):
        require_safe(one)
