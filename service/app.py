"""The web application: :func:`create_app` puts its parts together."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

import anyio
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from layers.catalog import Catalog
from layers.workspace import sweep
from service import openapi, problems
from service.cache import BoundedCache
from service.features.store import FeatureStore
from service.figure_board import FigureBoard
from service.following import Follower
from service.former import FormerVersions
from service.heavy import Places
from service.import_preview import Backdrop
from service.jobs.service import JobService
from service.live import LiveCatalog
from service.map_rasters import Picture
from service.meter_exchange import telling
from service.middleware import stack
from service.routers import (
    checking,
    collections,
    conformance,
    docs,
    downloads,
    figures,
    files,
    health,
    imports,
    items,
    jobs,
    landing,
    maps,
    overlay,
    processes,
    sheets,
    styles,
    tile_sets,
    tiles,
    versions,
    viewer,
)
from service.settings import Settings
from service.sharing import ALONE, Share
from service.tiles.hot import HotTiles
from service.tiles.pictures import TilePictures
from service.tiles.store import TileStore
from service.viewer.fonts import FontStore
from service.viewer.identify import Identifier
from service.work import THREADS

MAPS_KEPT = 8
"""Rendered maps kept in memory; one is at most a few megabytes."""
PICTURES_KEPT = 16
"""Pictures of rasters kept in memory; one is at most about a megabyte."""

VIEWER_DATA_KEPT = 8
"""Base map and list of names, of the present and the last catalogue."""

_TILES = (tile_sets, tiles, styles, files)
_ROUTERS = (
    landing,
    conformance,
    collections,
    items,
    *_TILES,
    downloads,
    overlay,
    figures,
    processes,
    jobs,
    imports,
    checking,
    versions,
    maps,
    sheets,
    viewer,
    docs,
    health,
)


def create_app(settings: Settings | None = None, share: Share = ALONE) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment if not given.
    share : Share
        Of a service of several processes.

    Returns
    -------
    FastAPI
        Its catalogue, settings and cache are on ``app.state``; two apps in one
        process share nothing. FastAPI's own ``/docs`` is off, because that page loads
        its scripts from another host; ours does not.

    Raises
    ------
    CatalogError
        If a catalogue contradicts its files.
    """
    settings = settings or Settings()
    app = FastAPI(
        title="Ecobarrier",
        summary="Maps and measures the ecological barrier of Inner Mongolia",
        version=version("ecobarrier"),
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=openapi.operation_id,
        lifespan=_lifespan,
    )
    app.state.settings = settings
    app.state.share = share
    if settings.workspace is not None:
        sweep(settings.workspace)
    app.state.live = LiveCatalog(settings)
    app.state.follower = Follower(settings.workspace, settings.store_seconds)
    app.state.catalog = app.state.live.open()
    app.state.former = FormerVersions(settings)
    app.state.jobs = JobService(settings)
    app.state.waiting = anyio.CapacityLimiter(THREADS)
    app.state.maps = BoundedCache[str](MAPS_KEPT)
    app.state.pictures = BoundedCache[Picture](PICTURES_KEPT)
    app.state.features = FeatureStore(settings.seeds, settings.workspace)
    app.state.figures = FigureBoard(settings.seeds, settings.workspace)
    app.state.tiles = TileStore(
        settings.cache_folder / "tiles", settings.seeds, settings.workspace
    )
    app.state.tile_pictures = TilePictures(app.state.tiles)
    app.state.fonts = FontStore(settings.cache_folder)
    app.state.identifier = Identifier(app.state.features)
    app.state.viewer_data = BoundedCache[object](VIEWER_DATA_KEPT)
    app.state.backdrop = Backdrop(Catalog.open(settings.seeds))
    app.state.heavy = Places(settings.max_heavy)
    problems.install(app)
    # Innermost: the limits and the record of who asks hold for kept tiles too.
    app.add_middleware(HotTiles)
    stack.install(app, settings, share)
    for module in _ROUTERS:
        app.include_router(module.router, responses=problems.RESPONSES)
    # FastAPI would build them in the first request and swap the warning filters of the
    # process meanwhile, as readers of layers do in other threads: each would undo the
    # other's.
    deque(iter_route_contexts(app.routes), maxlen=0)
    openapi.install(app)
    return app


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Go on with the job list of an earlier run; leave it whole at the end."""
    app.state.jobs.start()
    app.state.follower.start()
    try:
        async with telling(app.state.meters, app.state.share):
            yield
    finally:
        app.state.follower.stop()
        app.state.jobs.stop()
