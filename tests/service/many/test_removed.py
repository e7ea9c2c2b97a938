"""A version is removed while it is read: whole answers, or 410 with words.

What is tested is the worst instant: a request has its catalogue, and the version is
gone before it opens the first file of it.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from starlette.testclient import TestClient

from layers.files import describe_file
from layers.storage.files import present
from layers.storage.mirror import make_mirror, refresh
from layers.workspace import locked, publish, remove_version
from service.app import create_app
from service.settings import Settings

LAYER, CELLS, OTHER = "parcels", "cells", "whole"
BODIES = {
    "area": {"layer": LAYER},
    "overlap": {"left": LAYER, "right": OTHER},
    "zonal": {"zones": OTHER, "raster": CELLS},
}
READ_THEN = (
    f"/collections/{LAYER}/download?f=original",
    f"/collections/{CELLS}/cog",
    f"/collections/{CELLS}/download?f=original",
    *(f"/processes/{one}/execution" for one in BODIES),
)
"""Answered out of the layer's own file, which nobody keeps."""
ADDRESSES = (
    *READ_THEN,
    f"/collections/{LAYER}/items?f=json",
    f"/collections/{LAYER}/items/p01?f=json",
    f"/collections/{LAYER}/download?f=gpkg",
    f"/collections/{LAYER}/pmtiles",
    f"/collections/{LAYER}/tiles/WebMercatorQuad/5/12/25?f=mvt",
    f"/collections/{CELLS}/tiles/WebMercatorQuad/5/12/25?f=png",
    f"/overlap?left={LAYER}&right={OTHER}&f=json",
    "/identify?lon=108.51&lat=39.21",
)


def raster(folder: Path, value: int) -> Path:
    path = folder / f"{CELLS}.tif"
    shape = {"height": 64, "width": 64, "count": 1, "dtype": "uint8"}
    where = {"crs": "EPSG:4490", "transform": Affine(0.05, 0, 108.4, 0, -0.05, 42)}
    with rasterio.open(path, "w", driver="COG", nodata=0, **shape, **where) as out:
        out.write(np.full((64, 64), value, np.uint8), 1)
    return path


def publish_cells(workspace: Path, folder: Path, value: int) -> str:
    path = raster(folder, value)
    spec = describe_file(path, kind="raster", crs="EPSG:4490")
    publish(workspace, spec, path)
    return spec.version


def remove(workspace: Path, layer: str, version: str) -> None:
    folder = workspace / "layers" / layer
    with locked(folder):
        assert remove_version(folder, version)


@pytest.fixture(params=["local", pytest.param("store", marks=pytest.mark.slow)])
def client(
    request: pytest.FixtureRequest, no_seeds: Path, publisher: Any, tmp_path: Path
) -> Iterator[TestClient]:
    """A service whose catalogue holds versions that were removed since.

    In a store, another machine removed them; this one has not looked again.
    """
    workspace = publisher.workspace
    if request.param == "store":
        url = (tmp_path / "store").as_uri()
        publisher.workspace = make_mirror(url, tmp_path / "publisher")
        workspace = make_mirror(url, tmp_path / "service")
    publisher.publish_other()
    edition = publisher.publish(100)
    cells = publish_cells(publisher.workspace, tmp_path, 7)
    settings = Settings(
        seeds=no_seeds, workspace=workspace, workers=1, store_seconds=3600
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        # The first request looks at the store once more.
        made.get("/collections?f=json")
        gone = [
            present(
                workspace / "layers" / LAYER / edition.version / f"{LAYER}.parquet"
            ),
            present(workspace / "layers" / CELLS / cells / f"{CELLS}.tif"),
        ]
        if request.param == "store":
            publisher.publish(101)
            publish_cells(publisher.workspace, tmp_path, 8)
        remove(publisher.workspace, LAYER, edition.version)
        remove(publisher.workspace, CELLS, cells)
        for path in gone:
            path.unlink(missing_ok=True)
        yield made


def test_refused_with_words_and_answered_when_asked_again(
    client: TestClient, publisher: Any, tmp_path: Path
) -> None:
    def ask() -> dict[str, Any]:
        return {
            one: client.post(one, json={"inputs": BODIES[one.split("/")[2]]})
            if "execution" in one
            else client.get(one)
            for one in ADDRESSES
        }

    found = ask()
    # What is baked at the start may be whole by now, and is answered then.
    told = {path: one.status_code for path, one in found.items()}
    assert set(told.values()) <= {200, 410}, told
    assert {path: told[path] for path in READ_THEN} == dict.fromkeys(READ_THEN, 410)
    refused = [one for one in found.values() if one.status_code == 410]
    assert {one.json()["code"] for one in refused} == {"version_removed"}
    assert all("Ask again" in one.text for one in refused)
    # The version in use answers, once the service has looked.
    workspace = publisher.workspace
    publisher.publish(102)
    publish_cells(workspace, tmp_path, 9)
    refresh(client.app.state.settings.workspace, now=True)  # type: ignore[attr-defined]
    again = ask()
    assert {path: one.status_code for path, one in again.items()} == dict.fromkeys(
        again, 200
    )
