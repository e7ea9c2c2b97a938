"""A file of a store read by ranges, as if it were a local one."""

import io
import threading
from collections import OrderedDict
from collections.abc import Iterator
from itertools import pairwise

from layers.errors import StoreKeyError
from layers.storage.store import Store

BLOCK_BYTES = 64 * 1024
"""Reads are widened to whole blocks: programs ask for headers in many small pieces."""
BLOCKS_KEPT = 256
LARGEST_KEPT = 64
"""Longer runs of blocks are handed on without being kept: they are read once."""


class RangeFile(io.RawIOBase):
    """A file of a store, opened for reading; only what is read is fetched.

    Parameters
    ----------
    store : Store
    key : str

    Raises
    ------
    StoreKeyError
        No such file.
    StoreConflictError
        Later: the file was replaced while it was open.

    Notes
    -----
    Neighbouring blocks that are missing are asked for in one request, and some of
    the blocks read last are kept. Safe to hand to another thread; two threads at once
    share its position, as with every file.
    """

    def __init__(self, store: Store, key: str) -> None:
        super().__init__()
        head = store.head(key)
        if head is None:
            raise StoreKeyError("store_key_missing", url=store.url, key=key)
        self._store, self._key, self._head = store, key, head
        self._position = 0
        self._blocks: OrderedDict[int, bytes] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self._head.size

    @property
    def modified(self) -> float:
        """When it was written, POSIX seconds."""
        return self._head.modified

    @property
    def name(self) -> str:
        """Its key, which some libraries show in messages."""
        return self._key

    def readable(self) -> bool:
        """Say so."""
        return True

    def seekable(self) -> bool:
        """Say so."""
        return True

    def tell(self) -> int:
        """Answer the position, in bytes."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a position; it may lie behind the end."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}
        position = start[whence] + offset
        if position < 0:
            msg = f"negative position {position}"
            raise ValueError(msg)
        self._position = position
        return position

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Fill a buffer as far as the file goes."""
        view = memoryview(buffer).cast("B")
        found = self.read_at(self._position, len(view))
        view[: len(found)] = found
        self._position += len(found)
        return len(found)

    def read(self, size: int | None = -1) -> bytes:
        """Answer the next bytes; all that are left without a number."""
        wanted = self.size if size is None or size < 0 else size
        found = self.read_at(self._position, wanted)
        self._position += len(found)
        return found

    def read_at(self, start: int, length: int) -> bytes:
        """Answer bytes from a place, wherever the position is."""
        end = min(start + length, self.size)
        if start >= end:
            return b""
        first, last = start // BLOCK_BYTES, (end - 1) // BLOCK_BYTES
        if last - first >= LARGEST_KEPT:
            return self._fetched(start, end)
        with self._lock:
            for low, high in self._missing(first, last):
                self._keep(low, high)
            whole = b"".join(self._blocks[one] for one in range(first, last + 1))
            while len(self._blocks) > BLOCKS_KEPT:
                self._blocks.popitem(last=False)
        skip = start - first * BLOCK_BYTES
        return whole[skip : skip + end - start]

    def _missing(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Answer runs of blocks, first and last, that are not here; refresh others."""
        absent = []
        for one in range(first, last + 1):
            if one in self._blocks:
                self._blocks.move_to_end(one)
            else:
                absent.append(one)
        starts = absent[:1] + [b for a, b in pairwise(absent) if b != a + 1]
        ends = [a for a, b in pairwise(absent) if b != a + 1] + absent[-1:]
        yield from zip(starts, ends, strict=True)

    def _keep(self, low: int, high: int) -> None:
        start = low * BLOCK_BYTES
        found = self._fetched(start, min((high + 1) * BLOCK_BYTES, self.size))
        for one in range(low, high + 1):
            offset = one * BLOCK_BYTES - start
            self._blocks[one] = found[offset : offset + BLOCK_BYTES]

    def _fetched(self, start: int, end: int) -> bytes:
        return self._store.read_range(self._key, start, end - start, tag=self._head.tag)
