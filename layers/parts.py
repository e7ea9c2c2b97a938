"""The ledger of a long run: which partitions are finished, and what they gave.

::

    RESULT.parquet.parts/      beside the result, until that is whole
        run.json               what the run is about; written first, never changed
        .lock                  held by the one process that leads the run
        000012.arrow           what partition 12 gave; appears whole or not at all

A run that is started again does only what is missing. Workers on other machines write
into the same folder; partitions are immutable, and one that is made twice has the same
content both times.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

from layers.errors import PartsError
from layers.run_folder import described, led
from layers.writers import flush_to_disk, writing

ABOUT = "run.json"

FLUSHES = 8
"""Files brought to disk at once: a file system commits what waits together."""

Keep = Callable[[int], AbstractContextManager[Path]]
"""Lends a path for the content of a partition."""


class Parts:
    """The folder of a run's finished partitions.

    Parameters
    ----------
    folder : Path
    suffix : str
        Of the files, such as ``.arrow``.
    """

    def __init__(self, folder: Path, suffix: str) -> None:
        self.folder, self._suffix = folder, suffix

    def path(self, number: int) -> Path:
        """Answer where a partition's file is, or will be."""
        return self.folder / f"{number:06d}{self._suffix}"

    def has(self, number: int) -> bool:
        """Whether a partition is finished."""
        return self.path(number).exists()

    def finished(self) -> set[int]:
        """Answer the numbers of all finished partitions."""
        names = (path.stem for path in self.folder.glob(f"*{self._suffix}"))
        return {int(name) for name in names if name.isdigit()}

    @contextmanager
    def keeping(self) -> Iterator[Keep]:
        """Lend paths for the content of partitions, written one after the other.

        Each is brought to disk aside while the next is written, and counts from then
        on; all do once the block has ended.

        Raises
        ------
        LayerWriteError
            The disk is full, the folder is not there or not permitted; what is
            finished stays.
        """
        waiting: list[Future[None]] = []
        with (
            self._room() as room,
            ThreadPoolExecutor(FLUSHES) as aside,
        ):

            @contextmanager
            def keep(number: int) -> Iterator[Path]:
                path = self.path(number)
                temporary = room / path.name
                with writing(path):
                    yield temporary
                waiting.append(aside.submit(_finish, temporary, path))

            yield keep
            for one in waiting:
                one.result()

    @contextmanager
    def writing(self, number: int) -> Iterator[Path]:
        """Lend a path for the content of one partition, as :meth:`keeping`."""
        with self.keeping() as keep, keep(number) as path:
            yield path

    @contextmanager
    def _room(self) -> Iterator[Path]:
        """Lend a folder for what is not finished, on the same file system."""
        with writing(self.folder):
            room = tempfile.TemporaryDirectory(prefix=".unfinished.", dir=self.folder)
        with room as name:
            yield Path(name)


def _finish(temporary: Path, path: Path) -> None:
    with writing(path):
        flush_to_disk(temporary)
        temporary.replace(path)


def folder_of(output: Path) -> Path:
    """Answer the folder of the parts of a result."""
    return output.with_name(f"{output.name}.parts")


@contextmanager
def opened(output: Path, about: Mapping[str, Any], suffix: str) -> Iterator[Parts]:
    """Open the ledger of a run, new or left by one that ended; drop it on success.

    Parameters
    ----------
    output : Path
        The result, whole after the block.
    about : mapping
        What the run is: inputs, versions, method, partitioning; fit for JSON. The same
        when it goes on.
    suffix : str
        Of the partitions' files.

    Raises
    ------
    PartsError
        ``parts_other_run``, ``parts_busy``.
    LayerWriteError
    """
    folder = folder_of(output)
    with writing(folder):
        folder.mkdir(exist_ok=True)
    with led(folder) as leads:
        if not leads:
            raise PartsError("parts_busy", folder=folder.name)
        _require_same(folder, about)
        for left in folder.glob(".*.*"):
            shutil.rmtree(left, ignore_errors=True)
        yield Parts(folder, suffix)
        shutil.rmtree(folder, ignore_errors=True)


def _require_same(folder: Path, about: Mapping[str, Any]) -> None:
    try:
        keys = described(folder / ABOUT, about).differing()
    except ValueError as error:
        raise PartsError("parts_damaged", file=ABOUT, folder=folder.name) from error
    if keys:
        raise PartsError("parts_other_run", folder=folder.name, what=", ".join(keys))
