"""A raster's own blocks, decoded once each and without masks: for zonal tables."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window as RasterWindow

from geo.grid import Window
from geo.raster.source import AnyReader
from layers.loaded import RasterLayer
from layers.opening import open_tiff
from layers.readers.guard import refusal
from layers.storage.files import removed_version

CACHE_MB = 32
"""GDAL's own default, 5 % of all memory, would be held for cells that are read once."""


class BlockFile:
    """A block reader (:class:`geo.raster.source.BlockReader`) of one band.

    Parameters
    ----------
    path : Path
    band : int
        1-based.
    nodata : float or None
    """

    def __init__(self, path: Path, band: int, nodata: float | None) -> None:
        self._path, self._band = path, band
        # A GDAL handle belongs to one thread.
        self._local = threading.local()
        self._opened: list[DatasetReader] = []
        self.nodata = nodata
        self.block_shape: tuple[int, int] = self._dataset().block_shapes[band - 1]

    def _dataset(self) -> DatasetReader:
        if not hasattr(self._local, "dataset"):
            self._local.dataset = open_tiff(self._path)
            self._opened.append(self._local.dataset)
        dataset: DatasetReader = self._local.dataset
        return dataset

    def __call__(self, window: Window) -> np.ndarray:
        """Decode a window, at full resolution.

        Raises
        ------
        LayerReadError
            The file is damaged, or was changed meanwhile.
        VersionRemovedError
        """
        rows, columns = window.shape
        part = RasterWindow(window.col0, window.row0, columns, rows)
        try:
            return np.asarray(self._dataset().read(self._band, window=part))
        except (RasterioError, OSError) as error:
            gone = removed_version(self._path)
            raise gone or refusal(error, self._path, "GeoTIFF") from error

    def close(self) -> None:
        """Close the handles of all threads."""
        for dataset in self._opened:
            with suppress(RasterioError):
                dataset.close()


@contextmanager
def reader(layer: RasterLayer) -> Iterator[AnyReader]:
    """Lend the fastest reader that gives the same cells as :meth:`RasterLayer.read`.

    Yields
    ------
    callable
        Block by block where the file stores values as they are, north up, with at most
        one no-data value; else window by window.
    """
    if not _is_plain(layer):
        yield layer.read
        return
    file = layer.file
    nodata = file.nodata if file.stated_nodata is None else file.stated_nodata
    with rasterio.Env(GDAL_CACHEMAX=CACHE_MB):
        blocks = BlockFile(file.path, file.band, nodata)
        try:
            yield blocks
        finally:
            blocks.close()


def _is_plain(layer: RasterLayer) -> bool:
    file = layer.file
    if file.south_up or file.scale != 1.0 or file.offset != 0.0:
        return False
    if file.nodata is not None and file.stated_nodata is not None:
        return False
    with open_tiff(file.path) as dataset:
        flags = {flag.name for flag in dataset.mask_flag_enums[file.band - 1]}
    return flags <= {"all_valid", "nodata"}
