"""Inputs by URL: a person may name one, a stranger may not."""

import argparse
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
from starlette.testclient import TestClient

from layers.errors import StoreError
from layers.storage import open_store
from layers.storage.objects import ObjectStore
from service.app import create_app
from service.cli import main
from service.remote import inputs_here
from service.settings import Settings

Run = Callable[..., str]


@pytest.fixture
def run(
    small_seeds: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(small_seeds))

    def call(*words: object, code: int = 0) -> str:
        assert main([str(word) for word in words]) == code
        said = capsys.readouterr()
        return said.out if code == 0 else said.err

    return call


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Parcels as GeoParquet, GeoPackage and shapefile."""
    boxes = [
        shapely.box(109.2 + 0.1 * k, 40.6, 109.25 + 0.1 * k, 40.8) for k in range(8)
    ]
    about = {"id": [f"p{k}" for k in range(8)]}
    frame = gpd.GeoDataFrame(about, geometry=boxes, crs="EPSG:4490")
    frame.to_parquet(tmp_path / "parcels.parquet")
    frame.to_file(tmp_path / "parcels.gpkg")
    frame.to_file(tmp_path / "parcels.shp")
    return tmp_path


@pytest.fixture
def bucket(make_bucket: Callable[[], str], folder: Path) -> str:
    url = make_bucket() + "/inputs"
    for path in folder.glob("parcels.*"):
        open_store(url).put(path.name, path)
    return url


@pytest.mark.parametrize("name", ["parcels.parquet", "parcels.gpkg", "parcels.shp"])
def test_an_overlap_of_a_file_by_url(
    run: Run, bucket: str, folder: Path, name: str
) -> None:
    there = json.loads(run("overlap", f"{bucket}/{name}", "redline", "--json"))
    here = json.loads(run("overlap", folder / name, "redline", "--json"))
    assert there == here


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Bytes that came from a bucket: of whole files, and of ranges."""
    counted = {"whole": 0, "ranges": 0}
    fetch, read_range = ObjectStore.fetch, ObjectStore.read_range

    def fetched(self: ObjectStore, key: str, target: Path) -> None:
        fetch(self, key, target)
        counted["whole"] += target.stat().st_size

    def ranged(self: ObjectStore, *given: Any, **more: Any) -> bytes:
        found = read_range(self, *given, **more)
        counted["ranges"] += len(found)
        return found

    monkeypatch.setattr(ObjectStore, "fetch", fetched)
    monkeypatch.setattr(ObjectStore, "read_range", ranged)
    return counted


