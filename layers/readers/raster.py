"""Read GeoTIFF: one band, at full resolution, north-up."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from pyproj import CRS
from rasterio.enums import ColorInterp, MaskFlags
from rasterio.errors import NotGeoreferencedWarning, RasterioError
from rasterio.io import DatasetReader
from rasterio.windows import Window as RasterWindow

from geo import crs as coordinate_systems
from geo.errors import CoordinateError
from geo.grid import Grid, Window
from geo.messages import Note
from layers.errors import LayerReadError
from layers.offline import cut_raster_network
from layers.opening import open_tiff
from layers.readers.crs_choice import chosen_crs
from layers.readers.guard import (
    GEOTIFF,
    reading,
    require_file,
    warning_refused,
    warnings_noted,
)

# Before any raster is opened, in each process that opens one.
cut_raster_network()

# What programs write for "no value" when they do not declare it.
SENTINELS = (-999.0, -9999.0, -99999.0, -32768.0, -2147483648.0)
SENTINELS_BY_TYPE = {"uint16": (65535.0,), "int16": (32767.0,)}
LARGEST_VALUE = 1e20
"""No quantity of a map is larger; fills by the lowest float or netCDF's 9.97e36 are."""
# 255 may be a class: said, not refused.
_DOUBTFUL_BYTE = 255.0
_CHUNK_CELLS = 4_000_000


@dataclass(frozen=True)
class RasterFile:
    """One band of a file, seen as a north-up grid.

    Parameters
    ----------
    path : Path
    band : int
        1-based.
    grid : Grid
        Full resolution; first row in the north, also where the file has it last.
    nodata : float or None
        The value for "no value" in the file's own numbers, before scale and offset.
    stated_nodata : float or None
        One the caller stated, masked in addition to what the file declares.
    south_up : bool
        Whether the file stores its rows from south to north.
    scale, offset : float
        Value = stored * scale + offset.
    notes : tuple of Note
    bands : int
        How many the file has.
    unit : str or None
        Of the values, as the file writes it.
    colours : mapping of int to str
        The colour table, ``#rrggbb`` by value; empty if there is none.
    """

    path: Path
    band: int
    grid: Grid
    nodata: float | None
    stated_nodata: float | None
    south_up: bool
    scale: float
    offset: float
    notes: tuple[Note, ...]
    bands: int = 1
    unit: str | None = None
    colours: Mapping[int, str] = field(default_factory=dict)

    def read(self, window: Window) -> np.ma.MaskedArray:
        """Answer the cells of a window, never from overviews.

        Parameters
        ----------
        window : Window
            Inside the grid; may be empty.

        Returns
        -------
        MaskedArray
            Shape of the window, first row in the north. Masked where the file has no
            value or NaN. The file's type, or float64 where scale or offset apply.

        Raises
        ------
        LayerReadError
            The file is damaged, or was changed meanwhile.
        ValueError
            The window reaches outside the grid.
        """
        row0, row1, col0, col1 = window
        height, width = self.grid.height, self.grid.width
        if min(row0, col0) < 0 or row1 > height or col1 > width:
            msg = f"{window} is not inside {height} x {width} cells"
            raise ValueError(msg)
        with _opened(self.path) as dataset:
            if window.is_empty:
                empty = (max(row1 - row0, 0), max(col1 - col0, 0))
                values = np.ma.empty(empty, dataset.dtypes[self.band - 1])
                return np.ma.asanyarray(values)
            first = height - row1 if self.south_up else row0
            cells = RasterWindow(col0, first, col1 - col0, row1 - row0)
            values = _masked(dataset, self.band, cells, self.stated_nodata)
        if self.south_up:
            values = values[::-1]
        if self.scale == 1.0 and self.offset == 0.0:
            return values
        return np.ma.asanyarray(values.astype(np.float64) * self.scale + self.offset)


