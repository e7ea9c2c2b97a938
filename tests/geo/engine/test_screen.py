"""What is called sound must be so for GEOS and for the health check."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.engine import read_wkb
from geo.engine.screen import MOST_VERTICES, Screened, screen
from geo.health import Health, Scale, examine

PLANE = Scale(1.0, False, 1.0, 0.1)
BOX = [(0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0)]


def screened(*shapes: shapely.Geometry, scale: Scale = PLANE) -> Screened:
    values = shapely.to_wkb(np.array(shapes, dtype=object))
    offsets = np.cumsum([0, *map(len, values)])
    data = np.frombuffer(b"".join(values), np.uint8)
    return screen(read_wkb(data, offsets, threads=1).rings, scale, threads=1)


def box(left: float, bottom: float, side: float) -> list[tuple[float, float]]:
    right, top = left + side, bottom + side
    return [(left, bottom), (right, bottom), (right, top), (left, top)]


SOUND = {
    "box": shapely.Polygon(BOX),
    "clockwise": shapely.Polygon(BOX[::-1]),
    "triangle": shapely.Polygon(BOX[:3]),
    "hole": shapely.Polygon(BOX, [box(10, 10, 5)[::-1]]),
    "two holes": shapely.Polygon(BOX, [box(5, 5, 5)[::-1], box(20, 20, 5)[::-1]]),
    "two parts": shapely.MultiPolygon(
        [shapely.Polygon(BOX), shapely.Polygon(box(100, 0, 9))]
    ),
}
DOUBTFUL = {
    "bowtie": shapely.Polygon([(0, 0), (40, 40), (40, 0), (0, 40)]),
    "ring that touches itself": shapely.Polygon(
        [(0, 0), (40, 0), (20, 20), (40, 40), (0, 40), (20, 20)]
    ),
    "vertex on an edge": shapely.Polygon([(0, 0), (40, 0), (40, 40), (20, 0), (0, 40)]),
    "duplicate vertex": shapely.Polygon([*BOX[:2], BOX[1], *BOX[2:]]),
    "spike": shapely.Polygon([(0, 0), (40, 0), (90, 0.01), (40, 0.02), (0, 40)]),
    "spike at the first vertex": shapely.Polygon(
        [(90, 0.01), (40, 0.02), (0, 40), (0, 0), (40, 0)]
    ),
    "hole outside": shapely.Polygon(BOX, [box(100, 0, 9)[::-1]]),
    "hole touches the shell": shapely.Polygon(BOX, [box(0, 10, 9)[::-1]]),
    "hole in a hole": shapely.Polygon(BOX, [box(5, 5, 20)[::-1], box(9, 9, 5)[::-1]]),
    "hole wound like its shell": shapely.Polygon(BOX, [box(10, 10, 5)]),
    "parts that overlap": shapely.MultiPolygon(
        [shapely.Polygon(BOX), shapely.Polygon(box(20, 20, 40))]
    ),
    "part in a part": shapely.MultiPolygon(
        [shapely.Polygon(BOX), shapely.Polygon(box(10, 10, 5))]
    ),
    "part around a part": shapely.MultiPolygon(
        [shapely.Polygon(box(10, 10, 5)), shapely.Polygon(BOX)]
    ),
    "small": shapely.Polygon(box(0, 0, 0.9)),
    "narrow": shapely.Polygon([(0, 0), (400, 0), (400, 0.05), (0, 0.05)]),
    "empty": shapely.Polygon(),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound(name: str) -> None:
    found = screened(SOUND[name], SOUND["box"])
    assert not found.doubtful.any()
    assert found.box.tolist() == shapely.bounds([SOUND[name], SOUND["box"]]).tolist()


@pytest.mark.parametrize("name", DOUBTFUL)
def test_doubtful(name: str) -> None:
    found = screened(SOUND["box"], DOUBTFUL[name], SOUND["hole"])
    assert found.doubtful.tolist() == [False, True, False]


def test_many_vertices_are_left_to_others() -> None:
    circle = shapely.Point(0, 0).buffer(100, quad_segs=MOST_VERTICES // 4)
    assert screened(circle).doubtful.all()
    assert not screened(circle.simplify(0.1)).doubtful.any()


def test_degrees_shrink_with_the_latitude() -> None:
    """1.4 m2 at the equator are 0.7 m2 at 60 degrees north."""
    side = np.sqrt(1.4) / 111_320
    scale = Scale(111_320.0, True, 1.0, 0.1)
    low, high = (
        shapely.box(110, 0, 110 + side, side),
        shapely.box(110, 60, 110 + side, 60 + side),
    )
    assert screened(low, high, scale=scale).doubtful.tolist() == [False, True]


number = st.integers(0, 12).map(float)
ring = st.lists(st.tuples(number, number), min_size=3, max_size=8)


@given(st.lists(st.lists(ring, min_size=1, max_size=3), min_size=1, max_size=4))
@settings(max_examples=400)
def test_never_calls_a_faulty_feature_sound(
    rings: list[list[list[tuple[float, float]]]],
) -> None:
    polygons = [shapely.Polygon(one[0], one[1:]) for one in rings]
    shapes = [*polygons, shapely.MultiPolygon(polygons)]
    sure = ~screened(*shapes).doubtful
    kept = gpd.GeoSeries(np.array(shapes, dtype=object)[sure], crs="EPSG:4524")
    health = Health()
    examine(kept, health)
    assert kept.is_valid.all()
    assert not {*health.counts} - {"outside_region"}


@given(st.integers(0, 2**31), st.integers(4, 60))
@settings(max_examples=60)
def test_stars_are_sound(seed: int, corners: int) -> None:
    """Not everything may be called doubtful, or nothing would be gained."""
    chance = np.random.default_rng(seed)
    turn = 2 * np.pi * (np.arange(corners) + chance.uniform(0.2, 0.8, corners))
    reach = chance.uniform(50, 70, corners)
    turn /= corners
    points = np.column_stack([reach * np.cos(turn), reach * np.sin(turn)])
    assert not screened(
        shapely.Polygon(points + np.array([36_420_000, 4_460_000]))
    ).doubtful[0]
