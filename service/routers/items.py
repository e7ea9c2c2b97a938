"""``/collections/{id}/items``: the features of a vector layer as GeoJSON."""

import json
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import Response, StreamingResponse

from geo.messages import Note
from layers.models import LayerSpec
from layers.scan import PAGE_BYTES, Page
from layers.served import ID
from service import geojson
from service.caching import layer_tag, unless_known
from service.deps import CallerDep, FormerDep, LanguageDep, LayerDep, SettingsDep
from service.errors import FeatureNotFoundError, KindError
from service.features.crs import OfferedCrs, offered_crs
from service.features.links import GEOJSON, Link, link, same_with
from service.features.query import Filters, asked, get_filters
from service.features.route import ItemsRoute, unknown_parameter
from service.features.schemas import FEATURE_ANSWERS, FEATURES_ANSWERS
from service.features.store import FeatureStore
from service.features.writing import WHOLE_BYTES, collection, feature_texts
from service.negotiation import VARY, FormDep, alternate, respond
from service.words import Language

router = APIRouter(tags=["data"], route_class=ItemsRoute)

DEFAULT_LIMIT = 100


async def get_store(request: Request) -> FeatureStore:
    """Answer where the app keeps the served forms of its layers."""
    store = request.app.state.features
    assert isinstance(store, FeatureStore)
    return store


async def get_features_layer(layer: LayerDep) -> LayerSpec:
    """Answer the layer of the path, if its features may be answered.

    Raises
    ------
    KindError
        ``raster_has_no_items``.
    """
    if layer.kind != "vector":
        raise KindError("raster_has_no_items", layer=layer.id)
    return layer


async def get_crs(
    layer: Annotated[LayerSpec, Depends(get_features_layer)],
    crs: Annotated[
        str | None, Query(description="CRS of the answer; CRS84 if absent")
    ] = None,
) -> OfferedCrs:
    """Answer the coordinate system of the answer."""
    return offered_crs(crs, "crs", layer.id)


StoreDep = Annotated[FeatureStore, Depends(get_store)]
FeaturesLayerDep = Annotated[LayerSpec, Depends(get_features_layer)]
VersionQuery = Annotated[
    str | None,
    Query(description="version the pages are of; links to further pages have it"),
]


def get_paged_layer(
    layer: FeaturesLayerDep,
    former: FormerDep,
    caller: CallerDep,
    version: VersionQuery = None,
) -> LayerSpec:
    """Answer the layer of the path in the version that its pages are of.

    Raises
    ------
    VersionGoneError
        ``version_gone``.
    """
    return layer if version is None else former.named(layer, version, caller)


PagedLayerDep = Annotated[LayerSpec, Depends(get_paged_layer)]
FiltersDep = Annotated[Filters, Depends(get_filters)]
CrsDep = Annotated[OfferedCrs, Depends(get_crs)]
LimitQuery = Annotated[
    int, Query(ge=1, description="most features; reduced to the service's limit")
]
OffsetQuery = Annotated[int, Query(ge=0, description="how many features to skip")]
SkipQuery = Annotated[
    bool, Query(alias="skipGeometry", description="whether to leave out geometries")
]


@router.get(
    "/collections/{layer_id}/items",
    response_class=Response,
    responses=FEATURES_ANSWERS,
)
def read_items(
    request: Request,
    store: StoreDep,
    settings: SettingsDep,
    layer: PagedLayerDep,
    filters: FiltersDep,
    crs: CrsDep,
    language: LanguageDep,
    form: FormDep,
    limit: LimitQuery = DEFAULT_LIMIT,
    offset: OffsetQuery = 0,
    skip_geometry: SkipQuery = False,
) -> Response:
    """Answer the features that match, a page at a time.

    A page holds ``limit`` features at most, fewer where they are heavy. The link
    ``next`` counts from the first match of the same version of the layer, so that
    pages neither repeat nor miss a feature, also when another came into use meanwhile.
    """
    served = store.open(layer)
    wanted = asked(filters, request.state.others, request.state.known, layer, served)
    known = unless_known(request, layer_tag(request, [layer], form, language))
    most = min(limit, settings.max_items)
    found = served.matches(wanted.condition, wanted.order)
    page = served.page(
        found.part(offset, most),
        columns=wanted.columns,
        geometry=form == "json" and not skip_geometry,
        most_bytes=PAGE_BYTES,
    )
    members: dict[str, Any] = {
        "layer": _label(layer),
        "numberMatched": found.count,
        "numberReturned": len(page.ids),
        "links": _links(request, layer, offset, most, len(page.ids), found.count),
        **_noted(wanted.notes),
    }
    if form == "html":
        document = {**members, "features": _objects(page, crs)}
        return respond(
            request,
            document,
            form=form,
            language=language,
            template="items.html",
            headers=known,
            item_address=partial(_item_address, layer, language),
            bbox=request.query_params.get("bbox"),
            offset=offset,
        )
    members["links"] = [*members["links"], alternate(request, form, GEOJSON)]
    return _written(page, crs, members, known)


