"""Write layers to keep: GeoParquet and Cloud-Optimized GeoTIFF.

In the formats that are kept, equal content gives equal bytes (with the same versions
of pyarrow, GDAL and PROJ), so that a file's hash is the version of its content. A file
appears under its name whole or not at all.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError

from layers.errors import LayerWriteError
from layers.readers.guard import reason

if TYPE_CHECKING:
    from affine import Affine

# Below this many rows a reader fetches the whole file anyway, and the order of the
# ids is friendlier to people than the order along a curve.
HILBERT_FROM_ROWS = 1000
_ROW_GROUP_ROWS = 10_000

_WRITE_ERRORS = (
    OSError,
    DataLayerError,
    DataSourceError,
    pa.ArrowException,
)


@contextmanager
def atomic_file(
    path: Path, *, also: tuple[type[Exception], ...] = ()
) -> Iterator[Path]:
    """Lend a temporary path; on success it becomes ``path`` in one step.

    The temporary file lies in the folder of ``path``, because a rename is atomic
    only within one file system. If the body raises, ``path`` stays as it was and
    the temporary file is removed.

    Raises
    ------
    LayerWriteError
        The folder is missing or not permitted, the disk is full.
    """
    with writing(path, also=also):
        # A folder for itself: GDAL judges a file by its suffix and puts others beside.
        prefix = f".{path.name[:100]}."
        with tempfile.TemporaryDirectory(prefix=prefix, dir=path.parent) as folder:
            temporary = Path(folder) / path.name
            yield temporary
            flush_to_disk(temporary)
            temporary.replace(path)


@contextmanager
def writing(path: Path, *, also: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """Turn a failure of the body to write into a refusal that names the file.

    Parameters
    ----------
    path : Path
    also : tuple of exception types
        Further ones that the library at work is known to raise.

    Raises
    ------
    LayerWriteError
    """
    try:
        yield
    except (*_WRITE_ERRORS, *also) as error:
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


def write_bytes(content: bytes, path: Path) -> None:
    """Write a file's content; ``path`` is replaced atomically.

    Raises
    ------
    LayerWriteError
    """
    with atomic_file(path) as temporary:
        temporary.write_bytes(content)


def write_geoparquet(
    frame: gpd.GeoDataFrame, path: Path, *, about: str | None = None
) -> None:
    """Write a table as GeoParquet 1.1 with a bbox covering column, zstd-compressed.

    Parameters
    ----------
    frame : GeoDataFrame, (n,)
        Any geometries, in any CRS; x,y = lon,lat or east,north. Its index is not
        kept. From 1000 rows on the rows are put in Hilbert order, so that a
        bounding box touches few row groups; shorter tables keep their order.
    path : Path
        Replaced atomically if it exists; its folder must exist.
    about : str, optional
        Text kept in the file's metadata under ``provenance``.
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
        if about is not None:
            _say_in_parquet(temporary, about)


def _say_in_parquet(path: Path, about: str) -> None:
    """Add a text to a file's metadata, row group by row group."""
    source = pq.ParquetFile(path)
    schema = source.schema_arrow
    said = schema.with_metadata({**(schema.metadata or {}), b"provenance": about})
    copy = path.with_suffix(".said")
    with pq.ParquetWriter(copy, said, compression="zstd") as writer:
        for number in range(source.num_row_groups):
            group = source.read_row_group(number)
            writer.write_table(group.cast(said), row_group_size=_ROW_GROUP_ROWS)
    copy.replace(path)


def write_cog(
    array: NDArray[np.generic],
    path: Path,
    *,
    transform: "Affine",
    crs: str,
    nodata: float,
    categorical: bool = False,
    block_size: int = 256,
    about: str | None = None,
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
    about : str, optional
        Text kept in the file's metadata under ``PROVENANCE``.
    """
    # Whoever writes no raster need not wait for GDAL.
    import rasterio
    from rasterio.errors import RasterioError
    from rasterio.io import MemoryFile
    from rasterio.shutil import copy as gdal_copy

    height, width = array.shape
    with MemoryFile() as memory, atomic_file(path, also=(RasterioError,)) as temporary:
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
            if about is not None:
                band.update_tags(PROVENANCE=about)
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


def hilbert_order(geometries: gpd.GeoSeries) -> NDArray[np.intp]:
    """Positions in Hilbert order, (n,); missing and empty geometries come last."""
    absent = (geometries.isna() | geometries.is_empty).to_numpy()
    distance = np.full(len(geometries), np.iinfo(np.int64).max)
    if not absent.all():
        present = gpd.GeoSeries(geometries[~absent])
        distance[~absent] = present.hilbert_distance().to_numpy()
    return np.argsort(distance, kind="stable")


def flush_to_disk(path: Path) -> None:
    """Make the content survive a power cut before its name points to it."""
    with path.open("rb") as stream:
        os.fsync(stream.fileno())
