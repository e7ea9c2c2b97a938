"""Versions are immutable, and a crash at any instant leaves the old one whole."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.errors import CatalogError, LayerError, LayerWriteError
from layers.files import describe_file
from layers.models import LayerSpec
from layers.workspace import current_versions, publish


@pytest.fixture
def make(tmp_path: Path) -> Callable[[str], tuple[LayerSpec, Path]]:
    def describe(content: str) -> tuple[LayerSpec, Path]:
        path = tmp_path / "a.geojson"
        path.write_text(content)
        spec = describe_file(
            path, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1
        )
        return spec, path

    return describe


Make = Callable[[str], tuple[LayerSpec, Path]]


def test_shape_of_the_folder(tmp_path: Path, make: Make) -> None:
    work = tmp_path / "work"
    spec, file = make("one")
    folder = publish(work, spec, file)
    inside = {
        one.relative_to(work).as_posix() for one in work.rglob("[!.]*") if one.is_file()
    }
    version = f"layers/a/{spec.version}"
    assert inside == {
        f"{version}/a.geojson",
        f"{version}/metadata.json",
        "layers/a/current",
    }
    assert current_versions(work) == {"a": (spec, folder)}
    assert (folder / "a.geojson").read_text() == "one"


def test_new_version_stands_beside_the_old(tmp_path: Path, make: Make) -> None:
    old_spec, file = make("one")
    old = publish(tmp_path, old_spec, file)
    spec, file = make("two")
    new = publish(tmp_path, spec, file)
    assert current_versions(tmp_path)["a"] == (spec, new)
    assert (old / "a.geojson").read_text() == "one"
    again, file = make("one")
    assert publish(tmp_path, again, file) == old
    assert current_versions(tmp_path)["a"] == (again, old)


def test_same_content_with_other_metadata(tmp_path: Path, make: Make) -> None:
    spec, file = make("one")
    publish(tmp_path, spec, file)
    with pytest.raises(CatalogError) as refused:
        publish(tmp_path, spec.model_copy(update={"licence": "MIT"}), file)
    assert refused.value.code == "catalog_version_exists"
    assert current_versions(tmp_path)["a"][0] == spec


def test_other_file_than_described(tmp_path: Path, make: Make) -> None:
    spec, file = make("one")
    file.write_text("two")
    with pytest.raises(CatalogError) as refused:
        publish(tmp_path, spec, file)
    assert refused.value.code == "catalog_sha256"
    assert not (tmp_path / "layers").exists()


@pytest.mark.parametrize("step", range(1, 10))
def test_crash_at_any_step(
    tmp_path: Path, make: Make, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Each call that changes the disk for good fails in turn."""
    old_spec, file = make("one")
    old = publish(tmp_path, old_spec, file)
    spec, file = make("two")
    calls = 0
    originals = {"fsync": os.fsync, "rename": os.rename, "replace": os.replace}

    def failing(name: str) -> Callable[..., object]:
        def call(*arguments: object, **options: object) -> object:
            nonlocal calls
            calls += 1
            if calls == step:
                raise OSError(28, "No space left on device")
            return originals[name](*arguments, **options)  # type: ignore[operator]

        return call

    for name in originals:
        monkeypatch.setattr(os, name, failing(name))
    try:
        publish(tmp_path, spec, file)
    except LayerWriteError as error:
        assert "No space left" in str(error)  # noqa: PT017
    monkeypatch.undo()
    expected = (
        (old_spec, old)
        if calls <= step
        else (spec, tmp_path / "layers/a" / spec.version)
    )
    found = current_versions(tmp_path)["a"]
    assert found in ((old_spec, old), expected)
    assert (found[1] / "a.geojson").read_text() in ("one", "two")
    assert not list((tmp_path / "layers/a").glob(".[!l]*"))


def test_unpublished_folder_is_no_layer(tmp_path: Path, make: Make) -> None:
    spec, file = make("one")
    folder = publish(tmp_path, spec, file)
    (folder.parent / "current").unlink()
    assert current_versions(tmp_path) == {}