@router.get(
    "/collections/{layer_id}/items/{feature_id:path}",
    response_class=Response,
    responses=FEATURE_ANSWERS,
)
def read_item(
    request: Request,
    store: StoreDep,
    layer: FeaturesLayerDep,
    feature_id: Annotated[str, Path(description="id of a feature")],
    crs: CrsDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer one feature."""
    for name in request.state.others:
        raise unknown_parameter(name, request.state.known)
    served = store.open(layer)
    row = served.position(feature_id)
    if row is None:
        shown = feature_id[:100]
        raise FeatureNotFoundError("feature_not_found", layer=layer.id, feature=shown)
    known = unless_known(request, layer_tag(request, [layer], form, language))
    page = served.page(served.matches().part(row, 1))
    if form == "html":
        return respond(
            request,
            _objects(page, crs)[0],
            form=form,
            language=language,
            template="item.html",
            headers=known,
            layer=_label(layer),
        )
    (text,) = feature_texts(page, crs)
    links = [
        same_with(request, "self", GEOJSON),
        link(request, "collection", "read_collection", layer_id=layer.id),
        alternate(request, form, GEOJSON),
    ]
    members = geojson.dumps({"layer": _label(layer), "links": links})
    body = f"{text[:-1]},{members[1:]}"
    headers = {**_headers(crs), **known}
    return Response(body.encode(), media_type=GEOJSON, headers=headers)


def _written(
    page: Page, crs: OfferedCrs, members: dict[str, object], known: dict[str, str]
) -> Response:
    pieces = collection(page, crs, members)
    headers = {**_headers(crs), **known}
    if page.bytes < WHOLE_BYTES:
        return Response(b"".join(pieces), media_type=GEOJSON, headers=headers)
    return StreamingResponse(pieces, media_type=GEOJSON, headers=headers)


def _objects(page: Page, crs: OfferedCrs) -> list[dict[str, Any]]:
    """Answer features for a template."""
    return [json.loads(text) for text in feature_texts(page, crs)]


def _item_address(layer: LayerSpec, language: Language, feature_id: str) -> str:
    return f"/collections/{layer.id}/items/{quote(feature_id)}?lang={language}"


def _headers(crs: OfferedCrs) -> dict[str, str]:
    return {"Content-Crs": f"<{crs.uri}>", "Vary": VARY}


def _label(layer: LayerSpec) -> dict[str, object]:
    """Say what a copy of the features must go on saying about itself."""
    said = {ID, "title", "status", "caution", "licence", "attribution"}
    return {**layer.model_dump(mode="json", include=said), "version": layer.version}


def _noted(notes: tuple[Note, ...]) -> dict[str, object]:
    return {"notes": [note.as_dict() for note in notes]} if notes else {}


def _links(
    request: Request,
    layer: LayerSpec,
    offset: int,
    most: int,
    returned: int,
    matched: int,
) -> list[Link]:
    links = [same_with(request, "self", GEOJSON)]
    fixed = {"version": layer.version}
    following = offset + returned
    if following < matched:
        links.append(same_with(request, "next", GEOJSON, offset=following, **fixed))
    if offset > 0:
        before = max(0, min(offset, matched) - most)
        links.append(same_with(request, "prev", GEOJSON, offset=before, **fixed))
    links.append(link(request, "collection", "read_collection", layer_id=layer.id))
    return links
