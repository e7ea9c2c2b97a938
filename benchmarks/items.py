"""Pages of a layer of a million features: time, memory, and the rate beside pygeoapi.

usage::

    python benchmarks/items.py [--rows 1000000] [--pygeoapi PYTHON] [--keep FOLDER]

Makes a synthetic GeoParquet in a temporary folder, publishes it to a workspace there,
serves it by one uvicorn worker and asks for pages over one connection at a time. With
``--pygeoapi``, an interpreter in whose environment pygeoapi, geopandas, pyarrow,
starlette and uvicorn are installed, the same file is served by pygeoapi's Parquet
provider and asked for the same pages.
"""

import argparse
import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from pyproj import CRS

from layers.files import describe_file
from layers.workspace import publish

LAYER = "parcels"
GROUP = 10_000
CORNERS = 20
OURS, THEIRS = 8971, 8972
SECONDS = 5.0

_SAND = quote("kind = 'sand'")

_SERVE = """
import sys, uvicorn
from pathlib import Path
from service.app import create_app
from service.settings import Settings
if __name__ == "__main__":
    app = create_app(Settings(workspace=Path(sys.argv[1])))
    uvicorn.run(app, port=int(sys.argv[2]), log_level="warning")
"""


def make_file(path: Path, rows: int) -> None:
    """Write polygons of 20 corners in Z order over the region, group by group."""
    sides = ["xmin", "ymin", "xmax", "ymax"]
    box = pa.struct([(side, pa.float64()) for side in sides])
    geo = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": ["Polygon"],
                "crs": CRS.from_epsg(4490).to_json_dict(),
                "covering": {"bbox": {side: ["bbox", side] for side in sides}},
            }
        },
    }
    kinds = {"id": pa.string(), "name_zh": pa.string(), "kind": pa.string()}
    kinds |= {"area": pa.float64(), "rank": pa.int64(), "seen": pa.date32()}
    schema = pa.schema([*kinds.items(), ("geometry", pa.binary()), ("bbox", box)])
    schema = schema.with_metadata({"geo": json.dumps(geo)})
    random = np.random.default_rng(1)
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for start in range(0, rows, GROUP):
            number = np.arange(start, min(start + GROUP, rows))
            shapes = _polygons(number, random)
            bounds = shapely.bounds(shapes)
            corners = [pa.array(bounds[:, i]) for i in range(4)]
            columns = [
                [f"p{one}" for one in number.tolist()],
                [f"地块{one % 977}" for one in number.tolist()],
                np.array(["forest", "grass", "sand", "water"])[number % 4],
                random.random(len(number)) * 9,
                number % 1000,
                (18_000 + number % 1500).astype("datetime64[D]"),
                pa.array(shapely.to_wkb(shapes), pa.binary()),
                pa.StructArray.from_arrays(corners, names=sides),
            ]
            writer.write_table(pa.table(columns, schema=schema))


def _polygons(number: np.ndarray, random: np.random.Generator) -> np.ndarray:
    across, up = (_every_second_bit(number >> shift) for shift in (0, 1))
    east, north = 97 + across * 0.028, 38 + up * 0.0145
    angles = np.linspace(0, 2 * np.pi, CORNERS, endpoint=False)
    radius = 0.4 + 0.1 * random.random((len(number), CORNERS))
    x = east[:, None] + radius * np.cos(angles) * 0.028
    y = north[:, None] + radius * np.sin(angles) * 0.0145
    rings = np.stack([x, y], axis=-1)
    return np.asarray(shapely.polygons(np.concatenate([rings, rings[:, :1]], axis=1)))


def _every_second_bit(number: np.ndarray) -> np.ndarray:
    found = np.zeros_like(number)
    for bit in range(12):
        found |= ((number >> (2 * bit)) & 1) << bit
    return found


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[int]:
    """Run a server until the block ends; lends its process id."""
    whole = {**os.environ, **environment}
    process = subprocess.Popen(command, env=whole, start_new_session=True)
    try:
        _wait_for(port, process)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(timeout=30)


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("the server ended")
        try:
            get(port, "/conformance")
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit("the server did not start")


