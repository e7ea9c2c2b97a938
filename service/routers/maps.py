"""``/map``: a Folium map of chosen layers, as a page or as a file to keep."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import HTMLResponse

from layers.catalog import Catalog
from service.deps import CatalogDep, LanguageDep, MapCacheDep, PictureCacheDep
from service.errors import RestrictedError
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


@router.get("/map", response_class=HTMLResponse)
def read_map(
    catalog: CatalogDep,
    language: LanguageDep,
    maps: MapCacheDep,
    pictures: PictureCacheDep,
    layers: LayersQuery = None,
    download: DownloadQuery = False,
) -> HTMLResponse:
    """Draw a map; with ``layers=all`` the usual layers are on and the others off."""
    ids, shown = _choice(catalog, layers)
    versions = tuple((name, catalog.spec(name).version) for name in ids)
    today = date.today()
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
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HTMLResponse(page, headers=headers if download else None)


def _choice(
    catalog: Catalog, layers: str | None
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
        if catalog.spec(name).restricted:
            raise RestrictedError("layer_restricted", layer=name)
    return ids, None


def _open_ids(catalog: Catalog) -> list[str]:
    return [spec.id for spec in catalog.specs if not spec.restricted]
