"""The engine as a whole: against geo.cells, and bit for bit against itself."""

from random import Random

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo.authalic import CGCS2000, LonLatForm
from geo.cells import covered_areas, cut
from geo.grid import Grid, Window
from geo.raster import lattice
from geo.raster.run import Run
from geo.raster.sweep import Runs
from geo.raster.tally import Band
from geo.raster.zones import Zones
from geo.rings import from_geometry
from geo.types import BBox
from geo.zonal import Zonal, zonal

LONLAT = CRS.from_epsg(4490)
GRID = Grid(300, 40, 110.0, 45.0, 0.125, 0.03125, LONLAT)


def star(seed: int, on_lines: bool, with_hole: bool) -> shapely.Geometry:
    """A polygon somewhere on, over or beside the grid."""
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 40))
    angle = 2 * np.pi * (np.arange(count) + random.uniform(0, 0.9, count)) / count
    radius = random.uniform(0.05, 5.0) * random.uniform(0.4, 1.0, count)
    centre = random.uniform((109.0, 35.0), (116.0, 46.0))
    around = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    shell = centre + around
    if on_lines:
        shell = np.round(shell * 32) / 32
    holes = [centre + 0.4 * around] if with_hole and count > 6 and not on_lines else []
    made = shapely.make_valid(shapely.Polygon(shell, holes))
    parts = [p for p in shapely.get_parts(made) if p.geom_type == "Polygon"]
    if not parts:
        parts = [shapely.box(*centre, *(centre + 0.5))]
    return shapely.MultiPolygon(parts)


def runs_of(geometries: list[shapely.Geometry], grid: Grid) -> list[Runs]:
    lines = lattice.of_grid(grid)
    layer = Zones(gpd.GeoSeries(geometries, crs=LONLAT), lines)
    run = Run(layer.rings, lines, block_rows=64, threads=1)

    def runs(band: Band) -> Runs:
        return band.runs

    return list(run.over_bands(runs))


def shares(geometry: shapely.Geometry, grid: Grid) -> np.ndarray:
    found = np.zeros((grid.height, grid.width))
    for row, _, start, stop, share in (
        run for runs in runs_of([geometry], grid) for run in zip(*runs, strict=True)
    ):
        found[row, start:stop] += share
    return found


seeds = st.integers(0, 2**32 - 1)


@settings(max_examples=60)
@given(seed=seeds, on_lines=st.booleans(), with_hole=st.booleans())
def test_covered_shares_equal_those_of_the_numpy_engine(
    seed: int, on_lines: bool, with_hole: bool
) -> None:
    geometry = star(seed, on_lines, with_hole)
    whole = Window(0, GRID.height, 0, GRID.width)
    rings = from_geometry(shapely.orient_polygons([geometry]))
    form = LonLatForm(CGCS2000)
    area = covered_areas(cut(rings, GRID, whole), GRID, form, whole)
    edges = GRID.row_edges(np.arange(GRID.height + 1.0))
    full = GRID.dx * form.difference(edges[:-1], edges[1:])
    np.testing.assert_allclose(
        shares(geometry, GRID), area / full[:, np.newaxis], atol=2e-9
    )


@settings(max_examples=40)
@given(
    many=st.lists(
        st.tuples(seeds, st.booleans(), st.booleans()), min_size=1, max_size=6
    ),
    threads=st.integers(1, 4),
    band_rows=st.integers(1, 400),
    kind=st.sampled_from(["uint8", "int16", "float32", "float64", "masked"]),
    order=st.randoms(use_true_random=False),
)
def test_no_last_bit_depends_on_threads_bands_or_other_zones(
    many: list[tuple[int, bool, bool]],
    threads: int,
    band_rows: int,
    kind: str,
    order: Random,
) -> None:
    geometries = [star(*one) for one in many]
    random = np.random.default_rng(many[0][0])
    values = random.normal(20, 30, (GRID.height, GRID.width)).round(1)
    values = np.abs(values) if kind in ("uint8", "masked") else values
    values = values.astype("uint8" if kind == "masked" else kind)
    if kind == "masked":
        values = np.ma.masked_less(values, 8)
        values[:70] = np.ma.array(values.data[:70], mask=False)

    def read(window: Window) -> np.ma.MaskedArray:
        part = values[window.row0 : window.row1, window.col0 : window.col1]
        return np.ma.masked_array(part)

    zones = gpd.GeoSeries(geometries, crs=LONLAT)
    breaks = np.array([0.0, 10.0, 20.0, 50.0])

    def measured(some: gpd.GeoSeries, threads: int, band_rows: int) -> Zonal:
        return zonal(
            some,
            GRID,
            read,
            breaks=breaks,
            percentiles=(10, 50),
            threads=threads,
            band_rows=band_rows,
        )

    first = measured(zones, 1, 64)
    shuffled = list(zones.index)
    order.shuffle(shuffled)
    second = measured(gpd.GeoSeries(zones[shuffled]), threads, band_rows)
    kept = measured(gpd.GeoSeries(zones[shuffled[:1]]), 2, 128)
    for other, labels in ((second, shuffled), (kept, shuffled[:1])):
        a = first.statistics.loc[labels]
        assert a.to_numpy().tobytes() == other.statistics.to_numpy().tobytes()
        for label in labels:
            one = first.classes[first.classes["zone"] == label].to_numpy().tolist()
            two = other.classes[other.classes["zone"] == label].to_numpy().tolist()
            assert one == two


