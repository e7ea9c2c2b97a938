"""An import and a check of many parcels: here, and on two workers of one thread each.

``python -m benchmarks.cluster_import --data FOLDER [--only import check]
[--rows N]``

Whole commands are timed, as in :mod:`benchmarks.cluster`. "Running" is a cluster that
is there already. Published files and ledgers are compared byte by byte.
"""

import argparse
import shutil
from collections.abc import Callable
from filecmp import cmp
from pathlib import Path

import geopandas as gpd

from benchmarks import data
from benchmarks.checking import MADE, PARCELS, SEEDS
from benchmarks.cluster import running, timed
from benchmarks.importing import make

LOCAL_CLUSTER = ["--engine", "dask", "--workers", "2", "--worker-memory", "3000"]
Way = tuple[str, list[str], list[int] | None]
Words = Callable[[Path], list[str]]


def compared(
    what: str, words: Words, made: Callable[[Path], Path], ways: list[Way], folder: Path
) -> None:
    """Run a command each way, print the times and whether the results are equal."""
    first: Path | None = None
    for name, more, workers in ways:
        target = folder / name.replace(" ", "-")
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()
        one = timed([*words(target), *more], target, workers)
        result = made(target)
        same = "" if first is None else f"same bytes: {cmp(first, result, False)}"
        first = first or result
        told = f"{one.seconds:.1f} s | {one.processor:.1f} s | "
        told += f"{one.worker_mb:,.0f} MB | {same}"
        print(f"| {what} | {name} | {told} |", flush=True)


def importing(folder: Path, rows: int, ways: list[Way]) -> None:
    """Bring in a GeoPackage of parcels."""
    source = make(folder, rows, "gpkg")
    compared(
        f"import of {rows:,} parcels",
        lambda _: ["import", str(source), "--id", "big"],
        lambda target: next(target.glob("layers/big/*/features.parquet")),
        ways,
        folder,
    )


def checking(folder: Path, ways: list[Way]) -> None:
    """Check a file of parcels against twelve layers."""
    file = folder / "parcels.geojson"
    if not file.exists():
        data.build(folder, million=False)
        parcels = gpd.read_parquet(folder / "parcels_100k.parquet")
        chosen = parcels.sample(PARCELS, random_state=1).reset_index(drop=True)
        chosen[["geometry"]].assign(id=range(PARCELS)).to_file(file)
    layers = [*(str(folder / f"{name}.parquet") for name in MADE), *SEEDS]
    compared(
        f"check of {PARCELS:,} parcels x {len(layers)} layers",
        lambda target: [
            "check", str(file), "--against", *layers, "--sheets", "none",
            "-o", str(target / "batch"),
        ],
        lambda target: target / "batch" / "ledger.csv",
        ways,
        folder,
    )  # fmt: skip


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="cluster_import", description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", nargs="+", default=["import", "check"])
    given = parser.parse_args()
    given.data.mkdir(parents=True, exist_ok=True)
    print("| what | engine | time | processor | largest worker | |")
    print("|---|---|--:|--:|--:|---|")
    with running(given.data, given.data) as (address, workers):
        ways: list[Way] = [
            ("here", [], None),
            ("cluster of its own", LOCAL_CLUSTER, None),
            ("running", ["--engine", "dask", "--scheduler", address], workers),
        ]
        if "import" in given.only:
            importing(given.data, given.rows, ways)
        if "check" in given.only:
            checking(given.data, ways)


if __name__ == "__main__":
    main()
