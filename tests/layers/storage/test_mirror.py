"""A workspace in a store is a workspace: on every machine, at every instant."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.errors import (
    PublishConflictError,
    StoreError,
    VersionNotFoundError,
)
from layers.importing import versions
from layers.models import LayerSpec
from layers.storage import mirror as mirrors
from layers.storage import open_store, publishing
from layers.storage.files import present
from layers.storage.folder import FolderStore
from layers.storage.layout import CONDITIONS
from layers.storage.mirror import make_mirror, mirror_of, refresh
from layers.workspace import current_version, current_versions, locked, publish

Make = Callable[[str], tuple[LayerSpec, Path]]
Mirrored = Callable[[str], Path]


def looked(workspace: Path) -> Path:
    refresh(workspace, now=True)
    return workspace


def content(workspace: Path) -> str:
    spec, folder = current_versions(looked(workspace))["a"]
    return present(folder / spec.path).read_text()


def test_the_shape_of_the_store(machine: Mirrored, address: str, make: Make) -> None:
    spec, file = make("one")
    publish(machine("one"), spec, file)
    version = f"layers/a/{spec.version}"
    assert sorted({*open_store(address).keys()} - {CONDITIONS}) == [
        "layers/.changed",
        f"{version}/a.geojson",
        f"{version}/files.json",
        f"{version}/metadata.json",
        "layers/a/current",
    ]
    noted = json.loads(open_store(address).read(f"{version}/files.json"))
    assert noted == {"a.geojson": {"size": 3, "sha256": spec.sha256}}


def test_another_machine_sees_it(machine: Mirrored, make: Make) -> None:
    one, other = machine("one"), machine("other")
    assert current_versions(looked(other)) == {}
    old, file = make("old")
    publish(one, old, file)
    assert content(other) == "old"
    new, file = make("new")
    publish(one, new, file)
    # The file comes when somebody needs it.
    _, folder = current_versions(looked(other))["a"]
    assert [path.name for path in folder.iterdir()].count("a.geojson") == 0
    assert content(other) == "new"
    assert {*versions.specs(other, "a")} == {old.version, new.version}


def test_what_is_published_is_used_at_once(machine: Mirrored, make: Make) -> None:
    spec, file = make("one")
    workspace = machine("one")
    folder = publish(workspace, spec, file)
    assert current_versions(workspace) == {"a": (spec, folder)}


def test_a_folder_copied_into_a_store_is_a_workspace(
    machine: Mirrored, address: str, make: Make, tmp_path: Path
) -> None:
    spec, file = make("one")
    publish(tmp_path / "local", spec, file)
    store = open_store(address)
    for path in (tmp_path / "local").rglob("*"):
        if path.is_file():
            store.put(path.relative_to(tmp_path / "local").as_posix(), path)
    workspace = machine("one")
    assert content(workspace) == "one"
    new, file = make("new")
    publish(workspace, new, file)
    assert content(machine("other")) == "new"


def test_versions_are_taken_back_and_removed(machine: Mirrored, make: Make) -> None:
    one, other = machine("one"), machine("other")
    specs = []
    for text in ("first", "second", "third"):
        spec, file = make(text)
        publish(one, spec, file)
        specs.append(spec)
    versions.use(one, "a", specs[0].version)
    assert content(other) == "first"
    gone = versions.prune(one, "a", 1, kept_s=0.0)
    kept = {*versions.specs(looked(other), "a")}
    assert kept | {*gone} == {spec.version for spec in specs}
    assert specs[0].version in kept
    assert len(gone) >= 1
    keys = "\n".join(mirror_of(one).store.keys())  # type: ignore[union-attr]
    assert not any(version in keys for version in gone)
    assert content(other) == "first"


def test_a_version_in_use_elsewhere_is_not_removed(
    machine: Mirrored, make: Make
) -> None:
    """One machine has not heard yet that another took the old version into use."""
    one, other = machine("one"), machine("other")
    old, file = make("old")
    publish(one, old, file)
    new, file = make("new")
    publish(one, new, file)
    looked(other)
    versions.use(one, "a", old.version)
    with locked(other / "layers" / "a"):
        mirror = mirror_of(other)
        assert mirror is not None
        assert not publishing.remove(mirror, "a", old.version)
    assert content(other) == "old"


def test_a_version_removed_elsewhere_is_not_used(machine: Mirrored, make: Make) -> None:
    one, other = machine("one"), machine("other")
    old, file = make("old")
    publish(one, old, file)
    new, file = make("new")
    publish(one, new, file)
    looked(other)
    mirror = mirror_of(one)
    assert mirror is not None
    assert publishing.remove(mirror, "a", old.version)
    with pytest.raises(VersionNotFoundError):
        versions.use(other, "a", old.version)
    assert content(one) == content(other) == "new"


def test_the_second_of_two_publishers_is_told(machine: Mirrored, make: Make) -> None:
    one, other = machine("one"), machine("other")
    old, file = make("old")
    publish(one, old, file)
    looked(other)
    with locked(other / "layers" / "a"):
        base = publishing.begin(mirror_of(other), "a")  # type: ignore[arg-type]
    won, file = make("won")
    publish(one, won, file)
    with pytest.raises(PublishConflictError) as told:
        publishing.finish(mirror_of(other), "a", old.version, base)  # type: ignore[arg-type]
    assert told.value.code == "publish_conflict"
    assert won.version in told.value.text.zh
    assert "ecobarrier history a" in told.value.text.en
    assert content(other) == "won"


def test_the_second_who_publishes_the_same_is_content(
    machine: Mirrored, make: Make
) -> None:
    one, other = machine("one"), machine("other")
    looked(other)
    base = publishing.begin(mirror_of(other), "a")  # type: ignore[arg-type]
    spec, file = make("same")
    publish(one, spec, file)
    publishing.finish(mirror_of(other), "a", spec.version, base)  # type: ignore[arg-type]
    assert content(other) == "same"


def test_a_damaged_file_is_refused(machine: Mirrored, address: str, make: Make) -> None:
    spec, file = make("one")
    publish(machine("one"), spec, file)
    open_store(address).put(f"layers/a/{spec.version}/a.geojson", b"two")
    with pytest.raises(StoreError) as refused:
        content(machine("other"))
    assert refused.value.code == "store_damaged"
    assert not list((machine("other") / "layers" / "a").rglob("[!.]*.geojson"))


class Dying(FolderStore):
    """A folder whose user dies with the n-th change."""

    left = 10**6

    def _incoming(self, key: str, content: bytes | Path):  # type: ignore[no-untyped-def]
        if not str(self._folder).endswith("store"):
            return super()._incoming(key, content)
        Dying.left -= 1
        if Dying.left < 0:
            raise KeyboardInterrupt
        return super()._incoming(key, content)


@pytest.fixture
def dying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Answer a mirror whose process can be made to die between two requests."""
    workspace = make_mirror((tmp_path / "store").as_uri(), tmp_path / "dying")
    store = Dying(tmp_path / "store")
    dead = mirrors.Mirror(workspace, store)
    monkeypatch.setitem(mirrors._MIRRORS, (workspace, store.url), dead)
    monkeypatch.setattr(Dying, "left", 10**6)
    return workspace


