"""The connection is lost in the very moment of COMMIT; a real server, a real proxy.

The proxy reads along. When the client says COMMIT it cuts: before the server has heard
it, after the server has done it, or so that the server does not notice.
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

import psycopg
import pyarrow as pa
import pytest
from psycopg import sql

from layers.databases import keeping
from layers.databases.tables import Plan, Target, connected, new_table, planned
from layers.errors import DatabaseError

COMMIT = b"COMMIT\0"
"""In the client's query and in the tag of the server's answer alike."""
OLD, NEW = pa.table({"id": ["old"]}), pa.table({"id": ["new", "new"]})
Moment = Literal["before", "after", "unheard"]


class Cutting:
    """Stands between clients and the server.

    Parameters
    ----------
    server : Path
        The server's socket.
    moment : {"before", "after", "unheard"}
        When the first COMMIT is cut: before it is handed on; once the server has
        answered it; before it is handed on, the server's side staying open.
    again : bool
        Whether anyone is let in after that.
    """

    def __init__(self, server: Path, moment: Moment, *, again: bool) -> None:
        self._server, self._moment, self._again = server, moment, again
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.cuts = 0
        self._open: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._go(self._accept)

    def _go(self, target: Callable[..., None], *given: object) -> None:
        thread = threading.Thread(target=target, args=given, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server))
            self._open += [client, server]
            # Set while nothing of the server's may reach the client any more.
            held = threading.Event()
            self._go(self._upwards, client, server, held)
            self._go(self._downwards, client, server, held)

    def _upwards(
        self, client: socket.socket, server: socket.socket, held: threading.Event
    ) -> None:
        """Hand on what the client says, until it says COMMIT."""
        tail = b""
        while said := received(client):
            if COMMIT in tail + said and not self.cuts:
                self.cuts += 1
                if not self._again:
                    shut(self._listener)
                held.set()
                if self._moment == "after":
                    sent(server, said)
                    return
                shut(client)
                if self._moment == "before":
                    shut(server)
                return
            sent(server, said)
            tail = said[-len(COMMIT) :]
        shut(server)

    def _downwards(
        self, client: socket.socket, server: socket.socket, held: threading.Event
    ) -> None:
        """Hand on what the server says, until the client's COMMIT is under way."""
        heard = b""
        while said := received(server):
            if not held.is_set():
                sent(client, said)
                continue
            heard += said
            if COMMIT in heard:
                shut(client)
                shut(server)
        shut(client)

    def end(self) -> None:
        """Cut all that is left."""
        shut(self._listener)
        self._threads[0].join(30)
        for one in self._open:
            shut(one)
        for thread in self._threads:
            thread.join(30)
        for one in (self._listener, *self._open):
            one.close()


def received(from_whom: socket.socket) -> bytes:
    try:
        return from_whom.recv(65536)
    except OSError:
        return b""


def sent(to_whom: socket.socket, content: bytes) -> None:
    """Whoever is gone hears nothing; the next look at the socket tells."""
    with suppress(OSError):
        to_whom.sendall(content)


def shut(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)


@pytest.fixture(scope="module")
def address(make_database: Callable[..., str]) -> str:
    return make_database("keeping")


@pytest.fixture
def cutting(
    address: str, postgres_room: str
) -> Iterator[Callable[..., tuple[str, Cutting]]]:
    """Start a proxy; answer the address of the database through it."""
    made: list[Cutting] = []

    def start(moment: Moment, *, again: bool) -> tuple[str, Cutting]:
        server = Path(postgres_room) / ".s.PGSQL.5432"
        made.append(Cutting(server, moment, again=again))
        base = address.partition("@")[0]
        place = f"127.0.0.1:{made[-1].port}/keeping?sslmode=disable"
        return f"{base}@{place}", made[-1]

    yield start
    for one in made:
        one.end()


def write(address: str, rows: pa.Table, about: str, *, replace: bool) -> None:
    target = Target(address, "public.kept", replace=replace)
    columns, _ = planned([("id", rows["id"])])
    plan = Plan(columns, about, {}, indexed=("id",))
    with connected(target) as connection, new_table(connection, target, plan) as out:
        out.write(rows)


def there(address: str) -> Any:
    """Comment and rows of the table, None without one, once no writer is left."""
    writing = "SELECT FROM pg_stat_activity WHERE application_name = 'ecobarrier'"
    deadline = time.monotonic() + 300
    with psycopg.connect(address, autocommit=True) as connection:
        while connection.execute(sql.SQL(writing)).fetchone() is not None:
            assert time.monotonic() < deadline
            time.sleep(0.02)
        facts = connection.execute(
            "SELECT relname, obj_description(oid) FROM pg_class"
            " WHERE relname = 'kept' OR relname LIKE 'ecobarrier%'"
        ).fetchall()
        if not facts:
            return None
        ((_, about),) = facts
        ids = connection.execute("SELECT id FROM kept").fetchall()
        return about, [one for (one,) in ids]


BEFORE, AFTER = ("version 1", ["old"]), ("version 2", ["new", "new"])


@pytest.fixture(params=[False, True], ids=["first", "replacing"])
def older(request: pytest.FixtureRequest, address: str) -> tuple[str, list[str]] | None:
    """What is there before: nothing, or an older table."""
    with psycopg.connect(address) as connection:
        connection.execute("DROP TABLE IF EXISTS kept")
    if not request.param:
        return None
    write(address, OLD, "version 1", replace=False)
    return BEFORE


def refused(address: str) -> DatabaseError:
    with pytest.raises(DatabaseError) as refusal:
        write(address, NEW, "version 2", replace=True)
    said = str(refusal.value)
    assert "public.kept" in said
    assert "S3cret" not in said
    assert refusal.value.__cause__ is None
    return refusal.value


@pytest.mark.usefixtures("older")
def test_the_server_did_it_and_says_so(
    address: str,
    cutting: Callable[..., tuple[str, Cutting]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "ASKED_S", 120.0)
    through, proxy = cutting("after", again=True)
    write(through, NEW, "version 2", replace=True)
    assert proxy.cuts == 1
    assert there(address) == AFTER


def test_the_server_never_heard_it_and_says_so(
    address: str,
    cutting: Callable[..., tuple[str, Cutting]],
    older: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(keeping, "ASKED_S", 120.0)
    through, proxy = cutting("before", again=True)
    error = refused(through)
    assert error.code == "postgis_cut"
    assert proxy.cuts == 1
    assert there(address) == older


@pytest.mark.parametrize("moment", ["before", "after"])
def test_nobody_can_be_asked(
    address: str,
    cutting: Callable[..., tuple[str, Cutting]],
    older: Any,
    moment: Moment,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It is whole or as it was, and the sentence says just that."""
    monkeypatch.setattr(keeping, "ASKED_S", 0.0)
    through, proxy = cutting(moment, again=False)
    error = refused(through)
    assert error.code == "postgis_commit_unknown"
    assert "whole, or not at all" in error.text.en
    assert "注释" in error.text.zh
    assert proxy.cuts == 1
    assert there(address) == (AFTER if moment == "after" else older)


def test_the_server_has_not_noticed_yet(
    address: str,
    cutting: Callable[..., tuple[str, Cutting]],
    older: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its side of the connection is open still: the transaction is in progress."""
    monkeypatch.setattr(keeping, "ASKED_S", 0.0)
    through, proxy = cutting("unheard", again=True)
    assert refused(through).code == "postgis_commit_unknown"
    proxy.end()
    assert there(address) == older
