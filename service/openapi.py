"""The OpenAPI document: what FastAPI writes, and what all operations share."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.documents import FeatureCollection
from service.problems import Problem

SHARED: tuple[type[BaseModel], ...] = (Problem, FeatureCollection)
"""Models that operations refer to by name only."""

_TEMPLATE = "#/components/schemas/{model}"
_KEYS = {
    "key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "bearer": {"type": "http", "scheme": "bearer"},
}


def operation_id(route: APIRoute) -> str:
    """Name an operation by its function; each function answers one."""
    return route.name


def install(app: FastAPI) -> None:
    """Make the app describe itself by :func:`document`, once."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = document(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]


def document(app: FastAPI) -> dict[str, Any]:
    """Describe an app: its operations, shared models and the ways to show a key."""
    made = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        routes=app.routes,
    )
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    _, definitions = models_json_schema(
        [(model, "serialization") for model in SHARED], ref_template=_TEMPLATE
    )
    schemas |= definitions["$defs"]
    components["securitySchemes"] = _KEYS
    _fill_schemas(made)
    # All operations can be asked without a key; some say more with one.
    made["security"] = [{}, {"key": []}, {"bearer": []}]
    return made


def _fill_schemas(made: dict[str, Any]) -> None:
    """Say of answers that routes only name by media type what they are: files."""
    for operations in made["paths"].values():
        for operation in operations.values():
            for answer in operation["responses"].values():
                for kind, content in answer.get("content", {}).items():
                    if not content.get("schema"):
                        content["schema"] = _schema_of(kind)


def _schema_of(media_type: str) -> dict[str, str]:
    if media_type.endswith("json"):
        return {"type": "object"}
    return {"type": "string", "format": "binary"}
