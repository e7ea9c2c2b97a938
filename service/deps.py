"""What the routers ask for: catalogue, settings, language, the cache of maps.

All are coroutines though they wait for nothing: FastAPI would send a plain function to
a thread, which costs more than all they do.
"""

from typing import Annotated

from fastapi import Depends, Path, Query, Request

from layers.catalog import Catalog
from layers.models import LayerSpec
from service import access
from service.cache import BoundedCache
from service.callers import Caller
from service.former import FormerVersions
from service.live import LiveCatalog
from service.map_rasters import Picture
from service.settings import Settings
from service.tiles.pictures import TilePictures
from service.tiles.store import TileStore
from service.words import Language


async def get_catalog(request: Request) -> Catalog:
    """Answer the catalogue, as the workspace has it now."""
    live = request.app.state.live
    assert isinstance(live, LiveCatalog)
    await live.follow(request.app)
    catalog = request.app.state.catalog
    assert isinstance(catalog, Catalog)
    return catalog


async def get_settings(request: Request) -> Settings:
    """Answer the settings the app was made with."""
    settings = request.app.state.settings
    assert isinstance(settings, Settings)
    return settings


async def get_map_cache(request: Request) -> BoundedCache[str]:
    """Answer the app's cache of rendered maps."""
    cache = request.app.state.maps
    assert isinstance(cache, BoundedCache)
    return cache


async def get_picture_cache(request: Request) -> BoundedCache[Picture]:
    """Answer the app's cache of pictures of rasters."""
    cache = request.app.state.pictures
    assert isinstance(cache, BoundedCache)
    return cache


async def get_tile_store(request: Request) -> TileStore:
    """Answer the app's store of vector tiles."""
    store = request.app.state.tiles
    assert isinstance(store, TileStore)
    return store


async def get_pictures(request: Request) -> TilePictures:
    """Answer the app's drawer of picture tiles."""
    pictures = request.app.state.tile_pictures
    assert isinstance(pictures, TilePictures)
    return pictures


async def get_former(request: Request) -> FormerVersions:
    """Answer where versions are found that are in use no longer."""
    former = request.app.state.former
    assert isinstance(former, FormerVersions)
    return former


async def get_language(
    request: Request,
    lang: Annotated[
        Language | None, Query(description="zh | en; else by Accept-Language")
    ] = None,
) -> Language:
    """Answer the reader's language: the parameter, else the browser's wish, else zh."""
    return language_of(request, lang)


def language_of(request: Request, lang: Language | None) -> Language:
    """Answer the same outside of any route, such as for a refusal."""
    if lang is not None:
        return lang
    for wish in request.headers.get("accept-language", "").split(","):
        tag = wish.split(";")[0].strip().lower()
        if tag.startswith("zh"):
            return "zh"
        if tag.startswith("en"):
            return "en"
    return "zh"


CatalogDep = Annotated[Catalog, Depends(get_catalog)]
SettingsDep = Annotated[Settings, Depends(get_settings)]
MapCacheDep = Annotated[BoundedCache[str], Depends(get_map_cache)]
PictureCacheDep = Annotated[BoundedCache[Picture], Depends(get_picture_cache)]
TileStoreDep = Annotated[TileStore, Depends(get_tile_store)]
TilePicturesDep = Annotated[TilePictures, Depends(get_pictures)]
FormerDep = Annotated[FormerVersions, Depends(get_former)]
LanguageDep = Annotated[Language, Depends(get_language)]


async def get_caller(request: Request) -> Caller:
    """Answer who asks; nobody in particular without a key."""
    return access.caller_of(request)


CallerDep = Annotated[Caller, Depends(get_caller)]
LayerIdPath = Annotated[
    str,
    Path(description="id of a layer, as in /collections", examples=["leagues"]),
]


async def get_listed_layer(catalog: CatalogDep, layer_id: LayerIdPath) -> LayerSpec:
    """Answer the layer of the path for a route that only says what a layer is.

    Only ids of the catalogue are looked up: a request must never open a file by path.

    Raises
    ------
    LayerNotFoundError
        ``layer_not_found``.
    """
    return catalog.spec(layer_id)


ListedLayerDep = Annotated[LayerSpec, Depends(get_listed_layer)]


async def get_layer(layer: ListedLayerDep, caller: CallerDep) -> LayerSpec:
    """Answer the layer of the path if its content may go to the caller.

    Raises
    ------
    LayerNotFoundError
        ``layer_not_found``.
    RestrictedError
        ``layer_restricted``.
    """
    return access.require_open(caller, layer)


LayerDep = Annotated[LayerSpec, Depends(get_layer)]
