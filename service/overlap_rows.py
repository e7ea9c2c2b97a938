"""Rows of an overlap, chunk by chunk of the left layer.

Each chunk is measured by the same kernel as everything else, so that a row has the same
bits as in a small table, whatever the chunk and whoever computes it.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from geo.authalic import CGCS2000
from geo.engine import prepare
from geo.exact import exact_sum
from layers.chunks import Chunk, PolygonSource
from layers.partitions import Partition
from service.overlap_sides import SCHEMA, Passing, Right
from service.partitioned import Sums


class OverlapWork:
    """What it takes to overlay any rows of the left layer.

    Parameters
    ----------
    source : PolygonSource
    accuracy_m : float or None
        Of the left layer; a feature's own wins.
    right : Right
    threads : int
        One reads nothing ahead.
    """

    schema = SCHEMA

    def __init__(
        self,
        source: PolygonSource,
        accuracy_m: float | None,
        right: Right,
        *,
        threads: int = 2,
    ) -> None:
        self._source, self._right, self._threads = source, right, threads
        self._accuracy_m = np.nan if accuracy_m is None else accuracy_m

    def rows(self, part: Partition) -> Iterator[tuple[pa.Table, Sums]]:
        """Answer the rows of a partition in tables, with exact sums of each."""
        chunks = self._source.chunks(
            start=part.start, stop=part.stop, ahead=self._threads > 1
        )
        for chunk in chunks:
            left = self._prepared(chunk)
            table = self._overlapped(left)
            yield (
                table,
                {
                    "features": len(chunk.ids),
                    "rows": table.num_rows,
                    "overlap": exact_sum(table.column("area_m2").to_numpy()),
                    "left": exact_sum(left.area_m2),
                },
            )

    def _prepared(self, chunk: Chunk) -> Passing:
        layer = prepare(chunk.rings, CGCS2000, threads=self._threads)
        own = chunk.accuracy_m
        accuracy_m = np.where(np.isnan(own), self._accuracy_m, own)
        return Passing(chunk, layer, layer.area_m2, accuracy_m, self._threads)

    def _overlapped(self, left: Passing) -> pa.Table:
        """Rows by left feature, then right."""
        if not len(left.layer.run_ring):
            return SCHEMA.empty_table()
        box = left.layer.box
        found = [side.overlapped(left) for side in self._right.meeting(box)]
        if len(found) == 1:
            return found[0][1]
        if not found:
            return SCHEMA.empty_table()
        order = np.argsort(np.concatenate([one for one, _ in found]), kind="stable")
        return pa.concat_tables([one for _, one in found]).take(pa.array(order))
