"""Deterministic test layers for the benchmarks, in lon/lat degrees.

Run ``python -m benchmarks.data DIRECTORY`` to write, as GeoParquet,

``banners``
    the shipped 103 banners with each edge made fractal (shared edges stay shared), so
    that they have the vertex count of a 1:250 000 map rather than an overview;
``parcels_100k``, ``parcels_b100k``, ``parcels_1m``
    clustered Voronoi cells with fractal edges that neighbours share;
``redline_500k``
    one multipolygon of half a million vertices with holes, contoured from noise;
``redline_layer``
    ten such multipolygons that overlap each other.
"""

import argparse
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import contourpy
import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.spatial import Voronoi
from shapely import MultiPolygon
from shapely.geometry.base import BaseGeometry

if TYPE_CHECKING:
    from collections.abc import Callable

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ALBERS = "+proj=aea +lat_1=40 +lat_2=50 +lat_0=45 +lon_0=111 +datum=WGS84 +units=m"
LONLAT = "EPSG:4490"
SEEDS = Path(__file__).resolve().parent.parent / "seeds" / "tianditu"
REGION = (97.2, 37.4, 126.1, 53.3)
PARCELS = {"parcels_100k": (100_000, 1), "parcels_b100k": (100_000, 2)}
PARCELS_1M = {"parcels_1m": (1_000_000, 3)}
THEMES = (1500, 1650, 1800, 1900, 2000, 2200, 2400, 2700, 2900, 1600)


class Chains(NamedTuple):
    """Lines that replace straight edges: ``points[start[e]:start[e + 1]]``."""

    points: Floats
    start: Ints


