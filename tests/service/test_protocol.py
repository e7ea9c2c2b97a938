"""The protocol around an app of few routes, on a real socket."""

import asyncio
import contextlib
import http.client
import re
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator

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


def small_app(settings: Settings) -> FastAPI:
    app = FastAPI()
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
        async def pieces() -> AsyncIterator[bytes]:
            for _ in range(LARGE_PIECES):
                yield PIECE

        return StreamingResponse(pieces(), media_type="image/png")

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    return app


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    settings = Settings(slow_client_seconds=1, max_header_bytes=2048)
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        small_app(settings),
        http=patient_protocol(settings, settings.max_connections),
        log_level="critical",
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(20)
    listener.close()


def exchange(port: int, *pieces: bytes, pause_s: float = 0) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=3) as connection:
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
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
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


def test_connection_is_kept_between_requests(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(3):
        connection.request("POST", "/length", body=b"abc")
        assert connection.getresponse().read() == b"3"
        time.sleep(0.6)
    connection.close()


def test_slow_body_is_given_up(port: int) -> None:
    head = b"POST /length HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    began = time.monotonic()
    answer = exchange(port, head, b"y")
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert time.monotonic() - began < 2.5


def taken(port: int, silence_s: float) -> int:
    """Ask for 50 MB, read nothing for a while, then all there is."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        connection.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        time.sleep(silence_s)
        count = 0
        end = b"\r\n0\r\n\r\n"
        with contextlib.suppress(ConnectionError):
            while piece := connection.recv(1_000_000):
                count += len(piece)
                if piece.endswith(end):
                    break
        return count


def test_client_that_does_not_read_is_cut_off(port: int) -> None:
    whole = LARGE_PIECES * len(PIECE)
    assert taken(port, silence_s=0.3) >= whole
    assert taken(port, silence_s=2.5) < whole / 2
