"""The web application: :func:`create_app` puts its parts together."""

from importlib.metadata import version

from fastapi import FastAPI

from layers.catalog import Catalog
from service import openapi, problems
from service.cache import BoundedCache
from service.heavy import Places
from service.map_rasters import Picture
from service.middleware import stack
from service.routers import collections, docs, health, items, landing, maps, overlay
from service.settings import Settings

MAPS_KEPT = 8
"""Rendered maps kept in memory; one is at most a few megabytes."""
PICTURES_KEPT = 16
"""Pictures of rasters kept in memory; one is at most about a megabyte."""

_ROUTERS = (landing, collections, items, overlay, maps, docs, health)


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application.

    Parameters
    ----------
    settings : Settings, optional
        Read from the environment if not given.

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
    )
    app.state.settings = settings
    app.state.catalog = Catalog.open(settings.seeds, settings.workspace)
    app.state.maps = BoundedCache[str](MAPS_KEPT)
    app.state.pictures = BoundedCache[Picture](PICTURES_KEPT)
    app.state.heavy = Places(settings.max_heavy)
    problems.install(app)
    stack.install(app, settings)
    for module in _ROUTERS:
        app.include_router(module.router, responses=problems.RESPONSES)
    openapi.install(app)
    return app
