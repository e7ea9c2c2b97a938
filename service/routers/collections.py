"""``/collections``: what layers there are and what each says of itself."""

from typing import Any

from fastapi import APIRouter, Request, Response

from service import access
from service.analysis import layers_report
from service.callers import Caller
from service.deps import CallerDep, CatalogDep, LanguageDep, ListedLayerDep
from service.documents import PAGE, Collection, Collections
from service.models import LayerSummary
from service.negotiation import FormDep, respond
from service.words import Language

router = APIRouter(tags=["data"])

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@router.get(
    "/collections", response_model=Collections, responses={200: {"content": PAGE}}
)
def read_collections(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """List the layers, each with its status, licence and provenance."""
    layers = layers_report(catalog).layers
    document = {
        "links": [_link(request, "self", "read_collections")],
        "collections": [
            _collection(request, caller, layer, language) for layer in layers
        ],
    }
    template = "collections.html"
    return respond(request, document, form=form, language=language, template=template)


@router.get(
    "/collections/{layer_id}",
    response_model=Collection,
    responses={200: {"content": PAGE}},
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
    layers = {summary.id: summary for summary in layers_report(catalog).layers}
    document = _collection(request, caller, layers[layer.id], language)
    return respond(
        request,
        document,
        form=form,
        language=language,
        template="collection.html",
        seen=access.may_see(caller, layer),
    )


def _collection(
    request: Request, caller: Caller, layer: LayerSummary, language: Language
) -> dict[str, Any]:
    """Describe a layer by the members of ``ecobarrier layers --json`` and OGC's own.

    OGC API wants ``title`` and ``description`` as plain text, so they are in the
    reader's language; ``titles`` and ``descriptions`` hold both.
    """
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
        **({"itemType": "feature", "crs": [CRS84]} if layer.kind == "vector" else {}),
        "sourceCrs": source_crs,
        "links": _links(request, caller, layer),
    }


def _links(
    request: Request, caller: Caller, layer: LayerSummary
) -> list[dict[str, str]]:
    links = [_link(request, "self", "read_collection", layer_id=layer.id)]
    if layer.restricted and not caller.may("restricted"):
        return links
    if layer.kind == "vector":
        items = _link(request, "items", "read_items", layer_id=layer.id)
        links.append({**items, "type": "application/geo+json"})
    map_page = _link(request, "preview", "read_map")
    href = f"{map_page['href']}?layers={layer.id}"
    return [*links, {**map_page, "type": "text/html", "href": href}]


def _link(request: Request, rel: str, route: str, **path: str) -> dict[str, str]:
    href = str(request.url_for(route, **path))
    return {"rel": rel, "type": "application/json", "href": href}
