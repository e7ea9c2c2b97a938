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
from typing import TypeVar

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
Answer = TypeVar("Answer")


def seconds(job: Callable[[], Answer], repeat: int) -> tuple[float, Answer]:
    """Median wall time of a job, and its last answer."""
    times = []
    for _ in range(repeat):
        begin = time.perf_counter()
        answer = job()
        times.append(time.perf_counter() - begin)
    return statistics.median(times), answer


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
    before, total = seconds(ours, repeat)
    scale = 1.0
    if case == "B":
        scale = len(left) / sample
        rows = np.random.default_rng(0).choice(len(left), sample, replace=False)
        left = left.iloc[rows]
    peer, check = seconds(lambda: with_overlay(left, right), 1)
    after, _ = seconds(ours, repeat)
    mine = min(before, after)
    print(f"{case} engine {before:.3f} / {after:.3f} s, {total / 1e6:.6f} km2")
    note = f"(x {scale:g} from {sample})" if scale != 1.0 else f"{check / 1e6:.6f} km2"
    ratio = f"{peer * scale / before:.0f}x / {peer * scale / mine:.0f}x"
    print(f"{case} geopandas.overlay {peer * scale:.1f} s {note} = {ratio}", flush=True)
    if case in "C":
        query = with_duckdb(left, right)
        peer, check = seconds(query, 1)
        print(f"{case} duckdb {peer:.1f} s {check / 1e6:.6f} km2 = {peer / mine:.0f}x")


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
