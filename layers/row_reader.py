"""Rows of a Parquet file from any place on, where going on decodes nothing twice."""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


class RowReader:
    """Reads ranges of rows; a range that follows the last one is the cheapest.

    Row groups are decoded as a whole, so small consecutive ranges share one decoding.
    Memory is that of one batch and of the compressed columns of a row group.

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
        self._batch: pa.RecordBatch | None = None
        self._place = -1
        groups = range(file.metadata.num_row_groups)
        counts = [file.metadata.row_group(k).num_rows for k in groups]
        self._edges = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))

    def batches(self, start: int, stop: int) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Answer the rows ``[start, stop)`` with the place of each batch's first."""
        if start != self._place:
            self._go_to(start)
        while self._place < stop:
            batch = self._batch
            if batch is None:
                batch = next(self._coming)
            first, size = self._place, min(batch.num_rows, stop - self._place)
            self._place += size
            self._batch = batch.slice(size) if size < batch.num_rows else None
            yield first, batch.slice(0, size)

    def _go_to(self, start: int) -> None:
        groups = np.flatnonzero(self._edges[1:] > start).tolist()
        self._coming = iter(
            self._file.iter_batches(
                self._rows,
                row_groups=groups,
                columns=self._columns,
                use_threads=self._threaded,
            )
            if groups
            else ()
        )
        self._place, self._batch = start, None
        ahead = start - int(self._edges[groups[0]]) if groups else 0
        while ahead:
            batch = next(self._coming)
            if batch.num_rows > ahead:
                self._batch = batch.slice(ahead)
                return
            ahead -= batch.num_rows
