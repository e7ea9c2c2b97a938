"""Read a table or query of a PostGIS database in parts, in a read-only transaction.

The library for it is an extra (``ecobarrier[postgis]``), loaded when it is asked for.
No password is in any message, name or report: what names the source is made of host,
database and table alone.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from geo.crs import unit_m
from geo.messages import Note, listed
from layers.databases.connecting import CONNECT_SECONDS, place, said_by
from layers.errors import LayerReadError
from layers.readers.parts import WkbPart

if TYPE_CHECKING:
    import psycopg
    from psycopg import sql

_SHAPE = "ecobarrier_shape"
_DEGREE_M = 111_320.0
# Object ids of PostgreSQL's own types (catalog pg_type), which never change.
_TYPES = {
    16: pa.bool_(),
    20: pa.int64(),
    21: pa.int16(),
    23: pa.int32(),
    700: pa.float32(),
    701: pa.float64(),
    1082: pa.date32(),
    1083: pa.time64("us"),
    1114: pa.timestamp("us"),
    1184: pa.timestamp("us", tz="UTC"),
    1700: pa.float64(),
}
_NUMERIC = 1700
_DIGITS_64_BITS, _DIGITS_128_BITS = 18, 38


@dataclass(frozen=True)
class Database:
    """Which features of which database.

    Parameters
    ----------
    address : str
        ``postgresql://user:password@host:port/name``, or as libpq takes it.
    table : str or None
        ``schema.name`` or ``name``.
    query : str or None
        A SELECT, instead of a table.
    column : str or None
        The geometry, where there are several.
    tolerance_m : float
        Farthest that the chords of curves lie from them, metres.
    """

    address: str
    table: str | None = None
    query: str | None = None
    column: str | None = None
    tolerance_m: float = 0.001

    def __repr__(self) -> str:
        """Never show the address: it may hold a password."""
        return f"Database({self.name!r})"

    @property
    def name(self) -> str:
        """What messages and reports call it: host, database and table."""
        what = self.table if self.table is not None else "query"
        return f"{place(self.address)}:{what}"


@dataclass(frozen=True)
class _Found:
    """What the database says of the rows before they are read."""

    geometry: str
    total: int
    crs: CRS | None
    arcs: int

    @property
    def unit_m(self) -> float:
        """Metres per unit; a degree of the meridian, roughly, for lon/lat."""
        if self.crs is None:
            return 1.0
        return _DEGREE_M if self.crs.is_geographic else unit_m(self.crs)


def stream_postgis(source: Database, *, rows: int) -> Iterator[WkbPart]:
    """Read features in parts.

    Raises
    ------
    LayerReadError
        ``postgis_library_missing``, ``postgis_failed`` with the server's words,
        ``postgis_no_source``, ``layer_no_geometry``, ``layer_choose``,
        ``postgis_srid_mixed``.
    """
    if (source.table is None) == (source.query is None):
        raise LayerReadError("postgis_no_source", where=source.name)
    with _connected(source) as connection:
        found = _described(connection, source)
        notes: tuple[Note, ...] = ()
        if found.arcs:
            details = {"where": source.name, "count": found.arcs, "features": "-"}
            tolerance = {"tolerance_m": source.tolerance_m}
            notes = (Note("curves_chords", {**details, **tolerance}),)
        with connection.cursor(name="features") as cursor:
            cursor.itersize = rows
            cursor.execute(_selection(source, found))
            while batch := cursor.fetchmany(rows):
                yield _part(batch, cursor.description or [], found, notes)
                notes = ()


@contextmanager
def _connected(source: Database) -> Iterator["psycopg.Connection[tuple[Any, ...]]"]:
    try:
        import psycopg
    except ImportError as error:
        raise LayerReadError("postgis_library_missing", where=source.name) from error
    try:
        with psycopg.connect(
            source.address, connect_timeout=CONNECT_SECONDS
        ) as connection:
            connection.read_only = True
            yield connection
    except psycopg.Error as error:
        said = said_by(error, source.address)
        # Not "from": the library's own words may repeat the address.
        raise LayerReadError("postgis_failed", where=source.name, said=said) from None


def _rows_of(source: Database) -> "sql.Composable":
    from psycopg import sql

    if source.table is not None:
        return sql.Identifier(*source.table.split(".", 1))
    # A user's own query, in a transaction that can only read.
    text = (source.query or "").strip().rstrip(";")
    return sql.SQL("({}) AS chosen").format(sql.SQL(text))


def _described(
    connection: "psycopg.Connection[tuple[Any, ...]]", source: Database
) -> _Found:
    from psycopg import sql

    rows = _rows_of(source)
    kinds = connection.execute(
        "SELECT oid FROM pg_type WHERE typname IN ('geometry', 'geography')"
    ).fetchall()
    # The protocol that binary answers need takes one statement only: no query can end
    # the read-only transaction with a second one.
    head = connection.execute(
        sql.SQL("SELECT * FROM {} LIMIT 0").format(rows), binary=True
    )
    columns = [one.name for one in head.description or [] if (one.type_code,) in kinds]
    geometry = _chosen(columns, source)
    shape = sql.SQL("{}::geometry").format(sql.Identifier(geometry))
    facts = connection.execute(
        sql.SQL(
            "SELECT count(*), array_agg(DISTINCT ST_SRID({0}))"
            " FILTER (WHERE {0} IS NOT NULL),"
            " count(*) FILTER (WHERE ST_HasArc({0})) FROM {1}"
        ).format(shape, rows)
    ).fetchone()
    total, codes, arcs = facts or (0, None, 0)
    codes = codes or []
    if len(codes) > 1:
        told = listed([str(one) for one in codes])
        raise LayerReadError("postgis_srid_mixed", where=source.name, codes=told)
    crs = _crs(connection, codes[0]) if codes else None
    return _Found(geometry, int(total), crs, int(arcs))


def _chosen(columns: list[str], source: Database) -> str:
    details = {"file": source.name, "layers": listed(columns, 20)}
    if not columns:
        raise LayerReadError("layer_no_geometry", file=source.name)
    if source.column is not None and source.column not in columns:
        raise LayerReadError("layer_part_unknown", part=source.column, **details)
    if source.column is None and len(columns) > 1:
        raise LayerReadError(
            "postgis_choose", where=source.name, columns=details["layers"]
        )
    return source.column or columns[0]


def _crs(connection: "psycopg.Connection[tuple[Any, ...]]", srid: int) -> CRS | None:
    """Answer what the database's table of systems says of a number; 0 is unknown."""
    found = connection.execute(
        "SELECT auth_name, auth_srid, srtext FROM spatial_ref_sys WHERE srid = %s",
        (srid,),
    ).fetchone()
    if found is None:
        return None
    name, number, text = found
    for definition in (f"{name}:{number}" if name and number else None, text):
        if definition:
            try:
                return CRS.from_user_input(definition)
            except ProjCRSError:
                continue
    return None


