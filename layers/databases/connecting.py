"""A connection to a database, and what may be said of it: never the password.

The library for it is an extra (``ecobarrier[postgis]``), loaded when it is asked for.
Credentials come from the address or by libpq itself (``PGPASSWORD``, ``~/.pgpass``).
"""

import re
from importlib.util import find_spec
from typing import TYPE_CHECKING

from layers.errors import DatabaseError

if TYPE_CHECKING:
    from typing import Any, TypeAlias

    import psycopg

    Connection: TypeAlias = "psycopg.Connection[tuple[Any, ...]]"

SCHEMES = ("postgresql://", "postgres://")
CONNECT_SECONDS = 10
UNANSWERED_MS = 60_000
"""After so long without a sign of life a connection counts as lost, milliseconds."""


def is_address(text: str) -> bool:
    """Whether a text is the address of a database rather than a file."""
    return text.lower().startswith(SCHEMES)


def place(address: str) -> str:
    """Answer host, port and database, as messages may name them.

    An address that libpq reads otherwise than its writer meant (a password with ``/``
    in it) could show a part of the password: then it is ``PostGIS``.

    Examples
    --------
    >>> place("postgresql://planner:secret@10.1.2.3:5433/cadastre")
    '10.1.2.3:5433/cadastre'
    >>> place("postgresql://planner:se/cret@10.1.2.3/cadastre")
    'PostGIS'
    """
    known = _read(address)
    host, port = known.get("host", ""), known.get("port", "")
    name = known.get("dbname", "")
    if "@" in host + name or not re.fullmatch(r"[\d,]*", port):
        return "PostGIS"
    # A host with a slash is the folder of a socket on this machine.
    shown = "" if "/" in host else host
    where = f"{shown}:{port}" if shown and port else shown
    return "/".join(filter(None, (where, name))) or "PostGIS"


def _read(address: str) -> dict[str, str]:
    if find_spec("psycopg") is None:
        return {}
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        return {key: str(one) for key, one in conninfo_to_dict(address).items()}
    except psycopg.Error:
        return {}


def said_by(error: "psycopg.Error", address: str) -> str:
    """Answer the server's first line, or the error's kind where it could tell secrets.

    Parameters
    ----------
    error : psycopg.Error
    address : str
        Of the database; no part of its password is answered.
    """
    kind = type(error).__name__
    if place(address) == "PostGIS" or kind == "ProgrammingError":
        return kind
    found = re.match(r"\w+://[^:@/]*:([^@/]+)@", address)
    secrets = [
        address,
        _read(address).get("password"),
        *(found.groups() if found else ()),
    ]
    secrets += re.findall(r"password\s*=\s*('[^']*'|[^\s&]+)", address)
    line = str(error).strip().partition("\n")[0][:300]
    return kind if any(one and one in line for one in secrets) else line


def connect(address: str, where: str) -> "Connection":
    """Open a connection, to be closed by its caller.

    Parameters
    ----------
    address : str
        As libpq takes it; ``postgresql://user@host:port/database``.
    where : str
        Names host, database and table in refusals.

    Raises
    ------
    DatabaseError
        ``postgis_library_missing``, ``postgis_login`` (no or a wrong password),
        ``postgis_unreachable`` with libpq's words.
    """
    try:
        import psycopg
    except ImportError as error:
        raise DatabaseError("postgis_library_missing", where=where) from error
    try:
        return psycopg.connect(
            address,
            connect_timeout=CONNECT_SECONDS,
            tcp_user_timeout=UNANSWERED_MS,
            fallback_application_name="ecobarrier",
        )
    except psycopg.Error as error:
        said = said_by(error, address)
        # A refusal at the door has no code; the server may speak any language.
        login = error.pgconn is not None and error.pgconn.needs_password
        login = login or re.search(r"(?i)password|密码|口令", str(error)) is not None
        code = "postgis_login" if login else "postgis_unreachable"
        # Not "from": the library's own words may repeat the address.
        raise DatabaseError(code, where=where, said=said) from None
