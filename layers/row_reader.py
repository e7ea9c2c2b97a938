"""Rows of a Parquet file from any place on, where going on decodes nothing twice."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


class RowReader:
    """Reads ranges of rows; a range that follows the last one decodes nothing twice.

    Rows of the first row group that come before a range are decoded and dropped. Memory
    is that of a batch and of the compressed columns of a row group.

    Parameters
    ----------
    file : ParquetFile
    columns : list of str
    rows : int
        Most rows of a batch.
    threaded : bool
        Decode columns in several threads.
    """

    def __init__(
        self, file: pq.ParquetFile, columns: list[str], rows: int, *, threaded: bool
    ) -> None:
        self._file, self._columns = file, columns
        self._rows, self._threaded = rows, threaded
        self._coming: Iterator[pa.RecordBatch] = iter(())
        self._rest: pa.RecordBatch | None = None
        self._place = -1
        groups = range(file.metadata.num_row_groups)
        counts = [file.metadata.row_group(k).num_rows for k in groups]
        self._edges = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))

    def batches(self, start: int, stop: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Answer the rows ``[start, stop)`` with the place of each batch's first."""
        if start >= stop:
            return
        if start != self._place:
            self._coming = self._from(start, min(self._rows, stop - start))
            self._rest, self._place = None, start
        while self._place < stop:
            batch = next(self._coming) if self._rest is None else self._rest
            first, size = self._place, min(batch.num_rows, stop - self._place)
            self._place += size
            self._rest = batch.slice(size) if size < batch.num_rows else None
            yield first, batch.slice(0, size)

    def _from(self, start: int, rows: int) -> Iterator[pa.RecordBatch]:
        """Decode from a row on, as many rows at once as a range has."""
        groups = np.flatnonzero(self._edges[1:] > start).tolist()
        if not groups:
            return
        before = start - int(self._edges[groups[0]])
        if before:
            yield from self._rest_of(groups.pop(0), before, rows)
        if groups:
            yield from self._decoded(groups, rows)

    def _rest_of(self, group: int, before: int, rows: int) -> Iterator[pa.RecordBatch]:
        """Decode a row group but for its first rows."""
        for batch in self._decoded([group], rows):
            if batch.num_rows > before:
                yield batch.slice(before)
            before = max(before - batch.num_rows, 0)

    def _decoded(self, groups: list[int], rows: int) -> Iterator[pa.RecordBatch]:
        found: Iterator[pa.RecordBatch] = self._file.iter_batches(
            rows,
            row_groups=groups,
            columns=self._columns,
            use_threads=self._threaded,
        )
        return found
