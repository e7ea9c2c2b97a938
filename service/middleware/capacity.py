"""How many requests are answered at once, and how long one may take to begin."""

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.messages import render
from service import problems
from service.middleware.callers import UNLIMITED
from service.middleware.metrics import Meters
from service.protocol import CROWDED

RETRY_AFTER_S = 2


class Capacity:
    """Refuse at once what is more than ``most`` requests at the same time.

    A refusal costs little, so that under any load those within the limit are answered
    in their time. A request that was given up but still holds a thread counts until
    the thread is free. A request over a connection beyond the limit of these is
    refused, too, and its connection closed.
    """

    def __init__(self, app: ASGIApp, *, most: int, meters: Meters) -> None:
        self.app = app
        self.most = most
        self.meters = meters
        self.running = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self.app(scope, receive, send)
            return
        crowded = scope.get("state", {}).get(CROWDED, False)
        if crowded or self.running >= self.most:
            self.meters.refused.labels("capacity").inc()
            response = unavailable(Request(scope), "too_busy", {"most": self.most})
            if crowded:
                response.headers["Connection"] = "close"
            await response(scope, receive, send)
            return
        self.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running -= 1


class TimeLimit:
    """Answer 503 where the answer does not begin in time.

    A thread cannot be stopped from outside: the client is told at once, while the
    request keeps its place until the thread is done, and its result is thrown away.
    How long a begun answer takes is the client's speed, which the server watches.
    """

    def __init__(self, app: ASGIApp, *, seconds: float, meters: Meters) -> None:
        self.app = app
        self.seconds = seconds
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal: asyncio.Task[None] | None = None

        def give_up() -> None:
            nonlocal refusal
            self.meters.refused.labels("time").inc()
            details: dict[str, object] = {"seconds": self.seconds}
            response = unavailable(Request(scope), "request_timed_out", details)
            refusal = asyncio.ensure_future(response(scope, receive, send))

        async def punctual(message: Message) -> None:
            timer.cancel()
            if refusal is None:
                await send(message)

        timer = asyncio.get_running_loop().call_later(self.seconds, give_up)
        try:
            await self.app(scope, receive, punctual)
        finally:
            timer.cancel()
            if refusal is not None:
                await refusal


def unavailable(
    request: Request, code: str, details: dict[str, object]
) -> problems.ProblemResponse:
    """Write a 503 that says when to come again."""
    return problems.problem(
        request,
        HTTPStatus.SERVICE_UNAVAILABLE,
        code,
        render(code, details),
        details=details,
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
