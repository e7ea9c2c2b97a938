import logging

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from geo.errors import CRSError
from layers.errors import CatalogError
from service import problems

WORDS = {"title", "detail", "type", "status", "instance", "code", "text", "details"}


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/refused")
    def refused() -> None:
        raise CRSError("crs_missing", where="a.shp")

    @app.get("/broken")
    def broken() -> None:
        raise CatalogError("catalog_id_twice", file="catalog.toml", layers="x")

    @app.get("/fault")
    def fault() -> None:
        raise RuntimeError("secret inside")

    @app.get("/asks")
    def asks(limit: int, offset: int = 0) -> int:
        return limit + offset

    return TestClient(app, raise_server_exceptions=False)


def problem(client: TestClient, path: str, status: int) -> dict[str, object]:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    body: dict[str, object] = answer.json()
    assert body.keys() >= WORDS
    assert body["status"] == status
    assert body["type"] == f"urn:ecobarrier:problem:{body['code']}"
    assert body["instance"] == path.split("?")[0]
    return body


def test_refusal_says_why_in_both_languages(client: TestClient) -> None:
    body = problem(client, "/refused", 422)
    assert body["code"] == "crs_missing"
    assert body["details"] == {"where": "a.shp"}
    text = body["text"]
    assert isinstance(text, dict)
    assert "没有坐标系" in text["zh"]
    assert "no coordinate system" in text["en"]
    assert body["detail"] == f"{text['zh']} | {text['en']}"


def test_broken_catalogue_is_the_servers_fault_and_logged(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ecobarrier.service"):
        assert problem(client, "/broken", 500)["code"] == "catalog_id_twice"
    assert "/broken" in caplog.text


def test_unforeseen_fault_shows_nothing_of_the_inside(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR, "ecobarrier.service"):
        body = problem(client, "/fault", 500)
    assert body["code"] == "internal_error"
    assert "secret inside" not in str(body)
    assert "Traceback" not in str(body)
    assert "secret inside" in caplog.text


def test_missing_parameter_is_named(client: TestClient) -> None:
    body = problem(client, "/asks", 422)
    assert body["code"] == "parameter_missing"
    assert "limit" in str(body["detail"])


def test_all_wrong_parameters_are_named(client: TestClient) -> None:
    body = problem(client, "/asks?limit=x&offset=1.5", 422)
    assert body["code"] == "request_invalid"
    errors = body["errors"]
    assert isinstance(errors, list)
    assert [error["parameter"] for error in errors] == ["limit", "offset"]
    assert all("不是整数" in error["zh"] for error in errors)
    assert all("whole number" in error["en"] for error in errors)


def test_unknown_address(client: TestClient) -> None:
    body = problem(client, "/nowhere", 404)
    assert body["code"] == "page_not_found"
    assert "/nowhere" in str(body["detail"])


def test_wrong_method(client: TestClient) -> None:
    answer = client.post("/refused")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert answer.headers["allow"] == "GET"
