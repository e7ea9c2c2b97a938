"""Who does the work: this process, or the workers of a Dask cluster.

Both call the same function on the same items, so the answers are the same. Libraries of
the cluster are imported only where one is asked for.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Literal, NamedTuple, Protocol, TypeVar

from service.cluster.errors import ClusterError

Item = TypeVar("Item")
Result = TypeVar("Result")
Tell = Callable[[str], None]
"""Told one line about the cluster: its workers, their memory, its dashboard."""

WORKER_MEMORY_MB = 3000
"""Memory of a worker of a local cluster unless stated."""


class EngineChoice(NamedTuple):
    """What a person chose on the command line.

    Parameters
    ----------
    name : {"local", "dask"}
    scheduler : str or None
        Address of a running Dask scheduler; None starts a cluster on this machine.
    workers : int or None
        Processes of a cluster on this machine; as many as processors unless stated.
    memory_mb : int or None
        Of each of them; :data:`WORKER_MEMORY_MB` unless stated.
    """

    name: Literal["local", "dask"] = "local"
    scheduler: str | None = None
    workers: int | None = None
    memory_mb: int | None = None


class Engine(Protocol):
    """Does work on items, here or elsewhere."""

    @property
    def name(self) -> str:
        """Either "local" or "dask"."""

    @property
    def workers(self) -> int:
        """How many items are worked on at once."""

    @property
    def memory_mb(self) -> int | None:
        """Memory that a worker may take; None where nobody bounds it."""

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        named: Callable[[Item], str] = str,
        alone: Callable[[Item], Result] | None = None,
    ) -> Iterator[tuple[int, Result]]:
        """Answer each result with the position of its item, as they come.

        At most a few items per worker are under way while the caller is busy with a
        result, so that results never pile up.

        Parameters
        ----------
        work : callable
            Must be fit for :mod:`pickle`, like the items and the results. May be called
            again with an item whose worker died.
        items : sequence
        named : callable
            What an error calls an item.
        alone : callable, optional
            Does an item again, when nothing else is under way, that may be what its
            workers died of; ``work`` unless stated.

        Raises
        ------
        EcobarrierError
            What ``work`` raised, as itself.
        ClusterError
            ``cluster_work_killed`` when an item took worker after worker with it;
            ``cluster_lost`` when the scheduler went away, ``cluster_workers_lost`` when
            all workers did and none came back.
        """


class LocalEngine:
    """One item after the other in this process, each with all threads to itself."""

    name = "local"
    workers = 1
    memory_mb: int | None = None

    def run(
        self,
        work: Callable[[Item], Result],
        items: Sequence[Item],
        named: Callable[[Item], str] = str,  # noqa: ARG002 - nothing dies here
        alone: Callable[[Item], Result] | None = None,  # noqa: ARG002
    ) -> Iterator[tuple[int, Result]]:
        """Answer each result in the order of the items; see :class:`Engine`."""
        for position, item in enumerate(items):
            yield position, work(item)


def nobody(_: str) -> None:
    """Tell nobody."""


def begin(choice: EngineChoice) -> None:
    """Start what takes time and can go on while this process loads its libraries."""
    if choice.name == "dask" and choice.scheduler is None and find_spec("distributed"):
        from service.cluster.forks import start_early

        start_early()


@contextmanager
def open_engine(choice: EngineChoice, tell: Tell = nobody) -> Iterator[Engine]:
    """Lend the engine that was chosen; a cluster of our own ends with the block.

    Parameters
    ----------
    choice : EngineChoice
    tell : callable
        Told once about a cluster: workers, memory, address of the dashboard.

    Raises
    ------
    ClusterError
        ``cluster_not_installed``; ``cluster_unreachable`` or ``cluster_no_workers`` for
        a scheduler that does not answer or has nobody; ``cluster_versions_differ`` when
        its workers run other software.
    """
    if choice.name == "local":
        yield LocalEngine()
        return
    if find_spec("distributed") is None:
        raise ClusterError("cluster_not_installed")
    from service.cluster.dask_engine import opened

    with opened(choice, tell) as engine:
        yield engine