def open_raster(
    path: Path,
    *,
    crs: str | None = None,
    nodata: float | None = None,
    band: int | None = None,
    overrule: bool = False,
) -> RasterFile:
    """Look at a GeoTIFF and refuse what would give wrong numbers later.

    Parameters
    ----------
    path : Path
    crs : str or None
        Of a file that carries none.
    nodata : float or None
        The value that stands for "no value", in the file's own numbers, where the
        file does not declare it; ``nan`` states that there is none.
    band : int or None
        1-based; may be left out when there is one band (beside alpha).
    overrule : bool
        Whether ``crs`` counts even where the file carries another one.

    Returns
    -------
    RasterFile

    Raises
    ------
    LayerReadError
        Unreadable, rotated or mirrored, without georeference, several bands and none
        chosen; ``raster_nodata_undeclared`` if no value is declared as "no value" and
        cells hold one that usually means it.
    CRSError
        No CRS, one that differs from ``crs``, or an unsafe datum.
    CoordinateError
        A lon/lat raster beyond the globe.
    """
    require_file(path, GEOTIFF)
    notes: list[Note] = []
    with warnings_noted(path, notes), _opened(path) as dataset:
        number = _band(dataset, path, band)
        grid, south_up = _grid(dataset, path, crs, overrule=overrule)
        declared = dataset.nodatavals[number - 1]
        scale, offset = dataset.scales[number - 1], dataset.offsets[number - 1]
        bands, unit = dataset.count, dataset.units[number - 1] or None
        colours = _colours(dataset, number)
    notes += coordinate_systems.require_safe_datum(grid.crs, path.name)
    if south_up:
        notes.append(Note("raster_flipped", {"file": path.name}))
    if nodata is None:
        notes += _undeclared(path, number)
    meant = declared if nodata is None or math.isnan(nodata) else nodata
    if declared is not None and meant != declared and not math.isnan(declared):
        details = {"file": path.name, "stated": meant, "declared": declared}
        notes.append(Note("raster_nodata_both", details))
    return RasterFile(
        path,
        number,
        grid,
        nodata=None if meant is None else float(meant),
        stated_nodata=nodata,
        south_up=south_up,
        scale=float(scale),
        offset=float(offset),
        notes=tuple(notes),
        bands=bands,
        unit=unit,
        colours=colours,
    )


def _colours(dataset: DatasetReader, band: int) -> dict[int, str]:
    try:
        table = dataset.colormap(band)
    except ValueError:
        return {}
    return {int(key): "#{:02x}{:02x}{:02x}".format(*rgb) for key, rgb in table.items()}


@contextmanager
def _opened(path: Path) -> Iterator[DatasetReader]:
    """Open a GeoTIFF; failures inside the body become refusals too."""
    unplaced = LayerReadError("raster_not_placed", file=path.name)
    with reading(path, GEOTIFF.name, also=(RasterioError,)):
        # A file with the size of cells and no place reads as one that begins at 0, 0.
        with warning_refused(NotGeoreferencedWarning, unplaced):
            dataset = open_tiff(path)
        with dataset:
            yield dataset


def _band(dataset: DatasetReader, path: Path, wanted: int | None) -> int:
    kinds = enumerate(dataset.colorinterp, start=1)
    bands = [number for number, kind in kinds if kind != ColorInterp.alpha]
    if wanted is None and len(bands) == 1:
        return bands[0]
    if wanted is None or wanted not in bands:
        raise LayerReadError(
            "raster_choose_band", file=path.name, bands=", ".join(map(str, bands))
        )
    return wanted


