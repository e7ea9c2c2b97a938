"""The cells of a raster under the pixels of a map tile.

Each pixel shows the cell its centre lies in; nothing is interpolated. A lon/lat raster
under either tile matrix set is *separable*: a column of pixels has one longitude, a
row one latitude, so a tile is two index lists and one window, and needs no warper.
Other rasters take a grid of exactly transformed nodes with straight lines between.

The overview read is the one that GDAL takes for the same request, so that pixels
equal those of tools built on its warper.
"""

import math
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import local
from typing import NamedTuple

import numpy as np
from pyproj import CRS, Transformer
from rasterio.enums import MaskFlags
from rasterio.errors import RasterioError
from rasterio.io import DatasetReader
from rasterio.warp import calculate_default_transform
from rasterio.windows import Window as RasterWindow

from geo.grid import Grid
from geo.tile_matrix import TileMatrixSet
from geo.types import FloatArray, IntArray
from layers.loaded import RasterLayer
from layers.opening import file_stamp, open_tiff, plain_path
from layers.readers.guard import GEOTIFF, reading, warnings_noted
from layers.readers.raster import RasterFile

DATASETS_KEPT = 12
"""Open files kept per thread."""
LARGEST_LEVEL_KEPT = 16_000_000
"""Bytes; a level of a file that is smaller is unpacked as a whole and kept."""
LEVELS_KEPT = 16
MOST_CELLS = 16_000_000
"""Cells read at once; more only happens in files without overviews."""

# GDALBandGetBestOverviewLevel2: an overview is used if it is at most so much coarser
# than what is asked for.
_OVERSAMPLING = 1.2
_NEARLY = 0.1
_NODES = 17
_LARGEST_NODE_ERROR = 0.02
"""Cells; where straight lines between nodes are worse, every pixel is transformed."""
_MERCATOR_EDGE = 85.06
_BORDER = 1e-10
"""Cells; the same that GDAL's warper adds."""
_FLOAT_ERROR = 1e-7
"""Relative error of a "no value" that went through 32 bits."""

_open = local()


@dataclass(frozen=True)
class _Level:
    """One resolution of a file: -1 is the full one, then its overviews."""

    number: int
    width: int
    height: int


def tile_values(
    raster: RasterLayer,
    tiles: TileMatrixSet,
    place: tuple[int, int, int],
    pixels: int = 256,
) -> np.ma.MaskedArray:
    """Answer the value under each pixel centre of a tile.

    Parameters
    ----------
    raster : RasterLayer
        In any CRS.
    tiles : TileMatrixSet
    place : tuple of int
        Level, row, column; a tile that the set holds.
    pixels : int
        Of the tile's side.

    Returns
    -------
    MaskedArray
        ``(pixels, pixels)``, first row in the north; masked outside the raster and
        where it has no value. The file's type, or float64 where scale or offset
        apply.

    Raises
    ------
    LayerReadError
        The file is damaged, or was changed meanwhile.
    """
    file = raster.file
    longitudes, latitudes = tiles.pixel_centres(*place, pixels)
    with reading(file.path, GEOTIFF.name, also=(RasterioError,)):
        level = _level(file, tiles, place[0], pixels)
        dataset = _dataset(file.path, level.number)
        rows, columns = _cells(file.grid, level, longitudes, latitudes)
        values = _taken(dataset, file, level, rows, columns)
    if file.scale == 1.0 and file.offset == 0.0:
        return values
    return np.ma.asanyarray(values.astype(np.float64) * file.scale + file.offset)


def close_datasets() -> None:
    """Close the files that this thread keeps open."""
    for dataset in getattr(_open, "datasets", OrderedDict()).values():
        dataset.close()
    _open.datasets = OrderedDict()


def _level(file: RasterFile, tiles: TileMatrixSet, level: int, pixels: int) -> _Level:
    stamp = file_stamp(file.path)
    natural = _natural_cell(file.path, stamp, tiles.crs)
    # GDAL compares whole numbers of cells over the tile.
    full = max(pixels, round(tiles.side / (1 << level) / natural))
    sizes = _sizes(file.path, stamp)
    chosen = sizes[0]
    for one in sizes[1:]:
        coarser = max(1, math.floor(full * one.width / sizes[0].width + 0.5))
        if full / coarser < _OVERSAMPLING * full / pixels + _NEARLY:
            chosen = one
    return chosen


