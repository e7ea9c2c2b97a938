"""The simulation of a schedule against a run of two workers on this machine.

``python -m benchmarks.schedule_real --workspace FOLDER [--partitions 20]`` with the
workspace that ``benchmarks.cluster`` makes (2 million parcels): each partition is timed
alone, the run is played from these times, then made. Before, and without a workspace
only, two workers sleep for drawn times, which load on the machine cannot change.
"""

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.simulator import Cluster, simulate
from layers.chunks import open_polygons
from layers.partitions import partitions as divided
from layers.reading import ReadingCatalog
from service.cluster.engine import EngineChoice, open_engine
from service.overlap_rows import OverlapWork
from service.overlap_sides import SCHEMA, Held, RightSide
from service.partitioned import write_part
from service.settings import Settings


def validate(workspace: Path, partitions: int, folder: Path) -> Iterator[str]:
    """Play a run of two workers here from its partitions' times, and make it."""
    catalog = ReadingCatalog.open(Settings().seeds, workspace)
    begin = time.perf_counter()
    spec, source = open_polygons(catalog, "parcels_2m")
    side = Held(RightSide.of_layer(catalog.vector("redline"), threads=1))
    start = time.perf_counter() - begin
    work = OverlapWork(source, spec.accuracy_m, side, threads=1)
    seconds = []
    for part in divided(len(source), partitions):
        begin = time.perf_counter()
        write_part(folder / "part.arrow", SCHEMA, work.rows((part,)))
        seconds.append(time.perf_counter() - begin)
    (folder / "part.arrow").unlink()
    run = simulate(seconds, Cluster(2, start_s=start))
    yield f"partitions alone: {sum(seconds):.1f} s, longest {max(seconds):.2f} s"
    command = [str(Path(sys.executable).parent / "ecobarrier"), "overlap", "parcels_2m"]
    command += ["redline", "-o", str(folder / "real.parquet"), "--engine", "dask"]
    command += ["--workers", "2", "--partitions", str(partitions)]
    begin = time.perf_counter()
    subprocess.run(
        command,
        check=True,
        env={**os.environ, "ECOBARRIER_WORKSPACE": str(workspace)},
        stdout=subprocess.DEVNULL,
    )
    real = time.perf_counter() - begin
    (folder / "real.parquet").unlink()
    yield f"simulated {run.seconds:.1f} s, real command {real:.1f} s"


def slept(count: int) -> Iterator[str]:
    """Let two workers sleep for drawn times, which no other load can change."""
    tasks = np.random.default_rng(4).lognormal(-1.0, 1.0, count)
    with open_engine(EngineChoice("dask", workers=2)) as engine:
        list(engine.run(time.sleep, [0.01] * 20))
        begin = time.perf_counter()
        list(engine.run(time.sleep, tasks.tolist()))
        real = time.perf_counter() - begin
    run = simulate(tasks, Cluster(2))
    yield f"{count} tasks, together {tasks.sum():.1f} s, longest {tasks.max():.1f} s"
    yield f"simulated {run.seconds:.2f} s, real {real:.2f} s"


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--partitions", type=int, default=20)
    given = parser.parse_args()
    for line in slept(100):
        print(line, flush=True)
    if given.workspace is None:
        return
    for line in validate(given.workspace, given.partitions, Path.cwd()):
        print(line, flush=True)


if __name__ == "__main__":
    main()
