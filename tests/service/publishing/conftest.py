"""A copy of the small catalogue, made once, and what is asked of every copy."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from layers.catalog import Catalog
from service.publishing.site import Published, Wish, publish
from service.settings import Settings

MADE_ON = date(2026, 1, 15)
Publish = Callable[..., Published]
Verify = Callable[[Path], dict[str, Any]]


@pytest.fixture(scope="session")
def small_settings(small_seeds: Path) -> Settings:
    return Settings(seeds=small_seeds)


@pytest.fixture(scope="session")
def publish_small(catalog: Catalog, small_settings: Settings) -> Publish:
    """Publish the small catalogue somewhere; ``more`` is what is wished."""

    def make(place: Path | str, **more: Any) -> Published:
        wish = Wish(**{"made_on": MADE_ON, "maps": False, **more})
        return publish(catalog, str(place), wish, small_settings, lambda *_: None)

    return make


@pytest.fixture(scope="session")
def copy_folder(
    tmp_path_factory: pytest.TempPathFactory, publish_small: Publish
) -> Path:
    """A copy with everything; tests only read it."""
    folder = tmp_path_factory.mktemp("small") / "copy"
    publish_small(folder, maps=True, service="https://service.test/")
    return folder


@pytest.fixture(scope="session")
def copy_of_one(
    tmp_path_factory: pytest.TempPathFactory, publish_small: Publish
) -> Path:
    """A copy of one layer, to be copied and brought up to date."""
    folder = tmp_path_factory.mktemp("one") / "copy"
    publish_small(folder, layers=["leagues"])
    return folder


@pytest.fixture(scope="session")
def verify_copy() -> Verify:
    """See that a copy is whole: what it lists is there, and its top leads to it."""

    def verify(folder: Path) -> dict[str, Any]:
        site: dict[str, Any] = json.loads((folder / "site.json").read_bytes())
        for name, size, digest in site["files"]:
            content = (folder / name).read_bytes()
            assert len(content) == size, name
            assert hashlib.sha256(content).hexdigest() == digest, name
        documents = f"v/{site['version']}"
        assert f'data-copy="./{documents}"' in (folder / "index.html").read_text()
        assert documents in (folder / "layers.html").read_text()
        assert documents in (folder / "catalog.json").read_text()
        return site

    return verify
