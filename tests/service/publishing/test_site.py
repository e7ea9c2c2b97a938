"""Publishing: what leaves and what does not, again, after a fault, by several."""

import contextlib
import fcntl
import json
import os
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import Catalog
from layers.errors import LayerNotFoundError, StoreError
from layers.storage.folder import FolderStore
from service.errors import RequestError, RestrictedError
from service.publishing.site import Publisher, Wish, plan, publish
from service.settings import Settings

TOP = 4
"""Files at the top of a copy."""
Publish = Callable[..., Any]
Verify = Callable[[Path], dict[str, Any]]


def contents(folder: Path) -> dict[str, bytes]:
    files = (one for one in folder.rglob("*") if one.is_file())
    return {str(one.relative_to(folder)): one.read_bytes() for one in files}


def test_restricted_layer_is_in_no_file(copy_folder: Path, verify_copy: Verify) -> None:
    site = verify_copy(copy_folder)
    assert "secret" not in site["layers"]
    assert site["restricted_left_out"] == 1
    told = [name for name, one in contents(copy_folder).items() if b"secret" in one]
    # MapLibre and tippecanoe do not use the word; our texts say "restricted".
    assert told == []
    start = json.loads(next(copy_folder.glob("v/*/start.json")).read_bytes())
    assert start["copy"]["restricted"] == 1
    assert "受限图层不在此副本中" in (copy_folder / "layers.html").read_text()


def test_restricted_layer_asked_for_is_refused(
    tmp_path: Path, publish_small: Publish
) -> None:
    with pytest.raises(RestrictedError) as caught:
        publish_small(tmp_path / "copy", layers=["leagues", "secret"])
    assert caught.value.code == "publish_restricted"
    assert "secret" in caught.value.text.zh
    assert not list(tmp_path.iterdir())


def test_unknown_layer_and_empty_catalogue_are_refused(catalog: Catalog) -> None:
    with pytest.raises(LayerNotFoundError):
        plan(catalog, Wish(layers=["league"]))
    closed = {"secret": catalog.entries["secret"]}
    with pytest.raises(RequestError) as caught:
        plan(Catalog(closed), Wish())
    assert caught.value.code == "publish_nothing"


@pytest.mark.parametrize("service", ["javascript:alert(1)", "here", "https://"])
def test_address_of_the_service_is_one(service: str, catalog: Catalog) -> None:
    with pytest.raises(RequestError) as caught:
        plan(catalog, Wish(service=service))
    assert caught.value.code == "publish_service_address"
    assert service in caught.value.text.en


def test_base_has_borders_that_are_no_layers_of_the_copy(catalog: Catalog) -> None:
    copy = plan(catalog, Wish(layers=["redline"]))
    assert set(copy.catalog.entries) == {"redline"}
    assert set(copy.base.entries) == {"redline", "province", "leagues", "elevation"}
    assert copy.left_out == ()


def test_same_content_again_writes_nothing_on_any_day(
    tmp_path: Path, copy_of_one: Path, publish_small: Publish
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy_of_one, folder)
    before = {one: one.stat().st_mtime_ns for one in folder.rglob("*")}
    again = publish_small(folder, made_on=None, layers=["leagues"])
    assert (again.written, again.removed) == (0, 0)
    assert {one: one.stat().st_mtime_ns for one in folder.rglob("*")} == before
    other = publish_small(folder, made_on=date(2026, 2, 1), layers=["leagues"])
    assert other.written > 0
    assert other.version != again.version


def test_same_content_elsewhere_has_the_same_bytes(
    tmp_path: Path, copy_of_one: Path, publish_small: Publish
) -> None:
    folder = tmp_path / "elsewhere"
    publish_small(folder, layers=["leagues"])
    assert contents(folder) == contents(copy_of_one)
    assert [one.name for one in tmp_path.iterdir()] == ["elsewhere"]


