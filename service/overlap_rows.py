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
from geo.types import IntArray
from layers.chunks import Chunk, PolygonSource
from layers.partitions import Batch, pieces
from service.overlap_sides import SCHEMA, Passing, Right
from service.partitioned import Rows


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

    def rows(self, batch: Batch) -> Iterator[Rows]:
        """Answer the rows of neighbouring partitions, with exact sums."""
        first = batch[0].start
        chunks = self._source.chunks(
            start=first, stop=batch[-1].stop, ahead=self._threads > 1
        )
        for chunk in chunks:
            left = self._prepared(chunk)
            of_left, table = self._overlapped(left)
            area_m2 = table.column("area_m2").to_numpy()
            for part, some in pieces(batch, first, len(chunk.ids)):
                low, high = np.searchsorted(of_left, (some.start, some.stop)).tolist()
                sums = {
                    "features": some.stop - some.start,
                    "rows": high - low,
                    "overlap": exact_sum(area_m2[low:high]),
                    "left": exact_sum(left.area_m2[some]),
                }
                yield Rows(part, table.slice(low, high - low), sums)
            first += len(chunk.ids)

    def _prepared(self, chunk: Chunk) -> Passing:
        layer = prepare(chunk.rings, CGCS2000, threads=self._threads)
        own = chunk.accuracy_m
        accuracy_m = np.where(np.isnan(own), self._accuracy_m, own)
        return Passing(chunk, layer, layer.area_m2, accuracy_m, self._threads)

    def _overlapped(self, left: Passing) -> tuple[IntArray, pa.Table]:
        """Rows by left feature, then right; with the position of the left one."""
        found: list[tuple[IntArray, pa.Table]] = []
        if len(left.layer.run_ring):
            box = left.layer.box
            found = [side.overlapped(left) for side in self._right.meeting(box)]
        if len(found) == 1:
            return found[0]
        if not found:
            return np.empty(0, np.int64), SCHEMA.empty_table()
        of_left = np.concatenate([one for one, _ in found])
        order = np.argsort(of_left, kind="stable")
        rows = pa.concat_tables([one for _, one in found]).take(pa.array(order))
        return of_left[order], rows
