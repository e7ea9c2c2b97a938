from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from service.map_geometry import (
    FEATURE_BUDGET,
    VERTEX_BUDGET,
    drawable,
    fair_shares,
)

Point = tuple[int, int]


def wiggly_cells(side: int, vertices_per_edge: int) -> Any:
    """Make neighbours whose shared borders wander, tippecanoe#301, geojson-vt#89."""
    rng = np.random.default_rng(1)
    edges: dict[tuple[Point, Point], Any] = {}

    def edge(start: Point, end: Point) -> Any:
        key = min(start, end), max(start, end)
        if key not in edges:
            first, last = np.array(key[0], float), np.array(key[1], float)
            along = np.linspace(0, 1, vertices_per_edge + 1)[:, np.newaxis]
            across = np.array([first[1] - last[1], last[0] - first[0]])
            drift = rng.normal(0, 0.001, len(along)).cumsum()
            drift -= np.linspace(drift[0], drift[-1], len(drift))
            swing = np.clip(drift, -0.2, 0.2)[:, np.newaxis]
            edges[key] = first + (last - first) * along + across * swing
        return edges[key] if key == (start, end) else edges[key][::-1]

    def cell(x: int, y: int) -> shapely.Polygon:
        corners = [(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)]
        turns = zip(corners, [*corners[1:], corners[0]], strict=True)
        ring = np.vstack([edge(a, b)[:-1] for a, b in turns])
        # Rings that begin mid-border: what simplifies each alone cuts it differently.
        return shapely.Polygon(np.roll(ring, vertices_per_edge // 3, axis=0))

    cells = np.array([cell(x, y) for x in range(side) for y in range(side)])
    return shapely.transform(cells, lambda xy: xy * 0.4 + (105, 40))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.integers(0, 10**6))
def test_shares_stay_within_the_budget(wanted: list[int], total: int) -> None:
    shares = fair_shares(wanted, total)
    assert sum(shares) <= total
    assert all(0 <= got <= want for got, want in zip(shares, wanted, strict=True))
    if sum(wanted) <= total:
        assert shares == wanted
    else:
        # Nobody goes short while somebody else has more than a fair share.
        cut = [got for got, want in zip(shares, wanted, strict=True) if got < want]
        assert max(shares) <= min(cut) + len(wanted)


def test_what_fits_is_left_alone() -> None:
    cells = wiggly_cells(2, 10)
    drawn = drawable(cells, vertices=1000, features=10)
    assert drawn.geometry is cells
    assert (drawn.tolerance, drawn.dropped, drawn.after) == (0, 0, drawn.before)


def test_points_that_fit_are_all_kept() -> None:
    points = [shapely.Point(lon, 40) for lon in np.linspace(100, 110, 1000)]
    assert drawable(np.array(points), vertices=1000, features=1000).dropped == 0


def test_hard_50_neighbours_are_simplified_together() -> None:
    cells = wiggly_cells(6, 200)
    drawn = drawable(cells, vertices=8000, features=100)
    assert drawn.tolerance > 0
    assert drawn.together
    assert drawn.after <= 8000
    # Oracle: no gap and no overlap means that areas add up to the union's, which has
    # no hole.
    union = shapely.union_all(drawn.geometry)
    assert shapely.area(drawn.geometry).sum() == pytest.approx(union.area, rel=1e-12)
    assert shapely.get_num_interior_rings(union) == 0


def test_shapely_2240_a_collection_among_polygons_is_noticed() -> None:
    cells = wiggly_cells(3, 200)
    cells[4] = shapely.GeometryCollection([cells[4], shapely.Point(105, 40)])
    drawn = drawable(cells, vertices=4000, features=100)
    assert not drawn.together
    assert drawn.after < drawn.before


def test_overlapping_features_are_simplified_one_by_one() -> None:
    circles = shapely.points([105.0, 105.1], [40.0, 40.0])
    drawn = drawable(
        shapely.buffer(circles, 0.5, quad_segs=500), vertices=900, features=9
    )
    assert not drawn.together
    assert shapely.is_valid(drawn.geometry).all()


def test_hard_52_a_layer_of_400_000_vertices_is_bounded() -> None:
    cells = wiggly_cells(20, 250)
    assert shapely.get_num_coordinates(cells).sum() > 400_000
    drawn = drawable(cells, vertices=VERTEX_BUDGET, features=FEATURE_BUDGET)
    assert drawn.after <= VERTEX_BUDGET
    assert drawn.dropped == 0
    assert shapely.coverage_is_valid(drawn.geometry)


def test_hard_52_too_many_small_features_leave_the_largest() -> None:
    x, y = (m.ravel() for m in np.meshgrid(np.arange(300), np.arange(300)))
    size = np.linspace(0.001, 0.015, len(x))
    west, south = 100 + x * 0.02, 40 + y * 0.02
    squares = shapely.box(west, south, west + size, south + size)
    drawn = drawable(squares, vertices=VERTEX_BUDGET, features=FEATURE_BUDGET)
    there = shapely.is_geometry(drawn.geometry)
    assert there.sum() == FEATURE_BUDGET
    assert drawn.dropped == len(squares) - FEATURE_BUDGET
    assert shapely.area(squares[there]).min() > shapely.area(squares[~there]).max()


def test_at_least_one_feature_is_drawn() -> None:
    circle = shapely.buffer(shapely.points([[105, 40]]), 1, quad_segs=500)
    assert shapely.is_geometry(drawable(circle, vertices=1, features=1).geometry).all()
