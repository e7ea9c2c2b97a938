"""Class areas of a large raster within zones: ours against its peers, in one run.

``python benchmarks/zonal.py RASTER.tif [--zones BANNERS.parquet] [--parcels 10000]``

Each method runs in a process of its own, ``--repeat`` times after a warm-up (kernels
compiled, file in the system's cache); the table has the median, the ratio to ours, the
peak memory above what the process held before, and how far the covered cells per zone
and class are from exactextract's. RASTER comes from ``benchmarks/raster_data.py``.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import rasterio
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from rasterio.windows import Window as RasterWindow

from geo.grid import Grid, Window

CLASSES = 10
CACHE_MB = 32
"""GDAL's block cache. By default it is 5 % of the machine's memory and fills up."""

Table = NDArray[np.float64]


class Blocks:
    """Block reader of one band: a file handle per thread, no masks."""

    def __init__(self, path: Path) -> None:
        self._path, self._local = path, threading.local()
        with rasterio.open(path) as dataset:
            self.block_shape: tuple[int, int] = dataset.block_shapes[0]
            self.nodata: float | None = dataset.nodata
            t = dataset.transform
            crs = CRS.from_wkt(dataset.crs.to_wkt())
            size = dataset.height, dataset.width
        self.grid = Grid(*size, t.c, t.f, t.a, -t.e, crs)

    def __call__(self, window: Window) -> np.ndarray:
        """Decode a window."""
        if not hasattr(self._local, "dataset"):
            self._local.dataset = rasterio.open(self._path)
        rows, columns = window.shape
        part = RasterWindow(window.col0, window.row0, columns, rows)
        return np.asarray(self._local.dataset.read(1, window=part))


def ours(path: Path, zones: gpd.GeoSeries, threads: int) -> Table:
    """Cells per zone and class, with everything that geo.zonal computes."""
    from geo.raster import lattice
    from geo.raster.measure import Measurement
    from geo.raster.run import Run
    from geo.raster.source import Source
    from geo.raster.zones import Zones

    blocks = Blocks(path)
    source = Source(blocks)
    lines = lattice.of_grid(blocks.grid)
    layer = Zones(zones, lines)
    run = Run(layer.rings, lines, block_rows=blocks.block_shape[0], threads=threads)
    found = Measurement(source, blocks.grid, len(zones), None, ()).over(run, None)
    table = np.zeros((len(zones), CLASSES))
    histogram = found.classes
    known = ~np.isnan(histogram.value)
    place = histogram.zone[known], histogram.value[known].astype(int)
    table[place] = histogram.cells[known]
    return table


def public(path: Path, zones: gpd.GeoSeries) -> Table:
    """Call the public function; its areas say nothing of cells: not compared."""
    from geo.zonal import zonal

    blocks = Blocks(path)
    zonal(zones, blocks.grid, blocks)
    return np.zeros((0, 0))


def exactextract(path: Path, zones: gpd.GeoSeries) -> Table:
    """Exact coverage, feature by feature, weighted by (spherical) cell area or not."""
    from exactextract import exact_extract

    frame = gpd.GeoDataFrame(geometry=zones)
    operations = ["unique", "frac", "count"]
    found = exact_extract(str(path), frame, operations, output="pandas")
    table = np.zeros((len(zones), CLASSES))
    for z, (values, shares, count) in enumerate(
        zip(found["unique"], found["frac"], found["count"], strict=True)
    ):
        table[z, np.asarray(values, dtype=int)] = np.asarray(shares) * count
    return table


def rasterstats(path: Path, zones: gpd.GeoSeries) -> Table:
    """Whole cells whose centre is inside."""
    from rasterstats import zonal_stats

    found = zonal_stats(list(zones), str(path), categorical=True, stats=["count"])
    table = np.zeros((len(zones), CLASSES))
    for z, counts in enumerate(found):
        for value, count in counts.items():
            if value != "count":
                table[z, int(value)] = count
    return table


def decode(path: Path, _: gpd.GeoSeries) -> Table:
    """Only decode every block, two threads."""
    from concurrent.futures import ThreadPoolExecutor

    blocks = Blocks(path)
    rows, height = blocks.block_shape[0], blocks.grid.height

    def one(row: int) -> int:
        stop = min(row + rows, height)
        return int(blocks(Window(row, stop, 0, blocks.grid.width))[0, 0])

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(one, range(0, height, rows)))
    return np.zeros((0, 0))


METHODS: dict[str, Callable[[Path, gpd.GeoSeries], Table]] = {
    "ours, 2 threads": lambda path, zones: ours(path, zones, 2),
    "ours, 1 thread": lambda path, zones: ours(path, zones, 1),
    "ours, geo.zonal.zonal": public,
    "exactextract": exactextract,
    "rasterstats": rasterstats,
    "decode only, 2 threads": decode,
}
SLOW = ("exactextract", "rasterstats")


def parcels(count: int) -> gpd.GeoSeries:
    """Star-shaped parcels of 13 to 181 vertices and about 0.3 to 3 km."""
    random = np.random.default_rng(7)
    shapes = []
    for _ in range(count):
        n = int(random.integers(13, 182))
        angle = np.sort(random.uniform(0, 2 * np.pi, n))
        radius = random.lognormal(np.log(0.012), 0.6) * random.uniform(0.6, 1.0, n)
        centre = random.uniform((97.5, 37.8), (125.8, 52.9))
        ring = centre + np.column_stack(
            [1.4 * radius * np.cos(angle), radius * np.sin(angle)]
        )
        shapes.append(shapely.Polygon(ring))
    return gpd.GeoSeries(shapes, crs="EPSG:4326")


def layer(zones: Path | None, count: int) -> gpd.GeoSeries:
    """Zones from a file, or made up."""
    if zones is None:
        return parcels(count)
    return gpd.GeoSeries(gpd.read_parquet(zones).geometry.reset_index(drop=True))


def peak_mb() -> float:
    """Peak resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(method: str, raster: Path, zones: gpd.GeoSeries, repeat: int) -> None:
    """Run one method and print what it took; the table goes to a file."""
    work = METHODS[method]
    # Two zones compile and load everything but hold little.
    if method not in SLOW and "decode" not in method:
        work(raster, gpd.GeoSeries(zones.iloc[:1]))
    before, times, table = peak_mb(), [], np.zeros((0, 0))
    for _ in range(1 if method in SLOW else repeat):
        start = time.perf_counter()
        table = work(raster, zones)
        times.append(time.perf_counter() - start)
    with tempfile.NamedTemporaryFile(suffix=".npy", delete=False) as file:
        np.save(file, table)
    took = {"seconds": statistics.median(times), "mb": peak_mb() - before}
    print(json.dumps({**took, "table": file.name}))


