"""Zonal tables close to the zone; values are those of exactextract."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from rasterio.features import rasterize
from rasterio.transform import Affine

from geo.area import area, lonlat_area
from geo.authalic import CGCS2000
from geo.crs import to_degrees
from geo.errors import CoordinateError, CRSError, GeometryError
from geo.grid import Grid, Window
from geo.testing import (
    assert_closes,
    coverage_layer,
    layer,
    moved,
    raster,
    scattered_layer,
)
from geo.types import FloatArray
from geo.zonal import NODATA, OUTSIDE, Reader, Zonal, zonal

ALBERS = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80")
FEET = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=us-ft")
PLANES = [ALBERS, FEET, CRS("EPSG:4524"), CRS("EPSG:3857"), CRS("EPSG:32649")]
BOX = shapely.box(110.1, 40.1, 110.9, 40.9)


def classes(seed: int, rows: int = 20, columns: int = 20) -> np.ma.MaskedArray:
    """Random classes 1 to 4, every fifth cell without a value."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, (rows, columns)).astype(np.uint8)
    return np.ma.masked_equal(values, 5)


def nothing(dtype: type[np.generic]) -> np.ma.MaskedArray:
    """A raster without a single value."""
    return np.ma.masked_array(np.zeros((20, 20), dtype), mask=True)


def lonlat(values: np.ma.MaskedArray) -> tuple[Grid, Reader]:
    return raster(values, (110.0, 42.0), (0.1, 0.1))


def plane_over(
    crs: CRS, values: np.ma.MaskedArray, cell_m: float
) -> tuple[Grid, Reader]:
    """A raster in a plane whose middle is 110.5 E, 40.5 N."""
    x, y = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform(110.5, 40.5)
    cell = cell_m / crs.axis_info[0].unit_conversion_factor
    rows, columns = values.shape
    corner = (x - columns * cell / 2, y + rows * cell / 2)
    return raster(values, corner, (cell, cell), crs)


def measured(zones: gpd.GeoSeries, grid: Grid, read: Reader) -> Zonal:
    table = zonal(zones, grid, read)
    assert_closes(table)
    return table


def values_of(table: Zonal, zone: str) -> dict[object, float]:
    rows = table.classes[table.classes["zone"] == zone]
    return dict(zip(rows["value"], rows["area_m2"], strict=True))


def extracted(
    polygon: shapely.Geometry, grid: Grid, values: FloatArray, *stats: str
) -> dict[str, float]:
    """Exactextract's answers, in the plane of the coordinates."""
    left, bottom, right, top = grid.bounds
    source = NumPyRasterSource(values, left, bottom, right, top)
    feature = {"type": "Feature", "geometry": json.loads(shapely.to_geojson(polygon))}
    (answer,) = exact_extract(source, feature, list(stats))
    return dict(answer["properties"])


# --- closing ----------------------------------------------------------------------


@settings(max_examples=25)
@given(st.integers(0, 2**32), st.floats(1e-4, 1.5))
def test_tables_close_on_lonlat_grids(seed: int, size: float) -> None:
    """Zones on, across and beyond the edges: the outside is what GEOS leaves over."""
    grid, read = lonlat(classes(seed))
    zones = scattered_layer(6, seed, (109.5, 39.5, 112.5, 42.5), size=size)
    table = measured(zones, grid, read)
    np.testing.assert_allclose(table.zone_area_m2, area(zones), rtol=1e-12)
    frame = shapely.box(*grid.bounds)
    beyond = lonlat_area(shapely.difference(zones.to_numpy(), frame), CGCS2000)
    got = [values_of(table, zone).get(OUTSIDE, 0.0) for zone in zones.index]
    np.testing.assert_allclose(got, beyond, rtol=1e-8, atol=1e-9 * area(zones).max())


@pytest.mark.parametrize("crs", PLANES, ids=lambda crs: crs.name)
@pytest.mark.parametrize("cell_m", [1000.0, 20_000.0])
def test_tables_close_on_projected_grids(crs: CRS, cell_m: float) -> None:
    grid, read = plane_over(crs, classes(1, 10, 12), cell_m)
    parcel = shapely.box(110.49, 40.49, 110.4901, 40.4901)
    wide, long = shapely.box(107, 38, 114, 43), shapely.box(110.5, 40.5, 118, 41)
    zones = layer([BOX, parcel, wide, long])
    table = measured(zones, grid, read)
    tiny = values_of(table, "f1")
    assert OUTSIDE not in tiny
    assert sum(tiny.values()) == pytest.approx(area(zones)["f1"], rel=1e-12)
    # The raster within the large zone, from its own outline on the ellipsoid.
    frame = shapely.segmentize(shapely.box(*grid.bounds), grid.dx / cell_m * 50)
    outline = shapely.transform(frame, lambda points: to_degrees(points, crs))
    inside = lonlat_area(np.array([shapely.intersection(outline, wide)]), CGCS2000)[0]
    outside = values_of(table, "f2").get(OUTSIDE, 0.0)
    assert area(zones)["f2"] - outside == pytest.approx(inside, rel=1e-7)


