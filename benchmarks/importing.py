"""A layer of a million features brought in, beside a GeoPandas script doing the same.

usage::

    scripts/bench --only importing
    python -m benchmarks.importing [--rows 1000000] [--runs 3] [--only gpkg shp]
        [--keep FOLDER] [--methods ours geopandas]

Both read the file, find and repair what is invalid, and write GeoParquet; ours also
decides on encoding, coordinate system and axis order, counts and places the faults,
hashes file and layer, puts the features in Hilbert order and publishes a version. Each
runs in a process of its own, in turn, so that the peaks are its own. The results are
compared: as many features, the same sum of areas.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

HERE = Path(__file__).resolve().parent
CRS = "EPSG:4524"
CELL_M = 60.0
BOWTIES = 100
"""One feature in so many crosses itself."""

CHILD = """
import json, resource, sys, time
from pathlib import Path
source, target = Path(sys.argv[1]), Path(sys.argv[2])
{imports}
begin, used = time.perf_counter(), time.process_time()
{work}
seconds, processor = time.perf_counter() - begin, time.process_time() - used
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
import geopandas, numpy
written = geopandas.read_parquet(result, columns=["geometry"])
print(json.dumps({{
    "seconds": seconds, "processor": processor, "peak_mb": peak, "rows": len(written),
    "area": float(written.area.sum()), "valid": bool(written.is_valid.all()),
}}))
"""
METHODS = {
    "ours": (
        "from layers.catalog import Catalog\n"
        "from layers.importing.options import ImportOptions\n"
        "from layers.importing.pipeline import import_files\n"
        "from layers.importing.region import Region\n"
        "region = Region(Catalog.open(Path('seeds')))",
        "report = import_files([source], ImportOptions(id='big'), target, region)\n"
        "result = target / 'layers/big' / report.version / 'features.parquet'",
    ),
    "geopandas": (
        "import geopandas",
        "frame = geopandas.read_file(source)\n"
        "frame['geometry'] = frame.geometry.make_valid(method='structure')\n"
        "result = target / 'features.parquet'\n"
        "frame.to_parquet(result, compression='zstd', write_covering_bbox=True,"
        " schema_version='1.1.0')",
    ),
}


def cells(rows: int, seed: int = 7) -> gpd.GeoDataFrame:
    """Make a coverage of crooked cells that share their sides, 9 vertices each."""
    side = int(np.ceil(np.sqrt(rows)))
    chance = np.random.default_rng(seed)
    steps = 2 * side + 1
    x, y = np.meshgrid(np.arange(steps), np.arange(steps))
    grid = np.stack([x, y], axis=-1) * (CELL_M / 2)
    grid = grid + chance.uniform(-0.15, 0.15, grid.shape) * CELL_M
    row, column = np.divmod(np.arange(rows), side)
    around = [(0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0), (0, 0)]
    rings = np.stack([grid[2 * row + dy, 2 * column + dx] for dy, dx in around], axis=1)
    crossed = np.arange(0, rows, BOWTIES)
    rings[crossed, 2], rings[crossed, 4] = rings[crossed, 4], rings[crossed, 2].copy()
    points = rings.reshape(-1, 2) + np.array([36_420_000.0, 4_460_000.0])
    offsets = np.arange(0, 9 * rows + 1, 9), np.arange(rows + 1)
    shapes = shapely.from_ragged_array(shapely.GeometryType.POLYGON, points, offsets)
    kinds = np.array(["耕地", "林地", "草地", "湿地", "建设用地"])
    columns = {
        "BSM": np.arange(1, rows + 1),
        "DLBM": np.char.zfill((row % 1300).astype(str), 4),
        "DLMC": kinds[column % 5],
        "ZLDWMC": np.char.add("磴口县第", (row % 400).astype(str)),
        "TBMJ": chance.uniform(100, 9000, rows).round(2),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS)


def make(folder: Path, rows: int, form: str) -> Path:
    """Write the test file unless it is there."""
    path = folder / f"cells-{rows}.{form}"
    if not path.exists():
        more = {"encoding": "gbk"} if form == "shp" else {}
        pyogrio.write_dataframe(cells(rows), path, **more)
    return path


def run(method: str, source: Path) -> dict[str, float]:
    """Do it once, in a process of its own."""
    imports, work = METHODS[method]
    root = str(HERE.parent)
    with tempfile.TemporaryDirectory(dir=source.parent) as target:
        done = subprocess.run(
            [sys.executable, "-c", CHILD.format(imports=imports, work=work),
             str(source), target],
            cwd=root, env={**os.environ, "PYTHONPATH": root},
            check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def room(kept: Path | None) -> Iterator[Path]:
    """Lend a folder for the test files."""
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="bench-importing-") as folder:
        yield Path(folder)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="importing", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--keep", type=Path, help="folder of the test files")
    parser.add_argument("--only", nargs="+", default=["gpkg", "shp"])
    parser.add_argument("--methods", nargs="+", default=list(METHODS))
    given = parser.parse_args()
    print(
        "| file | method | seconds | processor s | features/s | MB | rows | area m2 |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|")
    with room(given.keep) as folder:
        for form in given.only:
            compare(make(folder, given.rows, form), given)


def compare(source: Path, given: argparse.Namespace) -> None:
    """Let the methods take turns, print the medians and whether they agree."""
    found: dict[str, list[dict[str, float]]] = {one: [] for one in given.methods}
    for _ in range(given.runs):
        for method, runs in found.items():
            runs.append(run(method, source))
    for method, runs in found.items():
        middle = {
            key: statistics.median(one[key] for one in runs)
            for key in ("seconds", "processor", "peak_mb")
        }
        first = runs[0]
        print(
            f"| {source.suffix[1:]} | {method} | {middle['seconds']:.1f} "
            f"| {middle['processor']:.1f} | {given.rows / middle['seconds']:,.0f} "
            f"| {middle['peak_mb']:,.0f} | {first['rows']:,} | {first['area']:.1f} |",
            flush=True,
        )
    answers = [runs[0] for runs in found.values()]
    same = len({one["rows"] for one in answers}) == 1 and all(
        np.isclose(one["area"], answers[0]["area"], rtol=1e-12) for one in answers
    )
    valid = all(one["valid"] for one in answers)
    print(f"\nsame rows and area: {same}; all valid: {valid}\n", flush=True)


if __name__ == "__main__":
    main()
