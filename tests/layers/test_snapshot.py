"""A catalogue that was seen is found again, whatever came into use since."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.errors import CatalogError, VersionRemovedError
from layers.files import describe_file
from layers.importing.versions import use
from layers.models import LayerSpec
from layers.snapshot import (
    catalog_at,
    catalog_key,
    entry_of,
    kept_entry,
    only,
    versions_of,
)
from layers.storage.layout import METADATA
from layers.workspace import publish

Put = Callable[[str], LayerSpec]


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def put(tmp_path: Path, workspace: Path) -> Put:
    """Publish a layer ``leagues`` of that content, over the seed of the same id."""

    def make(content: str) -> LayerSpec:
        file = tmp_path / "leagues.geojson"
        file.write_text(content)
        spec = describe_file(
            file, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1
        )
        publish(workspace, spec, file)
        return spec

    return make


def read(catalog: Catalog) -> str:
    return catalog.path("leagues").read_text()


def test_seeds_are_named_by_nothing(seeds: Path) -> None:
    seen = Catalog.open(seeds)
    assert versions_of(seen) == {}
    assert catalog_at(seeds, None, {}) == seen


def test_versions_seen_are_found_after_others_came(
    seeds: Path, workspace: Path, put: Put
) -> None:
    first = put("one")
    seen = Catalog.open(seeds, workspace)
    assert versions_of(seen) == {"leagues": first.version}
    put("two")
    again = catalog_at(seeds, workspace, versions_of(seen))
    assert again == seen
    assert list(again.entries) == list(seen.entries)
    assert read(again) == "one"
    assert read(Catalog.open(seeds, workspace)) == "two"


def test_layers_that_came_since_are_not_in_it(
    seeds: Path, workspace: Path, put: Put
) -> None:
    seen = Catalog.open(seeds, workspace)
    put("one")
    again = catalog_at(seeds, workspace, versions_of(seen))
    assert again.folder("leagues") == seeds


def test_key_follows_content(seeds: Path, workspace: Path, put: Put) -> None:
    first = put("one")
    key = catalog_key(Catalog.open(seeds, workspace))
    put("two")
    assert catalog_key(Catalog.open(seeds, workspace)) != key
    use(workspace, "leagues", first.version)
    assert catalog_key(Catalog.open(seeds, workspace)) == key


def test_version_that_was_removed(seeds: Path, workspace: Path, put: Put) -> None:
    first = put("one")
    seen = versions_of(Catalog.open(seeds, workspace))
    put("two")
    shutil.rmtree(workspace / "layers" / "leagues" / first.version)
    with pytest.raises(VersionRemovedError) as refused:
        catalog_at(seeds, workspace, seen)
    assert refused.value.code == "version_removed"
    assert first.version in refused.value.text.en
    with pytest.raises(VersionRemovedError):
        entry_of(seeds, workspace, first)


@pytest.mark.parametrize("version", ["..", ".", "", "../leagues", ".lock", "current"])
def test_names_that_are_no_versions(workspace: Path, put: Put, version: str) -> None:
    put("one")
    with pytest.raises((VersionRemovedError, CatalogError)):
        kept_entry(workspace, "leagues", version)


def test_metadata_of_another_version(workspace: Path, put: Put) -> None:
    old, new = put("one"), put("two")
    folder = workspace / "layers" / "leagues"
    content = (folder / new.version / METADATA).read_bytes()
    (folder / old.version / METADATA).write_bytes(content)
    with pytest.raises(CatalogError) as refused:
        kept_entry(workspace, "leagues", old.version)
    assert refused.value.code == "catalog_version_differs"


def test_content_of_a_layer_described(seeds: Path, workspace: Path, put: Put) -> None:
    """The workspace's or the seed's, told apart by what the description is of."""
    seed = Catalog.open(seeds).spec("leagues")
    first = put("one")
    put("two")
    assert entry_of(seeds, workspace, seed).folder == seeds
    entry = entry_of(seeds, workspace, first)
    assert read(only(entry)) == "one"
    assert list(only(entry).entries) == ["leagues"]
