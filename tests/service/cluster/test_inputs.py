"""A worker works on what the client saw, or refuses."""

import os
import pickle
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from layers.catalog import Catalog
from layers.errors import LayerNotFoundError
from service.cluster.errors import ClusterError
from service.cluster.inputs import Seen, Shelf
from service.settings import Settings

SHELF = Shelf.of(Settings(workspace=None))


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return SHELF.open()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    frame = gpd.GeoDataFrame(geometry=[shapely.box(110, 40, 111, 41)], crs=4490)
    frame.to_parquet(tmp_path / "a.parquet")
    return tmp_path / "a.parquet"


def seen(catalog: Catalog, file: Path) -> Seen:
    return Seen.of(str(file), catalog.vector(str(file)).spec)


def refusal(one: Seen, catalog: Catalog) -> str:
    with pytest.raises(ClusterError) as refused:
        one.require(catalog)
    assert refused.value.code == "input_not_here"
    return str(refused.value.details["difference"])


def test_a_shelf_is_the_same_elsewhere(tmp_path: Path) -> None:
    assert Shelf(None, None) == SHELF
    shelf = Shelf.of(Settings(workspace=tmp_path))
    assert pickle.loads(pickle.dumps(shelf)).workspace == tmp_path  # noqa: S301
    assert [one.id for one in shelf.open().specs] == [
        one.id for one in SHELF.open().specs
    ]


def test_a_name_without_folder_is_found_from_anywhere(
    catalog: Catalog, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(file.parent)
    one = seen(catalog, Path("a.parquet"))
    monkeypatch.chdir("/")
    one.require(catalog)
    assert one.name == str(file)


def test_what_is_the_same_is_taken(catalog: Catalog, file: Path) -> None:
    one = seen(catalog, file)
    one.require(catalog)
    os.utime(file, ns=(1, 1))
    one.require(catalog)
    Seen.of("redline", catalog.spec("redline")).require(catalog)


def test_what_differs_is_refused(catalog: Catalog, file: Path) -> None:
    one = seen(catalog, file)
    content = file.read_bytes()
    file.write_bytes(content[:-10] + bytes(10))
    os.utime(file, ns=(1, 1))
    assert refusal(one, catalog) == "SHA-256"
    file.write_bytes(content + b"x")
    assert f"{len(content) + 1:,} B" in refusal(one, catalog)
    file.unlink()
    assert "No such file" in refusal(one, catalog)


def test_another_version_of_a_layer_is_refused(catalog: Catalog) -> None:
    other = Seen("redline", "0" * 64)
    assert refusal(other, catalog).endswith(f"≠ {'0' * 16}")
    with pytest.raises(LayerNotFoundError):
        Seen("nothing_like_it", "0" * 64).require(catalog)
