"""A GeoParquet layer of any size, read in chunks that never become objects."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from geo.crs import name, require_safe_datum
from geo.engine import read_wkb
from geo.engine.wkb import EMPTY, READ
from geo.errors import CRSError
from geo.rings import Rings
from geo.types import BBox, BoolArray, FloatArray, GeometryArray, IntArray
from layers.boxes import Boxes, boxes_of, meets
from layers.catalog import Catalog, is_file_name
from layers.errors import LayerError, LayerReadError, StoreKeyError
from layers.files import content_parts, describe_file
from layers.models import LayerSpec
from layers.opening import open_parquet
from layers.readers.guard import reason
from layers.readers.vector import GEOPARQUET
from layers.row_reader import RowReader
from layers.storage.files import removed_version

CHUNK_ROWS = 50_000
"""Features in memory at once: 50,000 parcels of 50 vertices are some 100 MB."""

ID_COLUMNS = ("id", "adcode")

_FOREIGN = (OSError, pa.ArrowException, StoreKeyError)

ACCURACY_COLUMN = "accuracy_m"
"""A feature's own standard positional error, which wins over its layer's."""


class Chunk(NamedTuple):
    """Some features of a layer, in the order of the file.

    Parameters
    ----------
    ids : list of str
        Of the column ``id`` or ``adcode``, else row numbers from 1.
    rings : Rings
        Lon,lat degrees; features without geometry own no ring.
    accuracy_m : FloatArray
        ``(n,)`` of the column of that name; nan where it states none.
    wkb : Array
        The geometry as it is in the file.
    """

    ids: list[str]
    rings: Rings
    accuracy_m: FloatArray
    wkb: pa.Array

    def geometry(self, chosen: IntArray) -> GeometryArray:
        """Make objects of a few features."""
        some = self.wkb.take(pa.array(chosen)).to_numpy(zero_copy_only=False)
        return np.asarray(shapely.from_wkb(some), dtype=object)


class PolygonFile:
    """A GeoParquet file of polygons in lon/lat.

    Parameters
    ----------
    path : Path
    checked : bool
        Whether every polygon is known to be valid, as in a published layer; else each
        chunk is checked by GEOS, which takes most of the time.
    before : int
        Rows of the same layer in files before this one: where nothing names features,
        their row numbers go on.

    Raises
    ------
    LayerReadError
        No GeoParquet, or geometry not in WKB.
    CRSError
        Not lon/lat, or an unsafe datum.
    """

    def __init__(self, path: Path, *, checked: bool = False, before: int = 0) -> None:
        self._path = path
        self._checked, self._before = checked, before
        self._kept: tuple[int, RowReader] | None = None
        try:
            self._file = open_parquet(path)
            geo = json.loads((self._file.schema_arrow.metadata or {})[b"geo"])
            self._geometry = str(geo["primary_column"])
            column: dict[str, Any] = geo["columns"][self._geometry]
        except (*_FOREIGN, KeyError, ValueError) as error:
            if path.is_file() and path.suffix.lower() not in GEOPARQUET.suffixes:
                raise LayerReadError("rows_need_geoparquet", file=path.name) from error
            raise self._failed(error) from error
        if column.get("encoding") != "WKB":
            raise self._unreadable(f"encoding {column.get('encoding')}")
        # No crs member means OGC:CRS84 (GeoParquet 1.1, "crs").
        crs = CRS.from_user_input(column.get("crs") or "OGC:CRS84")
        require_safe_datum(crs, path.name)
        if not crs.is_geographic:
            raise CRSError("rows_need_lonlat", crs=name(crs))
        self.crs = crs

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def chunks(
        self,
        rows: int = CHUNK_ROWS,
        *,
        start: int = 0,
        stop: int | None = None,
        ahead: bool = True,
    ) -> Iterator[Chunk]:
        """Read the file from front to back, at most ``rows`` features at a time.

        Parameters
        ----------
        rows : int
        start, stop : int
            Only the features ``[start, stop)``; other row groups are not decoded.
        ahead : bool
            Read the next chunk, in a thread, while the caller works on the last one.
            Without it nothing is done in another thread, and a range that follows the
            last one goes on where that ended.

        Raises
        ------
        LayerReadError
            A feature that is no valid polygon, by its id; it must be imported, which
            repairs it.
        """
        end = len(self) if stop is None else min(stop, len(self))
        if ahead:
            reader = self._reader(rows, threaded=True)
            return _ahead(self._chunks(reader, start, end, threads=2))
        if self._kept is None or self._kept[0] != rows:
            self._kept = rows, self._reader(rows, threaded=False)
        return self._chunks(self._kept[1], start, end, threads=1)

    @property
    def geometry_bytes(self) -> int:
        """Size of all geometries, uncompressed."""
        metadata = self._file.metadata
        groups = [metadata.row_group(k) for k in range(metadata.num_row_groups)]
        place = groups[0].num_columns if groups else 0
        found = {groups[0].column(k).path_in_schema: k for k in range(place)}
        column = found.get(self._geometry)
        if column is None:
            return 0
        return sum(one.column(column).total_uncompressed_size for one in groups)

    @property
    def has_boxes(self) -> bool:
        """Whether each feature's box is beside it, with limits for each row group."""
        return self._boxes is not None

    def meeting(self, box: BBox) -> Iterator[Chunk]:
        """Read the features whose boxes meet a box, in the order of the file.

        Row groups that do not meet it are not decoded. Only for files that have boxes.
        """
        if self._boxes is None:
            raise AssertionError("the file has no boxes")
        first = 0
        for number, stated in enumerate(self._boxes.of_groups):
            size = self._file.metadata.row_group(number).num_rows
            if np.isnan(stated).any() or meets(stated, box):
                yield from self._meeting_in(number, first, box)
            first += size

    def _meeting_in(self, group: int, first: int, box: BBox) -> Iterator[Chunk]:
        assert self._boxes is not None
        name = self._boxes.column
        columns = [*self._columns, name]
        found = self._file.iter_batches(
            CHUNK_ROWS, row_groups=[group], columns=columns, use_threads=False
        )
        for batch in found:
            sides = batch.column(name).flatten()
            own = np.column_stack([np.asarray(sides[k]) for k in self._boxes.order])
            there = np.flatnonzero(meets(own.T, box))
            if len(there):
                yield self._chunk(batch.take(pa.array(there)), first + there, 1)
            first += batch.num_rows

    @cached_property
    def _boxes(self) -> Boxes | None:
        return boxes_of(self._file, self._geometry)

    def _reader(self, rows: int, *, threaded: bool) -> RowReader:
        return RowReader(self._file, self._columns, rows, threaded=threaded)

    @property
    def _key(self) -> str | None:
        names = self._file.schema_arrow.names
        return next((column for column in ID_COLUMNS if column in names), None)

    @property
    def _columns(self) -> list[str]:
        stated = ACCURACY_COLUMN in self._file.schema_arrow.names
        columns = [self._geometry, *([self._key] if self._key else [])]
        return columns + ([ACCURACY_COLUMN] if stated else [])

    def _chunks(
        self, reader: RowReader, start: int, stop: int, *, threads: int
    ) -> Iterator[Chunk]:
        try:
            for first, batch in reader.batches(start, stop):
                places = np.arange(first, first + batch.num_rows)
                yield self._chunk(batch, places, threads)
        except _FOREIGN as error:
            raise self._failed(error) from error

    def _chunk(self, batch: pa.RecordBatch, places: IntArray, threads: int) -> Chunk:
        names = (
            batch.column(self._key).to_pylist()
            if self._key
            else (self._before + places + 1).tolist()
        )
        ids = [str(value) for value in names]
        geometry = batch.column(self._geometry)
        rings = self._rings(geometry, ids, threads)
        return Chunk(ids, rings, _accuracy(batch), geometry)

    def _rings(self, column: pa.Array, ids: list[str], threads: int) -> Rings:
        column = column.cast(pa.large_binary())
        _, offset_buffer, data_buffer = column.buffers()
        offsets = np.frombuffer(offset_buffer, np.int64)
        offsets = offsets[column.offset : column.offset + len(column) + 1]
        data = np.frombuffer(data_buffer or b"", np.uint8)
        layer = read_wkb(data, offsets, np.asarray(column.is_valid()), threads=threads)
        wrong = (layer.fault != READ) & (layer.fault != EMPTY)
        if not self._checked and not wrong.any():
            wrong = ~_valid(column)
        if wrong.any():
            feature = ids[int(np.argmax(wrong))]
            raise LayerReadError(
                "feature_not_plain", file=self._path.name, feature=feature
            )
        return layer.rings

    def _failed(self, error: Exception) -> LayerError:
        gone = removed_version(self._path)
        return gone or self._unreadable(reason(error, self._path))

    def _unreadable(self, why: str) -> LayerReadError:
        return LayerReadError(
            "layer_unreadable", file=self._path.name, format="GeoParquet", reason=why
        )


