"""The reader of well-known binary against shapely's."""

import re
from typing import Literal

import numpy as np
import pytest
import shapely
from shapely.geometry import (
    GeometryCollection,
    LineString,
    MultiPolygon,
    Point,
    Polygon,
)

from geo.engine import WkbLayer, read_wkb, wkb
from geo.rings import from_geometry
from geo.types import GeometryArray

SHELL, HOLE = [(0, 0), (9, 0), (9, 9), (0, 9)], [(1, 1), (1, 2), (2, 2)]
PARTS = np.array(
    [
        Polygon(SHELL, [HOLE]),
        MultiPolygon([Polygon(SHELL, [HOLE]), Polygon([(20, 0), (21, 0), (21, 5)])]),
        Polygon([(0.1, 0.2), (0.4, 0.2), (0.3, 0.7)]),
    ]
)


def read(values: list[bytes], valid: np.ndarray | None = None) -> WkbLayer:
    offsets = np.concatenate(([0], np.cumsum([len(v) for v in values])))
    data = np.frombuffer(b"".join(values), dtype=np.uint8)
    return read_wkb(data, offsets.astype(np.int32), valid)


def assert_same_rings(layer: WkbLayer, geometry: GeometryArray) -> None:
    expected = from_geometry(geometry)
    assert layer.rings.size == expected.size
    for name in ("coordinates", "offsets", "feature", "is_hole"):
        np.testing.assert_array_equal(
            getattr(layer.rings, name), getattr(expected, name), err_msg=name
        )


@pytest.mark.parametrize("byte_order", [0, 1])
@pytest.mark.parametrize("flavor", ["iso", "extended"])
@pytest.mark.parametrize("dimension", ["", "Z", "M", "ZM"])
def test_every_form_of_polygons(
    byte_order: int, flavor: Literal["iso", "extended"], dimension: str
) -> None:
    shapes = np.array([lifted(shape, dimension) for shape in PARTS])
    values = [
        shapely.to_wkb(shape, output_dimension=4, byte_order=byte_order, flavor=flavor)
        for shape in shapes
    ]
    layer = read(values)
    assert not layer.fault.any()
    assert_same_rings(layer, PARTS)


def lifted(shape: shapely.Geometry, dimension: str) -> shapely.Geometry:
    """Give each vertex further numbers, by way of text."""
    head, _, tail = shapely.to_wkt(shape, rounding_precision=17).partition(" ")
    further = " 7" * len(dimension)
    tail = re.sub(r"(?<=[0-9])(?=[,)])", further, tail)
    return shapely.from_wkt(f"{head} {dimension} {tail}")


def test_srid_is_skipped() -> None:
    values = shapely.to_wkb(shapely.set_srid(PARTS, 4490), include_srid=True)
    assert_same_rings(read(list(values)), PARTS)


def test_what_is_not_a_polygon_is_marked() -> None:
    line = LineString([(0, 0), (1, 1)])
    odd = [Point(1, 2), line, GeometryCollection([PARTS[0], line]), Polygon()]
    values = [PARTS[0].wkb, *(g.wkb for g in odd), b"", PARTS[2].wkb]
    layer = read(values)
    not_polygon = [wkb.NOT_POLYGON] * 3
    assert layer.fault.tolist() == [0, *not_polygon, wkb.EMPTY, wkb.EMPTY, 0]
    assert_same_rings(layer, np.array([PARTS[0], *[None] * 5, PARTS[2]]))


def test_nulls_are_marked() -> None:
    layer = read([g.wkb for g in PARTS], np.array([True, False, True]))
    assert layer.fault.tolist() == [0, wkb.EMPTY, 0]


@pytest.mark.parametrize("kept", [*range(1, 40), 60, 150])
def test_a_buffer_cut_off_anywhere_is_marked(kept: int) -> None:
    whole = PARTS[1].wkb
    layer = read([PARTS[0].wkb, whole[:kept], PARTS[2].wkb])
    assert layer.fault.tolist() == [0, wkb.CORRUPT, 0]
    assert_same_rings(layer, np.array([PARTS[0], None, PARTS[2]]))


@pytest.mark.parametrize("kept", [13, 30, 60])
def test_a_polygon_cut_off_in_its_last_ring_is_marked(kept: int) -> None:
    layer = read([PARTS[2].wkb[:kept], PARTS[0].wkb])
    assert layer.fault.tolist() == [wkb.CORRUPT, 0]


def test_absurd_counts_do_not_read_past_the_end() -> None:
    value = bytearray(PARTS[0].wkb)
    value[5:9] = b"\xff\xff\xff\x7f"
    assert read([bytes(value)]).fault.tolist() == [wkb.CORRUPT]
    value = bytearray(PARTS[0].wkb)
    value[9:13] = b"\xff\xff\xff\xff"
    assert read([bytes(value)]).fault.tolist() == [wkb.CORRUPT]


def test_rings_that_cannot_be_used_are_marked() -> None:
    closed = bytearray(PARTS[2].wkb)
    opened = closed[:-8] + np.float64(0.5).tobytes()
    infinite = closed[:13] + np.float64(np.inf).tobytes() + closed[21:]
    short = closed[:9] + np.uint32(2).tobytes() + closed[13:45]
    layer = read([bytes(v) for v in (closed, opened, infinite, short)])
    bad = [wkb.UNCLOSED, wkb.NOT_FINITE, wkb.UNCLOSED]
    assert layer.fault.tolist() == [wkb.READ, *bad]
    assert_same_rings(layer, np.array([PARTS[2], None, None, None]))


def test_nothing() -> None:
    assert read([]).rings.size == 0
