"""Ranges of rows that a large layer is divided into, and what a worker does at once."""

from collections.abc import Iterator
from typing import NamedTuple

from layers.chunks import CHUNK_ROWS

PARTITION_ROWS = 2 * CHUNK_ROWS
"""Rows of a partition unless the number of partitions is chosen: a few seconds of work,
which is what a lost worker costs at most."""

BATCH_ROWS = CHUNK_ROWS
"""Rows that a worker does at once, in as many whole partitions as fit: what a call of
the kernel costs whatever its size, small partitions share."""

BATCH_BYTES = 128_000_000
"""Geometry that a worker does at once, unless a single partition has more."""


class Partition(NamedTuple):
    """Consecutive rows of a layer.

    Parameters
    ----------
    number : int
        From 0.
    start, stop : int
        Rows ``[start, stop)`` of the layer, in the order of its files.
    """

    number: int
    start: int
    stop: int

    @property
    def rows(self) -> int:
        """How many rows."""
        return self.stop - self.start


Batch = tuple[Partition, ...]
"""Consecutive partitions."""


def partitions(rows: int, wanted: int | None = None) -> list[Partition]:
    """Divide the rows of a layer.

    Parameters
    ----------
    rows : int
    wanted : int or None
        How many partitions, or as many as are needed for equal sizes but for the last;
        by default each has :data:`PARTITION_ROWS`.

    Examples
    --------
    >>> [(part.start, part.stop) for part in partitions(10, 3)]
    [(0, 4), (4, 8), (8, 10)]
    """
    size = -(-rows // wanted) if wanted else PARTITION_ROWS
    starts = range(0, rows, max(size, 1))
    return [
        Partition(number, start, min(start + size, rows))
        for number, start in enumerate(starts)
    ]


def rows_at_once(rows: int, geometry_bytes: int) -> int:
    """Answer how many rows of a layer a worker does at once, by their mean size.

    Examples
    --------
    >>> rows_at_once(2_000_000, 2_200_000_000), rows_at_once(1_000, 640_000_000)
    (50000, 200)
    """
    if not geometry_bytes:
        return BATCH_ROWS
    return min(BATCH_ROWS, max(1, BATCH_BYTES * rows // geometry_bytes))


def batches(parts: list[Partition], at_once: int = BATCH_ROWS) -> list[Batch]:
    """Put consecutive partitions together, ``at_once`` rows at most or one partition.

    Partitions between which some are missing, because they are finished, are not put
    together.
    """
    found: list[list[Partition]] = []
    for part in parts:
        last = found[-1] if found else []
        rows = part.rows + sum(one.rows for one in last)
        if last and last[-1].number + 1 == part.number and rows <= at_once:
            last.append(part)
        else:
            found.append([part])
    return [tuple(batch) for batch in found]


def pieces(batch: Batch, first: int, rows: int) -> Iterator[tuple[Partition, slice]]:
    """Divide rows that were done at once among the partitions they belong to.

    Parameters
    ----------
    batch : Batch
    first : int
        Place of the first of these rows in the layer.
    rows : int

    Yields
    ------
    tuple
        A partition that has some of the rows, and which of them, from 0.

    Examples
    --------
    >>> two = tuple(partitions(10, 2))
    >>> [(part.number, some) for part, some in pieces(two, 3, 4)]
    [(0, slice(0, 2, None)), (1, slice(2, 4, None))]
    """
    for part in batch:
        start, stop = max(part.start - first, 0), min(part.stop - first, rows)
        if start < stop:
            yield part, slice(start, stop)
