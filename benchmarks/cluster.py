"""Two million parcels against a layer: here, and spread over a cluster of two workers.

``python -m benchmarks.cluster --data FOLDER [--only redline banners] [--repeat 3]
[--partitions 20 64 1000]``

Whole commands are timed, starting and ending of Python and of the cluster included.
"Running" is a cluster that is there already (``--scheduler``). Peak memory is that of
the largest worker, shared pages counted in each. Files are compared byte by byte.
"""

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from filecmp import cmp
from functools import partial
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import psutil

from benchmarks import data
from layers.catalog import Catalog
from layers.chunks import open_polygons
from layers.workspace import publish
from layers.writers import write_geoparquet
from service.settings import Settings

LAYER = "parcels_2m"
SEEDS = (3, 4)
BIN = Path(sys.executable).parent
POLL_S = 0.5


class Timed(NamedTuple):
    """One command: seconds, and the peak memory of its largest worker, MB."""

    seconds: float
    worker_mb: float


def build(folder: Path) -> Path:
    """Publish the parcels in a workspace, in Hilbert order as layers are kept."""
    workspace = folder / "cluster-workspace"
    if (workspace / "layers" / LAYER).exists():
        return workspace
    folder.mkdir(parents=True, exist_ok=True)
    parts = [data.parcels(1_000_000, seed) for seed in SEEDS]
    whole = gpd.GeoDataFrame(pd.concat(parts, ignore_index=True), crs=parts[0].crs)
    whole.insert(0, "id", [f"P{number:07d}" for number in range(len(whole))])
    path = folder / f"{LAYER}.parquet"
    write_geoparquet(whole, path)
    spec, _ = open_polygons(Catalog.open(Settings().seeds), str(path))
    publish(workspace, spec.model_copy(update={"id": LAYER}), path)
    path.unlink()
    return workspace


def timed(words: list[str], workspace: Path, workers: list[int] | None = None) -> Timed:
    """Run a command; ``workers`` are processes of a running cluster."""
    environment = {**os.environ, "ECOBARRIER_WORKSPACE": str(workspace)}
    peaks: dict[int, float] = {}
    begin = time.perf_counter()
    with subprocess.Popen(
        [str(BIN / "ecobarrier"), *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        watched = threading.Thread(target=watch, args=(process, workers, peaks))
        watched.start()
        code = process.wait()
        seconds = time.perf_counter() - begin
        watched.join()
    if code:
        raise SystemExit(f"{shlex.join(words)}: {code}")
    return Timed(seconds, max(peaks.values(), default=0.0))


def watch(
    process: "subprocess.Popen[bytes]",
    workers: list[int] | None,
    peaks: dict[int, float],
) -> None:
    """Note the peak memory of workers: children of the children of a command."""
    while process.poll() is None:
        for pid in workers or _grandchildren(process.pid):
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            lines = (one for one in status.splitlines() if one.startswith("VmHWM"))
            peaks[pid] = max(
                (int(one.split()[1]) / 1024 for one in lines),
                default=peaks.get(pid, 0.0),
            )
        time.sleep(POLL_S)


def _grandchildren(pid: int) -> list[int]:
    try:
        children = psutil.Process(pid).children()
        return [other.pid for one in children for other in one.children()]
    except psutil.Error:
        return []


@contextmanager
def running(folder: Path, workspace: Path) -> Iterator[tuple[str, list[int]]]:
    """Lend a scheduler's address and the processes of its two workers."""
    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    file = ["--scheduler-file", str(told)]
    common = [
        "--nthreads",
        "1",
        "--memory-limit",
        "3GB",
        "--no-dashboard",
        "--no-nanny",
    ]
    environment = {**os.environ, "ECOBARRIER_WORKSPACE": str(workspace)}
    asked = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    scheduler = [str(BIN / "dask"), "scheduler", "--host", "127.0.0.1", "--port", "0"]
    worker = [str(BIN / "dask"), "worker", "--no-dashboard", *file, *common]
    started = [
        subprocess.Popen([*scheduler, "--no-dashboard", *file], **asked)  # type: ignore[call-overload]
    ]
    try:
        while not told.exists():
            time.sleep(POLL_S)
        started += [
            subprocess.Popen(worker, env=environment, **asked)  # type: ignore[call-overload]
            for _ in range(2)
        ]
        time.sleep(4)
        address = str(json.loads(told.read_text())["address"])
        yield address, [one.pid for one in started[1:]]
    finally:
        for one in reversed(started):
            one.terminate()
            one.wait(30)


def measured(given: argparse.Namespace, workspace: Path, right: str) -> Iterator[str]:
    """Time one pair of layers: a line of a table for each way."""
    here, there = (given.data / f"{name}.parquet" for name in ("here", "there"))
    words = ["overlap", LAYER, right, "-o"]
    timed([*words, str(here)], workspace)
    local = median(given, partial(timed, [*words, str(here)], workspace))
    yield f"| {right} | here, 2 threads | – | {local.seconds:.1f} | | | |"
    dask = [*words, str(there), "--engine", "dask"]
    for count in given.partitions:
        own = [*dask, "--workers", "2", "--partitions", str(count)]
        found = median(given, partial(timed, own, workspace))
        yield line(right, "own cluster", count, found, local, cmp(here, there, False))
    with running(given.data, workspace) as (address, workers):
        for count in given.partitions:
            own = [*dask, "--scheduler", address, "--partitions", str(count)]
            timed(own, workspace)
            found = median(given, partial(timed, own, workspace, workers))
            yield line(right, "running", count, found, local, cmp(here, there, False))
    here.unlink()
    there.unlink()


def median(given: argparse.Namespace, job: Callable[[], Timed]) -> Timed:
    """Median of the seconds, and the largest peak."""
    found = [job() for _ in range(given.repeat)]
    seconds = statistics.median(one.seconds for one in found)
    return Timed(seconds, max(one.worker_mb for one in found))


def line(
    right: str, how: str, count: int, found: Timed, local: Timed, same: bool
) -> str:
    """Make a line of the table."""
    more = 100 * (found.seconds / local.seconds - 1)
    return (
        f"| {right} | {how} | {count:,} | {found.seconds:.1f} | {more:+.0f} % | "
        f"{found.worker_mb:,.0f} MB | {'yes' if same else 'NO'} |"
    )


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="+", default=["redline", "banners"])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--partitions", type=int, nargs="+", default=[20, 64, 1000])
    given = parser.parse_args()
    workspace = build(given.data)
    print("| against | who | partitions | s | more | largest worker | same bytes |")
    print("|---|---|---|---|---|---|---|", flush=True)
    for right in given.only:
        for found in measured(given, workspace, right):
            print(found, flush=True)


if __name__ == "__main__":
    main()
