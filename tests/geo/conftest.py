"""Geometries that other tools are known to fail on, named after their reports."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo.testing import layer


@pytest.fixture
def bowtie_shapely_462() -> gpd.GeoSeries:
    """Two wings of one degree each; a zero-width buffer keeps one of them."""
    return layer([shapely.Polygon([(110, 40), (112, 42), (112, 40), (110, 42)])])


@pytest.fixture
def nearly_parallel_geopandas_1724() -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """Neighbours whose long border runs 1e-9 to 1e-13 degrees apart."""
    west, east = [], []
    for step, gap in enumerate([1e-9, 1e-10, 1e-11, 1e-12, 1e-13]):
        south = 40.0 + step / 10
        y = np.linspace(south, south + 0.1, 30)
        bend = 110.0 + 0.01 * np.sin(40.0 * y)
        shifted = bend + gap * (-1.0) ** np.arange(30)
        border, other = np.column_stack([bend, y]), np.column_stack([shifted, y])
        west.append(shapely.Polygon([*border, (109, south + 0.1), (109, south)]))
        east.append(shapely.Polygon([*other, (111, south + 0.1), (111, south)]))
    return layer(west), layer(east)


@pytest.fixture
def overlapping_parts_exactextract_163() -> gpd.GeoSeries:
    """A multipolygon whose parts share a fourth of the area that they cover twice."""
    parts = [shapely.box(110, 40, 112, 42), shapely.box(111, 40, 113, 42)]
    return layer([shapely.MultiPolygon(parts)])


@pytest.fixture
def half_overlapping_boxes_invest_1310() -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """Two boxes that overlap by half, and the area of interest that is their union."""
    boxes = [shapely.box(110, 40, 112, 42), shapely.box(111, 40, 113, 42)]
    return layer([shapely.box(110, 40, 113, 42)]), layer(boxes)


@pytest.fixture
def polygon_and_line_geopandas_1581() -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """A comb and a box that share an area and, apart from it, a line."""
    comb = shapely.Polygon(
        [(110, 40), (113, 40), (113, 41), (112, 41), (112, 40.5), (111, 40.5),
         (111, 42), (110, 42)]
    )  # fmt: skip
    return layer([comb]), layer([shapely.box(110.5, 41, 114, 43)])


@pytest.fixture
def mixed_winding_pyproj_1082() -> gpd.GeoSeries:
    """A clockwise shell, a hole wound like it, and parts wound either way."""
    ring = [(110, 40), (111, 40), (111, 41), (110, 41)]
    hole = [(110.25, 40.25), (110.5, 40.25), (110.5, 40.5), (110.25, 40.5)]
    there = [(x + 2, y) for x, y in ring]
    return layer(
        [
            shapely.Polygon(ring[::-1]),
            shapely.Polygon(ring, [hole]),
            shapely.Polygon(ring, [hole[::-1]]),
            shapely.MultiPolygon([shapely.Polygon(ring), shapely.Polygon(there[::-1])]),
        ]
    )


@pytest.fixture
def nothing_and_collections_geopandas_overlay() -> gpd.GeoSeries:
    """Null, empty, point, line, a nested collection and a plain box in one layer."""
    box = shapely.box(110, 40, 111, 41)
    nested = shapely.GeometryCollection([shapely.box(112, 40, 113, 41)])
    return layer(
        [
            None,
            shapely.Polygon(),
            shapely.Point(110, 40),
            shapely.LineString([(110, 40), (111, 41)]),
            shapely.GeometryCollection([shapely.Point(114, 44), box, nested]),
            box,
        ]
    )


@pytest.fixture
def nan_heights_shapely_1524() -> gpd.GeoSeries:
    """Polygons with Z, Z that starts with NaN, M, and both."""
    ring = "110 40{0}, 111 40{1}, 111 41{1}, 110 40{0}"
    texts = [
        f"POLYGON Z (({ring.format(' 5', ' 7')}))",
        f"POLYGON Z (({ring.format(' NaN', ' 7')}))",
        f"POLYGON M (({ring.format(' 1', ' 2')}))",
        f"POLYGON ZM (({ring.format(' 5 1', ' 7 2')}))",
    ]
    return layer(list(shapely.from_wkt(texts)))


@pytest.fixture
def far_polygons_geopandas_400() -> tuple[gpd.GeoSeries, gpd.GeoSeries]:
    """One polygon, and 20 000 far from it."""
    x, y = np.meshgrid(np.arange(200), np.arange(100))
    west, south = 100 + 0.01 * x.ravel(), 40 + 0.01 * y.ravel()
    far = shapely.box(west, south, west + 0.008, south + 0.008)
    return layer([shapely.box(120, 50, 121, 51)]), layer(list(far))
