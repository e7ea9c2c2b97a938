"""What a partition of a national overlap costs: measured for ``benchmarks.schedule``.

``python -m benchmarks.partition_cost --data FOLDER --only right`` (then ``left``,
``engine``) with the layers of ``benchmarks.data``; each adds to
``benchmarks/schedule.json``. Seconds are of the processor, one thread, so that a busy
machine does not count; the function is the one that a cluster's workers run.

*Red line.* ``redline_500k`` made 3.5 times smaller and laid out 3 by 3 has as many
vertices per km2 as some 60 million on 9.6 million km2.

*Parcels.* 250,000 neighbouring cells of ``parcels_1m``, made smaller until their mean
area is that of a place: from house plots of a town to pastures.
"""

import argparse
import json
import resource
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from layers.catalog import Catalog
from layers.chunks import PolygonFile
from layers.loaded import VectorLayer
from layers.partitions import partitions
from layers.row_sink import row_sink
from layers.writers import hilbert_order
from service.cluster.engine import EngineChoice, open_engine
from service.overlap_rows import OverlapWork
from service.overlap_sides import SCHEMA, Held, RightSide
from service.partitioned import read_part, write_part
from service.settings import Settings

OUTPUT = Path(__file__).with_name("schedule.json")
SMALLER, SIDE = 3.5, 3
CORNER = (97.5, 37.6)
SIZES = (50_000, 125_000, 250_000)
AREAS_KM2 = (0.0002, 0.002, 0.02, 0.2, 2.0)
"""Mean area of a place's parcels: a town's plots; fields; ...; pastures of a banner."""
TIMES = 2
"""Partitions of one size in a place, at most."""
NOTHING = 2_000


class Cost(NamedTuple):
    """Of one partition."""

    parcels: int
    parcel_km2: float
    near: bool
    """Whether the middle of the place is on the red line, or anywhere."""
    seconds: float
    pairs: int
    read_bytes: int
    written_bytes: int
    box_vertices: int
    """Of the red-line features whose boxes meet the partition's."""


def red_line(folder: Path) -> Path:
    """Write a piece of a national red line; each polygon is a feature."""
    path = folder / "redline_national.parquet"
    if path.exists():
        return path
    whole = gpd.read_parquet(folder / "redline_500k.parquet")
    parts = shapely.get_parts(whole.geometry.to_numpy())
    west, south, east, north = shapely.total_bounds(parts)
    size = np.array([east - west, north - south]) / SMALLER
    tiles = []
    for i, j in np.ndindex(SIDE, SIDE):
        corner = np.array(CORNER) + size * (i, j)
        tiles.append(_shifted(parts, np.array([west, south]), 1 / SMALLER, corner))
    shapes = np.concatenate(tiles)
    frame = gpd.GeoDataFrame(geometry=shapes[shapely.is_valid(shapes)], crs=whole.crs)
    frame.insert(0, "id", [f"R{number}" for number in range(len(frame))])
    frame.to_parquet(path, compression="zstd", row_group_size=1000)
    return path


def _shifted(
    shapes: np.ndarray, origin: np.ndarray, scale: float, to: np.ndarray
) -> np.ndarray:
    """Make shapes larger or smaller, and put their origin elsewhere."""
    moved = shapely.transform(shapes, lambda xy: to + scale * (xy - origin))
    return np.asarray(moved)


def right_cost(folder: Path) -> dict[str, float]:
    """Measure what a worker spends on the right side before its first partition."""
    path = red_line(folder)
    before, begin = _resident(), time.process_time()
    side, layer = loaded(path)
    seconds, held = time.process_time() - begin, _resident() - before
    count = int(shapely.get_num_coordinates(layer.features.geometry.to_numpy()).sum())
    area = float(np.sum(side.index.layer.area_m2)) / 1e6
    return {
        "vertices": count,
        "features": len(layer.features),
        "area_km2": area,
        "load_seconds_per_million": 1e6 * seconds / count,
        "held_bytes_per_vertex": held / count,
        "peak_bytes_per_vertex": (_peak() - before) / count,
        "file_bytes_per_vertex": path.stat().st_size / count,
    }


def loaded(path: Path) -> tuple[RightSide, VectorLayer]:
    """Load the right side as a worker does."""
    layer = Catalog.open(Settings().seeds).vector(str(path))
    return RightSide.of_layer(layer, threads=1), layer


def _resident() -> int:
    pages = Path("/proc/self/statm").read_text().split()[1]
    return int(pages) * resource.getpagesize()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def left_costs(
    folder: Path, areas_km2: tuple[float, ...], near: bool
) -> Iterator[Cost]:
    """Measure partitions of all sizes in places of all kinds."""
    side, layer = loaded(red_line(folder))
    shapes = layer.features.geometry.to_numpy()
    boxes, vertices = shapely.bounds(shapes), shapely.get_num_coordinates(shapes)
    outline = shapely.get_coordinates(shapes)
    all_cells = gpd.read_parquet(folder / "parcels_1m.parquet").geometry
    cells = np.asarray(all_cells.iloc[hilbert_order(all_cells)])
    generator = np.random.default_rng(9)
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    for area_km2 in areas_km2:
        first = generator.integers(0, len(cells) - max(SIZES))
        chosen = cells[first : first + max(SIZES)]
        path = folder / "place.parquet"
        middle = generator.uniform(0.8 * low + 0.2 * high, 0.2 * low + 0.8 * high)
        if near:
            middle = outline[np.argmin(np.abs(outline - middle).sum(axis=1))]
        place(chosen, area_km2, middle, path)
        for size in SIZES:
            kind = area_km2, near
            yield from measured(path, size, kind, side, (boxes, vertices))
        path.unlink()


