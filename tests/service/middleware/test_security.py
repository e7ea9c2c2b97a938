from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from service.middleware.security import _ALWAYS

MakeClient = Callable[..., TestClient]


@pytest.mark.parametrize("path", ["/short", "/fault", "/nowhere", "/stream"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    for name, value in _ALWAYS.items():
        assert headers[name] == value
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "server" not in headers


def test_sharing_is_off_unless_set(client: TestClient) -> None:
    headers = client.get("/short", headers={"Origin": "http://a.example"}).headers
    assert "access-control-allow-origin" not in headers


def test_sharing_with_named_origins(make_client: MakeClient) -> None:
    client = make_client(cors_origins=("http://a.example",))
    asked = {"Origin": "http://a.example"}
    headers = client.get("/short", headers=asked).headers
    assert headers["access-control-allow-origin"] == "http://a.example"
    assert "ETag" in headers["access-control-expose-headers"]
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    other = client.get("/short", headers={"Origin": "http://b.example"}).headers
    assert "access-control-allow-origin" not in other
    wishes = {
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "X-API-Key",
    }
    answer = client.options("/short", headers=asked | wishes)
    assert answer.status_code == 200
    assert "x-api-key" in answer.headers["access-control-allow-headers"].lower()
