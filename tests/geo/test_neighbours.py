"""Overlaps and gaps between features of a layer, against comparing all with all."""

from collections import Counter
from itertools import combinations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo import neighbours
from geo.health import Fault, Health
from geo.neighbours import compare_neighbours
from geo.testing import wiggly_cells
from geo.types import GeometryArray

CRS = "EPSG:4524"
EAST, NORTH = 36_420_000.0, 4_460_000.0


def square(x: float, y: float, side: float = 50.0) -> shapely.Polygon:
    return shapely.box(EAST + x, NORTH + y, EAST + x + side, NORTH + y + side)


def compared(values: list[shapely.Geometry] | GeometryArray) -> list[Fault]:
    names = [f"n{i}" for i in range(len(values))]
    health = Health()
    series = gpd.GeoSeries(list(values), index=names, crs=CRS)
    assert not compare_neighbours(series, "parcels.shp", health)
    assert health.counts == Counter(one.kind for one in health.faults)
    return health.faults


def all_with_all(values: list[shapely.Geometry]) -> dict[str, float]:
    """Area of every overlap above a square millimetre."""
    shared = {
        f"n{i} × n{j}": shapely.intersection(values[i], values[j]).area
        for i, j in combinations(range(len(values)), 2)
    }
    return {name: area for name, area in shared.items() if area > 1e-6}


def test_matching_neighbours_have_no_fault() -> None:
    cells = shapely.transform(wiggly_cells(6, 40), lambda at: at * 100 + (EAST, NORTH))
    assert compared(cells) == []


def test_overlap_and_gap_have_place_and_area() -> None:
    ring = [square(0, 0), square(50.5, 0), square(0, 50), square(50.5, 50)]
    lid = shapely.box(EAST + 40, NORTH + 100, EAST + 60, NORTH + 110)
    floor = shapely.box(EAST + 40, NORTH - 10, EAST + 60, NORTH + 10)
    overlaps = compared([*ring, lid, floor])
    (gap,) = [one for one in overlaps if one.kind == "gap"]
    assert (gap.x, gap.y) == pytest.approx((EAST + 50.25, NORTH + 55))
    assert gap.value == pytest.approx(0.5 * 90)
    named = {one.feature: one.value for one in overlaps if one.kind == "overlap"}
    assert named == pytest.approx({"n0 × n5": 100.0, "n1 × n5": 9.5 * 10})


def test_wide_holes_and_holes_of_a_feature_are_no_gaps() -> None:
    yard = shapely.difference(square(0, 0), square(20, 20, 0.5))
    around = [square(50, 0), square(0, 50), square(100, 0), square(100, 50)]
    wide = [*around, square(0, 100), square(50, 100), square(100, 100)]
    assert compared([yard, *wide]) == []


@pytest.mark.parametrize(
    ("layer", "pairs"),
    [
        pytest.param([square(0, 0), square(0, 0)], {"n0 × n1": 2500.0}, id="twice"),
        pytest.param([square(0, 0), square(9, 9, 5)], {"n0 × n1": 25.0}, id="nested"),
        pytest.param(
            [square(0, 0), square(50, 0), square(25, 0), square(75, 0)],
            {"n0 × n2": 1250.0, "n1 × n2": 1250.0, "n1 × n3": 1250.0},
            id="one coverage on another",
        ),
        pytest.param([square(0, 0), square(50, 25)], {}, id="a corner on an edge"),
        pytest.param([square(0, 0), square(50, 50)], {}, id="corners that touch"),
        pytest.param([square(0, 0)], {}, id="alone"),
        pytest.param([], {}, id="nothing"),
        pytest.param(
            [square(0, 0), shapely.LineString([(EAST, NORTH), (EAST + 9, NORTH + 9)])],
            {},
            id="lines among them",
        ),
    ],
)
def test_pairs(layer: list[shapely.Geometry], pairs: dict[str, float]) -> None:
    assert {one.feature: one.value for one in compared(layer)} == pytest.approx(pairs)


corner = st.integers(0, 12).map(lambda steps: steps * 25.0)
side = st.sampled_from([25.0, 50.0, 75.0])
squares = st.lists(st.builds(square, corner, corner, side), min_size=2, max_size=14)


@given(squares)
def test_same_overlaps_as_all_with_all(layer: list[shapely.Geometry]) -> None:
    found = {one.feature: one.value for one in compared(layer) if one.kind == "overlap"}
    assert found == pytest.approx(all_with_all(layer))


@given(squares, st.floats(0.1, 0.9), st.data())
def test_same_holes_as_a_plain_union(
    layer: list[shapely.Geometry], narrower: float, data: st.DataObject
) -> None:
    # What is cut out of squares that stand side by side is narrow.
    cut = data.draw(st.sampled_from(layer))
    x, y, _, _ = shapely.bounds(cut)
    slit = shapely.box(x, y + 5, x + narrower, y + 20)
    parts = [shapely.difference(one, slit) for one in layer]
    union = shapely.union_all(parts)
    holes = [
        shapely.Polygon(ring)
        for part in shapely.get_parts(union)
        for ring in part.interiors
    ]
    own = {ring.bounds for part in shapely.get_parts(parts) for ring in part.interiors}
    narrow = [
        hole.area
        for hole in holes
        if 2 * hole.area < hole.length and hole.exterior.bounds not in own
    ]
    gaps = [one.value or 0.0 for one in compared(parts) if one.kind == "gap"]
    assert sorted(gaps) == pytest.approx(sorted(narrow))


@pytest.mark.parametrize(("most", "told"), [(399, ["neighbours_too_many"]), (400, [])])
def test_many_on_one_spot_are_not_compared_without_end(
    monkeypatch: pytest.MonkeyPatch, most: int, told: list[str]
) -> None:
    monkeypatch.setattr(neighbours, "MOST_MEETINGS", most)
    monkeypatch.setattr(neighbours, "_PAIRS_AT_ONCE", 7)
    series = gpd.GeoSeries([square(0, 0)] * 20, index=np.arange(20), crs=CRS)
    health = Health()
    notes = compare_neighbours(series, "parcels.shp", health)
    assert [one.code for one in notes] == told
    assert health.counts["overlap"] == (0 if told else 190)
