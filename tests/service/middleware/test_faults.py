import logging

import pytest
from starlette.testclient import TestClient


def test_fault_becomes_a_plain_answer(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ecobarrier.service"):
        answer = client.get("/fault")
    assert answer.status_code == 500
    assert answer.json()["code"] == "internal_error"
    assert answer.headers["x-request-id"] in answer.json()["detail"]
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert "secret inside" in caplog.text


def test_fault_is_a_page_for_people(client: TestClient) -> None:
    answer = client.get("/fault", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["x-request-id"] in answer.text
    assert "secret" not in answer.text


def test_fault_in_a_begun_answer_cuts_it(client: TestClient) -> None:
    # Live, uvicorn breaks the connection; see test_wire_faults.
    raising = TestClient(client.app, raise_server_exceptions=True)
    with pytest.raises(RuntimeError, match="secret inside"):
        raising.get("/fault-in-stream")
