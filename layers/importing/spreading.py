"""Take the partitions of a layer in many processes, and put them together in order.

Each process reads, places, examines and repairs its rows by the function that a local
import calls (:func:`layers.importing.taking.take`), and writes what it gathered to a
file of the run's ledger (:mod:`layers.parts`). Those files are absorbed in the order of
the rows, as a local import absorbs its parts.

Ids must be unique over the whole layer, which no process sees. Each takes the ids of
its rows as they are. Where one of them turns out to be taken by earlier rows, that
partition is made again with the ids that were settled, so that faults and notes call
features by the names that a local import would give them.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import pandas as pd

from geo.errors import EcobarrierError
from layers import parts
from layers.errors import PartsError
from layers.files import content_sha256
from layers.importing import partition_file
from layers.importing.keeping import FeatureKeeper
from layers.importing.options import ImportOptions
from layers.importing.partitions import Plan, Rows, planned, read_rows
from layers.importing.region import Region
from layers.importing.taking import Course, Progress, take
from layers.importing.work import Work, renamed
from layers.writers import writing

SUFFIX = ".part"
FOLDER = "importing"
"""Of a workspace, beside ``layers``: finished partitions of imports that are not."""


class Run(Protocol):
    """Has work done on items, here or elsewhere; answers positions and results."""

    def __call__(
        self, work: Callable[[Any], Any], items: Sequence[Any]
    ) -> Iterator[tuple[int, Any]]:
        """Answer results as they come; see ``service.cluster.engine.Engine.run``."""


@dataclass(frozen=True)
class Item:
    """One partition, and all that is needed to take it.

    Parameters
    ----------
    rows : Rows
    course : Course
        What the first part decided.
    where : str
    options : ImportOptions
    ledger : Parts
    number : int
        Of the file in the ledger.
    settled : tuple of str or None
        What the rows are called, once that is known.
    """

    rows: Rows
    course: Course
    where: str
    options: ImportOptions
    ledger: parts.Parts
    number: int
    settled: tuple[str, ...] | None = None

    def __str__(self) -> str:
        return str(self.rows)


@dataclass(frozen=True)
class Done:
    """What a process says of a partition: the bytes it wrote, or why there are none.

    Parameters
    ----------
    bytes : int
    refusal : EcobarrierError or None
    own : list of list of str
        What the rows call themselves, as far as they were read when it was refused.
    """

    bytes: int
    refusal: EcobarrierError | None = None
    own: list[list[str]] = field(default_factory=list)


def taken(item: Item) -> Done:
    """Take one partition, in whatever process, and write what was gathered.

    A refusal is answered, not raised: rows before may be refused too, and come first.

    Raises
    ------
    LayerWriteError
    """
    where = item.where
    whole = Work(where, item.options, FeatureKeeper(where), rows=item.rows.before)
    try:
        for part in read_rows(item.rows, item.options):
            one = whole.of_part()
            one.own, one.settled = whole.own, item.settled
            take(part, item.course, one)
            whole.absorb(one)
    except EcobarrierError as error:
        return Done(0, error, whole.own)
    with item.ledger.writing(item.number) as path:
        size = partition_file.written(whole, path)
    return Done(size)


@contextmanager
def gathered(
    paths: list[Path],
    work: Work,
    region: Region,
    progress: Progress,
    run: Run,
    workspace: Path | None,
) -> Iterator[None]:
    """Take all partitions of some files; what was gathered may be used in the block.

    Parameters
    ----------
    paths : list of Path
        See :func:`layers.importing.partitions.can_be_cut`.
    work : Work
        Of the layer; empty.
    region : Region
    progress : callable
    run : Run
    workspace : Path or None
        Where finished partitions are kept until the block has ended well, and all
        processes see them; None keeps them in a temporary folder of this machine.

    Raises
    ------
    DecisionNeededError
    LayerReadError, GeoError
        The first in the order of the file, as a local import.
    PartsError, LayerWriteError
    """
    plan = planned(paths, work.options, work, region)
    with _ledger(paths, work, plan, workspace) as ledger:
        refusal = _take_all(_items(plan, work, ledger), work, progress, run)
        if refusal is not None:
            # It would be refused again, and again: nothing of it is of any use.
            _drop(ledger.folder)
            raise refusal
        if plan.refusal is not None:
            raise plan.refusal
        yield


def _drop(folder: Path) -> None:
    """Remove a folder that workers may still write to: by its name they cannot."""
    gone = folder.with_suffix(".gone")
    with writing(folder):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


def _items(plan: Plan, work: Work, ledger: parts.Parts) -> list[Item]:
    if plan.course is None:
        return []
    course = plan.course
    return [
        Item(rows, course, work.where, work.options, ledger, number)
        for number, rows in enumerate(plan.rows)
    ]


@contextmanager
def _ledger(
    paths: list[Path], work: Work, plan: Plan, workspace: Path | None
) -> Iterator[parts.Parts]:
    """Lend the ledger of this very import; those of others of the layer go with it."""
    about = {
        "software": version("ecobarrier"),
        "files": {str(path): content_sha256(path) for path in paths},
        "options": work.options.model_dump(mode="json"),
        "partitions": [str(rows) for rows in plan.rows],
    }
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode()).hexdigest()
    name = work.options.id
    with ExitStack() as kept:
        if workspace is None:
            prefix = "ecobarrier-"
            folder = Path(kept.enter_context(TemporaryDirectory(prefix=prefix)))
        else:
            folder = workspace / FOLDER / name
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        ledger = parts.opened(folder / digest[:12], about, SUFFIX)
        yield kept.enter_context(ledger)
    if workspace is not None:
        shutil.rmtree(folder, ignore_errors=True)


def _take_all(
    items: list[Item], work: Work, progress: Progress, run: Run
) -> EcobarrierError | None:
    """Have all done and taken in order; answer the first refusal, if there is one."""
    refused = _done(items, run, progress)
    again = _collided(items, refused)
    refused |= _done(list(again.values()), run, progress)
    for position, item in enumerate(items):
        made = again.get(position, item)
        reason = refused[made.number].refusal if made.number in refused else None
        if reason is not None:
            return reason
        work.absorb(partition_file.read(made.ledger.path(made.number), work))
    return None


def _done(items: list[Item], run: Run, progress: Progress) -> dict[int, Done]:
    """Have done what is not in the ledger; answer what was refused, by number.

    Once rows are refused and all before them are done, those after do not matter.
    """
    missing = [one for one in items if not one.ledger.has(one.number)]
    refused: dict[int, Done] = {}
    waiting = {one.number for one in missing}
    rows = sum(one.rows.stretch.rows for one in items if one.number not in waiting)
    for position, done in run(taken, missing):
        item = missing[position]
        waiting.discard(item.number)
        rows += item.rows.stretch.rows
        progress(rows)
        if done.refusal is not None:
            refused[item.number] = done
        else:
            _require_here(item, done)
        if refused and not any(number < min(refused) for number in waiting):
            break
    return refused


def _require_here(item: Item, done: Done) -> None:
    """Refuse a worker that writes to another folder of the same name."""
    path = item.ledger.path(item.number)
    if not path.is_file() or path.stat().st_size != done.bytes:
        raise PartsError("parts_not_shared", folder=str(path.parent), what=str(item))


def _collided(items: list[Item], refused: dict[int, Done]) -> dict[int, Item]:
    """Answer, by position, the partitions that must be made again with other ids."""
    again: dict[int, Item] = {}
    used: set[str] = set()
    for position, item in enumerate(items):
        done = refused.get(item.number)
        path = item.ledger.path(item.number)
        own = partition_file.own_ids(path) if done is None else done.own
        if not _all_new(own, used):
            names, alone = _names(own, used), _names(own, set())
            if names != alone:
                number = len(items) + position
                again[position] = replace(item, number=number, settled=names)
        if done is not None:
            break
    return again


def _all_new(own: list[list[str]], used: set[str]) -> bool:
    """Whether no id was used before, here or in earlier rows; if so they are now."""
    names = set(chain.from_iterable(own))
    if len(names) < sum(map(len, own)) or not used.isdisjoint(names):
        return False
    used |= names
    return True


def _names(own: list[list[str]], used: set[str]) -> tuple[str, ...]:
    """Answer what rows are called after those that have used some ids."""
    return tuple(name for ids in own for name in renamed(pd.Index(ids), used))
