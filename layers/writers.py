"""Write layers: GeoParquet and Cloud-Optimized GeoTIFF to keep, others to hand out.

In the formats that are kept, equal content gives equal bytes (with the same versions
of pyarrow, GDAL and PROJ), so that a file's hash is the version of its content. A file
appears under its name whole or not at all.
"""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyogrio
import rasterio
import shapely
from affine import Affine
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS
from rasterio.errors import RasterioError
from rasterio.io import MemoryFile
from rasterio.shutil import copy as gdal_copy

from geo.crs import require, to_working
from geo.messages import Note, listed
from layers.errors import LayerWriteError
from layers.readers.guard import reason, warnings_noted
from layers.values import json_value

# Below this many rows a reader fetches the whole file anyway, and the order of the
# ids is friendlier to people than the order along a curve.
HILBERT_FROM_ROWS = 1000
_ROW_GROUP_ROWS = 10_000

_WRITE_ERRORS = (
    OSError,
    DataLayerError,
    DataSourceError,
    pa.ArrowException,
    RasterioError,
)


@contextmanager
def atomic_file(path: Path) -> Iterator[Path]:
    """Lend a temporary path; on success it becomes ``path`` in one step.

    The temporary file lies in the folder of ``path``, because a rename is atomic
    only within one file system. If the body raises, ``path`` stays as it was and
    the temporary file is removed.

    Raises
    ------
    LayerWriteError
        The folder is missing or not permitted, the disk is full.
    """
    with writing(path):
        # A folder for itself: GDAL judges a file by its suffix and puts others beside.
        prefix = f".{path.name[:100]}."
        with tempfile.TemporaryDirectory(prefix=prefix, dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            yield temporary
            _flush_to_disk(temporary)
            temporary.replace(path)


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn a failure of the body to write into a refusal that names the file.

    Raises
    ------
    LayerWriteError
    """
    try:
        yield
    except _WRITE_ERRORS as error:
        said = error.strerror if isinstance(error, OSError) else None
        raise LayerWriteError(
            "layer_write_failed", file=path.name, reason=said or reason(error, path)
        ) from error


def write_text(text: str, path: Path) -> None:
    """Write UTF-8 text; ``path`` is replaced atomically.

    Raises
    ------
    LayerWriteError
    """
    with atomic_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_geoparquet(frame: gpd.GeoDataFrame, path: Path) -> None:
    """Write a table as GeoParquet 1.1 with a bbox covering column, zstd-compressed.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Any geometries, in any CRS; x,y = lon,lat or east,north. Its index is not
        kept. From 1000 rows on the rows are put in Hilbert order, so that a
        bounding box touches few row groups; shorter tables keep their order.
    path : Path
        Replaced atomically if it exists; its folder must exist.
    """
    frame = frame.reset_index(drop=True)
    if len(frame) >= HILBERT_FROM_ROWS:
        frame = frame.iloc[hilbert_order(frame.geometry)].reset_index(drop=True)
    with atomic_file(path) as temporary:
        frame.to_parquet(
            temporary,
            index=False,
            compression="zstd",
            schema_version="1.1.0",
            write_covering_bbox=True,
            row_group_size=_ROW_GROUP_ROWS,
        )


def write_cog(
    array: NDArray[np.generic],
    path: Path,
    *,
    transform: Affine,
    crs: str,
    nodata: float,
    categorical: bool = False,
    block_size: int = 256,
) -> None:
    """Write one band as a Cloud-Optimized GeoTIFF, deflate-compressed.

    Parameters
    ----------
    array : ndarray, (ny, nx)
        Rows from north to south. The type of its values is the file's.
    path : Path
        Replaced atomically if it exists; its folder must exist.
    transform : Affine
        From column,row of cell corners to x,y in ``crs``.
    crs : str
        For example ``"EPSG:4326"``; x,y = lon,lat or east,north.
    nodata : float
        The value that stands for "no value"; it is always declared.
    categorical : bool
        True for class values: overviews then take the nearest cell, never a mean.
    block_size : int
        Side of the internal tiles in cells, a multiple of 16.
    """
    height, width = array.shape
    with MemoryFile() as memory, atomic_file(path) as temporary:
        with memory.open(
            driver="GTiff",
            height=height,
            width=width,
            count=1,
            dtype=array.dtype.name,
            crs=crs,
            transform=transform,
            nodata=nodata,
        ) as band:
            band.write(array, 1)
        with rasterio.Env(GDAL_NUM_THREADS="1"):
            gdal_copy(
                memory.name,
                temporary,
                driver="COG",
                compress="DEFLATE",
                level=9,
                predictor="YES",
                blocksize=block_size,
                overview_resampling="NEAREST" if categorical else "AVERAGE",
            )


def geojson_lines(frame: gpd.GeoDataFrame) -> Iterator[str]:
    """Write a FeatureCollection of RFC 7946, line by line.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, EPSG:4490 or 4326, x,y = lon,lat; the index holds the ids.

    Yields
    ------
    str
        Coordinates with all their digits, so that areas can be computed from the
        file; lon,lat; Z left out; shells counter-clockwise. ``null`` for missing
        and empty geometries. Values as :func:`layers.values.json_value` has them.
    """
    yield '{"type":"FeatureCollection","features":['
    geometry = frame.geometry.to_numpy()
    flat = shapely.orient_polygons(shapely.force_2d(geometry), exterior_cw=False)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    shapes = np.where(absent, "null", shapely.to_geojson(flat))
    attributes = frame.drop(columns=frame.geometry.name)
    columns = [attributes[name].tolist() for name in attributes.columns]
    for row, (key, shape) in enumerate(zip(frame.index.tolist(), shapes, strict=True)):
        values = (json_value(column[row]) for column in columns)
        properties = dict(zip(map(str, attributes.columns), values, strict=True))
        yield (
            f'{"," if row else ""}{{"type":"Feature","id":{_dumps(json_value(key))},'
            f'"properties":{_dumps(properties)},"geometry":{shape}}}'
        )
    yield "]}"


def write_geojson(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    """Write GeoJSON (RFC 7946), without a ``crs`` member.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any safe CRS; what is not lon/lat is densified in its own
        plane and transformed. The index becomes the features' ids.
    path : Path
        Replaced atomically; its folder must exist.

    Returns
    -------
    tuple of Note
        What was assumed or transformed.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_datum_unsafe``.
    LayerWriteError
    """
    notes: list[Note] = []
    if CRS.from_user_input(require(frame.geometry, path.name)).to_epsg() != 4326:
        geometry, notes = to_working(frame.geometry, path.name)
        frame = frame.set_geometry(geometry)
    with atomic_file(path) as temporary, temporary.open("w", encoding="utf-8") as out:
        out.writelines(f"{line}\n" for line in geojson_lines(frame))
    return tuple(notes)


def write_geopackage(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    """Write a GeoPackage with one layer, named like the file.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS. The index is kept as its name says.
    path : Path
        Replaced atomically; its folder must exist.

    Returns
    -------
    tuple of Note
        Columns that had to be renamed: SQLite tells no upper from lower case, and
        ``fid`` and ``geom`` are the format's own.

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerWriteError
    """
    table = _exchangeable(frame, path)
    names = _distinct_names(list(table.columns.drop("geometry")))
    renamed = [f"{old} → {new}" for old, new in names.items() if old != new]
    details = {"file": path.name, "columns": listed(renamed)}
    notes = [Note("columns_renamed", details)] if renamed else []
    _write_ogr(table.rename(columns=names), path, "GPKG", notes, layer=path.stem)
    return tuple(notes)


def write_flatgeobuf(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    """Write a FlatGeobuf file, rows in the order of the table.

    Parameters
    ----------
    frame : GeoDataFrame
        ``(n,)``, x,y order, any CRS. The index is kept as its name says.
    path : Path
        Replaced atomically; its folder must exist.

    Returns
    -------
    tuple of Note
        Features without geometry, which the format cannot hold; they are left out.

    Raises
    ------
    CRSError
        ``crs_missing``.
    LayerWriteError
    """
    absent = (frame.geometry.isna() | frame.geometry.is_empty).to_numpy()
    names = [str(key) for key in frame.index[absent]]
    details = {"where": path.name, "count": len(names), "features": listed(names)}
    notes = [Note("repair_empty", details)] if names else []
    table = _exchangeable(frame.loc[~absent], path)
    # The index would put the rows in another order.
    _write_ogr(table, path, "FlatGeobuf", notes, spatial_index="NO")
    return tuple(notes)


def _exchangeable(frame: gpd.GeoDataFrame, path: Path) -> gpd.GeoDataFrame:
    """Index as a column, columns of types that GDAL knows, geometry last."""
    require(frame.geometry, path.name)
    attributes = pd.DataFrame(frame.drop(columns=frame.geometry.name))
    label = "id" if frame.index.name is None else str(frame.index.name)
    while label in attributes.columns:
        label += "_"
    columns = {label: frame.index.to_series()}
    columns |= {str(name): _simple(attributes[name]) for name in attributes.columns}
    table = pd.DataFrame(columns).reset_index(drop=True)
    return gpd.GeoDataFrame(table, geometry=frame.geometry.reset_index(drop=True))


def _simple(column: pd.Series) -> pd.Series:
    """ISO text for dates, decimals and durations; JSON text for lists and objects."""
    if column.dtype != object and not pd.api.types.is_timedelta64_dtype(column.dtype):
        return column
    values = [json_value(value) for value in column.tolist()]
    simple = [
        _dumps(value) if isinstance(value, list | dict) else value for value in values
    ]
    kinds = {type(value) for value in simple} - {type(None)}
    if len(kinds) > 1 and str in kinds:
        simple = [None if value is None else str(value) for value in simple]
    return pd.Series(simple, index=column.index, dtype=object)


def _distinct_names(names: list[str]) -> dict[str, str]:
    """Give numbers to names that differ only in case or are the GeoPackage's own."""
    taken = {"fid", "geom"}
    chosen = {}
    for name in names:
        number, candidate = 2, name
        while candidate.lower() in taken:
            candidate, number = f"{name}_{number}", number + 1
        taken.add(candidate.lower())
        chosen[name] = candidate
    return chosen


def _write_ogr(
    table: gpd.GeoDataFrame,
    path: Path,
    driver: str,
    notes: list[Note],
    **options: object,
) -> None:
    with atomic_file(path) as temporary, warnings_noted(path, notes):
        pyogrio.write_dataframe(table, temporary, driver=driver, **options)
        # A full disk can pass GDAL unnoticed until the file is closed.
        if pyogrio.read_info(temporary, force_feature_count=True)["features"] != len(
            table
        ):
            raise OSError("incomplete")


def _dumps(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def hilbert_order(geometries: gpd.GeoSeries) -> NDArray[np.intp]:
    """Positions in Hilbert order, (n,); missing and empty geometries come last."""
    absent = (geometries.isna() | geometries.is_empty).to_numpy()
    distance = np.full(len(geometries), np.iinfo(np.int64).max)
    if not absent.all():
        present = gpd.GeoSeries(geometries[~absent])
        distance[~absent] = present.hilbert_distance().to_numpy()
    return np.argsort(distance, kind="stable")


def _flush_to_disk(path: Path) -> None:
    """Make the content survive a power cut before its name points to it."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