def _grid(
    dataset: DatasetReader, path: Path, stated: str | None, *, overrule: bool
) -> tuple[Grid, bool]:
    """Answer the north-up grid, and whether the file stores it from the south."""
    transform = dataset.transform
    details = {"file": path.name}
    # No transform reads as one that counts cells, and so would be taken for degrees.
    if transform.is_identity:
        raise LayerReadError("raster_not_placed", **details)
    cell = abs(transform.a) + abs(transform.e)
    if abs(transform.b) + abs(transform.d) > 1e-9 * cell:
        raise LayerReadError("raster_rotated", **details)
    if transform.a < 0:
        raise LayerReadError("raster_mirrored", **details)
    found = None if dataset.crs is None else CRS.from_user_input(dataset.crs)
    crs = chosen_crs(None if overrule and stated else found, stated, path.name)
    south_up = transform.e > 0
    top = transform.f + dataset.height * transform.e if south_up else transform.f
    grid = Grid(
        dataset.height,
        dataset.width,
        transform.c,
        top,
        transform.a,
        abs(transform.e),
        crs,
    )
    _require_on_globe(grid, path)
    return grid, south_up


def _require_on_globe(grid: Grid, path: Path) -> None:
    """Refuse metres declared as degrees; global grids may overlap by a cell."""
    left, bottom, right, top = grid.bounds
    if not grid.crs.is_geographic:
        return
    if (
        min(left, bottom) < -181 - grid.dx
        or right > 361 + grid.dx
        or top > 91 + grid.dy
    ):
        degrees = max(abs(left), abs(right)) <= 91 and max(abs(bottom), abs(top)) <= 361
        raise CoordinateError(
            "coordinates_swapped" if degrees else "coordinates_metres",
            where=path.name,
            feature="1",
            value=f"{left:g}, {top:g}",
        )


def _undeclared(path: Path, band: int) -> list[Note]:
    """Refuse cells that look like "no value" in a file that declares none.

    Averages take them for measurements (geowrangler#163: a mean of -2492).
    """
    suspects: dict[float, int] = {}
    with _opened(path) as dataset:
        if MaskFlags.all_valid not in dataset.mask_flag_enums[band - 1]:
            return []
        cells = dataset.width * dataset.height
        byte = dataset.dtypes[band - 1] == "uint8"
        for chunk in chunks(dataset):
            _count_suspects(dataset.read(band, window=chunk), suspects)
    if not suspects:
        return []
    value = max(suspects, key=lambda one: suspects[one])
    share = f"{suspects[value] / cells:.1%}"
    details = {"file": path.name, "value": f"{value:.9g}", "share": share}
    if byte:
        return [Note("raster_value_doubtful", details)]
    raise LayerReadError("raster_nodata_undeclared", **details)


def chunks(dataset: DatasetReader) -> Iterator[RasterWindow]:
    """Answer bands of whole rows, a few million cells each, along the file's blocks."""
    block = dataset.block_shapes[0][0]
    rows = max(_CHUNK_CELLS // dataset.width // block, 1) * block
    for row in range(0, dataset.height, rows):
        height = min(rows, dataset.height - row)
        yield RasterWindow(0, row, dataset.width, height)


def _count_suspects(values: np.ndarray, suspects: dict[float, int]) -> None:
    named = SENTINELS + SENTINELS_BY_TYPE.get(values.dtype.name, ())
    if values.dtype == np.uint8:
        named = (_DOUBTFUL_BYTE,)
    huge = np.unique(values[np.abs(values) >= LARGEST_VALUE])
    for value in (*named, *map(float, huge[:10])):
        count = int(np.count_nonzero(values == value))
        if count:
            suspects[value] = suspects.get(value, 0) + count


def _masked(
    dataset: DatasetReader, band: int, cells: RasterWindow, stated: float | None
) -> np.ma.MaskedArray:
    """Read cells with everything masked that has no value."""
    values = dataset.read(band, window=cells, masked=True)
    mask = np.ma.getmaskarray(values)
    if stated is not None and not math.isnan(stated):
        mask = mask | np.isclose(values.data, stated, rtol=1e-7, atol=0)
    if values.dtype.kind == "f":
        mask = mask | np.isnan(values.data)
    return np.ma.MaskedArray(values.data, mask)