def test_classes_of_a_plane_whose_scale_varies() -> None:
    """The web map shows the north of a zone larger than it is: 4 % in 2 degrees."""
    plane = CRS("EPSG:3857")
    values = np.ma.masked_array(np.repeat([[1], [2]], 120, axis=1).repeat(90, axis=0))
    grid, read = plane_over(plane, values, 2000.0)
    middle = moved(shapely.Point(110.5, 40.5), "EPSG:4490", "EPSG:3857")
    south = shapely.get_coordinates(moved(middle, "EPSG:3857", "EPSG:4490"))[0, 1]
    table = measured(layer([shapely.box(110, south - 1, 111, south + 1)]), grid, read)
    north = shapely.box(110, south, 111, south + 1)
    halves = np.array([north, shapely.box(110, south - 1, 111, south)])
    wanted = lonlat_area(halves, CGCS2000)
    np.testing.assert_allclose(table.classes["area_m2"], wanted, rtol=1e-6)


def test_zonal_totals_are_areas_not_spherical() -> None:
    """The must-show of 1e-7; on a sphere the total is 280 ppm and more away."""
    grid, read = raster(classes(0, 200, 300), (109.0, 43.0), (0.02, 0.02))
    zones = scattered_layer(8, 4, (110, 40.5, 113, 42))
    table = measured(zones, grid, read)
    total = table.classes["area_m2"].sum()
    assert total == pytest.approx(area(zones).sum(), rel=1e-9)
    assert OUTSIDE not in set(table.classes["value"])
    assert NODATA in set(table.classes["value"])


def test_larger_than_the_raster_trends_earth_302() -> None:
    grid, read = lonlat(nothing(np.int16))
    zone = layer([shapely.box(108, 38, 114, 44)])
    table = measured(zone, grid, read)
    got = values_of(table, "f0")
    assert list(got) == [NODATA, OUTSIDE]
    frame = lonlat_area(np.array([shapely.box(*grid.bounds)]), CGCS2000)[0]
    assert got[NODATA] == pytest.approx(frame, rel=1e-10)


def test_all_nodata_has_no_mean_geowrangler_163() -> None:
    """Null, not 0 and not -9999."""
    grid, read = lonlat(nothing(np.float32))
    statistics = measured(layer([BOX]), grid, read).statistics.loc["f0"]
    assert statistics["area_m2"] == 0
    assert np.isnan(statistics[["mean", "std", "min", "max"]].to_numpy(float)).all()


def test_nan_that_nobody_declared_is_no_value() -> None:
    values = np.full((20, 20), 7.0, dtype=np.float32)
    values[:, ::2] = np.nan
    grid, read = lonlat(np.ma.masked_array(values))
    table = measured(layer([BOX]), grid, read)
    assert set(values_of(table, "f0")) == {7.0, NODATA}
    assert table.statistics["mean"]["f0"] == 7.0


# --- places -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "zone",
    [
        shapely.box(100, 30, 101, 31),
        shapely.box(112, 40, 113, 42),
        shapely.box(109, 40, 110, 42),
        shapely.box(110, 42, 112, 43),
        shapely.box(110, 39, 112, 40),
        shapely.box(112, 42, 113, 43),
    ],
    ids=["far", "east_edge", "west_edge", "north_edge", "south_edge", "corner"],
)
def test_zone_beside_the_raster(zone: shapely.Geometry) -> None:
    grid, _ = lonlat(classes(0))
    reads: list[Window] = []

    def read(window: Window) -> np.ma.MaskedArray:
        reads.append(window)
        return classes(0)[window.row0 : window.row1, window.col0 : window.col1]

    table = measured(layer([zone]), grid, read)
    assert set(values_of(table, "f0")) == {OUTSIDE}
    assert reads == []


