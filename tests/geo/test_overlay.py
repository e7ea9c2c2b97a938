"""Overlap tables: closing sums, reported faults of other tools, honest +/-."""

from collections.abc import Iterator, Sequence

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from geo.area import area, lonlat_area
from geo.authalic import CGCS2000
from geo.errors import CoordinateError, CRSError, GeometryError
from geo.overlay import Engine, Overlap, Side, SliverRule
from geo.overlay import overlap as overlay
from geo.robust import Robust, intersection
from geo.testing import assert_closes, coverage_layer, layer, scattered_layer
from geo.testing import shared_edge_layers as shared_edges
from geo.types import GeometryArray

BOX = shapely.box(110, 40, 111, 41)
NAMES = ["left_dissolved", "right_dissolved", "overlap_dissolved", "left_remainder",
         "right_remainder"]  # fmt: skip

ENGINE: list[Engine] = []


@pytest.fixture(params=["kernel", "geos"], scope="module", autouse=True)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """Each engine must pass every test."""
    ENGINE.append(request.param)
    yield request.param
    ENGINE.pop()


def overlap(left: Side, right: Side, *, sliver: SliverRule | None = None) -> Overlap:
    return overlay(left, right, sliver=sliver, engine=ENGINE[-1])


def measured(left: gpd.GeoSeries, right: gpd.GeoSeries) -> Overlap:
    """An overlay whose sums were checked."""
    table = overlap(Side.of(left), Side.of(right))
    assert_closes(table)
    return table


def square_metres(*geometry: shapely.Geometry) -> list[float]:
    return list(lonlat_area(np.array(geometry, dtype=object), CGCS2000))


seeds = st.integers(0, 2**32)


@settings(max_examples=35)
@given(seeds, seeds, st.integers(1, 9), st.integers(1, 9), st.floats(0.01, 0.6))
def test_overlapping_features_close(
    first: int, second: int, many: int, others: int, size: float
) -> None:
    """Features that overlap, nest and repeat on both sides."""
    left = scattered_layer(many, first, size=size)
    right = scattered_layer(others, second, size=size)
    table = measured(left, right)
    a, b = shapely.union_all(left.to_numpy()), shapely.union_all(right.to_numpy())
    wanted = square_metres(a, b, a & b, a - b, b - a)
    got = [table.totals[f"{name}_m2"] for name in NAMES]
    np.testing.assert_allclose(got, wanted, rtol=1e-9, atol=1e-2)


@settings(max_examples=15)
@given(seeds, st.integers(6, 30))
def test_shared_edges_close(seed: int, count: int) -> None:
    left, right = shared_edges(count, seed)
    table = measured(left, right)
    # Each cell lies in one group, whole.
    real = table.pairs[~table.pairs["sliver"]]
    assert sorted(real["left"]) == sorted(left.index)
    np.testing.assert_allclose(real["share_left"], 1.0, rtol=1e-9)
    np.testing.assert_allclose(table.left["remainder_m2"], 0.0, atol=1e-2)


@settings(max_examples=15)
@given(seeds, st.integers(3, 12))
def test_coverage_against_scattered_features(seed: int, count: int) -> None:
    left, right = coverage_layer(count, seed), scattered_layer(count, seed + 1)
    there, back = measured(left, right), measured(right, left)
    swapped = back.pairs.rename(columns={"left": "right", "right": "left"})
    columns = ["left", "right", "area_m2"]
    pd.testing.assert_frame_equal(
        there.pairs[columns],
        swapped.sort_values(["left", "right"], key=lambda s: s.str[1:].astype(int))
        .reset_index(drop=True)[columns],
        rtol=1e-9,
        atol=1e-4,
    )  # fmt: skip


def test_pairs_are_what_geos_cuts_out() -> None:
    left, right = coverage_layer(12, 3), scattered_layer(8, 3)
    wanted = {
        (a, b): square_metres(shapely.intersection(left[a], right[b]))[0]
        for a in left.index
        for b in right.index
    }
    pairs = measured(left, right).pairs
    got = dict(zip(zip(pairs["left"], pairs["right"], strict=True), pairs["area_m2"],
                   strict=True))  # fmt: skip
    assert got == pytest.approx({pair: m2 for pair, m2 in wanted.items() if m2 > 0})
    share = pairs["area_m2"].to_numpy() / area(right)[pairs["right"]].to_numpy()
    np.testing.assert_allclose(pairs["share_right"], share, rtol=1e-12)


