from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator
from starlette.testclient import TestClient

from service.features.openapi import as_openapi_30


def schema(inside: dict[str, Any]) -> dict[str, Any]:
    document = {"openapi": "3.1.0", "info": {"title": "x", "version": "1"}}
    turned = as_openapi_30({**document, "paths": {}, "components": inside})
    found: dict[str, Any] = turned["components"]
    return found


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (
            {"anyOf": [{"type": "string"}, {"type": "null"}], "title": "T"},
            {"type": "string", "title": "T", "nullable": True},
        ),
        (
            {"anyOf": [{"$ref": "#/x"}, {"type": "null"}]},
            {"allOf": [{"$ref": "#/x"}], "nullable": True},
        ),
        (
            {"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "null"}]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        ),
        ({"type": ["object", "null"]}, {"type": "object", "nullable": True}),
        (
            {"type": ["string", "integer"]},
            {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        ),
        ({"const": 1}, {"enum": [1]}),
        ({"examples": ["a", "b"]}, {"example": "a"}),
        ({"exclusiveMinimum": 0}, {"minimum": 0, "exclusiveMinimum": True}),
        ({"exclusiveMaximum": 5}, {"maximum": 5, "exclusiveMaximum": True}),
        (
            {"prefixItems": [{"type": "number"}]},
            {"items": {"anyOf": [{"type": "number"}]}},
        ),
        (
            {"type": "object", "propertyNames": {"enum": ["a"]}},
            {"type": "object"},
        ),
        ({"type": "string"}, {"type": "string"}),
    ],
)
def test_forms_of_31_have_one_in_30(
    given: dict[str, Any], expected: dict[str, Any]
) -> None:
    before = repr(given)
    assert schema({"a": [given]}) == {"a": [expected]}
    assert repr(given) == before


def test_the_services_description_is_valid_openapi_30(client: TestClient) -> None:
    answer = client.get("/api")
    kind = "application/vnd.oai.openapi+json;version=3.0"
    assert answer.headers["content-type"] == kind
    document = answer.json()
    assert document["openapi"].startswith("3.0.")
    OpenAPIV30SpecValidator(document).validate()
    items = document["paths"]["/collections/{layer_id}/items"]["get"]
    names = {one["name"] for one in items["parameters"]}
    assert names >= {"bbox", "bbox-crs", "datetime", "limit", "filter", "filter-lang"}
    assert names >= {"crs", "filter-crs", "sortby", "properties", "offset", "f"}