def compare(given: argparse.Namespace) -> None:
    """Run all methods one after the other and print the table."""
    answers: dict[str, dict[str, float]] = {}
    tables: dict[str, Table] = {}
    for method in given.methods or METHODS:
        command = [sys.executable, __file__, *sys.argv[1:], "--method", method]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        answer = json.loads(done.stdout.splitlines()[-1])
        path = Path(answer.pop("table"))
        tables[method] = np.load(path)
        path.unlink()
        answers[method] = answer
    best = answers["ours, 2 threads"]["seconds"]
    print(f"{'method':26}{'seconds':>9}{'x ours':>8}{'MB':>8}  cells from exactextract")
    for method, answer in answers.items():
        line = f"{method:26}{answer['seconds']:9.3f}{answer['seconds'] / best:8.2f}"
        line += f"{answer['mb']:8.0f}  "
        print(line + difference(tables[method], tables.get("exactextract")))


def difference(table: Table, exact: Table | None) -> str:
    """Largest difference in cells, and the largest as a share of its zone."""
    if exact is None or table.shape != exact.shape:
        return ""
    off = np.abs(table - exact)
    share = off / np.maximum(exact.sum(axis=1, keepdims=True), 1e-9)
    return f"{off.max():.2e} cells, {share.max():.1e} of a zone"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("raster", type=Path)
    parser.add_argument("--zones", type=Path)
    parser.add_argument("--parcels", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--methods", nargs="*")
    parser.add_argument("--method", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.method is None:
        compare(given)
        return
    if given.method not in SLOW:
        # Set before GDAL makes its cache.
        rasterio.Env(GDAL_CACHEMAX=CACHE_MB).__enter__()
    zones = layer(given.zones, given.parcels)
    measure(given.method, given.raster, zones, given.repeat)


if __name__ == "__main__":
    main()
