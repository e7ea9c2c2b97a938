"""Tiles per second beside tipg + PostGIS and titiler-core, on one worker each.

Run ``python benchmarks/tiles.py --peers PYTHON``, where PYTHON has ``tipg``,
``titiler-core``, ``uvicorn``, ``uvloop`` and ``httptools``, with PostgreSQL, PostGIS
and wrk installed. The same layer, the same list of tiles in the same order, the same
loop and HTTP parser; servers take turns, so that whatever else the machine does meets
both. Prints one JSON object.
"""

import argparse
import json
import os
import pwd
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import shapely

from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.catalog import Catalog
from layers.pmtiles import Archive
from layers.tiles import archive_path, bake
from service.settings import Settings

VECTOR, RASTER = "banners", "land_cover"
ZOOMS = range(5, 10)
MOST_ADDRESSES = 400
Place = tuple[int, int, int]

SCRIPT = """
local paths, at = {{}}, 0
for line in io.lines("{file}") do paths[#paths + 1] = line end
function request() at = at % #paths + 1 return wrk.format("GET", paths[at]) end
"""
TITILER = """
from fastapi import FastAPI
from titiler.core.errors import DEFAULT_STATUS_CODES, add_exception_handlers
from titiler.core.factory import TilerFactory
app = FastAPI()
app.include_router(TilerFactory().router)
add_exception_handlers(app, DEFAULT_STATUS_CODES)
"""
OURS = """
from pathlib import Path
from service.app import create_app
from service.settings import Settings
app = create_app(Settings(cache=Path({cache!r})))
"""