def test_zone_of_whole_cells() -> None:
    values = np.ma.masked_array(np.arange(400).reshape(20, 20))
    grid, read = lonlat(values)
    zone = layer([shapely.box(110.3, 41.2, 110.6, 41.5)])
    table = measured(zone, grid, read)
    assert list(table.classes["value"]) == [
        r * 20 + c for r in (5, 6, 7) for c in (3, 4, 5)
    ]


@pytest.mark.parametrize("size", [1e-2, 1e-4, 1e-5, 1e-7])
def test_zone_smaller_than_a_cell(size: float) -> None:
    """Also one of 1 cm in a cell of a degree, on the raster and not outside it."""
    values = np.ma.masked_array([[1, 2, 3], [1, 4, 3], [1, 2, 3]])
    grid, read = raster(values, (110.0, 43.0), (1.0, 1.0))
    zone = layer([shapely.box(111.4, 41.4, 111.4 + size, 41.4 + size)])
    table = measured(zone, grid, read)
    assert len(table.classes) == 1
    assert table.classes["value"][0] == 4


def test_partly_covered_cells_rasterstats() -> None:
    """Hard inputs 46: 2.56 cells, where counting centres says 4."""
    values = np.ma.masked_array(np.array([[1, 2], [3, 4]]))
    grid, read = raster(values, (110.0, 42.0), (0.5, 0.5))
    table = measured(layer([shapely.box(110.1, 41.1, 110.9, 41.9)]), grid, read)
    whole = lonlat_area(np.array([shapely.box(110, 41, 111, 42)]), CGCS2000)[0]
    assert table.classes["area_m2"].sum() / (whole / 4) == pytest.approx(2.56, rel=1e-3)
    assert list(table.classes["value"]) == [1, 2, 3, 4]


def test_weighted_mean_rio_tiler_680() -> None:
    """Weights 0, 0.25, 1, 0 on 1, 2, 3, 4 have the mean 2.8."""
    grid, read = raster(
        np.ma.masked_array([[1.0, 2.0, 3.0, 4.0]]),
        (0.0, 4_500_000.0),
        (100.0, 100.0),
        ALBERS,
    )
    plane = shapely.segmentize(shapely.box(175, 4_499_900, 300, 4_500_000), 1.0)
    zone = layer([moved(plane, ALBERS, "EPSG:4490")])
    table = measured(zone, grid, read)
    assert table.statistics["mean"]["f0"] == pytest.approx(2.8, rel=1e-6)
    assert table.statistics["std"]["f0"] == pytest.approx(0.4, rel=1e-6)


def test_overlapping_parts_are_refused(
    overlapping_parts_exactextract_163: gpd.GeoSeries,
) -> None:
    """Exactextract counts 8 cells where the union has 6."""
    grid, read = lonlat(classes(0))
    with pytest.raises(GeometryError) as caught:
        zonal(overlapping_parts_exactextract_163, grid, read)
    assert caught.value.code == "geometry_invalid"


def test_mixed_zones(nothing_and_collections_geopandas_overlay: gpd.GeoSeries) -> None:
    zones = nothing_and_collections_geopandas_overlay
    for crs in (CRS.from_epsg(4490), ALBERS):
        grid, read = (lonlat(classes(3)) if crs.is_geographic
                      else plane_over(crs, classes(3), 5000))  # fmt: skip
        table = measured(zones, grid, read)
        assert list(table.statistics.index) == list(zones.index)
        assert set(table.classes["zone"]) == {"f4", "f5"}
        assert table.statistics["area_m2"][["f0", "f1", "f2", "f3"]].eq(0).all()


def test_repeated_index() -> None:
    grid, read = lonlat(classes(3))
    table = measured(layer([BOX, BOX], ["a", "a"]), grid, read)
    assert list(table.zone_area_m2.index) == ["a", "a"]


# --- values -----------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(8))
def test_statistics_are_those_of_exactextract_on_albers(seed: int) -> None:
    """On an equal-area grid its plane weights are right."""
    rng = np.random.default_rng(seed)
    values = rng.normal(1000, 300, (12, 15))
    grid = Grid(12, 15, 300_000.0, 4_600_000.0, 10_000.0, 10_000.0, ALBERS)
    plane = scattered_layer(3, seed, grid.bounds, size=30_000).to_numpy()
    dense = shapely.segmentize(plane, 500.0)
    zones = layer([moved(polygon, ALBERS, "EPSG:4490") for polygon in dense])

    def read(window: Window) -> np.ma.MaskedArray:
        return np.ma.masked_array(
            values[window.row0 : window.row1, window.col0 : window.col1]
        )

    statistics = measured(zones, grid, read).statistics
    for name, polygon in zip(zones.index, plane, strict=True):
        wanted = extracted(
            polygon, grid, values, "mean", "stdev", "min", "max", "count"
        )
        got = statistics.loc[name]
        assert got["mean"] == pytest.approx(wanted["mean"], rel=1e-5)
        assert got["std"] == pytest.approx(wanted["stdev"], rel=1e-4)
        assert (got["min"], got["max"]) == (wanted["min"], wanted["max"])
        assert got["area_m2"] == pytest.approx(wanted["count"] * 1e8, rel=1e-5)


