"""The form in which features are served: one GeoParquet file per version of a layer.

It holds what :meth:`Catalog.vector` answers (ids, names, repaired geometry in
EPSG:4490), so that a service and an analysis speak of the same features. Row groups
are small, along a Hilbert curve, with a bbox covering column: a page is read without
the rest of the layer.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from geo.types import FloatArray, GeometryArray, IntArray
from layers.apart import LOCKS, alone
from layers.catalog import Catalog
from layers.query.conditions import Field, Kind
from layers.values import json_value
from layers.writers import (
    HILBERT_FROM_ROWS,
    atomic_file,
    hilbert_order,
)

ID, GEOMETRY, BOX = "id", "geometry", "bbox"
FORM = "ecobarrier:served"
RECIPE = 1
"""Raised when the form changes, so that no older file is taken for a new one."""

GROUP_ROWS = 1000
"""A page of 100 features decodes one such group, in about a millisecond."""
GROUP_BYTES = 4_000_000
"""Largest geometries of a row group together, unless one feature alone is larger, so
that a page's memory does not grow with the size of features."""

SIDES = ("xmin", "ymin", "xmax", "ymax")


class Head(NamedTuple):
    """What the footer says beyond Parquet's own: the columns by their public names."""

    fields: tuple[Field, ...]


def served_path(folder: Path, layer_id: str, version: str) -> Path:
    """Answer where the served form of a version lies."""
    return folder / f"{layer_id}-{version}-{RECIPE}.parquet"


def bake(catalog: Catalog, layer_id: str, folder: Path) -> Path:
    """Make the served form of a layer, unless it is there.

    The layer is loaded whole, once per version: who wants the same form meanwhile, in
    any process, waits for it.

    Parameters
    ----------
    catalog : Catalog
    layer_id : str
        A vector layer.
    folder : Path
        Where served forms are kept; made if it does not exist.

    Raises
    ------
    LayerReadError, GeoError
        As :meth:`Catalog.vector`.
    LayerWriteError
    """
    path = served_path(folder, layer_id, catalog.spec(layer_id).version)
    if path.exists():
        return path
    with alone(folder / LOCKS / layer_id):
        if not path.exists():
            write_served(catalog.vector(layer_id).features, path)
    return path


def write_served(features: gpd.GeoDataFrame, path: Path) -> None:
    """Write features in the form that :mod:`layers.scan` reads.

    Parameters
    ----------
    features : GeoDataFrame
        ``(n,)``, as in :class:`layers.loaded.VectorLayer`.
    path : Path
        Replaced atomically.
    """
    if len(features) >= HILBERT_FROM_ROWS:
        features = features.iloc[hilbert_order(features.geometry)]
    geometry = features.geometry.to_numpy()
    attributes = pd.DataFrame(features.drop(columns=features.geometry.name))
    columns = [_arrow(attributes.iloc[:, i]) for i in range(attributes.shape[1])]
    names = [str(name) for name in attributes.columns]
    fields = _fields(names, columns)
    ids = pa.array(features.index.astype(str), pa.string())
    table = pa.Table.from_arrays(
        [ids, *columns], names=[ID, *(field.column for field in fields)]
    )
    bounds = shapely.bounds(geometry)
    schema = _schema(table.schema, fields, geometry, bounds)
    with (
        atomic_file(path) as temporary,
        pq.ParquetWriter(temporary, schema, compression="zstd") as writer,
    ):
        for start, stop in _groups(geometry):
            piece = table.slice(start, stop - start)
            part = slice(start, stop)
            shapes = pa.array(_wkb(geometry[part]), pa.binary())
            columns = [*piece.columns, shapes, _boxes(bounds[part])]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def read_head(metadata: pq.FileMetaData) -> Head:
    """Read the columns of a served file by their public names."""
    said = json.loads(metadata.metadata[FORM.encode()])
    return Head(tuple(Field(**one) for one in said["fields"]))


def kind_of(column: pa.DataType) -> Kind:
    """Answer what a column holds, as conditions see it."""
    types = pa.types
    if types.is_string(column) or types.is_large_string(column):
        return "text"
    if types.is_boolean(column):
        return "boolean"
    if types.is_integer(column):
        return "integer"
    if types.is_floating(column) or types.is_decimal(column):
        return "number"
    if types.is_date(column):
        return "date"
    return "timestamp" if types.is_timestamp(column) else "other"


