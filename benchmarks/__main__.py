"""Measure the engines against their peers, all in one run.

``scripts/bench [--quick] [--only A B C D areas million growth zonal importing check]
[--out results]``

Layers are made the first time (minutes, not measured). Times are medians; slow peers
run once or on a sample, and the table says so. Machine code is compiled before the
clock starts; how long that takes is said too.
"""

import argparse
import importlib.util
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

from benchmarks import checking, data, growth, overlaps, postgis
from benchmarks.clock import Result
from benchmarks.report import HEAD, Report

HERE = Path(__file__).resolve().parent
JOBS = (
    "A", "B", "C", "D", "areas", "million", "growth", "zonal", "importing", "check",
)  # fmt: skip
COMPILE = """
import time, numpy as np, shapely
from geo.engine import overlap_pairs
from geo.rings import from_geometry
box = from_geometry(np.array([shapely.box(110, 40, 110.2, 40.2)]))
begin = time.perf_counter()
overlap_pairs(box, box)
print(time.perf_counter() - begin)
"""


def compile_time() -> str:
    """Time a first overlap with nothing compiled, and in the next process."""
    with tempfile.TemporaryDirectory() as cache:
        environment = {**os.environ, "NUMBA_CACHE_DIR": cache}
        first, second = (
            float(
                subprocess.run(
                    [sys.executable, "-c", COMPILE],
                    env=environment, check=True, capture_output=True, text=True,
                ).stdout
            )
            for _ in range(2)
        )  # fmt: skip
    return (
        f"Compiling took {first:.1f} s the first time, {second:.2f} s in the next "
        "process; it is not part of any time here."
    )


def zonal(directory: Path, *, quick: bool) -> Iterator[Result | str]:
    """Hand over to benchmarks/zonal.py, which prints its own table."""
    if importlib.util.find_spec("benchmarks.zonal") is None:
        yield "zonal: not there: skipped"
        return
    raster = directory / ("classes_quick.tif" if quick else "classes.tif")
    if not raster.exists():
        size = ["--width", "4000", "--height", "3800"] if quick else []
        command = [sys.executable, str(HERE / "raster_data.py"), str(raster), *size]
        _run(command)
    zones = ["--zones", str(directory / "banners.parquet")]
    repeat = ["--repeat", "1" if quick else "5"]
    command = [sys.executable, str(HERE / "zonal.py"), str(raster)]
    for what in (zones, ["--parcels", "10000"]):
        yield f"zonal classes, {what[0][2:]}:"
        yield from _run([*command, *what, *repeat]).splitlines()


def importing(directory: Path, *, quick: bool) -> Iterator[Result | str]:
    """Hand over to benchmarks/importing.py, which prints its own table."""
    rows = ["--rows", "200000" if quick else "1000000", "--runs", "1" if quick else "3"]
    command = [sys.executable, str(HERE / "importing.py"), *rows]
    yield f"importing {rows[1]} parcels:"
    yield from _run([*command, "--keep", str(directory)]).splitlines()


def _run(command: list[str]) -> str:
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent)}
    done = subprocess.run(
        command, env=environment, check=True, capture_output=True, text=True
    )
    return done.stdout


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, default=HERE / "data")
    parser.add_argument("--out", type=Path, default=HERE / "data" / "results")
    parser.add_argument("--only", nargs="+", choices=JOBS, default=JOBS)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="10k parcels, one run")
    parser.add_argument(
        "--postgis", help="address of a server, as for psql; else one is started"
    )
    parser.add_argument("--plot", type=Path, help="default: OUT-growth.png")
    given = parser.parse_args()
    runs = 1 if given.quick else given.repeat
    data.build(given.data, million=not given.quick and "million" in given.only)
    # So that whoever ends this ends the server it started too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with ExitStack() as kept:
        address = given.postgis or kept.enter_context(postgis.server())
        measure(given, runs, address)


def measure(given: argparse.Namespace, runs: int, address: str | None) -> None:
    """Do the jobs that were asked for, and write the report."""
    report, begin = Report(), time.perf_counter()
    print(HEAD)
    report.add(compile_time())
    if not address:
        report.add("PostGIS: not installed, no server given (--postgis): skipped")
    jobs = {
        case.name[0]: partial(
            overlaps.run, case, given.data, runs,
            quick=given.quick, postgis=address,
        )
        for case in overlaps.CASES
    }  # fmt: skip
    jobs["areas"] = partial(overlaps.areas, given.data, runs, quick=given.quick)
    jobs["check"] = partial(checking.run, given.data, runs)
    jobs["million"] = partial(overlaps.million, given.data, runs)
    jobs["zonal"] = partial(zonal, given.data, quick=given.quick)
    jobs["importing"] = partial(importing, given.data, quick=given.quick)
    for name, job in jobs.items():
        if name in given.only and not (name == "million" and given.quick):
            for found in job():
                report.add(found)
    if "growth" in given.only:
        for size, result in growth.run(given.data, quick=given.quick):
            report.growth.append((size, result))
            print(
                f"{result.job} {size:,}: {result.method} {result.seconds:.3f} s, "
                f"{result.peak_mb:.0f} MB", flush=True,
            )  # fmt: skip
        picture = given.plot or given.out.with_name(f"{given.out.name}-growth.png")
        growth.plot(report.growth, picture)
    report.add(f"The whole took {(time.perf_counter() - begin) / 60:.1f} minutes.")
    report.write(given.out)


if __name__ == "__main__":
    main()
