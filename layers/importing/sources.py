"""The files of one import, opened by what they are, as a stream of tables."""

import hashlib
import tempfile
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.messages import listed
from layers.errors import LayerReadError
from layers.importing.options import ImportOptions
from layers.models import Model
from layers.readers import FORMATS, geoparquet_parts, read_vector
from layers.readers.archives import layers_in, unpacked
from layers.readers.coordinate_tables import (
    TableOptions,
    read_cass,
    read_csv,
    read_excel,
)
from layers.readers.encodings import settle_text
from layers.readers.geodatabase import read_geodatabase
from layers.readers.geojson import read_geojson
from layers.readers.guard import GEOTIFF, NETCDF, Format, reading, require_file
from layers.readers.kml import read_kml
from layers.readers.parcels_txt import read_parcels
from layers.readers.parts import WkbPart
from layers.readers.postgis import Database, stream_postgis
from layers.readers.shapefile import stream_shapefile
from layers.readers.table import Table
from layers.readers.vector import (
    FLATGEOBUF,
    GEOPACKAGE,
    GEOPARQUET,
    geopackage_layer,
    stream_ogr,
)

Part = Table | WkbPart
Read = Callable[[Path, ImportOptions], Iterator[Part]]

PART_ROWS = 50_000
LARGE_BYTES = 20_000_000
_STREAMED = (".shp", ".gpkg", ".fgb", *GEOPARQUET.suffixes)


class SourceFile(Model):
    """One file that was imported, or a table of a database, which has no hash."""

    name: str
    bytes: int
    sha256: str | None

    @property
    def cited(self) -> str:
        """Name and hash, for provenance."""
        return (
            self.name if self.sha256 is None else f"{self.name} (SHA-256 {self.sha256})"
        )


@dataclass(frozen=True)
class Source:
    """What is to be imported.

    Parameters
    ----------
    where : str
        Names it in messages.
    files : tuple of SourceFile
    tables : iterator of Table or WkbPart
        Its features, a part at a time; the parts have the same columns and CRS.
    """

    where: str
    files: tuple[SourceFile, ...]
    tables: Iterator[Part]


def _plain(path: Path, options: ImportOptions) -> Iterator[Part]:
    if is_streamed(path):
        yield from _streamed(path, options)
        return
    yield read_vector(path, part=options.part, encoding=options.encoding)


def is_streamed(path: Path) -> bool:
    """Whether a file is so large, and of such a format, as to be read in parts."""
    known = path.suffix.lower() in _STREAMED
    if not (known and path.is_file() and path.stat().st_size > LARGE_BYTES):
        return False
    return not is_parquet(path) or geoparquet_parts.cuttable(path)


def is_parquet(path: Path) -> bool:
    """Whether a file's suffix is that of GeoParquet."""
    return path.suffix.lower() in GEOPARQUET.suffixes


def _streamed(path: Path, options: ImportOptions) -> Iterator[Part]:
    """Read a large file in parts, so that memory stays bounded."""
    if path.suffix.lower() == ".shp":
        yield from stream_shapefile(path, rows=PART_ROWS, encoding=options.encoding)
        return
    if is_parquet(path):
        require_file(path, GEOPARQUET)
        yield from geoparquet_parts.stream_geoparquet(path, rows=PART_ROWS)
        return
    form = GEOPACKAGE if path.suffix.lower() == ".gpkg" else FLATGEOBUF
    require_file(path, form)
    layer = geopackage_layer(path, options.part) if form is GEOPACKAGE else None
    yield from stream_ogr(path, path, form, rows=PART_ROWS, layer=layer)


