"""Ids and names by the rule, checks and repair in order."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo.errors import CRSError
from layers.readers.table import Table
from layers.vector import feature_ids, geometry_kind, prepare, with_names


def table(ids: tuple[str | None, ...] | None = None, **columns: list[Any]) -> Table:
    frame = pd.DataFrame(columns)
    boxes = [shapely.box(100 + i, 40, 101 + i, 41) for i in range(len(frame))]
    return Table(gpd.GeoDataFrame(frame, geometry=boxes, crs=4490), ids=ids)


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ({"id": ["b", "a"], "adcode": [1, 2]}, ["b", "a"]),
        ({"adcode": [150100.0, np.nan]}, ["150100", "2"]),
        ({"ADCODE": ["150100", " "]}, ["150100", "2"]),
        ({"ID": [7, 8], "id": ["x", "y"]}, ["x", "y"]),
        ({"Id": [0, 0], "adcode": [5, 6]}, ["5", "6"]),
        ({"Id": [0, 0]}, ["1", "2"]),
        ({"other": [3, 4]}, ["1", "2"]),
        ({"id": ["a", "a"]}, ["a", "a-2"]),
        ({"id": ["a", "a", "a-2"]}, ["a", "a-3", "a-2"]),
        ({"id": ["a", "a-2", "a", "a"]}, ["a", "a-2", "a-3", "a-4"]),
        ({"id": [2, None, None]}, ["2", "2-2", "3"]),
        ({"id": [pd.NaT, "x"]}, ["1", "x"]),
    ],
)
def test_ids(columns: dict[str, list[Any]], expected: list[str]) -> None:
    index, notes = feature_ids(table(None, **columns), "a")
    assert index.tolist() == expected
    assert index.name == "id"
    assert bool(notes) == any(
        "-" in one and one not in columns["id"] for one in expected
    )


def test_ids_of_the_format_come_after_columns() -> None:
    assert feature_ids(table(("x", None), a=[1, 2]), "a")[0].tolist() == ["x", "2"]
    assert feature_ids(table(("x", "y"), id=[1, 2]), "a")[0].tolist() == ["1", "2"]


def test_one_feature_called_zero() -> None:
    assert feature_ids(table(id=[0]), "a")[0].tolist() == ["0"]


@pytest.mark.parametrize(
    ("columns", "zh"),
    [
        ({"name_zh": ["甲"], "name": ["A"]}, "甲"),
        ({"NAME": ["乙"]}, "乙"),
        ({"DKMC": ["磴口"], "BSM": [1]}, "磴口"),
        ({"名称": [5.0]}, "5"),
        ({"name": [None]}, None),
        ({"other": ["x"]}, None),
    ],
)
def test_names(columns: dict[str, list[object]], zh: str | None) -> None:
    named = with_names(pd.DataFrame(columns))
    assert named["name_zh"].tolist() == [zh]
    assert named["name_en"].tolist() == [None]


def test_id_column_does_not_clash_with_the_index() -> None:
    same = prepare(table(id=[1, 2]), "a").features
    assert "id" not in same.columns
    other = prepare(table(id=["x", "x"]), "a").features
    assert other["id_in_file"].tolist() == ["x", "x"]
    assert other.index.tolist() == ["x", "x-2"]
    other.reset_index()


def test_dropped_features_are_gone_everywhere() -> None:
    content = table(id=["a", "b", "c"], name=["甲", "乙", "丙"])
    line = shapely.Polygon([(100, 40), (101, 40), (100, 40)])
    shapes = np.array([content.frame.geometry.iloc[0], line, None], dtype=object)
    broken = Table(content.frame.set_geometry(gpd.GeoSeries(shapes, crs=4490)))
    ready = prepare(broken, "a")
    assert ready.features["name_zh"].tolist() == ["甲"]
    for part in (ready.source_geometry, ready.change_m2):
        assert part.index.tolist() == ["a"]
    assert [note.code for note in ready.notes] == [
        "repair_empty",
        "repair_invalid",
        "repair_nothing_left",
    ]


@pytest.mark.parametrize("crs", ["EPSG:4978", "EPSG:5703"])
def test_crs_that_is_not_horizontal(crs: str) -> None:
    bare = gpd.GeoDataFrame(geometry=[shapely.box(100, 40, 101, 41)])
    with pytest.raises(CRSError) as refused:
        prepare(Table(bare), "a", crs=crs)
    assert refused.value.code == "crs_not_horizontal"


def test_heights_of_a_compound_crs_are_left_off() -> None:
    bare = gpd.GeoDataFrame(geometry=[shapely.box(100, 40, 101, 41)])
    ready = prepare(Table(bare), "a", crs="EPSG:4490+5737")
    assert ready.source_geometry.crs == "EPSG:4490"


def test_kinds() -> None:
    box, line = shapely.box(0, 0, 1, 1), shapely.LineString([(0, 0), (1, 1)])
    assert geometry_kind(gpd.GeoSeries([box, shapely.MultiPolygon([box])])) == "polygon"
    assert geometry_kind(gpd.GeoSeries([line, line])) == "line"
    assert geometry_kind(gpd.GeoSeries([shapely.MultiPoint([(0, 0)])])) == "point"
    assert geometry_kind(gpd.GeoSeries([line, box])) == "mixed"
    assert geometry_kind(gpd.GeoSeries([shapely.GeometryCollection([box])])) == "mixed"