@lru_cache(maxsize=256)
def _natural_cell(path: Path, _stamp: tuple[int, int], crs: str) -> float:
    """Side of a cell in another CRS, as GDAL suggests it for a whole file."""
    dataset = _dataset(path, -1)
    left, bottom, right, top = dataset.bounds
    height = dataset.height
    if dataset.crs.is_geographic:
        # Mercator has no poles: GDAL would suggest cells of infinite size.
        low, high = max(bottom, -_MERCATOR_EDGE), min(top, _MERCATOR_EDGE)
        height = max(1, round(height * (high - low) / (top - bottom)))
        bottom, top = low, high
    size = dataset.width, height
    with warnings_noted(path, []):
        suggested, _, _ = calculate_default_transform(
            dataset.crs, crs, *size, left, bottom, right, top
        )
    return float(suggested.a)


@lru_cache(maxsize=256)
def _sizes(path: Path, _stamp: tuple[int, int]) -> tuple[_Level, ...]:
    dataset = _dataset(path, -1)
    sizes = [_Level(-1, dataset.width, dataset.height)]
    for number in range(len(dataset.overviews(1))):
        overview = _dataset(path, number)
        sizes.append(_Level(number, overview.width, overview.height))
    return tuple(sizes)


def _dataset(path: Path, overview: int) -> DatasetReader:
    """Open a file, or answer it as this thread has it open; GDAL shares none."""
    if not hasattr(_open, "datasets"):
        _open.datasets = OrderedDict()
    datasets: OrderedDict[object, DatasetReader] = _open.datasets
    key = path, overview, file_stamp(path)
    if key in datasets:
        datasets.move_to_end(key)
        return datasets[key]
    options = {} if overview < 0 else {"OVERVIEW_LEVEL": overview}
    datasets[key] = open_tiff(path, **options)
    while len(datasets) > DATASETS_KEPT:
        _, oldest = datasets.popitem(last=False)
        with suppress(RasterioError):
            oldest.close()
    return datasets[key]


def _cells(
    grid: Grid, level: _Level, longitudes: FloatArray, latitudes: FloatArray
) -> tuple[IntArray, IntArray]:
    """Row and column of a level's cell under each pixel.

    Returns
    -------
    tuple of IntArray
        ``(n, 1)`` and ``(1, n)`` for a lon/lat raster, else ``(n, n)`` both; beyond
        the raster where they are negative or too large.
    """
    left, bottom, right, top = grid.bounds
    across, down = (right - left) / level.width, (top - bottom) / level.height
    if grid.crs.is_geographic:
        # A raster that crosses 180 degrees, or is counted from 0 to 360.
        column = np.mod(longitudes - left, 360.0) / across
        return _floor((top - latitudes) / down)[:, None], _floor(column)[None, :]
    x, y = _projected(grid.crs, longitudes, latitudes, min(across, down))
    return _floor((top - y) / down), _floor((x - left) / across)


def _projected(
    crs: CRS, longitudes: FloatArray, latitudes: FloatArray, cell: float
) -> tuple[FloatArray, FloatArray]:
    """Coordinates of every pixel; by way of nodes where that is as good."""
    step = _transformer(crs.to_wkt())
    pixels = len(longitudes)
    at = np.linspace(0, pixels - 1, 2 * _NODES - 1)
    line = np.arange(pixels)
    x, y = step.transform(
        *np.meshgrid(np.interp(at, line, longitudes), np.interp(at, line, latitudes))
    )
    whole = [_between(field[::2, ::2], at[::2], at) for field in (x, y)]
    error = max(np.abs(a - b).max() for a, b in zip(whole, (x, y), strict=True))
    if not error <= _LARGEST_NODE_ERROR * cell:
        exact = step.transform(*np.meshgrid(longitudes, latitudes))
        return exact[0], exact[1]
    return _between(x, at, line), _between(y, at, line)


@lru_cache(maxsize=32)
def _transformer(wkt: str) -> Transformer:
    crs = CRS.from_wkt(wkt)
    return Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True)


def _between(
    field: FloatArray, nodes: FloatArray, wanted: FloatArray | IntArray
) -> FloatArray:
    """Interpolate a square field of nodes in straight lines, both ways."""
    at = np.interp(wanted, nodes, np.arange(len(nodes)))
    low = np.minimum(at.astype(np.int64), len(nodes) - 2)
    part = at - low
    rows = field[low] * (1 - part)[:, None] + field[low + 1] * part[:, None]
    taken: FloatArray = rows[:, low] * (1 - part) + rows[:, low + 1] * part
    return taken


def _floor(position: FloatArray) -> IntArray:
    # A point that the projection cannot reach is inf: outside. A centre that lies on
    # a border of cells belongs to the next one, also after rounding.
    known = np.where(np.isfinite(position), position + _BORDER, -1)
    whole: IntArray = np.floor(np.clip(known, -1, 2**31)).astype(np.int64)
    return whole


