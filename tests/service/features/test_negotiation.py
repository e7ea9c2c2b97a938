from typing import cast

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import Response
from starlette.testclient import TestClient

from service import problems
from service.deps import LanguageDep
from service.features.negotiation import answer
from service.negotiation import FormDep

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
KIND = "application/schema+json"


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/{resource}")
    def read(
        request: Request, resource: str, form: FormDep, language: LanguageDep
    ) -> Response:
        return answer(request, resource, form, {"a": "红线"}, language, KIND)

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
    assert {"Accept", "Accept-Language"} <= set(found.headers["vary"].split(", "))
    if kind == "html":
        assert found.headers["content-type"] == "text/html; charset=utf-8"
        assert "红线" in found.text
        assert "</html>" in found.text
    else:
        assert found.headers["content-type"] == KIND
        assert found.json() == {"a": "红线"}


def test_a_form_that_is_not_offered_is_refused(client: TestClient) -> None:
    refused = client.get("/thing?f=xml")
    assert refused.status_code == 400
    assert cast("str", refused.json()["code"]) == "form_not_offered"
