"""The ledger of a batch: lines that only ever grow, and survive a kill at any instant.

::

    batch.json     what the batch is about; written first, never changed
    ledger.csv     one line per parcel
    journal.txt    one line per block: where the ledger ended, and what comes next
    sheets/        a report for each parcel that touches a layer
    .lock          held by the one process that works on it

A block of lines is appended and brought to disk, then the journal says so. What a
killed process wrote beyond the last whole line of the journal is cut off, and made
again.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from geo.messages import listed
from layers.errors import CheckError
from layers.run_folder import described, led
from layers.writers import writing

ABOUT, LEDGER, JOURNAL, SHEETS = "batch.json", "ledger.csv", "journal.txt", "sheets"


class Place(NamedTuple):
    """How far a batch is: the next file, the next parcel in it, and all done so far."""

    file: int
    row: int
    parcels: int


START = Place(0, 0, 0)


class Ledger:
    """An open ledger.

    Parameters
    ----------
    folder : Path
    place : Place
        Where to go on.
    size : int
        Bytes of the ledger that are valid.
    """

    def __init__(self, folder: Path, place: Place, size: int) -> None:
        self.folder, self.place = folder, place
        self._size = size

    @property
    def sheets(self) -> Path:
        """The folder of reports."""
        return self.folder / SHEETS

    def append(self, block: str, place: Place) -> None:
        """Add lines, and say what comes next.

        Raises
        ------
        LayerWriteError
        """
        with writing(self.folder / LEDGER):
            self._size += _appended(self.folder / LEDGER, block.encode())
        line = " ".join(map(str, (self._size, *place)))
        with writing(self.folder / JOURNAL):
            _appended(self.folder / JOURNAL, f"{line}\n".encode("ascii"))
        self.place = place


def _appended(path: Path, content: bytes) -> int:
    with path.open("ab", buffering=0) as stream:
        rest = memoryview(content)
        while rest:
            rest = rest[stream.write(rest) :]
        os.fsync(stream.fileno())
    return len(content)


@contextmanager
def opened(folder: Path, about: dict[str, Any], heading: str) -> Iterator[Ledger]:
    """Open the ledger of a batch, new or left by a process that ended.

    Parameters
    ----------
    folder : Path
        Made if it does not exist.
    about : dict
        What the batch is about, fit for JSON; the same when it goes on.
    heading : str
        First lines of the ledger.

    Raises
    ------
    CheckError
        ``batch_busy``: another process works on it; ``batch_differs``: the folder
        holds a batch about something else; ``batch_damaged``.
    LayerWriteError
    """
    with writing(folder):
        (folder / SHEETS).mkdir(parents=True, exist_ok=True)
    with led(folder) as leads:
        if not leads:
            raise CheckError("batch_busy", folder=folder.name)
        _same(folder, about)
        with writing(folder):
            yield _resumed(folder, heading)


def _same(folder: Path, about: dict[str, Any]) -> None:
    try:
        found = described(folder / ABOUT, about)
    except ValueError as error:
        raise CheckError("batch_damaged", file=ABOUT, folder=folder.name) from error
    if keys := found.differing():
        kept, wanted = found
        told = ", ".join(_told(kept.get(key), wanted.get(key), key) for key in keys)
        raise CheckError("batch_differs", folder=folder.name, what=told)


def _told(before: Any, after: Any, key: str) -> str:
    """Name what differs as narrowly as can be."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = {**before, **after}
        other = [str(one) for one in names if before.get(one) != after.get(one)]
        return f"{key}: {listed(other)}"
    return key


def _resumed(folder: Path, heading: str) -> Ledger:
    for left in (folder / SHEETS).glob(".*"):
        shutil.rmtree(left, ignore_errors=True)
    whole, lines = _journal(folder / JOURNAL)
    ledger = folder / LEDGER
    if not lines:
        ledger.write_bytes(b"")
        (folder / JOURNAL).write_bytes(b"")
        started = Ledger(folder, START, 0)
        started.append(heading, START)
        return started
    size, *place = lines[-1]
    if not ledger.exists() or ledger.stat().st_size < size:
        raise CheckError("batch_damaged", file=LEDGER, folder=folder.name)
    os.truncate(ledger, size)
    os.truncate(folder / JOURNAL, whole)
    return Ledger(folder, Place(*place), size)


def _journal(path: Path) -> tuple[int, list[tuple[int, ...]]]:
    """Answer the bytes of whole lines, and the lines."""
    content = path.read_bytes() if path.exists() else b""
    whole = content.rfind(b"\n") + 1
    try:
        lines = [tuple(map(int, line.split())) for line in content[:whole].splitlines()]
    except ValueError as error:
        raise CheckError(
            "batch_damaged", file=JOURNAL, folder=path.parent.name
        ) from error
    if any(len(line) != 1 + len(START) for line in lines):
        raise CheckError("batch_damaged", file=JOURNAL, folder=path.parent.name)
    return whole, lines
