"""The service's description in OpenAPI 3.0, which OGC API Features asks for.

FastAPI writes 3.1. What this service uses of 3.1 has a form in 3.0: null among types
becomes ``nullable``, ``const`` an ``enum`` of one, exclusive limits flags, examples
one example; names of properties cannot be limited (OpenAPI Specification 3.0.3, section
4.7.24).
"""

from collections.abc import Mapping
from typing import Any

VERSION = "3.0.3"


def as_openapi_30(document: Mapping[str, Any]) -> dict[str, Any]:
    """Write a document of OpenAPI 3.1 as one of 3.0.

    Parameters
    ----------
    document : mapping
        What ``FastAPI.openapi`` answers; it is not changed.
    """
    turned = _turned(document)
    assert isinstance(turned, dict)
    info = {key: value for key, value in turned["info"].items() if key != "summary"}
    info.setdefault("description", document["info"].get("summary", ""))
    return {**turned, "openapi": VERSION, "info": info}


def _turned(node: Any) -> Any:
    if isinstance(node, list):
        return [_turned(one) for one in node]
    if not isinstance(node, Mapping):
        return node
    found = {key: _turned(value) for key, value in node.items()}
    if found.get("type") == "object":
        found.pop("propertyNames", None)
    if isinstance(found.get("type"), list):
        found = _one_type(found)
    for union in ("anyOf", "oneOf"):
        if isinstance(found.get(union), list):
            found = _without_null(found, union)
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if isinstance(found.get("examples"), list):
        found["example"] = found.pop("examples")[0]
    for limit, flag in (
        ("minimum", "exclusiveMinimum"),
        ("maximum", "exclusiveMaximum"),
    ):
        if isinstance(found.get(flag), int | float) and found[flag] is not True:
            found = {**found, limit: found[flag], flag: True}
    if "prefixItems" in found:
        kinds = found.pop("prefixItems")
        found["items"] = {"anyOf": kinds} if kinds else {}
    return found


def _one_type(schema: dict[str, Any]) -> dict[str, Any]:
    """Turn a list of types into one, or a union of several."""
    kinds = [one for one in schema["type"] if one != "null"]
    nullable = {"nullable": True} if "null" in schema["type"] else {}
    rest = {key: value for key, value in schema.items() if key != "type"}
    if len(kinds) == 1:
        return {**rest, "type": kinds[0], **nullable}
    return {**rest, "anyOf": [{"type": one} for one in kinds], **nullable}


def _without_null(schema: dict[str, Any], union: str) -> dict[str, Any]:
    """Turn "this or null" into a nullable this."""
    kept = [one for one in schema[union] if one.get("type") != "null"]
    if len(kept) == len(schema[union]):
        return schema
    rest = {key: value for key, value in schema.items() if key != union}
    if len(kept) == 1 and "$ref" not in kept[0]:
        return {**kept[0], **rest, "nullable": True}
    if len(kept) == 1:
        return {**rest, "allOf": kept, "nullable": True}
    return {**rest, union: kept, "nullable": True}
