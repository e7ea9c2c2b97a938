"""Integer areas against the closed form of geo.area."""

import numpy as np
import pytest
import shapely
from shapely.geometry import Polygon, box

from geo.area import lonlat_area
from geo.authalic import CGCS2000, LonLatForm
from geo.engine import PolygonLayer, prepare
from geo.engine.area_form import REFERENCE_UNIT, area_table, local_mean
from geo.rings import from_geometry
from geo.types import FloatArray


def test_areas_of_all_sizes_and_latitudes() -> None:
    rng = np.random.default_rng(0)
    shapes = []
    for _ in range(300):
        size = 10.0 ** rng.uniform(-4, 1)
        angle = np.sort(rng.uniform(0, 2 * np.pi, rng.integers(3, 40)))
        x, y = rng.uniform(-160, 160), rng.uniform(-78, 78)
        ring = np.column_stack([x + size * np.cos(angle), y + size * np.sin(angle)])
        shapes.append(Polygon(ring))
    layer = np.array(shapes)
    areas = prepare(from_geometry(layer), CGCS2000).area_m2
    np.testing.assert_allclose(areas, lonlat_area(layer, CGCS2000), rtol=2e-9)
    large = areas > 1e4
    truth = lonlat_area(layer[large], CGCS2000)
    np.testing.assert_allclose(areas[large], truth, rtol=1e-10)


def test_the_whole_earth() -> None:
    earth = np.array([box(-180, -90, 180, 90)])
    area = prepare(from_geometry(earth), CGCS2000).area_m2
    np.testing.assert_allclose(area, lonlat_area(earth, CGCS2000), rtol=1e-15)


def test_winding_does_not_matter_and_holes_count_negative() -> None:
    shape = box(110, 40, 111, 41).difference(box(110.2, 40.2, 110.4, 40.5))
    layer = np.array([shape, shapely.reverse(shape)])
    one, other = prepare(from_geometry(layer), CGCS2000).area_m2
    assert one == other
    np.testing.assert_allclose(one, lonlat_area(layer[:1], CGCS2000)[0], rtol=1e-13)


@pytest.mark.parametrize("latitude", [-89.9, -45.0, 0.01, 41.2, 53.0, 89.9])
def test_bands_meet_at_their_borders(latitude: float) -> None:
    """The area function from below and above a border, to 1e-15 of its size."""
    table = area_table(CGCS2000)
    band = int((latitude + 90) * 4)
    border = (band + 1) / 4 - 90 if band < 719 else band / 4 - 90
    band = round((border + 90) * 4) - 1
    values = [
        table.reference[n] * REFERENCE_UNIT
        + local_mean(border, 0.0, n, *table.series[n, :7])
        for n in (band, band + 1)
    ]
    assert abs(values[0] - values[1]) < 2e-3 * 0.3


@pytest.mark.parametrize("latitude", [-60.0, 0.0, 41.3125, 53.125, 80.0])
@pytest.mark.parametrize("height", [0.25, -0.1875, 2.0**-10, 0.0])
def test_mean_along_an_edge(latitude: float, height: float) -> None:
    table = area_table(CGCS2000)
    band = int((latitude + height / 2 + 90) * 4)
    flat = local_mean(latitude, 0.0, band, *table.series[band, :7])
    mean = local_mean(latitude, height, band, *table.series[band, :7])
    start, end = np.array([latitude]), np.array([latitude + height])
    truth = LonLatForm(CGCS2000).mean_difference(start, end, start)[0]
    np.testing.assert_allclose(mean - flat, truth, rtol=1e-12, atol=1e-5)


def rings_of(layer: PolygonLayer) -> list[FloatArray]:
    ends = zip(layer.ring_start, layer.ring_end, strict=True)
    return [layer.points[start:end] for start, end in ends]


def test_dividing_long_edges_keeps_shared_lines_shared() -> None:
    slant = [(110.0, 40.0), (113.1, 42.3)]
    below = Polygon([*slant, (113.0, 39.0)])
    above = Polygon([*slant[::-1], (109.0, 43.0)])
    layer = prepare(from_geometry(np.array([below, above])), CGCS2000)
    sides = rings_of(layer)
    shared = set(map(tuple, sides[0])) & set(map(tuple, sides[1]))
    assert len(shared) == 14
    assert all(np.abs(np.diff(side, axis=0)).max() <= 0.25 for side in sides)
    truth = lonlat_area(np.array([below, above]), CGCS2000)
    np.testing.assert_allclose(layer.area_m2, truth, rtol=1e-14)


def test_long_edges_are_divided_alike_in_both_directions() -> None:
    rng = np.random.default_rng(0)
    shapes = [Polygon(rng.uniform((-60, -30), (120, 50), (3, 2))) for _ in range(100)]
    layer = np.array([*shapes, *map(shapely.reverse, shapes)])
    ready = prepare(from_geometry(layer), CGCS2000)
    sides = rings_of(ready)
    for one, other in zip(sides[:100], sides[100:], strict=True):
        assert np.array_equal(one, other[::-1])
    assert ready.area_m2[:100].tobytes() == ready.area_m2[100:].tobytes()


def test_vertices_near_zero_are_put_on_the_lattice() -> None:
    shape = np.array([Polygon([(0.1, 0.2), (0.1 + 1e-16, 0.3), (-0.1, 1 / 3)])])
    layer = prepare(from_geometry(shape), CGCS2000)
    assert not np.any(layer.points * [2.0**46, 2.0**47] % 1.0)
    assert np.abs(layer.points - from_geometry(shape).coordinates).max() < 2.0**-46
