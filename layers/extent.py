"""Where on the Earth a layer lies, told without loading it."""

import json
from functools import lru_cache
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.axis_order import geometry_to_working
from geo.types import BBox
from layers.catalog import Catalog
from layers.opening import open_parquet
from layers.readers.guard import reading
from layers.readers.raster import open_raster
from layers.storage.files import present


def extent(catalog: Catalog, layer_id: str) -> BBox | None:
    """Answer the bounding box of a layer of the catalogue.

    Returns
    -------
    BBox or None
        West, south, east, north in lon/lat degrees, from the head of the file; None
        where the head does not say it.

    Raises
    ------
    LayerNotFoundError
    LayerReadError
    """
    spec = catalog.spec(layer_id)
    return _extent(catalog.place(layer_id), spec.kind, spec.crs, spec.sha256)


@lru_cache(maxsize=512)
def _extent(path: Path, kind: str, crs: str, _version: str) -> BBox | None:
    if kind == "raster":
        found: BBox | None = open_raster(path, crs=None).grid.bounds
    elif path.suffix.lower() in (".parquet", ".geoparquet"):
        found = _parquet_bounds(path)
    else:
        present(path)
        with reading(path, path.suffix.lstrip(".")):
            bounds = pyogrio.read_info(path, force_total_bounds=True)["total_bounds"]
        found = None if bounds is None else tuple(bounds)
    if found is None or not np.isfinite(found).all():
        return None
    box = np.array([shapely.box(*found)], dtype=object)
    source = coordinate_systems.horizontal(CRS.from_user_input(crs), path.name)
    west, south, east, north = shapely.total_bounds(geometry_to_working(box, source))
    return float(west), float(south), float(east), float(north)


def _parquet_bounds(path: Path) -> BBox | None:
    with reading(path, "GeoParquet", also=(KeyError, TypeError)):
        geo = json.loads((open_parquet(path).schema_arrow.metadata or {})[b"geo"])
        found = geo["columns"][geo["primary_column"]].get("bbox")
    if found is None:
        return None
    half = len(found) // 2
    return found[0], found[1], found[half], found[half + 1]