def get(port: int, path: str) -> tuple[int, bytes]:
    """Ask once, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path, headers={"Accept": "application/geo+json"})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def timed(port: int, path: str, repeat: int = 20) -> tuple[float, float, int]:
    """Answer the first and the median time in milliseconds, and the matches."""
    times = []
    for _ in range(repeat):
        start = time.perf_counter()
        status, body = get(port, path)
        times.append((time.perf_counter() - start) * 1000)
        if status != 200:
            raise SystemExit(f"{path}: {status} {body[:300]!r}")
    return times[0], statistics.median(times), json.loads(body).get("numberMatched", 1)


def rate(port: int, paths: list[str]) -> tuple[float, float]:
    """Ask over one kept connection for some seconds; answers per second and p99, ms."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    times: list[float] = []
    began = time.perf_counter()
    while time.perf_counter() - began < SECONDS or len(times) < 3:
        path = paths[len(times) % len(paths)]
        start = time.perf_counter()
        connection.request("GET", path, headers={"Accept": "application/geo+json"})
        answer = connection.getresponse()
        body = answer.read()
        times.append(time.perf_counter() - start)
        if answer.status != 200:
            raise SystemExit(f"{path}: {answer.status} {body[:300]!r}")
    connection.close()
    spent = time.perf_counter() - began
    return len(times) / spent, float(np.percentile(times, 99)) * 1000


def memory_mb(process: int) -> tuple[float, float]:
    """Answer resident memory now and at its highest, MB."""
    text = Path(f"/proc/{process}/status").read_text()
    found = dict(line.split(":", 1) for line in text.splitlines())
    now, highest = (int(found[name].split()[0]) / 1024 for name in ("VmRSS", "VmHWM"))
    return now, highest


def paging(process: int, rows: int) -> None:
    """Print what pages cost, first asked and asked again."""
    items = f"/collections/{LAYER}/items"
    box = "bbox=109,41,111,43"
    asked = {
        "page, first": "limit=100",
        "page, middle": f"limit=100&offset={rows // 2}",
        "page, last": f"limit=100&offset={rows - 100}",
        "page of 1000": f"limit=1000&offset={rows // 3}",
        "bbox, small": "limit=100&bbox=110,42,110.2,42.1",
        "bbox 2x2 degrees": f"limit=100&{box}",
        "bbox 2x2, deep": f"limit=100&{box}&offset=5000",
        "whole region": "limit=100&bbox=90,30,130,60",
        "bbox 4490 lat,lon": "limit=100&bbox=41,109,43,111&bbox-crs=EPSG:4490",
        "text =": f"limit=100&filter={_SAND}",
        "text =, deep": f"limit=100&filter={_SAND}&offset=200000",
        "text LIKE": "limit=100&filter=" + quote("name_zh LIKE '%块9_'"),
        "number and box": "limit=100&filter="
        + quote("rank < 10 AND S_INTERSECTS(geometry, BBOX(105,40,115,45))"),
        "polygon": "limit=100&filter="
        + quote("S_WITHIN(geometry, POLYGON((105 40, 115 41, 112 47, 105 40)))"),
        "date": "limit=100&datetime=2020-01-01/2020-01-31",
        "sorted by number": "limit=100&sortby=-area",
        "sorted, deep": f"limit=100&sortby=-area&offset={rows // 2}",
        "sorted by text": "limit=100&sortby=name_zh",
        "CRS GK zone 37": "limit=100&crs=EPSG:4525",
    }
    print(f"{'asked':20}{'matches':>10}{'first ms':>10}{'again ms':>10}{'RSS MB':>9}")
    for name, query in asked.items():
        first, again, matched = timed(OURS, f"{items}?{query}")
        now, _ = memory_mb(process)
        print(f"{name:20}{matched:10}{first:10.1f}{again:10.1f}{now:9.0f}")
    first, again, _ = timed(OURS, f"{items}/p{rows - 7}")
    print(f"{'by id':20}{1:10}{first:10.1f}{again:10.1f}{memory_mb(process)[0]:9.0f}")


def pages_of(rows: int) -> list[str]:
    """Answer addresses of pages all over the layer."""
    offsets = np.random.default_rng(2).integers(0, rows - 100, 200).tolist()
    items = f"/collections/{LAYER}/items"
    return [f"{items}?limit=100&offset={offset}" for offset in offsets]