def place(cells: np.ndarray, area_km2: float, middle: np.ndarray, path: Path) -> None:
    """Write cells moved to a place, so small that their mean area is the one wanted."""
    latitude = np.radians(middle[1])
    mean = shapely.area(cells).mean() * 111.32**2 * np.cos(latitude)
    scale = np.sqrt(area_km2 / mean)
    box = shapely.total_bounds(cells)
    centre = np.array([box[0] + box[2], box[1] + box[3]]) / 2
    moved = _shifted(cells, centre, float(scale), middle)
    frame = gpd.GeoDataFrame(geometry=moved, crs="EPSG:4490")
    frame.insert(0, "id", [f"150000{number:013d}" for number in range(len(frame))])
    frame.to_parquet(path, compression="zstd", row_group_size=10_000)


def measured(
    path: Path,
    size: int,
    kind: tuple[float, bool],
    side: RightSide,
    right: tuple[np.ndarray, np.ndarray],
) -> Iterator[Cost]:
    """Run each partition of a place as a worker would."""
    boxes, vertices = right
    source = PolygonFile(path, checked=True)
    work = OverlapWork(source, None, Held(side), threads=1)
    extents = shapely.bounds(gpd.read_parquet(path).geometry.to_numpy())
    per_row = path.stat().st_size / len(source)
    for part in partitions(len(source), len(source) // size)[:TIMES]:
        kept = path.with_suffix(".arrow")
        begin = time.process_time()
        write_part(kept, SCHEMA, work.rows((part,)))
        seconds = time.process_time() - begin
        tables, _ = read_part(kept)
        own = extents[part.start : part.stop]
        west, south = own[:, :2].min(axis=0)
        east, north = own[:, 2:].max(axis=0)
        near = (boxes[:, 0] <= east) & (boxes[:, 2] >= west)
        near &= (boxes[:, 1] <= north) & (boxes[:, 3] >= south)
        yield Cost(
            part.rows,
            *kind,
            seconds,
            sum(one.num_rows for one in tables),
            round(per_row * part.rows),
            kept.stat().st_size,
            int(vertices[near].sum()),
        )
        kept.unlink()


def merge_cost(folder: Path) -> dict[str, float]:
    """Measure what it takes to put rows of finished partitions into one file."""
    rows = 2_000_000
    ids = np.char.add("150000", np.arange(rows).astype("U13"))
    numbers = np.random.default_rng(1).random(rows)
    columns = [ids, np.full(rows, "R1"), *[numbers] * 3, np.full(rows, np.nan)]
    names = [field.name for field in SCHEMA]
    import pyarrow as pa

    table = pa.table(dict(zip(names, columns, strict=True))).cast(SCHEMA)
    path = folder / "merged.parquet"
    begin = time.process_time()
    with row_sink(path, SCHEMA) as sink:
        for start in range(0, rows, 50_000):
            sink.write(table.slice(start, 50_000))
    seconds = time.process_time() - begin
    size = path.stat().st_size
    path.unlink()
    return {"rows_per_second": rows / seconds, "bytes_per_row": size / rows}


def engine_cost() -> dict[str, float]:
    """Measure what a task costs when it has nothing to do."""
    with open_engine(EngineChoice("dask", workers=2)) as engine:
        list(engine.run(abs, range(100)))
        begin = time.perf_counter()
        done = sum(1 for _ in engine.run(abs, range(NOTHING)))
        seconds = time.perf_counter() - begin
    return {"task_seconds": seconds / done}


def main() -> None:
    """Measure, and keep what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--only", choices=("right", "left", "merge", "engine"))
    parser.add_argument("--areas", type=float, nargs="+", default=AREAS_KM2)
    parser.add_argument("--near", action="store_true")
    given = parser.parse_args()
    kept: dict[str, Any] = json.loads(OUTPUT.read_text()) if OUTPUT.exists() else {}
    if given.only in (None, "right"):
        kept["right"] = right_cost(given.data)
    if given.only in (None, "left"):
        known = kept.setdefault("partitions", [])
        known[:] = [
            one
            for one in known
            if one["parcel_km2"] not in given.areas or one["near"] != given.near
        ]
        for one in left_costs(given.data, tuple(given.areas), given.near):
            print(one, flush=True)
            known.append(one._asdict())
            OUTPUT.write_text(_text(kept))
    if given.only in (None, "merge"):
        kept["merge"] = merge_cost(given.data)
    if given.only in (None, "engine"):
        kept["engine"] = engine_cost()
    OUTPUT.write_text(_text(kept))


def _text(kept: dict[str, Any]) -> str:
    return json.dumps(kept, indent=1, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
