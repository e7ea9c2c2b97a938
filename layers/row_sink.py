"""Rows of a long result written to a file, whose bytes do not depend on the pieces."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from layers.cells import guarded_table
from layers.errors import LayerWriteError
from layers.writers import atomic_file

GROUP_ROWS = 100_000
"""Rows of a Parquet row group, whatever the pieces in which they come."""

_WRITERS: dict[str, Callable[..., "pq.ParquetWriter | pyarrow.csv.CSVWriter"]] = {
    ".parquet": pq.ParquetWriter,
    ".csv": pyarrow.csv.CSVWriter,
}


class RowSink:
    """A file that rows are appended to.

    Parameters
    ----------
    path : Path
        ``.parquet`` or ``.csv``; in the latter, texts that a spreadsheet would compute
        are :func:`layers.cells.guarded`.
    schema : pyarrow.Schema
    """

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._schema = schema
        self._cells = path.suffix.lower() == ".csv"
        self._writer = _WRITERS[path.suffix.lower()](path, schema)
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def write(self, table: pa.Table) -> None:
        """Append rows; of a Parquet file, a row group whenever one is full."""
        self._waiting.append(table)
        self._rows += table.num_rows
        if self._rows >= GROUP_ROWS:
            whole = pa.concat_tables(self._waiting)
            full = self._rows // GROUP_ROWS * GROUP_ROWS
            for start in range(0, full, GROUP_ROWS):
                self._put(whole.slice(start, GROUP_ROWS))
            self._waiting, self._rows = [whole.slice(full)], self._rows - full

    def _put(self, group: pa.Table) -> None:
        # Borders of the pieces would show in the pages of the file.
        whole = group.combine_chunks()
        self._writer.write_table(guarded_table(whole) if self._cells else whole)

    def __enter__(self) -> "RowSink":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._writer:
            if kind is None and self._rows:
                self._put(pa.concat_tables(self._waiting))


def require_suffix(path: Path) -> None:
    """Refuse a file whose suffix names no format of rows.

    Raises
    ------
    LayerWriteError
        ``export_format_unknown``.
    """
    if path.suffix.lower() not in _WRITERS:
        known = ", ".join(_WRITERS)
        raise LayerWriteError("export_format_unknown", file=path.name, known=known)


@contextmanager
def row_sink(path: Path, schema: pa.Schema) -> Iterator[RowSink]:
    """Lend a sink; the file appears whole or not at all.

    Raises
    ------
    LayerWriteError
        An unknown suffix; the disk is full, the folder missing or not permitted.
    """
    require_suffix(path)
    with atomic_file(path) as temporary, RowSink(temporary, schema) as sink:
        yield sink