def pygeoapi_config(file: Path, folder: Path) -> Path:
    """Write a configuration that serves the file by the Parquet provider."""
    provider = {"type": "feature", "name": "Parquet", "data": {"source": str(file)}}
    provider |= {"id_field": "id", "geom_field": "geometry"}
    extents = {"spatial": {"bbox": [97, 37, 127, 54]}}
    about = {"title": LAYER, "description": LAYER, "keywords": [LAYER]}
    resource = {"type": "collection", **about, "links": [], "extents": extents}
    identification = {**about, "keywords_type": "theme", "terms_of_service": "-"}
    config = {
        "server": {
            "bind": {"host": "127.0.0.1", "port": THEIRS},
            "url": f"http://127.0.0.1:{THEIRS}",
            "mimetype": "application/json",
            "encoding": "utf-8",
            "languages": ["en-US"],
            "limits": {"default_items": 100, "max_items": 1000},
            "map": {"url": "http://localhost/", "attribution": "-"},
        },
        "logging": {"level": "ERROR"},
        "metadata": {
            "identification": {**identification, "url": "http://localhost"},
            "license": {"name": "-", "url": "http://localhost"},
            "provider": {"name": "-", "url": "http://localhost"},
            "contact": {"name": "-"},
        },
        "resources": {LAYER: {**resource, "providers": [provider]}},
    }
    path = folder / "pygeoapi.yml"
    path.write_text(json.dumps(config), encoding="utf-8")
    return path


def beside_pygeoapi(python: str, file: Path, folder: Path, rows: int) -> None:
    """Print the rates of both for the first page and for pages all over the layer."""
    config = pygeoapi_config(file, folder)
    description = folder / "openapi.yml"
    program = Path(python).parent / "pygeoapi"
    environment = {"PYGEOAPI_CONFIG": str(config), "PYGEOAPI_OPENAPI": str(description)}
    subprocess.run(
        [program, "openapi", "generate", config, "--output-file", description],
        env={**os.environ, **environment},
        check=True,
        capture_output=True,
    )
    command = [python, "-m", "uvicorn", "pygeoapi.starlette_app:APP"]
    command += ["--port", str(THEIRS), "--log-level", "warning"]
    first = [f"/collections/{LAYER}/items?limit=100"]
    with serving(command, THEIRS, **environment):
        theirs = [rate(THEIRS, first), rate(THEIRS, pages_of(rows))]
    for name, paths, their in zip(
        ("first page", "pages anywhere"), (first, pages_of(rows)), theirs, strict=True
    ):
        ours, p99 = rate(OURS, paths)
        print(
            f"{name}: ours {ours:.1f}/s (p99 {p99:.1f} ms), pygeoapi {their[0]:.1f}/s "
            f"(p99 {their[1]:.1f} ms): {ours / their[0]:.1f} times"
        )


def run(folder: Path, rows: int, pygeoapi: str | None) -> None:
    """Make, publish, serve, measure."""
    file = folder / f"{LAYER}.parquet"
    if not file.exists():
        make_file(file, rows)
    print(f"{rows} features, {file.stat().st_size / 1e6:.0f} MB of GeoParquet")
    spec = describe_file(
        file, kind="vector", crs="EPSG:4490", geometry="polygon", rows=rows
    )
    workspace = folder / "workspace"
    publish(workspace, spec, file)
    script = folder / "serve.py"
    script.write_text(_SERVE, encoding="utf-8")
    command = [sys.executable, str(script), str(workspace), str(OURS)]
    root = str(Path(__file__).resolve().parent.parent)
    with serving(command, OURS, PYTHONPATH=root) as process:
        start = time.perf_counter()
        while get(OURS, f"/collections/{LAYER}/items?limit=1")[0] == 503:
            time.sleep(1)
        now, highest = memory_mb(process)
        spent = time.perf_counter() - start
        print(
            f"served form made in {spent:.1f} s; RSS {now:.0f}, highest {highest:.0f}"
        )
        paging(process, rows)
        print("at the end: RSS {:.0f}, highest {:.0f} MB".format(*memory_mb(process)))
        if pygeoapi:
            beside_pygeoapi(pygeoapi, file, folder, rows)
        else:
            for name, paths in (
                ("first page", [f"/collections/{LAYER}/items?limit=100"]),
                ("pages anywhere", pages_of(rows)),
            ):
                print("{}: {:.1f}/s, p99 {:.1f} ms".format(name, *rate(OURS, paths)))


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--pygeoapi", metavar="PYTHON")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parsed = parser.parse_args()
    if parsed.keep is not None:
        parsed.keep.mkdir(parents=True, exist_ok=True)
        run(parsed.keep, parsed.rows, parsed.pygeoapi)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(Path(folder), parsed.rows, parsed.pygeoapi)


if __name__ == "__main__":
    main()