def test_order_is_that_of_the_layers() -> None:
    left, right = coverage_layer(40, 9), scattered_layer(30, 9)
    pairs = measured(left, right).pairs
    place = [left.index.get_loc(a) * 100 + right.index.get_loc(b)  # type: ignore[operator]
             for a, b in zip(pairs["left"], pairs["right"], strict=True)]  # fmt: skip
    assert place == sorted(place)
    again = measured(left, right)
    pd.testing.assert_frame_equal(again.pairs, pairs, check_exact=True)


def test_half_overlapping_boxes(
    half_overlapping_boxes_invest_1310: tuple[gpd.GeoSeries, gpd.GeoSeries],
) -> None:
    """Others report 133 %: the sum of features, where each place once is 100 %."""
    interest, boxes = half_overlapping_boxes_invest_1310
    table = measured(interest, boxes)
    row = dict(zip(table.left.columns, table.left.to_numpy()[0], strict=True))
    whole = row["area_m2"]
    assert row["overlap_sum_m2"] / whole == pytest.approx(4 / 3, rel=1e-9)
    assert row["overlap_dissolved_m2"] == pytest.approx(whole, rel=1e-12)
    assert table.totals["right_m2"] > table.totals["right_dissolved_m2"]
    assert table.totals["overlap_dissolved_m2"] == pytest.approx(whole, rel=1e-12)


def test_nearly_parallel_borders(
    nearly_parallel_geopandas_1724: tuple[gpd.GeoSeries, gpd.GeoSeries],
) -> None:
    pairs = measured(*nearly_parallel_geopandas_1724).pairs
    own = pairs[pairs["left"] == pairs["right"]]
    assert own["sliver"].all()


def test_polygon_and_line(
    polygon_and_line_geopandas_1581: tuple[gpd.GeoSeries, gpd.GeoSeries],
) -> None:
    table = measured(*polygon_and_line_geopandas_1581)
    wanted = square_metres(shapely.box(110.5, 41, 111, 42))
    assert list(table.pairs["area_m2"]) == pytest.approx(wanted, rel=1e-12)
    counts = {note.code: note.details["count"] for note in table.notes}
    assert counts == ({"overlay_lines_dropped": 1} if ENGINE == ["geos"] else {})


def test_mixed_layers(nothing_and_collections_geopandas_overlay: gpd.GeoSeries) -> None:
    series = nothing_and_collections_geopandas_overlay
    table = measured(series, series)
    assert list(table.left.index) == list(series.index)
    without = table.left.loc[["f0", "f1", "f2", "f3"]]
    assert not without.to_numpy().any()
    assert set(table.pairs["left"]) == set(table.pairs["right"]) == {"f4", "f5"}


def test_features_that_only_touch_are_no_pair() -> None:
    corner, side = shapely.box(111, 41, 112, 42), shapely.box(111, 40, 112, 41)
    table = measured(layer([BOX]), layer([corner, side]))
    assert len(table.pairs) == 0
    assert list(table.pairs.columns)[:3] == ["left", "right", "area_m2"]
    assert table.totals["overlap_dissolved_m2"] == 0
    assert table.left["remainder_m2"]["f0"] == table.left["area_m2"]["f0"]


def test_equal_and_nested_features() -> None:
    inner = shapely.box(110.2, 40.2, 110.4, 40.4)
    table = measured(layer([BOX, inner, BOX]), layer([inner, BOX]))
    shares = table.pairs["share_left"].to_numpy()
    small = square_metres(inner)[0] / square_metres(BOX)[0]
    assert list(shares) == pytest.approx([small, 1, 1, 1, small, 1], rel=1e-9)
    assert table.totals["left_dissolved_m2"] == pytest.approx(square_metres(BOX)[0])


def test_repeated_index() -> None:
    series = layer([BOX, shapely.box(120, 40, 121, 41)], ["a", "a"])
    table = measured(series, series)
    assert list(table.left.index) == ["a", "a"]
    assert table.left["overlap_sum_m2"].tolist() == table.left["area_m2"].tolist()