def fractal(
    first: Floats, last: Floats, levels: Ints, amplitude: float, seed: int
) -> Chains:
    """Displace midpoints ``levels`` times; ends are kept to the last bit."""
    generator = np.random.default_rng(seed)
    start = np.concatenate(([0], np.cumsum(2**levels + 1)))
    points = np.empty((start[-1], 2))
    points[start[:-1]], points[start[1:] - 1] = first, last
    for level in range(int(levels.max(initial=0))):
        for depth in np.unique(levels[levels > level]):
            edges = np.flatnonzero(levels == depth)
            step = 2 ** (depth - level)
            at = start[edges][:, np.newaxis] + np.arange(0, 2**depth, step)
            a, b = points[at], points[at + step]
            side = (b - a)[..., ::-1] * [-1.0, 1.0]
            shift = generator.uniform(-amplitude, amplitude, (*at.shape, 1))
            points[at + step // 2] = 0.5 * (a + b) + shift * side
    return Chains(points, start)


def assemble(chains: Chains, edge: Ints, forward: NDArray[np.bool_]) -> Floats:
    """Join chains, leaving out the last point of each."""
    count = np.diff(chains.start)[edge] - 1
    begin = np.where(forward, chains.start[edge], chains.start[edge + 1] - 1)
    first = np.concatenate(([0], np.cumsum(count)[:-1]))
    place = np.arange(count.sum()) - np.repeat(first, count)
    direction = np.where(forward, 1, -1)
    at = np.repeat(begin, count) + np.repeat(direction, count) * place
    return np.asarray(chains.points[at], dtype=np.float64)


def undirected(a: Ints, b: Ints) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Find unique undirected edges ``(e, 2)``, the edge of each pair, its direction."""
    ends = np.stack([np.minimum(a, b), np.maximum(a, b)], axis=1)
    unique, edge = np.unique(ends, axis=0, return_inverse=True)
    return unique, edge.ravel(), a < b


def rings_to_fractal(
    vertices: Floats, sides: Ints, offsets: Ints, levels: Ints | None, seed: int
) -> tuple[Floats, Ints]:
    """Make every side of open rings of vertex numbers fractal, shared sides once."""
    following = np.roll(sides, -1)
    following[offsets[1:] - 1] = sides[offsets[:-1]]
    unique, edge, forward = undirected(sides, following)
    if levels is None:
        draw = np.random.default_rng(seed).random(len(unique))
        levels = 2 + np.searchsorted([0.45, 0.8, 0.95], draw).astype(np.int64)
    else:
        levels = np.broadcast_to(levels, len(unique))
    chains = fractal(vertices[unique[:, 0]], vertices[unique[:, 1]], levels, 0.12, seed)
    points = assemble(chains, edge, forward)
    ends = np.concatenate(([0], np.cumsum(2 ** levels[edge])))[offsets]
    closed = np.insert(points, ends[1:], points[ends[:-1]], axis=0)
    return closed, ends + np.arange(len(ends))


def banners() -> gpd.GeoDataFrame:
    """Take the shipped banners, each edge in eight fractal pieces."""
    source = gpd.read_parquet(SEEDS / "banners.parquet")
    parts, owner = shapely.get_parts(source.geometry.to_numpy(), return_index=True)
    _, points, (ring, part) = shapely.to_ragged_array(parts, include_z=False)
    open_ring = np.ones(len(points), dtype=bool)
    open_ring[ring[1:] - 1] = False
    vertices, number = np.unique(points, axis=0, return_inverse=True)
    offsets = ring - np.arange(len(ring))
    eighths = np.array([3])
    lines, line_offsets = rings_to_fractal(
        vertices, number.ravel()[open_ring], offsets, eighths, 11
    )
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, lines, (line_offsets, part)
    )
    valid = shapely.make_valid(polygons)
    whole = [
        polygons_only(shapely.union_all(valid[owner == k])) for k in range(len(source))
    ]
    return gpd.GeoDataFrame({"code": source.index}, geometry=whole, crs=LONLAT)


def polygons_only(geometry: BaseGeometry) -> BaseGeometry:
    """Drop lines and points."""
    parts = shapely.get_parts(shapely.get_parts(geometry))
    return MultiPolygon(list(parts[shapely.get_type_id(parts) == 3]))


def province() -> BaseGeometry:
    """Outline of the region."""
    source = gpd.read_parquet(SEEDS / "province.parquet")
    return shapely.union_all(source.geometry.to_numpy())


def sites(count: int, seed: int, outline: BaseGeometry) -> Floats:
    """Points in a plane, 60 % spread evenly, 40 % in 400 clusters."""
    generator = np.random.default_rng(seed)
    west, south, east, north = outline.bounds
    centres = generator.uniform((west, south), (east, north), (400, 2))
    spread = generator.lognormal(np.log(15e3), 0.7, 400)
    shapely.prepare(outline)
    kept: list[Floats] = []
    while sum(map(len, kept)) < count:
        even = generator.uniform((west, south), (east, north), (count, 2))
        cluster = generator.integers(0, 400, count)
        noise = generator.normal(size=(count, 2)) * spread[cluster][:, np.newaxis]
        clustered = generator.random((count, 1)) < 0.4
        points = np.where(clustered, centres[cluster] + noise, even)
        kept.append(points[shapely.contains_xy(outline, *points.T)])
    return np.concatenate(kept)[:count]


def parcels(count: int, seed: int) -> gpd.GeoDataFrame:
    """Make a coverage of fractal Voronoi cells, without those that came out invalid."""
    to_plane = Transformer.from_crs(4326, ALBERS, always_xy=True)
    outline = shapely.transform(
        province(), lambda c: np.column_stack(to_plane.transform(*c.T))
    )
    diagram = Voronoi(sites(int(count * 1.05), seed, outline))
    regions = (diagram.regions[r] for r in diagram.point_region)
    closed = [r for r in regions if r and -1 not in r]
    length = np.array([len(r) for r in closed])
    offsets = np.concatenate(([0], np.cumsum(length)))
    sides = np.concatenate([np.asarray(r) for r in closed]).astype(np.int64)
    points, rings = rings_to_fractal(diagram.vertices, sides, offsets, None, seed)
    back = Transformer.from_crs(ALBERS, 4326, always_xy=True)
    lonlat = np.column_stack(back.transform(*points.T))
    cells = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, lonlat, (rings, np.arange(len(rings)))
    )
    cells = cells[shapely.area(cells) < 1.0]
    west, south, east, north = shapely.bounds(cells).T
    near = (west > 96) & (east < 127.5) & (south > 37) & (north < 54)
    cells = cells[near & shapely.is_valid(cells)][:count]
    kind = np.random.default_rng(seed).integers(1, 13, len(cells)).astype(np.int16)
    return gpd.GeoDataFrame({"cls": kind}, geometry=cells, crs=LONLAT)


def noise(shape: tuple[int, int], base: float, gain: float, seed: int) -> Floats:
    """Ten octaves of smooth lattice noise over the region, ``(rows, columns)``."""
    rows, columns = shape
    generator = np.random.default_rng(seed)
    total = np.zeros(shape, dtype=np.float32)
    for octave in range(10):
        frequency, weight = base * 2**octave, np.float32(gain**octave)
        x = np.linspace(0, (REGION[2] - REGION[0]) * frequency, columns)
        y = np.linspace(0, (REGION[3] - REGION[1]) * frequency, rows)
        lattice = generator.random((int(y[-1]) + 2, int(x[-1]) + 2), np.float32)
        i, u = _smooth(x)
        for block in np.array_split(np.arange(rows), max(1, rows // 256)):
            j, v = _smooth(y[block])
            low, high = lattice[j], lattice[j + 1]
            line = low + v[:, np.newaxis] * (high - low)
            left, right = line[:, i], line[:, i + 1]
            total[block] += weight * (left + u * (right - left) - np.float32(0.5))
    return total.astype(np.float64)


def _smooth(x: Floats) -> tuple[Ints, NDArray[np.float32]]:
    cell = x.astype(np.int64)
    part = (x - cell).astype(np.float32)
    return cell, part * part * (3 - 2 * part)


def contour(columns: int, percentile: float, seed: int, base: float) -> BaseGeometry:
    """Outline the area above a percentile of the noise, without small rings."""
    z = noise((columns * 3 // 4, columns), base, 0.75, seed)
    x = np.linspace(REGION[0], REGION[2], z.shape[1])
    y = np.linspace(REGION[1], REGION[3], z.shape[0])
    generator = contourpy.contour_generator(x, y, z, fill_type="OuterOffset")
    polygons = []
    for points, offsets in zip(
        *generator.filled(np.percentile(z, percentile), np.inf), strict=True
    ):
        rings = [points[a:b] for a, b in pairwise(offsets)]
        if len(rings[0]) >= 12:
            holes = [r for r in rings[1:] if len(r) >= 12]
            polygons.append(shapely.Polygon(rings[0], holes))
    return polygons_only(shapely.make_valid(shapely.multipolygons(polygons)))


def redline() -> gpd.GeoDataFrame:
    """One multipolygon inside the region."""
    whole = contour(8600, 72, 1, 0.5)
    inside = shapely.intersection(whole, province().simplify(0.01).buffer(0))
    return gpd.GeoDataFrame(geometry=[polygons_only(inside)], crs=LONLAT)


def redline_layer() -> gpd.GeoDataFrame:
    """Ten themes that overlap each other."""
    shapes = [contour(w, 74.0, 10 + k, 0.4) for k, w in enumerate(THEMES)]
    return gpd.GeoDataFrame(geometry=shapes, crs=LONLAT)


def build(directory: Path, *, million: bool) -> None:
    """Write the layers that are not there yet."""
    directory.mkdir(parents=True, exist_ok=True)
    sizes = PARCELS | (PARCELS_1M if million else {})
    makers: dict[str, Callable[[], gpd.GeoDataFrame]] = {
        "banners": banners,
        "redline_500k": redline,
        "redline_layer": redline_layer,
        **{name: partial(parcels, *size) for name, size in sizes.items()},
    }
    for name, make in makers.items():
        path = directory / f"{name}.parquet"
        if not path.exists():
            make().to_parquet(path, row_group_size=50_000)
        layer = gpd.read_parquet(path)
        count = int(shapely.get_num_coordinates(layer.geometry.to_numpy()).sum())
        print(f"{name}: {len(layer):,} features, {count:,} vertices")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path)
    parser.add_argument("--million", action="store_true")
    arguments = parser.parse_args()
    build(arguments.directory, million=arguments.million)
