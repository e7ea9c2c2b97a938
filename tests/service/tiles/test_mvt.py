"""The decoder of tiles against the reference encoder and decoder."""

import json

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerReadError
from service.tiles.mvt import read_tile

PROPERTIES = {"id": "a", "名": "盟", "n": 3, "less": -7, "part": 0.5, "yes": True}


def encoded(*shapes: object) -> bytes:
    features = [{"geometry": one, "properties": PROPERTIES} for one in shapes]
    layer = {"name": "x", "features": features}
    return bytes(
        mapbox_vector_tile.encode([layer], default_options={"y_coord_down": True})
    )


def test_equals_the_reference_decoder() -> None:
    holed = shapely.Polygon(
        [(0, 0), (900, 0), (900, 900), (0, 900)],
        [[(100, 100), (100, 200), (200, 200), (200, 100)]],
    )
    shapes = [
        holed,
        shapely.MultiPolygon([holed, shapely.box(2000, 2000, 3000, 4000)]),
        shapely.LineString([(-50, 4), (4000, 4), (4000, 4096)]),
        shapely.MultiLineString([[(0, 0), (5, 5)], [(7, 7), (9, 1), (3, 3)]]),
        shapely.Point(12, 34),
    ]
    tile = encoded(*shapes)
    known = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    made = read_tile(tile)
    assert len(made) == len(shapes)
    kinds = ["polygon", "polygon", "line", "line", "point"]
    assert [one.kind for one in made] == kinds
    for one, reference in zip(made, known["x"]["features"], strict=True):
        assert one.properties == reference["properties"]
        shape = shapely.from_geojson(json.dumps(reference["geometry"]))
        found = np.concatenate(one.parts)
        expected = shapely.get_coordinates(shape)
        assert sorted(map(tuple, found.tolist())) == sorted(
            map(tuple, expected.astype(int).tolist())
        )


@given(
    points=st.lists(
        st.tuples(st.integers(-200, 4300), st.integers(-200, 4300)),
        min_size=2,
        max_size=40,
        unique=True,
    )
)
def test_lines_come_back_as_they_were(points: list[tuple[int, int]]) -> None:
    made = read_tile(encoded(shapely.LineString(points)))
    assert [tuple(point) for point in made[0].parts[0].tolist()] == points


@pytest.mark.parametrize("kept", [1, 3, 10, -1, -5])
def test_cut_off_tile_is_refused(kept: int) -> None:
    tile = encoded(shapely.box(0, 0, 500, 500))
    with pytest.raises(LayerReadError):
        read_tile(tile[:kept])


@given(block=st.binary(max_size=120))
def test_no_bytes_crash_the_reader(block: bytes) -> None:
    try:
        read_tile(block)
    except LayerReadError:
        return
