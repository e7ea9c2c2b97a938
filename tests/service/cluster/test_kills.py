"""Real runs of the command line whose workers and scheduler are really killed."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import psutil
import pytest
import shapely

from layers import parts as ledger
from service.cli import main

PARCELS, VERTICES, PARTITIONS = 60_000, 64, 300
ATTEMPTS = 12
Content = Callable[[Path], dict[str, bytes]]


def parcels(path: Path, count: int = PARCELS, vertices: int = VERTICES) -> None:
    """Regular polygons all over the region, neither sorted nor alike."""
    rng = np.random.default_rng(9)
    turn = np.linspace(0, 2 * np.pi, vertices, endpoint=False)
    size = rng.uniform(0.002, 0.02, (count, 1, 1))
    centre = rng.uniform((98, 38), (125, 52), (count, 1, 2))
    ring = centre + size * np.column_stack((np.cos(turn), np.sin(turn)))
    frame = gpd.GeoDataFrame(
        {"id": [f"p{number}" for number in range(count)]},
        geometry=shapely.polygons(ring),
        crs="EPSG:4490",
    )
    frame.to_parquet(path, row_group_size=10_000)


def command(left: Path, output: Path, *more: str) -> list[str]:
    return ["overlap", str(left), "banners", "-o", str(output), *more]


def workers_of(client: subprocess.Popen[bytes]) -> list[int]:
    """Processes forked from the one that the client started for that."""
    try:
        children = psutil.Process(client.pid).children()
        return [one.pid for child in children for one in child.children()]
    except psutil.Error:
        return []


def finished(output: Path) -> int:
    return len(list(ledger.folder_of(output).glob("*.arrow")))


@pytest.mark.slow
def test_workers_killed_ten_times_and_the_scheduler_once(tmp_path: Path) -> None:
    left, here = tmp_path / "p.parquet", tmp_path / "a.csv"
    parcels(left)
    assert main(command(left, here)) == 0
    chance = random.Random(11)  # noqa: S311 - moments, no secrets
    killed = lost = runs = 0
    # A run may be over before all ten and the scheduler: then there is another.
    while killed < 10 or not lost:
        runs += 1
        assert runs <= ATTEMPTS
        there = tmp_path / f"b{runs}.csv"
        words = command(left, there, "--engine", "dask", "--workers", "2")
        words += ["--partitions", str(PARTITIONS)]
        for _ in range(ATTEMPTS):
            client = subprocess.Popen([sys.executable, "-m", "service", *words])
            while client.poll() is None:
                time.sleep(chance.uniform(0.05, 0.5))
                running = workers_of(client) if finished(there) else []
                if killed >= 5 and not lost and 0 < finished(there) < PARTITIONS:
                    # The scheduler of a cluster of one's own lives in the client.
                    client.kill()
                    lost += finished(there)
                elif running and killed < 10:
                    # One that ended meanwhile counts for nothing.
                    with suppress(ProcessLookupError):
                        os.kill(chance.choice(running), signal.SIGKILL)
                        killed += 1
            if client.returncode == 0:
                break
        assert there.read_bytes() == here.read_bytes()
        assert not ledger.folder_of(there).exists()


class Remote(NamedTuple):
    """A scheduler and workers as somebody starts them on machines of their own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]


DASK = str(Path(sys.executable).with_name("dask"))


def started(*words: str) -> subprocess.Popen[bytes]:
    """Start a process whose children can be ended with it."""
    null = subprocess.DEVNULL
    return subprocess.Popen([DASK, *words], stderr=null, start_new_session=True)


