"""The +/- of an overlap against boundaries that are really moved (Monte Carlo)."""

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.overlay import Side, overlap
from geo.testing import layer

SIGMA_M = 30.0
PLANE = CRS.from_epsg(4545)
TO_LONLAT = Transformer.from_crs(PLANE, PLANE.geodetic_crs, always_xy=True)


def lonlat(plane: shapely.Geometry) -> shapely.Geometry:
    return shapely.transform(
        plane, lambda xy: np.column_stack(TO_LONLAT.transform(*xy.T))
    )


def wavy(count: int = 240) -> NDArray[np.float64]:
    """Vertices of a closed line with bays, metres, counterclockwise."""
    turn = np.linspace(0, 2 * np.pi, count, endpoint=False)
    radius = 8000 * (1 + 0.2 * np.sin(5 * turn))
    centre = (500_000, 4_500_000)
    return centre + np.column_stack([radius * np.cos(turn), radius * np.sin(turn)])


def outward(points: NDArray[np.float64]) -> NDArray[np.float64]:
    tangent = np.roll(points, -1, axis=0) - np.roll(points, 1, axis=0)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]])
    return np.asarray(normal / np.linalg.norm(normal, axis=1, keepdims=True))


CUT = shapely.box(493_000, 4_500_500, 520_000, 4_530_000)
"""The other layer: it takes a part of the wavy polygon, and is exact."""


def shared_m2(points: NDArray[np.float64]) -> float:
    piece = shapely.intersection(lonlat(shapely.Polygon(points)), lonlat(CUT))
    return float(lonlat_area(np.array([piece], dtype=object), CGCS2000)[0])


def stated_m2() -> float:
    left, right = layer([lonlat(shapely.Polygon(wavy()))]), layer([lonlat(CUT)])
    table = overlap(Side.of(left, SIGMA_M), Side.of(right, 0.0))
    return float(table.pairs["uncertainty_m2"].iloc[0])


@pytest.mark.parametrize("side", [1.0, -1.0], ids=["outward", "inward"])
def test_an_error_on_one_side_reaches_the_stated_bound(side: float) -> None:
    points = wavy()
    moved = shared_m2(points + side * SIGMA_M * outward(points)) - shared_m2(points)
    assert side * moved == pytest.approx(stated_m2(), rel=0.02)


@pytest.mark.parametrize("reach", [0, 5, 40], ids=["each_vertex", "short", "long"])
def test_errors_that_change_sides_stay_below_it(reach: int) -> None:
    """Normal errors of one sigma, alike over ``reach`` neighbouring vertices."""
    points, normal = wavy(), outward(wavy())
    generator = np.random.default_rng(7)
    window = np.hanning(2 * reach + 3)[1:-1]
    moved = []
    for _ in range(200):
        noise = generator.standard_normal(len(points))
        smooth = np.fft.irfft(
            np.fft.rfft(noise) * np.fft.rfft(window, len(points)), len(points)
        )
        error = SIGMA_M * smooth / np.sqrt(np.sum(window**2))
        moved.append(shared_m2(points + error[:, None] * normal) - shared_m2(points))
    spread = float(np.std(moved))
    # A standard error, as the accuracy is: the bound holds and is not idle.
    assert spread < stated_m2()
    assert spread > 0.02 * stated_m2()


def test_repairs_count_whole() -> None:
    box = layer([shapely.box(110, 40, 110.1, 40.1)])
    side = Side.of(box, 0.0)
    repaired = Side(box, side.accuracy_m, side.change_m2 + 500.0)
    table = overlap(repaired, side)
    assert table.pairs["uncertainty_m2"].iloc[0] == pytest.approx(500.0)
