"""Synthetic layers and assertions, for the tests of the product and of its users.

All layers are CGCS2000 lon/lat (EPSG:4490) inside the region, made from a seed, so
that a failure can be repeated.
"""

from collections.abc import Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from geo.crs import WORKING_CRS
from geo.grid import Grid, Window
from geo.overlay import Overlap
from geo.types import BBox, FloatArray, GeometryArray
from geo.zonal import NODATA, OUTSIDE, Reader, Zonal

BOUNDS: BBox = (110.0, 40.0, 112.0, 42.0)
"""Where synthetic layers lie unless told otherwise, lon/lat degrees."""

RELATIVE = 1e-9
"""How well a table closes, of the area concerned."""

ABSOLUTE_M2 = 1e-6
"""What rounding of coordinates (1.4e-14 degree, 2 nm) may add on a kilometre of
outline, m2."""


def layer(
    geometry: Sequence[shapely.Geometry | None], index: Sequence[object] | None = None
) -> gpd.GeoSeries:
    """Make a lon/lat layer; features are called ``f0``, ``f1``, … by default."""
    names = [f"f{i}" for i in range(len(geometry))] if index is None else list(index)
    values = np.array(geometry, dtype=object)
    return gpd.GeoSeries(values, index=pd.Index(names), crs=WORKING_CRS)


def coverage_layer(count: int, seed: int, bounds: BBox = BOUNDS) -> gpd.GeoSeries:
    """Make neighbours that share every vertex of their borders: Voronoi cells.

    Parameters
    ----------
    count : int
        Number of cells, >= 2.
    seed : int
    bounds : BBox
        The cells fill it without gaps.

    Returns
    -------
    GeoSeries
        ``(count,)``, EPSG:4490.
    """
    points = shapely.multipoints(_points(np.random.default_rng(seed), count, bounds))
    frame = shapely.box(*bounds)
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=frame))
    return layer(list(shapely.intersection(cells, frame)))


def scattered_layer(
    count: int, seed: int, bounds: BBox = BOUNDS, *, size: float = 0.3
) -> gpd.GeoSeries:
    """Make features that overlap, nest and repeat at random, with holes and parts.

    Parameters
    ----------
    count : int
    seed : int
    bounds : BBox
        Centres lie in it; features may reach over it by ``size``.
    size : float
        Largest radius of a feature, degrees.

    Returns
    -------
    GeoSeries
        ``(count,)`` valid polygons and multipolygons, EPSG:4490. About every fifth
        has a hole, every fifth a second part, every fifth equals the one before.
    """
    rng = np.random.default_rng(seed)
    made: list[shapely.Geometry] = []
    for centre in _points(rng, count, bounds):
        kind = int(rng.integers(5))
        first = star(rng, centre, size)
        shape: shapely.Geometry = first
        if kind == 0:
            hole = shapely.affinity.scale(shape, 0.4, 0.4, origin=tuple(centre))
            shape = shapely.difference(shape, hole)
        elif kind == 1:
            far = centre + np.array([2.5 * size, 0.0])
            shape = shapely.MultiPolygon([first, star(rng, far, size)])
        elif kind == 2 and made:
            shape = made[-1]
        made.append(shape)
    return layer(made)


def star(rng: np.random.Generator, centre: FloatArray, size: float) -> shapely.Polygon:
    """Make a valid polygon of 5 to 12 corners that sees all of itself from its centre.

    Parameters
    ----------
    rng : Generator
    centre : FloatArray
        ``(2,)``, x,y.
    size : float
        Largest distance of a corner; none is nearer than a third of it.
    """
    corners = int(rng.integers(5, 13))
    angle = 2.0 * np.pi * (np.arange(corners) + rng.uniform(0.0, 0.8, corners))
    radius = size * rng.uniform(1 / 3, 1.0, corners)
    turn = np.column_stack([np.cos(angle / corners), np.sin(angle / corners)])
    return shapely.Polygon(centre + radius[:, np.newaxis] * turn)


