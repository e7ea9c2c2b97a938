"""The engine that spreads work over a Dask cluster, one of its own or a running one."""

import logging
import os
import pickle
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from itertools import islice
from threading import Event
from typing import Any, TypeVar

import dask
from distributed import Client, Future, LocalCluster, as_completed
from distributed.client import ClosedClientError
from distributed.scheduler import KilledWorker

from geo.messages import render
from service.cluster.engine import WORKER_MEMORY_MB, EngineChoice, Tell
from service.cluster.errors import ClusterError
from service.cluster.forks import start_early
from service.cluster.logs import silenced
from service.cluster.replacing import replaced
from service.cluster.software import differences, software, worker_name
from service.cluster.waiting import Connection, closed_after, watched

Item = TypeVar("Item")
Result = TypeVar("Result")

AHEAD = 3
"""Items under way per worker: one at work, one waiting there, one to fetch."""

CONNECT_SECONDS = 30
"""Longest wait for a scheduler."""

WORKERS_SECONDS = 120
"""Longest wait for a worker of a scheduler that has none."""

DEATHS = 3
"""Workers that an item may take with it before it is given up."""

START_SECONDS = 120
"""Longest time for a worker to load its libraries, on a busy machine."""

SETTINGS = {
    "distributed.scheduler.allowed-failures": DEATHS - 1,
    "distributed.worker.daemon": True,
    "distributed.worker.multiprocessing-method": "forkserver",
    "distributed.comm.timeouts.connect": f"{START_SECONDS}s",
    # Else who starts a worker in a dead one's place is ended after 15 seconds.
    "distributed.deploy.lost-worker-timeout": f"{START_SECONDS}s",
    # Copies of results never pile up in the workers: parts are files.
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
}


class DaskEngine:
    """The workers of a Dask cluster; see :class:`service.cluster.engine.Engine`.

    Parameters
    ----------
    client : Client
    address : str
        Of the scheduler.
    memory_mb : int or None
        Of a worker; None where its limit is not known.
    """

    name = "dask"

    def __init__(self, client: Client, address: str, memory_mb: int | None) -> None:
        self._client, self.address = client, address
        self.memory_mb = memory_mb

    @property
    def workers(self) -> int:
        """Threads of all workers there are now; the scheduler may have been lost."""
        try:
            threads = self._client.nthreads()
        except (OSError, AttributeError) as error:
            # A client that gave up has no scheduler to ask.
            raise ClusterError("cluster_lost", scheduler=self.address) from error
        return max(1, sum(map(int, threads.values())))

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        named: Callable[[Item], str] = str,
        alone: Callable[[Item], Result] | None = None,
    ) -> Iterator[tuple[int, Result]]:
        """Answer results as they come."""
        connection = Connection(self._client, self.address)
        given = _Given(self._client, work, items)
        suspects: list[int] = []
        with watched(self._client, WORKERS_SECONDS) as gone:
            try:
                under_way = as_completed(
                    given.more(AHEAD * self.workers), loop=self._client.loop
                )
                for future in connection.answered(under_way):
                    place = given.answered(future)
                    try:
                        result = self._answer(future, gone)
                    except KilledWorker:
                        suspects.append(place)
                    else:
                        yield place, result
                    under_way.update(given.more(1))
            except ClosedClientError as error:
                raise ClusterError("cluster_lost", scheduler=self.address) from error
            finally:
                given.take_back()
            yield from self._suspected(alone or work, items, suspects, named, gone)

    def _suspected(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        suspects: list[int],
        named: Callable[[Item], str],
        gone: Event,
    ) -> Iterator[tuple[int, Result]]:
        """Do what was given up once more, one item when nothing else is under way.

        When a worker dies, Dask suspects all that waited there as well: only an item
        that takes its workers with it when it is alone is to blame.
        """
        task = Checked(work, software())
        blamed: ClusterError | None = None
        for place in suspects:
            try:
                result = self._alone(task, items[place], named, gone)
            except _AloneError as error:
                # Others may be innocent, and what they give is kept.
                blamed = blamed or error
            else:
                yield place, result
        if blamed is not None:
            raise blamed

    def _alone(
        self, task: "Checked", item: Item, named: Callable[[Item], str], gone: Event
    ) -> Any:
        connection = Connection(self._client, self.address)
        try:
            given = [self._client.submit(task, item, pure=False)]
            under_way = as_completed(given, loop=self._client.loop)
            return self._answer(next(connection.answered(under_way)), gone)
        except ClosedClientError as error:
            raise ClusterError("cluster_lost", scheduler=self.address) from error
        except KilledWorker as error:
            raise _AloneError(
                "cluster_work_killed",
                item=named(item),
                times=error.allowed_failures + 1,
                memory=_megabytes(self.memory_mb),
            ) from error

    def _answer(self, future: Future[Any], gone: Event) -> Any:
        try:
            return future.result()
        except (CancelledError, OSError) as error:
            if future.status == "error":
                # The work's own.
                raise
            details: dict[str, object] = {"scheduler": self.address}
            if not gone.is_set():
                raise ClusterError("cluster_lost", **details) from error
            details["seconds"] = WORKERS_SECONDS
            raise ClusterError("cluster_workers_lost", **details) from error
        except (ModuleNotFoundError, pickle.UnpicklingError) as error:
            raise ClusterError("cluster_software_missing", reason=str(error)) from error
        finally:
            future.release()


