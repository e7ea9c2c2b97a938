"""Cell areas against Karney's polygons; densities against the closed form."""

import numpy as np
import pytest
from pyproj import CRS, Geod, Transformer

from geo.authalic import CGCS2000, LonLatForm
from geo.grid import Grid
from geo.raster import areas, lattice
from geo.types import FloatArray

ALBERS = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80")
FEET = CRS("+proj=aea +lat_1=25 +lat_2=47 +lon_0=105 +ellps=GRS80 +units=us-ft")
PLANES = [
    (CRS.from_epsg(4524), 36_250_000.0, 4_900_000.0),
    (CRS.from_epsg(3857), 12_200_000.0, 5_400_000.0),
    (CRS.from_epsg(32649), 250_000.0, 4_900_000.0),
    (CRS("+proj=lcc +lat_1=36 +lat_2=52 +lon_0=105 +ellps=GRS80"), 5e5, 4_800_000.0),
    (ALBERS, 400_000.0, 4_700_000.0),
    (FEET, 1_300_000.0, 15_000_000.0),
]


def karney(grid: Grid, row: int, column: int) -> float:
    """Area of a cell whose sides are densified in the plane."""
    part = np.linspace(0, 1, 60, endpoint=False)
    east = np.concatenate([part, np.ones(60), 1 - part, np.zeros(60)])
    south = np.concatenate([np.zeros(60), part, np.ones(60), 1 - part])
    step = Transformer.from_crs(grid.crs, grid.crs.geodetic_crs, always_xy=True)
    lon, lat = step.transform(
        grid.x0 + (column + east) * grid.dx, grid.y0 - (row + south) * grid.dy
    )
    ellipsoid = grid.crs.ellipsoid
    assert ellipsoid is not None
    geod = Geod(a=ellipsoid.semi_major_metre, rf=ellipsoid.inverse_flattening)
    return abs(float(geod.polygon_area_perimeter(lon, lat)[0]))


@pytest.mark.parametrize(("crs", "x0", "y0"), PLANES, ids=lambda one: str(one)[:20])
@pytest.mark.parametrize("cell", [1000.0, 12_000.0, 40_000.0])
def test_cell_areas_are_karneys(crs: CRS, x0: float, y0: float, cell: float) -> None:
    grid = Grid(20, 15, x0, y0, cell, cell, crs)
    lines = lattice.of_grid(grid)
    # Sides densified to 1/60 of a cell leave their curves by 1e-8 of a large one.
    close = 2e-10 if cell < 2000 else 5e-8
    for row, column in ((0, 0), (7, 14), (19, 3)):
        measure = areas.of_lattice(lines).measure(row, row + 1, 0.0, lines.x[-1])
        got = areas.run_area(*measure, 0, lines.x[column], lines.x[column + 1])
        assert got == pytest.approx(karney(grid, row, column), rel=close)


@pytest.mark.parametrize("crs", [CRS.from_epsg(3857), CRS.from_epsg(4524)])
def test_area_of_a_cell_does_not_depend_on_what_else_is_asked(crs: CRS) -> None:
    x0, y0 = (12e6, 5e6) if crs.to_epsg() == 3857 else (36.4e6, 4.9e6)
    lines = lattice.of_grid(Grid(200, 400, x0, y0, 100.0, 100.0, crs))
    cells = areas.of_lattice(lines)
    wide = cells.measure(64, 192, 0.0, float(lines.x[-1]))
    narrow = cells.measure(128, 192, float(lines.x[205]), float(lines.x[206]))
    one = areas.run_area(*wide, 130 - 64, lines.x[205], lines.x[206])
    assert one == areas.run_area(*narrow, 2, lines.x[205], lines.x[206])


@pytest.mark.parametrize("height", [0.0003, 0.05, 1.0, 10.0])
def test_density_integrates_the_area_form(height: float) -> None:
    lonlat = CRS.from_epsg(4490)
    lines = lattice.of_grid(Grid(3, 4, 110.0, 60.0, 1.0, height, lonlat))
    terms, nodes, weights = areas.of_lattice(lines).density(0, 3)
    form = LonLatForm(CGCS2000)
    for row in range(3):
        north, south = lines.y0 - lines.y[row], lines.y0 - lines.y[row + 1]
        for s in (0.1, 0.5, 0.9):
            place = north + s * (south - north)
            exact = float(
                form.difference(np.array(north), np.array(place))
                / form.difference(np.array(north), np.array(south))
            )
            got = s * weights @ density(terms[row], s * nodes)
            # Latitudes are rounded to 7e-15 degrees, a larger share of a low row.
            assert got == pytest.approx(exact, rel=1e-12, abs=3e-14 / height)


def density(terms: FloatArray, s: FloatArray) -> FloatArray:
    return np.asarray(np.polynomial.polynomial.polyval(s - 0.5, terms))
