"""How time and memory grow, ours and two peers': with features, with a zone's vertices.

Coordinates stay in degrees for all: nobody projects.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import peers
from benchmarks.clock import Result, measured
from benchmarks.data import fractal
from benchmarks.tables import Table, split
from geo.engine import overlap_chunks
from geo.rings import from_geometry
from geo.types import GeometryArray
from layers.chunks import CHUNK_ROWS

FEATURES = "features"
VERTICES = "vertices of the zone"
METHODS = {
    "ours": "#0072b2",
    "shapely, split, containment, 2 threads": "#e69f00",
    "geopandas.overlay": "#cc79a7",
}
LONGEST_S = 30.0
"""A method whose last point would take longer than this, by its trend, stops there."""


def zone(vertices: int) -> GeometryArray:
    """Make a square with fractal sides of some vertices over the parcels."""
    levels = round(np.log2(vertices / 4))
    corners = np.array([(104.0, 39.5), (119.0, 39.5), (119.0, 47.5), (104.0, 47.5)])
    sides = fractal(corners, np.roll(corners, -1, axis=0), np.full(4, levels), 0.12, 5)
    open_ring = np.delete(sides.points, sides.start[1:] - 1, axis=0)
    made = shapely.make_valid(shapely.Polygon(open_ring))
    parts = shapely.get_parts(made)
    return np.array([shapely.multipolygons(parts[shapely.get_type_id(parts) == 3])])


def _ours(left: GeometryArray, right: GeometryArray) -> Callable[[], Table]:
    """Feed the engine in chunks, as files are read: that bounds its memory."""
    cuts = range(0, len(left), CHUNK_ROWS)
    a = [from_geometry(left[k : k + CHUNK_ROWS]) for k in cuts]
    b = from_geometry(right)

    def job() -> Table:
        found = list(overlap_chunks(a, b))
        i = [pairs.left + k for pairs, k in zip(found, cuts, strict=True)]
        return Table(
            np.concatenate(i),
            np.concatenate([pairs.right for pairs in found]),
            np.concatenate([pairs.area_m2 for pairs in found]),
        )

    return job


def _shapely(left: GeometryArray, right: GeometryArray) -> Callable[[], Table]:
    return lambda: peers.covered(left, *split(right))()


def _line(
    job: str, method: str, points: list[tuple[int, GeometryArray, GeometryArray]]
) -> Iterator[tuple[int, Result]]:
    """Measure one method until it takes too long."""
    maker = {"ours": _ours, "geopandas.overlay": peers.overlay}.get(method, _shapely)
    before, seconds = points[0][0], 0.0
    for size, left, right in points:
        if seconds * size / before > LONGEST_S:
            return
        work = maker(left, right)
        ours = method == "ours"
        if ours:
            work()
        result, _ = measured(job, method, work, 3 if ours else 1, ours=ours)
        yield size, result
        before, seconds = size, result.seconds


def run(directory: Path, *, quick: bool) -> Iterator[tuple[int, Result]]:
    """Measure all points of both plots."""
    name = "parcels_1m" if (directory / "parcels_1m.parquet").exists() else ""
    every = gpd.read_parquet(
        directory / f"{name or 'parcels_100k'}.parquet", columns=["geometry"]
    ).geometry.to_numpy()
    every = every[np.random.default_rng(0).permutation(len(every))]
    zones = gpd.read_parquet(directory / "banners.parquet").geometry.to_numpy()
    top = 4 if quick else 6
    sizes = [10**k for k in range(3, top + 1) if 10**k <= len(every)]
    by_features = [(n, every[:n].copy(), zones) for n in sizes]
    some = every[: 1000 if quick else 10_000].copy()
    corners = [4 * 2**k for k in range(8, 13 if quick else 19, 2)]
    by_vertices = [(n, some, zone(n)) for n in corners]
    for method in METHODS:
        yield from _line(FEATURES, method, by_features)
        yield from _line(VERTICES, method, by_vertices)


def plot(points: list[tuple[int, Result]], path: Path) -> None:
    """Draw four panels: seconds and MB against features and vertices."""
    import matplotlib as mpl

    mpl.use("Agg")
    import matplotlib.pyplot as plt

    figure, panels = plt.subplots(2, 2, figsize=(9, 6.5), layout="constrained")
    titles = {
        FEATURES: "features x 103 banners",
        VERTICES: "10,000 parcels x 1 zone",
    }
    for column, job in enumerate((FEATURES, VERTICES)):
        for method, colour in METHODS.items():
            mine = [(n, r) for n, r in points if (r.job, r.method) == (job, method)]
            sizes = [n for n, _ in mine]
            style = {"marker": "o", "color": colour, "label": method, "markersize": 4}
            panels[0, column].loglog(sizes, [r.seconds for _, r in mine], **style)
            memory = [max(r.peak_mb, 1.0) for _, r in mine]
            panels[1, column].loglog(sizes, memory, **style)
        panels[0, column].set(title=titles[job], ylabel="seconds")
        panels[1, column].set(xlabel=job, ylabel="peak memory, MB above the layers")
    for panel in panels.flat:
        panel.grid(alpha=0.3)
    handles, labels = panels[0, 0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside upper center", ncols=3, fontsize=8)
    figure.savefig(path, dpi=110)
    plt.close(figure)
