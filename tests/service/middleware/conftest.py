"""A tiny app whose routes do what a middleware is to be seen handling."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, Response, StreamingResponse
from starlette.testclient import TestClient

from service import problems
from service.middleware import stack
from service.settings import Settings

MakeClient = Callable[..., TestClient]
TEXT = "内蒙古 " * 200


def add_routes(app: FastAPI) -> None:
    @app.get("/text")
    def text() -> PlainTextResponse:
        return PlainTextResponse(TEXT)

    @app.get("/short")
    def short() -> PlainTextResponse:
        return PlainTextResponse("short")

    @app.get("/picture")
    def picture() -> Response:
        return Response(b"\x89PNG" * 500, media_type="image/png")

    @app.get("/coded")
    def coded() -> Response:
        headers = {"Content-Encoding": "gzip"}
        return Response(b"x" * 2000, media_type="text/plain", headers=headers)

    @app.get("/tagged/{name}")
    def tagged(name: str) -> PlainTextResponse:
        return PlainTextResponse(TEXT, headers={"ETag": f'"{name}"'})

    app.state.go_on = threading.Event()

    @app.get("/held")
    def held() -> str:
        app.state.go_on.wait()
        return "held"

    @app.get("/stream")
    async def stream(request: Request, pause: float = 0) -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            for number in range(100):
                request.app.state.pieces = number + 1
                yield b"0123456789" * 100
                await asyncio.sleep(0 if number else pause)

        return StreamingResponse(pieces(), media_type="text/plain")

    @app.get("/fault")
    def fault() -> None:
        msg = "secret inside"
        raise RuntimeError(msg)

    @app.get("/fault-in-stream")
    def fault_in_stream() -> StreamingResponse:
        async def pieces() -> AsyncIterator[bytes]:
            yield b"begun"
            msg = "secret inside"
            raise RuntimeError(msg)

        return StreamingResponse(pieces(), media_type="text/plain")

    @app.post("/post")
    async def post(body: dict[str, Any]) -> int:
        return len(body)

    @app.post("/raw")
    async def raw(request: Request) -> int:
        return len(await request.body())

    @app.get("/health")
    def health() -> str:
        return "ok"


@pytest.fixture
def make_app() -> Callable[..., FastAPI]:
    def make(**settings: Any) -> FastAPI:
        app = FastAPI()
        problems.install(app)
        stack.install(app, Settings(**settings))
        add_routes(app)
        return app

    return make


@pytest.fixture
def make_client(make_app: Callable[..., FastAPI]) -> MakeClient:
    """Make a client; ``address`` is where it seems to call from."""

    def make(address: str = "10.1.2.3", **settings: Any) -> TestClient:
        return TestClient(
            make_app(**settings),
            raise_server_exceptions=False,
            client=(address, 50000),
            headers={"Accept-Encoding": "identity"},
        )

    return make


@pytest.fixture
def client(make_client: MakeClient) -> TestClient:
    return make_client()


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"
