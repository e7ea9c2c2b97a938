"""The served forms of the layers: made once per version, opened once per process."""

import shutil
import tempfile
import threading
import weakref
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from functools import cached_property
from pathlib import Path

from layers.baking import bake_apart
from layers.errors import LayerWriteError
from layers.models import LayerSpec
from layers.scan import ServedFile
from layers.served import bake, served_path
from layers.snapshot import entry_of, only
from service.errors import BusyError

FOLDER = "served"
"""Inside the workspace."""
APART_FROM_ROWS = 20_000
"""Larger layers are made in a process of their own, whose memory is given back."""
WAIT_SECONDS = 20.0
MOST_WAITING = 8
"""Requests that wait for layers being made; more are told to come again, so that other
layers are answered meanwhile."""


class FeatureStore:
    """Where the routers find the features of a layer; safe for several threads.

    Parameters
    ----------
    seeds, workspace : Path, Path or None
        Where the layers are. Served forms are kept in the workspace and shared by all
        processes; without one, or where it cannot be written, in a temporary folder
        that goes with the store.
    """

    def __init__(self, seeds: Path, workspace: Path | None) -> None:
        self._sources = (seeds, workspace)
        self._shared = None if workspace is None else workspace / FOLDER
        self._makers = ThreadPoolExecutor(2, thread_name_prefix="served")
        self._opened: dict[tuple[str, str], Future[ServedFile]] = {}
        self._lock = threading.Lock()
        self._waiting = threading.BoundedSemaphore(MOST_WAITING)

    def open(self, layer: LayerSpec) -> ServedFile:
        """Answer the served form of a vector layer, made now if it is not there.

        It is of the version described, also where another is in use by now.

        Raises
        ------
        BusyError
            ``layer_preparing``: it takes longer than a request should wait.
        EcobarrierError
            The layer cannot be read; the next request tries again.
        """
        future = self.prepare(layer)
        if not future.done():
            self._wait(future, layer)
        return future.result()

    def prepare(self, layer: LayerSpec) -> "Future[ServedFile]":
        """Begin to make the served form, unless it is there or being made."""
        key = (layer.id, layer.version)
        with self._lock:
            future = self._opened.get(key)
            if future is None or (future.done() and future.exception() is not None):
                future = self._makers.submit(self._made, layer)
                self._opened[key] = future
        return future

    def _wait(self, future: "Future[ServedFile]", layer: LayerSpec) -> None:
        if not self._waiting.acquire(blocking=False):
            raise BusyError("layer_preparing", layer=layer.id)
        try:
            future.exception(WAIT_SECONDS)
        except NotYet as error:
            raise BusyError("layer_preparing", layer=layer.id) from error
        finally:
            self._waiting.release()

    @cached_property
    def _temporary(self) -> Path:
        folder = Path(tempfile.mkdtemp(prefix="ecobarrier-"))
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        return folder

    def _made(self, layer: LayerSpec) -> ServedFile:
        if self._shared is not None:
            try:
                return ServedFile(self._baked(layer, self._shared))
            except LayerWriteError:
                # A workspace that may only be read is no reason not to serve it.
                self._shared = None
        return ServedFile(self._baked(layer, self._temporary))

    def _baked(self, layer: LayerSpec, folder: Path) -> Path:
        path = served_path(folder, layer.id, layer.version)
        if path.exists():
            return path
        entry = entry_of(*self._sources, layer)
        if (layer.rows or 0) < APART_FROM_ROWS:
            return bake(only(entry), layer.id, folder)
        bake_apart(entry, folder)
        return path