@pytest.mark.parametrize("steps", range(7))
def test_a_crash_at_any_instant_leaves_the_old_version(
    dying: Path, tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Content, list, metadata, pointer, mark of changes, mark of the version before:
    six requests that change."""
    other = make_mirror((tmp_path / "store").as_uri(), tmp_path / "other")
    old, file = make("old")
    publish(dying, old, file)
    new, file = make("new")
    monkeypatch.setattr(Dying, "left", steps)
    if steps < 6:
        with pytest.raises(KeyboardInterrupt):
            publish(dying, new, file)
    else:
        publish(dying, new, file)
    monkeypatch.setattr(Dying, "left", 10**6)
    assert content(other) == ("old" if steps < 4 else "new")
    whole = {old.version} if steps < 3 else {old.version, new.version}
    assert {*versions.specs(other, "a")} == whole
    publish(dying, new, file)
    assert content(other) == content(dying) == "new"


def test_what_a_dead_publisher_left_is_swept_after_a_day(
    dying: Path, tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    new, file = make("new")
    monkeypatch.setattr(Dying, "left", 2)
    with pytest.raises(KeyboardInterrupt):
        publish(dying, new, file)
    monkeypatch.setattr(Dying, "left", 10**6)
    mirror = mirror_of(dying)
    assert mirror is not None
    assert publishing.sweep(mirror, "a") == []
    for path in (tmp_path / "store").rglob("*"):
        if path.is_file():
            os.utime(path, (0, 0))
    assert publishing.sweep(mirror, "a") == [new.version]
    assert list(mirror.store.keys("layers/a")) == []


def test_nothing_is_fetched_twice(
    machine: Mirrored, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec, file = make("one")
    publish(machine("one"), spec, file)
    other = machine("other")
    assert content(other) == "one"
    mirror = mirror_of(other)
    assert mirror is not None
    monkeypatch.setattr(mirror.store, "read", None)
    monkeypatch.setattr(mirror.store, "fetch", None)
    assert content(other) == "one"


def test_nobody_else_may_look_into_a_mirror(machine: Mirrored, make: Make) -> None:
    spec, file = make("one")
    publish(machine("one"), spec, file)
    content(machine("other"))
    root = machine("other")
    assert root.stat().st_mode & 0o077 == 0
    written = [one for one in root.rglob("*.json") if one.is_file()]
    assert written
    assert all(one.stat().st_mode & 0o077 == 0 for one in written)


def test_a_catalogue_looks_unless_it_works_for_another(
    machine: Mirrored, make: Make, small_seeds_folder: Path
) -> None:
    spec, file = make("one")
    publish(machine("one"), spec, file)
    other = machine("other")
    assert "a" not in Catalog.open(small_seeds_folder, other, fresh=False).entries
    assert "a" in Catalog.open(small_seeds_folder, other).entries
    assert current_version(other, "a") == spec.version


@pytest.fixture
def small_seeds_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    folder.mkdir()
    (folder / "catalog.toml").write_text("")
    return folder
