"""Degenerate polygons for tests, and what the engine and GEOS make of them.

Plane generators use small integers; :func:`to_lonlat` puts them at the region, where a
step of 2^-7 degree is exact, so that what coincides in the plane coincides there.
"""

from itertools import pairwise

import numpy as np
import shapely
from shapely.geometry import MultiPolygon, Polygon

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.engine import Pairs, overlap_pairs
from geo.rings import from_geometry
from geo.types import FloatArray, GeometryArray

HECTARE = 1e4


def to_lonlat(geometry: GeometryArray, step: float = 2.0**-7) -> GeometryArray:
    """Put plane shapes at 111 E, 41 N, one unit being ``step`` degrees."""
    moved = shapely.transform(geometry, lambda c: c * step + [111.0, 41.0])
    return np.asarray(moved)


def rotated(geometry: GeometryArray, angle: float) -> GeometryArray:
    """Turn around the origin; coordinates are rounded, so lines no longer coincide."""
    c, s = np.cos(angle), np.sin(angle)
    turn = np.array([[c, s], [-s, c]])
    return np.asarray(shapely.transform(geometry, lambda x: x @ turn))


def triangle_unions(
    rng: np.random.Generator, n: int, count: int, *, simplify: bool = False
) -> GeometryArray:
    """Unite triangles of a grid: holes, point touches, parts, collinear edges."""
    triangles = []
    for i, j in np.ndindex(n, n):
        x, y = 2 * i, 2 * j
        corner = [(x, y), (x + 2, y), (x + 2, y + 2), (x, y + 2)]
        triangles += [
            Polygon([corner[k], corner[(k + 1) % 4], (x + 1, y + 1)]) for k in range(4)
        ]
    pool = np.array(triangles)
    out: list[shapely.Geometry] = []
    while len(out) < count:
        chosen = pool[rng.random(len(pool)) < rng.uniform(0.15, 0.85)]
        if len(chosen):
            whole = shapely.union_all(chosen)
            out.append(whole.simplify(0) if simplify else whole)
    return np.array(out)


def stars(rng: np.random.Generator, n: int, count: int) -> GeometryArray:
    """Make valid polygons with integer vertices."""
    out: list[Polygon] = []
    while len(out) < count:
        points = rng.integers(0, n + 1, (rng.integers(3, 9), 2)).astype(float)
        centre = points.mean(axis=0) + 1e-3
        angle = np.arctan2(points[:, 1] - centre[1], points[:, 0] - centre[0])
        shape = Polygon(points[np.argsort(angle)])
        if shape.is_valid and shape.area > 0:
            out.append(shape)
    return np.array(out)


def holed(rng: np.random.Generator, n: int, count: int) -> GeometryArray:
    """Make polygons with a hole that may touch the shell, and touching parts."""
    pool = stars(rng, n, 150)
    out: list[shapely.Geometry] = []
    while len(out) < count:
        a, b = pool[rng.integers(150)], pool[rng.integers(150)]
        if rng.random() < 0.5:
            shape: shapely.Geometry = MultiPolygon([a, b])
        elif a.covers(b):
            shape = Polygon(a.exterior.coords, [b.exterior.coords])
        else:
            continue
        if shapely.is_valid(shape) and shapely.area(shape) > 0:
            out.append(shape)
    return np.array(out)


def with_midpoints(
    rng: np.random.Generator, geometry: GeometryArray, share: float
) -> GeometryArray:
    """Put vertices on some edges: T-junctions for the other side."""

    def ring(line: shapely.LinearRing) -> list[FloatArray]:
        points = np.asarray(line.coords)
        out = []
        for a, b in pairwise(points):
            out += [a, (a + b) / 2] if rng.random() < share else [a]
        return [*out, points[-1]]

    def polygon(part: Polygon) -> Polygon:
        return Polygon(ring(part.exterior), [ring(hole) for hole in part.interiors])

    return np.array(
        [MultiPolygon([polygon(p) for p in shapely.get_parts(g)]) for g in geometry]
    )


def grid(step: float, x: float, y: float, n: int = 12) -> GeometryArray:
    """Lay out n x n boxes in rows, degrees."""
    i, j = (k.ravel() for k in np.meshgrid(np.arange(n), np.arange(n)))
    boxes = shapely.box(
        x + i * step, y + j * step, x + (i + 1) * step, y + (j + 1) * step
    )
    return np.asarray(boxes)


def engine_table(a: GeometryArray, b: GeometryArray, threads: int = 2) -> FloatArray:
    """Measure all pairs by the engine, ``(len(a), len(b))``."""
    pairs = overlap_pairs(
        from_geometry(a), from_geometry(b), threads=threads, tolerance_m2=0.0
    )
    return as_table(pairs, len(a), len(b))


def as_table(pairs: Pairs, rows: int, columns: int) -> FloatArray:
    """Spread pairs over a table; 0 where there is none."""
    table = np.zeros((rows, columns))
    table[pairs.left, pairs.right] = pairs.area_m2
    return table


def geos_table(a: GeometryArray, b: GeometryArray) -> FloatArray:
    """Measure all pairs by GEOS, intersected in the lon/lat plane."""
    table = np.zeros((len(a), len(b)))
    i, j = shapely.STRtree(b).query(a, predicate="intersects")
    shared = shapely.intersection(a[i], b[j])
    solid = shapely.area(shared) > 0.0
    table[i[solid], j[solid]] = lonlat_area(shared[solid], CGCS2000)
    return table


def assert_same_areas(
    a: GeometryArray, b: GeometryArray, *, noise_m2: float = 1e-4
) -> None:
    """Compare both orders of two layers with GEOS, pair by pair.

    ``noise_m2`` allows for GEOS, whose crossing points are rounded to doubles.
    """
    truth = geos_table(a, b)
    for table in (engine_table(a, b), engine_table(b, a).T):
        error = np.abs(table - truth)
        assert not np.any((truth > 1.0) & (table < 0.5)), "a pair is missing"
        assert not np.any((table > 1e-3) & (truth <= 0.0)), "a pair is too many"
        assert np.all(error <= noise_m2 + 1e-9 * truth), error.max()
        large = truth > HECTARE
        assert np.all(error[large] <= 1e-9 * truth[large])
