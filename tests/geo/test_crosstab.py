"""Pairs of values of two rasters, against GEOS and against the tables of each."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.crosstab import crosstab
from geo.errors import CRSError
from geo.grid import Grid, Window
from geo.zonal import Reader, zonal

LONLAT = CRS.from_epsg(4490)
ALBERS = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80")
ZONES = gpd.GeoSeries(
    [
        shapely.Point(111.0, 43.0).buffer(0.9),
        shapely.Polygon([(109.0, 41.0), (113.0, 41.3), (111.1, 45.5)]),
    ],
    index=["disc", "triangle"],
    crs=LONLAT,
)


def reader(values: np.ma.MaskedArray) -> Reader:
    def read(window: Window) -> np.ma.MaskedArray:
        return values[window.row0 : window.row1, window.col0 : window.col1]

    return read


def drawn(seed: int, rows: int, columns: int) -> np.ma.MaskedArray:
    values = np.random.default_rng(seed).integers(0, 4, (rows, columns))
    return np.ma.masked_equal(values.astype(np.uint8), 3)


def box_of(grid: Grid, row: int, column: int) -> shapely.Polygon:
    west, north = grid.x0 + column * grid.dx, grid.y0 - row * grid.dy
    return shapely.box(west, north - grid.dy, west + grid.dx, north)


def by_geos(
    zone: shapely.Geometry, a: Grid, va: np.ndarray, b: Grid, vb: np.ndarray
) -> dict[tuple[object, object], float]:
    total: dict[tuple[object, object], float] = {}
    for i in range(a.height):
        for j in range(a.width):
            first = shapely.intersection(zone, box_of(a, i, j))
            for k in range(b.height):
                for m in range(b.width):
                    both = shapely.intersection(first, box_of(b, k, m))
                    key = va[i, j], vb[k, m]
                    area = float(lonlat_area(np.array([both]), CGCS2000)[0])
                    total[key] = total.get(key, 0.0) + area
    return total


def test_pairs_are_those_of_geos() -> None:
    a = Grid(4, 5, 110.0, 44.0, 0.5, 0.45, LONLAT)
    b = Grid(3, 3, 110.2, 44.1, 0.7, 0.6, LONLAT)
    va, vb = np.arange(20).reshape(4, 5) % 3, np.arange(9).reshape(3, 3) % 4
    args = reader(np.ma.masked_array(va.astype(np.uint8)))
    table = crosstab(ZONES, a, args, b, reader(np.ma.masked_array(vb.astype(np.int16))))
    for name, zone in ZONES.items():
        rows = table[table["zone"] == name].set_index(["value_a", "value_b"])["area_m2"]
        for key, area in by_geos(zone, a, va, b, vb).items():
            assert rows.get(key, 0.0) == pytest.approx(area, rel=1e-9, abs=1.0)
        assert rows.sum() == pytest.approx(
            lonlat_area(np.array([zone]), CGCS2000)[0], rel=1e-12
        )
    assert (table["uncertainty_m2"] == 0).all()


def margin(table: pd.DataFrame, column: str) -> pd.Series:
    """Sums per zone and value, in the order of the table of one raster."""
    return table.groupby(["zone", column], sort=False)["area_m2"].sum()


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    shift=st.sampled_from([0.0, 0.05, 0.1, 1e-13, 0.0333]),
    size=st.sampled_from([0.1, 0.3, 0.07]),
    threads=st.integers(1, 3),
    band_rows=st.integers(1, 200),
)
def test_margins_are_the_tables_of_each_raster(
    seed: int, shift: float, size: float, threads: int, band_rows: int
) -> None:
    a = Grid(60, 40, 109.5, 45.0, 0.1, 0.06, LONLAT)
    b = Grid(30, 25, 109.5 + shift, 44.9 + shift, size, size, LONLAT)
    one, two = reader(drawn(seed, 60, 40)), reader(drawn(seed + 1, 30, 25))
    table = crosstab(ZONES, a, one, b, two, threads=threads, band_rows=band_rows)
    for column, grid, read in (("value_a", a, one), ("value_b", b, two)):
        expected = zonal(ZONES, grid, read).classes
        rows = margin(table, column)
        wanted = expected.set_index(["zone", "value"])["area_m2"]
        assert list(rows.index) == list(wanted.index)
        np.testing.assert_allclose(rows, wanted, rtol=1e-9, atol=10)
    pd.testing.assert_frame_equal(table, crosstab(ZONES, a, one, b, two))


def plane_grid(cell: float, rows: int, columns: int) -> Grid:
    step = Transformer.from_crs(LONLAT, ALBERS, always_xy=True)
    x, y = step.transform(109.0, 46.0)
    return Grid(rows, columns, x, y, cell, cell, ALBERS)


@pytest.mark.parametrize("swapped", [False, True])
def test_different_planes_are_sampled_within_the_bound(swapped: bool) -> None:
    fine = Grid(1000, 800, 108.8, 46.0, 0.006, 0.006, LONLAT)
    coarse = plane_grid(30_000.0, 25, 20)
    va = np.ma.masked_array(np.ones((1000, 800), dtype=np.uint8))
    vb = np.ma.masked_array((np.arange(500) % 5).reshape(25, 20).astype(np.uint8))
    sides = [(fine, reader(va)), (coarse, reader(vb))]
    if swapped:
        sides = sides[::-1]
    table = crosstab(ZONES, *sides[0], *sides[1])
    of_coarse = "value_a" if swapped else "value_b"
    # The same area, cut exactly in the coarse raster's own plane.
    exact = zonal(ZONES, coarse, reader(vb)).classes
    got = table.groupby(["zone", of_coarse])[["area_m2", "uncertainty_m2"]].sum()
    wanted = exact.set_index(["zone", "value"])["area_m2"]
    assert list(got.index) == list(wanted.index)
    off = np.abs(got["area_m2"] - wanted)
    assert (off <= got["uncertainty_m2"] + 1.0).all()
    assert (off <= 5e-3 * wanted).all()
    assert got["uncertainty_m2"].between(1.0, 0.2 * wanted).all()


def test_breaks_join_values() -> None:
    grid = Grid(60, 40, 109.0, 45.6, 0.1, 0.1, LONLAT)
    heights = np.random.default_rng(1).normal(1000, 400, (60, 40)).astype(np.float32)
    whole = np.round(heights).astype(np.int16)
    classes = reader(drawn(3, 60, 40))
    breaks = np.array([0.0, 800.0, 1200.0, 3000.0])
    table = crosstab(ZONES, grid, classes, grid, reader(np.ma.masked_array(heights)),
                     breaks_b=breaks)  # fmt: skip
    assert set(table["value_b"]) == {0.0, 800.0, 1200.0}
    rounded = crosstab(ZONES, grid, reader(np.ma.masked_array(whole)), grid, classes,
                       breaks_a=breaks)  # fmt: skip
    assert set(rounded["value_a"]) == {0.0, 800.0, 1200.0}
    np.testing.assert_allclose(
        margin(table, "value_b"), margin(rounded, "value_a"), rtol=0.02
    )


def test_unsafe_datum_is_refused() -> None:
    grid = Grid(10, 10, 110.0, 45.0, 0.1, 0.1, LONLAT)
    unsafe = Grid(10, 10, 110.0, 45.0, 0.1, 0.1, CRS.from_epsg(4610))
    read = reader(drawn(1, 10, 10))
    with pytest.raises(CRSError) as caught:
        crosstab(ZONES, grid, read, unsafe, read)
    assert caught.value.code == "crs_datum_unsafe"
