"""Real runs of the command line whose workers and scheduler are really killed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import geopandas as gpd
import numpy as np
import psutil
import pytest
import shapely

from layers import parts as ledger
from service.cli import main

PARCELS, VERTICES, PARTITIONS = 60_000, 64, 300
ATTEMPTS = 12


def parcels(path: Path) -> None:
    """Regular polygons all over the region, neither sorted nor alike."""
    rng = np.random.default_rng(9)
    turn = np.linspace(0, 2 * np.pi, VERTICES, endpoint=False)
    size = rng.uniform(0.002, 0.02, (PARCELS, 1, 1))
    centre = rng.uniform((98, 38), (125, 52), (PARCELS, 1, 2))
    ring = centre + size * np.column_stack((np.cos(turn), np.sin(turn)))
    frame = gpd.GeoDataFrame(
        {"id": [f"p{number}" for number in range(PARCELS)]},
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
    left, here, there = (tmp_path / name for name in ("p.parquet", "a.csv", "b.csv"))
    parcels(left)
    assert main(command(left, here)) == 0
    words = command(left, there, "--engine", "dask", "--workers", "2")
    words += ["--partitions", str(PARTITIONS)]
    chance = random.Random(11)  # noqa: S311 - moments, no secrets
    killed = lost = attempts = 0
    while not there.exists():
        attempts += 1
        assert attempts <= ATTEMPTS
        client = subprocess.Popen([sys.executable, "-m", "service", *words])
        while client.poll() is None:
            time.sleep(chance.uniform(0.05, 0.5))
            running = workers_of(client) if finished(there) else []
            if running and killed < 10:
                os.kill(chance.choice(running), signal.SIGKILL)
                killed += 1
            elif killed >= 5 and not lost and 0 < finished(there) < PARTITIONS:
                # The scheduler of a cluster of one's own lives in the client.
                client.kill()
                lost += finished(there)
        client.wait()
    assert killed == 10
    assert lost > 0
    assert there.read_bytes() == here.read_bytes()
    assert not ledger.folder_of(there).exists()
