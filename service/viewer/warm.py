"""Make ahead what the first visitor of the map would else wait for."""

import logging
import threading

from fastapi import FastAPI

from geo.errors import EcobarrierError
from service.map_relief import relief
from service.viewer.base import packed_base

_LOG = logging.getLogger("ecobarrier.viewer")


def warm(app: FastAPI) -> threading.Thread:
    """Begin in the background; whatever fails is left to the request that needs it."""
    thread = threading.Thread(target=_warm, args=(app,), daemon=True, name="viewer")
    thread.start()
    return thread


def _warm(app: FastAPI) -> None:
    catalog = app.state.catalog
    try:
        packed_base(app.state.viewer_data, catalog, "br")
        for spec in catalog.specs:
            if spec.kind == "vector" and (spec.rows or 0) < _MOST_ROWS:
                app.state.features.prepare(spec)
            if spec.id == "elevation" and not spec.restricted:
                app.state.pictures.get(
                    ("relief", spec), lambda: relief(catalog.raster("elevation"))
                )
        app.state.fonts.bake()
    except (EcobarrierError, OSError) as error:
        _LOG.warning("not made ahead: %s", error)


_MOST_ROWS = 10_000
