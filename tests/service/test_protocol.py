"""The protocol around an app of few routes, on a real socket."""

import asyncio
import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from typing import NamedTuple

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse

from service import problems
from service.middleware import stack
from service.protocol import patient_protocol
from service.settings import Settings

PIECE = bytes(100_000)
LARGE_PIECES = 500
WAIT_S = 120
"""What is waited for comes at once; only on a machine that stands still it may last."""


def small_app(settings: Settings) -> FastAPI:
    app = FastAPI()
    app.state.begun = 0
    problems.install(app)
    stack.install(app, settings)

    @app.get("/fault-in-stream")
    def fault_in_stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun"
            await asyncio.sleep(0.05)
            msg = "secret inside"
            raise RuntimeError(msg)

        return StreamingResponse(pieces(), media_type="image/png")

    @app.get("/large")
    def large() -> StreamingResponse:
        app.state.begun += 1

        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(LARGE_PIECES):
                yield PIECE

        return StreamingResponse(pieces(), media_type="image/png")

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    return app


class Served(NamedTuple):
    server: uvicorn.Server
    app: FastAPI
    port: int


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server that gives nobody up, however long this machine stands still."""
    with serve(600) as served:
        yield served.port


@pytest.fixture(scope="module")
def hasty() -> Iterator[Served]:
    """A server that gives a slow client up after a second."""
    with serve(1) as served:
        yield served


@contextlib.contextmanager
def serve(slow_client_seconds: float) -> Iterator[Served]:
    settings = Settings(slow_client_seconds=slow_client_seconds, max_header_bytes=2048)
    listener = socket.create_server(("127.0.0.1", 0))
    app = small_app(settings)
    config = uvicorn.Config(
        app,
        http=patient_protocol(settings, settings.max_connections),
        log_level="critical",
        timeout_keep_alive=600,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield Served(server, app, listener.getsockname()[1])
    server.should_exit = True
    thread.join(WAIT_S)
    listener.close()


def exchange(port: int, *pieces: bytes, pause_s: float = 0) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=WAIT_S) as connection:
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause_s)
        said = connection.recv(65536)
        # A body may come in a piece of its own.
        head, _, body = said.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        while length and len(body) < int(length[1]):
            more = connection.recv(65536)
            said, body = said + more, body + more
        return said


def test_fault_in_a_begun_answer_breaks_the_connection(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=WAIT_S)
    connection.request("GET", "/fault-in-stream")
    answer = connection.getresponse()
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    assert caught.value.partial == b"begun"
    connection.close()


def test_body_is_no_part_of_the_head(port: int) -> None:
    head = b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n"
    assert exchange(port, head + b"y" * 50_000).endswith(b"50000")
    assert exchange(port, head, b"y" * 50_000).endswith(b"50000")


def test_head_in_pieces_is_counted_as_a_whole(port: int) -> None:
    start = b"GET /length HTTP/1.1\r\nHost: x\r\n"
    piece = b"X-Piece: " + b"y" * 300 + b"\r\n"
    answer = exchange(port, start, *[piece] * 8, pause_s=0.02)
    assert answer.startswith(b"HTTP/1.1 431 ")


def in_time(scene: Callable[[], bool]) -> bool:
    """Let a client of the hasty server keep its time; again where it could not.

    Between two of its steps this machine may stand still for longer than a second. A
    server that is wrong refuses each of ten tries.
    """
    for _ in range(10):
        with contextlib.suppress(ConnectionError):
            if scene():
                return True
    return False


def test_connection_is_kept_between_requests(hasty: Served) -> None:
    """The patience is for heads that have begun."""

    def scene() -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", hasty.port, timeout=WAIT_S)
        connection.connect()
        kept = connection.sock
        for pause_s in (1.2, 0):
            connection.request("POST", "/length", body=b"abc")
            assert connection.getresponse().read() == b"3"
            time.sleep(pause_s)
        with contextlib.closing(connection):
            return connection.sock is kept

    assert in_time(scene)


def test_slow_body_is_given_up(hasty: Served) -> None:
    head = b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    assert in_time(
        lambda: exchange(hasty.port, head, b"y").startswith(b"HTTP/1.1 408 ")
    )


def asked_for_much(port: int) -> socket.socket:
    """Ask for 50 MB and read nothing."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=WAIT_S)
    connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
    return connection


def taken(connection: socket.socket) -> int:
    """Count what there is, to the end."""
    count, end = 0, b"\r\n0\r\n\r\n"
    with connection, contextlib.suppress(ConnectionError):
        while piece := connection.recv(1_000_000):
            count += len(piece)
            if piece.endswith(end):
                break
    return count


def test_client_that_does_not_read_is_cut_off(hasty: Served) -> None:
    whole = LARGE_PIECES * len(PIECE)

    def pauses_shortly() -> bool:
        connection = asked_for_much(hasty.port)
        time.sleep(0.3)
        return taken(connection) >= whole

    assert in_time(pauses_shortly)
    begun = hasty.app.state.begun
    idle = asked_for_much(hasty.port)
    deadline = time.monotonic() + WAIT_S
    while hasty.app.state.begun == begun or hasty.server.server_state.connections:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert taken(idle) < whole / 2
