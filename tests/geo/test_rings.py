"""Flat rings keep every polygon part, and densifying keeps every vertex."""

import geopandas as gpd
import numpy as np
import shapely

from geo.rings import (
    LINES,
    POLYGON,
    coordinates_of,
    densified,
    from_geometry,
    line_parts,
    simple_parts,
    sum_by,
)
from geo.testing import scattered_layer
from geo.types import GeometryArray

BOX = shapely.box(0, 0, 4, 2)
HOLED = shapely.Polygon(BOX.exterior, [[(1, 1), (2, 1), (2, 1.5)]])


def array(*geometry: shapely.Geometry | None) -> GeometryArray:
    return np.array(geometry, dtype=object)


def test_rings_of_a_mixed_layer() -> None:
    two = shapely.MultiPolygon([HOLED, shapely.box(9, 9, 10, 10)])
    nested = shapely.GeometryCollection(
        [shapely.Point(0, 0), shapely.GeometryCollection([two])]
    )
    rings = from_geometry(array(None, HOLED, shapely.Point(1, 1), nested))
    assert list(rings.feature) == [1, 1, 3, 3, 3]
    assert list(rings.is_hole) == [False, True, False, True, False]
    assert rings.size == 4
    lengths = np.diff(rings.offsets)
    assert list(lengths) == [5, 4, 5, 4, 5]
    for start, stop in zip(rings.offsets[:-1], rings.offsets[1:], strict=True):
        assert list(rings.coordinates[start]) == list(rings.coordinates[stop - 1])


def test_rings_of_nothing() -> None:
    for geometry in (
        array(),
        array(None),
        array(shapely.Polygon(), shapely.Point(0, 0)),
    ):
        rings = from_geometry(geometry)
        assert rings.size == len(geometry)
        assert list(rings.total(np.zeros(0))) == [0.0] * len(geometry)
        first, last = rings.edges
        assert first.shape == last.shape == (0, 2)


def test_edges_join_the_vertices_of_one_ring() -> None:
    rings = from_geometry(array(HOLED, BOX))
    first, last = rings.edges
    assert list(rings.edge_ring) == [0] * 4 + [1] * 3 + [2] * 4
    sides = np.hypot(*(last - first).T)
    wanted = shapely.length(shapely.get_rings(array(HOLED, BOX)))
    np.testing.assert_allclose(sum_by(rings.edge_ring, sides, 3), wanted)


def test_heights_are_dropped(nan_heights_shapely_1524: gpd.GeoSeries) -> None:
    assert from_geometry(nan_heights_shapely_1524.to_numpy()).coordinates.shape[1] == 2


def test_total_counts_magnitudes_and_is_not_negative() -> None:
    rings = from_geometry(array(HOLED, BOX))
    assert list(rings.total(np.array([-8.0, -0.25, 8.0]))) == [7.75, 8.0]
    assert list(rings.total(np.array([1.0, 1.0 + 1e-16 * 3, 1.0]))) == [0.0, 1.0]


def test_densified_keeps_vertices_and_shape() -> None:
    layer = scattered_layer(12, 4).to_numpy()
    rings = from_geometry(layer)
    pieces = np.random.default_rng(0).integers(1, 6, len(rings.edge_ring))
    dense = densified(rings, pieces)
    assert len(dense.coordinates) == pieces.sum() + len(rings.feature)
    kept = set(map(tuple, dense.coordinates))
    assert {tuple(vertex) for vertex in rings.coordinates} <= kept
    rebuilt = [
        shapely.LinearRing(dense.coordinates[a:b])
        for a, b in zip(dense.offsets[:-1], dense.offsets[1:], strict=True)
    ]
    original = shapely.get_rings(shapely.get_parts(layer))
    apart = shapely.hausdorff_distance(np.array(rebuilt), original)
    assert apart.max() < 1e-12


def test_densified_into_single_pieces_is_the_same() -> None:
    rings = from_geometry(array(HOLED, BOX))
    same = densified(rings, np.ones(11, dtype=np.int64))
    assert np.array_equal(same.coordinates, rings.coordinates)
    assert np.array_equal(same.offsets, rings.offsets)


def test_densified_of_nothing() -> None:
    rings = densified(from_geometry(array(None)), np.zeros(0, dtype=np.int64))
    assert rings.coordinates.shape == (0, 2)
    assert list(rings.offsets) == [0]


def test_simple_parts_by_kind() -> None:
    line, ring = shapely.LineString([(0, 0), (1, 1)]), BOX.exterior
    mixed = shapely.GeometryCollection([line, BOX, shapely.LineString()])
    lines, owner = simple_parts(array(mixed, ring, None, BOX), LINES)
    assert list(lines) == [line, ring]
    assert list(owner) == [0, 1]
    _, owner = simple_parts(array(mixed, ring, None, BOX), (POLYGON,))
    assert list(owner) == [0, 3]
    assert list(line_parts(array(mixed))[1]) == [0]


def test_coordinates_of() -> None:
    points, owner = coordinates_of(array(None, BOX, shapely.Point(7, 8, 9)))
    assert list(owner) == [1] * 5 + [2]
    assert list(points[-1]) == [7, 8]