def _accuracy(batch: pa.RecordBatch) -> FloatArray:
    if ACCURACY_COLUMN not in batch.schema.names:
        return np.full(batch.num_rows, np.nan)
    stated = batch.column(ACCURACY_COLUMN).to_pandas()
    return np.asarray(pd.to_numeric(stated, errors="coerce"), dtype=np.float64)


def _ahead(source: Iterator[Chunk]) -> Iterator[Chunk]:
    """Fetch one chunk in advance, in a thread; its errors come out here."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, source, None)
        while (chunk := coming.result()) is not None:
            coming = pool.submit(next, source, None)
            yield chunk


class PolygonFolder:
    """GeoParquet files of a folder as one layer, in the order of their names.

    Parameters
    ----------
    path : Path

    Raises
    ------
    LayerReadError
        A file as for :class:`PolygonFile`, or none there.
    CRSError
        As for :class:`PolygonFile`, or the files differ.
    """

    def __init__(self, path: Path) -> None:
        self._files: list[PolygonFile] = []
        self._edges = [0]
        for part in content_parts(path):
            self._files.append(PolygonFile(part, before=self._edges[-1]))
            self._edges.append(self._edges[-1] + len(self._files[-1]))
        self.crs = self._files[0].crs
        for other in self._files[1:]:
            if other.crs != self.crs:
                raise CRSError("crs_differ", left=name(self.crs), right=name(other.crs))

    def __len__(self) -> int:
        return self._edges[-1]

    @property
    def geometry_bytes(self) -> int:
        """Size of all geometries, uncompressed."""
        return sum(file.geometry_bytes for file in self._files)

    def chunks(
        self,
        rows: int = CHUNK_ROWS,
        *,
        start: int = 0,
        stop: int | None = None,
        ahead: bool = True,
    ) -> Iterator[Chunk]:
        """Read file after file; see :meth:`PolygonFile.chunks`."""
        end = len(self) if stop is None else stop
        for file, first, last in zip(
            self._files, self._edges[:-1], self._edges[1:], strict=True
        ):
            if first < end and last > start:
                low, high = max(start - first, 0), min(end, last) - first
                yield from file.chunks(rows, start=low, stop=high, ahead=ahead)


PolygonSource = PolygonFile | PolygonFolder


def open_polygons(catalog: Catalog, layer: str) -> tuple[LayerSpec, PolygonSource]:
    """Open a layer of a catalogue, a file or a folder, to be read in chunks.

    Parameters
    ----------
    catalog : Catalog
    layer : str
        Layer id, or path of a GeoParquet file or of a folder of such files. What is in
        a catalogue was checked when it was published and is not checked again.

    Raises
    ------
    LayerNotFoundError
        No such layer.
    LayerReadError, CRSError
        See :class:`PolygonFile`.
    """
    source = open_source(catalog, layer)
    if not is_file_name(layer):
        return catalog.spec(layer), source
    return describe_file(
        Path(layer),
        kind="vector",
        crs=name(source.crs),
        geometry="polygon",
        rows=len(source),
    ), source


def open_source(catalog: Catalog, layer: str) -> PolygonSource:
    """Open the same without a description: no file is read as a whole."""
    if not is_file_name(layer):
        return PolygonFile(catalog.place(layer), checked=True)
    path = Path(layer)
    return PolygonFolder(path) if path.is_dir() else PolygonFile(path)


def _valid(column: pa.Array) -> BoolArray:
    values = column.to_numpy(zero_copy_only=False)
    shapes = np.asarray(shapely.from_wkb(values), dtype=object)
    return np.asarray(shapely.is_valid(shapes) | shapely.is_missing(shapes))