class _Given:
    """Items that workers were given, a few at a time, and which each of them was."""

    def __init__(
        self, client: Client, work: Callable[[Item], Any], items: Sequence[Item]
    ) -> None:
        self._client, self._task = client, Checked(work, software())
        self._name = f"{getattr(work, '__name__', 'part')}-{uuid.uuid4().hex[:8]}"
        self._coming = enumerate(items)
        self._places: dict[str, int] = {}

    def more(self, number: int) -> list[Future[Any]]:
        """Give the next items, as far as there are any."""
        return [self._submitted(*one) for one in islice(self._coming, number)]

    def _submitted(self, place: int, item: Any) -> Future[Any]:
        key = f"{self._name}-{place}"
        self._places[key] = place
        return self._client.submit(self._task, item, key=key, pure=False)

    def answered(self, future: Future[Any]) -> int:
        """Answer which item it was, and forget it."""
        return self._places.pop(str(future.key))

    def take_back(self) -> None:
        """Take back what was not answered: the caller went away, or an item failed."""
        if self._places and self._client.status == "running":
            with suppress(Exception):
                self._client.cancel([Future(key, self._client) for key in self._places])


class _AloneError(ClusterError):
    """An item that took workers with it when nothing else was under way."""


class Checked:
    """Work that refuses to be done by other software than the client's."""

    def __init__(self, work: Callable[[Any], Any], wanted: dict[str, str]) -> None:
        self._work, self._wanted = work, wanted

    def __call__(self, item: Any) -> Any:
        """Do the work."""
        if software() != self._wanted:
            raise ClusterError(
                "cluster_versions_differ",
                worker=worker_name(),
                difference=differences(self._wanted),
            )
        return self._work(item)


@contextmanager
def opened(choice: EngineChoice, tell: Tell) -> Iterator[DaskEngine]:
    """Lend a cluster; see :func:`service.cluster.engine.open_engine`."""
    with ExitStack() as kept:
        silenced()
        kept.enter_context(dask.config.set(SETTINGS))
        if choice.scheduler is None:
            engine = _local(choice, kept)
        else:
            engine = _remote(choice.scheduler, kept)
        tell(_said(engine, local=choice.scheduler is None))
        yield engine


def _local(choice: EngineChoice, kept: ExitStack) -> DaskEngine:
    workers = choice.workers or len(os.sched_getaffinity(0))
    memory_mb = choice.memory_mb or WORKER_MEMORY_MB
    start_early()
    folder = kept.enter_context(tempfile.TemporaryDirectory(prefix="ecobarrier-dask-"))
    try:
        cluster = kept.enter_context(_cluster(workers, memory_mb, folder))
    except (RuntimeError, OSError) as error:
        raise ClusterError("cluster_not_started", reason=str(error)) from error
    client = kept.enter_context(closed_after(Client(cluster, set_as_default=False)))
    kept.enter_context(replaced(cluster))
    return DaskEngine(client, cluster.scheduler_address, memory_mb)


def _cluster(workers: int, memory_mb: int, folder: str) -> LocalCluster:
    return LocalCluster(
        n_workers=workers,
        threads_per_worker=1,
        memory_limit=memory_mb * 1_000_000,
        dashboard_address="127.0.0.1:0",
        worker_dashboard_address=None,
        # Its pages take a while to load: only where somebody may look at them.
        scheduler_kwargs={"dashboard": sys.stderr.isatty()},
        silence_logs=logging.CRITICAL,
        local_directory=folder,
    )


def _remote(address: str, kept: ExitStack) -> DaskEngine:
    try:
        client = Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        details = {"scheduler": address, "reason": str(error)}
        raise ClusterError("cluster_unreachable", **details) from error
    kept.enter_context(closed_after(client))
    try:
        client.wait_for_workers(1, timeout=WORKERS_SECONDS)
    except TimeoutError as error:
        raise ClusterError(
            "cluster_no_workers", scheduler=address, seconds=WORKERS_SECONDS
        ) from error
    infos = client.scheduler_info()["workers"].values()
    limits = [int(info["memory_limit"]) for info in infos if info["memory_limit"]]
    return DaskEngine(client, address, min(limits) // 10**6 if limits else None)


def _said(engine: DaskEngine, *, local: bool) -> str:
    # Without a terminal nobody looks, and a cluster of our own loads no pages.
    seen = not local or sys.stderr.isatty()
    link = engine._client.dashboard_link if seen else None
    return str(
        render(
            "cluster_started",
            {
                "workers": engine.workers,
                "memory": _megabytes(engine.memory_mb),
                "dashboard": link or "–",
            },
        )
    )


def _megabytes(memory_mb: int | None) -> str:
    return "–" if memory_mb is None else f"{memory_mb:,} MB"
