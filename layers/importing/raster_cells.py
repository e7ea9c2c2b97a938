"""The cells of a raster that is imported: looked at once, then written by windows."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import rasterio
from affine import Affine
from rasterio.errors import RasterioError
from rasterio.shutil import copy as gdal_copy
from rasterio.windows import Window as RasterWindow

from geo.grid import Window
from layers.readers.raster import LARGEST_VALUE, RasterFile
from layers.writers import atomic_file

MOST_CLASSES = 256
_CELLS, _BLOCK = 4_000_000, 256
_WIDER = {
    "uint8": "int16",
    "int8": "int16",
    "int16": "int32",
    "uint16": "int32",
}


@dataclass
class Seen:
    """What one pass over the cells found.

    Parameters
    ----------
    kind : str
        Type of the stored numbers.
    without_value, impossible : int
        Cells; the second ones are infinite or beyond any quantity.
    low, high : float
        Of the stored numbers that are values; infinite, inside out, if there is none.
    counts : dict of float to int
        Cells of each stored number, while there are few different ones.
    many : bool
        Whether there are more, so that ``counts`` is no use.
    """

    kind: str
    without_value: int = 0
    impossible: int = 0
    low: float = float("inf")
    high: float = float("-inf")
    counts: dict[float, int] = field(default_factory=dict)
    many: bool = False

    @property
    def fraction(self) -> float | None:
        """A value that is not whole, where there is one."""
        if self.many and np.dtype(self.kind).kind == "f":
            return self.low
        parts = [one for one in self.counts if not float(one).is_integer()]
        return parts[0] if parts else None

    def add(self, values: np.ndarray) -> None:
        """Count values, none of them missing."""
        if not len(values):
            return
        self.low = min(self.low, float(values.min()))
        self.high = max(self.high, float(values.max()))
        if self.many:
            return
        found, counts = np.unique(values, return_counts=True)
        if len(found) > MOST_CLASSES:
            self.many = True
            return
        for value, count in zip(found.tolist(), counts.tolist(), strict=True):
            self.counts[value] = self.counts.get(value, 0) + count
        self.many = len(self.counts) > MOST_CLASSES


def windows(file: RasterFile) -> Iterator[Window]:
    """Answer bands of whole rows from the north, each some megabytes."""
    height, width = file.grid.height, file.grid.width
    rows = max(_CELLS // width // _BLOCK, 1) * _BLOCK
    for row in range(0, height, rows):
        yield Window(row, min(row + rows, height), 0, width)


def stored(file: RasterFile, window: Window) -> np.ma.MaskedArray:
    """Read numbers as they are stored, with everything masked that is no value."""
    values = replace(file, scale=1.0, offset=0.0).read(window)
    if values.dtype.kind != "f":
        return values
    with np.errstate(invalid="ignore"):
        beyond = ~(np.abs(values.data) < LARGEST_VALUE)
    return np.ma.MaskedArray(values.data, np.ma.getmaskarray(values) | beyond)


def look(file: RasterFile) -> Seen:
    """Pass over all cells once.

    Raises
    ------
    LayerReadError
    """
    seen = Seen(
        replace(file, scale=1.0, offset=0.0).read(Window(0, 1, 0, 1)).dtype.name
    )
    plain = replace(file, scale=1.0, offset=0.0)
    for window in windows(file):
        values = stored(file, window)
        missing = np.ma.getmaskarray(values)
        seen.without_value += int(missing.sum())
        if values.dtype.kind == "f":
            lost = np.ma.getmaskarray(plain.read(window))
            seen.impossible += int((missing & ~lost).sum())
        seen.add(values.data[~missing])
    return seen


def room_for_none(seen: Seen, declared: float | None) -> tuple[str, float]:
    """Choose the type to keep, and a number of it that no cell with a value has."""
    kind = np.dtype(seen.kind)
    if kind.kind == "f":
        if declared is not None and not seen.low <= declared <= seen.high:
            return seen.kind, float(declared)
        return seen.kind, float("nan")
    limits = np.iinfo(kind)
    ends = (limits.max, limits.min) if kind.kind == "u" else (limits.min, limits.max)
    for value in (declared, *ends):
        if value is None or not float(value).is_integer():
            continue
        inside = limits.min <= value <= limits.max
        if inside and not seen.low <= value <= seen.high:
            return seen.kind, float(value)
        if inside and not seen.many and value not in seen.counts:
            return seen.kind, float(value)
    wider = _WIDER.get(seen.kind, "float64")
    none = float("nan") if wider == "float64" else float(np.iinfo(wider).min)
    return wider, none


def write(
    file: RasterFile, path: Path, kind: str, none: float, *, classes: bool, about: str
) -> None:
    """Write a Cloud-Optimized GeoTIFF by windows, first row in the north.

    Raises
    ------
    LayerReadError, LayerWriteError
    """
    grid = file.grid
    profile = {
        "driver": "GTiff",
        "height": grid.height,
        "width": grid.width,
        "count": 1,
        "dtype": kind,
        "crs": grid.crs.to_wkt(),
        "transform": Affine(grid.dx, 0.0, grid.x0, 0.0, -grid.dy, grid.y0),
        "nodata": none,
        "tiled": True,
        "blockxsize": _BLOCK,
        "blockysize": _BLOCK,
        "compress": "deflate",
        "zlevel": 1,
        "bigtiff": "if_safer",
    }
    with (
        atomic_file(path, also=(RasterioError,)) as final,
        TemporaryDirectory(dir=final.parent) as folder,
    ):
        plain = Path(folder) / "plain.tif"
        with rasterio.open(plain, "w", **profile) as out:
            for window in windows(file):
                cells = stored(file, window)
                values = cells.data.astype(kind)
                values[np.ma.getmaskarray(cells)] = none
                place = RasterWindow(
                    0, window.row0, grid.width, window.row1 - window.row0
                )
                out.write(values, 1, window=place)
            out.scales, out.offsets = (file.scale,), (file.offset,)
            out.units = (file.unit or "",)
            out.update_tags(PROVENANCE=about)
            if file.colours and kind in ("uint8", "uint16"):
                out.write_colormap(1, dict(map(_rgba, file.colours.items())))
        _optimise(plain, final, classes=classes)


def _rgba(entry: tuple[int, str]) -> tuple[int, tuple[int, int, int, int]]:
    red, green, blue = bytes.fromhex(entry[1][1:])
    return entry[0], (red, green, blue, 255)


def _optimise(plain: Path, final: Path, *, classes: bool) -> None:
    with rasterio.Env(GDAL_NUM_THREADS="1", GDAL_CACHEMAX=256):
        gdal_copy(
            plain,
            final,
            driver="COG",
            compress="DEFLATE",
            level=6,
            predictor="YES",
            blocksize=_BLOCK,
            bigtiff="IF_SAFER",
            overview_resampling="NEAREST" if classes else "AVERAGE",
        )
