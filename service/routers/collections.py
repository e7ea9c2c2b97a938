"""``/collections``: what layers there are and what each says of itself."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from service import access
from service.analysis import layers_report, summary
from service.deps import CallerDep, CatalogDep, LanguageDep, ListedLayerDep
from service.features import description
from service.features.crs import offered
from service.features.links import SCHEMA, link
from service.features.negotiation import answer
from service.features.route import FeatureRoute
from service.features.schemas import (
    COLLECTION,
    COLLECTIONS,
    SCHEMA_ANSWERS,
    answers,
)
from service.negotiation import FormDep
from service.routers.items import FeaturesLayerDep, StoreDep

router = APIRouter(tags=["data"], route_class=FeatureRoute)


@router.get("/collections", response_class=Response, responses=answers(COLLECTIONS))
def read_collections(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """List the layers, each with its status, licence and provenance."""
    layers = layers_report(catalog).layers
    body = {
        "links": [link(request, "self", "read_collections")],
        "crs": list(offered()),
        "collections": [
            description.collection(request, catalog, caller, layer, language)
            for layer in layers
        ],
    }
    return answer(request, "collections", form, body, language)


@router.get(
    "/collections/{layer_id}",
    response_class=Response,
    responses=answers(COLLECTION),
)
def read_collection(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    layer: ListedLayerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer what one layer says of itself."""
    body = description.collection(request, catalog, caller, summary(layer), language)
    seen = access.may_see(caller, layer)
    return answer(request, "collection", form, body, language, seen=seen)


@router.get(
    "/collections/{layer_id}/queryables",
    response_class=Response,
    responses=SCHEMA_ANSWERS,
)
def read_queryables(
    request: Request,
    store: StoreDep,
    layer: FeaturesLayerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer the properties that ``filter`` can name, as a JSON Schema."""
    served = store.open(layer)
    body = description.queryables(request, served, summary(layer), language)
    return answer(request, "queryables", form, body, language, SCHEMA)


@router.get(
    "/collections/{layer_id}/sortables",
    response_class=Response,
    responses=SCHEMA_ANSWERS,
)
def read_sortables(
    request: Request,
    store: StoreDep,
    layer: FeaturesLayerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer the properties that ``sortby`` can name, as a JSON Schema."""
    served = store.open(layer)
    body = description.sortables(request, served, summary(layer), language)
    return answer(request, "sortables", form, body, language, SCHEMA)
