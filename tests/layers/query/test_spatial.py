from typing import Any, get_args

import numpy as np
import pyarrow as pa
import pytest
import shapely

from layers.query.conditions import IsNull, Not, Spatial, SpatialRelation
from layers.query.evaluate import selected

RANDOM = np.random.default_rng(7)


def shapes() -> np.ndarray:
    corners = RANDOM.uniform(0, 9, (60, 2)).round(0)
    sizes = RANDOM.uniform(1, 4, (60, 2)).round(0)
    boxes = [shapely.box(*a, *(a + b)) for a, b in zip(corners, sizes, strict=True)]
    lines = [shapely.LineString(pair) for pair in RANDOM.uniform(0, 12, (40, 2, 2))]
    points = [shapely.Point(one) for one in RANDOM.uniform(0, 12, (40, 2)).round(0)]
    round_ones = list(shapely.buffer(shapely.points([(3, 3), (8, 8)]), 2))
    large = [shapely.box(-1, -1, 13, 13), shapely.box(2, 2, 7, 7)]
    return np.array([*boxes, *lines, *points, *round_ones, *large, None], dtype=object)


GIVEN = [
    shapely.box(2, 2, 7, 7),
    shapely.Polygon([(0, 0), (10, 2), (4, 9)]),
    shapely.LineString([(0, 0), (12, 12)]),
    shapely.Point(4, 4),
    shapely.MultiPolygon([shapely.box(0, 0, 2, 2), shapely.box(6, 6, 9, 9)]),
]


@pytest.mark.parametrize("relation", get_args(SpatialRelation))
def test_same_features_as_geos_asked_one_by_one(
    memory_chunk: Any, relation: SpatialRelation
) -> None:
    features = shapes()
    ask = getattr(shapely, relation)
    total = 0
    for given in GIVEN:
        chunk = memory_chunk(pa.table({"n": range(len(features))}), features)
        found = np.flatnonzero(selected(Spatial(relation, given), chunk)).tolist()
        expected = [
            row
            for row, one in enumerate(features)
            if one is not None and bool(ask(one, given))
        ]
        assert found == expected, given
        total += len(found)
    assert total > 0


def test_a_feature_without_geometry_is_unknown(memory_chunk: Any) -> None:
    chunk = memory_chunk(pa.table({"n": [0]}), np.array([None], dtype=object))
    condition = Spatial("intersects", shapely.box(0, 0, 1, 1))
    assert not selected(condition, chunk).any()
    assert not selected(Not(condition), chunk).any()
    assert not selected(Spatial("disjoint", shapely.box(0, 0, 1, 1)), chunk).any()
    assert selected(IsNull(None), chunk).all()


def test_geometries_are_read_only_where_boxes_leave_a_doubt(memory_chunk: Any) -> None:
    features = np.array(
        [shapely.box(1, 1, 2, 2), shapely.box(4, 4, 6, 6), shapely.box(8, 8, 9, 9)],
        dtype=object,
    )
    chunk = memory_chunk(pa.table({"n": range(3)}), features)
    found = selected(Spatial("intersects", shapely.box(0, 0, 5, 5)), chunk)
    assert found.tolist() == [True, True, False]
    assert chunk.looked_at == [1]
