"""Compare the overlap engine with geopandas.overlay (and DuckDB) in one run.

Run ``python -m benchmarks.engine DIRECTORY [A B C D] [--repeat 3] [--sample 300]``
on layers written by :mod:`benchmarks.data`. Layers are loaded before the clock starts:
geopandas gets its frames in the plane of an equal-area projection, DuckDB its tables,
the engine flat rings in lon/lat. Compile time is excluded by a first call.
"""

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np

from geo.engine import overlap_pairs
from geo.rings import from_geometry

CASES = {
    "A": ("parcels_100k", "banners"),
    "B": ("parcels_100k", "redline_500k"),
    "C": ("parcels_100k", "parcels_b100k"),
    "D": ("banners", "redline_layer"),
}
EQUAL_AREA = "+proj=cea +ellps=GRS80 +units=m"
SPATIAL = "extensions/v1.5.5/spatial.duckdb_extension"


class Clock(NamedTuple):
    """Wall and processor time of a job, seconds (medians), and its last answer.

    On a machine that others use, only the processor times of two jobs compare; wall
    time of a job on one thread is then at least its processor time.
    """

    wall: float
    processor: float
    answer: float


def clock(job: Callable[[], float], repeat: int) -> Clock:
    """Run a job a few times."""
    wall, processor, answer = [], [], 0.0
    for _ in range(repeat):
        begin, used = time.perf_counter(), time.process_time()
        answer = job()
        wall.append(time.perf_counter() - begin)
        processor.append(time.process_time() - used)
    return Clock(statistics.median(wall), statistics.median(processor), answer)


def with_overlay(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> float:
    """Total overlap by geopandas."""
    shared = gpd.overlay(left, right, how="intersection", keep_geom_type=True)
    return float(shared.area.sum())


def with_duckdb(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> Callable[[], float]:
    """Load two tables and return the query: a plain join of two geometries."""
    import duckdb
    import duckdb_extension_spatial as wheel

    base = duckdb.connect(config={"allow_unsigned_extensions": "true", "threads": "2"})
    base.execute(f"LOAD '{Path(wheel.__file__).parent / SPATIAL}'")
    for name, frame in (("a", left), ("b", right)):
        table = frame.geometry.to_wkb().to_frame("w").reset_index(drop=True)
        base.register("t", table)
        base.execute(f"CREATE TABLE {name} AS SELECT ST_GeomFromWKB(w) g FROM t")
        base.unregister("t")
    query = (
        "SELECT sum(ST_Area(ST_Intersection(a.g, b.g))) "
        "FROM a JOIN b ON ST_Intersects(a.g, b.g)"
    )
    return lambda: float(base.execute(query).fetchall()[0][0])


def run(directory: Path, case: str, repeat: int, sample: int, threads: int) -> None:
    """Print one line per method of a case."""
    frames = [
        gpd.read_parquet(directory / f"{name}.parquet")[["geometry"]]
        for name in CASES[case]
    ]
    rings = [from_geometry(frame.geometry.to_numpy()) for frame in frames]
    left, right = (frame.to_crs(EQUAL_AREA) for frame in frames)

    def ours() -> float:
        return float(overlap_pairs(*rings, threads=threads).area_m2.sum())

    ours()
    mine = clock(ours, repeat)
    scale = 1.0
    if case == "B":
        scale = len(left) / sample
        rows = np.random.default_rng(0).choice(len(left), sample, replace=False)
        left = left.iloc[rows]
    peers = {"geopandas.overlay": lambda: with_overlay(left, right)}
    if case == "C":
        peers["duckdb"] = with_duckdb(left, right)
    report(case, "engine", mine, mine, 1.0)
    for name, job in peers.items():
        report(case, name, clock(job, 1), mine, scale)
    report(case, "engine again", clock(ours, repeat), mine, 1.0)


def report(case: str, name: str, job: Clock, mine: Clock, scale: float) -> None:
    """Print a line: times (extrapolated), ratios to ours, total."""
    wall, processor = job.wall * scale, job.processor * scale
    print(
        f"{case} {name:18} wall {wall:9.3f} s ({wall / mine.wall:7.1f}x) "
        f"processor {processor:9.3f} s ({processor / mine.processor:7.1f}x) "
        f"{job.answer * 1e-6:.6f} km2",
        flush=True,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("cases", nargs="*", default=list(CASES))
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--sample", type=int, default=300)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    for name in options.cases:
        run(options.directory, name, options.repeat, options.sample, options.threads)
