"""A client does not wait for ever for workers or a scheduler that are gone."""

import time
from asyncio import CancelledError
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import Any

from distributed import Client, Future, as_completed

from service.cluster.errors import ClusterError

LOOK_SECONDS = 5.0
"""How often it is asked whether anybody is there."""


class Connection:
    """What a client and its scheduler are joined by when this is made.

    When it breaks, Dask cancels what was given over it and looks for the scheduler
    again. What is given at that very moment it may forget without cancelling it, or it
    stops in the middle of that: ``as_completed`` then waits for ever
    (``distributed.Client._reconnect``, 2026.8). So the connection itself is looked at.

    Parameters
    ----------
    client : Client
    address : str
        Of the scheduler, for the error.
    """

    def __init__(self, client: Client, address: str) -> None:
        self._client, self._address = client, address
        self._comm = client.scheduler_comm

    @property
    def lost(self) -> bool:
        """Whether it broke, also where there is another one by now."""
        client = self._client
        return client.status != "running" or client.scheduler_comm is not self._comm

    def answered(self, under_way: as_completed) -> Iterator[Future[Any]]:
        """Answer what is done as it comes; more may be added meanwhile.

        Raises
        ------
        ClusterError
            ``cluster_lost``.
        """
        while not under_way.is_empty():
            if under_way.has_ready():
                yield next(under_way)
                continue
            if self.lost:
                raise ClusterError("cluster_lost", scheduler=self._address)
            with under_way.thread_condition:
                under_way.thread_condition.wait(timeout=0.1)


@contextmanager
def closed_after(client: Client) -> Iterator[Client]:
    """Close a client with the block, as far as a broken connection lets it.

    What ended its connection comes out of its closing once more.
    """
    try:
        yield client
    finally:
        with suppress(Exception, CancelledError):
            client.close()


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
