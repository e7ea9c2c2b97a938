"""Schemas of the answers, for the service's description."""

from typing import Any

from service import problems
from service.features.links import GEOJSON, JSON, OPENAPI, SCHEMA

Schema = dict[str, Any]

LINK: Schema = {
    "type": "object",
    "required": ["href", "rel"],
    "properties": {
        "href": {"type": "string"},
        "rel": {"type": "string"},
        "type": {"type": "string"},
    },
}
LINKS: Schema = {"type": "array", "items": LINK}
GEOMETRY: Schema = {
    "type": ["object", "null"],
    "required": ["type"],
    "properties": {
        "type": {
            "type": "string",
            "enum": [
                "Point",
                "MultiPoint",
                "LineString",
                "MultiLineString",
                "Polygon",
                "MultiPolygon",
                "GeometryCollection",
            ],
        }
    },
}
FEATURE: Schema = {
    "type": "object",
    "required": ["type", "id", "properties", "geometry"],
    "properties": {
        "type": {"type": "string", "enum": ["Feature"]},
        "id": {"type": "string"},
        "properties": {"type": "object"},
        "geometry": GEOMETRY,
        "links": LINKS,
    },
}
FEATURES: Schema = {
    "type": "object",
    "required": ["type", "features", "links", "numberMatched", "numberReturned"],
    "properties": {
        "type": {"type": "string", "enum": ["FeatureCollection"]},
        "numberMatched": {"type": "integer", "minimum": 0},
        "numberReturned": {"type": "integer", "minimum": 0},
        "links": LINKS,
        "layer": {"type": "object"},
        "notes": {"type": "array", "items": {"type": "object"}},
        "features": {"type": "array", "items": FEATURE},
    },
}
LANDING: Schema = {
    "type": "object",
    "required": ["title", "description", "links"],
    "properties": {
        "title": {"type": "string"},
        "description": {"type": "string"},
        "links": LINKS,
    },
}
COLLECTION: Schema = {
    "type": "object",
    "required": ["id", "links", "title"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "description": {"type": "string"},
        "links": LINKS,
        "extent": {"type": "object"},
        "itemType": {"type": "string"},
        "crs": {"type": "array", "items": {"type": "string"}},
        "storageCrs": {"type": "string"},
    },
}
COLLECTIONS: Schema = {
    "type": "object",
    "required": ["links", "collections"],
    "properties": {
        "links": LINKS,
        "collections": {"type": "array", "items": COLLECTION},
    },
}
CONFORMANCE: Schema = {
    "type": "object",
    "required": ["conformsTo"],
    "properties": {"conformsTo": {"type": "array", "items": {"type": "string"}}},
}
PROBLEM: Schema = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
    },
}
_FAULT: Schema = {
    "description": "A problem document (RFC 9457), in Chinese and English",
    "content": {problems.MEDIA_TYPE: {"schema": PROBLEM}},
}


def answers(schema: Schema, media_type: str = JSON) -> dict[int | str, dict[str, Any]]:
    """Describe the answers of a route: what it is for, and problem documents."""
    good = {"description": "As asked", "content": {media_type: {"schema": schema}}}
    return {200: good, "4XX": _FAULT, "5XX": _FAULT}


FEATURES_ANSWERS = answers(FEATURES, GEOJSON)
FEATURE_ANSWERS = answers(FEATURE, GEOJSON)
SCHEMA_ANSWERS = answers({"type": "object"}, SCHEMA)
OPENAPI_ANSWERS = answers({"type": "object"}, OPENAPI)
