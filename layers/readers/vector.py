"""Read GeoPackage, FlatGeobuf and GeoParquet."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
from pyproj import CRS
from shapely.errors import ShapelyError

from geo.messages import Note, listed
from layers.errors import LayerReadError
from layers.readers.guard import Format, reading, require_file, warnings_noted
from layers.readers.parts import WkbPart, ahead
from layers.readers.table import Table

GEOPACKAGE = Format("GeoPackage", "vector", (".gpkg",), (b"SQLite format 3\x00",))
FLATGEOBUF = Format("FlatGeobuf", "vector", (".fgb",), (b"fgb",))
GEOPARQUET = Format("GeoParquet", "vector", (".parquet", ".geoparquet"), (b"PAR1",))

_UNKNOWN = "Undefined"
"""What GDAL calls srs_id 0 and -1 of GeoPackage, which say that nobody knows."""


def read_geopackage(path: Path, *, layer: str | None = None) -> Table:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    path : Path
    layer : str or None
        May be left out when only one table has geometries.

    Raises
    ------
    LayerReadError
        Unreadable; ``layer_choose`` when there are several, ``layer_part_unknown``
        when there is none of that name.
    """
    require_file(path, GEOPACKAGE)
    notes: list[Note] = []
    with reading(path, GEOPACKAGE.name), warnings_noted(path, notes):
        names = pyogrio.list_layers(path)
    chosen = chosen_layer(path, [str(name) for name, kind in names if kind], layer)
    frame, said = read_ogr(path, path, GEOPACKAGE, layer=chosen)
    if frame.crs is not None and frame.crs.name.startswith(_UNKNOWN):
        shapes = frame.geometry.to_numpy()
        frame = gpd.GeoDataFrame(frame.drop(columns="geometry"), geometry=shapes)
    return Table(frame, (*notes, *(note for note in said if note not in notes)))


def geopackage_layer(path: Path, wanted: str | None) -> str:
    """Answer the layer meant; see :func:`read_geopackage`.

    Raises
    ------
    LayerReadError
    """
    with reading(path, GEOPACKAGE.name):
        names = pyogrio.list_layers(path)
    return chosen_layer(path, [str(name) for name, kind in names if kind], wanted)


def read_flatgeobuf(path: Path) -> Table:
    """Read a FlatGeobuf file.

    Raises
    ------
    LayerReadError
        Unreadable.
    """
    require_file(path, FLATGEOBUF)
    frame, notes = read_ogr(path, path, FLATGEOBUF)
    return Table(frame, tuple(notes))


def read_geoparquet(path: Path) -> Table:
    """Read a GeoParquet file; further geometry columns are left out, with a note.

    Raises
    ------
    LayerReadError
        Unreadable, or a Parquet file without geometry.
    """
    require_file(path, GEOPARQUET)
    notes: list[Note] = []
    # geopandas takes the file's own metadata on trust: what is missing or misshapen
    # there shows as one of these.
    damage = (AttributeError, LookupError, TypeError)
    with reading(path, GEOPARQUET.name, also=damage), warnings_noted(path, notes):
        _require_geometry(path)
        frame = gpd.read_parquet(path)
        extra = [
            str(name)
            for name in frame.columns[frame.dtypes == "geometry"]
            if name != frame.geometry.name
        ]
        frame = geometry_named(gpd.GeoDataFrame(frame.drop(columns=extra)))
    if extra:
        details = {"file": path.name, "columns": listed(extra)}
        notes.append(Note("reader_columns_left_out", details))
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(drop=not named or bool({*named} & {*frame.columns}))
    return Table(frame, tuple(notes))


def read_ogr(
    path: Path,
    user_file: Path,
    form: Format,
    *,
    layer: str | None = None,
    encoding: str | None = None,
) -> tuple[gpd.GeoDataFrame, list[Note]]:
    """Read a layer by GDAL.

    Parameters
    ----------
    path : Path
        What GDAL opens.
    user_file : Path
        What messages name; differs from ``path`` for a temporary copy.
    form : Format
    layer : str or None
    encoding : str or None
        Of the text; as GDAL decides if None.

    Returns
    -------
    GeoDataFrame, list of Note
        A geometry that GEOS cannot build as stored is mended if it only lacks closed
        rings, with a note, and None otherwise, with a note.
    """
    notes: list[Note] = []

    def read(on_invalid: str) -> gpd.GeoDataFrame:
        found = pyogrio.read_dataframe(
            path, layer=layer, encoding=encoding, on_invalid=on_invalid
        )
        if not isinstance(found, gpd.GeoDataFrame):
            raise LayerReadError("layer_no_geometry", file=user_file.name)
        return found

    # pyogrio fails with an IndexError where GDAL counts more features than it gives.
    guard = reading(user_file, form.name, also=(LookupError,))
    with guard, warnings_noted(user_file, notes):
        stated = pyogrio.read_info(path, layer=layer, encoding=encoding)["features"]
        try:
            frame = read("raise")
        except ShapelyError:
            frame = read("fix")
            notes.append(_mended(read("ignore"), user_file))
    # A FlatGeobuf file cut off by a broken copy opens, and only lacks features.
    if len(frame) < stated:
        raise LayerReadError("layer_truncated", file=user_file.name)
    return frame, notes


