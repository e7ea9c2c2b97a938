"""Write a layer of the catalogue into a PostGIS table, as it is kept.

Coordinates and attributes go from the layer's file into the database bit for bit, a few
thousand features at a time. Nothing is computed there: areas stand in the table only as
columns that the layer has.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import crs_names
from geo.messages import Note, render
from layers.catalog import Catalog
from layers.databases import binary
from layers.databases.columns import Column, ColumnType, free_name, needs_all
from layers.databases.systems import extension_schema, srid_of
from layers.databases.tables import (
    Plan,
    Shape,
    Target,
    connected,
    new_table,
    planned,
)
from layers.errors import DatabaseError
from layers.exporting import in_crs
from layers.models import LayerSpec
from layers.provenance import provenance_text
from layers.readers.crs_choice import same_crs
from layers.readers.guard import reading
from layers.vector import ID_COLUMNS, ids_of

if TYPE_CHECKING:
    from layers.databases.connecting import Connection

ROWS = 2_000
"""Features under way at once: a part of 2,000 parcels is some 2 MB."""
_ID, _SHAPE = "id", "geom"

Progress = Callable[[int, int], None]
"""Told how many features of how many are written."""


@dataclass(frozen=True)
class _Moved:
    """A layer's geometry in another system than it is kept in."""

    crs: CRS
    geometry: gpd.GeoSeries | None
    notes: tuple[Note, ...] = ()


def export_to_database(
    catalog: Catalog,
    layer: str,
    target: Target,
    *,
    crs: str | None = None,
    progress: Progress = lambda _, __: None,
) -> tuple[Note, ...]:
    """Write all features of a vector layer into a new table.

    Parameters
    ----------
    catalog : Catalog
    layer : str
        Its id.
    target : Target
    crs : str or None
        A code or a name; that of the layer's source if None.
    progress : callable

    Returns
    -------
    tuple of Note
        What was moved, renamed or left out.

    Raises
    ------
    LayerNotFoundError, CRSError
    DatabaseError
        ``postgis_raster``; whatever the server refuses. An older table is then as it
        was, and no new one is there.
    """
    spec = catalog.spec(layer)
    if spec.kind != "vector":
        raise DatabaseError("postgis_raster", layer=layer, where=target.where)
    kept = _Kept(catalog.path(layer), spec.id)
    moved = _moved(catalog, spec, target.where, crs)
    with connected(target) as connection:
        plan, notes = _plan(connection, kept, spec, moved, target.where)
        done = 0
        with new_table(connection, target, plan) as table:
            for part in kept.parts(moved.geometry):
                table.write(part)
                done += part.num_rows
                progress(done, len(kept))
    restricted = {"layer": spec.id, "where": target.where}
    warned = (Note("database_restricted", restricted),) if spec.restricted else ()
    return (*warned, *moved.notes, *notes, *table.notes)


def _moved(catalog: Catalog, spec: LayerSpec, where: str, wanted: str | None) -> _Moved:
    source = coordinate_systems.parse(spec.crs)
    target = source if wanted is None else crs_names.parse(wanted)
    if same_crs(source, target):
        return _Moved(source, None)
    geometry, notes = in_crs(catalog.vector(spec.id), target, where)
    return _Moved(target, geometry, tuple(notes))


