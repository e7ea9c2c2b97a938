"""Two million parcels against a layer or raster: here, and on a cluster of two workers.

``python -m benchmarks.cluster --data FOLDER [--only redline banners] [--repeat 5]
[--partitions 20 64 1000] [--running] [--large [FILE]] [--raster [FILE]]``

Whole commands are timed, starting and ending of Python and of the cluster included. All
ways are taken in turn, round by round after one that does not count, because a machine
is not as fast in each minute; "more" is the median of what the rounds say.
``--running`` adds a cluster that is there already (``--scheduler``), ``--large`` the
overlap with a right layer above 64 MB, ``--raster`` the classes of a raster in each
parcel (files are made unless they are named). Processor time is that of all processes,
which compares also on a machine that others use. Peak memory is that of the largest
worker, shared pages counted in each. Files are compared byte by byte; one that differs
ends the run.
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
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from filecmp import cmp
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import psutil

from benchmarks import data, raster_data
from layers.catalog import Catalog
from layers.chunks import open_polygons
from layers.workspace import publish
from layers.writers import write_geoparquet
from service.settings import Settings

LAYER = "parcels_2m"
SEEDS = (3, 4)
RIGHT_SEED = 5
MADE = Path("made")
"""Named for a file that is made unless it is there."""
BIN = Path(sys.executable).parent
POLL_S = 0.2


class Timed(NamedTuple):
    """One command: seconds, those of processors, peak memory of its largest worker."""

    seconds: float
    processor: float
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


def large_right(folder: Path) -> Path:
    """Write a right layer of above 64 MB of geometry, with the boxes of features."""
    path = folder / "large_right.parquet"
    if not path.exists():
        write_geoparquet(data.parcels(100_000, RIGHT_SEED), path)
    return path


def classes(folder: Path) -> Path:
    """Write a raster of classes, 20,000 by 19,000 cells."""
    path = folder / "classes.tif"
    if not path.exists():
        raster_data.write(path, 20_000, 19_000, 0.0)
    return path


def timed(words: list[str], workspace: Path, workers: list[int] | None = None) -> Timed:
    """Run a command; ``workers`` are processes of a running cluster."""
    environment = {**os.environ, "ECOBARRIER_WORKSPACE": str(workspace)}
    peaks: dict[int, float] = {}
    before = {pid: _spent(pid) for pid in workers or ()}
    spent = dict(before)
    begin = time.perf_counter()
    with subprocess.Popen(
        [str(BIN / "ecobarrier"), *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        watched = threading.Thread(target=watch, args=(process, workers, peaks, spent))
        watched.start()
        code = process.wait()
        seconds = time.perf_counter() - begin
        watched.join()
    if code:
        raise SystemExit(f"{shlex.join(words)}: {code}")
    processor = sum(spent.values()) - sum(before.values())
    return Timed(seconds, processor, max(peaks.values(), default=0.0))


def watch(
    process: "subprocess.Popen[bytes]",
    workers: list[int] | None,
    peaks: dict[int, float],
    spent: dict[int, float],
) -> None:
    """Note the peak memory of workers, children of the children of a command.

    And the processor time of all: what is spent after the last look is not seen.
    """
    while process.poll() is None:
        for pid in [process.pid, *_descendants(process.pid), *(workers or ())]:
            spent[pid] = max(spent.get(pid, 0.0), _spent(pid))
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


def _descendants(pid: int) -> list[int]:
    try:
        return [one.pid for one in psutil.Process(pid).children(recursive=True)]
    except psutil.Error:
        return []


def _spent(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:
        return 0.0
    return float(times.user + times.system)


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


class Question(NamedTuple):
    """What is asked of the parcels: the command but for its output."""

    name: str
    words: tuple[str, ...]


def questions(given: argparse.Namespace) -> list[Question]:
    """Answer what was chosen on the command line."""
    rights = [*given.only, *([str(given.large)] if given.large else [])]
    found = [Question(Path(one).stem, ("overlap", LAYER, one)) for one in rights]
    if given.raster:
        words = ("zonal", LAYER, str(given.raster))
        found.append(Question(given.raster.stem, words))
    return found


class Way(NamedTuple):
    """A way to have it answered: what is added to the command, whose workers do it."""

    name: str
    partitions: str
    words: tuple[str, ...]
    workers: tuple[int, ...] = ()


def ways(
    given: argparse.Namespace, running_one: tuple[str, list[int]] | None
) -> Iterator[Way]:
    """Answer the ways; the first is the one that others are compared with."""
    yield Way("here, 2 threads", "–", ())
    for count in given.partitions:
        divided = ("--engine", "dask", "--partitions", str(count))
        own = (*divided, "--workers", "2")
        yield Way("own cluster", f"{count:,}", own)
        if running_one:
            address, workers = running_one
            more = (*divided, "--scheduler", address)
            yield Way("running", f"{count:,}", more, tuple(workers))


def measured(
    given: argparse.Namespace, workspace: Path, question: Question
) -> Iterator[str]:
    """Time all ways in turn, round by round: a line of a table for each way."""
    with ExitStack() as kept:
        there = None
        if given.running:
            there = kept.enter_context(running(given.data, workspace))
        found: dict[Way, list[Timed]] = {way: [] for way in ways(given, there)}
        outputs = [given.data / f"answer-{k}.parquet" for k in range(len(found))]
        for number in range(given.repeat + 1):
            for way, output in zip(found, outputs, strict=True):
                words = [*question.words, "-o", str(output), *way.words]
                one = timed(words, workspace, list(way.workers))
                if not cmp(outputs[0], output, False):
                    raise SystemExit(f"{way.name}, {way.partitions}: other bytes")
                if number:  # The first round fills the caches.
                    found[way].append(one)
        for output in outputs:
            output.unlink()
    local = next(iter(found.values()))
    for way, timings in found.items():
        yield line(question.name, way, timings, local)


def line(name: str, way: Way, found: list[Timed], local: list[Timed]) -> str:
    """Make a line of the table; "more" is the median of what each round says."""
    pairs = zip(found, local, strict=True)
    more = statistics.median(one.seconds / other.seconds - 1 for one, other in pairs)
    middle = statistics.median(one.seconds for one in found)
    largest = max(one.worker_mb for one in found)
    processor = statistics.median(one.processor for one in found)
    return (
        f"| {name} | {way.name} | {way.partitions} | {_range(found)} | {middle:.1f} | "
        f"{100 * more:+.0f} % | {processor:.1f} | {largest:,.0f} MB |"
    )


def _range(found: list[Timed]) -> str:
    seconds = [one.seconds for one in found]
    return f"{min(seconds):.1f}–{max(seconds):.1f}"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", nargs="*", default=["redline", "banners"])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--partitions", type=int, nargs="+", default=[20, 64, 1000])
    parser.add_argument("--running", action="store_true")
    parser.add_argument("--large", type=Path, nargs="?", const=MADE)
    parser.add_argument("--raster", type=Path, nargs="?", const=MADE)
    given = parser.parse_args()
    workspace = build(given.data)
    if given.large == MADE:
        given.large = large_right(given.data)
    if given.raster == MADE:
        given.raster = classes(given.data)
    print(
        "| against | who | partitions | s | median | more | processor s | "
        "largest worker |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for question in questions(given):
        for found in measured(given, workspace, question):
            print(found, flush=True)


if __name__ == "__main__":
    main()
