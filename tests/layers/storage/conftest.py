"""Workspaces in stores, and small versions to publish there."""

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.files import describe_file
from layers.models import LayerSpec
from layers.storage.mirror import make_mirror

Make = Callable[[str], tuple[LayerSpec, Path]]
Mirrored = Callable[[str], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Describe a file with some content, as layer ``a``."""

    def describe(content: str) -> tuple[LayerSpec, Path]:
        folder = tmp_path / "made"
        folder.mkdir(exist_ok=True)
        path = folder / "a.geojson"
        path.write_text(content)
        spec = describe_file(
            path, kind="vector", crs="EPSG:4490", geometry="polygon", rows=1
        )
        return spec, path

    return describe


@pytest.fixture(params=["folder", "s3"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Answer the address of an empty store."""
    if request.param == "folder":
        return (tmp_path / "store").as_uri()
    return str(request.getfixturevalue("make_bucket")()) + "/work"


@pytest.fixture
def machine(address: str, tmp_path: Path) -> Mirrored:
    """Answer the workspace as a machine of some name has it."""
    return lambda name: make_mirror(address, tmp_path / name)
