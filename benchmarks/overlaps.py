"""Overlap areas: the engine and its peers on four pairs of layers and on a million."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import peers
from benchmarks.clock import Result, measured
from benchmarks.report import PREPARED
from benchmarks.tables import Table, against_geos, compared, split_by
from geo.authalic import CGCS2000
from geo.engine import index, overlap_chunks, overlap_pairs, prepare
from geo.rings import Rings, from_geometry
from geo.types import FloatArray, GeometryArray, IntArray
from layers.chunks import PolygonFile

EQUAL_AREA = "+proj=cea +ellps=GRS80 +units=m"
QUICK_ROWS = 10_000


class Case(NamedTuple):
    """Two layers, and how the peers are asked.

    Parameters
    ----------
    name, left, right : str
    pieces : bool
        Peers get the right layer split into pieces of at most 256 vertices.
    sample : int
        Features of left that geopandas.overlay gets; 0 for all.
    checked : int
        Features of left compared with GEOS in lon/lat.
    databases : bool
    """

    name: str
    left: str
    right: str
    pieces: bool
    sample: int
    checked: int
    databases: bool


CASES = (
    Case(
        "A: 100k parcels x 103 banners",
        "parcels_100k", "banners", True, 0, 2000, True,
    ),
    Case(
        "B: 100k parcels x red line of 563k vertices",
        "parcels_100k", "redline_500k", True, 300, 2000, True,
    ),
    Case(
        "C: 100k x 100k parcels",
        "parcels_100k", "parcels_b100k", False, 0, 2000, True,
    ),
    Case(
        "D: 103 banners x 10 red lines",
        "banners", "redline_layer", False, 0, 20, False,
    ),
)  # fmt: skip


class Layers(NamedTuple):
    """Both layers of a case as each method wants them."""

    rings: tuple[Rings, Rings]
    lonlat: tuple[GeometryArray, GeometryArray]
    plane: tuple[GeometryArray, GeometryArray]
    pieces: tuple[GeometryArray, IntArray]


def load(directory: Path, case: Case, *, quick: bool) -> Layers:
    """Read, project and split."""
    frames = [gpd.read_parquet(directory / f"{n}.parquet") for n in case[1:3]]
    if quick:
        frames = [frame.iloc[:QUICK_ROWS] for frame in frames]
    left, right = (frame.geometry.to_numpy() for frame in frames)
    plane = [frame.geometry.to_crs(EQUAL_AREA).to_numpy() for frame in frames]
    return Layers(
        (from_geometry(left), from_geometry(right)),
        (left, right),
        (plane[0], plane[1]),
        split_by(plane[1], wanted=case.pieces),
    )


def table(left: Rings, right: Rings, threads: int) -> Table:
    """Ask the engine; both layers are prepared within."""
    pairs = overlap_pairs(left, right, threads=threads)
    return Table(pairs.left, pairs.right, pairs.area_m2)


def run(
    case: Case, directory: Path, runs: int, *, quick: bool, postgis: str | None
) -> Iterator[Result | str]:
    """Measure one case: results, and lines about peers that are not there."""
    layers = load(directory, case, quick=quick)
    if quick:
        case = case._replace(name=f"{case.name} (first {QUICK_ROWS:,} of each)")
    table(*layers.rings, 2)
    two, mine = measured(
        case.name,
        "ours, 2 threads, preparing both layers counted",
        lambda: table(*layers.rings, 2),
        runs,
        ours=True,
    )
    pieces, owner = split_by(layers.lonlat[1], wanted=case.name[0] != "C")
    check = against_geos(mine, layers.lonlat[0], pieces, owner, case.checked)
    yield replace(two, check=check)
    one, same = measured(
        case.name, "ours, 1 thread", lambda: table(*layers.rings, 1), runs, ours=True
    )
    equal = mine.area_m2.tobytes() == same.area_m2.tobytes()
    yield replace(one, check="the same bits" if equal else "OTHER BITS")
    yield prepared(case.name, layers.rings, mine, runs)
    width = len(layers.lonlat[1])
    for name, job, times, scale in _asked(case, layers, runs, postgis):
        if isinstance(job, str):
            yield f"{case.name}: {job}"
            continue
        result, theirs = measured(case.name, name, job, times, scale=scale)
        check = compared(mine, theirs, width, sampled=scale != 1.0)
        yield replace(result, check=check)


def prepared(name: str, rings: tuple[Rings, Rings], wanted: Table, runs: int) -> Result:
    """Measure with both layers prepared, as the tables of the databases are."""
    left, right = prepare(rings[0], CGCS2000), index(rings[1])

    def job() -> Table:
        pairs = overlap_pairs(left, right, threads=2)
        return Table(pairs.left, pairs.right, pairs.area_m2)

    result, found = measured(name, PREPARED, job, runs, ours=True)
    equal = found.area_m2.tobytes() == wanted.area_m2.tobytes()
    return replace(result, check="the same bits" if equal else "OTHER BITS")


def _asked(
    case: Case, layers: Layers, runs: int, postgis: str | None
) -> Iterator[tuple[str, peers.Job | str, int, float]]:
    """Name, job (or why there is none), runs and scale of each peer."""
    left, right = layers.plane
    sampled, scale = left, 1.0
    if case.sample and case.sample < len(left):
        some = np.random.default_rng(0).permutation(len(left))[: case.sample]
        sampled, scale = left.copy(), len(left) / case.sample
        # Positions stay: the others become empty, which costs nothing.
        sampled[np.setdiff1d(np.arange(len(left)), some)] = shapely.Polygon()
    yield "geopandas.overlay", peers.overlay(sampled, right), 1, scale
    pieces, owner = layers.pieces
    kind = ", zones split" if case.pieces else ""
    several = runs if case.pieces else 1
    yield (
        f"shapely, containment, 2 threads{kind}",
        peers.covered(left, pieces, owner), several, 1.0,
    )  # fmt: skip
    if not case.databases:
        return
    makers: dict[str, Callable[[], peers.Job]] = {
        f"DuckDB spatial{kind}": lambda: peers.duckdb(
            left, pieces, owner, pieces=case.pieces
        ),
        f"SedonaDB{kind}": lambda: peers.sedona(
            left, pieces, owner, pieces=case.pieces
        ),
    }
    if postgis:
        makers[f"PostGIS{kind}"] = lambda: peers.postgis(postgis, left, pieces, owner)
    for name, maker in makers.items():
        try:
            yield name, maker(), several, 1.0
        except peers.MissingError as missing:
            yield name, f"{missing}: skipped", 0, 1.0


MILLION = "1M parcels x red line, GeoParquet to table"


def million(directory: Path, runs: int) -> Iterator[Result | str]:
    """Measure the whole way from two files to a table."""
    path, zones = directory / "parcels_1m.parquet", directory / "redline_500k.parquet"
    if not path.exists():
        yield f"{MILLION}: parcels_1m is not there: skipped"
        return

    def ours() -> Table:
        chunk = next(PolygonFile(zones, checked=True).chunks())
        ready = index(chunk.rings)
        begin, parts = 0, []
        chunks = PolygonFile(path, checked=True).chunks()
        sizes: list[int] = []

        def rings() -> Iterator[Rings]:
            for chunk in chunks:
                sizes.append(chunk.rings.size)
                yield chunk.rings

        for k, pairs in enumerate(overlap_chunks(rings(), ready)):
            parts.append(Table(pairs.left + begin, pairs.right, pairs.area_m2))
            begin += sizes[k]
        return Table(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    def theirs() -> Table:
        left = gpd.read_parquet(path, columns=["geometry"]).to_crs(EQUAL_AREA)
        right = gpd.read_parquet(zones, columns=["geometry"]).to_crs(EQUAL_AREA)
        pieces, owner = split_by(right.geometry.to_numpy(), wanted=True)
        return peers.covered(left.geometry.to_numpy(), pieces, owner)()

    result, mine = measured(MILLION, "ours, 2 threads", ours, min(runs, 3), ours=True)
    yield result
    result, other = measured(
        MILLION, "shapely: read, project, split, containment, 2 threads", theirs, 1
    )
    yield replace(result, check=compared(mine, other, 1))


AREAS = "areas of 100k parcels, 1 thread"


def areas(directory: Path, runs: int, *, quick: bool) -> Iterator[Result | str]:
    """Measure polygon areas against Karney's, one polygon after the other."""
    from pyproj import Geod

    shapes = gpd.read_parquet(directory / "parcels_100k.parquet").geometry.to_numpy()
    shapes = shapes[: QUICK_ROWS if quick else None]
    rings, geod = from_geometry(shapes), Geod(ellps="GRS80")
    (x, y), offsets = rings.coordinates.T.copy(), rings.offsets.tolist()

    def karney() -> FloatArray:
        loop = (
            geod.polygon_area_perimeter(x[a:b], y[a:b]) for a, b in pairwise(offsets)
        )
        return np.array([area for area, _ in loop])

    def ours() -> FloatArray:
        return prepare(rings, CGCS2000, threads=1).area_m2

    ours()
    result, mine = measured(AREAS, "ours", ours, runs, ours=True)
    yield result
    result, other = measured(AREAS, "pyproj.Geod, a loop", karney, 1)
    # Parcels have no holes: a ring each.
    off = np.abs(mine / np.abs(other) - 1.0)
    median, worst = np.median(off), off.max()
    yield replace(result, check=f"{median:.1e} median, {worst:.1e} worst: edge rule")
