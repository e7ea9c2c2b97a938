import json

import numpy as np
import pytest
import shapely

from geo.testing import wiggly_cells
from geo.types import GeometryArray
from service.map_geometry import METRES_PER_DEGREE, TOLERANCES_M, Drawable, Sketch

FACTS = 100


def sketch(*layers: GeometryArray) -> Sketch:
    return Sketch(list(layers), [np.full(len(one), FACTS) for one in layers])


def drawn(drawable: Drawable) -> GeometryArray:
    """What the file says, read back."""
    texts = np.array([text for text in drawable.texts if text != "null"], dtype=object)
    return np.asarray(shapely.from_geojson(texts))


def weight(drawables: list[Drawable]) -> int:
    """Bytes of the features as they are written on the page."""
    return sum(
        len(f'{{"type":"Feature","properties":{"x" * FACTS},"geometry":{text}}},')
        for one in drawables
        for text in one.texts
        if text != "null"
    )


def test_what_fits_is_left_alone() -> None:
    cells = wiggly_cells(2, 10)
    (one,) = sketch(cells).fitted(100_000)
    assert (one.tolerance_m, one.dropped, one.after) == (0, 0, one.before)
    assert shapely.equals_exact(drawn(one), cells, 1e-4).all()


@pytest.mark.parametrize("room", [60_000, 25_000, 12_000])
def test_hard_50_neighbours_are_simplified_together(room: int) -> None:
    drawables = sketch(wiggly_cells(6, 200)).fitted(room)
    (one,) = drawables
    assert weight(drawables) <= room
    assert one.tolerance_m in TOLERANCES_M[1:]
    assert one.together
    assert one.dropped == 0
    # Also after rounding: GEOS's own test, and areas that add up to the union's.
    shapes = drawn(one)
    assert shapely.coverage_is_valid(shapes)
    union = shapely.union_all(shapes)
    assert shapely.area(shapes).sum() == pytest.approx(union.area, rel=1e-12)
    assert shapely.get_num_interior_rings(union) == 0


def test_layers_that_share_borders_are_simplified_by_one_tolerance() -> None:
    cells = wiggly_cells(4, 300)
    strips = np.array([shapely.union_all(cells[i : i + 4]) for i in (0, 4, 8, 12)])
    fine, coarse = sketch(cells, strips).fitted(20_000)
    assert fine.tolerance_m == coarse.tolerance_m > 0
    assert fine.together
    assert coarse.together
    for i, strip in enumerate(drawn(coarse)):
        inside = shapely.union_all(drawn(fine)[i * 4 : i * 4 + 4])
        assert shapely.symmetric_difference(strip, inside).area < 1e-12


def test_no_corner_moves_further_than_the_note_says() -> None:
    """A corner goes if its triangle is below tolerance squared: lines bound it."""
    line = np.array([shapely.LineString(wiggly_cells(1, 2000)[0].exterior)])
    (one,) = sketch(line).fitted(6_000)
    moved = shapely.hausdorff_distance(line, drawn(one))[0] * METRES_PER_DEGREE
    assert 0 < moved <= one.tolerance_m * 1.5 + 10
    assert not one.together


def test_shapely_2240_a_collection_among_polygons_is_noticed() -> None:
    cells = wiggly_cells(3, 200)
    cells[4] = shapely.GeometryCollection([cells[4], shapely.Point(105, 40)])
    (one,) = sketch(cells).fitted(20_000)
    assert not one.together
    assert one.after < one.before


def test_features_that_overlap_widely_are_simplified_one_by_one() -> None:
    circles = shapely.points([105.0, 105.1], [40.0, 40.0])
    (one,) = sketch(shapely.buffer(circles, 0.5, quad_segs=500)).fitted(9_000)
    assert not one.together
    assert shapely.is_valid(drawn(one)).all()


def test_hard_52_a_layer_of_400_000_vertices_is_bounded() -> None:
    cells = wiggly_cells(20, 250)
    assert shapely.get_num_coordinates(cells).sum() > 400_000
    drawables = sketch(cells).fitted(3_000_000)
    (one,) = drawables
    assert weight(drawables) <= 3_000_000
    assert one.dropped == 0
    assert shapely.coverage_is_valid(drawn(one))


def test_hard_52_too_many_small_features_leave_the_largest() -> None:
    x, y = (m.ravel() for m in np.meshgrid(np.arange(100), np.arange(100)))
    size = np.linspace(0.001, 0.015, len(x))
    west, south = 100 + x * 0.02, 40 + y * 0.02
    squares = shapely.box(west, south, west + size, south + size)
    drawables = sketch(squares).fitted(1_000_000)
    (one,) = drawables
    there = shapely.is_geometry(one.geometry)
    assert 990_000 < weight(drawables) <= 1_000_000
    assert one.dropped == len(squares) - there.sum() > 0
    assert shapely.area(squares[there]).min() > shapely.area(squares[~there]).max()


def test_one_feature_of_each_layer_is_drawn_whatever_the_room() -> None:
    circle = shapely.buffer(shapely.points([[105, 40]]), 1, quad_segs=500)
    for one in sketch(circle, shapely.points([[106.0, 40.0]])).fitted(1):
        assert len(drawn(one)) == 1


def test_missing_and_empty_features_are_not_drawn_and_not_dropped() -> None:
    cells = np.array([None, *wiggly_cells(2, 10), shapely.Polygon()], dtype=object)
    (one,) = sketch(cells).fitted(1_500)
    assert one.tolerance_m > 0
    assert one.texts[0] == one.texts[-1] == "null"
    assert all(json.loads(text) for text in one.texts[1:-1])
    assert one.dropped == 0
