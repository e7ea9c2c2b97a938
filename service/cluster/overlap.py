"""The recipe of an overlap, from which a worker makes the work."""

from dataclasses import dataclass
from functools import lru_cache

from layers.catalog import is_file_name
from layers.chunks import open_source
from layers.partitions import Partition
from service.cluster.inputs import Seen, Shelf, named
from service.overlap_rows import OverlapWork
from service.overlap_sides import HELD_BYTES, find_right

HELD = 2
"""Right layers that a worker keeps between partitions."""


@dataclass(frozen=True)
class OverlapJob:
    """An overlap of two layers; see :class:`service.partitioned.RowJob`.

    Parameters
    ----------
    shelf : Shelf
    left, right : Seen
    held_bytes : int
        Geometry up to which a worker holds the right layer as a whole.
    """

    shelf: Shelf
    left: Seen
    right: Seen
    held_bytes: int = HELD_BYTES

    def ready(self) -> OverlapWork:
        """Open the left layer and load the right one, once per process."""
        return _ready(self)

    def named(self, part: Partition) -> str:
        """Name a partition by the left layer and its rows, from 1."""
        return named(self.left, part)


@lru_cache(maxsize=HELD)
def _ready(job: OverlapJob) -> OverlapWork:
    catalog = job.shelf.open()
    job.left.require(catalog)
    job.right.require(catalog)
    sides = (job.left.name, job.right.name)
    stated = (None if is_file_name(one) else catalog.spec(one) for one in sides)
    own, other = (None if spec is None else spec.accuracy_m for spec in stated)
    found = find_right(catalog, job.right.name, job.held_bytes)
    right = found.ready(other, threads=1)
    return OverlapWork(open_source(catalog, job.left.name), own, right, threads=1)
