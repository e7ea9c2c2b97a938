"""``/map``: a Folium map of chosen layers, as a page or as a file to keep."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from layers.catalog import Catalog
from service import access
from service.caching import layer_tag, unless_known
from service.callers import Caller
from service.deps import (
    CallerDep,
    CatalogDep,
    LanguageDep,
    MapCacheDep,
    PictureCacheDep,
)
from service.heavy import HEAVY
from service.html import HtmlPage
from service.maps import BASE_LAYERS, default_layers, folium_map

router = APIRouter(tags=["maps"])

ALL = "all"

LayersQuery = Annotated[
    str | None,
    Query(description='ids with commas between; "all"; a usual choice if not given'),
]
DownloadQuery = Annotated[
    bool, Query(description="answer as a file to keep; it works offline")
]


@router.get("/map", response_class=HTMLResponse, dependencies=[HEAVY])
def read_map(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    language: LanguageDep,
    maps: MapCacheDep,
    pictures: PictureCacheDep,
    layers: LayersQuery = None,
    download: DownloadQuery = False,
) -> HTMLResponse:
    """Draw a map; with ``layers=all`` the usual layers are on and the others off."""
    ids, shown = _choice(catalog, caller, layers)
    specs = [catalog.spec(name) for name in ids]
    versions = tuple((spec.id, spec.version) for spec in specs)
    today = date.today()
    headers = unless_known(request, layer_tag(request, specs, language, today))
    page = maps.get(
        (versions, shown, language, today),
        lambda: folium_map(
            catalog,
            ids,
            language=language,
            shown=shown,
            made_on=today,
            pictures=pictures,
        ),
    )
    name = f"ecobarrier-{language}-{today.isoformat()}.html"
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["Vary"] = "Accept-Language"
    # The legend's colours are style attributes.
    return HtmlPage(page, headers=headers, styled_elements=True)


def _choice(
    catalog: Catalog, caller: Caller, layers: str | None
) -> tuple[list[str], frozenset[str] | None]:
    """Ids to draw and, where not all of them, those that are on at first.

    Raises
    ------
    LayerNotFoundError
        Only ids of the catalogue are taken: a request must never open a file by path.
    RestrictedError
        ``layer_restricted``.
    """
    if not layers:
        return default_layers(catalog), None
    if layers == ALL:
        return _open_ids(catalog), frozenset([*default_layers(catalog), *BASE_LAYERS])
    ids = list(dict.fromkeys(part.strip() for part in layers.split(",")))
    for name in ids:
        access.open_spec(catalog, caller, name)
    return ids, None


def _open_ids(catalog: Catalog) -> list[str]:
    return [spec.id for spec in catalog.specs if not spec.restricted]
