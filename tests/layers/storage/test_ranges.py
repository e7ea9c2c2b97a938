"""A file read by ranges gives the same bytes as a local one, and asks for few."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import StoreConflictError, StoreKeyError
from layers.storage.folder import FolderStore
from layers.storage.ranges import BLOCK_BYTES, RangeFile

SIZE = 5 * BLOCK_BYTES + 123
CONTENT = np.random.default_rng(7).bytes(SIZE)


class CountingStore(FolderStore):
    """A folder that remembers what ranges were asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.asked: list[tuple[int, int]] = []

    def read_range(
        self, key: str, start: int, length: int, *, tag: str | None = None
    ) -> bytes:
        self.asked.append((start, length))
        return super().read_range(key, start, length, tag=tag)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ranges")
    FolderStore(folder).put("file", CONTENT)
    return folder


steps = st.lists(
    st.one_of(
        st.tuples(st.just("read"), st.integers(-1, SIZE + 10)),
        st.tuples(st.just("seek"), st.integers(0, SIZE + 10)),
        st.tuples(st.just("end"), st.integers(-SIZE, 0)),
    ),
    max_size=12,
)


@given(steps=steps)
def test_it_reads_like_a_local_file(folder: Path, steps: list[tuple[str, int]]) -> None:
    mine, theirs = RangeFile(FolderStore(folder), "file"), io.BytesIO(CONTENT)
    for step, number in steps:
        if step == "read":
            assert mine.read(number) == theirs.read(number)
        else:
            whence = io.SEEK_SET if step == "seek" else io.SEEK_END
            assert mine.seek(number, whence) == theirs.seek(number, whence)
        assert mine.tell() == theirs.tell()


def test_small_reads_cost_one_request(folder: Path) -> None:
    store = CountingStore(folder)
    file = RangeFile(store, "file")
    for place in range(0, 1000, 10):
        file.seek(place)
        file.read(8)
    assert store.asked == [(0, BLOCK_BYTES)]


def test_missing_neighbours_cost_one_request(folder: Path) -> None:
    store = CountingStore(folder)
    file = RangeFile(store, "file")
    file.read_at(2 * BLOCK_BYTES, 1)
    store.asked.clear()
    assert file.read_at(10, 5 * BLOCK_BYTES) == CONTENT[10 : 10 + 5 * BLOCK_BYTES]
    last = 3 * BLOCK_BYTES, SIZE - 3 * BLOCK_BYTES
    assert store.asked == [(0, 2 * BLOCK_BYTES), last]


def test_readinto_fills_what_there_is(folder: Path) -> None:
    file = RangeFile(FolderStore(folder), "file")
    file.seek(-3, io.SEEK_END)
    buffer = bytearray(8)
    assert file.readinto(buffer) == 3
    assert bytes(buffer[:3]) == CONTENT[-3:]


def test_a_file_replaced_meanwhile_is_refused(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    store.put("file", CONTENT)
    file = RangeFile(store, "file")
    store.put("file", CONTENT[::-1])
    with pytest.raises(StoreConflictError):
        file.read(10)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreKeyError, match=r"no\.tif"):
        RangeFile(FolderStore(tmp_path), "no.tif")
