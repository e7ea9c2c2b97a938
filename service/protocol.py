"""The web server's HTTP protocol, with patience for slow clients and small heads only.

uvicorn waits without end for the rest of a head and for a client that stops reading;
a few hundred such connections would hold the service. Its fast parser also keeps heads
of any size.
"""

import asyncio
from typing import Any, ClassVar

from uvicorn.protocols.http.httptools_impl import (
    HttpToolsProtocol,
    RequestResponseCycle,
)

from service.settings import Settings

CROWDED = "crowded"
"""Field of a request's state: it came over one connection too many."""

_CROWD = 256
"""Connections beyond the limit that are told so in a whole answer, and may ask for
``/health``. The rest are closed with the shortest one: each takes an open file."""

_TOO_MANY = (
    b"HTTP/1.1 503 Service Unavailable\r\n"
    b"retry-after: 2\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)
_TOO_LARGE = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
    b"content-length: 0\r\nconnection: close\r\n\r\n"
)


class PatientProtocol(HttpToolsProtocol):
    """A connection that is closed when its client stalls.

    A head must be whole within ``patience_s`` of its first byte (or of connecting),
    and the client must take what is sent within the same time. How slowly a body may
    come is the business of :class:`service.middleware.body.BodyLimit`.
    """

    patience_s: ClassVar[float] = 20.0
    most_head_bytes: ClassVar[int] = 32_768
    most_connections: ClassVar[int] = 16_000

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._reading_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Expect a head, unless there are too many connections by far."""
        super().connection_made(transport)
        beyond = len(self.connections) - self.most_connections
        if beyond > _CROWD:
            self.transport.write(_TOO_MANY)
            self.transport.close()
            return
        self.app_state = {**self.app_state, CROWDED: beyond > 0}
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop all clocks."""
        _stop(self._head_timer)
        _stop(self._reading_timer)
        self._head_timer = self._reading_timer = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Hand data on, unless it makes a head that is too large."""
        if self._between_requests():
            self._head_bytes += len(data)
            # A short request may bring its body along: that is not the head's.
            end = data.find(b"\r\n\r\n")
            past = len(data) - end - 4 if end >= 0 else 0
            if self._head_bytes - past > self.most_head_bytes:
                self.transport.write(_TOO_LARGE)
                self.transport.close()
                return
        super().data_received(data)
        if self._between_requests():
            if self._head_timer is None and not self.transport.is_closing():
                self._expect_head()
        else:
            self._head_bytes = 0
            _stop(self._head_timer)
            self._head_timer = None

    def pause_writing(self) -> None:
        """Start the clock: the client does not take what is sent."""
        super().pause_writing()
        self._reading_timer = self.loop.call_later(self.patience_s, self._give_up)

    def resume_writing(self) -> None:
        """Stop the clock."""
        _stop(self._reading_timer)
        super().resume_writing()

    def _between_requests(self) -> bool:
        # None until the first head is whole, which uvicorn's type does not say.
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is None or cycle.response_complete

    def _expect_head(self) -> None:
        self._head_timer = self.loop.call_later(self.patience_s, self._give_up)

    def _give_up(self) -> None:
        self.transport.abort()


def patient_protocol(
    settings: Settings, most_connections: int
) -> type[PatientProtocol]:
    """Answer the protocol with the limits of the settings.

    Parameters
    ----------
    settings : Settings
    most_connections : int
        What the settings want, or less where the system allows less.
    """
    limits = {
        "patience_s": settings.slow_client_seconds,
        "most_head_bytes": settings.max_header_bytes,
        "most_connections": most_connections,
    }
    return type("ConfiguredProtocol", (PatientProtocol,), limits)


def _stop(timer: asyncio.TimerHandle | None) -> None:
    if timer is not None:
        timer.cancel()