def test_polygon_thinner_than_rounding() -> None:
    """Three corners in a row up to the last bit: valid, and of no area."""
    middle = (110.3125, np.nextafter(40.6015625, 40))
    thin = shapely.Polygon([(110.546875, 40.828125), (110.078125, 40.375), middle])
    assert thin.is_valid
    assert square_metres(thin) == [0.0]
    table = measured(layer([thin, BOX]), layer([BOX]))
    # The kernel leaves out what has no area, GEOS what has no geometry.
    real = table.pairs[table.pairs["left"] == "f1"]
    rest = table.pairs[table.pairs["left"] == "f0"]
    assert real["share_left"].tolist() == [1.0]
    assert real["sliver"].tolist() == [False]
    assert rest["share_left"].tolist() in ([], [0.0])
    assert rest["sliver"].all()


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    "geometry",
    [[], [None], [shapely.Polygon()], [shapely.Point(110, 40)]],
    ids=["no_features", "null", "empty", "points"],
)
def test_layer_without_area(side: str, geometry: list[shapely.Geometry | None]) -> None:
    sides = {"left": layer([BOX]), "right": layer([BOX]), side: layer(geometry)}
    with pytest.raises(GeometryError) as caught:
        measured(sides["left"], sides["right"])
    assert caught.value.code == "no_polygons"
    assert caught.value.details == {"where": side}


@pytest.mark.parametrize(
    ("right", "error", "code"),
    [
        (gpd.GeoSeries([BOX]), CRSError, "crs_missing"),
        (gpd.GeoSeries([BOX], crs="EPSG:4326"), CRSError, "crs_differ"),
        (gpd.GeoSeries([BOX], crs="EPSG:4524"), CRSError, "crs_not_lonlat"),
        (
            layer([shapely.box(40, 110, 41, 111)]),
            CoordinateError,
            "coordinates_swapped",
        ),
        (
            layer([shapely.box(4e5, 4e6, 5e5, 5e6)]),
            CoordinateError,
            "coordinates_metres",
        ),
    ],
)
def test_refusals(right: gpd.GeoSeries, error: type[Exception], code: str) -> None:
    with pytest.raises(error) as caught:
        measured(layer([BOX]), right)
    assert getattr(caught.value, "code") == code  # noqa: B009


@pytest.mark.parametrize("side", ["left", "right"])
def test_invalid_feature_is_named(bowtie_shapely_462: gpd.GeoSeries, side: str) -> None:
    bad = layer([BOX, bowtie_shapely_462["f0"]], ["a", "b"])
    sides = {"left": layer([BOX]), "right": layer([BOX]), side: bad}
    with pytest.raises(GeometryError) as caught:
        measured(sides["left"], sides["right"])
    assert caught.value.code == "geometry_invalid"
    assert caught.value.details["feature"] == "b"
    assert caught.value.details["where"] == side