class _Kept:
    """The file of a layer, to be read in parts.

    Parameters
    ----------
    path : Path
        GeoParquet; valid geometries as WKB.
    where : str
        Names the layer in refusals.
    """

    def __init__(self, path: Path, where: str) -> None:
        self._path = path
        with reading(path, "GeoParquet"):
            self._file = pq.ParquetFile(path)
        geo = json.loads((self._file.schema_arrow.metadata or {})[b"geo"])
        self._geometry = str(geo["primary_column"])
        column = geo["columns"][self._geometry]
        self.kinds = frozenset(column["geometry_types"])
        # GeoParquet 1.1, "covering": a column of boxes, nobody's attribute.
        boxes = {one["xmin"][0] for one in column.get("covering", {}).values()}
        own = {self._geometry, *boxes}
        names = [one for one in self._file.schema_arrow.names if one not in own]
        naming = [name for name in names if name.lower() in ID_COLUMNS]
        frame = self._read(naming).to_pandas() if naming else None
        rows = pd.DataFrame(index=range(len(self))) if frame is None else frame
        self._ids, _ = ids_of(rows, None, where)
        # The file's own column is the ids already, or it could not be kept.
        self.names = [name for name in names if name != _ID]

    def __len__(self) -> int:
        return int(self._file.metadata.num_rows)

    def column(self, name: str) -> pa.ChunkedArray:
        """Answer a column whole where its type depends on it, else without rows."""
        kind = self._file.schema_arrow.field(name).type
        if needs_all(kind):
            return self._read([name]).column(0)
        return pa.chunked_array([], kind)

    def parts(self, moved: gpd.GeoSeries | None) -> Iterator[pa.Table]:
        """Read ids, attributes and geometry, some thousand features at a time."""
        first = 0
        wanted = [*self.names, self._geometry]
        with reading(self._path, "GeoParquet"):
            for batch in self._file.iter_batches(ROWS, columns=wanted):
                ids = self._ids[first : first + batch.num_rows]
                first += batch.num_rows
                wkb = batch.column(self._geometry)
                if moved is not None:
                    wkb = pa.array(shapely.to_wkb(np.asarray(moved.reindex(ids))))
                part = pa.table({_ID: pa.array(ids, pa.string())})
                for name in self.names:
                    part = part.append_column(name, batch.column(name))
                yield part.append_column(_SOURCE_SHAPE, wkb)

    def _read(self, names: list[str]) -> pa.Table:
        with reading(self._path, "GeoParquet"):
            return self._file.read(columns=names)


_SOURCE_SHAPE = "\0geometry"
"""No column of a file has such a name."""


def _plan(
    connection: "Connection", kept: _Kept, spec: LayerSpec, moved: _Moved, where: str
) -> tuple[Plan, tuple[Note, ...]]:
    schema = extension_schema(connection, where)
    srid, added = srid_of(connection, moved.crs, where, schema)
    ids = (_ID, pa.chunked_array([], pa.string()))
    attributes = [(name, kept.column(name)) for name in kept.names]
    columns, notes = planned([ids, *attributes])
    kinds = kept.kinds if moved.geometry is None else _kinds(moved.geometry)
    shape = Shape(_SOURCE_SHAPE, kinds, srid)
    name = free_name(_SHAPE, [one.name for one in columns])
    geometry = Column(
        _SOURCE_SHAPE, name, _geometry_type(connection, schema, name, shape)
    )
    notes = (*added, *notes)
    about = provenance_text(spec, software="ecobarrier", notes=(*moved.notes, *notes))
    comments = _comments(columns, moved.crs, srid)
    return Plan((*columns, geometry), about, comments, shape, _ID), notes


def _kinds(geometry: gpd.GeoSeries) -> frozenset[str]:
    return frozenset(geometry.geom_type.dropna().unique())


def _geometry_type(
    connection: "Connection", schema: str, name: str, shape: Shape
) -> ColumnType:
    """Constrain the column to the SRID and to the kinds that the layer has."""
    from psycopg import sql

    single = next(iter(shape.kinds)) if len(shape.kinds) == 1 else "Geometry"
    text = sql.SQL("{}.geometry({}, {})").format(
        sql.Identifier(schema), sql.SQL(single), sql.Literal(shape.srid)
    )
    if len(shape.kinds) > 1:
        kinds = [sql.Literal(one.upper()) for one in sorted(shape.kinds)]
        # Written with "=", geometry_columns would tell GIS programs the first kind.
        text += sql.SQL(
            " CONSTRAINT geometry_kind CHECK (ARRAY[{}] @> ARRAY[{}.geometrytype({})])"
        ).format(
            sql.SQL(", ").join(kinds), sql.Identifier(schema), sql.Identifier(name)
        )
    return ColumnType(text.as_string(connection), binary.octets)


def _comments(columns: tuple[Column, ...], crs: CRS, srid: int) -> dict[str, str]:
    """Say on columns what their names cannot."""
    system = {"crs": coordinate_systems.name(crs), "srid": srid}
    said = {
        one.source: render("database_column_name", {"name": one.source})
        for one in columns
        if one.source != one.name
    }
    said[_ID] = render("database_column_id", {})
    said[_SOURCE_SHAPE] = render("database_column_shape", system)
    return {name: str(text) for name, text in said.items()}