def test_prune_sweeps_what_is_unused_and_nothing_of_others(
    tmp_path: Path, copy_of_one: Path, publish_small: Publish, verify_copy: Verify
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy_of_one, folder)
    (folder / "robots.txt").write_text("User-agent: *\n")
    old = verify_copy(folder)["version"]
    done = publish_small(folder, layers=["land_cover"], language="en")
    assert done.removed == 0
    assert (folder / "v" / old).is_dir()
    done = publish_small(folder, layers=["land_cover"], language="en", prune=True)
    assert done.removed > 0
    assert done.written == 0
    assert not (folder / "v" / old).exists()
    assert not (folder / "layers" / "leagues").exists()
    listed = {name for name, _, _ in verify_copy(folder)["files"]}
    rest = {one for one in set(contents(folder)) - listed if "/" not in one}
    top = {"index.html", "layers.html", "catalog.json", "site.json", "robots.txt"}
    assert rest == top


class Failing(FolderStore):
    """A folder on a disk that is full after some files."""

    def __init__(self, folder: Path, puts: int) -> None:
        super().__init__(folder)
        self.left = puts

    def put(self, key: str, content: Any, *args: Any, **more: Any) -> str:
        """Write a file, until no more."""
        if self.left == 0:
            raise StoreError("store_failed", url="-", reason="disk full")
        self.left -= 1
        return super().put(key, content, *args, **more)


def test_fault_at_any_moment_leaves_one_whole_copy(
    tmp_path: Path,
    catalog: Catalog,
    small_settings: Settings,
    copy_of_one: Path,
    verify_copy: Verify,
) -> None:
    """Each writer gets a little further than the one before, until one is through."""
    layers = ["leagues", "land_cover"]
    wish = Wish(layers=layers, made_on=date(2026, 1, 15), maps=False)
    copy = plan(catalog, wish)

    def run(store: FolderStore) -> None:
        with contextlib.suppress(StoreError):
            Publisher(store, copy, small_settings, lambda *_: None).run(wish)

    shutil.copytree(copy_of_one, tmp_path / "count")
    counting = Failing(tmp_path / "count", 10_000)
    run(counting)
    needed = 10_000 - counting.left
    folder = tmp_path / "copy"
    shutil.copytree(copy_of_one, folder)
    before = verify_copy(folder)["version"]
    seen = set()
    for puts in (2, needed - TOP, 1, 1, 1):
        run(Failing(folder, puts))
        assert f"v/{before}" in (folder / "index.html").read_text()
        # The map that people look at is the old one, and all of it is there.
        for path in contents(copy_of_one):
            assert (folder / path).is_file(), path
        site = json.loads((folder / "site.json").read_bytes())
        seen.add(site["version"] == before)
    # Stopped before the place was claimed, and after that.
    assert seen == {True, False}
    Publisher(FolderStore(folder), copy, small_settings, lambda *_: None).run(wish)
    assert verify_copy(folder)["version"] != before


def test_new_copy_appears_whole_or_not_at_all(
    tmp_path: Path, small_settings: Settings, catalog: Catalog, verify_copy: Verify
) -> None:
    def stop(_: str, done: int, __: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    folder = tmp_path / "copy"
    wish = Wish(layers=["leagues", "redline"], maps=False)
    with pytest.raises(KeyboardInterrupt):
        publish(catalog, str(folder), wish, small_settings, stop)
    assert not folder.exists()
    done = publish(catalog, str(folder), wish, small_settings, lambda *_: None)
    verify_copy(folder)
    # What was made before the stop was not made again.
    assert done.written < done.files
    assert [one.name for one in tmp_path.iterdir()] == ["copy"]


def test_folder_of_somebody_else_is_left_alone(
    tmp_path: Path, publish_small: Publish
) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(RequestError) as caught:
        publish_small(tmp_path)
    assert caught.value.code == "publish_not_a_copy"
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_two_publishers_at_once_one_is_told(
    tmp_path: Path, copy_folder: Path, publish_small: Publish
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy_folder, folder)
    descriptor = os.open(folder, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with pytest.raises(RequestError) as caught:
        publish_small(folder)
    os.close(descriptor)
    assert caught.value.code == "publish_busy"


def test_damaged_folder_is_made_again(
    tmp_path: Path, copy_of_one: Path, publish_small: Publish, verify_copy: Verify
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(copy_of_one, folder)
    next(folder.glob("layers/leagues/*/*.kml")).unlink()
    next(folder.glob("app/*/files.json")).write_text("{")
    publish_small(folder, layers=["leagues"])
    verify_copy(folder)
    assert contents(folder) == contents(copy_of_one)
