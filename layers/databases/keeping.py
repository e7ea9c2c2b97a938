"""Commit a transaction, and find out what came of it if the answer is lost.

A connection that breaks between the question COMMIT and its answer does not tell which
of the two was lost. The server does: it answers the state of a transaction by number
for a long time afterwards (PostgreSQL documentation, "Transaction ID and Snapshot
Information Functions").
"""

import time
from contextlib import closing
from typing import TYPE_CHECKING

from layers.databases.connecting import connect
from layers.errors import DatabaseError

if TYPE_CHECKING:
    from layers.databases.connecting import Connection

ASKED_S = 5.0
"""So long the server is asked again, if it cannot say yet or cannot be reached."""
_PAUSE_S = 0.1
_NUMBER = "SELECT txid_current()::text, pg_postmaster_start_time()::text"
# Where another server answers under the same address, the number may be another's.
_STATE = (
    "SELECT txid_status(%s::text::bigint) WHERE pg_postmaster_start_time()::text = %s"
)


def keep(connection: "Connection", address: str, where: str) -> None:
    """Commit; return only if all that was done is kept.

    Parameters
    ----------
    connection : Connection
        In a transaction.
    address : str
        Of the database, to ask it again.
    where : str
        Names host, database and table in refusals.

    Raises
    ------
    psycopg.Error
        It was not kept, and nothing was changed.
    DatabaseError
        ``postgis_commit_unknown``: the connection was lost, and the server could not be
        asked, or did not know yet.
    """
    import psycopg

    row = connection.execute(_NUMBER).fetchone()
    assert row is not None
    try:
        connection.commit()
    except psycopg.OperationalError:
        if not connection.broken:
            raise
        state = _state(address, where, (row[0], row[1]))
        if state == "aborted":
            raise
        if state != "committed":
            raise DatabaseError("postgis_commit_unknown", where=where) from None


def _state(address: str, where: str, number: tuple[str, str]) -> str | None:
    """Answer ``committed`` or ``aborted``; else whatever was said last."""
    import psycopg

    until = time.monotonic() + ASKED_S
    state = None
    while state not in ("committed", "aborted"):
        try:
            with closing(connect(address, where)) as connection:
                row = connection.execute(_STATE, number).fetchone()
                state = None if row is None else row[0]
        except (DatabaseError, psycopg.Error):
            state = None
        if time.monotonic() > until:
            break
        time.sleep(_PAUSE_S)
    return state
