"""Readers: one module per family of formats, and the choice among them."""

import re
from dataclasses import dataclass
from pathlib import Path

from layers.errors import LayerReadError
from layers.readers.geojson import GEOJSON, read_geojson
from layers.readers.guard import GEOTIFF, Format, reading
from layers.readers.shapefile import SHAPEFILE, read_shapefile
from layers.readers.table import Table
from layers.readers.vector import (
    FLATGEOBUF,
    GEOPACKAGE,
    GEOPARQUET,
    read_flatgeobuf,
    read_geopackage,
    read_geoparquet,
)
from layers.readers.zipped import ZIPPED, read_zipped

FORMATS = (GEOJSON, SHAPEFILE, ZIPPED, GEOPACKAGE, FLATGEOBUF, GEOPARQUET, GEOTIFF)


@dataclass(frozen=True)
class FileName:
    """A file and, where it holds several layers, the one meant.

    Parameters
    ----------
    path : Path
    part : str or None
    """

    path: Path
    part: str | None = None


def file_name(name: str) -> FileName:
    """Split ``file.gpkg:layer``.

    Examples
    --------
    >>> file_name("plan.gpkg:红线").part
    '红线'
    >>> file_name("C:/plan.gpkg").part is None
    True
    """
    inside = re.fullmatch(r"(?is)(.+\.(?:gpkg|zip)):(.+)", name)
    if inside is None:
        return FileName(Path(name))
    return FileName(Path(inside[1]), inside[2])


def format_of(path: Path) -> Format:
    """Answer the format by the suffix.

    Raises
    ------
    LayerReadError
        ``layer_is_folder``, ``layer_file_missing`` or ``layer_format_unknown``.
    """
    suffix = path.suffix.lower()
    for form in FORMATS:
        if suffix in form.suffixes:
            return form
    with reading(path, path.suffix):
        if path.is_dir():
            raise LayerReadError("layer_is_folder", file=path.name or str(path))
        if not path.exists():
            raise LayerReadError("layer_file_missing", file=str(path))
    known = ", ".join(one for form in FORMATS for one in form.suffixes)
    raise LayerReadError("layer_format_unknown", file=path.name, known=known)


def read_vector(
    path: Path, *, part: str | None = None, encoding: str | None = None
) -> Table:
    """Read a vector file by its suffix.

    Parameters
    ----------
    path : Path
    part : str or None
        The layer inside a GeoPackage or zip archive.
    encoding : str or None
        Of a shapefile's attributes, where the reader's own decision is wrong.

    Raises
    ------
    LayerReadError
        Also ``layer_not_vector`` for a raster.
    """
    form = format_of(path)
    if form is GEOPACKAGE:
        return read_geopackage(path, layer=part)
    if form is SHAPEFILE:
        return read_shapefile(path, encoding=encoding)
    if form is ZIPPED:
        return read_zipped(path, part=part, encoding=encoding)
    if form.kind == "raster":
        raise LayerReadError("layer_not_vector", name=path.name)
    readers = {
        GEOJSON: read_geojson,
        FLATGEOBUF: read_flatgeobuf,
        GEOPARQUET: read_geoparquet,
    }
    return readers[form](path)