def _taken(
    dataset: DatasetReader,
    file: RasterFile,
    level: _Level,
    rows: IntArray,
    columns: IntArray,
) -> np.ma.MaskedArray:
    """Read the windows that the pixels need, by strips, and pick their cells."""
    shape = np.broadcast_shapes(rows.shape, columns.shape)
    values = np.zeros(shape, dtype=dataset.dtypes[file.band - 1])
    valid = np.zeros(shape, dtype=bool)
    there = _inside(rows, level.height) & _inside(columns, level.width)
    used = np.flatnonzero(there.any(axis=1))
    if len(used):
        cells = _extent(rows, level.height) * _extent(columns, level.width)
        parts = min(math.ceil(cells / MOST_CELLS), len(used))
        for part in np.array_split(used, parts):
            strip = slice(int(part[0]), int(part[-1]) + 1)
            across = columns if len(columns) == 1 else columns[strip]
            wanted = _Wanted(rows[strip], across, level)
            values[strip], valid[strip] = wanted.read(dataset, file)
    return np.ma.MaskedArray(values, ~valid)


def _inside(index: IntArray, size: int) -> np.ndarray:
    inside: np.ndarray = (index >= 0) & (index < size)
    return inside


def _extent(index: IntArray, size: int) -> int:
    return int(np.ptp(index[_inside(index, size)])) + 1


@dataclass(frozen=True)
class _Wanted:
    """Cells of one strip of pixels, as :func:`_cells` has them."""

    rows: IntArray
    columns: IntArray
    level: _Level

    def read(
        self, dataset: DatasetReader, file: RasterFile
    ) -> tuple[np.ndarray, np.ndarray]:
        """Values and where there are any."""
        height = self.level.height
        rows = height - 1 - self.rows if file.south_up else self.rows
        valid = _inside(rows, height) & _inside(self.columns, self.level.width)
        row, row0, tall = _local(rows, height)
        column, column0, wide = _local(self.columns, self.level.width)
        part = _Part(file.band, row0, column0, tall, wide)
        block, mask = _cells_of(dataset, self.level, part)
        values = _pick(block, row, column)
        valid &= _has_value(values, file)
        if mask is not None:
            valid &= _pick(mask, row, column) > 0
        return values, valid


class _Part(NamedTuple):
    """A window of a band."""

    band: int
    row: int
    column: int
    height: int
    width: int

    def cut(self, whole: np.ndarray) -> np.ndarray:
        """Take the window out of all cells."""
        across = slice(self.column, self.column + self.width)
        return whole[self.row : self.row + self.height, across]


def _cells_of(
    dataset: DatasetReader, level: _Level, part: _Part
) -> tuple[np.ndarray, np.ndarray | None]:
    """Cells of a window and their mask, if the file has one; small levels are kept."""
    cell_bytes = np.dtype(dataset.dtypes[part.band - 1]).itemsize
    if level.width * level.height * cell_bytes > LARGEST_LEVEL_KEPT:
        window = RasterWindow(part.column, part.row, part.width, part.height)
        return _read(dataset, part.band, window)
    path = plain_path(dataset)
    cells, mask = _whole_level(path, file_stamp(path), level.number, part.band)
    return part.cut(cells), None if mask is None else part.cut(mask)


@lru_cache(maxsize=LEVELS_KEPT)
def _whole_level(
    path: Path, _stamp: tuple[int, int], number: int, band: int
) -> tuple[np.ndarray, np.ndarray | None]:
    return _read(_dataset(path, number), band, None)


def _read(
    dataset: DatasetReader, band: int, window: RasterWindow | None
) -> tuple[np.ndarray, np.ndarray | None]:
    cells = dataset.read(band, window=window)
    if MaskFlags.per_dataset not in dataset.mask_flag_enums[band - 1]:
        return cells, None
    return cells, dataset.read_masks(band, window=window)


def _local(index: IntArray, size: int) -> tuple[IntArray, int, int]:
    """Positions within the window, its first cell and its length."""
    known = index[_inside(index, size)]
    first, last = int(known.min()), int(known.max())
    return np.clip(index, first, last) - first, first, last - first + 1


def _pick(block: np.ndarray, row: IntArray, column: IntArray) -> np.ndarray:
    if row.shape[1] == 1 and column.shape[0] == 1:
        return np.asarray(block.take(row[:, 0], axis=0).take(column[0], axis=1))
    return np.asarray(block[row, column])


def _has_value(values: np.ndarray, file: RasterFile) -> np.ndarray:
    valid = np.ones(values.shape, dtype=bool)
    if values.dtype.kind == "f":
        valid = ~np.isnan(values)
    for none in (file.nodata, file.stated_nodata):
        if none is None or math.isnan(none):
            continue
        if values.dtype.kind == "f":
            valid &= np.abs(values - none) > abs(none) * _FLOAT_ERROR
        else:
            valid &= values != none
    return valid
