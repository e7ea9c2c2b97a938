"""Rasters as pictures that lie right on a Web Mercator map."""

import base64
import io
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pyproj import Transformer

from geo.grid import Grid, Window
from geo.types import BBox, FloatArray, IntArray
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from service.palette import has_ramp, ramp_of

MAX_LATITUDE = 85.05
"""Web Mercator ends here."""
MAX_SIDE = 2400
"""Pixels of the longer side."""
_UPSAMPLING = 3
"""Picture columns per cell: cell borders then lie right within a sixth of a cell."""
_RAMP_STEPS = 64
_ROWS_AT_ONCE = 128
_SPREAD = (2, 98)
"""Percent of the values below the first and the last colour."""

Pixels = NDArray[np.uint8]
Ramp = tuple[tuple[float, str], ...]


@dataclass(frozen=True)
class Picture:
    """A picture and the lon/lat box that it fills on a Web Mercator map.

    ``classes`` are the values of the classes that occur in it; ``ramp`` is set where
    colours were spread over the values that occur, because nobody says which to use.
    """

    data_url: str
    byte_count: int
    bounds: BBox
    classes: frozenset[int] = frozenset()
    ramp: Ramp | None = None

    @property
    def content(self) -> bytes:
        """The bytes of the picture's file."""
        return base64.b64decode(self.data_url.partition(",")[2])

    @cached_property
    def size(self) -> tuple[int, int]:
        """Columns and rows of pixels."""
        return Image.open(io.BytesIO(self.content)).size


@dataclass(frozen=True)
class MercatorRows:
    """Picture rows of equal height on a Web Mercator map.

    Parameters
    ----------
    bounds : BBox
        West, south, east, north, degrees.
    width, height : int
        Pixels.
    """

    bounds: BBox
    width: int
    height: int

    @classmethod
    def over(cls, bounds: BBox, width: int) -> "MercatorRows":
        """Make square pixels over a box; latitudes are cut at Mercator's end."""
        west, south, east, north = bounds
        south, north = max(south, -MAX_LATITUDE), min(north, MAX_LATITUDE)
        tall = mercator_y(np.array(north)) - mercator_y(np.array(south))
        height = max(1, round(width * float(tall) / np.radians(east - west)))
        return cls((west, south, east, north), width, height)

    @property
    def longitudes(self) -> FloatArray:
        """Of the pixel centres, ``(width,)``."""
        west, _, east, _ = self.bounds
        return west + (np.arange(self.width) + 0.5) * (east - west) / self.width

    @property
    def latitudes(self) -> FloatArray:
        """Of the pixel centres from north to south, ``(height,)``."""
        _, south, _, north = self.bounds
        top, bottom = mercator_y(np.array(north)), mercator_y(np.array(south))
        y = top - (np.arange(self.height) + 0.5) * (top - bottom) / self.height
        return np.degrees(2 * np.arctan(np.exp(y)) - np.pi / 2)


def mercator_y(latitude: FloatArray) -> FloatArray:
    """Spherical Mercator ordinate of degrees, on a sphere of radius 1."""
    return np.log(np.tan(np.pi / 4 + np.radians(latitude) / 2))