def sizes_of_unions(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A list that gets the number of geometries of every union to come."""
    sizes: list[int] = []
    real = shapely.union_all

    def counted(geometry: GeometryArray) -> shapely.Geometry:
        sizes.append(len(geometry))
        return real(geometry)

    monkeypatch.setattr(shapely, "union_all", counted)
    return sizes


def test_one_against_many_far_ones(
    far_polygons_geopandas_400: tuple[gpd.GeoSeries, gpd.GeoSeries],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """By the size of what GEOS is asked for, not by the clock."""
    pairs = []

    def counted(left: GeometryArray, right: GeometryArray) -> Robust:
        pairs.append(len(left))
        return intersection(left, right)

    for name in ("overlay_geos", "overlay_kernel"):
        monkeypatch.setattr(f"geo.{name}.intersection", counted)
    united = sizes_of_unions(monkeypatch)
    one, far = far_polygons_geopandas_400
    table = overlap(Side.of(one, 10), Side.of(far, 10))
    assert len(table.pairs) == sum(pairs) == sum(united) == 0
    assert table.totals["right_dissolved_m2"] == pytest.approx(area(far).sum())


def test_neighbours_are_not_dissolved_to_be_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A province's parcels that share borders need no union for their totals."""
    united = sizes_of_unions(monkeypatch)
    measured(coverage_layer(300, 2), layer([shapely.box(110, 40, 111, 42)]))
    # Only the pieces within the one box, and none where no piece is built.
    assert len(united) == (1 if ENGINE == ["geos"] else 0)


def test_played_failure_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def marked(left: GeometryArray, right: GeometryArray) -> Robust:
        result = intersection(left, right)
        return Robust(result.geometry, np.ones(len(left), dtype=bool))

    monkeypatch.setattr("geo.overlay_geos.intersection", marked)
    sides = (Side.of(layer([BOX], ["a"])), Side.of(layer([BOX], ["b"])))
    table = overlay(*sides, engine="geos")
    (note,) = table.notes
    assert note.code == "overlay_retried"
    assert note.details["pairs"] == "a x b"
    assert "a x b" in note.text.zh


# --- uncertainty and slivers ------------------------------------------------------


def sides(
    left: Sequence[shapely.Geometry],
    right: Sequence[shapely.Geometry],
    sigma: tuple[list[float], list[float]],
    change: float = 0.0,
) -> tuple[Side, Side]:
    made = []
    for geometry, values in zip((left, right), sigma, strict=True):
        series = layer(geometry)
        accuracy = pd.Series(values, index=series.index)
        moved = pd.Series(change, index=series.index)
        made.append(Side(series, accuracy, moved))
    return made[0], made[1]


def test_uncertainty_is_accuracy_times_boundary() -> None:
    """A box of the left inside a larger one: only its own outline counts."""
    inner = shapely.box(110.2, 40.2, 110.4, 40.4)
    table = overlap(*sides([inner], [BOX], ([10.0], [50.0])))
    outline = Geod(ellps="GRS80").geometry_length(inner.exterior)
    assert table.pairs["uncertainty_m2"][0] == pytest.approx(10 * outline, rel=1e-5)


def test_uncertainty_adds_both_outlines_at_right_angles() -> None:
    other = shapely.box(110.5, 40.5, 112, 42)
    table = overlap(*sides([BOX], [other], ([10.0], [50.0])))
    geod = Geod(ellps="GRS80")
    of_left = geod.geometry_length(
        shapely.LineString([(111, 40.5), (111, 41), (110.5, 41)])
    )
    of_right = geod.geometry_length(
        shapely.LineString([(110.5, 41), (110.5, 40.5), (111, 40.5)])
    )
    wanted = np.hypot(10 * of_left, 50 * of_right)
    assert table.pairs["uncertainty_m2"][0] == pytest.approx(wanted, rel=1e-5)


def test_unknown_accuracy_is_not_zero() -> None:
    """nan of either side makes nan, for its own pairs only."""
    right = [BOX, shapely.box(110, 40, 110.5, 41)]
    table = overlap(*sides([BOX], right, ([5.0], [np.nan, 5.0])))
    assert np.isnan(table.pairs["uncertainty_m2"]).tolist() == [True, False]
    nobody = overlap(Side.of(layer([BOX])), Side.of(layer([BOX])))
    assert np.isnan(nobody.pairs["uncertainty_m2"]).all()


def test_repair_counts_up_to_the_whole_overlap() -> None:
    whole = square_metres(BOX)[0]
    for change, wanted in ((1000.0, 2000.0), (whole, whole)):
        table = overlap(*sides([BOX], [BOX], ([0.0], [0.0]), change))
        assert table.pairs["uncertainty_m2"][0] == pytest.approx(wanted)


@pytest.mark.parametrize(
    ("box", "rule", "sliver"),
    [
        (shapely.box(110.5, 40.5, 110.5 + 1e-5, 40.5 + 1e-5), SliverRule(), True),
        (shapely.box(110.5, 40.5, 110.5 + 2e-5, 40.5 + 2e-5), SliverRule(), False),
        (shapely.box(110.9999995, 40, 112, 41), SliverRule(), True),
        (shapely.box(110.999995, 40, 112, 41), SliverRule(), False),
        (shapely.box(110.9999982, 40, 112, 41), SliverRule(), False),
        (shapely.box(110.999995, 40, 112, 41), SliverRule(width_m=1), True),
        (shapely.box(110.99, 40, 112, 41), SliverRule(share_left=0.02), True),
        (shapely.box(110.99, 40, 112, 41), SliverRule(share_left=0.005), False),
    ],
    ids=[
        "0.94_m2",
        "3.8_m2",
        "4_cm",
        "42_cm",
        "15_cm",
        "42_cm_of_1_m",
        "1_of_2_%",
        "1_of_0.5_%",
    ],
)
def test_slivers(box: shapely.Geometry, rule: SliverRule, sliver: bool) -> None:
    table = overlap(Side.of(layer([BOX])), Side.of(layer([box])), sliver=rule)
    assert_closes(table)
    assert table.pairs["sliver"].tolist() == [sliver]


def test_slivers_stay_in_the_sums() -> None:
    """Listed apart, not dropped."""
    sliver = shapely.box(110.9999995, 40, 112, 41)
    table = measured(layer([BOX]), layer([sliver]))
    assert table.totals["overlap_sum_m2"] > 1000
