"""One contract for every store: a folder, and a bucket of a real S3 server."""

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from layers.errors import StoreConflictError, StoreError, StoreKeyError
from layers.storage import Store, open_store

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "folder":
        return open_store((tmp_path / "store").as_uri())
    return open_store(request.getfixturevalue("make_bucket")() + "/some/prefix")


def test_what_was_put_is_read(store: Store) -> None:
    tag = store.put("a/b.txt", b"hello", "text/plain")
    head = store.head("a/b.txt")
    assert head is not None
    assert (head.size, head.tag) == (5, tag)
    assert abs(head.modified - time.time()) < 3600
    assert store.heads() == {"a/b.txt": head}
    assert store.read("a/b.txt") == b"hello"


def test_a_put_replaces_and_the_tag_is_another(store: Store) -> None:
    before = store.put("a", b"one")
    assert store.put("a", b"two") != before
    assert store.read("a") == b"two"


def test_a_file_is_put_and_fetched(store: Store, tmp_path: Path) -> None:
    content = bytes(range(256)) * 80_000
    (tmp_path / "in.bin").write_bytes(content)
    store.put("large.bin", tmp_path / "in.bin")
    store.fetch("large.bin", tmp_path / "out.bin")
    assert (tmp_path / "out.bin").read_bytes() == content


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [(0, 3, b"012"), (8, 5, b"89"), (10, 1, b""), (99, 5, b""), (4, 0, b"")],
)
def test_a_range(store: Store, start: int, length: int, expected: bytes) -> None:
    store.put("digits", b"0123456789")
    assert store.read_range("digits", start, length) == expected


def test_a_range_of_a_file_that_was_replaced_is_refused(store: Store) -> None:
    tag = store.put("digits", b"0123456789")
    assert store.read_range("digits", 0, 2, tag=tag) == b"01"
    store.put("digits", b"abcdefghij")
    with pytest.raises(StoreConflictError) as caught:
        store.read_range("digits", 0, 2, tag=tag)
    assert caught.value.code == "store_changed"


@pytest.mark.parametrize("ask", ["read", "range", "fetch"])
def test_a_missing_key_is_named(store: Store, tmp_path: Path, ask: str) -> None:
    store.put("there", b"1")
    asks: dict[str, Callable[[], object]] = {
        "read": lambda: store.read("no/such"),
        "range": lambda: store.read_range("no/such", 0, 1),
        "fetch": lambda: store.fetch("no/such", tmp_path / "x"),
    }
    with pytest.raises(StoreKeyError, match="no/such") as caught:
        asks[ask]()
    assert caught.value.code == "store_key_missing"
    assert store.head("no/such") is None


def test_keys_are_those_of_a_folder(store: Store) -> None:
    for key in ("a/2", "a/1/x", "ab", "b/1"):
        store.put(key, b".")
    assert list(store.keys()) == ["a/1/x", "a/2", "ab", "b/1"]
    assert list(store.keys("a")) == list(store.keys("a/")) == ["a/1/x", "a/2"]
    assert list(store.keys("none")) == []


def test_what_was_deleted_is_gone(store: Store) -> None:
    store.put("a/b", b".")
    store.delete("a/b")
    store.delete("a/b")
    assert store.head("a/b") is None
    assert list(store.keys()) == []


def test_create_writes_once(store: Store, tmp_path: Path) -> None:
    tag = store.create("a", b"mine")
    (tmp_path / "same").write_bytes(b"mine")
    assert store.create("a", tmp_path / "same") == tag
    with pytest.raises(StoreConflictError) as caught:
        store.create("a", b"other")
    assert caught.value.code == "store_exists"
    assert store.read("a") == b"mine"


def test_swap_needs_the_tag_of_now(store: Store) -> None:
    first = store.swap("p", b"1", None)
    second = store.swap("p", b"2", first)
    for stale in (None, first):
        with pytest.raises(StoreConflictError) as caught:
            store.swap("p", b"3", stale)
        assert caught.value.code == "store_changed"
    assert store.read("p") == b"2"
    store.swap("p", b"3", second)


def test_of_a_file_that_is_gone_nothing_is_swapped(store: Store) -> None:
    tag = store.put("p", b"1")
    store.delete("p")
    with pytest.raises(StoreConflictError):
        store.swap("p", b"2", tag)


def test_of_many_who_swap_at_once_one_wins(store: Store) -> None:
    tag = store.put("p", b"start")
    barrier = threading.Barrier(8)
    won: list[bytes] = []

    def swap(number: int) -> None:
        content = f"{number}".encode()
        barrier.wait()
        try:
            store.swap("p", content, tag)
        except StoreConflictError:
            return
        won.append(content)

    threads = [threading.Thread(target=swap, args=(one,)) for one in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(won) == 1
    assert store.read("p") == won[0]


@pytest.mark.parametrize(
    "key", ["", "/a", "a/", "a//b", "../a", "a/../b", ".", "a\\b", "a\0", "s3://b/a"]
)
def test_a_key_stays_below_the_address(store: Store, key: str) -> None:
    for ask in (store.read, store.head, store.delete):
        with pytest.raises(StoreError) as caught:
            ask(key)
        assert caught.value.code == "store_key_wrong"
    with pytest.raises(StoreError):
        store.put(key, b"")
