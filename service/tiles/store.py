"""Vector tiles of the layers: baked once per version, then read from their archive."""

import asyncio
import logging
import shutil
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from geo.errors import EcobarrierError
from geo.tile_matrix import TILE_MATRIX_SETS, WEB_MERCATOR_QUAD, TileMatrixSet
from layers.errors import LayerReadError
from layers.models import LayerSpec
from layers.pmtiles import Archive, plain_tile
from layers.tile_features import Square
from layers.tiles import archive_path, bake
from service.errors import NotReadyError
from service.tiles.metadata import LayerExtent, level_limit
from service.tiles.versions import archive_key

ARCHIVES_OPEN = 64
"""Archives kept open; each is one file descriptor and a few directories."""
PATIENCE_S = 20.0
"""How long a request waits for a layer that is just being baked."""
RETRY_AFTER_S = 5
FAILURE_KEPT_S = 60.0
"""A layer that could not be baked is not tried again before."""

_LOG = logging.getLogger("ecobarrier.tiles")


class VectorTile(NamedTuple):
    """A tile as it is stored, packed by gzip, and unpacked."""

    packed: bytes
    plain: bytes


class TileStore:
    """Bakes layers one after another in the background and reads their tiles.

    Parameters
    ----------
    cache : Path
        Where the archives are kept.
    seeds : Path
    workspace : Path or None
    """

    def __init__(self, cache: Path, seeds: Path, workspace: Path | None) -> None:
        self._cache = cache
        self._seeds = seeds
        self._workspace = workspace
        self._archives: OrderedDict[Path, Archive] = OrderedDict()
        self._baking: dict[str, Future[None]] = {}
        self._latest: dict[str, str] = {}
        self._failed: dict[str, tuple[float, EcobarrierError]] = {}
        self._lock = Lock()
        # One at a time: the machine has other work, and tippecanoe uses all of it.
        self._baker = ThreadPoolExecutor(1, thread_name_prefix="tiles")

    def close(self) -> None:
        """Close the archives and start no further bake."""
        self._baker.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            for archive in self._archives.values():
                archive.close()
            self._archives.clear()

    def bake_all(self, specs: Iterable[LayerSpec]) -> None:
        """Begin to bake what is not baked yet; answers at once.

        A layer that somebody asks for meanwhile comes next. A version that another
        has followed by then is left out.
        """
        self._begin(specs, patient=True)

    def bake_changed(self, specs: Iterable[LayerSpec]) -> None:
        """Begin to bake versions that just came into use: they are asked for soon."""
        self._begin(specs, patient=False)

    def _begin(self, specs: Iterable[LayerSpec], *, patient: bool) -> None:
        open_ones = [
            one for one in specs if one.kind == "vector" and not one.restricted
        ]
        self._latest |= {one.id: one.version for one in open_ones}
        self._baker.submit(self._bake_in_turn, open_ones, patient)

    def _bake_in_turn(self, specs: list[LayerSpec], patient: bool) -> None:
        if not specs:
            return
        if self._latest[specs[0].id] == specs[0].version:
            with suppress(EcobarrierError):
                self._bake(specs[0], patient=patient)
        with suppress(RuntimeError):
            # Put behind what was asked for; refused once the store is closed.
            self._baker.submit(self._bake_in_turn, specs[1:], patient)

    def tile(
        self, spec: LayerSpec, tiles: TileMatrixSet, place: tuple[int, int, int]
    ) -> VectorTile | None:
        """Answer a tile by level, row, column; None where nothing is.

        Raises
        ------
        NotReadyError
            ``tiles_not_ready``: not baked yet, or found damaged and being made anew.
        LayerWriteError
            ``tiles_failed``: it could not be baked.
        """
        level, row, column = place
        zoom = level + Square(tiles).levels_more
        archive = self._archive(spec, tiles)
        try:
            packed = archive.tile(zoom, column, row)
            return None if packed is None else VectorTile(packed, plain_tile(packed))
        except LayerReadError as error:
            _LOG.error("%s is baked anew: %s", spec.id, error)
            self._discard(spec, tiles)
            raise self._not_ready(spec) from error

    def archive_file(self, spec: LayerSpec, tiles: TileMatrixSet) -> Path:
        """Answer the path of a whole archive; refuses as :meth:`tile` does."""
        return self._archive(spec, tiles).path

    def extent(self, spec: LayerSpec, tiles: TileMatrixSet) -> LayerExtent:
        """Answer what the archive says of itself; refuses as :meth:`tile` does."""
        # The corners of the other set's archive are in the square world.
        archive = self._archive(spec, WEB_MERCATOR_QUAD)
        metadata, header = archive.metadata, archive.header
        fields = [one.get("fields", {}) for one in metadata.get("vector_layers", [])]
        counts = (
            (zoom, int(one.get("dropped_as_needed", 0)))
            for zoom, one in enumerate(metadata.get("strategies", []))
        )
        return LayerExtent(
            (header.west, header.south, header.east, header.north),
            level_limit(spec, tiles),
            fields[0] if fields else {},
            {zoom: count for zoom, count in counts if count},
        )

    async def ready(self, spec: LayerSpec) -> None:
        """Wait, without holding a thread, until a layer is baked.

        Raises
        ------
        NotReadyError
            After :data:`PATIENCE_S`.
        LayerWriteError
            ``tiles_failed``.
        """
        paths = self._paths(spec)
        with self._lock:
            if all(path in self._archives for path in paths):
                return
        if await asyncio.to_thread(self._are_there, paths):
            return
        future = self._start(spec)
        waiting = asyncio.shield(asyncio.wrap_future(future))
        try:
            await asyncio.wait_for(waiting, PATIENCE_S)
        except TimeoutError as error:
            raise self._not_ready(spec) from error

    def _path(self, spec: LayerSpec, tiles: TileMatrixSet) -> Path:
        return archive_path(self._cache, spec, tiles, archive_key(spec))

    def _paths(self, spec: LayerSpec) -> list[Path]:
        sets = TILE_MATRIX_SETS.values()
        return [self._path(spec, tiles) for tiles in sets]

    def _are_there(self, paths: list[Path]) -> bool:
        try:
            for path in paths:
                self._opened(path)
        except LayerReadError:
            return False
        return True

    def _not_ready(self, spec: LayerSpec) -> NotReadyError:
        return NotReadyError("tiles_not_ready", layer=spec.id, seconds=RETRY_AFTER_S)

    def _archive(self, spec: LayerSpec, tiles: TileMatrixSet) -> Archive:
        try:
            return self._opened(self._path(spec, tiles))
        except LayerReadError as error:
            self._start(spec)
            raise self._not_ready(spec) from error

    def _opened(self, path: Path) -> Archive:
        with self._lock:
            known = self._archives.get(path)
            if known is not None:
                self._archives.move_to_end(path)
                return known
        opened = Archive(path)
        with self._lock:
            # Left-over ones are closed when their last reader lets them go.
            kept = self._archives.setdefault(path, opened)
            while len(self._archives) > ARCHIVES_OPEN:
                self._archives.popitem(last=False)
        return kept

    def _start(self, spec: LayerSpec) -> Future[None]:
        """Answer the running bake of a layer, begun if there is none."""
        key = archive_key(spec)
        with self._lock:
            failed = self._failed.get(key)
            if failed is not None and time.monotonic() < failed[0] + FAILURE_KEPT_S:
                raise failed[1]
            running = self._baking.get(key)
            if running is None:
                running = self._baker.submit(self._bake, spec)
                self._baking[key] = running
            return running

    def _bake(self, spec: LayerSpec, *, patient: bool = False) -> None:
        key = archive_key(spec)
        started = time.monotonic()
        try:
            bake(
                self._cache,
                spec,
                seeds=self._seeds,
                workspace=self._workspace,
                patient=patient,
            )
        except EcobarrierError as error:
            _LOG.error("%s: %s", spec.id, error)
            with self._lock:
                self._failed[key] = time.monotonic(), error
            raise
        finally:
            with self._lock:
                self._baking.pop(key, None)
        _LOG.info("%s baked in %.1f s", spec.id, time.monotonic() - started)

    def _discard(self, spec: LayerSpec, tiles: TileMatrixSet) -> None:
        path = self._path(spec, tiles)
        with self._lock:
            self._archives.pop(path, None)
        shutil.rmtree(path.parent, ignore_errors=True)
