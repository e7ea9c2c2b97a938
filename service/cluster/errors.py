"""Errors of work that is spread over other processes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from geo.errors import EcobarrierError

_LOST = ("cluster_lost", "cluster_workers_lost")


class ClusterError(EcobarrierError):
    """A cluster that cannot be used, or that did not finish its work."""


@contextmanager
def telling(kept: Callable[[], str], folder: str) -> Iterator[None]:
    """Let the error of a cluster that was lost say what is kept, and where.

    Parameters
    ----------
    kept : callable
        Asked then: how many partitions are finished.
    folder : str
        Where they are.
    """
    try:
        yield
    except ClusterError as error:
        if error.code not in _LOST:
            raise
        details = {**error.details, "kept": kept(), "folder": folder}
        raise ClusterError(f"{error.code}_parts", **details) from error
