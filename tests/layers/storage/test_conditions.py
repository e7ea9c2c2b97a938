"""Who publishes to a store that ignores conditions is told, and nothing is lost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import StoreConflictError, StoreError
from layers.models import LayerSpec
from layers.storage import open_store
from layers.storage.conditions import require_conditions
from layers.storage.layout import CONDITIONS
from layers.storage.mirror import make_mirror
from layers.workspace import put, staging


def test_a_store_that_keeps_conditions_is_taken(
    make_bucket: Callable[[], str], unreliable: list[str]
) -> None:
    """Also one whose answers are lost now and then, and again and again."""
    store = open_store(make_bucket() + "/work")
    for _ in range(4):
        require_conditions(store)
    assert list(store.keys()) == [CONDITIONS]
    assert unreliable


def test_nothing_is_published_where_a_condition_is_ignored(
    make_bucket: Callable[[], str],
    make: Callable[[str], tuple[LayerSpec, Path]],
    ignored_condition: str,
    tmp_path: Path,
) -> None:
    url = make_bucket() + "/work"
    spec, file = make("mine")

    def publish() -> None:
        with staging(make_mirror(url, tmp_path / "desk"), "a") as incoming:
            (incoming / file.name).write_bytes(file.read_bytes())
            put(incoming, spec)

    with pytest.raises(StoreError) as caught:
        publish()
    assert caught.value.code == "store_ignores_conditions"
    assert ignored_condition in caught.value.text.zh
    assert list(open_store(url).keys()) == [CONDITIONS]


def test_a_range_of_a_file_that_was_replaced_is_refused_all_the_same(
    make_bucket: Callable[[], str], ignored_condition: str
) -> None:
    del ignored_condition
    store = open_store(make_bucket())
    tag = store.put("digits", b"0123456789")
    store.put("digits", b"abcdefghij")
    with pytest.raises(StoreConflictError):
        store.read_range("digits", 0, 2, tag=tag)
