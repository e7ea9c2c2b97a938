import base64
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.keys import add_key, revoke_key
from service.middleware.callers import limited_address, presented_key

MakeClient = Callable[..., TestClient]


def scope(method: str = "GET", **headers: str) -> dict[str, Any]:
    pairs = [(key.encode(), value.encode()) for key, value in headers.items()]
    return {"method": method, "headers": pairs}


def basic(words: str) -> str:
    return "Basic " + base64.b64encode(words.encode()).decode()


@pytest.mark.parametrize(
    ("request_scope", "key"),
    [
        (scope(), None),
        ({"method": "GET", "headers": [(b"x-api-key", b" eco_1 ")]}, "eco_1"),
        (scope(authorization="Bearer eco_2"), "eco_2"),
        (scope(authorization="bearer eco_2"), "eco_2"),
        (scope(authorization=basic("me:eco_3:x")), "eco_3:x"),
        (scope("POST", authorization=basic("me:eco_3")), None),
        (scope(authorization="Basic %%%"), ""),
        (scope(authorization="Negotiate abc"), None),
    ],
)
def test_where_a_key_may_stand(request_scope: dict[str, Any], key: str | None) -> None:
    assert presented_key(request_scope) == key


@pytest.mark.parametrize(
    ("address", "loopback", "name"),
    [
        ("10.0.0.1", False, "10.0.0.1"),
        ("127.0.0.1", False, None),
        ("127.0.0.1", True, "127.0.0.1"),
        ("::1", False, None),
        ("2001:db8:1:2:3::9", False, "2001:db8:1:2::/64"),
        ("testclient", False, None),
    ],
)
def test_address_that_is_limited(address: str, loopback: bool, name: str) -> None:
    assert limited_address({"client": (address, 1)}, loopback=loopback) == name
    assert limited_address({"client": None}, loopback=True) is None


def test_rate_of_an_address(
    make_client: MakeClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    clock = SimpleNamespace(monotonic=lambda: now)
    monkeypatch.setattr("service.middleware.callers.time", clock)
    client = make_client(address_rate=5, address_burst=3)
    assert [client.get("/short").status_code for _ in range(4)] == [200] * 3 + [429]
    answer = client.get("/short")
    assert answer.json()["code"] == "rate_limited"
    assert int(answer.headers["retry-after"]) >= 1
    assert client.get("/health").status_code == 200
    now += 0.25
    assert client.get("/short").status_code == 200


def test_loopback_is_not_limited(make_client: MakeClient) -> None:
    client = make_client("127.0.0.1", address_rate=1, address_burst=1)
    assert [client.get("/short").status_code for _ in range(5)] == [200] * 5


def test_key_has_a_rate_of_its_own(make_client: MakeClient, workspace: Path) -> None:
    key, _ = add_key(workspace, "me", [])
    other, _ = add_key(workspace, "you", [])
    client = make_client(
        workspace=workspace,
        address_rate=0.0001,
        address_burst=1,
        key_rate=0.0001,
        key_burst=2,
    )
    mine, yours = {"X-API-Key": key}, {"X-API-Key": other}
    said = [client.get("/short", headers=mine).status_code for _ in range(3)]
    assert said == [200, 200, 429]
    assert client.get("/short", headers=yours).status_code == 200
    assert client.get("/short").status_code == 200


def test_unknown_key_is_refused(make_client: MakeClient, workspace: Path) -> None:
    client = make_client(workspace=workspace)
    answer = client.get("/short", headers={"X-API-Key": "eco_00000000_" + "x" * 43})
    assert answer.status_code == 401
    assert answer.json()["code"] == "key_unknown"
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_guessing_keys_is_limited_like_an_address(make_client: MakeClient) -> None:
    client = make_client(address_rate=0.0001, address_burst=2)
    wrong = {"X-API-Key": "eco_wrong"}
    said = [client.get("/short", headers=wrong).status_code for _ in range(3)]
    assert said == [401, 401, 429]


def test_revoked_key_is_closed_at_once(
    make_client: MakeClient, workspace: Path
) -> None:
    key, record = add_key(workspace, "me", [])
    client = make_client(workspace=workspace)
    assert client.get("/short", headers={"X-API-Key": key}).status_code == 200
    revoke_key(workspace, record.id)
    assert client.get("/short", headers={"X-API-Key": key}).status_code == 401


def test_answer_to_a_key_is_private(make_client: MakeClient, workspace: Path) -> None:
    key, _ = add_key(workspace, "me", [])
    client = make_client(workspace=workspace)
    assert client.get("/short").headers["cache-control"] == "no-cache"
    keyed = client.get("/short", headers={"Authorization": f"Bearer {key}"})
    assert keyed.headers["cache-control"] == "private, no-cache"
