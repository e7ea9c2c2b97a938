"""What a collection and its properties say of themselves, as OGC API has it."""

from fastapi import Request

from layers.catalog import Catalog
from layers.errors import LayerError
from layers.extent import extent
from layers.models import GeometryKind
from layers.query.conditions import Field, Kind
from layers.scan import ServedFile
from layers.served import GEOMETRY, ID
from service import access
from service.callers import Caller
from service.features.crs import CRS84_URI, STORAGE_URI, offered
from service.features.links import (
    GEOJSON,
    JOBS,
    JSON,
    OPENAPI,
    PROCESSES,
    QUERYABLES,
    SCHEMA,
    SORTABLES,
    TILE_MATRIX_SETS,
    Link,
    link,
    same_with,
)
from service.features.times import interval_texts
from service.models import LayerSummary
from service.tiles.links import tile_links
from service.words import Language

GREGORIAN = "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian"
_SCHEMAS: dict[Kind, dict[str, object]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "number": {"type": "number"},
    "boolean": {"type": "boolean"},
    "date": {"type": "string", "format": "date"},
    "timestamp": {"type": "string", "format": "date-time"},
    "other": {},
}
_SHAPES: dict[GeometryKind, str] = {
    "polygon": "geometry-polygon-or-multipolygon",
    "line": "geometry-linestring-or-multilinestring",
    "point": "geometry-point-or-multipoint",
    "mixed": "geometry-any",
}


def collection(
    request: Request,
    catalog: Catalog,
    caller: Caller,
    layer: LayerSummary,
    language: Language,
) -> dict[str, object]:
    """Describe a layer by the members of ``ecobarrier layers --json`` and OGC's own.

    OGC API wants ``title`` and ``description`` as plain text, so they are in the
    reader's language; ``titles`` and ``descriptions`` hold both. What would tell of
    the content of a restricted layer is not there for who may not see it.
    """
    seen = access.may_see(caller, layer)
    said = access.shown_summary(caller, layer).model_dump(mode="json")
    titles, descriptions, source_crs = (
        said.pop(name) for name in ("title", "description", "crs")
    )
    return {
        "id": said.pop("id"),
        "title": titles[language],
        "description": descriptions[language],
        "titles": titles,
        "descriptions": descriptions,
        **said,
        **_features_of(layer),
        **_extent(catalog, layer, seen=seen),
        "sourceCrs": source_crs,
        "links": _links(request, layer, seen=seen),
    }


def queryables(
    request: Request, served: ServedFile, layer: LayerSummary, language: Language
) -> dict[str, object]:
    """Describe what a filter can name, as a JSON Schema."""
    return _schema(request, served.fields, layer, language, geometry=True)


def sortables(
    request: Request, served: ServedFile, layer: LayerSummary, language: Language
) -> dict[str, object]:
    """Describe what features can be sorted by, as a JSON Schema."""
    return _schema(request, served.fields, layer, language, geometry=False)


def _schema(
    request: Request,
    fields: tuple[Field, ...],
    layer: LayerSummary,
    language: Language,
    *,
    geometry: bool,
) -> dict[str, object]:
    title = layer.title.zh if language == "zh" else layer.title.en
    known = [field for field in fields if field.kind != "other"]
    properties: dict[str, object] = {
        ID: {"title": ID, "type": "string", "x-ogc-role": "id"},
        **{one.name: {"title": one.name, **_SCHEMAS[one.kind]} for one in known},
    }
    if geometry:
        shape = _SHAPES[layer.geometry or "mixed"]
        role = {"x-ogc-role": "primary-geometry", "format": shape}
        properties[GEOMETRY] = {"title": GEOMETRY, **role}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": str(request.url.replace(query="")),
        "title": title,
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def _features_of(layer: LayerSummary) -> dict[str, object]:
    if layer.kind != "vector":
        return {}
    return {
        "itemType": "feature",
        "crs": list(offered()),
        "storageCrs": STORAGE_URI,
    }


def _extent(catalog: Catalog, layer: LayerSummary, *, seen: bool) -> dict[str, object]:
    """Answer where and when; a file that cannot be read has no place here."""
    try:
        box = extent(catalog, layer.id) if seen else None
    except LayerError:
        box = None
    parts: dict[str, object] = {}
    if box is not None:
        parts["spatial"] = {"bbox": [list(box)], "crs": CRS84_URI}
    if layer.valid_time is not None:
        interval = interval_texts(layer.valid_time)
        parts["temporal"] = {"interval": interval, "trs": GREGORIAN}
    return {"extent": parts} if parts else {}


def _links(request: Request, layer: LayerSummary, *, seen: bool) -> list[Link]:
    links = [link(request, "self", "read_collection", layer_id=layer.id)]
    if not seen:
        return links
    if layer.kind == "vector":
        path = {"layer_id": layer.id}
        links += [
            link(request, "items", "read_items", GEOJSON, **path),
            link(request, QUERYABLES, "read_queryables", SCHEMA, **path),
            link(request, SORTABLES, "read_sortables", SCHEMA, **path),
        ]
    map_page = link(request, "preview", "read_map", "text/html")
    links.append({**map_page, "href": f"{map_page['href']}?layers={layer.id}"})
    return [*links, *tile_links(request, layer)]


def landing(request: Request, title: str, description: str) -> dict[str, object]:
    """Describe the service: where its description, conformance and layers are."""
    return {
        "title": title,
        "description": description,
        "links": [
            same_with(request, "self", JSON),
            link(request, "service-desc", "read_api", OPENAPI),
            link(request, "conformance", "read_conformance"),
            link(request, "data", "read_collections"),
            link(request, TILE_MATRIX_SETS, "read_tile_matrix_sets"),
            link(request, PROCESSES, "read_processes"),
            link(request, JOBS, "read_jobs"),
        ],
    }
