from importlib.metadata import version

from starlette.testclient import TestClient


def test_service_says_that_it_is_up(client: TestClient) -> None:
    body = client.get("/health").json()
    assert body == {"status": "ok", "version": version("ecobarrier"), "layers": 8}
