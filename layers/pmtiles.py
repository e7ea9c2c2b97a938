"""Read PMTiles: an archive of tiles in one file, version 3 of its specification.

Directories are parsed once and kept, so that a tile is one binary search and one read.
``os.pread`` is used rather than a memory map: a map of a file that somebody cuts off
kills the whole process, a short read is an error like others.
"""

import gzip
import json
import os
import struct
import zlib
from bisect import bisect_right
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from layers.errors import LayerReadError
from layers.storage.files import ranged

HEADER_BYTES = 127
GZIP = 2
MVT = 1
DEEPEST_ZOOM = 31
DIRECTORIES_KEPT = 64
"""Leaf directories kept per archive; one covers some thousand tiles."""
MOST_DIRECTORY_BYTES = 64_000_000
"""No directory that we accept is larger when unpacked."""

MAGIC = b"PMTiles\x03"
LAYOUT = struct.Struct("<7s B 11Q ?BBBBB 4i B 2i")
_DEGREES = 1e-7


class Header(NamedTuple):
    """What an archive says of itself, offsets and lengths in bytes."""

    root_offset: int
    root_length: int
    metadata_offset: int
    metadata_length: int
    leaves_offset: int
    leaves_length: int
    data_offset: int
    data_length: int
    addressed_tiles: int
    tile_entries: int
    tile_contents: int
    clustered: bool
    internal_compression: int
    tile_compression: int
    tile_type: int
    min_zoom: int
    max_zoom: int
    west: float
    south: float
    east: float
    north: float

    @classmethod
    def parse(cls, block: bytes) -> "Header":
        """Read the first 127 bytes.

        Raises
        ------
        ValueError
            They are no header of version 3.
        """
        if len(block) < HEADER_BYTES or not block.startswith(MAGIC):
            msg = "no PMTiles of version 3"
            raise ValueError(msg)
        fields = LAYOUT.unpack_from(block)[2:]
        corners = (value * _DEGREES for value in fields[17:21])
        return cls(*fields[:17], *corners)


class Directory(NamedTuple):
    """Entries ascending by tile id, lists of equal length.

    A run of 0 means that the entry leads to a leaf directory.
    """

    ids: list[int]
    runs: list[int]
    lengths: list[int]
    offsets: list[int]


@dataclass(frozen=True)
class Place:
    """Where the bytes of a tile are in the file."""

    offset: int
    length: int


