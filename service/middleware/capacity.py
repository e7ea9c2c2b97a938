"""How many requests are answered at once, and how long one may take to begin."""

import asyncio
from http import HTTPStatus

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo.messages import render
from service import problems
from service.middleware.callers import UNLIMITED
from service.middleware.metrics import Meters
from service.record import Record, record_of

RETRY_AFTER_S = 2


class Capacity:
    """Refuse at once what is more than ``most`` requests at the same time.

    A refusal costs little, so that under any load those within the limit are answered
    in their time. A request that was given up but still holds a thread counts until
    the thread is free.
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
        if self.running >= self.most:
            self.meters.refused.labels("capacity").inc()
            response = unavailable(Request(scope), "too_busy", {"most": self.most})
            await response(scope, receive, send)
            return
        self.running += 1
        record = record_of(scope)
        try:
            await self.app(scope, receive, send)
        finally:
            self._leave(record)

    def _leave(self, record: Record) -> None:
        if record.lingering is None or record.lingering.done():
            self.running -= 1
        else:
            record.lingering.add_done_callback(self._one_less)

    def _one_less(self, _task: asyncio.Task[None]) -> None:
        self.running -= 1


class TimeLimit:
    """Answer 503 where the answer does not begin in time.

    A thread cannot be stopped from outside: its result is thrown away when it comes.
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
        loop = asyncio.get_running_loop()
        late: asyncio.Future[None] = loop.create_future()
        timer = loop.call_later(self.seconds, _resolve, late)

        async def punctual(message: Message) -> None:
            timer.cancel()
            # After the refusal was sent, what comes late goes nowhere.
            if not late.done():
                await send(message)

        work = asyncio.ensure_future(self.app(scope, receive, punctual))
        try:
            await asyncio.wait({work, late}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            work.cancel()
            raise
        finally:
            timer.cancel()
        if late.done():
            # Not cancelled: that would count its thread as free while it still works.
            work.add_done_callback(_forget)
            record_of(scope).lingering = work
            self.meters.refused.labels("time").inc()
            details: dict[str, object] = {"seconds": self.seconds}
            response = unavailable(Request(scope), "request_timed_out", details)
            await response(scope, receive, send)
        else:
            work.result()


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


def _resolve(late: asyncio.Future[None]) -> None:
    if not late.done():
        late.set_result(None)


def _forget(work: asyncio.Task[None]) -> None:
    """Look at the exception, which else would be logged as never looked at."""
    if not work.cancelled():
        work.exception()
