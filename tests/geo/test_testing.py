"""The helpers make what they say, and the assertion fails where a table is open."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import shapely

from geo.overlay import Overlap, Side, overlap
from geo.robust import may_overlap
from geo.testing import (
    BOUNDS,
    assert_closes,
    coverage_layer,
    layer,
    raster,
    scattered_layer,
    shared_edge_layers,
)
from geo.zonal import Zonal, zonal


@pytest.fixture
def table() -> Overlap:
    left, right = scattered_layer(6, 1), scattered_layer(5, 2)
    return overlap(Side.of(left), Side.of(right))


@pytest.fixture
def cells() -> Zonal:
    values = np.ma.masked_equal(np.arange(400).reshape(20, 20) % 4, 3)
    return zonal(scattered_layer(4, 1), *raster(values, (110.0, 42.0), (0.1, 0.1)))


def test_coverage_fills_its_frame() -> None:
    cells = coverage_layer(25, 3).to_numpy()
    assert len(cells) == 25
    assert shapely.coverage_is_valid(cells)
    assert shapely.union_all(cells).area == pytest.approx(4.0)
    assert tuple(shapely.total_bounds(cells)) == BOUNDS


def test_scattered_layer_has_all_kinds() -> None:
    made = scattered_layer(60, 3).to_numpy()
    assert shapely.is_valid(made).all()
    assert set(shapely.get_type_id(made)) == {3, 6}
    assert any(shapely.get_num_interior_rings(made) > 0)
    assert len(set(shapely.to_wkb(made))) < 60
    assert may_overlap(made).any()


def test_shared_edge_layers_share_their_edges() -> None:
    left, right = (side.to_numpy() for side in shared_edge_layers(30, 4))
    assert shapely.coverage_is_valid(left)
    assert shapely.coverage_is_valid(right)
    assert len(right) <= 10
    assert shapely.union_all(left).equals(shapely.union_all(right))


@pytest.mark.parametrize(
    "make", [coverage_layer, scattered_layer, lambda n, s: shared_edge_layers(n, s)[1]]
)
def test_seed_repeats(make: Callable[[int, int], object]) -> None:
    first, again, other = make(9, 1), make(9, 1), make(9, 2)
    assert first.to_wkb().equals(again.to_wkb())  # type: ignore[attr-defined]
    assert not first.to_wkb().equals(other.to_wkb())  # type: ignore[attr-defined]


def test_layer_names_features() -> None:
    assert list(layer([None, shapely.Point(1, 2)]).index) == ["f0", "f1"]


def test_closed_tables_pass(table: Overlap, cells: Zonal) -> None:
    assert_closes(table)
    assert_closes(cells)


@pytest.mark.parametrize("side", ["left", "right"])
@pytest.mark.parametrize(
    "column", ["area_m2", "overlap_sum_m2", "overlap_dissolved_m2", "remainder_m2"]
)
def test_open_feature_is_named(table: Overlap, side: str, column: str) -> None:
    features = getattr(table, side).copy()
    place = features.index.get_loc("f3"), features.columns.get_loc(column)
    features.iloc[place] = features[column]["f3"] + 1e-6 * features["area_m2"]["f3"]
    with pytest.raises(AssertionError, match="f3"):
        assert_closes(replace(table, **{side: features}))


@pytest.mark.parametrize(
    "total",
    [
        "left_m2",
        "right_m2",
        "left_dissolved_m2",
        "right_dissolved_m2",
        "overlap_sum_m2",
        "overlap_dissolved_m2",
        "left_remainder_m2",
        "right_remainder_m2",
    ],
)
def test_open_total_is_named(table: Overlap, total: str) -> None:
    totals = {**table.totals, total: table.totals[total] * (1 + 1e-6)}
    with pytest.raises(AssertionError, match="totals"):
        assert_closes(replace(table, totals=totals))


def test_nan_is_open(table: Overlap) -> None:
    totals = {**table.totals, "left_m2": float("nan")}
    with pytest.raises(AssertionError):
        assert_closes(replace(table, totals=totals))


@pytest.mark.parametrize("column", ["area_m2", "share"])
def test_open_zone_is_named(cells: Zonal, column: str) -> None:
    classes = cells.classes.copy()
    zone = classes["zone"][0]
    factor = np.where(np.arange(len(classes)) == 0, 1.001, 1.0)
    classes[column] = classes[column] * factor
    with pytest.raises(AssertionError, match=str(zone)):
        assert_closes(replace(cells, classes=classes))


def test_missing_class_is_open(cells: Zonal) -> None:
    with pytest.raises(AssertionError):
        assert_closes(replace(cells, classes=cells.classes.iloc[1:]))


def test_tolerance_can_be_wider(table: Overlap) -> None:
    totals = {**table.totals, "left_m2": table.totals["left_m2"] * (1 + 1e-6)}
    assert_closes(replace(table, totals=totals), relative=1e-5)
