"""The catalogue of a running service, which follows what happens in the workspace.

An import, or ``use``, in any process replaces a file of the workspace
(:func:`layers.workspace.changes_stamp`). Each request compares its stamp, which is one
look at the disk, and the catalogue is read again where it is another.

A request is answered out of the one catalogue it got at its beginning: nothing that it
calls looks a version up by itself, in this process or in a worker.
"""

import asyncio
import logging
from typing import TYPE_CHECKING

from fastapi import FastAPI
from fastapi.concurrency import run_in_threadpool

from geo.errors import EcobarrierError
from layers.catalog import Catalog
from layers.models import LayerSpec
from layers.workspace import changes_stamp
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG = logging.getLogger("ecobarrier.catalog")


def _nothing(_: list[LayerSpec]) -> None:
    return None


class LiveCatalog:
    """Keeps ``app.state.catalog`` at what the workspace has.

    Parameters
    ----------
    settings : Settings
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._stamp = self._now()
        self._reading = asyncio.Lock()
        self.changed: Callable[[list[LayerSpec]], None] = _nothing
        """Told of the layers that are new or have another version."""

    def open(self) -> Catalog:
        """Read the catalogue.

        Raises
        ------
        CatalogError
        """
        return Catalog.open(self._settings.seeds, self._settings.workspace)

    async def follow(self, app: FastAPI) -> None:
        """Give the app the catalogue of now, if another version came into use.

        A workspace that contradicts itself is logged, and the last good one stays.
        """
        if self._now() == self._stamp:
            return
        async with self._reading:
            stamp = self._now()
            if stamp == self._stamp:
                return
            try:
                catalog = await run_in_threadpool(self.open)
            except EcobarrierError:
                _LOG.exception("the changed catalogue cannot be read")
            else:
                known = {one.id: one.version for one in app.state.catalog.specs}
                app.state.catalog = catalog
                self.changed(
                    [one for one in catalog.specs if known.get(one.id) != one.version]
                )
            self._stamp = stamp

    def _now(self) -> tuple[int, int] | None:
        workspace = self._settings.workspace
        return None if workspace is None else changes_stamp(workspace)
