"""Errors of work that is spread over other processes."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal

from geo.errors import EcobarrierError

_LOST = ("cluster_lost", "cluster_workers_lost")


class ClusterError(EcobarrierError):
    """A cluster that cannot be used, or that did not finish its work."""


@contextmanager
def telling(
    kept: Callable[[], Mapping[str, object]],
    folder: str,
    what: Literal["parts", "parcels"] = "parts",
) -> Iterator[None]:
    """Let the error of a cluster that was lost say what is kept, and where.

    Parameters
    ----------
    kept : callable
        Asked then: what the sentence counts, ``kept`` partitions, or ``kept`` parcels
        and ``files`` that are done.
    folder : str
        Where they are.
    what : {"parts", "parcels"}
    """
    try:
        yield
    except ClusterError as error:
        if error.code not in _LOST:
            raise
        details = {**error.details, **kept(), "folder": folder}
        raise ClusterError(f"{error.code}_{what}", **details) from error
