"""The recipe of an overlap, from which a worker makes the work."""

from dataclasses import dataclass
from functools import lru_cache

from layers.catalog import is_file_name
from layers.chunks import open_source
from layers.partitions import Partition
from service.cluster.inputs import Seen, Shelf, named, opened
from service.overlap_rows import OverlapWork, RightSide

HELD = 2
"""Right layers that a worker keeps between partitions."""


@dataclass(frozen=True)
class OverlapJob:
    """An overlap of two layers; see :class:`service.partitioned.RowJob`."""

    shelf: Shelf
    left: Seen
    right: Seen

    def ready(self) -> OverlapWork:
        """Open the left layer and load the right one, once per process."""
        return _ready(self)

    def named(self, part: Partition) -> str:
        """Name a partition by the left layer and its rows, from 1."""
        return named(self.left, part)


@lru_cache(maxsize=HELD)
def _ready(job: OverlapJob) -> OverlapWork:
    catalog = opened(job.shelf)
    job.left.require(catalog)
    job.right.require(catalog)
    name = job.left.name
    accuracy_m = None if is_file_name(name) else catalog.spec(name).accuracy_m
    right = RightSide(catalog.vector(job.right.name), accuracy_m, threads=1)
    return OverlapWork(open_source(catalog, name), right, threads=1)
