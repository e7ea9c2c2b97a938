"""Write a new table into a database: whole, or not at all.

Everything happens in one transaction. The table is filled under a name of its own and
takes the name asked for at the end, so that readers of an older table wait for a moment
only, and a client that is killed leaves the older one as it was.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from geo.messages import Note, listed
from layers.databases import binary, replacing
from layers.databases.columns import (
    MOST_BYTES,
    Column,
    column_type,
    free_name,
    free_names,
)
from layers.databases.connecting import connect, place
from layers.databases.keeping import keep
from layers.databases.refusals import refusing
from layers.errors import DatabaseError

if TYPE_CHECKING:
    from psycopg import Copy, sql

    from layers.databases.connecting import Connection

LOCK_SECONDS = 30
"""Longest wait for who works with the table that is replaced: who comes later waits
behind us."""


@dataclass(frozen=True)
class Target:
    """Where a table goes.

    Parameters
    ----------
    address : str
        ``postgresql://user@host:port/database``, or as libpq takes it.
    table : str
        ``schema.name`` or ``name``.
    replace : bool
        Whether an older table of that name may go.
    """

    address: str
    table: str
    replace: bool = False

    def __repr__(self) -> str:
        """Never show the address: it may hold a password."""
        return f"Target({self.where!r})"

    @property
    def where(self) -> str:
        """What messages and reports call it: host, database and table."""
        return f"{place(self.address)}:{self.table}"


@dataclass(frozen=True)
class Shape:
    """The geometry of a table.

    Parameters
    ----------
    column : str
        The one that holds WKB.
    kinds : frozenset of str
        ``Polygon``, ``MultiPolygon`` ...; any if empty.
    srid : int
    """

    column: str
    kinds: frozenset[str]
    srid: int


@dataclass(frozen=True)
class Plan:
    """What the table consists of.

    Parameters
    ----------
    columns : tuple of Column
        In order, the geometry's too.
    about : str
        What it says of itself: the comment on the table.
    comments : mapping of str to str
        On columns, by the name in the source.
    shape : Shape or None
    key : str or None
        The column that is the primary key.
    indexed : tuple of str
        Columns that rows are looked up by.
    """

    columns: tuple[Column, ...]
    about: str
    comments: Mapping[str, str]
    shape: Shape | None = None
    key: str | None = None
    indexed: tuple[str, ...] = ()


def planned(
    columns: Sequence[tuple[str, pa.ChunkedArray]],
) -> tuple[tuple[Column, ...], tuple[Note, ...]]:
    """Choose types and names of columns.

    Parameters
    ----------
    columns : sequence of (str, ChunkedArray)
        Name and values; see :func:`layers.databases.columns.column_type`.

    Returns
    -------
    tuple of Column, tuple of Note
        ``database_names``, ``database_types``: what is called otherwise, or comes back
        so.
    """
    names = free_names(name for name, _ in columns)
    found = tuple(
        Column(source, name, column_type(values))
        for name, (source, values) in zip(names, columns, strict=True)
    )
    renamed = [f"{one.source} → {one.name}" for one in found if one.source != one.name]
    typed = [
        f"{one.source} ({one.type.sql})" for one in found if not one.type.comes_back
    ]
    notes = {"database_names": renamed, "database_types": typed}
    return found, tuple(
        Note(code, {"columns": listed(told, 20)})
        for code, told in notes.items()
        if told
    )


@contextmanager
def connected(target: Target) -> Iterator["Connection"]:
    """Lend a connection whose transaction is kept only if all goes well.

    Raises
    ------
    DatabaseError
        As :func:`connect`, :func:`refusing` and :func:`layers.databases.keeping.keep`
        say.
    """
    where = target.where
    with (
        closing(connect(target.address, where)) as connection,
        refusing(connection, target.address, where),
    ):
        connection.execute(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'")
        yield connection
        keep(connection, target.address, where)


@contextmanager
def new_table(
    connection: "Connection", target: Target, plan: Plan
) -> Iterator["TableWriter"]:
    """Make a table, lend what fills it, then give it indexes, comments and its name.

    Raises
    ------
    DatabaseError
        ``postgis_name_long``, ``postgis_schema_missing``, ``postgis_table_exists``,
        ``postgis_not_plain``, ``postgis_busy``; the server's refusals.
    """
    schema, name = _named(connection, target)
    older = replacing.older(connection, target.where, schema, name, target.replace)
    fresh = f"ecobarrier_{secrets.token_hex(8)}"
    table = _Table(connection, schema, fresh, plan)
    table.create()
    with connection.cursor() as cursor, cursor.copy(table.copying) as copy:
        copy.write(binary.HEAD)
        yield TableWriter(plan, copy)
        copy.write(binary.TAIL)
    table.finish()
    if older is not None:
        replacing.hand_over(connection, older, schema, fresh)
    table.rename(name)


def _named(connection: "Connection", target: Target) -> tuple[str, str]:
    """Answer schema and name of the table; one writer at a time."""
    schema, _, name = target.table.rpartition(".")
    if target.table.count(".") > 1:
        schema, _, name = target.table.partition(".")
    details = {"where": target.where, "most": MOST_BYTES}
    if not name or max(len(one.encode()) for one in (schema, name)) > MOST_BYTES:
        raise DatabaseError("postgis_name_long", **details)
    row = connection.execute(
        "SELECT nspname FROM pg_namespace"
        " WHERE nspname = coalesce(%s::text, current_schema()::text)",
        (schema or None,),
    ).fetchone()
    if row is None:
        details = {"where": target.where, "schema": schema or "public"}
        raise DatabaseError("postgis_schema_missing", **details)
    lock = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 4490))"
    free = connection.execute(lock, (f"{row[0]}.{name}",)).fetchone()
    if free != (True,):
        raise DatabaseError("postgis_busy", where=target.where)
    return str(row[0]), name


class TableWriter:
    """Fills a table; takes rows as a file of rows does.

    Parameters
    ----------
    plan : Plan
    copy : Copy
    """

    def __init__(self, plan: Plan, copy: "Copy") -> None:
        self._plan = plan
        self._copy = copy
        self._nul: dict[str, int] = {}
        self.rows = 0

    def write(self, table: pa.Table) -> None:
        """Add rows: columns by their names in the source, the geometry as WKB."""
        for batch in table.to_batches():
            encoded = [self._encoded(one, batch) for one in self._plan.columns]
            self._copy.write(binary.rows(encoded))
            self.rows += batch.num_rows

    @property
    def notes(self) -> tuple[Note, ...]:
        """What the database cannot hold and was left out."""
        if not self._nul:
            return ()
        told = listed([f"{name} ({count})" for name, count in self._nul.items()], 20)
        return (Note("database_nul", {"columns": told}),)

    def _encoded(self, column: Column, batch: pa.RecordBatch) -> binary.Cells:
        values = batch.column(column.source)
        if pa.types.is_dictionary(values.type):
            values = values.dictionary_decode()
        shape = self._plan.shape
        if shape is not None and column.source == shape.column:
            return binary.geometries(values, shape.srid)
        if column.type.encode is binary.texts:
            values = self._without_nul(column.source, values.cast(pa.large_string()))
        return column.type.encode(values)

    def _without_nul(self, name: str, values: pa.Array) -> pa.Array:
        """Leave out the one character that PostgreSQL has no place for."""
        count = pc.sum(pc.count_substring(values, "\0")).as_py() or 0
        if not count:
            return values
        self._nul[name] = self._nul.get(name, 0) + count
        return pc.replace_substring(values, "\0", "")


class _Table:
    """The statements that make one table."""

    def __init__(
        self, connection: "Connection", schema: str, name: str, plan: Plan
    ) -> None:
        from psycopg import sql

        self._connection = connection
        self._schema = schema
        self._plan = plan
        self._own = sql.Identifier(schema, name)
        self._indexes: dict[str, str] = {}
        self._fresh = name

    def create(self) -> None:
        from psycopg import sql

        columns = [
            sql.SQL("{} {}").format(sql.Identifier(one.name), sql.SQL(one.type.sql))
            for one in self._plan.columns
        ]
        self._run("CREATE TABLE {} ({})", sql.SQL(", ").join(columns))

    @property
    def copying(self) -> "sql.Composed":
        from psycopg import sql

        # Rows of a table of this transaction need not be visited again (FREEZE).
        return sql.SQL("COPY {} FROM STDIN (FORMAT binary, FREEZE true)").format(
            self._own
        )

    def finish(self) -> None:
        """Add keys, indexes, comments, and what the planner wants to know."""
        from psycopg import sql

        plan = self._plan
        names = {one.source: one.name for one in plan.columns}
        if plan.key is not None:
            key = f"{self._fresh}_key"
            column = sql.Identifier(names[plan.key])
            text = "ALTER TABLE {} ADD CONSTRAINT {} PRIMARY KEY ({})"
            self._run(text, sql.Identifier(key), column)
            self._indexes["pkey"] = key
        if plan.shape is not None:
            self._index("gist", names[plan.shape.column])
        for one in plan.indexed:
            self._index("btree", names[one])
        self._run("COMMENT ON TABLE {} IS {}", _literal(plan.about))
        for source, text in plan.comments.items():
            column = sql.Identifier(self._schema, self._fresh, names[source])
            told = sql.SQL("COMMENT ON COLUMN {} IS {}").format(column, _literal(text))
            self._connection.execute(told)
        self._run("ANALYZE {}")

    def _index(self, method: str, column: str) -> None:
        from psycopg import sql

        name = f"{self._fresh}_{len(self._indexes)}"
        given = (sql.Identifier(name), sql.SQL(method), sql.Identifier(column))
        self._run("CREATE INDEX {1} ON {0} USING {2} ({3})", *given)
        self._indexes[f"{column}_idx"] = name

    def rename(self, name: str) -> None:
        """Give the table and its indexes their names."""
        from psycopg import sql

        taken = {
            row[0]
            for row in self._connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace ="
                " (SELECT oid FROM pg_namespace WHERE nspname = %s)",
                (self._schema,),
            )
        }
        self._run("ALTER TABLE {} RENAME TO {}", sql.Identifier(name))
        for ending, index in self._indexes.items():
            chosen = free_name(f"{name}_{ending}", taken)
            taken.add(chosen)
            own = sql.Identifier(self._schema, index)
            self._connection.execute(
                sql.SQL("ALTER INDEX {} RENAME TO {}").format(
                    own, sql.Identifier(chosen)
                )
            )

    def _run(self, text: str, *values: "sql.Composable") -> None:
        from psycopg import sql

        self._connection.execute(sql.SQL(text).format(self._own, *values))


def _literal(text: str) -> Any:
    from psycopg import sql

    return sql.Literal(text.replace("\0", ""))
