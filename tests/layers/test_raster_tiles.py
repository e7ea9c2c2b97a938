"""Cells under pixels against rio-tiler's nearest, and damaged files."""

import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import morecantile
import numpy as np
import pytest
import rasterio
from affine import Affine
from pyproj import CRS
from rio_tiler.errors import TileOutsideBounds
from rio_tiler.io import Reader

from geo.tile_matrix import CGCS2000_QUAD, TILE_MATRIX_SETS, TileMatrixSet
from layers import raster_tiles
from layers.catalog import Catalog
from layers.errors import LayerReadError
from layers.loaded import RasterLayer
from layers.raster_tiles import close_datasets, tile_values
from layers.writers import write_cog

Place = tuple[int, int, int]
OpenRaster = Callable[[Path], RasterLayer]
REFERENCE = {
    "WebMercatorQuad": morecantile.tms.get("WebMercatorQuad"),
    "WorldCGCS2000Quad": morecantile.TileMatrixSet.custom(
        [-180, -90, 180, 90],
        CRS.from_epsg(4490),
        matrix_scale=[2, 1],
        minzoom=0,
        maxzoom=20,
        id="WorldCGCS2000Quad",
    ),
}
SETS = list(TILE_MATRIX_SETS.values())


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    yield
    close_datasets()


@pytest.fixture
def opened(files: Catalog) -> OpenRaster:
    return lambda path: files.raster(str(path))


def places(
    tiles: TileMatrixSet, level: int, box: tuple[float, float, float, float]
) -> list[Place]:
    """A few tiles of a level within a box, always the same."""
    row0, row1, column0, column1 = tiles.tiles(box, level)
    random = np.random.default_rng(level)
    rows = random.integers(row0, row1 + 1, 3)
    columns = random.integers(column0, column1 + 1, 3)
    return [(level, int(r), int(c)) for r, c in zip(rows, columns, strict=True)]


def rio_tiler(
    path: Path,
    tiles: TileMatrixSet,
    place: Place,
    pixels: int = 256,
    tolerance: float = 0.125,
) -> np.ma.MaskedArray:
    level, row, column = place
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with Reader(str(path), tms=REFERENCE[tiles.id]) as reader:
            try:
                # Where raster and tiles have one CRS rio-tiler does not warp but lets
                # GDAL decimate a window, which is off by up to a pixel; an option
                # that changes nothing makes it warp.
                options = {"tolerance": tolerance}
                image = reader.tile(
                    column, row, level, tilesize=pixels, vrt_options=options
                )
            except TileOutsideBounds:
                return np.ma.masked_all((pixels, pixels))  # type: ignore[no-any-return,no-untyped-call]
    return np.ma.asanyarray(image.array[0])


def differing(made: np.ma.MaskedArray, known: np.ma.MaskedArray) -> int:
    hidden, known_hidden = np.ma.getmaskarray(made), np.ma.getmaskarray(known)
    apart = (hidden != known_hidden) | (~hidden & (made.data != known.data))
    return int(np.count_nonzero(apart))


@pytest.mark.parametrize("tiles", SETS, ids=lambda one: one.id)
@pytest.mark.parametrize("name", ["elevation", "climate_zone", "ndvi_max"])
def test_pixels_equal_rio_tiler_on_the_seeds(
    seeds: Path, tiles: TileMatrixSet, name: str
) -> None:
    catalog = Catalog.open(seeds)
    raster = catalog.raster(name)
    for level in (2, 4, 5, 7, 9, 12):
        for place in places(tiles, level, (97.5, 37.5, 126.0, 53.0)):
            for pixels in (256, 512):
                known = rio_tiler(catalog.path(name), tiles, place, pixels)
                made = tile_values(raster, tiles, place, pixels)
                assert differing(made, known) == 0, (place, pixels)


@pytest.mark.parametrize("cell", [0.0041, 0.0123, 0.031])
@pytest.mark.parametrize("kind", ["uint8", "float32", "int16"])
def test_pixels_equal_rio_tiler_for_any_cell_size(
    tmp_path: Path, opened: OpenRaster, cell: float, kind: str
) -> None:
    random = np.random.default_rng(3)
    cells = random.integers(0, 250, (700, 900)).astype(kind)
    cells[100:200, 300:350] = 251
    path = tmp_path / "cells.tif"
    corner = Affine(cell, 0, 108.037, 0, -cell, 46.011)
    write_cog(cells, path, transform=corner, crs="EPSG:4490", nodata=251)
    raster = opened(path)
    box = (108.1, 46.011 - 690 * cell, 108.03 + 890 * cell, 46.0)
    for tiles in SETS:
        for level in (3, 5, 6, 8, 11):
            for place in places(tiles, level, box):
                known = rio_tiler(path, tiles, place, 256)
                assert differing(tile_values(raster, tiles, place), known) == 0, place


@pytest.mark.parametrize("crs", ["EPSG:4524", "ESRI:102025"])
def test_projected_raster_equals_rio_tiler_but_for_borders_of_cells(
    tmp_path: Path, opened: OpenRaster, crs: str
) -> None:
    corner = {
        "EPSG:4524": Affine(500, 0, 36_400_000, 0, -500, 4_600_000),
        "ESRI:102025": Affine(500, 0, 900_000, 0, -500, 4_700_000),
    }[crs]
    cells = np.arange(400 * 400, dtype=np.int32).reshape(400, 400) % 30_000
    path = tmp_path / "plane.tif"
    write_cog(cells, path, transform=corner, crs=crs, nodata=-1)
    raster = opened(path)
    for level in (5, 7, 9, 11):
        with rasterio.open(path) as dataset:
            west, south, east, north = rasterio.warp.transform_bounds(
                dataset.crs, "EPSG:4490", *dataset.bounds
            )
        middle = ((west + east) / 2, (south + north) / 2)
        for tiles in SETS:
            row, _, column, _ = tiles.tiles((*middle, *middle), level)
            known = rio_tiler(path, tiles, (level, row, column), tolerance=1e-6)
            made = tile_values(raster, tiles, (level, row, column))
            # Nodes are allowed a fiftieth of a cell; the warper is exact here, while
            # usually it is allowed an eighth of a pixel.
            assert differing(made, known) < 0.002 * made.size


