"""Partitions cover every row once; batches keep them together only where they touch."""

from hypothesis import given
from hypothesis import strategies as st

from layers.partitions import (
    PARTITION_ROWS,
    Partition,
    batches,
    partitions,
    pieces,
    rows_at_once,
)


@given(st.integers(0, 500), st.none() | st.integers(1, 600))
def test_every_row_is_in_one_partition(rows: int, wanted: int | None) -> None:
    parts = partitions(rows, wanted)
    covered = [row for part in parts for row in range(part.start, part.stop)]
    assert covered == list(range(rows))
    assert [part.number for part in parts] == list(range(len(parts)))
    assert len({part.rows for part in parts[:-1]}) <= 1
    assert all(part.rows for part in parts)
    assert wanted is None or len(parts) <= wanted


def test_partitions_by_size() -> None:
    parts = partitions(2 * PARTITION_ROWS + 1)
    assert [part.rows for part in parts] == [PARTITION_ROWS, PARTITION_ROWS, 1]


@given(st.sets(st.integers(0, 40)), st.integers(1, 60))
def test_batches_of_what_is_missing(missing: set[int], at_once: int) -> None:
    parts = [Partition(k, 7 * k, 7 * k + 7) for k in sorted(missing)]
    found = batches(parts, at_once)
    assert [part for batch in found for part in batch] == parts
    for batch in found:
        assert sum(part.rows for part in batch) <= max(at_once, 7)
        assert batch[-1].number - batch[0].number == len(batch) - 1


@given(st.integers(1, 200), st.integers(1, 60), st.integers(1, 50))
def test_rows_read_in_chunks_are_those_of_their_partitions(
    rows: int, wanted: int, chunk: int
) -> None:
    batch = tuple(partitions(rows, wanted))[1:] or tuple(partitions(rows, 1))
    got: dict[int, list[int]] = {part.number: [] for part in batch}
    for first in range(batch[0].start, batch[-1].stop, chunk):
        size = min(chunk, batch[-1].stop - first)
        found = list(pieces(batch, first, size))
        assert sum(some.stop - some.start for _, some in found) == size
        for part, some in found:
            got[part.number] += range(first + some.start, first + some.stop)
    assert got == {part.number: [*range(part.start, part.stop)] for part in batch}


def test_rows_at_once_are_fewer_of_large_features() -> None:
    assert rows_at_once(10, 0) == 50_000
    assert rows_at_once(1_000_000, 1_000_000_000) == 50_000
    assert rows_at_once(1_000_000, 12_800_000_000) == 10_000
    assert rows_at_once(2, 10**12) == 1
