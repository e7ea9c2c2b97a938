"""Files of versions that go while somebody reads: refused, and nothing left over."""

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import LayerReadError, VersionRemovedError
from layers.importing import versions
from layers.models import LayerSpec
from layers.readers.guard import reading
from layers.storage.files import present, ranged, removed_version
from layers.storage.layout import LEFT
from layers.storage.mirror import mirror_of, refresh
from layers.workspace import current_versions, locked, publish, remove_version

Make = Callable[[str], tuple[LayerSpec, Path]]
Mirrored = Callable[[str], Path]


@pytest.fixture(params=["local", "mirror"])
def workspace(
    request: pytest.FixtureRequest, tmp_path: Path, machine: Mirrored
) -> Path:
    """A workspace of its own, or one in a store."""
    return tmp_path / "work" if request.param == "local" else machine("one")


def remove(workspace: Path, spec: LayerSpec) -> None:
    layer = workspace / "layers" / "a"
    with locked(layer):
        assert remove_version(layer, spec.version)


def test_a_version_that_was_removed_is_told_from_a_missing_file(
    workspace: Path, make: Make
) -> None:
    spec, made = make("old")
    file = publish(workspace, spec, made) / "a.geojson"
    publish(workspace, *make("new"))
    assert removed_version(file) is None
    assert removed_version(file.with_name("other.geojson")) is None
    remove(workspace, spec)
    told = removed_version(file)
    assert told is not None
    assert told.code == "version_removed"
    assert told.details == {"layer": "a", "version": spec.version}
    with pytest.raises(VersionRemovedError), reading(file, "GeoJSON"):
        file.open()


@pytest.mark.parametrize(
    "name", ["a.geojson", "layers/a/a.geojson", "layers/a/0123456789ab/a.geojson"]
)
def test_a_file_of_somebody_else_is_just_missing(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert removed_version(path) is None
    with pytest.raises(LayerReadError) as refused, reading(path, "GeoJSON"):
        path.open()
    assert refused.value.code == "layer_file_missing"


def test_one_that_only_another_machine_removed(machine: Mirrored, make: Make) -> None:
    """Here it is described still, its file was not fetched yet."""
    one, other = machine("one"), machine("other")
    spec, made = make("old")
    publish(one, spec, made)
    refresh(other, now=True)
    _, folder = current_versions(other)["a"]
    publish(one, *make("new"))
    remove(one, spec)
    with pytest.raises(VersionRemovedError) as refused:
        present(folder / "a.geojson")
    assert spec.version in refused.value.text.zh
    assert ranged(folder / "a.geojson") is None


def test_a_reader_who_comes_late_leaves_nothing_over(
    machine: Mirrored, make: Make
) -> None:
    """Else the same content could not be published again."""
    one = machine("one")
    spec, made = make("old")
    folder = publish(one, spec, made)
    publish(one, *make("new"))
    remove(one, spec)
    with pytest.raises(VersionRemovedError):
        present(folder / "a.geojson")
    assert not folder.exists()
    # What former releases left: a folder that holds a lock only.
    folder.mkdir()
    (folder / ".lock-a.geojson").touch()
    assert publish(one, *make("old")) == folder
    assert present(folder / "a.geojson").read_text() == "old"


def test_versions_in_use_a_moment_ago_are_kept(workspace: Path, make: Make) -> None:
    made = [make(text)[0].version for text in ("first", "second", "third")]
    for text in ("first", "second", "third"):
        publish(workspace, *make(text))
    assert versions.prune(workspace, "a", 1, kept_s=1e6) == []
    # None is noted, as in workspaces of former releases: the time begins now.
    mirror = mirror_of(workspace)
    if mirror is None:
        for version in made[:2]:
            (workspace / "layers" / "a" / version / LEFT).unlink()
    else:
        for version in made[:2]:
            mirror.store.delete(f"layers/a/{version}/{LEFT}")
    assert versions.prune(workspace, "a", 1, kept_s=1e-9) == []
    assert {*versions.specs(workspace, "a")} == {*made}
    # And what is neither the newest nor in use goes in the end.
    gone = versions.prune(workspace, "a", 1, kept_s=0.0)
    assert gone
    assert {*versions.specs(workspace, "a")} == {*made} - {*gone}
    assert made[2] not in gone


def test_who_comes_back_into_use_begins_anew(workspace: Path, make: Make) -> None:
    first, made = make("first")
    publish(workspace, first, made)
    second, made = make("second")
    publish(workspace, second, made)
    folder = workspace / "layers" / "a"

    def noted() -> set[str]:
        mirror = mirror_of(workspace)
        if mirror is None:
            return {one.parent.name for one in folder.glob(f"*/{LEFT}")}
        keys = mirror.store.keys("layers/a")
        return {key.split("/")[2] for key in keys if key.endswith(LEFT)}

    assert noted() == {first.version}
    versions.use(workspace, "a", first.version)
    assert noted() == {second.version}


def test_the_clock_is_the_stores(
    machine: Mirrored, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose clock is a day ahead removes nothing too early."""
    one = machine("one")
    publish(one, *make("old"))
    publish(one, *make("middle"))
    publish(one, *make("new"))
    tomorrow = time.time() + 86400.0
    monkeypatch.setattr("time.time", lambda: tomorrow)
    assert versions.prune(one, "a", 1, kept_s=3600.0) == []