@pytest.mark.parametrize("room", [2, 10**12], ids=["room", "disk full"])
def test_a_streamed_overlap_by_url(
    run: Run,
    bucket: str,
    folder: Path,
    room: int,
    wire: dict[str, int],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Brought whole, or read by ranges: the same rows, the same result id.

    Where the disk has room, all crosses the wire once: the hash needs all of it.
    """
    monkeypatch.setattr("service.remote.RANGED_FROM_BYTES", 1)
    monkeypatch.setattr("layers.storage.files.RANGED_FROM_BYTES", 1)
    monkeypatch.setattr("service.remote.ROOM", room)
    here, there = folder / "here.csv", folder / "there.csv"
    one = run("overlap", folder / "parcels.parquet", "redline", "-o", here, "--json")
    other = run(
        "overlap", f"{bucket}/parcels.parquet", "redline", "-o", there, "--json"
    )
    assert there.read_bytes() == here.read_bytes()
    results = [json.loads(one)["result_id"], json.loads(other)["result_id"]]
    assert results[0] == results[1]
    size = (folder / "parcels.parquet").stat().st_size
    if room == 2:
        assert wire == {"whole": size, "ranges": 0}
    else:
        assert wire["whole"] == 0
        assert wire["ranges"] > size


def test_an_import_and_a_check_by_url(
    run: Run, bucket: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(folder / "work"))
    out = run("import", f"{bucket}/parcels.gpkg", "--id", "parcels", "--json")
    assert json.loads(out)["rows"] == 8
    assert json.loads(out)["files"][0]["name"] == "parcels.gpkg"
    out = run("check", f"{bucket}/parcels.gpkg", "--against", "redline", "--json")
    here = run("check", folder / "parcels.gpkg", "--against", "redline", "--json")
    assert json.loads(out)["result_id"] == json.loads(here)["result_id"]


@pytest.mark.parametrize(
    "name", ["http://host/a.gpkg", "https://host/a.gpkg", "ftp://host/a.gpkg"]
)
def test_other_schemes_are_refused_with_those_known(run: Run, name: str) -> None:
    for words in (("overlap", name, "redline"), ("check", name)):
        said = run(*words, code=1)
        assert "s3://BUCKET/PREFIX" in said
        assert "host" not in said


def test_a_missing_file_is_named(run: Run, bucket: str) -> None:
    said = run("overlap", f"{bucket}/none.gpkg", "redline", code=1)
    assert "none.gpkg" in said
    assert bucket in said


def test_names_that_are_no_addresses_stay() -> None:
    given = ["a.gpkg", "C:/a.gpkg", "postgresql://host/base", "plan.gpkg:红线"]
    parsed = argparse.Namespace(files=list(given), left="leagues", parcels=[Path("a")])
    with inputs_here(parsed):
        assert parsed.files == given
        assert parsed.left == "leagues"
        assert parsed.parcels == [Path("a")]


def test_what_was_brought_is_removed(bucket: str) -> None:
    parsed = argparse.Namespace(parcels=[Path(f"{bucket}/parcels.gpkg")])
    with inputs_here(parsed):
        (path,) = parsed.parcels
        assert path.is_file()
    assert not path.exists()
    parsed = argparse.Namespace(left="s3://bucket")
    with pytest.raises(StoreError), inputs_here(parsed):
        pass


@pytest.fixture
def ear() -> Iterator[tuple[str, list[object]]]:
    """Listen on a port; answer its address and who came."""
    came: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            try:
                while True:
                    connection, who = listener.accept()
                    came.append(who)
                    connection.close()
            except OSError:
                return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}", came
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(30)


def test_a_stranger_cannot_make_the_service_open_an_address(
    small_seeds: Path,
    tmp_path: Path,
    ear: tuple[str, list[object]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Wherever a request names a layer, a file or a CRS; the machine has keys."""
    place, came = ear
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{place}")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings = Settings(seeds=small_seeds, jobs=tmp_path / "jobs", workers=1)
    names = ("s3://bucket/parcels.parquet", f"http://{place}/a.geojson", "s3:/bucket/a")
    box = {
        "type": "Polygon",
        "coordinates": [[[109, 40], [110, 40], [110, 41], [109, 40]]],
    }
    with TestClient(create_app(settings)) as client:
        answers = []
        for name in names:
            quoted = name.replace("/", "%2F").replace(":", "%3A")
            bodies = {
                "overlap": {"left": name, "right": "leagues"},
                "zonal": {"zones": "leagues", "raster": name},
                "area": {"layer": name},
                "site": {"polygons": {"href": name}},
                "check": {"polygons": box, "layers": [name]},
            }
            answers += [
                client.post(f"/processes/{key}/execution", json={"inputs": one})
                for key, one in bodies.items()
            ]
            paths = ("", "/items", "/download?f=gpkg", "/tiles/WebMercatorQuad/1/0/1")
            answers += [client.get(f"/collections/{quoted}{path}") for path in paths]
            answers += [client.get(f"/collections/leagues/items?crs={quoted}")]
            answers += [client.get(f"/overlap?left={quoted}&right=leagues")]
            sent = {"file": (name, b'{"type": "FeatureCollection", "features": []}')}
            answers += [client.post("/processes/site/execution", files=sent)]
    assert {one.status_code // 100 for one in answers} == {4}
    assert came == []
