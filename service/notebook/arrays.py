"""Rasters as arrays that carry their coordinates and units, by xarray's conventions."""

import importlib.util
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer

from geo import crs as coordinate_systems
from geo.crs import WORKING_CRS
from geo.errors import GeoError
from geo.grid import Grid, Window
from geo.profile import along
from geo.types import BBox, FloatArray
from layers.loaded import RasterLayer
from service.notebook.frames import described

if TYPE_CHECKING:
    import xarray


def require_extra(package: str) -> None:
    """Refuse what needs a package of the extra ``notebook`` that is not there.

    Raises
    ------
    GeoError
        ``extra_missing``.
    """
    if importlib.util.find_spec(package) is None:
        raise GeoError("extra_missing", package=package)


def array_of(layer: RasterLayer, bounds: BBox | None) -> "xarray.DataArray":
    """Read cells as an array with coordinates, units and CRS.

    Parameters
    ----------
    layer : RasterLayer
    bounds : BBox or None
        Lon,lat degrees (EPSG:4490): the cells that the box touches; None for all.

    Returns
    -------
    DataArray
        Dimensions ``(y, x)``, rows from the north, coordinates of cell centres in the
        raster's CRS, ``spatial_ref`` as rioxarray and GDAL know it. float64 with nan
        where there is no value. ``attrs`` hold ``long_name``, ``units``, ``layers``
        and ``notes``.

    Raises
    ------
    GeoError
        ``extra_missing`` without xarray.
    """
    require_extra("xarray")
    import xarray

    grid = layer.grid
    window = _window(grid, bounds)
    columns = np.arange(window.col0, window.col1, dtype=np.float64) + 0.5
    rows = np.arange(window.row0, window.row1, dtype=np.float64) + 0.5
    return xarray.DataArray(
        _values(layer, window),
        dims=("y", "x"),
        coords={
            "y": ("y", grid.row_edges(rows)),
            "x": ("x", grid.column_edges(columns)),
            "spatial_ref": ((), 0, _spatial_reference(grid, window)),
        },
        name=layer.spec.id,
        attrs={
            "long_name": layer.spec.title.en,
            "units": layer.spec.unit or "",
        }
        | {str(key): value for key, value in described(layer).items()},
    )


def _values(layer: RasterLayer, window: Window) -> FloatArray:
    """Read cells as float64, nan where there is no value."""
    cells = layer.read(window)
    mask = np.ma.getmaskarray(cells)
    return np.where(mask, np.nan, cells.data.astype(np.float64))


def _window(grid: Grid, bounds: BBox | None) -> Window:
    if bounds is None:
        return Window(0, grid.height, 0, grid.width)
    west, south, east, north = bounds
    box = shapely.segmentize(shapely.box(west, south, east, north), 0.1)
    x, y = _to_grid(grid, shapely.get_coordinates(box)).T
    return grid.window((x.min(), y.min(), x.max(), y.max()))


def _to_grid(grid: Grid, points: FloatArray) -> FloatArray:
    change = Transformer.from_crs(WORKING_CRS, grid.crs, always_xy=True)
    return np.column_stack(change.transform(*points.T))


def _spatial_reference(grid: Grid, window: Window) -> dict[str, Any]:
    """Name the CRS as CF, GDAL and rioxarray read it."""
    wkt = grid.crs.to_wkt()
    left = grid.x0 + window.col0 * grid.dx
    top = grid.y0 - window.row0 * grid.dy
    transform = f"{left} {grid.dx} 0.0 {top} 0.0 {-grid.dy}"
    return {"crs_wkt": wkt, "spatial_ref": wkt, "GeoTransform": transform}


def profile_of(
    layer: RasterLayer, line: shapely.LineString, step_m: float
) -> pd.DataFrame:
    """Read a raster along a line.

    Parameters
    ----------
    layer : RasterLayer
    line : LineString
        Degrees lon,lat, EPSG:4490.
    step_m : float
        Metres between points.

    Returns
    -------
    DataFrame
        ``distance_m`` along the line, ``lon``, ``lat``, and ``value``: that of the cell
        that holds the point, not interpolated; nan without value or off the raster.

    Raises
    ------
    GeometryError
        ``profile_needs_line`` or ``profile_step``.
    """
    ellipsoid = coordinate_systems.ellipsoid(coordinate_systems.parse(WORKING_CRS))
    samples = along(line, step_m, ellipsoid)
    frame = pd.DataFrame(
        {
            "distance_m": samples.distance_m,
            "lon": samples.points[:, 0],
            "lat": samples.points[:, 1],
            "value": _cells_at(layer, samples.points),
        }
    )
    frame.attrs = {**described(layer), "unit": layer.spec.unit}
    return frame


def _cells_at(layer: RasterLayer, points: FloatArray) -> FloatArray:
    """Answer the value of the cell around each lon,lat point."""
    grid = layer.grid
    x, y = _to_grid(grid, points).T
    column = np.floor((x - grid.x0) / grid.dx).astype(np.int64)
    row = np.floor((grid.y0 - y) / grid.dy).astype(np.int64)
    inside = (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
    values = np.full(len(points), np.nan)
    if not inside.any():
        return values
    row, column = row[inside], column[inside]
    window = Window(row.min(), row.max() + 1, column.min(), column.max() + 1)
    cells = _values(layer, window)
    values[inside] = cells[row - window.row0, column - window.col0]
    return values
