"""Read a large GeoParquet file in parts, from any row on."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
from pyproj import CRS

from geo.messages import Note, listed
from layers.readers.guard import reading
from layers.readers.parts import WkbPart, ahead
from layers.readers.vector import GEOPARQUET, Stretch
from layers.row_reader import RowReader

_FROM_METADATA = (AttributeError, LookupError, TypeError)
"""What missing or misshapen metadata shows as."""


class _Layout(NamedTuple):
    """Which columns there are, and what the file says of them."""

    geometry: str
    columns: list[str]
    others: list[str]
    crs: CRS | None
    plain: bool


def cuttable(path: Path) -> bool:
    """Whether parts of a file say the same as the whole file would.

    Geometry must be WKB with straight edges, and no column an index of pandas: such a
    file is read as a whole, like one that is damaged, which is told then.
    """
    try:
        return _layout(pq.read_schema(path)).plain
    except (OSError, ValueError, pa.ArrowException, *_FROM_METADATA):
        return False


def row_count(path: Path) -> int:
    """Answer how many rows the file says it has."""
    return int(pq.read_metadata(path).num_rows)


def stream_geoparquet(path: Path, *, rows: int) -> Iterator[WkbPart]:
    """Read a cuttable file in parts of so many rows, each while others are used.

    Raises
    ------
    LayerReadError
        Unreadable.
    """
    with reading(path, GEOPARQUET.name, also=_FROM_METADATA):
        total = row_count(path)
    yield from ahead(_parts(path, 0, total, rows))


def read_geoparquet_stretch(path: Path, stretch: Stretch) -> Iterator[WkbPart]:
    """Read some rows as :func:`stream_geoparquet` reads them.

    Rows of a row group that come before them are decoded and dropped.

    Raises
    ------
    LayerReadError
    """
    first, stop = stretch.first, min(stretch.first + stretch.rows, stretch.total)
    yield from _parts(path, first, stop, stretch.rows)


def _parts(path: Path, first: int, stop: int, rows: int) -> Iterator[WkbPart]:
    with (
        reading(path, GEOPARQUET.name, also=_FROM_METADATA),
        pq.ParquetFile(path) as file,
    ):
        layout = _layout(file.schema_arrow)
        reader = RowReader(
            file, [*layout.columns, layout.geometry], rows, threaded=True
        )
        total = file.metadata.num_rows
        for start in range(first, stop, rows):
            batches = [one for _, one in reader.batches(start, min(start + rows, stop))]
            yield _part(pa.Table.from_batches(batches), layout, total, path)


def _part(table: pa.Table, layout: _Layout, total: int, path: Path) -> WkbPart:
    wkb = table[layout.geometry].combine_chunks()
    if isinstance(wkb, pa.ChunkedArray):
        wkb = pa.concat_arrays(wkb.chunks)
    if isinstance(wkb, pa.ExtensionArray):
        wkb = wkb.storage
    notes = []
    if layout.others:
        details = {"file": path.name, "columns": listed(layout.others)}
        notes.append(Note("reader_columns_left_out", details))
    columns = {name: _decoded(table[name]) for name in layout.columns}
    # A table without columns has no rows.
    bare = table.select([]) if not columns else pa.table(columns)
    kept = bare.replace_schema_metadata(None)
    return WkbPart(kept, wkb.cast(pa.binary()), layout.crs, total, tuple(notes))


def _decoded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    kind = column.type
    return column.cast(kind.value_type) if pa.types.is_dictionary(kind) else column


def _layout(schema: pa.Schema) -> _Layout:
    metadata = schema.metadata or {}
    geo: dict[str, Any] = json.loads(metadata[b"geo"])
    shapes: dict[str, Any] = geo["columns"]
    primary = str(geo["primary_column"])
    about = shapes[primary]
    boxes = {
        str(corner[0])
        for one in shapes.values()
        for corner in one.get("covering", {}).get("bbox", {}).values()
    }
    # No crs member means OGC:CRS84; null, that nobody knows (GeoParquet 1.1, "crs").
    stated = about.get("crs", "OGC:CRS84")
    columns = [one for one in schema.names if one not in {*shapes, *boxes}]
    return _Layout(
        geometry=primary,
        columns=columns,
        others=[one for one in schema.names if one in shapes and one != primary],
        crs=None if stated is None else CRS.from_user_input(stated),
        plain=about["encoding"] == "WKB"
        and about.get("edges", "planar") == "planar"
        and "epoch" not in about
        and len({*schema.names}) == len(schema.names)
        and not _indexed(metadata),
    )


def _indexed(metadata: dict[bytes, bytes]) -> bool:
    """Whether a column is an index of pandas; a range of numbers is no column."""
    pandas = json.loads(metadata.get(b"pandas", b"{}"))
    return any(isinstance(one, str) for one in pandas.get("index_columns", []))
