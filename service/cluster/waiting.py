"""A client does not wait for ever for workers that are gone."""

import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from distributed import Client, Future, as_completed
from distributed.client import ClosedClientError

LOOK_SECONDS = 5.0
"""How often it is asked whether anybody is there."""


@contextmanager
def watched(client: Client, seconds: float) -> Iterator[Event]:
    """Cancel all that a client waits for once its scheduler has had no worker so long.

    Dask waits for ever, also for a result that was there and went with its worker.

    Parameters
    ----------
    client : Client
        It has one run at a time.
    seconds : float
        A worker that comes meanwhile goes on with the work.

    Yields
    ------
    threading.Event
        Set when that is why futures were cancelled.
    """
    gone, ended = Event(), Event()
    Thread(target=_watch, args=(client, seconds, gone, ended), daemon=True).start()
    try:
        yield gone
    finally:
        ended.set()


def answered(under_way: as_completed, client: Client) -> Iterator[Future[Any]]:
    """Answer what is done as it comes; more may be added meanwhile.

    What is given to a client just after it lost its scheduler is never answered.

    Raises
    ------
    ClosedClientError
    """
    while not under_way.is_empty():
        if under_way.has_ready():
            yield next(under_way)
            continue
        if client.status != "running":
            raise ClosedClientError(client.status)
        with under_way.thread_condition:
            under_way.thread_condition.wait(timeout=0.1)


def _watch(client: Client, seconds: float, gone: Event, ended: Event) -> None:
    seen = time.monotonic()
    # A client that is closed meanwhile raises whatever it was at.
    with suppress(Exception, CancelledError):
        while not ended.wait(min(LOOK_SECONDS, seconds)):
            if _anybody(client):
                seen = time.monotonic()
            elif time.monotonic() - seen >= seconds:
                gone.set()
                _cancel_all(client)
                return


def _cancel_all(client: Client) -> None:
    every: list[Future[Any]] = [Future(key, client) for key in list(client.futures)]
    client.cancel(every)


def _anybody(client: Client) -> bool:
    """Whether a worker is there; True where the scheduler is lost: Dask says that."""
    if client.status != "running":
        return True
    try:
        return bool(client.nthreads())
    except (OSError, AttributeError):
        return True