def test_hard_42_rows_from_the_south_give_the_same_tile(
    tmp_path: Path, opened: OpenRaster
) -> None:
    cells = np.random.default_rng(1).integers(0, 200, (300, 300)).astype(np.uint8)
    about = {"driver": "GTiff", "height": 300, "width": 300, "count": 1}
    about |= {"dtype": "uint8", "crs": "EPSG:4490", "nodata": 255}
    north, south = tmp_path / "north.tif", tmp_path / "south.tif"
    with rasterio.open(
        north, "w", transform=Affine(0.01, 0, 110, 0, -0.01, 43), **about
    ) as out:
        out.write(cells, 1)
    with rasterio.open(
        south, "w", transform=Affine(0.01, 0, 110, 0, 0.01, 40), **about
    ) as out:
        out.write(cells[::-1], 1)
    row, _, column, _ = CGCS2000_QUAD.tiles((111, 42, 111, 42), 7)
    place = 7, row, column
    made = [tile_values(opened(path), CGCS2000_QUAD, place) for path in (north, south)]
    assert differing(made[0], made[1]) == 0
    assert made[0].count() > 0


def test_raster_that_crosses_the_date_line(tmp_path: Path, opened: OpenRaster) -> None:
    cells = np.ones((40, 40), dtype=np.uint8)
    path = tmp_path / "line.tif"
    corner = Affine(0.5, 0, 170, 0, -0.5, 10)
    write_cog(cells, path, transform=corner, crs="EPSG:4490", nodata=0)
    raster = opened(path)
    west = tile_values(raster, CGCS2000_QUAD, (4, 7, 0))
    east = tile_values(raster, CGCS2000_QUAD, (4, 7, 31))
    assert west.count() > 0
    assert east.count() > 0


def test_tile_without_the_raster_is_empty(tmp_path: Path, opened: OpenRaster) -> None:
    path = tmp_path / "cells.tif"
    cells = np.ones((20, 20), dtype=np.float32)
    corner = Affine(0.1, 0, 110, 0, -0.1, 42)
    write_cog(cells, path, transform=corner, crs="EPSG:4490", nodata=-9999)
    for place in ((0, 0, 0), (9, 0, 0)):
        values = tile_values(opened(path), CGCS2000_QUAD, place)
        assert values.shape == (256, 256)
        assert values.count() == 0
        assert values.dtype == np.float32


def test_scale_and_offset_apply(tmp_path: Path, opened: OpenRaster) -> None:
    path = tmp_path / "scaled.tif"
    about = {"driver": "GTiff", "height": 10, "width": 10, "count": 1}
    with rasterio.open(
        path,
        "w",
        transform=Affine(1, 0, 105, 0, -1, 45),
        dtype="int16",
        crs="EPSG:4490",
        nodata=-1,
        **about,
    ) as out:
        out.write(np.full((10, 10), 300, dtype=np.int16), 1)
        out.scales, out.offsets = (0.1,), (5.0,)
    values = tile_values(opened(path), CGCS2000_QUAD, (4, 4, 25))
    assert values.dtype == np.float64
    np.testing.assert_allclose(values.compressed(), 35.0)


def test_strips_give_what_one_read_gives(
    seeds: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raster = Catalog.open(seeds).raster("elevation")
    whole = tile_values(raster, CGCS2000_QUAD, (4, 3, 25))
    monkeypatch.setattr(raster_tiles, "MOST_CELLS", 5_000)
    assert differing(tile_values(raster, CGCS2000_QUAD, (4, 3, 25)), whole) == 0


def test_damaged_cog_is_refused(tmp_path: Path, opened: OpenRaster) -> None:
    path = tmp_path / "broken.tif"
    cells = np.random.default_rng(0).integers(0, 99, (900, 900)).astype(np.uint8)
    corner = Affine(0.01, 0, 110, 0, -0.01, 45)
    write_cog(cells, path, transform=corner, crs="EPSG:4490", nodata=255)
    raster = opened(path)
    content = bytearray(path.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    path.write_bytes(content)
    row, _, column, _ = CGCS2000_QUAD.tiles((114, 40, 114, 40), 8)
    with pytest.raises(LayerReadError):
        tile_values(raster, CGCS2000_QUAD, (8, row, column))


def test_replaced_file_is_read_anew(tmp_path: Path, opened: OpenRaster) -> None:
    path = tmp_path / "cells.tif"
    corner = Affine(0.1, 0, 110, 0, -0.1, 45)
    for value in (1, 2):
        cells = np.full((50 + value, 50), value, dtype=np.uint8)
        write_cog(cells, path, transform=corner, crs="EPSG:4490", nodata=255)
        values = tile_values(opened(path), CGCS2000_QUAD, (5, 8, 51))
        assert set(values.compressed().tolist()) == {value}


def test_few_files_stay_open(seeds: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster_tiles, "DATASETS_KEPT", 2)
    catalog = Catalog.open(seeds)
    for name in ("elevation", "climate_zone", "ndvi_max", "land_cover"):
        tile_values(catalog.raster(name), CGCS2000_QUAD, (5, 7, 50))
    assert len(raster_tiles._open.datasets) == 2
