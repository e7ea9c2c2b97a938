"""The files of one import, opened by what they are, as a stream of tables."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from geo.messages import listed
from layers.errors import LayerReadError
from layers.importing.options import ImportOptions
from layers.models import Model
from layers.readers import FORMATS, read_vector
from layers.readers.guard import Format, reading, require_file
from layers.readers.parcels_txt import PARCELS, is_parcel_text, read_parcels
from layers.readers.table import Table

Read = Callable[[Path, ImportOptions], Iterator[Table]]


class SourceFile(Model):
    """One file that was imported."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True)
class Source:
    """What is to be imported.

    Parameters
    ----------
    where : str
        Names it in messages.
    files : tuple of SourceFile
    tables : iterator of Table
        Its features, a part at a time; the parts have the same columns and CRS.
    """

    where: str
    files: tuple[SourceFile, ...]
    tables: Iterator[Table]


def _plain(path: Path, options: ImportOptions) -> Iterator[Table]:
    yield read_vector(path, part=options.part, encoding=options.encoding)


def _text(path: Path, options: ImportOptions) -> Iterator[Table]:
    require_file(path, PARCELS)
    with reading(path, PARCELS.name), path.open("rb") as stream:
        start = stream.read(4096)
    if is_parcel_text(start) or path.suffix.lower() == ".txt":
        yield read_parcels(path, encoding=options.encoding)


READERS: dict[str, Read] = {".txt": _text}
"""Readers of formats that only an import reads, by suffix."""


def suffixes() -> tuple[str, ...]:
    """Answer the suffixes that can be imported."""
    own = [one for form in FORMATS if form.kind == "vector" for one in form.suffixes]
    return tuple(dict.fromkeys([*own, *READERS]))


def open_source(paths: list[Path], options: ImportOptions) -> Source:
    """Look at the files and read the first of their features.

    Raises
    ------
    LayerReadError
    """
    for path in paths:
        _require_known(path)
    where = listed([path.name for path in paths])
    files = tuple(map(describe, paths))
    return Source(where, files, _tables(paths, options))


def describe(path: Path) -> SourceFile:
    """Answer name, size and SHA-256 of a file; of a folder those of its files."""
    whole = hashlib.sha256()
    size = 0
    with reading(path, path.suffix):
        inside = sorted(path.rglob("*")) if path.is_dir() else [path]
        for one in inside:
            if one.is_file():
                with one.open("rb") as stream:
                    whole.update(hashlib.file_digest(stream, "sha256").digest())
                size += one.stat().st_size
    return SourceFile(name=path.name, bytes=size, sha256=whole.hexdigest())


def _require_known(path: Path) -> None:
    if path.suffix.lower() in suffixes():
        return
    require_file(path, Format(path.suffix or "-", "vector", ()))
    known = ", ".join(suffixes())
    raise LayerReadError("layer_format_unknown", file=path.name, known=known)


def _tables(paths: list[Path], options: ImportOptions) -> Iterator[Table]:
    for path in paths:
        yield from READERS.get(path.suffix.lower(), _plain)(path, options)