def stream_ogr(
    path: Path,
    user_file: Path,
    form: Format,
    *,
    rows: int,
    layer: str | None = None,
    encoding: str | None = None,
) -> Iterator[WkbPart]:
    """Read a layer by GDAL in parts of so many rows, each read while others are used.

    Raises
    ------
    LayerReadError
        Unreadable, without geometry, or ``layer_truncated``: fewer features than the
        file says it has.
    """
    with reading(user_file, form.name, also=(LookupError,)):
        total = feature_count(path, layer=layer, encoding=encoding)
    found = 0
    asked = {"layer": layer, "encoding": encoding, "batch_size": rows}
    with _batches(path, user_file, form, asked) as (batches, part):
        for batch in ahead(batches):
            found += batch.num_rows
            yield part(batch, total)
    if found < total:
        raise LayerReadError("layer_truncated", file=user_file.name)


def feature_count(
    path: Path, *, layer: str | None = None, encoding: str | None = None
) -> int:
    """Answer how many features GDAL says there are."""
    about = pyogrio.read_info(path, layer=layer, encoding=encoding)
    return int(about["features"])


class Stretch(NamedTuple):
    """Rows of a layer that follow each other, and how many there are in all."""

    first: int
    rows: int
    total: int


def read_stretch(
    path: Path,
    form: Format,
    stretch: Stretch,
    *,
    layer: str | None = None,
    encoding: str | None = None,
) -> Iterator[WkbPart]:
    """Read some rows as :func:`stream_ogr` reads them, without those before them.

    Raises
    ------
    LayerReadError
        As :func:`stream_ogr`; ``layer_truncated`` once the rows there are were given.
    """
    left = min(stretch.rows, stretch.total - stretch.first)
    asked = {
        "layer": layer,
        "encoding": encoding,
        "skip_features": stretch.first,
        "batch_size": stretch.rows,
    }
    with _batches(path, path, form, asked) as (batches, part):
        # GDAL gives less than it was asked for where features are very large.
        while left > 0 and (batch := next(batches, None)) is not None:
            some = batch.slice(0, left)
            left -= some.num_rows
            yield part(some, stretch.total)
    if left > 0:
        raise LayerReadError("layer_truncated", file=path.name)


@contextmanager
def _batches(
    path: Path, user_file: Path, form: Format, asked: dict[str, Any]
) -> Iterator[
    tuple[Iterator[pa.RecordBatch], Callable[[pa.RecordBatch, int], WkbPart]]
]:
    """Open a layer: what GDAL reads of it, and what makes a part of that."""
    with (
        reading(user_file, form.name, also=(LookupError,)),
        pyogrio.open_arrow(path, use_pyarrow=True, **asked) as (about, reader),
    ):
        crs = _stated_crs(about, user_file)
        yield iter(reader), partial(_part, about, crs)


def _stated_crs(about: dict[str, Any], user_file: Path) -> CRS | None:
    if about["geometry_type"] is None:
        raise LayerReadError("layer_no_geometry", file=user_file.name)
    crs = None if about["crs"] is None else CRS.from_user_input(about["crs"])
    return None if crs is not None and crs.name.startswith(_UNKNOWN) else crs


def _part(
    about: dict[str, Any], crs: CRS | None, batch: pa.RecordBatch, total: int
) -> WkbPart:
    name = about["geometry_name"] or "wkb_geometry"
    wkb = batch.column(name)
    if isinstance(wkb, pa.ExtensionArray):
        wkb = wkb.storage
    columns = pa.Table.from_batches([batch]).drop_columns([name])
    fid = about["fid_column"]
    if fid in columns.column_names:
        columns = columns.drop_columns([fid])
    return WkbPart(columns.replace_schema_metadata(None), wkb, crs, total)


def geometry_named(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Call the geometry ``geometry``; a plain column of that name gets a ``_``."""
    if frame.geometry.name == "geometry":
        return frame
    freed = frame.rename(columns={"geometry": "geometry_"})
    return gpd.GeoDataFrame(freed.rename_geometry("geometry"))


def _mended(strict: gpd.GeoDataFrame, file: Path) -> Note:
    broken = np.flatnonzero(strict.geometry.isna().to_numpy()) + 1
    rows = [str(row) for row in broken]
    details = {"where": file.name, "count": len(rows), "features": listed(rows)}
    return Note("reader_geometry_mended", details)


def chosen_layer(path: Path, names: list[str], wanted: str | None) -> str:
    """Answer the layer meant of those that a file has.

    Raises
    ------
    LayerReadError
        ``layer_choose`` when there are several and none is named,
        ``layer_part_unknown`` when there is none of that name, ``layer_no_geometry``
        when there is none.
    """
    details = {"file": path.name, "layers": listed(names, 20)}
    if wanted is not None and wanted not in names:
        raise LayerReadError("layer_part_unknown", part=wanted, **details)
    if not names:
        raise LayerReadError("layer_no_geometry", file=path.name)
    if wanted is None and len(names) > 1:
        raise LayerReadError("layer_choose", example=names[0], **details)
    return wanted if wanted is not None else names[0]


def _require_geometry(path: Path) -> None:
    metadata = pq.read_schema(path).metadata or {}
    columns = json.loads(metadata.get(b"geo", b"{}")).get("columns")
    if not columns:
        raise LayerReadError("layer_no_geometry", file=path.name)
