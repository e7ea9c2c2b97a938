"""The real service and the command line over a workspace in a real S3 server."""

import json
import os
import shutil
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely

from layers.catalog import CATALOG_FILE
from layers.storage.mirror import FRESH_S
from service.cli import main

Run = Callable[..., str]
TILE = "/collections/parcels/tiles/WebMercatorQuad/6/24/51?f=mvt"
SECRETS = ("KEYOFTHETESTS", "SecretOfTheTests0123456789")
WAIT_S = 300


def parcels(path: Path, shift: float) -> Path:
    boxes = [
        shapely.box(109.2 + 0.1 * k + shift, 40.6, 109.25 + 0.1 * k + shift, 40.8)
        for k in range(8)
    ]
    about = {"name": [f"地块{k}" for k in range(8)]}
    frame = gpd.GeoDataFrame(about, geometry=boxes, crs="EPSG:4490")
    frame.to_file(path, driver="GPKG")
    return path


def inline(value: object) -> str:
    """Write what a catalogue holds as TOML."""
    if isinstance(value, dict):
        pairs = ", ".join(f"{key} = {inline(one)}" for key, one in value.items())
        return f"{{ {pairs} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="module")
def one_seed(small_seeds: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Take one layer of the small catalogue: tiles of each cost processor time."""
    folder = tmp_path_factory.mktemp("one-seed")
    entries = tomllib.loads((small_seeds / CATALOG_FILE).read_text(encoding="utf-8"))
    (kept,) = [one for one in entries["layer"] if one["id"] == "redline"]
    catalog = f"layer = [{inline(kept)}]\n"
    (folder / CATALOG_FILE).write_text(catalog, encoding="utf-8")
    shutil.copy(small_seeds / "redline.parquet", folder)
    return folder


@pytest.fixture
def run(
    one_seed: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run a command as a machine of some name; answer what it prints."""
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(one_seed))

    def call(*words: object, machine: str = "desk", code: int = 0) -> str:
        monkeypatch.setenv("ECOBARRIER_CACHE", str(tmp_path / machine))
        assert main([str(word) for word in words]) == code
        said = capsys.readouterr()
        assert not any(one in said.out + said.err for one in SECRETS)
        return said.out if code == 0 else said.err

    return call


@contextmanager
def served(cache: Path) -> Iterator[str]:
    """Run the service in a process of its own; answer its address."""
    stated = {"PORT": "0", "WORKERS": "1", "CACHE": str(cache)}
    ours = {f"ECOBARRIER_{key}": value for key, value in stated.items()}
    environment = {**os.environ, **ours}
    command = [sys.executable, "-m", "service", "serve"]
    log = cache.with_suffix(".log")
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=errors
        ) as process,
    ):
        assert process.stdout is not None
        line = process.stdout.readline().decode()
        assert "http://" in line, log.read_text()
        try:
            yield line.split()[-1].rstrip("/")
        finally:
            process.terminate()
            process.wait(WAIT_S)
    assert not any(one in log.read_text() for one in SECRETS)


def ask(address: str, body: bytes | None = None, **headers: str) -> bytes:
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    request = urllib.request.Request(address, body, named)  # noqa: S310
    with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
        content: bytes = answer.read()
    return content


