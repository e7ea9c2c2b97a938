"""Write PMTiles: an archive of tiles in one file, version 3 of its specification.

For pictures, which we draw ourselves; archives of features are written by the program
that cuts them, see :mod:`layers.tiles`. Equal tiles give equal bytes.
"""

import gzip
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, NamedTuple

from geo.types import BBox
from layers.pmtiles import GZIP, HEADER_BYTES, LAYOUT, MAGIC
from layers.writers import atomic_file

PNG = 2
"""Of the tile types that the specification lists."""
_PLAIN = 1
_ROOT_BYTES = 16_384 - HEADER_BYTES
"""A reader finds header and root directory in the first 16 KiB."""
_LEAF_ENTRIES = 4096
_E7 = 1e7


class Entry(NamedTuple):
    """Where the bytes of ``run`` tiles from ``tile_id`` on are."""

    tile_id: int
    run: int
    length: int
    offset: int


@dataclass(frozen=True)
class Contents:
    """What an archive says of its tiles.

    Parameters
    ----------
    bounds : BBox
        West, south, east, north, degrees.
    min_zoom, max_zoom : int
    metadata : mapping
        JSON that is left in it: ``name``, ``attribution`` and the like.
    tile_type : int
    """

    bounds: BBox
    min_zoom: int
    max_zoom: int
    metadata: Mapping[str, object]
    tile_type: int = PNG


@dataclass
class _Data:
    """The bytes of tiles, each content once."""

    stream: IO[bytes]
    entries: list[Entry] = field(default_factory=list)
    tiles: int = 0
    size: int = 0
    _known: dict[bytes, int] = field(default_factory=dict)

    def add(self, tile_id: int, content: bytes) -> None:
        digest = hashlib.sha256(content).digest()
        offset = self._known.setdefault(digest, self.size)
        if offset == self.size:
            self.stream.write(content)
            self.size += len(content)
        self.tiles += 1
        last = self.entries[-1] if self.entries else None
        if last and last.offset == offset and tile_id == last.tile_id + last.run:
            self.entries[-1] = last._replace(run=last.run + 1)
            return
        self.entries.append(Entry(tile_id, 1, len(content), offset))

    @property
    def contents(self) -> int:
        return len(self._known)


def write_archive(
    tiles: Iterable[tuple[int, bytes]], path: Path, contents: Contents
) -> int:
    """Write an archive.

    Parameters
    ----------
    tiles : iterable of tuple
        Tile number (:func:`layers.pmtiles.tile_id`), ascending, and what is stored.
    path : Path
        Replaced atomically; its folder must exist.
    contents : Contents

    Returns
    -------
    int
        How many tiles it has.

    Raises
    ------
    LayerWriteError
    """
    with tempfile.TemporaryFile() as stream, atomic_file(path) as temporary:
        data = _Data(stream)
        for number, content in tiles:
            data.add(number, content)
        root, leaves = directories(data.entries, _ROOT_BYTES)
        metadata = gzip.compress(
            json.dumps(contents.metadata, ensure_ascii=False, sort_keys=True).encode(),
            mtime=0,
        )
        lengths = (len(root), len(metadata), len(leaves), data.size)
        with temporary.open("wb") as out:
            out.write(_header(contents, data, lengths) + root + metadata + leaves)
            stream.seek(0)
            shutil.copyfileobj(stream, out)
    return data.tiles


def directories(entries: Sequence[Entry], root_bytes: int) -> tuple[bytes, bytes]:
    """Pack entries: the root directory, and leaf directories if it would be too long.

    Parameters
    ----------
    entries : sequence of Entry
        Ascending by tile number.
    root_bytes : int
        Most bytes of the root directory, packed.
    """
    root, leaves = pack_directory(entries), b""
    size = _LEAF_ENTRIES
    while len(root) > root_bytes:
        first: list[Entry] = []
        leaves = b""
        for start in range(0, len(entries), size):
            leaf = pack_directory(entries[start : start + size])
            first.append(Entry(entries[start].tile_id, 0, len(leaf), len(leaves)))
            leaves += leaf
        root, size = pack_directory(first), 2 * size
    return root, leaves


def pack_directory(entries: Sequence[Entry]) -> bytes:
    """Write a directory: columns of numbers, base 128, then gzip."""
    out = bytearray()
    _number(out, len(entries))
    before = 0
    for one in entries:
        _number(out, one.tile_id - before)
        before = one.tile_id
    for one in entries:
        _number(out, one.run)
    for one in entries:
        _number(out, one.length)
    end = -1
    for one in entries:
        # 0: right behind the one before.
        _number(out, 0 if one.offset == end else one.offset + 1)
        end = one.offset + one.length
    return gzip.compress(bytes(out), mtime=0)


def _number(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _header(
    contents: Contents, data: _Data, lengths: tuple[int, int, int, int]
) -> bytes:
    places = []
    offset = HEADER_BYTES
    for length in lengths:
        places += [offset, length]
        offset += length
    west, south, east, north = (round(one * _E7) for one in contents.bounds)
    return LAYOUT.pack(
        *(MAGIC[:7], MAGIC[7]),
        *places,
        *(data.tiles, len(data.entries), data.contents, True),
        *(GZIP, _PLAIN, contents.tile_type, contents.min_zoom, contents.max_zoom),
        *(west, south, east, north),
        *(contents.min_zoom, (west + east) // 2, (south + north) // 2),
    )
