"""Rasters brought in: the same areas come out, and nothing is guessed.

The oracle of the areas is the same computation on the source itself, and for single
cells the closed form of the ellipsoid.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import netCDF4
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import CRS
from rasterio.errors import NotGeoreferencedWarning

from geo.errors import CoordinateError, CRSError
from geo.grid import Window
from geo.zonal import zonal
from layers.catalog import Catalog
from layers.errors import LayerReadError, LayerWriteError
from layers.exporting import export_raster
from layers.importing.report import ImportReport
from layers.loaded import RasterLayer

Bring = Callable[..., ImportReport]

NORTH_UP = Affine(0.5, 0, 105, 0, -0.5, 42)
SOUTH_UP = Affine(0.5, 0, 105, 0, 0.5, 40)
CLASSES = np.array([[1, 2, 2, 3], [1, 1, 2, 3], [0, 1, 3, 3], [0, 0, 1, 2]], "uint8")
HEIGHTS = np.linspace(900.0, 1600.0, 16, dtype="float32").reshape(4, 4)
ZONE = gpd.GeoSeries(
    [shapely.Polygon([(105.1, 40.2), (106.8, 40.4), (106.6, 41.7), (105.3, 41.9)])],
    index=["a"],
    crs="EPSG:4490",
)


def tif(folder: Path, values: np.ndarray, **more: Any) -> Path:
    path = folder / more.pop("name", "地表.tif")
    colours, tags = more.pop("colours", None), more.pop("tags", {})
    stack = values if values.ndim == 3 else values[None]
    profile = {"crs": "EPSG:4490", "transform": NORTH_UP, **more}
    with rasterio.open(
        path, "w", driver="GTiff", count=len(stack), height=stack.shape[1],
        width=stack.shape[2], dtype=values.dtype.name, **profile,
    ) as out:  # fmt: skip
        out.write(stack)
        if colours:
            out.write_colormap(1, colours)
        for key, value in tags.items():
            setattr(out, key, value)
    return path


def netcdf(folder: Path, **more: Any) -> Path:
    """Rows from the south, as most programs of the climate field write them."""
    path = folder / "植被.nc"
    axes = {"lat": np.arange(40.25, 42, 0.5), "lon": np.arange(105.25, 107, 0.5)}
    axes |= more.get("axes", {})
    names = {"lat": "latitude", "lon": "longitude"}
    units = {"lat": "degrees_north", "lon": "degrees_east"}
    if more.get("plane"):
        axes = {"y": 4_466_000 + 100.0 * np.arange(4), "x": 415e3 + 100.0 * np.arange(4)}
        names = {"y": "projection_y_coordinate", "x": "projection_x_coordinate"}
        units = {"y": "m", "x": "m"}
    with netCDF4.Dataset(path, "w", format=more.get("form", "NETCDF4")) as out:
        for key, values in axes.items():
            out.createDimension(key, len(values))
            axis = out.createVariable(key, "f8", (key,))
            axis.units, axis.standard_name = units[key], names[key]
            axis[:] = values
        for name in more.get("variables", ["ndvi"]):
            dims = more.get("dims", tuple(axes))
            cells = out.createVariable(name, "i2", dims, fill_value=-999)
            cells.set_auto_maskandscale(False)
            cells.scale_factor, cells.units = 0.01, "1"
            shape = tuple(len(axes[one]) for one in dims)
            cells[:] = np.arange(math.prod(shape), dtype="i2").reshape(shape)
            cells[0, 0] = -999
            if "crs" in more:
                cells.grid_mapping = "crs"
        if "crs" in more:
            mapping = out.createVariable("crs", "i4")
            mapping.setncatts(CRS.from_user_input(more["crs"]).to_cf())
    return path


@pytest.fixture
def kept(workspace: Path) -> Callable[[], RasterLayer]:
    def call() -> RasterLayer:
        seeds = Path(__file__).parents[3] / "seeds"
        return Catalog.open(seeds, workspace).raster("mine")

    return call


def areas(layer: RasterLayer) -> dict[object, float]:
    table = zonal(ZONE, layer.grid, layer.read).classes
    return {tuple(key) if isinstance(key, tuple) else key: value
            for key, value in table.set_index(list(table.columns[:2]))["area_m2"].items()}


@pytest.mark.parametrize("transform", [NORTH_UP, SOUTH_UP], ids=["north", "south"])
def test_areas_of_classes_are_those_of_the_source(
    bring: Bring, tmp_path: Path, kept: Callable[[], RasterLayer], transform: Affine
) -> None:
    values = CLASSES if transform is NORTH_UP else CLASSES[::-1]
    path = tif(tmp_path, values, transform=transform, nodata=0)
    report = bring(path)
    layer, source = kept(), Catalog.open(None).raster(str(path))
    assert areas(layer) == areas(source)
    assert layer.grid == source.grid
    assert layer.read(Window(0, 4, 0, 4)).tolist() == source.read(
        Window(0, 4, 0, 4)
    ).tolist()
    assert report.kind == "raster"
    assert report.raster is not None
    assert report.raster.classes == {"1": 5, "2": 4, "3": 4}
    assert report.raster.without_value == 3
    codes = {one["what"]: one["code"] for one in report.decisions}
    assert codes["values"] == "decision_values_few"
    assert codes["nodata"] == "decision_nodata_declared"
    assert ("raster_flipped" in {one["code"] for one in report.notes}) == (
        transform is SOUTH_UP
    )