@pytest.mark.parametrize("seed", range(6))
def test_class_shares_are_those_of_exactextract(seed: int) -> None:
    """A row of cells between two parallels has one area per cell: shares are plain."""
    values = classes(seed, 1, 20)
    grid, read = raster(values, (110.0, 41.0), (0.1, 1.0))
    zone = shapely.box(110.03, 40.2, 111.47, 40.9)
    got = values_of(measured(layer([zone]), grid, read), "f0")
    wanted = extracted(zone, grid, values.filled(99).astype(float), "unique", "frac")
    shares = dict(zip(wanted["unique"], wanted["frac"], strict=True))  # type: ignore[call-overload]
    whole = sum(got.values())
    named = {99.0 if key == NODATA else key: m2 / whole for key, m2 in got.items()}
    assert named == pytest.approx(shares, rel=1e-5)


def test_fine_cells_agree_with_counting_their_centres() -> None:
    """A sanity check by rasterio: thousands of cells, so that edges hardly matter."""
    values = classes(5, 400, 400)
    grid, read = raster(values, (110.0, 42.0), (0.005, 0.005))
    (zone,) = scattered_layer(1, 6, (110.9, 40.9, 111.1, 41.1), size=0.8)
    hit = rasterize([zone], (400, 400), transform=Affine(0.005, 0, 110, 0, -0.005, 42))
    shares = np.bincount(values.filled(5)[hit == 1], minlength=6)[1:] / hit.sum()
    got = values_of(measured(layer([zone]), grid, read), "f0")
    total = sum(got.values())
    found = [got[key] / total for key in (1.0, 2.0, 3.0, 4.0, NODATA)]
    np.testing.assert_allclose(found, shares, atol=2e-3)


def test_breaks_make_intervals() -> None:
    values = np.ma.masked_array([[-5.0, 0.0, 9.99, 10.0, 19.0, 20.0, 99.0]])
    grid, read = raster(values, (110.0, 41.0), (0.1, 1.0))
    zone = layer([shapely.box(110, 40, 110.7, 41)])
    table = zonal(zone, grid, read, breaks=np.array([0.0, 10.0, 20.0]))
    assert_closes(table)
    share = table.classes.set_index("value")["share"]
    assert share.index.tolist() == [0.0, 10.0]
    assert share.tolist() == pytest.approx([3 / 7, 4 / 7], rel=1e-9)


def test_rows_are_in_order() -> None:
    grid, read = lonlat(classes(1))
    table = measured(layer([shapely.box(109.5, 40.5, 111, 41), BOX]), grid, read)
    assert table.classes["zone"].tolist() == ["f0"] * 6 + ["f1"] * 5
    assert table.classes["value"].tolist()[:6] == [1, 2, 3, 4, NODATA, OUTSIDE]


@pytest.mark.parametrize("crs", [CRS.from_epsg(4490), ALBERS])
def test_bands_change_nothing(crs: CRS) -> None:
    values = classes(7, 200, 40)
    grid, read = (raster(values, (110.0, 42.0), (0.05, 0.01)) if crs.is_geographic
                  else plane_over(crs, values, 1000))  # fmt: skip
    zones = scattered_layer(4, 2, (110, 40, 111, 41))
    whole = measured(zones, grid, read)
    tallest: list[int] = []

    def counted(window: Window) -> np.ma.MaskedArray:
        tallest.append(window.shape[0])
        return read(window)

    banded = zonal(zones, grid, counted, band_rows=64)
    assert max(tallest) <= 64
    assert banded.classes.to_numpy().tolist() == whole.classes.to_numpy().tolist()


def test_height_in_the_raster_crs() -> None:
    """Elevation models carry compound systems."""
    values = classes(1)
    plain = measured(layer([BOX]), *lonlat(values))
    compound = raster(values, (110.0, 42.0), (0.1, 0.1), "EPSG:4490+5737")
    np.testing.assert_array_equal(
        measured(layer([BOX]), *compound).classes["area_m2"], plain.classes["area_m2"]
    )