def _parcels(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_parcels(path, encoding=options.encoding)


def _kml(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_kml(path, encoding=options.encoding)


def _csv(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_csv(path, _table_options(options))


def _excel(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_excel(path, _table_options(options))


def _cass(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_cass(path, _table_options(options))


def _table_options(options: ImportOptions) -> TableOptions:
    return TableOptions(
        encoding=options.encoding,
        part=options.part,
        columns=options.columns,
        angles=options.angles,
        shapes=options.shapes,
    )


def _dxf(path: Path, options: ImportOptions) -> Iterator[Table]:
    # Loading it takes longer than all other readers; the service knows the formats.
    from layers.readers.dxf import read_dxf

    yield read_dxf(path, encoding=options.encoding, tolerance_m=options.tolerance_m)


def _geodatabase(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_geodatabase(path, layer=options.part)


def _lines(path: Path, options: ImportOptions) -> Iterator[Table]:
    """Read newline-delimited GeoJSON; lines keep their numbers for refusals."""
    form = Format("GeoJSON lines", "vector", LINES)
    require_file(path, form)
    with reading(path, form.name):
        text, _ = settle_text(path.read_bytes(), path.name, options.encoding)
    lines = [line.strip(" \r\x1e") for line in text.split("\n")]
    filled = [i for i, line in enumerate(lines) if line]
    ended = [f"{line}," if i in filled[:-1] else line for i, line in enumerate(lines)]
    with tempfile.TemporaryDirectory(prefix="ecobarrier-") as folder:
        whole = Path(folder) / path.name
        body = "\n".join(ended)
        whole.write_text(
            '{"type":"FeatureCollection","features":[' + body + "]}", encoding="utf-8"
        )
        yield read_geojson(whole)


def _archive(path: Path, options: ImportOptions) -> Iterator[Part]:
    with unpacked(path) as folder:
        inner = [one for one in suffixes() if one != ".zip"]
        found = layers_in(folder, inner, options.part, path)
        within = options.part
        if within in {one.stem for one in found} | {one.name for one in found}:
            within = None
        chosen = options.model_copy(update={"part": within})
        for one in found:
            yield from READERS.get(one.suffix.lower(), _plain)(one, chosen)


LINES = (".geojsonl", ".geojsons", ".ndjson", ".jsonl")
READERS: dict[str, Read] = {
    ".txt": _parcels,
    ".kml": _kml,
    ".kmz": _kml,
    ".csv": _csv,
    ".tsv": _csv,
    ".xlsx": _excel,
    ".xlsm": _excel,
    ".dat": _cass,
    ".dxf": _dxf,
    ".gdb": _geodatabase,
    ".zip": _archive,
    **dict.fromkeys(LINES, _lines),
}
"""Readers of formats that only an import reads, by suffix."""


def suffixes() -> tuple[str, ...]:
    """Answer the suffixes of vector layers that can be imported."""
    own = [one for form in FORMATS if form.kind == "vector" for one in form.suffixes]
    return tuple(dict.fromkeys([*own, *READERS]))


def importable() -> tuple[str, ...]:
    """Answer the suffixes of all files that can be imported, rasters too."""
    return (*suffixes(), *GEOTIFF.suffixes, *NETCDF.suffixes)


def is_raster(path: Path) -> bool:
    """Whether a file's suffix is that of a raster."""
    return path.suffix.lower() in (*GEOTIFF.suffixes, *NETCDF.suffixes)


def open_source(paths: list[Path], options: ImportOptions) -> Source:
    """Look at the files and read the first of their features.

    Raises
    ------
    LayerReadError
    """
    for path in paths:
        _require_known(path)
    where = listed([path.name for path in paths])
    files = tuple(map(describe, paths))
    return Source(where, files, _tables(paths, options))


def open_database(source: Database) -> Source:
    """Look at a table or query of a database; it is read when its parts are asked for.

    Nothing of the address but host and database goes into the description.
    """
    described = SourceFile(name=source.name, bytes=0, sha256=None)
    tables = stream_postgis(source, rows=PART_ROWS)
    return Source(source.name, (described,), tables)


def describe(path: Path) -> SourceFile:
    """Answer name, size and SHA-256 of a file; of a folder those of its files."""
    whole = hashlib.sha256()
    size = 0
    with reading(path, path.suffix):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            if one.is_file():
                with one.open("rb") as stream:
                    whole.update(hashlib.file_digest(stream, "sha256").digest())
                size += one.stat().st_size
    return SourceFile(name=path.name, bytes=size, sha256=whole.hexdigest())


def _require_known(path: Path) -> None:
    if path.suffix.lower() in suffixes():
        return
    require_file(path, Format(path.suffix or "-", "vector", ()))
    known = ", ".join(importable())
    raise LayerReadError("layer_format_unknown", file=path.name, known=known)


def _tables(paths: list[Path], options: ImportOptions) -> Iterator[Part]:
    for path in paths:
        yield from parts_of(path, options)


def parts_of(path: Path, options: ImportOptions) -> Generator[Part]:
    """Read one file, a part at a time.

    Raises
    ------
    LayerReadError
    """
    yield from READERS.get(path.suffix.lower(), _plain)(path, options)
