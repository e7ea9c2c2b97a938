"""An app whose small layers are baked, once for all tests of this folder."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from layers.catalog import Catalog
from layers.tiles import bake
from service.app import create_app
from service.settings import Settings

BAKED = ("leagues", "redline", "sandy_lands", "yellow_river")


@pytest.fixture(scope="session")
def baked_cache(tmp_path_factory: pytest.TempPathFactory, small_seeds: Path) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    catalog = Catalog.open(small_seeds)
    for name in BAKED:
        bake(folder / "tiles", catalog.spec(name), seeds=small_seeds)
    return folder


@pytest.fixture
def client(small_seeds: Path, baked_cache: Path) -> Iterator[TestClient]:
    """An app over the small catalogue with baked layers; no versions are in it yet."""
    app = create_app(Settings(seeds=small_seeds, cache=baked_cache))
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made
    app.state.tiles.close()
