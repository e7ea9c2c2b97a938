"""Any ranges of rows, in any order, are what slicing the whole gives."""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layers.row_reader import RowReader

ROWS = 100
RANGES = st.lists(st.tuples(st.integers(0, ROWS), st.integers(0, ROWS)), max_size=6)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    pq.write_table(pa.table({"row": range(ROWS)}), path, row_group_size=17)
    return path


@settings(max_examples=60)
@given(ranges=RANGES, rows=st.integers(1, 40))
def test_ranges(file: Path, ranges: list[tuple[int, int]], rows: int) -> None:
    reader = RowReader(pq.ParquetFile(file), ["row"], rows, threaded=False)
    for start, stop in ranges:
        found = list(reader.batches(start, stop))
        got = [row for _, batch in found for row in batch.column(0).to_pylist()]
        assert got == list(range(start, stop))
        assert [first for first, _ in found] == [
            batch.column(0)[0].as_py() for _, batch in found
        ]
        assert all(0 < batch.num_rows <= rows for _, batch in found)


def test_consecutive_ranges_decode_nothing_twice(file: Path) -> None:
    reader = RowReader(pq.ParquetFile(file), ["row"], 50, threaded=False)
    list(reader.batches(0, 5))
    # What follows comes from the decoding that went before.
    file.write_bytes(b"")
    (only,) = reader.batches(5, 10)
    assert only[1].column(0).to_pylist() == [5, 6, 7, 8, 9]