def _arrow(column: pd.Series) -> pa.Array:
    """Answer the column for Arrow; what is of no one type becomes JSON text."""
    try:
        array = pa.Array.from_pandas(column)
    except (pa.ArrowException, OverflowError):
        values = [json_value(value) for value in column.tolist()]
        texts = [
            value if value is None or isinstance(value, str) else json.dumps(value)
            for value in values
        ]
        return pa.array(texts, pa.string())
    if isinstance(array, pa.ChunkedArray):
        array = array.combine_chunks()
    if pa.types.is_dictionary(array.type):
        array = array.dictionary_decode()
    if pa.types.is_null(array.type):
        array = array.cast(pa.string())
    return array


def _fields(names: list[str], columns: list[pa.Array]) -> tuple[Field, ...]:
    """Name the columns of the file.

    Its own three names may be a layer's too, and a dot would be read as a path.
    """
    taken = {ID, GEOMETRY, BOX}
    fields = []
    for number, (name, column) in enumerate(zip(names, columns, strict=True)):
        stored = f"p{number}" if name in taken or "." in name else name
        taken.add(stored)
        fields.append(Field(name, kind_of(column.type), stored))
    return tuple(fields)


def _groups(geometry: GeometryArray) -> Iterator[tuple[int, int]]:
    """Cut the rows into groups of few rows and few bytes; one row at least."""
    sizes = _byte_sizes(geometry)
    ends = np.cumsum(sizes)
    start = 0
    while start < len(geometry):
        before = int(ends[start - 1]) if start else 0
        fitting = int(np.searchsorted(ends, before + GROUP_BYTES, side="right"))
        stop = min(max(fitting, start + 1), start + GROUP_ROWS)
        yield start, stop
        start = stop
    if not len(geometry):
        yield 0, 0


def _byte_sizes(geometry: GeometryArray) -> IntArray:
    """Bytes of each geometry as WKB, about: 16 per vertex."""
    return np.asarray(shapely.get_num_coordinates(geometry) * 16 + 32, dtype=np.int64)


def _wkb(geometry: GeometryArray) -> list[bytes | None]:
    shapes: list[bytes | None] = shapely.to_wkb(geometry, output_dimension=2).tolist()
    return shapes


def _boxes(bounds: FloatArray) -> pa.StructArray:
    sides = [pa.array(bounds[:, i], from_pandas=True) for i in range(len(SIDES))]
    return pa.StructArray.from_arrays(sides, names=list(SIDES))


def _schema(
    attributes: pa.Schema,
    fields: tuple[Field, ...],
    geometry: GeometryArray,
    bounds: FloatArray,
) -> pa.Schema:
    box = pa.struct([(side, pa.float64()) for side in SIDES])
    schema = attributes.append(pa.field(GEOMETRY, pa.binary()))
    schema = schema.append(pa.field(BOX, box))
    said = {"fields": [vars(field) for field in fields]}
    return schema.with_metadata(
        {
            "geo": json.dumps(_geo(geometry, bounds)),
            FORM: json.dumps(said, ensure_ascii=False),
        }
    )


def _geo(geometry: GeometryArray, bounds: FloatArray) -> dict[str, object]:
    """Write the metadata of GeoParquet 1.1."""
    types = sorted({one.geom_type for one in geometry if one is not None})
    column: dict[str, object] = {
        "encoding": "WKB",
        "geometry_types": types,
        "crs": CRS.from_epsg(4490).to_json_dict(),
        "covering": {BOX: {side: [BOX, side] for side in SIDES}},
    }
    if len(bounds) and not np.isnan(bounds).all():
        low = np.nanmin(bounds[:, :2], axis=0)
        high = np.nanmax(bounds[:, 2:], axis=0)
        column["bbox"] = [*low.tolist(), *high.tolist()]
    return {
        "version": "1.1.0",
        "primary_column": GEOMETRY,
        "columns": {GEOMETRY: column},
    }
