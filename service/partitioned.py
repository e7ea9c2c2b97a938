"""Long results, partition by partition: here in one go, or on workers with a ledger.

Both run the same function on a partition's rows and write its rows through the same
sink in the order of the partitions, so that the file has the same bytes.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import NamedTuple, Protocol

import pyarrow as pa

from layers.errors import PartsError
from layers.partitions import BATCH_ROWS, Batch, Partition, batches
from layers.parts import Parts
from layers.row_sink import RowSink
from service.cluster.engine import Engine
from service.cluster.errors import telling

Sums = dict[str, int]
"""Counts, and areas as whole numbers of :func:`geo.exact.exact_sum`."""

Progress = Callable[[int, int], None]
"""Told how many features of how many are done."""

SUFFIX = ".arrow"
SUMS_KEY = b"sums"


class Rows(NamedTuple):
    """Rows of a partition, all or some, and their sums."""

    part: Partition
    table: pa.Table
    sums: Sums


class RowWork(Protocol):
    """The work on any partitions of one run, ready in a process."""

    @property
    def schema(self) -> pa.Schema:
        """Of the rows."""

    def rows(self, batch: Batch) -> Iterator[Rows]:
        """Answer the rows of neighbouring partitions, one partition after the other.

        Rows are read and computed at once whoever's they are, 50,000 at most.
        """


class RowJob(Protocol):
    """A recipe that any process makes the work from; fit for :mod:`pickle`."""

    def ready(self) -> RowWork:
        """Make the work, or answer what this process made before."""

    def named(self, part: Partition) -> str:
        """Call a partition by its layer and rows, in both languages."""


class RowTaker(Protocol):
    """A file or a table that rows are appended to."""

    def write(self, table: pa.Table) -> None:
        """Append rows."""


def added(first: Sums, second: Sums) -> Sums:
    """Add what was counted."""
    return {key: first.get(key, 0) + second.get(key, 0) for key in {**first, **second}}


def written_here(
    work: RowWork, parts: Sequence[Partition], sink: RowTaker, progress: Progress
) -> Sums:
    """Do all partitions one after the other, and write their rows as they come."""
    sums: Sums = {}
    total = sum(part.rows for part in parts)
    for part in parts:
        for found in work.rows((part,)):
            sink.write(found.table)
            sums = added(sums, found.sums)
            progress(sums["features"], total)
    return sums


def written_by(
    engine: Engine,
    job: RowJob,
    parts: Sequence[Partition],
    ledger: Parts,
    sink: RowSink,
    progress: Progress,
    at_once: int = BATCH_ROWS,
) -> Sums:
    """Let workers do what the ledger lacks, and write the rows of all in order.

    ``at_once`` rows at most are done at once, unless a partition has more.

    Raises
    ------
    EcobarrierError
        As :meth:`Engine.run`, or ``layer_write_failed``; what is finished stays in the
        ledger.
    """
    finished = ledger.finished()
    missing = [part for part in parts if part.number not in finished]
    total = sum(part.rows for part in parts)
    done = total - sum(part.rows for part in missing)
    progress(done, total)
    merged = _Merged(ledger, sink, len(parts))
    # Workers are at home in other folders.
    work = Finish(job, ledger.folder.absolute())
    items = batches(missing, at_once)
    alone = replace(work, singly=True)
    with telling(lambda: _told(ledger, parts), ledger.folder.name):
        for place, _ in engine.run(work, items, work.named, alone):
            done += sum(part.rows for part in items[place])
            progress(done, total)
            merged.add_finished()
    merged.add_finished()
    return merged.sums


def _told(ledger: Parts, parts: Sequence[Partition]) -> dict[str, object]:
    return {"kept": f"{len(ledger.finished()):,} / {len(parts):,}"}


@dataclass(frozen=True)
class Finish:
    """Does a batch of partitions and keeps what each gave; runs on a worker.

    Parameters
    ----------
    job : RowJob
    folder : Path
        Of the ledger, seen under the same name everywhere.
    singly : bool
        One partition after the other, so that what kills the worker is the first that
        is not finished.
    """

    job: RowJob
    folder: Path
    singly: bool = False

    def __call__(self, batch: Batch) -> None:
        """Do what is not done yet: the worker before may have died halfway."""
        ledger = Parts(self.folder, SUFFIX)
        work = self.job.ready()
        left = [part for part in batch if not ledger.has(part.number)]
        at_once = 1 if self.singly else sum(part.rows for part in batch)
        for some in batches(left, at_once):
            with ledger.keeping() as keep:
                found = groupby(work.rows(some), attrgetter("part.number"))
                for number, rows in found:
                    with keep(number) as path:
                        write_part(path, work.schema, rows)

    def named(self, batch: Batch) -> str:
        """Name the first partition that is not finished."""
        ledger = Parts(self.folder, SUFFIX)
        left = (part for part in batch if not ledger.has(part.number))
        return self.job.named(next(left, batch[0]))


def write_part(path: Path, schema: pa.Schema, rows: Iterable[Rows]) -> None:
    """Write a partition's rows as they come, then its sums."""
    sums: Sums = {}
    with pa.ipc.new_file(path, schema) as writer:
        for found in rows:
            writer.write_table(found.table)
            sums = added(sums, found.sums)
        # Numbers of thousands of bits; only the last batch can know them.
        said = {SUMS_KEY: json.dumps({key: hex(sums[key]) for key in sums})}
        empty = pa.RecordBatch.from_arrays(
            [pa.array([], field.type) for field in schema], schema=schema
        )
        writer.write_batch(empty, custom_metadata=said)


def read_part(path: Path) -> tuple[list[pa.Table], Sums]:
    """Answer the rows of a partition, which stay in the file until used, and its sums.

    Raises
    ------
    PartsError
        ``parts_damaged``.
    """
    try:
        with pa.memory_map(str(path)) as source, pa.ipc.open_file(source) as reader:
            last = reader.num_record_batches - 1
            found = [
                pa.Table.from_batches([reader.get_batch(number)])
                for number in range(last)
            ]
            said = reader.get_batch_with_custom_metadata(last).custom_metadata
            kept = json.loads(said[SUMS_KEY])
        return found, {key: int(value, 16) for key, value in kept.items()}
    except (OSError, pa.ArrowException, ValueError, KeyError, TypeError) as error:
        raise PartsError(
            "parts_damaged", file=path.name, folder=path.parent.name
        ) from error


class _Merged:
    """Partitions written to the sink in their order, as soon as they are next."""

    def __init__(self, ledger: Parts, sink: RowSink, count: int) -> None:
        self._ledger, self._sink, self._count = ledger, sink, count
        self._next = 0
        self.sums: Sums = {}

    def add_finished(self) -> None:
        while self._next < self._count and self._ledger.has(self._next):
            found, some = read_part(self._ledger.path(self._next))
            for table in found:
                self._sink.write(table)
            self.sums = added(self.sums, some)
            self._next += 1
