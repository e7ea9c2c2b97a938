"""The fast reader gives the cells of the plain one, or steps back for it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from geo.grid import Window
from geo.raster.source import BlockReader
from layers.blocks import BlockFile, reader
from layers.catalog import Catalog
from layers.errors import LayerReadError
from service.settings import Settings

SIZE = 70
NORTH_UP = Affine(0.1, 0, 110, 0, -0.1, 45)
SOUTH_UP = Affine(0.1, 0, 110, 0, 0.1, 38)


def written(path: Path, transform: Affine = NORTH_UP, **more: Any) -> Path:
    values = np.random.default_rng(1).integers(0, 9, (SIZE, SIZE)).astype("int16")
    shape = {"height": SIZE, "width": SIZE, "count": 1, "dtype": "int16"}
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 32}
    with rasterio.open(
        path, "w", driver="GTiff", crs="EPSG:4490", transform=transform, **shape,
        **tiles, **more,
    ) as dataset:  # fmt: skip
        dataset.write(values, 1)
    return path


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog.open(Settings().seeds)


@pytest.mark.parametrize("declared", [None, 3])
def test_blocks_are_the_cells(
    catalog: Catalog, tmp_path: Path, declared: int | None
) -> None:
    layer = catalog.raster(str(written(tmp_path / "a.tif", nodata=declared)))
    with reader(layer) as read:
        assert isinstance(read, BlockReader)
        assert read.block_shape == (32, 16)
        for window in (Window(0, SIZE, 0, SIZE), Window(5, 37, 11, 60)):
            plain = layer.read(window)
            np.testing.assert_array_equal(read(window), plain.data)
            if declared is not None:
                masked = np.ma.getmaskarray(plain)
                np.testing.assert_array_equal(read(window) == read.nodata, masked)


def test_what_the_file_does_not_store_plainly(catalog: Catalog, tmp_path: Path) -> None:
    south_up = catalog.raster(str(written(tmp_path / "s.tif", SOUTH_UP)))
    scaled = written(tmp_path / "scaled.tif")
    with rasterio.open(scaled, "r+") as dataset:
        dataset.scales = (0.5,)
    stated = written(tmp_path / "two.tif", nodata=3)
    for layer in (
        south_up,
        catalog.raster(str(scaled)),
        catalog.raster(str(stated), nodata=4),
    ):
        with reader(layer) as read:
            assert not isinstance(read, BlockReader)
            whole = Window(0, SIZE, 0, SIZE)
            got, wanted = read(whole), layer.read(whole)
            np.testing.assert_array_equal(got, wanted)


def test_a_file_that_vanishes(tmp_path: Path) -> None:
    path = written(tmp_path / "a.tif")
    blocks = BlockFile(path, 1, None)
    path.write_bytes(path.read_bytes()[:600])
    with pytest.raises(LayerReadError) as refused:
        blocks(Window(0, SIZE, 0, SIZE))
    blocks.close()
    assert refused.value.details["file"] == "a.tif"
