import pytest
from fastapi import FastAPI
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient


def samples(client: TestClient) -> dict[str, list[tuple[dict[str, str], float]]]:
    app = client.app
    assert isinstance(app, FastAPI)
    found: dict[str, list[tuple[dict[str, str], float]]] = {}
    text = app.state.meters.text().decode()
    for family in text_string_to_metric_families(text):
        for one in family.samples:
            found.setdefault(one.name, []).append((one.labels, one.value))
    return found


def test_requests_are_counted_by_template(client: TestClient) -> None:
    for name in "abcdefgh":
        client.get(f"/tagged/{name}")
    counted = samples(client)["ecobarrier_requests_total"]
    labels = {"method": "GET", "route": "/tagged/{name}", "status": "200"}
    assert (labels, 8.0) in counted
    assert len(counted) == 1


def test_strangers_cannot_make_labels(client: TestClient) -> None:
    for number in range(30):
        client.get(f"/nowhere/{number}")
        client.request(f"METHOD{number}", "/short")
    counted = samples(client)["ecobarrier_requests_total"]
    assert len(counted) <= 3
    assert {one["method"] for one, _ in counted} <= {"GET", "other"}


def test_time_bytes_and_running(client: TestClient) -> None:
    client.get("/text")
    found = samples(client)
    assert found["ecobarrier_response_bytes_total"][0][1] > 1000
    assert found["ecobarrier_request_seconds_count"][0][1] == 1
    assert found["ecobarrier_requests_running"] == [({}, 0.0)]


@pytest.mark.parametrize("path", ["/fault", "/fault-in-stream"])
def test_failed_requests_are_counted_and_over(client: TestClient, path: str) -> None:
    client.get(path)
    found = samples(client)
    assert found["ecobarrier_requests_running"] == [({}, 0.0)]
    assert found["ecobarrier_requests_total"][0][0]["route"] == path
