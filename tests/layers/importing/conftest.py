"""Inputs of the import tests, all made in code."""

from collections.abc import Callable
from pathlib import Path

import pytest

from layers.catalog import Catalog
from layers.importing.options import ImportOptions
from layers.importing.pipeline import import_files
from layers.importing.region import Region
from layers.importing.report import ImportReport

Bring = Callable[..., ImportReport]


@pytest.fixture(scope="session")
def region() -> Region:
    """The region as the seeds have it: questions are asked with it."""
    return Region(Catalog.open(Path(__file__).parents[3] / "seeds"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def bring(workspace: Path, region: Region) -> Bring:
    """Import files into the test's workspace as layer ``mine``."""

    def call(*paths: Path, look: bool = False, **options: object) -> ImportReport:
        chosen = ImportOptions.model_validate({"id": "mine", **options})
        return import_files(list(paths), chosen, workspace, region, look=look)

    return call
