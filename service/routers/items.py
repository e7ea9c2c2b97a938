"""``/collections/{id}/items``: the features of a vector layer as GeoJSON."""

import json
from typing import Annotated, Any
from urllib.parse import urlencode

import geopandas as gpd
import numpy as np
import shapely
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse

from geo.types import BBox, IntArray
from layers.models import LayerSpec
from service import geojson
from service.bbox import bbox_areas, parse_bbox
from service.caching import layer_tag, unless_known
from service.deps import CatalogDep, LanguageDep, LayerDep, SettingsDep
from service.documents import FeatureCollection, shown_as
from service.errors import KindError
from service.negotiation import VARY, FormDep, alternate, respond

router = APIRouter(tags=["data"])

DEFAULT_LIMIT = 100
MAX_VERTICES = 1_000_000
"""A page ends before it holds more vertices than this (about 35 MB of GeoJSON), so
that a few huge features cannot exhaust the service; it holds one feature at least."""

CRS84 = "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>"

BBoxQuery = Annotated[
    str | None,
    Query(
        description="west,south,east,north in degrees; longitude first",
        examples=["110,40,112,42"],
    ),
]
LimitQuery = Annotated[
    int | None, Query(ge=1, description="most features; reduced to the service's limit")
]
OffsetQuery = Annotated[int, Query(ge=0, description="how many features to skip")]


@router.get(
    "/collections/{layer_id}/items",
    response_class=StreamingResponse,
    responses=shown_as(FeatureCollection, geojson.MEDIA_TYPE),
)
def read_items(
    request: Request,
    catalog: CatalogDep,
    settings: SettingsDep,
    layer: LayerDep,
    language: LanguageDep,
    form: FormDep,
    bbox: BBoxQuery = None,
    limit: LimitQuery = None,
    offset: OffsetQuery = 0,
) -> Response:
    """Answer the features that touch ``bbox``, a page at a time."""
    _refuse_without_items(layer)
    box = None if not bbox else parse_bbox(bbox)
    known = unless_known(request, layer_tag(request, [layer], form, language))
    features = catalog.vector(layer.id).features
    matched = np.arange(len(features)) if box is None else _touching(features, box)
    most = min(limit or DEFAULT_LIMIT, settings.max_items)
    page = _page(features, matched[offset : offset + most])
    following = offset + len(page)
    members: dict[str, Any] = {
        "layer": _label(layer),
        "numberMatched": len(matched),
        "numberReturned": len(page),
        "links": _links(request, following if following < len(matched) else None),
    }
    if form == "html":
        return respond(
            request,
            _rows(features.iloc[page], members),
            form=form,
            language=language,
            template="items.html",
            headers=known,
            bbox=bbox,
            offset=offset,
        )
    members["links"] = [*members["links"], alternate(request, form)]
    return StreamingResponse(
        geojson.feature_collection(features.iloc[page], members),
        media_type=geojson.MEDIA_TYPE,
        headers={"Content-Crs": CRS84, "Vary": VARY, **known},
    )


def _refuse_without_items(layer: LayerSpec) -> None:
    if layer.kind != "vector":
        raise KindError("raster_has_no_items", layer=layer.id)


def _rows(features: gpd.GeoDataFrame, members: dict[str, Any]) -> dict[str, Any]:
    """Answer the document of a page of features; a table has no use of geometry."""
    bare = features.set_geometry(np.full(len(features), None), crs=features.crs)
    pieces = geojson.feature_collection(bare, members)
    document: dict[str, Any] = json.loads(b"".join(pieces))
    return document


def _touching(features: gpd.GeoDataFrame, box: BBox) -> IntArray:
    """Positions of the features that touch the box, in the order of the layer."""
    areas = bbox_areas(box)
    pairs = features.sindex.query(areas, predicate="intersects")
    return np.unique(pairs[1]).astype(np.int64)


def _page(features: gpd.GeoDataFrame, positions: IntArray) -> IntArray:
    """Cut the page where it would grow too heavy, but never to nothing."""
    geometry = features.geometry.to_numpy()[positions]
    weight = np.cumsum(shapely.get_num_coordinates(geometry))
    fits = int(np.searchsorted(weight, MAX_VERTICES, side="right"))
    return positions[: max(fits, 1)]


def _label(layer: LayerSpec) -> dict[str, object]:
    """Say what a copy of the features must go on saying about itself."""
    said = {"id", "title", "status", "caution", "licence", "attribution"}
    return {**layer.model_dump(mode="json", include=said), "version": layer.version}


def _links(request: Request, following: int | None) -> list[dict[str, str]]:
    kind = geojson.MEDIA_TYPE
    links = [{"rel": "self", "type": kind, "href": str(request.url)}]
    if following is not None:
        asked = {**request.query_params, "offset": str(following)}
        href = str(request.url.replace(query=urlencode(asked, safe=",")))
        links.append({"rel": "next", "type": kind, "href": href})
    collection = str(request.url_for("read_collection", **request.path_params))
    links.append({"rel": "collection", "type": "application/json", "href": collection})
    return links
