"""One block of a batch: parcels in, lines of the ledger and sheets out.

Whoever makes a block, this process or a worker of a cluster, calls the same functions
on the same parcels; where blocks end does not show in their lines.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo.errors import EcobarrierError
from layers.cells import guarded
from layers.checking.ledger import Place
from layers.checking.parcels import ParcelFile, read_parcels
from layers.importing.region import Region
from layers.importing.sources import SourceFile
from service.checking.check import CheckOptions, CheckOutcome, report_of
from service.checking.measuring import measure, parcel_table
from service.checking.models import ParcelResult, SliverRow
from service.checking.prepared import Against
from service.checking.rows import Rows

PARCEL_COLUMNS = (
    "file",
    "id",
    "number",
    "name",
    "use",
    "crs",
    "area_m2",
    "area_ha",
    "area_mu",
    "banner",
    "finding",
    "sheet",
)
LAYER_COLUMNS = ("finding", "overlap_m2", "overlap_mu", "slivers_m2", "nearest_m")

WriteSheet = Callable[[CheckOutcome, Path], None]


@dataclass(frozen=True)
class Sheets:
    """How a sheet is written, and the suffix of its file.

    Parameters
    ----------
    suffix : str
    write : callable
        Fit for :mod:`pickle` where workers of a cluster write sheets.
    """

    suffix: str
    write: WriteSheet


@dataclass(frozen=True)
class BatchFile:
    """One of the files of a batch.

    Parameters
    ----------
    number : int
        Its place among them.
    path : Path
    source : SourceFile
    """

    number: int
    path: Path
    source: SourceFile


@dataclass(frozen=True)
class Part:
    """A file, or some parcels of one, and what comes after it.

    Parameters
    ----------
    number : int
        Place of the file.
    source : SourceFile
    parcels : ParcelFile or None
    error : EcobarrierError or None
        Why the file cannot be read.
    first : int
        Place of the first parcel in the file.
    after : tuple of int
        The file and the parcel in it that come next.
    """

    number: int
    source: SourceFile
    parcels: ParcelFile | None
    error: EcobarrierError | None
    first: int
    after: tuple[int, int]

    @property
    def size(self) -> int:
        """How many parcels."""
        return 0 if self.parcels is None else len(self.parcels.features)


def parts_of(
    file: BatchFile, row: int, chunk: int, region: Region, options: CheckOptions
) -> Iterator[Part]:
    """Read a file from a parcel on; a large one is cut where blocks end anyway."""
    number, source = file.number, file.source
    try:
        whole = read_parcels(file.path, region, options.reading)
    except EcobarrierError as error:
        yield Part(number, source, None, error, 0, (number + 1, 0))
        return
    size = len(whole.features)
    for first in range(row, size, chunk):
        last = min(first + chunk, size)
        after = (number, last) if last < size else (number + 1, 0)
        yield Part(number, source, whole.part(first, last), None, first, after)


def columns(against: Against) -> list[str]:
    """Answer the columns of the ledger."""
    of_layers = [
        f"{one.spec.id}_{name}" for one in against.layers for name in LAYER_COLUMNS
    ]
    return [*PARCEL_COLUMNS, *of_layers, "error"]


def line(values: Sequence[object]) -> str:
    """Write one line of the ledger; no text in it is a formula of a spreadsheet."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(map(guarded, values))
    return text.getvalue()


@dataclass(frozen=True)
class Block:
    """What became of a block.

    Parameters
    ----------
    lines : str
        Of the ledger.
    parcels : int
    after : tuple of int
        The file and the parcel in it that come next.
    """

    lines: str
    parcels: int
    after: tuple[int, int]


