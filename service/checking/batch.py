"""Many files of parcels against layers: a ledger, and a sheet for each that touches."""

from collections.abc import Callable, Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from layers.catalog import Catalog
from layers.checking.ledger import Ledger, Place, opened
from layers.checking.rules import Rules, rules_in_use
from layers.errors import CheckError
from layers.importing.region import Region
from layers.importing.sources import SourceFile, describe, suffixes
from service.checking.blocks import (
    BatchFile,
    Block,
    BlockMaker,
    Cutter,
    Sheets,
    columns,
    line,
    made_block,
)
from service.checking.check import METHOD, CheckOptions, options_of
from service.checking.prepared import Against, prepared
from service.identity import hashed
from service.models import Answer

CHUNK = 500
"""Parcels of one block of the ledger."""


class BatchReport(Answer):
    """What became of a batch."""

    result_id: str
    folder: str
    files: int
    parcels: int
    resumed_at: int
    """Parcels that an earlier process had done."""


Spread = Callable[[Cutter, BlockMaker, Ledger], Iterator[Block]]
"""Makes the blocks that a ledger lacks."""


def untold(_: int, __: int) -> None:
    """Tell nobody about progress."""


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
    spread: Spread | None = None,
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
    spread : callable, optional
        Makes the blocks elsewhere and answers them in order, see
        :mod:`service.checking.spread`; the bytes are the same.

    Raises
    ------
    CheckError
        The folder holds another batch, or another process works on it.
    EcobarrierError
        A layer cannot be read. A file that cannot is a line of the ledger.
    """
    chosen = options or CheckOptions()
    against = prepared(catalog, chosen.layers, rules or rules_in_use(catalog.workspace))
    files = files_in(paths)
    sources = [describe(path) for path in files]
    about = _about(sources, against, chosen, sheets, chunk)
    heading = "\ufeff" + line(columns(against))
    maker = BlockMaker(against, chosen, sheets)
    inputs = [
        BatchFile(number, path, source)
        for number, (path, source) in enumerate(zip(files, sources, strict=True))
    ]
    with opened(folder, about, heading) as ledger:
        resumed_at = ledger.place.parcels
        cut = Cutter(inputs, Region(catalog), chosen, chunk)
        made = (
            _here(cut, maker, ledger) if spread is None else spread(cut, maker, ledger)
        )
        for block in made:
            after = Place(*block.after, ledger.place.parcels + block.parcels)
            ledger.append(block.lines, after)
            progress(after.file, len(files))
        return BatchReport(
            result_id=str(about["result_id"]),
            folder=str(folder),
            files=len(files),
            parcels=ledger.place.parcels,
            resumed_at=resumed_at,
        )


def _here(cut: Cutter, maker: BlockMaker, ledger: Ledger) -> Iterator[Block]:
    """Make the blocks in this process, one after the other."""
    for parts in cut.blocks(ledger.place):
        yield made_block(maker, parts, ledger.sheets)


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