def until(question: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not question():
        assert time.monotonic() < end
        time.sleep(0.2)


def tile(address: str) -> bytes:
    found: list[bytes] = []

    def got() -> bool:
        try:
            found.append(ask(address + TILE))
        except urllib.error.HTTPError as error:
            if error.code == 503:
                # Being baked.
                return False
            raise
        return True

    until(got)
    return found[0]


def overlap(address: str) -> dict[str, Any]:
    body = json.dumps({"inputs": {"left": "parcels", "right": "redline"}}).encode()
    path = f"{address}/processes/overlap/execution"
    answer: dict[str, Any] = json.loads(
        ask(path, body, Content_Type="application/json")
    )
    return answer


def upload(address: str, key: str, file: Path) -> dict[str, Any]:
    mark = uuid.uuid4().hex
    lines = [
        f'--{mark}\r\nContent-Disposition: form-data; name="id"\r\n\r\nparcels\r\n',
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="{file.name}"\r\n\r\n',
    ]
    body = "".join(lines).encode() + file.read_bytes() + f"\r\n--{mark}--\r\n".encode()
    kind = f"multipart/form-data; boundary={mark}"
    path = f"{address}/processes/import/execution"
    answer: dict[str, Any] = json.loads(
        ask(path, body, Content_Type=kind, X_API_Key=key)
    )
    return answer


@pytest.mark.slow
def test_import_publish_serve_overlap(
    make_bucket: Callable[[], str],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = parcels(tmp_path / "a.gpkg", 0.0)
    second = parcels(tmp_path / "b.gpkg", 0.01)
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "local"))
    run("import", first, "--id", "parcels")
    expected = json.loads(run("overlap", "parcels", "redline", "--json"))

    url = make_bucket() + "/work"
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", url)
    report = json.loads(run("import", first, "--id", "parcels", "--json"))
    key = run("keys", "add", "desk", "--scope", "write").strip()
    with served(tmp_path / "server") as address:
        items = json.loads(ask(f"{address}/collections/parcels/items?f=json"))
        assert items["numberMatched"] == 8
        assert items["layer"]["version"] == report["version"]
        assert len(tile(address)) > 100
        assert overlap(address)["rows"] == expected["rows"]
        assert overlap(address)["result_id"] == expected["result_id"]

        # Another machine publishes: the service follows.
        later = json.loads(
            run("import", second, "--id", "parcels", "--json", machine="b")
        )
        until(lambda: overlap(address)["left"]["version"] == later["version"])

        # The service publishes, out of a worker: the other machine follows.
        third = parcels(tmp_path / "c.gpkg", 0.02)
        sent = upload(address, key, third)
        sent = sent.get("report", sent)
        versions = json.loads(run("history", "parcels", "--json", machine="b"))
        in_use = [one["version"] for one in versions["versions"] if one["current"]]
        assert in_use == [sent["version"]]
        assert len(versions["versions"]) == 3
    here = json.loads(run("overlap", "parcels", "redline", "--json", machine="b"))
    assert here["left"]["version"] == sent["version"]


def test_commands_over_a_store(
    make_bucket: Callable[[], str],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """History, diff, use, export, keep, and kept checks, seen from another machine."""
    monkeypatch.setenv("ECOBARRIER_VERSION_SECONDS", "0")
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", make_bucket() + "/work")
    made = []
    for number in range(3):
        path = parcels(tmp_path / f"{number}.gpkg", 0.01 * number)
        out = run("import", path, "--id", "parcels", "--keep", 2, "--json")
        made.append(json.loads(out)["version"])
    other = {"machine": "other"}
    known = json.loads(run("history", "parcels", "--json", **other))["versions"]
    assert [one["version"] for one in known] == made[1:]

    run("check", tmp_path / "0.gpkg", "--against", "parcels", "redline", "--save")
    # All commands run in this process, which looks at the store that often only.
    time.sleep(FRESH_S)
    difference = json.loads(run("diff", "parcels", *made[1:], "--json", **other))
    assert difference["counts"] == {"geometry": 8, "same": 0}
    assert len(difference["checks"]) == 1

    run("use", "parcels", made[1][:6], **other)
    run("export", "parcels", "-o", tmp_path / "out.geojson")
    west = gpd.read_file(tmp_path / "out.geojson").total_bounds[0]
    assert west == pytest.approx(109.21)
    told = run("use", "parcels", made[0][:6], code=1)
    assert made[1] in told


def test_the_store_fails_one_request_in_five(
    make_bucket: Callable[[], str],
    unreliable: list[str],
    run: Run,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Slower, still right: the same table as from a folder, byte for byte."""
    path = parcels(tmp_path / "a.gpkg", 0.0)
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "local"))
    run("import", path, "--id", "parcels")
    expected = run("overlap", "parcels", "redline", "--json")
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", make_bucket() + "/work")
    run("import", path, "--id", "parcels")
    assert run("overlap", "parcels", "redline", "--json", machine="b") == expected
    assert len(unreliable) >= 4


def test_a_store_that_is_down_is_told(
    make_bucket: Callable[[], str],
    run: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = make_bucket()
    monkeypatch.setattr("layers.storage.objects._TRIES", 1)
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", url)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    said = run("layers", code=1)
    assert url in said
    assert "AWS_ENDPOINT_URL" in said
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", "ftp://somewhere/else")
    assert "s3://BUCKET/PREFIX" in run("layers", code=1)
