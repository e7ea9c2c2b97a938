"""Many files of parcels against layers: a ledger, and a sheet for each that touches."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from geo.errors import EcobarrierError
from layers.catalog import Catalog
from layers.checking.ledger import Ledger, Place, opened
from layers.checking.parcels import ParcelFile, read_parcels
from layers.checking.rules import Rules, read_rules
from layers.errors import CheckError
from layers.importing.region import Region
from layers.importing.sources import SourceFile, describe, suffixes
from service.checking.check import (
    METHOD,
    CheckOptions,
    CheckOutcome,
    options_of,
    report_of,
)
from service.checking.measuring import measure, parcel_table
from service.checking.models import ParcelResult, SliverRow
from service.checking.prepared import Against, prepared
from service.checking.rows import Rows
from service.identity import hashed
from service.models import Answer

CHUNK = 500
"""Parcels of one block of the ledger."""

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


class BatchReport(Answer):
    """What became of a batch."""

    result_id: str
    folder: str
    files: int
    parcels: int
    resumed_at: int
    """Parcels that an earlier process had done."""


def untold(_: int, __: int) -> None:
    """Tell nobody about progress."""


@dataclass(frozen=True)
class Sheets:
    """How a sheet is written, and the suffix of its file."""

    suffix: str
    write: WriteSheet


@dataclass(frozen=True)
class _Part:
    """A file, or some parcels of one, and what comes after it."""

    number: int
    source: SourceFile
    parcels: ParcelFile | None
    error: EcobarrierError | None
    first: int
    after: tuple[int, int]


def files_in(paths: Sequence[Path]) -> list[Path]:
    """Answer files, and those of folders that can be read, by name.

    Raises
    ------
    CheckError
        ``batch_no_files``.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir() and path.suffix.lower() != ".gdb":
            inside = sorted(path.rglob("*"), key=lambda one: one.as_posix())
            found += [one for one in inside if one.suffix.lower() in suffixes()]
        else:
            found.append(path)
    if not found:
        raise CheckError("batch_no_files", folder=", ".join(map(str, paths)))
    return found


def check_batch(
    catalog: Catalog,
    paths: Sequence[Path],
    folder: Path,
    options: CheckOptions | None = None,
    rules: Rules | None = None,
    *,
    sheets: Sheets | None = None,
    chunk: int = CHUNK,
    progress: Callable[[int, int], None] = untold,
) -> BatchReport:
    """Check many files of parcels; go on where an earlier process ended.

    Parameters
    ----------
    catalog : Catalog
    paths : sequence of Path
        Files and folders.
    folder : Path
        Of the ledger.
    options : CheckOptions, optional
    rules : Rules, optional
    sheets : Sheets, optional
        Written for each parcel that touches a layer; none if not given.
    chunk : int
        Parcels per block.
    progress : callable
        Told files done and all files.

    Raises
    ------
    CheckError
        The folder holds another batch, or another process works on it.
    EcobarrierError
        A layer cannot be read. A file that cannot is a line of the ledger.
    """
    chosen = options or CheckOptions()
    against = prepared(catalog, chosen.layers, rules or read_rules())
    files = files_in(paths)
    sources = [describe(path) for path in files]
    about = _about(sources, against, chosen, sheets, chunk)
    heading = "\ufeff" + _line(_columns(against))
    batch = _Batch(catalog, files, sources, against, chosen, sheets, chunk)
    with opened(folder, about, heading) as ledger:
        resumed_at = ledger.place.parcels
        for parts in batch.blocks(ledger.place):
            after = Place(*parts[-1].after, ledger.place.parcels + _count(parts))
            ledger.append(batch.lines(parts, ledger), after)
            progress(after.file, len(files))
        return BatchReport(
            result_id=str(about["result_id"]),
            folder=str(folder),
            files=len(files),
            parcels=ledger.place.parcels,
            resumed_at=resumed_at,
        )


def _count(parts: Sequence[_Part]) -> int:
    return sum(0 if one.parcels is None else len(one.parcels.features) for one in parts)


def _about(
    sources: Sequence[SourceFile],
    against: Against,
    options: CheckOptions,
    sheets: Sheets | None,
    chunk: int,
) -> dict[str, object]:
    layers = tuple(one.used for one in against.layers)
    banners = against.banners
    names = [f"{k}:{one.name}" for k, one in enumerate(sources)]
    facts: dict[str, object] = {
        "software": version("ecobarrier"),
        "method": METHOD,
        "files": dict(zip(names, (one.sha256 for one in sources), strict=True)),
        "layers": {one.id: one.sha256 for one in layers},
        "banners": None if banners is None else banners.used.sha256,
        "rules": against.rules.sha256,
        "options": options_of(options, layers).model_dump(mode="json"),
    }
    return {
        "result_id": hashed(facts),
        **facts,
        "chunk": chunk,
        "sheets": None if sheets is None else sheets.suffix,
    }


