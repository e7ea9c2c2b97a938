"""Work that dies on purpose, to test who goes on without it."""

import os
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from layers.partitions import Batch, Partition
from service.partitioned import RowJob, Rows, RowWork


@dataclass(frozen=True)
class Deaths:
    """Kills this process with SIGKILL, as often as is wanted for each name.

    Parameters
    ----------
    folder : Path
        Remembers how often that was.
    names : tuple of int
    times : int
    """

    folder: Path
    names: tuple[int, ...]
    times: int

    def strike(self, name: int) -> None:
        """Die here, if it is time."""
        if name not in self.names:
            return
        for number in range(self.times):
            mark = self.folder / f"{name}-{number}"
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass(frozen=True)
class Squares:
    """Squares a number, unless it dies before."""

    deaths: Deaths

    def __call__(self, item: int) -> int:
        """Square it."""
        self.deaths.strike(item)
        return item * item


@dataclass(frozen=True)
class DeadlyJob:
    """A job whose worker dies after the first rows of some partitions."""

    job: RowJob
    deaths: Deaths

    def ready(self) -> "DeadlyWork":
        """Make the work."""
        return DeadlyWork(self.job.ready(), self.deaths)

    def named(self, part: Partition) -> str:
        """Call a partition what the job calls it."""
        return self.job.named(part)


class DeadlyWork:
    """The work of such a job."""

    def __init__(self, work: RowWork, deaths: Deaths) -> None:
        self._work, self._deaths = work, deaths
        self.schema = work.schema

    def rows(self, batch: Batch) -> Iterator[Rows]:
        """Answer rows, and die."""
        for found in self._work.rows(batch):
            yield found
            self._deaths.strike(found.part.number)
