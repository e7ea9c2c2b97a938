import re

import pytest
from starlette.testclient import TestClient


def test_id_is_made_and_differs(client: TestClient) -> None:
    ids = {client.get("/short").headers["x-request-id"] for _ in range(20)}
    assert len(ids) == 20
    assert all(re.fullmatch("[0-9a-f]{16}", one) for one in ids)


def test_well_formed_id_is_echoed(client: TestClient) -> None:
    wished = "0b7f9d2e-5d7c-4f5e-a1a5-9b1c2d3e4f50"
    answer = client.get("/short", headers={"X-Request-Id": wished})
    assert answer.headers["x-request-id"] == wished


@pytest.mark.parametrize("wished", ["short", "x" * 65, "a b c d e f g", "12345678\\n"])
def test_other_ids_are_replaced(client: TestClient, wished: str) -> None:
    answer = client.get("/short", headers={"X-Request-Id": wished})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"])


def test_problem_names_the_id(client: TestClient) -> None:
    answer = client.get("/nowhere")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