class Cutter:
    """Cuts files into blocks of parcels, one after the other.

    Parameters
    ----------
    files : sequence of BatchFile
    region : Region
    options : CheckOptions
    chunk : int
        Parcels of a block, about.
    """

    def __init__(
        self,
        files: Sequence[BatchFile],
        region: Region,
        options: CheckOptions,
        chunk: int,
    ) -> None:
        self.files, self.chunk = files, chunk
        self._region, self._options = region, options

    def blocks(self, start: Place) -> Iterator[list[Part]]:
        """Cut the files from a place on."""
        waiting: list[Part] = []
        room = self.chunk
        for file in self.files[start.file :]:
            for part in self.parts(file, start):
                waiting.append(part)
                room -= part.size or 1
                if room <= 0:
                    yield waiting
                    waiting, room = [], self.chunk
        if waiting:
            yield waiting

    def parts(self, file: BatchFile, start: Place) -> Iterator[Part]:
        """Read one file, from the parcel on that comes next if it is its turn."""
        row = start.row if file.number == start.file else 0
        return parts_of(file, row, self.chunk, self._region, self._options)


def made_block(maker: "BlockMaker", parts: Sequence[Part], folder: Path) -> Block:
    """Make a block, and write its sheets into a folder."""
    parcels = sum(one.size for one in parts)
    return Block(maker.lines(parts, folder), parcels, parts[-1].after)


@dataclass(frozen=True)
class BlockMaker:
    """Makes the lines and sheets of blocks.

    Parameters
    ----------
    against : Against
    options : CheckOptions
    sheets : Sheets or None
    """

    against: Against
    options: CheckOptions
    sheets: Sheets | None

    def lines(self, parts: Sequence[Part], folder: Path) -> str:
        """Measure one block and write its sheets into a folder; answer its lines."""
        good = [one for one in parts if one.parcels is not None]
        files = [one.parcels for one in good if one.parcels is not None]
        rows = iter(self._measured(files, good, folder)) if files else iter(())
        said: list[str] = []
        for part in parts:
            if part.error is not None:
                said.append(self._failed(part.source.name, part.error))
                continue
            said += [next(rows) for _ in range(part.size)]
        return "".join(said)

    def _measured(
        self, files: Sequence[ParcelFile], parts: Sequence[Part], folder: Path
    ) -> Iterator[str]:
        table = parcel_table(files, keep_ids=True)
        options = self.options
        measured = measure(
            table,
            self.against,
            options.sliver,
            options.parcel_accuracy_m,
            lambda _: None,
        )
        named = [(one.source.name, one.crs_name) for one in files]
        rows = Rows(measured, named, self.against)
        starts = np.searchsorted(table.file, np.arange(len(files)))
        for k in range(len(table.ids)):
            file = int(table.file[k])
            row, sheet = k - int(starts[file]), ""
            if self.sheets is not None and measured.touched[k]:
                parcel = rows.parcel(k)
                sheet = self._sheet(parts[file], row, parcel)
                report = self._report(files[file], row, parcel, rows.slivers(k))
                self.sheets.write(report, folder / sheet)
            yield line([*rows.line(k, sheet), ""])

    def _sheet(self, part: Part, row: int, parcel: ParcelResult) -> str:
        """Name the file of a sheet: the file of parcels, the place in it, the id."""
        assert self.sheets is not None
        stem = f"{part.number + 1:05d}-{part.first + row + 1:06d}"
        return f"{stem}-{_safe(parcel.id)}{self.sheets.suffix}"

    def _report(
        self,
        file: ParcelFile,
        row: int,
        parcel: ParcelResult,
        slivers: Sequence[SliverRow],
    ) -> CheckOutcome:
        one, against = file.part(row, row + 1), self.against
        report = report_of([one], against, self.options, (parcel,), slivers)
        return CheckOutcome(report, one.features, (one.source_geometry,), against)

    def _failed(self, file: str, error: EcobarrierError) -> str:
        width = len(columns(self.against))
        said = f"{error.text.zh} | {error.text.en}"
        return line([file, *[""] * (width - 2), " ".join(said.split())])


def _safe(name: str) -> str:
    """Keep of an id what every file system takes."""
    return re.sub(r"[^\w-]+", "_", name)[:60]
