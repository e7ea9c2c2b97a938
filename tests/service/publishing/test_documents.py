"""What the page of a copy is told of where values are."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from affine import Affine

from layers.catalog import Catalog
from layers.loaded import RasterLayer
from layers.readers.raster import open_raster
from layers.writers import write_cog
from service.publishing.documents import _cells


def raster_in(catalog: Catalog, path: Path, crs: str, place: Affine) -> RasterLayer:
    cells = np.ones((20, 30), dtype=np.uint8)
    write_cog(cells, path, transform=place, crs=crs, nodata=0)
    return RasterLayer(catalog.spec("land_cover"), open_raster(path))


@pytest.mark.parametrize(
    ("crs", "place", "grid"),
    [
        (
            "EPSG:4490",
            Affine(0.5, 0, 100, 0, -0.25, 45),
            {"x0": 100.0, "y0": 45.0, "dx": 0.5, "dy": 0.25},
        ),
        ("EPSG:4544", Affine(30, 0, 400_000, 0, -30, 4_500_000), None),
    ],
)
def test_page_is_told_of_cells_in_degrees_only(
    real_catalog: Catalog, tmp_path: Path, crs: str, place: Affine, grid: Any
) -> None:
    raster = raster_in(real_catalog, tmp_path / "cells.tif", crs, place)
    told = _cells(raster)
    assert told["grid"] == grid
    assert told["file"].endswith(".tif")
    assert told["file"].startswith("layers/land_cover/")