class Archive:
    """An open archive; safe to use from several threads.

    Parameters
    ----------
    path : Path
        A large one that is in a store only is read by ranges.

    Raises
    ------
    LayerReadError
        ``tiles_damaged``: no archive, or shorter than its header says.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._leaves: OrderedDict[int, Directory] = OrderedDict()
        self._lock = Lock()
        self._ranges = ranged(path)
        try:
            self._file = -1 if self._ranges else os.open(path, os.O_RDONLY)
        except OSError as error:
            raise self._damaged(error.strerror or "") from error
        try:
            self.header = self._whole_header()
            self._root = self._directory(
                self.header.root_offset, self.header.root_length
            )
        except (ValueError, struct.error, zlib.error, EOFError, OSError) as error:
            self.close()
            raise self._damaged(str(error)) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()

    def close(self) -> None:
        """Give the file back; the archive cannot be used afterwards."""
        file, self._file = getattr(self, "_file", -1), -1
        if file >= 0:
            os.close(file)

    @property
    def metadata(self) -> dict[str, Any]:
        """The JSON that whoever made the archive left in it.

        Raises
        ------
        LayerReadError
        """
        try:
            block = self._pread(
                self.header.metadata_offset, self.header.metadata_length
            )
            said = json.loads(self._unpacked(block))
        except (ValueError, zlib.error, EOFError, OSError) as error:
            raise self._damaged(str(error)) from error
        return said if isinstance(said, dict) else {}

    def tile(self, zoom: int, x: int, y: int) -> bytes | None:
        """Answer a tile as it is stored, mostly gzip; None where there is none.

        Raises
        ------
        LayerReadError
            ``tiles_damaged``.
        """
        if not self.header.min_zoom <= zoom <= self.header.max_zoom:
            return None
        try:
            place = self._place(tile_id(zoom, x, y))
            return None if place is None else self._pread(place.offset, place.length)
        except (ValueError, zlib.error, EOFError, OSError) as error:
            raise self._damaged(str(error)) from error

    def _place(self, wanted: int) -> Place | None:
        directory = self._root
        # The specification allows three levels of leaves below the root.
        for _ in range(4):
            at = bisect_right(directory.ids, wanted) - 1
            if at < 0:
                return None
            run, length = directory.runs[at], directory.lengths[at]
            if run == 0:
                directory = self._leaf(directory.offsets[at], length)
                continue
            if wanted - directory.ids[at] >= run:
                return None
            return Place(self.header.data_offset + directory.offsets[at], length)
        msg = "leaf directories too deep"
        raise ValueError(msg)

    def _leaf(self, offset: int, length: int) -> Directory:
        with self._lock:
            known = self._leaves.get(offset)
            if known is not None:
                self._leaves.move_to_end(offset)
                return known
        made = self._directory(self.header.leaves_offset + offset, length)
        with self._lock:
            self._leaves[offset] = made
            while len(self._leaves) > DIRECTORIES_KEPT:
                self._leaves.popitem(last=False)
        return made

    def _directory(self, offset: int, length: int) -> Directory:
        return parse_directory(self._unpacked(self._pread(offset, length)))

    def _unpacked(self, block: bytes) -> bytes:
        if self.header.internal_compression != GZIP:
            return block
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        plain = unpack.decompress(block, MOST_DIRECTORY_BYTES)
        if not unpack.eof:
            msg = "a directory is cut off or too large"
            raise ValueError(msg)
        return plain

    def _whole_header(self) -> Header:
        header = Header.parse(self._pread(0, HEADER_BYTES))
        size = self._ranges.size if self._ranges else os.fstat(self._file).st_size
        ends = (
            header.root_offset + header.root_length,
            header.metadata_offset + header.metadata_length,
            header.leaves_offset + header.leaves_length,
            header.data_offset + header.data_length,
        )
        if max(ends) > size:
            msg = f"{size} bytes, {max(ends)} expected"
            raise ValueError(msg)
        return header

    def _pread(self, offset: int, length: int) -> bytes:
        block = (
            self._ranges.read_at(offset, length)
            if self._ranges
            else os.pread(self._file, length, offset)
        )
        if len(block) != length:
            msg = f"{len(block)} of {length} bytes at {offset}"
            raise ValueError(msg)
        return block

    def _damaged(self, reason: str) -> LayerReadError:
        return LayerReadError("tiles_damaged", file=self.path.name, reason=reason)


def plain_tile(tile: bytes) -> bytes:
    """Unpack a tile that is stored with gzip; others stay as they are.

    Raises
    ------
    LayerReadError
        ``tiles_damaged``.
    """
    if not tile.startswith(b"\x1f\x8b"):
        return tile
    try:
        return gzip.decompress(tile)
    except (OSError, EOFError, zlib.error) as error:
        raise LayerReadError("tiles_damaged", file="-", reason=str(error)) from error


def tile_id(zoom: int, x: int, y: int) -> int:
    """Answer the number of a tile: all smaller zooms first, then along Hilbert's curve.

    Examples
    --------
    >>> [tile_id(0, 0, 0), tile_id(1, 0, 0), tile_id(1, 0, 1), tile_id(1, 1, 1)]
    [0, 1, 2, 3]
    """
    number = ((1 << (2 * zoom)) - 1) // 3
    for bit in range(zoom - 1, -1, -1):
        half = 1 << bit
        right, down = bool(x & half), bool(y & half)
        number += ((3 * right) ^ down) << (2 * bit)
        if not down:
            if right:
                x, y = ~x, ~y
            x, y = y, x
    return number


def parse_directory(block: bytes) -> Directory:
    """Read an unpacked directory.

    Raises
    ------
    ValueError
        It ends too early, or holds numbers that cannot be.
    """
    numbers = _varints(block)
    count = int(numbers[0]) if len(numbers) else -1
    if count < 0 or len(numbers) < 1 + 4 * count:
        msg = "a directory is cut off"
        raise ValueError(msg)
    ids, runs, lengths, marks = numbers[1 : 1 + 4 * count].reshape(4, count)
    offsets: list[int] = []
    # 0 means: right behind the one before.
    for index, mark in enumerate(marks.tolist()):
        if mark == 0 and index == 0:
            msg = "the first offset of a directory is missing"
            raise ValueError(msg)
        offsets.append(mark - 1 if mark else offsets[-1] + int(lengths[index - 1]))
    return Directory(np.cumsum(ids).tolist(), runs.tolist(), lengths.tolist(), offsets)


def _varints(block: bytes) -> NDArray[np.int64]:
    """Decode little-endian base-128 numbers, all at once."""
    data = np.frombuffer(block, dtype=np.uint8)
    last = np.flatnonzero(data < 0x80)
    if not len(last):
        return np.empty(0, dtype=np.int64)
    first = np.concatenate([[0], last[:-1] + 1])
    if int((last - first).max()) > 8:
        msg = "a number of a directory is too long"
        raise ValueError(msg)
    used = data[: last[-1] + 1]
    place = np.arange(len(used)) - np.repeat(first, last - first + 1)
    parts = (used & 0x7F).astype(np.int64) << (7 * place)
    return np.add.reduceat(parts, first)
