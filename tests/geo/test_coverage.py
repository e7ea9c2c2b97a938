"""Simplifying together, against GEOS's own test of coverages and plain sums of area."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.coverage import (
    coverage_of,
    is_coverage,
    mismatched_share,
    touching_groups,
)
from geo.errors import GeometryError
from geo.testing import wiggly_cells
from geo.types import GeometryArray


def assert_seamless(geometry: GeometryArray) -> None:
    """No gap and no overlap: areas add up to the union's, which has no hole."""
    assert shapely.is_valid(geometry).all()
    assert shapely.coverage_is_valid(geometry)
    union = shapely.union_all(geometry)
    assert shapely.area(geometry).sum() == pytest.approx(union.area, rel=1e-12)
    assert shapely.get_num_interior_rings(shapely.get_parts(union)).sum() == 0


def nested(side: int, vertices: int) -> tuple[GeometryArray, GeometryArray]:
    """Cells, and the strips that columns of them form."""
    cells = wiggly_cells(side, vertices)
    strips = [shapely.union_all(cells[i * side : (i + 1) * side]) for i in range(side)]
    return cells, np.array(strips)


def test_hard_50_neighbours_stay_neighbours() -> None:
    cells = wiggly_cells(5, 200)
    (drawn,) = coverage_of([cells]).simplified(0.002)
    assert shapely.get_num_coordinates(drawn).sum() < 5000
    assert_seamless(drawn)
    alone = shapely.simplify(cells, 0.002)
    assert not shapely.coverage_is_valid(alone), "the fixture would prove nothing"


@given(st.integers(1, 4), st.integers(3, 60), st.floats(0, 0.2), st.integers(0, 99))
@settings(max_examples=40)
def test_any_tolerance_keeps_a_coverage(
    side: int, vertices: int, tolerance: float, seed: int
) -> None:
    cells = wiggly_cells(side, vertices, seed=seed)
    (drawn,) = coverage_of([cells]).simplified(tolerance)
    assert len(drawn) == len(cells)
    assert_seamless(drawn)


def test_layers_that_share_borders_share_them_afterwards() -> None:
    cells, strips = nested(4, 120)
    drawn_cells, drawn_strips = coverage_of([cells, strips]).simplified(0.03)
    assert shapely.get_num_coordinates(drawn_cells).sum() < 1200
    assert_seamless(drawn_cells)
    assert_seamless(drawn_strips)
    for i, strip in enumerate(drawn_strips):
        inside = shapely.union_all(drawn_cells[i * 4 : i * 4 + 4])
        assert shapely.symmetric_difference(strip, inside).area < 1e-12


def test_overlapping_features_keep_what_they_share() -> None:
    """Each face is simplified once, so A and B minus C still meet exactly."""
    circles = shapely.buffer(
        shapely.points([105.0, 105.6], [40.0, 40.0]), 0.5, quad_segs=200
    )
    (drawn,) = coverage_of([circles]).simplified(0.02)
    assert shapely.get_num_coordinates(drawn).sum() < 160
    before, after = (shapely.intersection(*pair).area for pair in (circles, drawn))
    assert after == pytest.approx(before, rel=0.03)
    assert shapely.area(drawn) == pytest.approx(shapely.area(circles), rel=0.03)


def test_holes_and_what_fills_them() -> None:
    island = shapely.buffer(shapely.points([[106, 41]]), 0.4, quad_segs=300)
    around = shapely.difference(shapely.box(105, 40, 107, 42), island)
    (drawn,) = coverage_of([np.concatenate([around, island])]).simplified(0.05)
    assert_seamless(drawn)
    assert shapely.get_num_interior_rings(drawn).tolist() == [1, 0]


def test_missing_and_empty_features_keep_their_places() -> None:
    cells = wiggly_cells(2, 30)
    gaps = np.array([None, cells[0], shapely.Polygon(), *cells[1:]], dtype=object)
    (drawn,) = coverage_of([gaps]).simplified(0.01)
    assert [one is None for one in drawn] == [True, False, True, False, False, False]
    assert_seamless(drawn[[1, 3, 4, 5]])


def test_no_feature_at_all() -> None:
    (drawn,) = coverage_of([np.array([], dtype=object)]).simplified(1.0)
    assert len(drawn) == 0


def test_multipolygons_stay_one_feature() -> None:
    cells = wiggly_cells(3, 60)
    first = shapely.union_all(cells[[0, 8]])
    others = cells[[1, 2, 3, 4, 5, 6, 7]]
    (drawn,) = coverage_of([np.array([first, *others])]).simplified(0.02)
    assert shapely.get_num_geometries(drawn[0]) == 2
    assert_seamless(drawn)


def test_shapely_2240_a_collection_is_refused_not_ignored() -> None:
    mixed = np.array([shapely.box(0, 0, 1, 1), shapely.Point(0, 0)])
    with pytest.raises(GeometryError, match="Only polygons"):
        coverage_of([mixed])
    collection = shapely.GeometryCollection([shapely.box(0, 0, 1, 1)])
    with pytest.raises(GeometryError, match="Only polygons"):
        coverage_of([np.array([collection])])


def test_a_broken_result_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    coverage = coverage_of([wiggly_cells(2, 60)])
    monkeypatch.setattr(shapely, "coverage_simplify", shapely.simplify)
    with pytest.raises(GeometryError, match="no longer match"):
        coverage.simplified(0.002)


def test_groups_are_layers_with_common_segments() -> None:
    cells, strips = nested(3, 20)
    elsewhere = shapely.box([0.0], [0.0], [1.0], [1.0])
    # Meets the grid in one corner only: a point is no border.
    corner = shapely.box([104.0], [39.0], [105.0], [40.0])
    layers = [cells, elsewhere, strips, corner]
    assert touching_groups(layers) == [[0, 2], [1], [3]]
    assert touching_groups([]) == []


def test_groups_do_not_depend_on_direction() -> None:
    cells = wiggly_cells(2, 10)
    assert touching_groups([cells[:1], shapely.reverse(cells[:1])]) == [[0, 1]]


def test_chains_of_neighbours_are_one_group() -> None:
    cells = wiggly_cells(3, 10)
    assert touching_groups([cells[:1], cells[2:3], cells[1:2]]) == [[0, 1, 2]]


def test_mismatched_share_tells_flaws_from_overlaps() -> None:
    cells = wiggly_cells(2, 50)
    assert mismatched_share(cells) == 0
    assert mismatched_share(np.array([None], dtype=object)) == 0
    doubled = np.concatenate([cells, cells])
    assert mismatched_share(doubled) == pytest.approx(1)
    assert not is_coverage(doubled)