# --- refusals ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zones", "crs", "error", "code"),
    [
        (gpd.GeoSeries([BOX]), "EPSG:4490", CRSError, "crs_missing"),
        (
            gpd.GeoSeries([BOX], crs="EPSG:3857"),
            "EPSG:4490",
            CRSError,
            "crs_not_lonlat",
        ),
        (layer([BOX]), "EPSG:4610", CRSError, "crs_datum_unsafe"),
        (layer([BOX]), "EPSG:4978", CRSError, "crs_not_horizontal"),
        (
            layer([shapely.box(4e5, 4e6, 5e5, 5e6)]),
            "EPSG:4490",
            CoordinateError,
            "coordinates_metres",
        ),
        (layer([]), "EPSG:4490", GeometryError, "no_polygons"),
        (
            layer([None, shapely.Point(110, 40)]),
            "EPSG:4490",
            GeometryError,
            "no_polygons",
        ),
        (
            layer([shapely.box(17, 0, 18, 1)]),
            "EPSG:4524",
            CoordinateError,
            "coordinates_beyond_crs",
        ),
    ],
)
def test_refusals(
    zones: gpd.GeoSeries, crs: str, error: type[Exception], code: str
) -> None:
    grid, read = raster(classes(0), (110.0, 42.0), (0.1, 0.1), crs)
    with pytest.raises(error) as caught:
        zonal(zones, grid, read)
    assert getattr(caught.value, "code") == code  # noqa: B009


def test_metres_on_a_lonlat_raster_exactextract_163() -> None:
    """Others allocate 160 GiB or answer nothing; here it is refused by name."""
    zones = gpd.GeoSeries([shapely.box(12_200_000, 4_800_000, 12_300_000, 4_900_000)])
    grid, read = lonlat(classes(0))
    with pytest.raises(CoordinateError) as caught:
        zonal(zones.set_crs("EPSG:4490"), grid, read)
    assert caught.value.details["feature"] == "0"


def values_of_kind(kind: str, seed: int) -> np.ma.MaskedArray:
    """Cells of each way in which values are coded, one in ten without a value."""
    rng = np.random.default_rng(seed)
    shape = (300, 260)
    made: dict[str, np.ndarray] = {
        "bytes": rng.integers(0, 9, shape).astype(np.uint8),
        "alike": np.repeat(rng.integers(0, 5, (300, 2)), 130, axis=1).astype(np.uint8),
        "short": rng.integers(-400, 3000, shape).astype(np.int16),
        "wide": rng.integers(-4, 70_000, shape).astype(np.int32),
        "decimal": rng.normal(size=shape).astype(np.float32),
    }
    return np.ma.array(made[kind], mask=rng.random(shape) < 0.1)


@pytest.mark.parametrize(
    ("kind", "crs"),
    [
        *((kind, CRS("EPSG:4490")) for kind in ("alike", "short", "wide", "decimal")),
        ("bytes", CRS("EPSG:4524")),
        ("decimal", ALBERS),
    ],
    ids=str,
)
@settings(max_examples=4)
@given(seed=st.integers(0, 2**32 - 1), some=st.sets(st.integers(0, 29), min_size=1))
def test_a_zone_does_not_depend_on_the_others(
    kind: str, crs: CRS, seed: int, some: set[int]
) -> None:
    cells = values_of_kind(kind, seed)
    if crs.is_geographic:
        grid, read = raster(cells, (109.9, 42.1), (0.01, 0.01))
    else:
        grid, read = plane_over(crs, cells, 900.0)
    zones = gpd.GeoSeries(
        pd.concat([coverage_layer(20, seed), scattered_layer(10, seed)]).to_numpy(),
        crs=4490,
    )
    breaks = np.array([-1.0, 0.0, 2.0, 900.0]) if kind != "bytes" else None
    options = {"breaks": breaks, "percentiles": (10.0, 50.0)}
    whole = zonal(zones, grid, read, **options)  # type: ignore[arg-type]
    chosen = sorted(some)
    part = zonal(zones.iloc[chosen], grid, read, threads=1, **options)  # type: ignore[arg-type]
    rows = whole.classes[whole.classes["zone"].isin(chosen)].reset_index(drop=True)
    pd.testing.assert_frame_equal(part.classes, rows, check_exact=True)
    pd.testing.assert_frame_equal(
        part.statistics, whole.statistics.loc[chosen], check_exact=True
    )
