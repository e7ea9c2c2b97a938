import json

import numpy as np
import pytest
import shapely

from layers.scan import Page
from service.features.crs import offered_crs
from service.features.writing import collection, feature_texts, geometry_texts

RING = [(110.0, 40.0), (110.0, 41.0), (111.0, 41.0), (111.0, 40.0)]
HOLE = [(110.2, 40.2), (110.8, 40.2), (110.8, 40.8), (110.2, 40.8)]
CLOCKWISE = shapely.Polygon(RING, [HOLE])


def array(*geometries: shapely.Geometry | None) -> np.ndarray:
    return np.array(geometries, dtype=object)


@pytest.mark.parametrize("crs", [None, "EPSG:4490", "EPSG:3857", "EPSG:4525"])
def test_hard_35_shells_counter_clockwise_and_holes_clockwise(crs: str | None) -> None:
    chosen = offered_crs(crs, "crs", "x")
    assert not shapely.is_ccw(CLOCKWISE.exterior)
    (text,) = geometry_texts(array(CLOCKWISE), chosen)
    shell, hole = json.loads(text)["coordinates"]
    x_y = slice(None, None, -1 if chosen.north_first else 1)
    assert shapely.is_ccw(shapely.LinearRing([one[x_y] for one in shell]))
    assert not shapely.is_ccw(shapely.LinearRing([one[x_y] for one in hole]))


def test_a_millimetre_is_kept_in_either_unit() -> None:
    point = array(shapely.Point(110.123456789123, 40.987654321987))
    (degrees,) = geometry_texts(point, offered_crs(None, "crs", "x"))
    assert json.loads(degrees)["coordinates"] == [110.12345679, 40.98765432]
    (metres,) = geometry_texts(point, offered_crs("EPSG:4525", "crs", "x"))
    for number in json.loads(metres)["coordinates"]:
        assert number == round(number, 3)


def test_missing_and_empty_geometries_are_null() -> None:
    shapes = array(None, shapely.Point(), shapely.Point(1, 2))
    found = geometry_texts(shapes, offered_crs("EPSG:4490", "crs", "x"))
    assert found[:2] == ["null", "null"]
    assert json.loads(found[2])["coordinates"] == [2, 1]


def page(rows: int) -> Page:
    names = [f"a{i}" for i in range(rows)]
    values: list[object] = [float("nan"), "红线\n\"'"] * rows
    points = shapely.points(np.arange(rows, dtype=float), np.zeros(rows))
    return Page(names, [("v", values[:rows])], np.asarray(points, dtype=object), 0)


@pytest.mark.parametrize("rows", [0, 1, 50, 51, 120])
def test_pieces_make_one_document(rows: int) -> None:
    crs = offered_crs(None, "crs", "x")
    body = json.loads(b"".join(collection(page(rows), crs, {"numberMatched": rows})))
    assert body["numberMatched"] == rows
    assert [one["id"] for one in body["features"]] == [f"a{i}" for i in range(rows)]
    values = [one["properties"]["v"] for one in body["features"]]
    assert values[:2] == [None, "红线\n\"'"][:rows]
    places = [one["geometry"]["coordinates"][0] for one in body["features"]]
    assert places == list(range(rows))


def test_without_geometry() -> None:
    bare = page(3)._replace(geometry=None)
    texts = feature_texts(bare, offered_crs(None, "crs", "x"), 1)
    assert [json.loads(one)["geometry"] for one in texts] == [None, None]
