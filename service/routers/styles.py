"""``/style.json`` and ``/sprite``: the map style, as MapLibre GL reads it."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.catalog import Catalog
from layers.models import LayerSpec
from service import access
from service.callers import Caller
from service.deps import CallerDep, CatalogDep, LanguageDep, LayerDep
from service.tiles.sprite import patterns, sprite_index, sprite_png
from service.tiles.style import map_style
from service.words import Language

router = APIRouter(tags=["tiles"])

LayersQuery = Annotated[
    str | None, Query(description="ids with commas between; all if not given")
]


@router.get("/style.json")
def read_style(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    language: LanguageDep,
    layers: LayersQuery = None,
) -> dict[str, Any]:
    """Answer a MapLibre GL style of several layers, drawn in the palette's order."""
    return _style(request, _chosen(catalog, caller, layers), language)


@router.get("/collections/{layer_id}/style.json")
def read_layer_style(
    request: Request, layer: LayerDep, language: LanguageDep
) -> dict[str, Any]:
    """Answer the MapLibre GL style of one layer."""
    return _style(request, [layer], language)


@router.get("/sprite.json")
def read_sprite_index(catalog: CatalogDep) -> dict[str, Any]:
    """Say where in the sprite each pattern is."""
    return sprite_index(patterns(_open(catalog)), 1)


@router.get("/sprite@2x.json")
def read_sprite_index_doubled(catalog: CatalogDep) -> dict[str, Any]:
    """Say where in the sprite for fine screens each pattern is."""
    return sprite_index(patterns(_open(catalog)), 2)


_PNG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/png": {}}}}


@router.get("/sprite.png", response_class=Response, responses=_PNG)
def read_sprite(catalog: CatalogDep) -> Response:
    """Draw the patterns of modelled and schematic layers."""
    return Response(sprite_png(patterns(_open(catalog)), 1), media_type="image/png")


@router.get("/sprite@2x.png", response_class=Response, responses=_PNG)
def read_sprite_doubled(catalog: CatalogDep) -> Response:
    """Draw the patterns for fine screens."""
    return Response(sprite_png(patterns(_open(catalog)), 2), media_type="image/png")


def _open(catalog: Catalog) -> list[LayerSpec]:
    return [spec for spec in catalog.specs if not spec.restricted]


def _chosen(catalog: Catalog, caller: Caller, layers: str | None) -> list[LayerSpec]:
    if layers is None:
        return _open(catalog)
    names = dict.fromkeys(name.strip() for name in layers.split(","))
    return [access.open_spec(catalog, caller, name) for name in names]


def _style(
    request: Request, specs: list[LayerSpec], language: Language
) -> dict[str, Any]:
    def tile_json(spec: LayerSpec) -> str:
        names = {"layer_id": spec.id, "tms": WEB_MERCATOR_QUAD.id}
        address = request.url_for("read_tile_json", **names)
        return str(address.include_query_params(lang=language))

    sprite = str(request.url_for("read_sprite")).removesuffix(".png")
    return map_style(specs, language, tile_json=tile_json, sprite=sprite)