def places(cache: Path, catalog: Catalog) -> list[Place]:
    """Zoom, row, column of tiles in which the vector layer has something."""
    path = archive_path(cache / "tiles", catalog.spec(VECTOR), WEB_MERCATOR_QUAD)
    with Archive(path) as archive:
        header = archive.header
        box = header.west, header.south, header.east, header.north
        found = [
            (zoom, row, column)
            for zoom in ZOOMS
            for row, column in _cells(box, zoom)
            if archive.tile(zoom, column, row) is not None
        ]
    step = max(1, len(found) // MOST_ADDRESSES)
    # Not one beside the other: a multiplicative order that is the same every time.
    return sorted(found[::step], key=lambda one: hash((one[1] * 7919, one[2] * 104729)))


def _cells(box: tuple[float, float, float, float], zoom: int) -> Iterator[Any]:
    row0, row1, column0, column1 = WEB_MERCATOR_QUAD.tiles(box, zoom)
    for row in range(row0, row1 + 1):
        for column in range(column0, column1 + 1):
            yield row, column


@contextmanager
def postgres(folder: Path) -> Iterator[int]:
    """Run a PostGIS of its own in a folder; answers the port."""
    found = subprocess.run(
        ["pg_config", "--bindir"], capture_output=True, text=True, check=True
    )
    programs = Path(found.stdout.strip())
    port = free_port()
    shutil.chown(folder, "postgres") if os.getuid() == 0 else None
    data = folder / "data"
    as_user = _as_postgres() if os.getuid() == 0 else {}
    run = {"check": True, "capture_output": True, "cwd": folder, **as_user}
    start = ["-o", f"-p {port} -k {folder} -c shared_buffers=512MB", "-w", "start"]
    subprocess.run([programs / "initdb", "-A", "trust", "-U", "postgres", data], **run)
    log = ["-l", str(folder / "log")]
    subprocess.run([programs / "pg_ctl", "-D", data, *log, *start], **run)
    try:
        yield port
    finally:
        subprocess.run([programs / "pg_ctl", "-D", data, "-m", "fast", "stop"], **run)


def _as_postgres() -> dict[str, Any]:
    known = pwd.getpwnam("postgres")
    return {"user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}


def load(port: int, catalog: Catalog) -> None:
    """Put the vector layer into PostGIS, indexed, with the attributes that we serve."""
    features = catalog.vector(VECTOR).features
    columns = ["adcode", "name_zh", "name_en", "league_zh", "league_en"]
    wkb = shapely.to_wkb(features.geometry.to_numpy(), hex=True)
    lines = [
        "\t".join([str(row), *map(str, features.iloc[row][columns]), shape])
        for row, shape in enumerate(wkb)
    ]
    fields = ", ".join(f"{name} text" for name in columns)
    sql = [
        "create extension postgis;",
        f"create table {VECTOR} (fid int primary key, {fields}, geom geometry);",
        f"copy {VECTOR} from stdin;",
        *lines,
        "\\.",
        f"update {VECTOR} set geom = st_setsrid(geom, 4326);",
        f"alter table {VECTOR} alter column geom type geometry(geometry, 4326);",
        f"create index on {VECTOR} using gist (geom);",
        "analyze;",
    ]
    subprocess.run(
        ["psql", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "postgres"],
        input="\n".join(sql),
        text=True,
        check=True,
        capture_output=True,
    )


def free_port() -> int:
    """Answer a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(python: str, app: str, folder: Path, **environment: str) -> Iterator[str]:
    """One uvicorn worker on uvloop and httptools; answers its address."""
    port = free_port()
    worker = subprocess.Popen(
        [
            *(python, "-m", "uvicorn", app, "--port", str(port)),
            *("--loop", "uvloop", "--http", "httptools", "--no-access-log"),
            *("--log-level", "error"),
        ],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), **environment},
        stdout=subprocess.DEVNULL,
        stderr=(folder / f"{app.split(':')[0]}.log").open("w"),
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait()


def wait_for(address: str) -> None:
    """Wait until an address answers."""
    for _ in range(240):
        try:
            urlopen(address).close()
        except URLError as error:
            if hasattr(error, "code"):
                return
            time.sleep(0.5)
        else:
            return
    raise TimeoutError(address)


def ask_all(base: str, paths: list[str]) -> int:
    """Ask for every tile once; answers their bytes together."""
    size = 0
    for path in paths:
        with urlopen(base + path) as answer:
            size += len(answer.read())
    return size


def wrk(
    base: str, paths: list[str], folder: Path, *, seconds: int, connections: int
) -> dict[str, float]:
    """Ask for the tiles in turn, as fast as they come."""
    listed, script = folder / "paths.txt", folder / "paths.lua"
    listed.write_text("\n".join(paths))
    script.write_text(SCRIPT.format(file=listed))
    said = subprocess.run(
        [
            *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency"),
            *("-s", str(script), base),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    rate = re.search(r"Requests/sec:\s+([\d.]+)", said)
    slow = re.search(r"99%\s+([\d.]+)(us|ms|s)", said)
    wrong = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    lost = re.search(r"Socket errors: (.*)", said)
    assert rate is not None
    assert slow is not None
    unit = {"us": 1e-3, "ms": 1.0, "s": 1e3}[slow[2]]
    return {
        "per_s": float(rate[1]),
        "p99_ms": float(slow[1]) * unit,
        "not_2xx": float(wrong[1]) if wrong else 0.0,
        "lost": float(sum(map(int, re.findall(r"\d+", lost[1])))) if lost else 0.0,
    }


def middle(runs: list[dict[str, float]]) -> dict[str, float]:
    """Median rate and its p99, all errors."""
    rates = sorted(runs, key=lambda one: one["per_s"])
    typical = rates[len(rates) // 2]
    return {
        **typical,
        "p99_ms": statistics.median(one["p99_ms"] for one in runs),
        "not_2xx": sum(one["not_2xx"] for one in runs),
        "lost": sum(one["lost"] for one in runs),
    }


def in_turns(
    rivals: dict[str, tuple[str, list[str]]], folder: Path, options: argparse.Namespace
) -> dict[str, Any]:
    """Measure servers in turns; warms each by asking for all its tiles first."""
    sizes = {name: ask_all(*rival) for name, rival in rivals.items()}
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in rivals}
    for _ in range(options.rounds):
        for name, (base, paths) in rivals.items():
            one = wrk(
                base,
                paths,
                folder,
                seconds=options.seconds,
                connections=options.connections,
            )
            runs[name].append(one)
    return {
        name: {**middle(made), "tiles": len(rivals[name][1]), "bytes": sizes[name]}
        for name, made in runs.items()
    }


def titiler_paths(catalog: Catalog, tiles: list[Place]) -> list[str]:
    """Addresses of the same pictures at titiler."""
    classes = {str(one.value): one.colour for one in catalog.spec(RASTER).classes}
    query = f"url={quote(str(catalog.path(RASTER)))}"
    query += f"&colormap={quote(json.dumps(classes))}"
    return [f"/tiles/WebMercatorQuad/{z}/{x}/{y}.png?{query}" for z, y, x in tiles]


def our_paths(base: str, layer: str, suffix: str, tiles: list[Place]) -> list[str]:
    """Addresses of our tiles, with the version that TileJSON gives."""
    kind = suffix.lstrip(".")
    root = f"/collections/{layer}/tiles/WebMercatorQuad"
    with urlopen(f"{base}{root}/tilejson.json?f={kind}") as answer:
        template = json.load(answer)["tiles"][0].removeprefix(base)
    return [template.format(z=z, y=y, x=x) for z, y, x in tiles]


def main() -> None:
    """Set the servers up, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peers", required=True, help="a Python that has the peers")
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--connections", type=int, default=8)
    options = parser.parse_args()
    catalog = Catalog.open(Settings().seeds)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        folder.chmod(0o755)
        (folder / "pg").mkdir()
        port = stack.enter_context(postgres(folder / "pg"))
        load(port, catalog)
        bake(folder / "tiles", catalog.spec(VECTOR), seeds=Settings().seeds)
        tiles = places(folder, catalog)
        (folder / "peer_titiler.py").write_text(TITILER)
        (folder / "our_app.py").write_text(OURS.format(cache=str(folder)))
        database = {
            "POSTGRES_USER": "postgres",
            "POSTGRES_PASS": "",
            "POSTGRES_HOST": "127.0.0.1",
            "POSTGRES_PORT": str(port),
            "POSTGRES_DBNAME": "postgres",
            "TIPG_DB_SCHEMAS": '["public"]',
        }
        peers, own = options.peers, sys.executable
        run = stack.enter_context
        tipg = run(serving(peers, "tipg.main:app", folder, **database))
        titiler = run(serving(peers, "peer_titiler:app", folder))
        ours = run(serving(own, "our_app:app", folder))
        for base, path in ((tipg, "/healthz"), (titiler, "/docs"), (ours, "/health")):
            wait_for(base + path)
        tipg_root = f"/collections/public.{VECTOR}/tiles/WebMercatorQuad"
        at_tipg = [f"{tipg_root}/{z}/{x}/{y}" for z, y, x in tiles]
        vectors = our_paths(ours, VECTOR, ".mvt", tiles)
        pictures = our_paths(ours, RASTER, ".png", tiles)
        drawn = [path.partition("?")[0] for path in pictures]
        answer = {
            "vector": in_turns(
                {"ours": (ours, vectors), "tipg": (tipg, at_tipg)}, folder, options
            ),
            "raster": in_turns(
                {
                    "ours": (ours, pictures),
                    "ours, drawn each time": (ours, drawn),
                    "titiler": (titiler, titiler_paths(catalog, tiles)),
                },
                folder,
                options,
            ),
        }
    answer["ratios"] = {
        "vector": answer["vector"]["ours"]["per_s"] / answer["vector"]["tipg"]["per_s"],
        **{
            f"raster, {name}": one["per_s"] / answer["raster"]["titiler"]["per_s"]
            for name, one in answer["raster"].items()
            if name != "titiler"
        },
    }
    sys.stdout.write(json.dumps(answer, indent=1) + "\n")


if __name__ == "__main__":
    main()