def _selection(source: Database, found: _Found) -> "sql.Composed":
    from psycopg import sql

    shape: sql.Composable = sql.SQL("{}::geometry").format(
        sql.Identifier(found.geometry)
    )
    if found.arcs:
        shape = sql.SQL("ST_CurveToLine({}, {}, 1, 0)").format(
            shape, sql.Literal(source.tolerance_m / found.unit_m)
        )
    return sql.SQL("SELECT *, ST_AsBinary({}, 'NDR') AS {} FROM {}").format(
        shape, sql.Identifier(_SHAPE), _rows_of(source)
    )


def _part(
    batch: list[tuple[Any, ...]],
    description: Sequence[Any],
    found: _Found,
    notes: tuple[Note, ...],
) -> WkbPart:
    values = dict(
        zip([one.name for one in description], zip(*batch, strict=True), strict=True)
    )
    shapes = values.pop(_SHAPE)
    values.pop(found.geometry)
    kinds = {one.name: _kind(one) for one in description}
    columns = {name: _array(kinds[name], list(ones)) for name, ones in values.items()}
    wkb = pa.array([None if one is None else bytes(one) for one in shapes], pa.binary())
    table = pa.table(columns) if columns else _no_columns(len(batch))
    return WkbPart(table, wkb, found.crs, found.total, notes)


def _no_columns(rows: int) -> pa.Table:
    return pa.table({"row": pa.nulls(rows)}).select([])


def _kind(column: Any) -> pa.DataType | None:
    """Answer Arrow's type for a column; None for text.

    Whole numbers that state their digits stay whole; other ``numeric`` become doubles.
    """
    if column.type_code == _NUMERIC and column.scale == 0:
        if column.precision <= _DIGITS_64_BITS:
            return pa.int64()
        if column.precision <= _DIGITS_128_BITS:
            return pa.decimal128(column.precision, 0)
    return _TYPES.get(column.type_code)


def _array(kind: pa.DataType | None, values: list[Any]) -> pa.Array:
    """Put the values of a column into Arrow; what it has no plain type for, as text."""
    if kind is None:
        return pa.array(
            [None if one is None else _text(one) for one in values], pa.string()
        )
    if pa.types.is_integer(kind):
        values = [None if one is None else int(one) for one in values]
    if pa.types.is_floating(kind):
        values = [None if one is None else float(one) for one in values]
    return pa.array(values, kind)


def _text(value: object) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
