"""Statistics and percentiles against sums over every cell by numpy."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo import rings as flat
from geo.authalic import CGCS2000, LonLatForm
from geo.cells import covered_areas, cut
from geo.grid import Grid, Window
from geo.types import FloatArray
from geo.zonal import Reader, zonal

LONLAT = CRS.from_epsg(4490)
GK = CRS.from_epsg(4547)
GRID = Grid(130, 30, 110.0, 45.0, 0.1, 0.03, LONLAT)
ZONES = gpd.GeoSeries(
    [
        shapely.Point(111.4, 43.1).buffer(1.3),
        shapely.Polygon([(110.0, 41.2), (112.9, 41.15), (111.1, 44.95)]),
        shapely.box(111.42, 43.001, 111.43, 43.002),
    ],
    index=["disc", "triangle", "tiny"],
    crs=LONLAT,
)


def reader(values: np.ma.MaskedArray) -> Reader:
    def read(window: Window) -> np.ma.MaskedArray:
        return values[window.row0 : window.row1, window.col0 : window.col1]

    return read


def weights(polygon: shapely.Geometry) -> FloatArray:
    window = Window(0, GRID.height, 0, GRID.width)
    rings = flat.from_geometry(shapely.orient_polygons([polygon]))
    return covered_areas(cut(rings, GRID, window), GRID, LonLatForm(CGCS2000), window)


def cell_m2() -> FloatArray:
    edges = GRID.row_edges(np.arange(GRID.height + 1.0))
    form = LonLatForm(CGCS2000)
    return np.asarray(GRID.dx * form.difference(edges[:-1], edges[1:]))[:, np.newaxis]


def weighted_percentile(values: FloatArray, weight: FloatArray, p: float) -> float:
    order = np.argsort(values, kind="stable")
    below = np.cumsum(weight[order])
    return float(values[order][np.searchsorted(below, p / 100 * below[-1] - 1e-3)])


DTYPES = ["uint8", "int8", "int16", "uint16", "int32", "float32", "float64"]


@settings(max_examples=40)
@given(
    seed=st.integers(0, 2**32 - 1),
    dtype=st.sampled_from(DTYPES),
    masked=st.booleans(),
    spread=st.floats(0.5, 1e4),
)
def test_statistics_are_those_of_numpy(
    seed: int, dtype: str, masked: bool, spread: float
) -> None:
    random = np.random.default_rng(seed)
    drawn = random.normal(20, spread, (GRID.height, GRID.width))
    if np.issubdtype(dtype, np.integer):
        limits = np.iinfo(dtype)
        drawn = np.clip(np.round(drawn), limits.min, limits.max)
    values = np.ma.masked_array(drawn.astype(dtype))
    if masked:
        values[random.random(values.shape) < 0.2] = np.ma.masked
    asked = (0, 5, 50, 97.5, 100)
    answer = zonal(ZONES, GRID, reader(values), percentiles=asked, breaks=BREAKS)
    for name, zone in ZONES.items():
        weight = weights(zone)
        inside = (weight > 0) & ~np.ma.getmaskarray(values)
        got = answer.statistics.loc[str(name)]
        if not inside.any():
            assert np.isnan(got["mean"])
            continue
        v, w = values.data[inside].astype(np.float64), weight[inside]
        mean = np.average(v, weights=w)
        std = np.sqrt(np.average((v - mean) ** 2, weights=w))
        assert got["area_m2"] == pytest.approx(w.sum(), rel=1e-9)
        assert got["mean"] == pytest.approx(mean, rel=1e-9, abs=1e-9 * spread)
        # One cell's values may differ by the rounding of their square root.
        assert got["std"] == pytest.approx(std, rel=1e-6, abs=1e-7 * spread)
        assert (got["min"], got["max"]) == (v.min(), v.max())
        share = (weight / cell_m2())[inside]
        total = float((v * share).sum())
        assert got["sum"] == pytest.approx(total, rel=1e-8, abs=1e-6 * spread)
        for p in asked:
            exact = weighted_percentile(v, w, p)
            if dtype == "float64":
                exact = float(np.float32(exact))
            assert got[f"percentile_{p:g}"] == exact


BREAKS = np.array([-50.0, 0.0, 20.0, 100.0])


@pytest.mark.parametrize("dtype", DTYPES)
def test_intervals_are_those_of_digitize(dtype: str) -> None:
    random = np.random.default_rng(5)
    drawn = np.clip(np.round(random.normal(30, 60, (130, 30))), 0, 120)
    values = np.ma.masked_array(drawn.astype(dtype))
    answer = zonal(ZONES, GRID, reader(values), breaks=BREAKS)
    weight = weights(ZONES["disc"])
    place = np.clip(np.digitize(drawn, BREAKS) - 1, 0, 2)
    got = answer.classes.set_index(["zone", "value"])["area_m2"].loc["disc"]
    for number in np.unique(place[weight > 0]):
        expected = weight[place == number].sum()
        assert got[BREAKS[number]] == pytest.approx(expected, rel=1e-9)


def test_classes_of_decimals_are_their_distinct_values() -> None:
    values = np.ma.masked_array(np.where(np.arange(30) % 2, 0.25, np.nan))
    whole = np.ma.masked_array(np.broadcast_to(values.data, (130, 30)).copy())
    answer = zonal(ZONES, GRID, reader(whole))
    assert set(answer.classes["value"]) == {0.25, "nodata"}


class Blocks:
    """Counts how often each block is decoded."""

    def __init__(self, values: np.ndarray, nodata: float | None) -> None:
        self.values, self.nodata = values, nodata
        self.block_shape = (64, 8)
        self.decoded: dict[tuple[int, int], int] = {}

    def __call__(self, window: Window) -> np.ndarray:
        for row in range(window.row0 // 64, -(-window.row1 // 64)):
            for column in range(window.col0 // 8, -(-window.col1 // 8)):
                key = row, column
                self.decoded[key] = self.decoded.get(key, 0) + 1
        return self.values[window.row0 : window.row1, window.col0 : window.col1]


def test_each_block_is_decoded_once_and_only_where_zones_are() -> None:
    values = np.zeros((130, 30), dtype=np.uint8)
    blocks = Blocks(values, None)
    corners = [
        shapely.box(110.05, 44.0, 110.3, 44.9),
        shapely.box(112.7, 44, 112.9, 44.9),
    ]
    zonal(gpd.GeoSeries(corners * 3, crs=LONLAT), GRID, blocks)
    assert blocks.decoded == {(0, 0): 1, (0, 3): 1}


@pytest.mark.parametrize("dtype", ["uint8", "int16", "float32"])
def test_a_block_readers_nodata_equals_masks(dtype: str) -> None:
    random = np.random.default_rng(9)
    values = random.integers(0, 5, (130, 30)).astype(dtype)
    one = zonal(ZONES, GRID, Blocks(values, 3), percentiles=(50,))
    two = zonal(ZONES, GRID, reader(np.ma.masked_equal(values, 3)), percentiles=(50,))
    assert "nodata" in set(one.classes["value"])
    assert 3.0 not in set(one.classes["value"])
    assert one.classes.to_numpy().tolist() == two.classes.to_numpy().tolist()
    assert one.statistics.equals(two.statistics)


def test_16_bit_values_over_the_whole_range() -> None:
    values = np.linspace(-32768, 32767, 130 * 30).astype(np.int16).reshape(130, 30)
    answer = zonal(ZONES, GRID, reader(np.ma.masked_array(values)))
    inside = values[weights(ZONES["disc"]) > 0]
    got = answer.statistics.loc["disc"]
    assert (got["min"], got["max"]) == (inside.min(), inside.max())


def test_long_runs_of_unequal_cells_count_each_by_its_own_area() -> None:
    """Bytes are counted, wider integers followed: away from the meridian both agree."""
    grid = Grid(70, 300, 500_000.0 + 100_000, 4_900_000.0, 1000.0, 1000.0, GK)
    zone = gpd.GeoSeries([shapely.box(115.4, 43.8, 118.4, 43.95)], crs=LONLAT)
    values = (np.arange(300) % 2 + np.arange(300) // 150 * 2) * np.ones((70, 1))
    one, two = (
        zonal(zone, grid, reader(np.ma.masked_array(values.astype(dtype)))).classes
        for dtype in ("uint8", "int16")
    )
    assert one["value"].tolist() == two["value"].tolist()
    np.testing.assert_allclose(one["area_m2"], two["area_m2"], rtol=1e-12)
