"""What must be so once an app is made."""

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


def test_fault_first_request_builds_the_routes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It changed the process's warning filters while threads read layers."""
    app = create_app(Settings())

    def late(**_: object) -> None:
        pytest.fail("a route is built while requests are answered")

    monkeypatch.setattr("fastapi.routing.get_dependant", late)
    with TestClient(app) as client:
        assert client.get("/collections/leagues").status_code == 200
