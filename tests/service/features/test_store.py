import sys
import threading
from pathlib import Path

import pytest

from geo.errors import CoordinateError
from layers import baking
from layers.catalog import Catalog, Entry
from layers.errors import LayerReadError, LayerWriteError
from layers.models import LayerSpec
from layers.served import bake, served_path
from service.errors import BusyError
from service.features import store as stores
from service.features.store import FOLDER, FeatureStore


@pytest.fixture
def layer(catalog: Catalog) -> LayerSpec:
    return catalog.spec("leagues")


def test_made_once_and_shared_through_the_workspace(
    small_seeds: Path, tmp_path: Path, layer: LayerSpec
) -> None:
    first = FeatureStore(small_seeds, tmp_path)
    served = first.open(layer)
    assert first.open(layer) is served
    path = served_path(tmp_path / FOLDER, layer.id, layer.version)
    stamp = path.stat().st_mtime_ns
    again = FeatureStore(small_seeds, tmp_path)
    assert again.open(layer).rows == served.rows == 3
    assert path.stat().st_mtime_ns == stamp
    assert [one.name for one in path.parent.glob("[!.]*")] == [path.name]


def test_without_a_workspace_the_folder_goes_with_the_store(
    small_seeds: Path, layer: LayerSpec
) -> None:
    store = FeatureStore(small_seeds, None)
    store.open(layer)
    folder = store._temporary
    assert any(folder.iterdir())
    # The thread that made the form holds the store a moment longer than the form.
    store._makers.shutdown()
    del store
    assert not folder.exists()


def test_a_workspace_that_cannot_be_written_is_no_obstacle(
    small_seeds: Path, tmp_path: Path, layer: LayerSpec
) -> None:
    (tmp_path / FOLDER).write_text("a file where a folder should be")
    assert FeatureStore(small_seeds, tmp_path).open(layer).rows == 3


def test_large_layers_are_made_in_a_process_of_their_own(
    small_seeds: Path,
    tmp_path: Path,
    layer: LayerSpec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> Path:
        raise AssertionError

    monkeypatch.setattr(stores, "APART_FROM_ROWS", 1)
    monkeypatch.setattr(stores, "bake", never)
    assert FeatureStore(small_seeds, tmp_path).open(layer).rows == 3


def test_what_lies_there_is_opened_without_another_process(
    catalog: Catalog,
    small_seeds: Path,
    tmp_path: Path,
    layer: LayerSpec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    bake(catalog, layer.id, tmp_path / FOLDER)
    monkeypatch.setattr(stores, "APART_FROM_ROWS", 1)
    monkeypatch.setattr(stores, "bake_apart", never)
    assert FeatureStore(small_seeds, tmp_path).open(layer).rows == 3


def test_who_waits_too_long_is_told_to_come_again(
    small_seeds: Path,
    tmp_path: Path,
    layer: LayerSpec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    def slow(catalog: Catalog, layer_id: str, folder: Path) -> Path:
        go_on.wait(300)
        return bake(catalog, layer_id, folder)

    monkeypatch.setattr(stores, "bake", slow)
    monkeypatch.setattr(stores, "WAIT_SECONDS", 0.05)
    store = FeatureStore(small_seeds, tmp_path)
    with pytest.raises(BusyError):
        store.open(layer)
    go_on.set()
    monkeypatch.setattr(stores, "WAIT_SECONDS", 300)
    assert store.open(layer).rows == 3


def test_only_so_many_wait(
    small_seeds: Path,
    tmp_path: Path,
    layer: LayerSpec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    go_on = threading.Event()

    def slow(catalog: Catalog, layer_id: str, folder: Path) -> Path:
        go_on.wait(300)
        return bake(catalog, layer_id, folder)

    monkeypatch.setattr(stores, "bake", slow)
    store = FeatureStore(small_seeds, tmp_path)
    making = store.prepare(layer)
    for _ in range(stores.MOST_WAITING):
        assert store._waiting.acquire(blocking=False)
    with pytest.raises(BusyError):
        store.open(layer)
    go_on.set()
    assert making.result(300).rows == 3
    assert store.open(layer).rows == 3


def test_a_failure_is_tried_again(
    small_seeds: Path,
    tmp_path: Path,
    layer: LayerSpec,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    faults = [LayerReadError("layer_empty_file", file="x")]

    def once(catalog: Catalog, layer_id: str, folder: Path) -> Path:
        if faults:
            raise faults.pop()
        return bake(catalog, layer_id, folder)

    monkeypatch.setattr(stores, "bake", once)
    store = FeatureStore(small_seeds, tmp_path)
    with pytest.raises(LayerReadError):
        store.open(layer)
    assert store.open(layer).rows == 3


def test_what_went_wrong_elsewhere_is_said_here(
    small_seeds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Catalog.open(small_seeds).entries["leagues"]
    damaged = tmp_path / entry.spec.path
    damaged.write_bytes(b"no table")
    with pytest.raises(LayerReadError, match=damaged.name):
        baking.bake_apart(Entry(entry.spec, tmp_path), tmp_path)
    (tmp_path / "blocked").write_text("")
    with pytest.raises(LayerWriteError):
        baking.bake_apart(entry, tmp_path / "blocked" / "x")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(LayerReadError, match="leagues"):
        baking.bake_apart(entry, tmp_path)


def test_all_kinds_of_failure_are_known() -> None:
    assert {"CoordinateError", "CRSError", "GeometryError"} <= baking._KINDS.keys()
    assert baking._KINDS["CoordinateError"] is CoordinateError
