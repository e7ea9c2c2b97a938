"""What a server refuses, said with host, database, table and remedy."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from layers.databases.connecting import said_by
from layers.errors import DatabaseError

if TYPE_CHECKING:
    import psycopg

    from layers.databases.connecting import Connection

# PostgreSQL documentation, appendix A, "Error Codes".
_BY_STATE = {
    "42501": "postgis_no_right",
    "42P07": "postgis_table_exists",
    "2BP01": "postgis_table_needed",
    "53100": "postgis_disk_full",
    "55P03": "postgis_table_in_use",
}
_ENDED = ("08", "57P")
"""Classes of states of a connection that is no more."""


@contextmanager
def refusing(connection: "Connection", address: str, where: str) -> Iterator[None]:
    """Turn a server's refusal, or a connection that is cut, into one of ours.

    Raises
    ------
    DatabaseError
        ``postgis_cut``, ``postgis_no_right``, ``postgis_disk_full`` and their like,
        else ``postgis_write_failed`` with the server's words.
    """
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        raise refusal(error, connection, address, where) from None


def refusal(
    error: "psycopg.Error", connection: "Connection", address: str, where: str
) -> DatabaseError:
    """Answer the refusal that says what the server said."""
    state = error.sqlstate or ""
    said = said_by(error, address)
    detail = error.diag.message_detail
    if detail and state == "2BP01":
        said = detail.partition("\n")[0]
    if state in _BY_STATE:
        return DatabaseError(_BY_STATE[state], where=where, said=said)
    if connection.broken or connection.closed or state.startswith(_ENDED):
        return DatabaseError("postgis_cut", where=where, said=said)
    return DatabaseError("postgis_write_failed", where=where, said=said)
