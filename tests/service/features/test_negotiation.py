from collections.abc import Mapping

import pytest
from fastapi import FastAPI, Request
from starlette.testclient import TestClient

from service import problems
from service.features.negotiation import FormDep, answer

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    def page(request: Request, body: Mapping[str, object]) -> str:
        return f"<p>{body['a']} {request.url.path}</p>"

    app.state.html_pages = {"thing": page}

    @app.get("/{resource}")
    def read(request: Request, resource: str, form: FormDep):  # type: ignore[no-untyped-def]
        return answer(request, resource, form, {"a": "红线"}, "application/schema+json")

    return TestClient(app)


@pytest.mark.parametrize(
    ("accept", "query", "kind"),
    [
        ("*/*", "", "json"),
        ("", "", "json"),
        (BROWSER, "", "html"),
        ("text/html", "", "html"),
        ("application/json, text/html", "", "json"),
        ("application/geo+json;q=0.5, text/html;q=0.9", "", "html"),
        ("text/html;q=x", "", "json"),
        ("text/html;q=0", "", "json"),
        (BROWSER, "?f=json", "json"),
        ("application/json", "?f=html", "html"),
        ("*/*", "?f=HTML", "html"),
        (";;,,q=;=", "", "json"),
    ],
)
def test_form(client: TestClient, accept: str, query: str, kind: str) -> None:
    found = client.get(f"/thing{query}", headers={"accept": accept})
    assert found.status_code == 200
    assert kind in found.headers["content-type"]
    assert found.headers["vary"] == "Accept"
    if kind == "html":
        assert found.text == "<p>红线 /thing</p>"
    else:
        assert found.headers["content-type"] == "application/schema+json"
        assert found.json() == {"a": "红线"}


def test_where_there_is_no_page(client: TestClient) -> None:
    found = client.get("/other", headers={"accept": BROWSER})
    assert found.json() == {"a": "红线"}
    refused = client.get("/other?f=html")
    assert (refused.status_code, refused.json()["code"]) == (400, "form_not_offered")
    assert client.get("/thing?f=xml").json()["code"] == "form_not_offered"
