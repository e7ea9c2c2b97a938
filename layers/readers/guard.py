"""The door to files: what other libraries and the system say becomes one refusal."""

import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
from shapely.errors import ShapelyError

from geo.messages import Note
from layers.errors import LayerError, LayerReadError, StoreKeyError
from layers.models import Kind
from layers.offline import cut_network
from layers.opening import file_start
from layers.storage.files import removed_version

# What GDAL (by pyogrio), Arrow, GEOS and Python raise on bytes that are
# not what they should be. pyogrio's errors and RecursionError are RuntimeErrors, JSON
# and Unicode errors ValueErrors.
FOREIGN_ERRORS = (
    OSError,
    RuntimeError,
    ValueError,
    MemoryError,
    pa.ArrowException,
    ShapelyError,
)

# Before any file is opened, in each process that opens one.
cut_network()

# `warnings.catch_warnings` swaps a global: two readers at once would lose each
# other's warnings.
_ONE_AT_A_TIME = threading.RLock()


@dataclass(frozen=True)
class Format:
    """A file format that can be read.

    Parameters
    ----------
    name : str
        As people call it.
    kind : {"vector", "raster"}
    suffixes : tuple of str
        Lower case, with the dot.
    magic : tuple of bytes
        What such a file starts with, one of these; empty for text.
    """

    name: str
    kind: Kind
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...] = ()


GEOTIFF = Format(
    "GeoTIFF",
    "raster",
    (".tif", ".tiff"),
    (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"),
)
NETCDF = Format(
    "NetCDF",
    "raster",
    (".nc", ".nc4", ".cdf"),
    (b"CDF\x01", b"CDF\x02", b"CDF\x05", b"\x89HDF\r\n\x1a\n"),
)
"""Both stated here, so that choosing a reader does not load their library."""


def require_file(path: Path, form: Format) -> None:
    """Refuse what is no readable file of the format, before a library opens it.

    GDAL chooses its driver by content, whatever the suffix says, and some drivers
    follow references to other files and hosts; so the first bytes are compared here.

    Raises
    ------
    LayerReadError
        Missing, a folder, not permitted, empty, or another format inside.
    """
    details = {"file": path.name or str(path)}
    with reading(path, form.name):
        if path.is_dir():
            raise LayerReadError("layer_is_folder", **details)
        if path.exists() and not path.is_file():
            raise LayerReadError("layer_not_regular", **details)
        start = file_start(path, 16)
    if not start:
        raise LayerReadError("layer_empty_file", **details)
    if form.magic and not start.startswith(form.magic):
        raise LayerReadError("layer_wrong_content", format=form.name, **details)


@contextmanager
def reading(
    path: Path, form: str, *, also: tuple[type[Exception], ...] = ()
) -> Iterator[None]:
    """Turn a failure of the body into a refusal that names the file.

    Parameters
    ----------
    path : Path
        The user's file; only its name is shown.
    form : str
        The format it was read as.
    also : tuple of exception types
        Further ones that a library is known to raise on damaged files.

    Raises
    ------
    LayerReadError
    VersionRemovedError
        Of a layer whose version was removed meanwhile.
    """
    try:
        yield
    except (*FOREIGN_ERRORS, *also, StoreKeyError) as error:
        raise removed_version(path) or refusal(error, path, form) from error


def refusal(error: Exception, path: Path, form: str) -> LayerError:
    """Answer the refusal that says what a library or the system said.

    Parameters
    ----------
    error : Exception
    path : Path
        The user's file; only its name is shown.
    form : str
        The format it was read as.
    """
    if isinstance(error, StoreKeyError):
        return error
    if isinstance(error, FileNotFoundError):
        return LayerReadError("layer_file_missing", file=str(path))
    if isinstance(error, PermissionError):
        return LayerReadError("layer_no_permission", file=path.name)
    said = reason(error, path)
    return LayerReadError("layer_unreadable", file=path.name, format=form, reason=said)


@contextmanager
def warnings_noted(path: Path, notes: list[Note]) -> Iterator[None]:
    """Keep what libraries only warn of, as notes."""
    with _ONE_AT_A_TIME, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        yield
    said = dict.fromkeys(_one_line(str(one.message), path) for one in caught)
    notes += [Note("reader_said", {"file": path.name, "said": line}) for line in said]


@contextmanager
def warning_refused(kind: type[Warning], refusal: Exception) -> Iterator[None]:
    """Refuse what a library only warns of."""
    with _ONE_AT_A_TIME, warnings.catch_warnings():
        warnings.simplefilter("error", kind)
        try:
            yield
        except kind as error:
            raise refusal from error


def reason(error: BaseException, path: Path) -> str:
    """Answer a library's words in one line, without folders of this machine."""
    return _one_line(str(error), path) or type(error).__name__


def _one_line(words: str, path: Path) -> str:
    """First line, ``folder/name`` shortened to ``name``, at most 200 characters."""
    line = words.strip().partition("\n")[0].replace(str(path), path.name)
    line = re.sub(r"(?<![\w:/.])/(?:[^/'\"\s]+/)+", "", line)
    return line.strip().rstrip(".")[:200]