@pytest.mark.parametrize("pointer", ["", "no-such", "../..", ".", "\0", "\xff"])
def test_pointer_to_nothing(tmp_path: Path, make: Make, pointer: str) -> None:
    folder = publish(tmp_path, *make("one"))
    (folder.parent / "current").write_text(pointer, encoding="latin-1")
    with pytest.raises(CatalogError):
        current_versions(tmp_path)


@pytest.mark.parametrize("metadata", ["", "{", "[]", '{"id": "a"}'])
def test_damaged_metadata(tmp_path: Path, make: Make, metadata: str) -> None:
    folder = publish(tmp_path, *make("one"))
    (folder / "metadata.json").write_text(metadata)
    with pytest.raises(CatalogError) as refused:
        current_versions(tmp_path)
    assert "metadata.json" in str(refused.value)


def test_metadata_of_another_layer(tmp_path: Path, make: Make) -> None:
    folder = publish(tmp_path, *make("one"))
    folder.parent.rename(folder.parent.parent / "b")
    with pytest.raises(CatalogError) as refused:
        current_versions(tmp_path)
    assert refused.value.code == "catalog_version_differs"


def test_missing_metadata(tmp_path: Path, make: Make) -> None:
    folder = publish(tmp_path, *make("one"))
    (folder / "metadata.json").unlink()
    with pytest.raises(LayerError):
        current_versions(tmp_path)


def test_shapefile_keeps_its_parts(
    tmp_path: Path, gbk_shapefile: Callable[..., Path]
) -> None:
    file = gbk_shapefile()
    spec = describe_file(
        file, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1
    )
    folder = publish(tmp_path / "work", spec, file)
    names = {one.suffix for one in folder.iterdir()}
    assert names == {".shp", ".shx", ".dbf", ".prj", ".json"}


KILLED = """
import os, random, signal, sys, time
from pathlib import Path
from layers.files import content_sha256, describe_file
from layers.workspace import current_versions, publish

work, file = Path(sys.argv[1]), Path(sys.argv[2])
random.seed(4)

def described(number):
    file.write_bytes(bytes([number]) * 3_000_000)
    return describe_file(file, kind="vector", crs="EPSG:4490", geometry="polygon",
                         rows=1)

began = time.monotonic()
publish(work, described(0), file)
span_s = 2.5 * (time.monotonic() - began)
kept, halves = set(), 0
for number in range(1, 400):
    if number > 39 and halves and len(kept) == 2:
        break
    spec = described(number % 255)
    child = os.fork()
    if not child:
        publish(work, spec, file)
        os._exit(0)
    time.sleep(random.uniform(0, span_s))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    found, folder = current_versions(work)["a"]
    assert content_sha256(folder / "a.geojson") == found.sha256
    done = found.version == spec.version
    kept.add(done)
    # However fast the machine is just now: about half of them end before.
    span_s *= 0.9 if done else 1.1
    halves += len(list(work.glob("layers/a/.incoming-*")))
publish(work, described(255), file)
left = list(work.glob("layers/a/.incoming-*"))
print(sorted(kept), halves > 0, len(left))
"""


def test_killed_publisher_leaves_a_whole_version(tmp_path: Path) -> None:
    """Killed at 39 instants or more: before, after, often in the middle.

    The next to publish removes what the killed ones left.
    """
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path / "work"), tmp_path / "a.geojson"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["[False,", "True]", "True", "0"]


FULL = """
import resource, sys
from pathlib import Path
from layers.errors import LayerWriteError
from layers.files import describe_file
from layers.workspace import publish

work, file = map(Path, sys.argv[1:])
spec = describe_file(file, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
try:
    publish(work, spec, file)
except LayerWriteError as error:
    print(error.code)
"""


def test_full_disk_leaves_the_old_version(tmp_path: Path, make: Make) -> None:
    """A system that takes no more bytes, in a process of its own."""
    work = tmp_path / "work"
    spec, file = make("one")
    old = publish(work, spec, file)
    file.write_bytes(b"x" * 200_000)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(work), str(file)],
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    assert done.stdout.strip() == "layer_write_failed"
    assert current_versions(work) == {"a": (spec, old)}
    assert (old / "a.geojson").read_text() == "one"
    found = sorted(one.name for one in old.parent.iterdir())
    assert found == [".lock", spec.version, "current"]