def ended(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and all it started."""
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def worker(address: str, folder: Path) -> subprocess.Popen[bytes]:
    folder = folder / "workers"
    return started(
        "worker", address, "--nthreads", "1", "--memory-limit", "3GB",
        "--no-dashboard", "--local-directory", str(folder),
    )  # fmt: skip


@contextmanager
def remote(folder: Path) -> Iterator[Remote]:
    told = folder / "scheduler.json"
    told.unlink(missing_ok=True)
    scheduler = started(
        "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard",
        "--scheduler-file", str(told),
    )  # fmt: skip
    workers: list[subprocess.Popen[bytes]] = []
    try:
        while not told.exists() or not told.read_text().endswith("}"):
            assert scheduler.poll() is None
            time.sleep(0.05)
        address = json.loads(told.read_text())["address"]
        workers += [worker(address, folder) for _ in range(2)]
        yield Remote(address, scheduler, workers)
    finally:
        for process in (*workers, scheduler):
            ended(process)


def begun(left: Path, there: Path, address: str) -> subprocess.Popen[str]:
    more = ["--engine", "dask", "--scheduler", address, "--partitions", str(PARTITIONS)]
    words = [sys.executable, "-m", "service", *command(left, there, *more)]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def awaited(client: subprocess.Popen[str], there: Path, number: int) -> None:
    """Wait until so many partitions are finished, while the client is at work."""
    while finished(there) < number:
        assert client.poll() is None, client.communicate()[1]
        time.sleep(0.005)


def kept(there: Path) -> dict[str, tuple[int, int]]:
    """Tell files that are finished from others of the same name made later."""
    found = ledger.folder_of(there).glob("*.arrow")
    return {one.name: (one.stat().st_ino, one.stat().st_mtime_ns) for one in found}


@pytest.fixture
def sides(tmp_path: Path) -> tuple[Path, Path, Path]:
    left, here, there = (tmp_path / name for name in ("p.parquet", "a.csv", "b.csv"))
    # Eight times what a worker does at once: it may end that without a scheduler.
    parcels(left, 400_000, 8)
    assert main(command(left, here)) == 0
    return left, here, there


@pytest.mark.slow
def test_a_scheduler_elsewhere_is_lost_twice(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    left, here, there = sides
    before: dict[str, tuple[int, int]] = {}
    for _ in range(2):
        with remote(tmp_path) as cluster:
            client = begun(left, there, cluster.address)
            awaited(client, there, len(before) + 20)
            cluster.scheduler.kill()
            said = client.communicate(timeout=300)[1]
            assert client.returncode == 1
            # Until they end by themselves, its workers finish what they are at.
            for process in cluster.workers:
                process.wait(timeout=300)
        assert f"The scheduler {cluster.address} was lost" in said
        assert f"{there.name}.parts keeps what is finished" in said
        assert f"/ {PARTITIONS} partitions" in said
        assert "run the same command" in said
        assert not there.exists()
        after = kept(there)
        # What was finished is not done again.
        assert before.items() < after.items()
        assert len(after) < PARTITIONS
        before = after
    with remote(tmp_path) as cluster:
        client = begun(left, there, cluster.address)
        client.communicate()
        assert client.returncode == 0
    assert there.read_bytes() == here.read_bytes()
    assert not ledger.folder_of(there).exists()


@pytest.mark.slow
def test_workers_elsewhere_are_lost_one_by_one(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    left, here, there = sides
    with remote(tmp_path) as cluster:
        client = begun(left, there, cluster.address)
        for lost, process in enumerate(cluster.workers, start=1):
            awaited(client, there, lost * 20)
            ended(process)
        # Nobody is left. One that comes goes on with the run that waits.
        assert client.poll() is None
        before = kept(there)
        cluster.workers.append(worker(cluster.address, tmp_path))
        awaited(client, there, len(before) + 20)
        assert before.items() < kept(there).items()
        said = client.communicate()[1]
        assert client.returncode == 0, said
    assert there.read_bytes() == here.read_bytes()


@pytest.mark.slow
def test_all_workers_elsewhere_are_lost_for_good(
    sides: tuple[Path, Path, Path], tmp_path: Path
) -> None:
    left, here, there = sides
    with remote(tmp_path) as cluster:
        client = begun(left, there, cluster.address)
        awaited(client, there, 20)
        for process in cluster.workers:
            ended(process)
        said = client.communicate(timeout=600)[1]
        assert client.returncode == 1
        assert "has had no worker for 120 seconds" in said
        assert f"{there.name}.parts keeps what is finished" in said
        cluster.workers.append(worker(cluster.address, tmp_path))
        client = begun(left, there, cluster.address)
        assert client.communicate()[1]
        assert client.returncode == 0
    assert there.read_bytes() == here.read_bytes()


def site_of(folder: Path, count: int, files: int) -> Path:
    """Write small files of parcels."""
    folder.mkdir()
    x, y = np.random.default_rng(4).uniform((107, 39), (112, 42), (count, 2)).T
    shapes = shapely.box(x, y, x + 0.01, y + 0.01)
    for number, part in enumerate(np.array_split(np.arange(count), files)):
        ids = [f"P{k}" for k in part]
        frame = gpd.GeoDataFrame({"id": ids}, geometry=shapes[part], crs=4490)
        frame.to_file(folder / f"{number:03d}.geojson")
    return folder


def blocks_of(folder: Path) -> int:
    journal = folder / "journal.txt"
    # The first line is that of the heading.
    return journal.read_bytes().count(b"\n") - 1 if journal.exists() else 0


@pytest.mark.slow
def test_workers_of_a_check_killed_ten_times(
    tmp_path: Path, batch_content: Content
) -> None:
    site = site_of(tmp_path / "site", 9_000, 30)
    words = ["check", str(site), "--against", "lakes", "sandy_lands"]
    words += ["--sheets", "json", "-o"]
    assert main([*words, str(tmp_path / "here")]) == 0
    here = batch_content(tmp_path / "here")
    chance = random.Random(12)  # noqa: S311 - moments, no secrets
    killed = runs = 0
    # A run may be over before all ten: then there is another.
    while killed < 10:
        runs += 1
        assert runs <= ATTEMPTS
        there = tmp_path / f"there{runs}"
        spread = [str(there), "--engine", "dask", "--workers", "2"]
        for _ in range(ATTEMPTS):
            client = subprocess.Popen(
                [sys.executable, "-m", "service", *words, *spread]
            )
            while client.poll() is None:
                time.sleep(chance.uniform(0.02, 0.3))
                running = workers_of(client) if blocks_of(there) > 0 else []
                if running and killed < 10:
                    # One that ended meanwhile counts for nothing.
                    with suppress(ProcessLookupError):
                        os.kill(chance.choice(running), signal.SIGKILL)
                        killed += 1
            if client.returncode == 0:
                break
        assert batch_content(there) == here