def picture(raster: RasterLayer) -> Picture:
    """Draw a raster in its classes' or its ramp's colours.

    Parameters
    ----------
    raster : RasterLayer
        In any CRS. Each pixel shows the cell its centre lies in; nothing is
        interpolated.

    Returns
    -------
    Picture
        PNG; cells without a value, and values that are no class, are transparent.
    """
    bounds = lonlat_bounds(raster.grid)
    width = int(np.clip(_UPSAMPLING * raster.grid.width, 600, MAX_SIDE))
    rows = MercatorRows.over(bounds, width)
    if rows.height > MAX_SIDE:
        width = max(1, width * MAX_SIDE // rows.height)
        rows = MercatorRows.over(bounds, width)
    values = sample(raster, rows)
    ramp = _spread(raster.spec, values)
    codes, colours = _coloured(raster.spec, values, ramp or ramp_of(raster.spec))
    classes = raster.spec.classes
    present = {classes[code - 1].value for code in np.unique(codes) if code and classes}
    return Picture(*_png(codes, colours), rows.bounds, frozenset(present), ramp)


def _spread(spec: LayerSpec, values: np.ma.MaskedArray) -> Ramp | None:
    """Spread the usual colours over most values, where the layer has no ramp.

    From the 2nd to the 98th percentile, so that a few odd values do not make all
    others look alike.
    """
    if spec.classes or has_ramp(spec):
        return None
    known = np.asarray(values.compressed(), dtype=np.float64)
    known = known[np.isfinite(known)]
    if not len(known):
        return None
    low, high = (float(f"{one:.3g}") for one in np.percentile(known, _SPREAD))
    if low >= high:
        low, high = low - 0.5, low + 0.5
    colours = [colour for _, colour in ramp_of(spec)]
    return tuple(
        zip(np.linspace(low, high, len(colours)).tolist(), colours, strict=True)
    )


def lonlat_bounds(grid: Grid) -> BBox:
    """West, south, east, north of a grid in degrees."""
    if grid.crs.is_geographic:
        return grid.bounds
    step = Transformer.from_crs(grid.crs, grid.crs.geodetic_crs, always_xy=True)
    west, south, east, north = step.transform_bounds(*grid.bounds)
    return west, south, east, north


def sample(raster: RasterLayer, rows: MercatorRows) -> np.ma.MaskedArray:
    """Answer the cell under each pixel centre, ``(height, width)``.

    Read by strips, so that memory holds the picture and a part of the raster.
    """
    strips = [
        _strip(raster, rows.longitudes, rows.latitudes[start : start + _ROWS_AT_ONCE])
        for start in range(0, rows.height, _ROWS_AT_ONCE)
    ]
    return np.ma.concatenate(strips)  # type: ignore[no-any-return,no-untyped-call]


def _strip(
    raster: RasterLayer, longitudes: FloatArray, latitudes: FloatArray
) -> np.ma.MaskedArray:
    row, col = _cells(raster.grid, longitudes, latitudes)
    inside = (row >= 0) & (row < raster.grid.height)
    inside &= (col >= 0) & (col < raster.grid.width)
    shape = len(latitudes), len(longitudes)
    if not inside.any():
        return np.ma.masked_all(shape)  # type: ignore[no-any-return,no-untyped-call]
    window = Window(
        int(row[inside].min()),
        int(row[inside].max()) + 1,
        int(col[inside].min()),
        int(col[inside].max()) + 1,
    )
    block = raster.read(window)
    taken = block[
        np.clip(row - window.row0, 0, block.shape[0] - 1),
        np.clip(col - window.col0, 0, block.shape[1] - 1),
    ]
    return np.ma.masked_where(~inside, taken)


def _cells(
    grid: Grid, longitudes: FloatArray, latitudes: FloatArray
) -> tuple[IntArray, IntArray]:
    """Row and column of the cell under each pixel centre; may lie outside."""
    x, y = np.meshgrid(longitudes, latitudes)
    if not grid.crs.is_geographic:
        geodetic = grid.crs.geodetic_crs
        x, y = Transformer.from_crs(geodetic, grid.crs, always_xy=True).transform(x, y)
    col, row = (x - grid.x0) / grid.dx, (grid.y0 - y) / grid.dy
    return _floor(row), _floor(col)


def _floor(position: FloatArray) -> IntArray:
    # A point that the projection cannot reach is inf: outside.
    return np.floor(np.where(np.isfinite(position), position, -1)).astype(np.int64)


def _coloured(
    spec: LayerSpec, values: np.ma.MaskedArray, stops: Ramp
) -> tuple[Pixels, list[str]]:
    """Palette index of each pixel (0 transparent) and the colours from 1 up."""
    valid = ~np.ma.getmaskarray(values)
    if spec.classes:
        codes = np.zeros(values.shape, dtype=np.uint8)
        for index, one in enumerate(spec.classes, start=1):
            codes[valid & (values.data == one.value)] = index
        return codes, [one.colour for one in spec.classes]
    low, high = stops[0][0], stops[-1][0]
    position = (values.filled(low).astype(np.float64) - low) / (high - low)
    step = np.rint(np.clip(position, 0, 1) * (_RAMP_STEPS - 1)).astype(np.uint8)
    codes = np.where(valid, step + 1, 0).astype(np.uint8)
    at = np.linspace(low, high, _RAMP_STEPS)
    return codes, [_hex(colour) for colour in ramp_colours(stops, at)]


def ramp_colours(
    stops: tuple[tuple[float, str], ...], values: FloatArray
) -> FloatArray:
    """Interpolate a ramp, ``(..., 3)`` red, green, blue in 0-255."""
    at = [value for value, _ in stops]
    channels = np.array([rgb(colour) for _, colour in stops], dtype=np.float64).T
    return np.stack([np.interp(values, at, channel) for channel in channels], axis=-1)


def rgb(colour: str) -> tuple[int, int, int]:
    """Read ``#RRGGBB``."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _hex(colour: FloatArray) -> str:
    return "#" + "".join(f"{round(channel):02X}" for channel in colour)


def _png(codes: Pixels, colours: list[str]) -> tuple[str, int]:
    image = Image.fromarray(codes)
    image.putpalette([0, 0, 0, *(channel for c in colours for channel in rgb(c))])
    return encode(image, "PNG", transparency=0, optimize=True)


def encode(image: Image.Image, kind: str, **options: object) -> tuple[str, int]:
    """Answer a ``data:`` address holding the picture, and the picture's bytes."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    content = buffer.getvalue()
    text = base64.b64encode(content).decode("ascii")
    return f"data:image/{kind.lower()};base64,{text}", len(content)
