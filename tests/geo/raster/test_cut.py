"""Covered shares against exactextract's, in a plane."""

import json

import numpy as np
import pytest
import shapely
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

from geo import rings as flat
from geo.grid import Grid
from geo.raster import lattice
from geo.raster.run import Run
from geo.raster.sweep import Runs
from geo.types import FloatArray

ALBERS = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80")
GRID = Grid(90, 17, 1000.0, 5000.0, 30.0, 20.0, ALBERS)


def ours(polygon: shapely.Geometry, band_rows: int) -> FloatArray:
    rings = flat.from_geometry(np.array([polygon]))
    lines = lattice.of_grid(GRID)
    run = Run(rings, lines, block_rows=64, threads=1, band_rows=band_rows)
    found = np.zeros((GRID.height, GRID.width))

    def add(runs: Runs) -> None:
        for row, _, start, stop, share in zip(*runs, strict=True):
            found[row, start:stop] += share

    for runs in run.over_bands(lambda band: band.runs):
        add(runs)
    return found


def extracted(polygon: shapely.Geometry) -> FloatArray:
    left, bottom, right, top = GRID.bounds
    source = NumPyRasterSource(np.zeros((90, 17)), left, bottom, right, top)
    feature = {"type": "Feature", "geometry": json.loads(shapely.to_geojson(polygon))}
    (answer,) = exact_extract(source, feature, ["cell_id", "coverage"])
    found = np.zeros(GRID.height * GRID.width)
    properties = answer["properties"]
    found[np.asarray(properties["cell_id"])] = properties["coverage"]
    return found.reshape(GRID.height, GRID.width)


@settings(max_examples=80)
@given(seed=st.integers(0, 2**32 - 1), on_lines=st.booleans(), turned=st.booleans())
def test_shares_are_those_of_exactextract(
    seed: int, on_lines: bool, turned: bool
) -> None:
    random = np.random.default_rng(seed)
    count = int(random.integers(3, 30))
    angle = 2 * np.pi * (np.arange(count) + random.uniform(0, 0.9, count)) / count
    radius = random.uniform(3, 900) * random.uniform(0.3, 1, count)
    centre = random.uniform((900, 3000), (1600, 5100))
    ring = centre + radius[:, np.newaxis] * np.column_stack(
        [np.cos(angle), np.sin(angle)]
    )
    if on_lines:
        ring = np.round(ring / (30.0, 20.0)) * (30.0, 20.0) + (10.0, 0.0)
    polygon = shapely.Polygon(ring[::-1] if turned else ring)
    if not polygon.is_valid or polygon.area == 0:
        return
    # Exactextract keeps shares as 32-bit numbers.
    np.testing.assert_allclose(ours(polygon, 64), extracted(polygon), atol=3e-7)
    np.testing.assert_array_equal(ours(polygon, 64), ours(polygon, 128))


@pytest.mark.parametrize("thin", [1e-3, 1e-6, 1e-9])
def test_slivers_keep_their_area(thin: float) -> None:
    sliver = shapely.box(1003.0, 4000.0, 1403.0, 4000.0 + thin)
    found = ours(sliver, 64).sum() * GRID.dx * GRID.dy
    # What the coordinates themselves round off: 5e-13 of 400 m.
    assert found == pytest.approx(sliver.area, rel=1e-6, abs=1e-9)


def test_a_long_level_staircase_is_sorted_whole() -> None:
    """More pieces in one row than are sorted by insertion, from east to west."""
    x = np.linspace(1010.0, 1490.0, 200)
    lower = np.column_stack([x, np.full(200, 4001.0) + np.sin(x)])
    upper = np.column_stack([x[::-1], np.full(200, 4015.0) + np.sin(3 * x)])
    polygon = shapely.Polygon([*lower, *upper])
    np.testing.assert_allclose(ours(polygon, 64), extracted(polygon), atol=3e-7)
