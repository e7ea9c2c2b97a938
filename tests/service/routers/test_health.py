from importlib.metadata import version

import pytest
from starlette.testclient import TestClient


def test_service_says_that_it_is_up(client: TestClient) -> None:
    body = client.get("/health").json()
    assert body == {"status": "ok", "version": version("ecobarrier"), "layers": 8}


@pytest.mark.parametrize("path", ["/health", "/ready", "/metrics"])
def test_states_of_the_moment_are_not_kept(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


def test_metrics_are_prometheus_text(client: TestClient) -> None:
    client.get("/collections/leagues")
    text = client.get("/metrics").text
    assert 'route="/collections/{layer_id}",status="200"} 1.0' in text
