import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

DOCUMENT = create_app(Settings()).openapi()
OPERATIONS = {
    operation["operationId"]: operation
    for operations in DOCUMENT["paths"].values()
    for operation in operations.values()
}


def test_ids_are_names_and_unique() -> None:
    count = sum(len(operations) for operations in DOCUMENT["paths"].values())
    assert len(OPERATIONS) == count
    assert all(name.isidentifier() for name in OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_says_what_it_does_and_answers(name: str) -> None:
    operation = OPERATIONS[name]
    assert operation["summary"]
    assert operation["description"]
    answers = operation["responses"]
    good = [one for status, one in answers.items() if status.startswith("2")]
    assert good
    for one in good:
        for kind, content in one.get("content", {}).items():
            assert content.get("schema"), kind
    refused = answers["default"]["content"]["application/problem+json"]
    assert refused["schema"] == {"$ref": "#/components/schemas/Problem"}
    assert "422" not in answers, "FastAPI's own shape is not what we answer"


def test_every_reference_leads_somewhere() -> None:
    def references(value: object) -> set[str]:
        if isinstance(value, dict):
            own = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
            return own.union(*map(references, value.values()))
        if isinstance(value, list):
            return set().union(*map(references, value))
        return set()

    schemas = DOCUMENT["components"]["schemas"]
    found = references(DOCUMENT)
    assert {one.rpartition("/")[2] for one in found} <= set(schemas)


def test_document_is_served(client: TestClient) -> None:
    answer = client.get("/openapi.json")
    assert answer.json()["paths"] == DOCUMENT["paths"]
    assert answer.headers["etag"]