BOX_SHARES = [
    # within one cell; exactly a cell; corners on lines; half a cell off; over the edge
    ((110.01, 44.99, 110.02, 44.995), 1),
    ((110.125, 44.96875, 110.25, 45.0), 1),
    ((110.25, 44.0, 110.75, 44.5), 4 * 16),
    ((110.3125, 44.015625, 110.8125, 44.515625), 5 * 17),
    ((109.0, 44.0, 110.3125, 44.5), 3 * 16),
]


@pytest.mark.parametrize(("box", "cells"), BOX_SHARES)
def test_level_and_upright_edges_on_and_between_lines(box: BBox, cells: int) -> None:
    found = shares(shapely.box(*box), GRID)
    assert np.count_nonzero(found) == cells
    west, south, east, north = box
    west = max(west, GRID.x0)
    expected = (east - west) * (north - south) / (GRID.dx * GRID.dy)
    # Cells are shared by area, not by height: the same but for 1e-3.
    assert found.sum() == pytest.approx(expected, rel=1e-3)


BESIDE = [
    (100, 40, 105, 41),
    (120, 40, 121, 41),
    (112, 50, 113, 51),
    (112, 20, 113, 21),
]


@pytest.mark.parametrize("box", BESIDE)
def test_zones_beside_the_grid_are_outside(box: BBox) -> None:
    zones = gpd.GeoSeries([shapely.box(*box)], index=["z"], crs=LONLAT)
    answer = zonal(zones, GRID, lambda window: np.ma.zeros(window.shape, np.uint8))
    assert answer.classes[["zone", "value", "share"]].to_numpy().tolist() == [
        ["z", "outside", 1.0]
    ]
    assert answer.statistics["area_m2"].tolist() == [0.0]
    assert np.isnan(answer.statistics["mean"]).all()


@pytest.mark.parametrize("corner", [(108, 44), (114, 44), (112, 44.5), (112, 35.2)])
def test_what_lies_beyond_each_side_is_outside(corner: tuple[float, float]) -> None:
    zone = shapely.box(*corner, corner[0] + 3, corner[1] + 2)
    inside = zone.intersection(shapely.box(*GRID.bounds))
    zones = gpd.GeoSeries([zone, inside], crs=LONLAT)
    answer = zonal(zones, GRID, lambda window: np.ma.ones(window.shape, np.uint8))
    rows = answer.classes.set_index(["zone", "value"])["area_m2"]
    assert rows[(0, 1.0)] == pytest.approx(rows[(1, 1.0)], rel=1e-12)
    assert rows[(0, "outside")] == pytest.approx(
        answer.zone_area_m2[0] - answer.zone_area_m2[1], rel=1e-12
    )
    assert (1, "outside") not in rows.index


def test_neighbours_fill_each_cell_they_share() -> None:
    random = np.random.default_rng(3)
    path = np.column_stack([112 + random.normal(0, 0.5, 60), np.linspace(36, 44.9, 60)])
    west = shapely.Polygon([*path, (110.5, 44.9), (110.5, 36)])
    east = shapely.Polygon([*path, (114.5, 44.9), (114.5, 36)])
    both = shapely.box(110.5, 36, 114.5, 44.9)
    halves = [geometry for geometry in (west, east) if geometry.is_valid]
    assert len(halves) == 2
    total = shares(west, GRID) + shares(east, GRID)
    np.testing.assert_allclose(total, shares(both, GRID), atol=1e-12)


def test_failure_of_the_reader_reaches_the_caller() -> None:
    def read(_: Window) -> np.ma.MaskedArray:
        raise OSError("damaged")

    zones = gpd.GeoSeries([shapely.box(110, 36, 114, 45)], crs=LONLAT)
    with pytest.raises(OSError, match="damaged"):
        zonal(zones, GRID, read, band_rows=64)


def test_progress_counts_to_the_number_of_bands() -> None:
    told: list[tuple[int, int]] = []
    zones = gpd.GeoSeries([shapely.box(110, 35.7, 114, 45)], crs=LONLAT)
    zonal(
        zones,
        GRID,
        lambda window: np.ma.zeros(window.shape, np.uint8),
        band_rows=64,
        progress=lambda done, total: told.append((done, total)),
    )
    assert [done for done, _ in told] == [1, 2, 3, 4, 5]
    assert {total for _, total in told} == {5}
