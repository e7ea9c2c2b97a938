"""Open GeoParquet and GeoTIFF where they are: on disk, or in a store by ranges.

The path of a file is its name in both cases (:mod:`layers.storage.mirror`). GDAL never
touches the network for it: it is handed the bytes that it asks for.
"""

import atexit
import hashlib
import re
import weakref
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from layers.storage.files import ranged
from layers.storage.ranges import RangeFile

if TYPE_CHECKING:
    from rasterio.io import DatasetReader

_HASHED_BYTES = 16 * 1024 * 1024
_opened: "weakref.WeakSet[DatasetReader]" = weakref.WeakSet()


def open_parquet(path: Path) -> pq.ParquetFile:
    """Open a Parquet file; from a store only the columns and row groups that are read.

    Neighbouring pieces of a row group are asked for together.

    Raises
    ------
    OSError, pyarrow.ArrowException
    StoreError
    """
    file = ranged(path)
    if file is None:
        return pq.ParquetFile(path)
    return pq.ParquetFile(pa.PythonFile(file, mode="r"), pre_buffer=True)


def open_tiff(path: Path, **options: Any) -> "DatasetReader":
    """Open a GeoTIFF; from a store only the blocks that are read.

    Raises
    ------
    rasterio.errors.RasterioError, OSError
    StoreError
    """
    import rasterio

    if is_local(path):
        return rasterio.open(path, driver="GTiff", **options)
    dataset = rasterio.open(str(path), driver="GTiff", opener=_open_bytes, **options)
    _opened.add(dataset)
    return dataset


@atexit.register
def _close_all() -> None:
    """Close what is open by ranges: GDAL's own end comes after Python's."""
    for dataset in list(_opened):
        dataset.close()


def plain_path(dataset: "DatasetReader") -> Path:
    """Answer the path that a dataset was opened by."""
    return Path(re.sub(r"^/vsiriopener_[0-9a-f]+/", "", dataset.name))


def is_local(path: Path) -> bool:
    """Whether a file is read from disk; a small one of a store is brought for it."""
    if path.exists():
        return True
    file = ranged(path)
    return file is None


def _open_bytes(name: str, mode: str = "rb") -> RangeFile | IO[bytes]:
    """Open what rasterio asks for; nothing beside the file itself is there."""
    del mode
    path = Path(name)
    if path.suffix.lower() not in (".tif", ".tiff"):
        raise FileNotFoundError(name)
    file = ranged(path)
    return path.open("rb") if file is None else file


def file_start(path: Path, length: int) -> bytes:
    """Answer the first bytes of a file.

    Raises
    ------
    OSError
    StoreError
    """
    file = ranged(path)
    if file is not None:
        return file.read_at(0, length)
    with path.open("rb") as stream:
        return stream.read(length)


def file_stamp(path: Path) -> tuple[int, int]:
    """Answer what changes when a file does; those in a store never do.

    Raises
    ------
    OSError
    """
    try:
        facts = path.stat()
    except FileNotFoundError:
        if is_local(path):
            raise
        return 0, 0
    return facts.st_mtime_ns, facts.st_size


def modified(path: Path) -> float:
    """Answer when a file was written, POSIX seconds.

    Raises
    ------
    OSError
    StoreError
    """
    file = ranged(path)
    return path.stat().st_mtime if file is None else file.modified


def file_sha256(path: Path) -> str:
    """Answer the hash of a file's bytes, hexadecimal; one in a store is not kept.

    Raises
    ------
    OSError
    StoreError
    """
    file = ranged(path)
    if file is None:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    digest = hashlib.sha256()
    for start in range(0, file.size, _HASHED_BYTES):
        digest.update(file.read_at(start, _HASHED_BYTES))
    return digest.hexdigest()