def _columns(against: Against) -> list[str]:
    of_layers = [
        f"{one.spec.id}_{name}" for one in against.layers for name in LAYER_COLUMNS
    ]
    return [*PARCEL_COLUMNS, *of_layers, "error"]


def _line(values: Sequence[object]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow(values)
    return text.getvalue()


class _Batch:
    """The blocks of a batch, one after the other."""

    def __init__(
        self,
        catalog: Catalog,
        files: Sequence[Path],
        sources: Sequence[SourceFile],
        against: Against,
        options: CheckOptions,
        sheets: Sheets | None,
        chunk: int,
    ) -> None:
        self._files, self._sources, self._chunk = files, sources, chunk
        self._against, self._options, self._sheets = against, options, sheets
        self._region = Region(catalog)

    def blocks(self, start: Place) -> Iterator[list[_Part]]:
        """Cut the files from a place on into blocks of about ``chunk`` parcels."""
        waiting: list[_Part] = []
        room = self._chunk
        for number in range(start.file, len(self._files)):
            row = start.row if number == start.file else 0
            for part in self._parts(number, row):
                waiting.append(part)
                room -= _count([part]) or 1
                if room <= 0:
                    yield waiting
                    waiting, room = [], self._chunk
        if waiting:
            yield waiting

    def _parts(self, number: int, row: int) -> Iterator[_Part]:
        """Read a file; a large one is cut where blocks end anyway."""
        source = self._sources[number]
        try:
            whole = read_parcels(
                self._files[number], self._region, self._options.reading
            )
        except EcobarrierError as error:
            yield _Part(number, source, None, error, 0, (number + 1, 0))
            return
        size = len(whole.features)
        for first in range(row, size, self._chunk):
            last = min(first + self._chunk, size)
            after = (number, last) if last < size else (number + 1, 0)
            part = whole.part(first, last)
            yield _Part(number, source, part, None, first, after)

    def lines(self, parts: Sequence[_Part], ledger: Ledger) -> str:
        """Measure one block and write its sheets; answer its lines."""
        good = [one for one in parts if one.parcels is not None]
        files = [one.parcels for one in good if one.parcels is not None]
        rows = iter(self._measured(files, good, ledger)) if files else iter(())
        said: list[str] = []
        for part in parts:
            if part.error is not None:
                said.append(self._failed(part.source.name, part.error))
                continue
            said += [next(rows) for _ in range(_count([part]))]
        return "".join(said)

    def _measured(
        self, files: Sequence[ParcelFile], parts: Sequence[_Part], ledger: Ledger
    ) -> Iterator[str]:
        table = parcel_table(files, keep_ids=True)
        options = self._options
        measured = measure(
            table,
            self._against,
            options.sliver,
            options.parcel_accuracy_m,
            lambda _: None,
        )
        named = [(one.source.name, one.crs_name) for one in files]
        rows = Rows(measured, named, self._against)
        starts = np.searchsorted(table.file, np.arange(len(files)))
        for k in range(len(table.ids)):
            file = int(table.file[k])
            row, sheet = k - int(starts[file]), ""
            if self._sheets is not None and measured.touched[k]:
                parcel = rows.parcel(k)
                sheet = self._sheet(parts[file], row, parcel)
                report = self._report(files[file], row, parcel, rows.slivers(k))
                self._sheets.write(report, ledger.sheets / sheet)
            yield _line([*rows.line(k, sheet), ""])

    def _sheet(self, part: _Part, row: int, parcel: ParcelResult) -> str:
        """Name the file of a sheet: the file of parcels, the place in it, the id."""
        assert self._sheets is not None
        stem = f"{part.number + 1:05d}-{part.first + row + 1:06d}"
        return f"{stem}-{_safe(parcel.id)}{self._sheets.suffix}"

    def _report(
        self,
        file: ParcelFile,
        row: int,
        parcel: ParcelResult,
        slivers: Sequence[SliverRow],
    ) -> CheckOutcome:
        one, against = file.part(row, row + 1), self._against
        report = report_of([one], against, self._options, (parcel,), slivers)
        return CheckOutcome(report, one.features, (one.source_geometry,), against)

    def _failed(self, file: str, error: EcobarrierError) -> str:
        width = len(_columns(self._against))
        said = f"{error.text.zh} | {error.text.en}"
        return _line([file, *[""] * (width - 2), " ".join(said.split())])


def _safe(name: str) -> str:
    """Keep of an id what every file system takes."""
    return re.sub(r"[^\w-]+", "_", name)[:60]
