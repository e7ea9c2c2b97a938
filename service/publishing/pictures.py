"""A raster layer's map tiles as one archive, drawn as the service draws them."""

from collections.abc import Iterator
from pathlib import Path

from geo.tile_matrix import WEB_MERCATOR_QUAD
from geo.types import BBox
from layers.catalog import Catalog
from layers.models import LayerSpec
from layers.pmtiles import tile_id
from layers.pmtiles_writer import Contents, write_archive
from service.tiles.pictures import TilePictures
from service.tiles.png import is_blank

MOST_TILES = 20_000
"""Of a layer; beyond it the deepest levels are left out, and viewers enlarge."""

Place = tuple[int, int, int]


def write_pictures(
    catalog: Catalog, spec: LayerSpec, pictures: TilePictures, path: Path
) -> None:
    """Draw all tiles of a raster layer that show anything, down to its sharpest level.

    Parameters
    ----------
    catalog : Catalog
    spec : LayerSpec
    pictures : TilePictures
    path : Path
        Replaced atomically.

    Raises
    ------
    LayerReadError
        The raster is damaged.
    LayerWriteError
    """
    extent = pictures.extent(catalog, spec, WEB_MERCATOR_QUAD)
    deepest = deepest_level(extent.bounds, extent.sharpest_level)

    def drawn() -> Iterator[tuple[int, bytes]]:
        for number, place in places(extent.bounds, deepest):
            tile = pictures.draw(
                catalog, spec, WEB_MERCATOR_QUAD, place, ratio=1, form="png"
            )
            if not is_blank(tile):
                yield number, tile

    about = {
        "name": f"{spec.title.zh} {spec.title.en}",
        "attribution": spec.attribution,
        "status": spec.status,
        "version": spec.version,
        "type": "overlay",
    }
    write_archive(drawn(), path, Contents(extent.bounds, 0, deepest, about))


def deepest_level(bounds: BBox, sharpest: int, most: int = MOST_TILES) -> int:
    """Answer the last level that a copy has tiles of.

    Parameters
    ----------
    bounds : BBox
        West, south, east, north, degrees.
    sharpest : int
        Level beyond which tiles show no more.
    most : int
        Tiles of all levels together.
    """
    total, level = 0, 0
    for level in range(sharpest + 1):
        row0, row1, column0, column1 = WEB_MERCATOR_QUAD.tiles(bounds, level)
        total += (row1 - row0 + 1) * (column1 - column0 + 1)
        if total > most:
            return max(0, level - 1)
    return level


def places(bounds: BBox, deepest: int) -> list[tuple[int, Place]]:
    """Answer the tiles of a box, ascending by their number in an archive.

    Returns
    -------
    list of tuple
        Number, and level, row, column.
    """
    found = []
    for level in range(deepest + 1):
        row0, row1, column0, column1 = WEB_MERCATOR_QUAD.tiles(bounds, level)
        found += [
            (tile_id(level, column, row), (level, row, column))
            for row in range(row0, row1 + 1)
            for column in range(column0, column1 + 1)
        ]
    return sorted(found)
