"""Map tiles as pictures: rasters by their cells, vectors by their symbols."""

import io
import os

import numpy as np
from anyio import CapacityLimiter
from PIL import Image

from geo.tile_matrix import TILE_PIXELS, TileMatrixSet
from layers.catalog import Catalog
from layers.loaded import RasterLayer
from layers.models import LayerSpec
from layers.raster_tiles import tile_values
from layers.tile_features import Square
from service.cache import BoundedCache
from service.map_rasters import lonlat_bounds, rgb
from service.tiles.drawing import TilePainter, whole_tile
from service.tiles.metadata import (
    DEEPEST_PICTURE_LEVEL,
    LayerExtent,
    TileFormat,
    level_limit,
)
from service.tiles.mvt import read_tile
from service.tiles.png import Codes, Colour, coloured, palette_png
from service.tiles.store import TileStore

RASTERS_KEPT = 64
"""Descriptions of raster files kept; cells are never kept."""

Place = tuple[int, int, int]


class TilePictures:
    """Draws tiles.

    Parameters
    ----------
    store : TileStore
        Where vector tiles come from.
    """

    def __init__(self, store: TileStore) -> None:
        self._store = store
        self._rasters = BoundedCache[RasterLayer](RASTERS_KEPT)
        self._empty = BoundedCache[bytes](8)
        self.limiter = CapacityLimiter(max(2, os.cpu_count() or 1))
        """Threads that draw: more would only take the interpreter from one another,
        and leave none for what else is asked for."""

    def draw(
        self,
        catalog: Catalog,
        spec: LayerSpec,
        tiles: TileMatrixSet,
        place: Place,
        *,
        ratio: int,
        form: TileFormat,
    ) -> bytes:
        """Draw a tile.

        Parameters
        ----------
        catalog : Catalog
        spec : LayerSpec
        tiles : TileMatrixSet
        place : tuple of int
            Level, row, column.
        ratio : {1, 2}
            Device pixels per pixel: 256 or 512 to the side.
        form : {"png", "webp"}

        Raises
        ------
        LayerReadError
            The raster is damaged.
        NotReadyError
            The vector tiles are not baked.
        """
        if spec.kind == "raster":
            return self._cells(catalog, spec, tiles, place, TILE_PIXELS * ratio, form)
        return self._symbols(spec, tiles, place, ratio, form)

    def extent(
        self, catalog: Catalog, spec: LayerSpec, tiles: TileMatrixSet
    ) -> LayerExtent:
        """Answer where a layer is and how sharp its tiles are."""
        if spec.kind == "vector":
            return self._store.extent(spec, tiles)
        grid = self._raster(catalog, spec).grid
        west, south, east, north = lonlat_bounds(grid)
        # Two pixels to a cell: a viewer that enlarges further invents nothing.
        columns = 2 * grid.width / (east - west) * tiles.columns * _degrees(tiles)
        level = int(np.ceil(np.log2(columns / (TILE_PIXELS * tiles.columns))))
        bounds = (west, south, east, north)
        return LayerExtent(bounds, int(np.clip(level, 0, DEEPEST_PICTURE_LEVEL)))

    def _raster(self, catalog: Catalog, spec: LayerSpec) -> RasterLayer:
        key = catalog.place(spec.id), spec.version
        return self._rasters.get(key, lambda: catalog.raster(spec.id))

    def _cells(
        self,
        catalog: Catalog,
        spec: LayerSpec,
        tiles: TileMatrixSet,
        place: Place,
        pixels: int,
        form: TileFormat,
    ) -> bytes:
        values = tile_values(self._raster(catalog, spec), tiles, place, pixels)
        codes, colours = coloured(spec, values)
        if form == "png":
            return palette_png(codes, colours)
        return _webp(_painted(codes, colours))

    def _symbols(
        self,
        spec: LayerSpec,
        tiles: TileMatrixSet,
        place: Place,
        ratio: int,
        form: TileFormat,
    ) -> bytes:
        level, row, column = place
        deeper = max(0, level - level_limit(spec, tiles))
        parent = level - deeper, row >> deeper, column >> deeper
        tile = self._store.tile(spec, tiles, parent)
        pixels = TILE_PIXELS * ratio
        if tile is None:
            return self._empty.get((pixels, form), lambda: _nothing(pixels, form))
        side = whole_tile()[2] / (1 << deeper)
        window = (
            (column - (parent[2] << deeper)) * side,
            (row - (parent[1] << deeper)) * side,
            side,
        )
        zoom = level + Square(tiles).levels_more - 1
        painter = TilePainter(spec, pixels, ratio, zoom)
        image = painter.paint(read_tile(tile.plain), window)
        return _png(image) if form == "png" else _webp(image)


def _degrees(tiles: TileMatrixSet) -> float:
    """Width of a tile of level 0."""
    return 360.0 / tiles.columns


def _painted(codes: Codes, colours: list[Colour]) -> Image.Image:
    table = np.zeros((256, 4), dtype=np.uint8)
    table[1 : 1 + len(colours), :3] = colours
    table[1:, 3] = 255
    return Image.fromarray(table[codes], "RGBA")


def _nothing(pixels: int, form: TileFormat) -> bytes:
    codes: Codes = np.zeros((pixels, pixels), dtype=np.uint8)
    white = [rgb("#FFFFFF")]
    return palette_png(codes, white) if form == "png" else _webp(_painted(codes, white))


def _png(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _webp(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "WEBP", lossless=True, method=2)
    return buffer.getvalue()
