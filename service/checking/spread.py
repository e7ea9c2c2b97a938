"""Blocks of a batch made by the workers of a cluster, answered in their order.

A block is a partition. Small files are read by whoever measures their parcels: where a
project is thousands of files, reading them takes longest. A large file is read once, by
the client, which sends the parcels of each block: were it read by the workers, each
would read all of it for every block, for most formats cannot be read from the middle.

Blocks go out in windows. Those that are done early wait until those before them are in
the ledger, at most a window of them; what a process that dies had not brought to the
ledger is made again. Sheets come back with the lines, so workers need not see the
folder of the batch; they must see the files of parcels, the seeds and the workspace.

Each worker loads and indexes the layers once and keeps them for the blocks that follow.
It refuses where its layers are not the client's, file by file (their hashes).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from layers.checking.ledger import Ledger, Place
from layers.checking.rules import Rules
from layers.errors import CheckError
from layers.importing.region import Region
from layers.reading import ReadingCatalog
from layers.writers import write_bytes
from service.checking.blocks import (
    BatchFile,
    Block,
    BlockMaker,
    Cutter,
    Part,
    Sheets,
    made_block,
    parts_of,
)
from service.checking.check import CheckOptions
from service.checking.prepared import Against, prepared
from service.cluster.engine import Engine
from service.cluster.errors import telling

SMALL_BYTES = 1_000_000
"""Files up to this size are read by the workers, together no more than that a block."""
WINDOW = 16
"""Blocks of a window for each worker."""
GROUNDS = 2
"""Sets of prepared layers that a worker keeps."""

Work = TypeVar("Work")
Done = TypeVar("Done")
Versions = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Ground:
    """What parcels are checked against, as each worker finds it by itself.

    Parameters
    ----------
    seeds : Path
    workspace : Path or None
    layers : tuple of str
        As chosen.
    versions : tuple
        Ids and hashes of the layers, the banners and the rules.
    rules : Rules
    """

    seeds: Path
    workspace: Path | None
    layers: tuple[str, ...]
    versions: Versions
    rules: Rules = field(compare=False, repr=False)


@dataclass(frozen=True)
class Unread:
    """A file that whoever makes the block reads, from a parcel on."""

    file: BatchFile
    row: int


@dataclass(frozen=True)
class Item:
    """One block, and all that is needed to make it."""

    parts: tuple[Part | Unread, ...]
    ground: Ground
    options: CheckOptions
    sheets: Sheets | None
    chunk: int

    def __str__(self) -> str:
        names = [
            one.file.source.name if isinstance(one, Unread) else one.source.name
            for one in (self.parts[0], self.parts[-1])
        ]
        return " – ".join(dict.fromkeys(names))


@dataclass(frozen=True)
class Made:
    """A block with the content of its sheets by name."""

    block: Block
    sheets: tuple[tuple[str, bytes], ...]


def versions_of(against: Against) -> Versions:
    """Answer what a result depends on: layers, banners and rules, with hashes."""
    banners = () if against.banners is None else (against.banners,)
    layers = [(one.used.id, one.used.sha256) for one in (*against.layers, *banners)]
    return (*layers, ("rules", against.rules.sha256))


@lru_cache(maxsize=GROUNDS)
def _prepared(ground: Ground) -> tuple[Region, Against]:
    catalog = ReadingCatalog.open(ground.seeds, ground.workspace)
    against = prepared(catalog, ground.layers, ground.rules)
    found = versions_of(against)
    if found != ground.versions:
        other = dict(found).items() ^ dict(ground.versions).items()
        names = ", ".join(dict.fromkeys(name for name, _ in sorted(other)))
        raise CheckError("check_layers_elsewhere", layers=names)
    return Region(catalog), against


def made(item: Item) -> Made:
    """Make one block, in whatever process.

    Raises
    ------
    EcobarrierError
        A layer cannot be read, or is another than the client's. A file of parcels that
        cannot be read is a line.
    """
    region, against = _prepared(item.ground)
    parts: list[Part] = []
    for one in item.parts:
        if isinstance(one, Unread):
            parts += parts_of(one.file, one.row, item.chunk, region, item.options)
        else:
            parts.append(one)
    maker = BlockMaker(against, item.options, item.sheets)
    with TemporaryDirectory(prefix="ecobarrier-") as folder:
        block = made_block(maker, parts, Path(folder))
        written = sorted(Path(folder).iterdir())
        return Made(block, tuple((one.name, one.read_bytes()) for one in written))


def spread_over(
    engine: Engine, seeds: Path, workspace: Path | None
) -> Callable[[Cutter, BlockMaker, Ledger], Iterator[Block]]:
    """Answer what makes the blocks of a batch by an engine.

    Parameters
    ----------
    engine : Engine
    seeds, workspace : Path
        Of the catalogue that the batch is checked against.
    """

    def blocks(cut: Cutter, maker: BlockMaker, ledger: Ledger) -> Iterator[Block]:
        against, options = maker.against, maker.options
        place = (seeds.absolute(), workspace and workspace.absolute())
        versions = versions_of(against)
        ground = Ground(*place, options.layers, versions, against.rules)
        items = (
            Item(tuple(parts), ground, options, maker.sheets, cut.chunk)
            for parts in _cut(cut, ledger.place)
        )
        told = partial(_told, ledger, len(cut.files))
        with telling(told, ledger.folder.name, "parcels"):
            while window := list(islice(items, WINDOW * engine.workers)):
                for one in in_order(engine, made, window):
                    for name, content in one.sheets:
                        write_bytes(content, ledger.sheets / name)
                    yield one.block

    return blocks


def _told(ledger: Ledger, files: int) -> dict[str, object]:
    place = ledger.place
    return {"kept": f"{place.parcels:,}", "files": f"{place.file:,} / {files:,}"}


def in_order(
    engine: Engine, work: Callable[[Work], Done], items: Sequence[Work]
) -> Iterator[Done]:
    """Answer results in the order of their items; those that are early wait."""
    waiting: dict[int, Done] = {}
    turn = 0
    for position, result in engine.run(work, items):
        waiting[position] = result
        while turn in waiting:
            yield waiting.pop(turn)
            turn += 1


def _cut(cut: Cutter, start: Place) -> Iterator[list[Part | Unread]]:
    """Cut files into blocks; small ones stay unread."""
    waiting: list[Part | Unread] = []
    room, weight = cut.chunk, SMALL_BYTES
    for file in cut.files[start.file :]:
        for part, parcels, size in _pieces(cut, file, start):
            if waiting and (room < parcels or weight < size):
                yield waiting
                waiting, room, weight = [], cut.chunk, SMALL_BYTES
            waiting.append(part)
            room, weight = room - parcels, weight - size
    if waiting:
        yield waiting


def _pieces(
    cut: Cutter, file: BatchFile, start: Place
) -> Iterator[tuple[Part | Unread, int, int]]:
    """Answer parts of a file with the parcels known of, one at least, and the bytes."""
    size = file.source.bytes
    if file.path.is_file() and size <= SMALL_BYTES:
        yield Unread(file, start.row if file.number == start.file else 0), 1, size
        return
    for part in cut.parts(file, start):
        yield part, part.size or 1, 0