def shared_edge_layers(
    count: int, seed: int, bounds: BBox = BOUNDS
) -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """Make two layers whose borders coincide in part.

    The left one is a coverage, the right one dissolves it to about a third as many
    groups, so that all pairs share edges and none of the right is cut.
    """
    left = coverage_layer(count, seed, bounds)
    group = np.random.default_rng(seed).integers(0, max(count // 3, 1), count)
    values = left.to_numpy()
    merged = [shapely.coverage_union_all(values[group == g]) for g in np.unique(group)]
    return left, layer(merged)


def moved(
    geometry: shapely.Geometry, source: str | CRS, target: str | CRS
) -> shapely.Geometry:
    """Carry the vertices of a geometry from one CRS to another, x,y order in both."""
    step = Transformer.from_crs(source, target, always_xy=True)
    return shapely.transform(
        geometry, lambda points: np.column_stack(step.transform(*points.T))
    )


def raster(
    values: np.ma.MaskedArray,
    corner: tuple[float, float],
    cell: tuple[float, float],
    crs: str | CRS = WORKING_CRS,
) -> tuple[Grid, Reader]:
    """Make a grid and the reader of an array.

    Parameters
    ----------
    values : MaskedArray
        ``(rows, columns)``, first row in the north; masked where there is no value.
    corner : tuple of float
        The outer north-west corner, x,y.
    cell : tuple of float
        Width and height of a cell, both positive.
    crs : str or CRS
        Of the corner.
    """
    rows, columns = values.shape
    grid = Grid(rows, columns, *corner, *cell, CRS.from_user_input(crs))

    def read(window: Window) -> np.ma.MaskedArray:
        return values[window.row0 : window.row1, window.col0 : window.col1]

    return grid, read


def assert_closes(
    table: Overlap | Zonal,
    *,
    relative: float = RELATIVE,
    absolute_m2: float = ABSOLUTE_M2,
) -> None:
    """Check that all sums of a table agree with each other.

    Parameters
    ----------
    table : Overlap or Zonal
        Of an overlap: for each feature of either layer, dissolved overlap plus
        remainder against its area, and its pairs against its sum; for the totals the
        same. Of zonal statistics: classes, nodata and outside against each zone's
        area, shares against 1, classes against the area with a value.
    relative, absolute_m2 : float
        Two sums may differ by ``absolute_m2 + relative * sum``.

    Raises
    ------
    AssertionError
        Naming the sum and the features that do not close.
    """
    tolerance = relative, absolute_m2
    if isinstance(table, Zonal):
        _assert_zonal_closes(table, *tolerance)
    else:
        _assert_overlap_closes(table, *tolerance)


def _assert_overlap_closes(table: Overlap, relative: float, absolute: float) -> None:
    areas = table.pairs["area_m2"]
    for side, features in (("left", table.left), ("right", table.right)):
        whole = features["overlap_dissolved_m2"] + features["remainder_m2"]
        _close(f"{side}: parts", whole, features["area_m2"], relative, absolute)
        pairs = areas.groupby(table.pairs[side].to_numpy()).sum()
        # A repeated label cannot be told apart in the pairs.
        sums = features["overlap_sum_m2"].groupby(level=0).sum()
        pairs = pairs.reindex(sums.index, fill_value=0.0)
        _close(f"{side}: pairs", pairs, sums, relative, absolute)
    totals = pd.Series(table.totals)
    parts = {
        "left_m2": table.left["area_m2"].sum(),
        "right_m2": table.right["area_m2"].sum(),
        "overlap_sum_m2": areas.sum(),
        "left_dissolved_m2": totals["overlap_dissolved_m2"]
        + totals["left_remainder_m2"],
        "right_dissolved_m2": totals["overlap_dissolved_m2"]
        + totals["right_remainder_m2"],
    }
    known = pd.Series(parts, dtype=float)
    _close("totals", known, totals[known.index], relative, absolute)


def _assert_zonal_closes(table: Zonal, relative: float, absolute: float) -> None:
    classes, area = table.classes, table.zone_area_m2.groupby(level=0).sum()
    sums = classes.groupby("zone")["area_m2"].sum().reindex(area.index, fill_value=0.0)
    _close("zones", sums, area, relative, absolute)
    valued = classes[~classes["value"].isin([NODATA, OUTSIDE])]
    known = valued.groupby("zone")["area_m2"].sum().reindex(area.index, fill_value=0.0)
    stated = table.statistics["area_m2"].groupby(level=0).sum()
    _close("values", known, stated, relative, absolute)
    if table.zone_area_m2.index.is_unique:
        shares = classes.groupby("zone")["share"].sum()
        _close("shares", shares, pd.Series(1.0, index=shares.index), relative, 0.0)


def _close(
    what: str, got: pd.Series, wanted: pd.Series, relative: float, absolute: float
) -> None:
    gap = (got - wanted).abs()
    open_ = ~(gap <= absolute + relative * wanted.abs())
    if open_.any():
        shown = pd.DataFrame({"got": got, "wanted": wanted, "gap": gap})[open_]
        raise AssertionError(f"{what} do not close:\n{shown.to_string()}")


def _points(rng: np.random.Generator, count: int, bounds: BBox) -> FloatArray:
    west, south, east, north = bounds
    return rng.uniform((west, south), (east, north), (count, 2))


def wiggly_cells(side: int, vertices_per_edge: int, *, seed: int = 1) -> GeometryArray:
    """Make a seamless grid of polygons whose shared borders wander.

    Parameters
    ----------
    side : int
        Cells along one side of the grid.
    vertices_per_edge : int
        Segments between two corners; a cell has four times as many.
    seed : int
        Of the random walk along the borders.

    Returns
    -------
    GeometryArray
        ``(side * side,)`` polygons, 0.4 degrees wide each from 105 E, 40 N; each ring
        begins inside a border, so that simplifying each alone must tear them apart.
    """
    rng = np.random.default_rng(seed)
    edges: dict[tuple[tuple[int, int], tuple[int, int]], FloatArray] = {}

    def edge(start: tuple[int, int], end: tuple[int, int]) -> FloatArray:
        key = min(start, end), max(start, end)
        if key not in edges:
            edges[key] = _wandering(rng, key, vertices_per_edge)
        return edges[key] if key == (start, end) else edges[key][::-1]

    def cell(x: int, y: int) -> shapely.Polygon:
        corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
        turns = zip(corners, [*corners[1:], corners[0]], strict=True)
        ring = np.vstack([edge(a, b)[:-1] for a, b in turns])
        return shapely.Polygon(np.roll(ring, vertices_per_edge // 3, axis=0))

    cells = np.array([cell(x, y) for x in range(side) for y in range(side)])
    return np.asarray(shapely.transform(cells, lambda xy: xy * 0.4 + (105, 40)))


def _wandering(
    rng: np.random.Generator, key: tuple[tuple[int, int], tuple[int, int]], count: int
) -> FloatArray:
    """Walk from one corner to the other, never further aside than 0.2 of the way."""
    first, last = np.array(key[0], float), np.array(key[1], float)
    along = np.linspace(0, 1, count + 1)[:, np.newaxis]
    across = np.array([first[1] - last[1], last[0] - first[0]])
    drift = rng.normal(0, 0.001, len(along)).cumsum()
    drift -= np.linspace(drift[0], drift[-1], len(drift))
    swing = np.clip(drift, -0.2, 0.2)[:, np.newaxis]
    return np.asarray(first + (last - first) * along + across * swing)
