import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from service import geojson

CLOCKWISE = shapely.Polygon(
    [(0, 0), (0, 4), (4, 4), (4, 0)], [[(1, 1), (2, 1), (2, 2), (1, 2)]]
)


def collected(features: gpd.GeoDataFrame, **members: object) -> dict[str, Any]:
    text = b"".join(geojson.feature_collection(features, members)).decode("utf-8")
    answer: dict[str, Any] = json.loads(text, parse_constant=pytest.fail)
    return answer


def table(geometry: list[Any], **columns: Any) -> gpd.GeoDataFrame:
    made = gpd.GeoDataFrame(columns, geometry=geometry, crs="EPSG:4490")
    return made.set_axis([f"f{i}" for i in range(len(geometry))], axis=0)


def is_counter_clockwise(ring: list[list[float]]) -> bool:
    x, y = np.array(ring).T
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) > 0


def test_hard_35_shells_turn_counter_clockwise_and_holes_clockwise() -> None:
    answer = collected(table([CLOCKWISE, shapely.MultiPolygon([CLOCKWISE])]))
    polygon = answer["features"][0]["geometry"]["coordinates"]
    multi = answer["features"][1]["geometry"]["coordinates"][0]
    for shell, hole in (polygon, multi):
        assert is_counter_clockwise(shell)
        assert not is_counter_clockwise(hole)


def test_hard_28_there_is_no_crs_member() -> None:
    assert "crs" not in collected(table([shapely.Point(1, 2)]))


def test_hard_37_values_json_has_no_word_for() -> None:
    answer = collected(
        table(
            [shapely.Point(0, 0)] * 2,
            day=[date(2026, 1, 15), None],
            moment=pd.to_datetime(pd.Series([datetime(2026, 1, 15, 8, 30), None])),
            span=pd.to_timedelta(pd.Series([timedelta(days=1, hours=2), None])),
            exact=[Decimal("1.10"), Decimal("2.5")],
            number=[1.5, float("nan")],
            whole=np.array([1, 2], dtype=np.int64),
            yes=[True, False],
            text=["草原", None],
        )
    )
    first, second = (feature["properties"] for feature in answer["features"])
    assert first == {
        "day": "2026-01-15",
        "moment": "2026-01-15T08:30:00",
        "span": "P1DT2H0M0S",
        "exact": "1.10",
        "number": 1.5,
        "whole": 1,
        "yes": True,
        "text": "草原",
    }
    nothing = {key for key, value in second.items() if value is None}
    assert nothing == {"day", "moment", "span", "number", "text"}


def test_hard_13_heights_are_dropped_even_if_they_are_nan() -> None:
    polygon = shapely.Polygon([(0, 0, 5), (1, 0, float("nan")), (1, 1, 5), (0, 0, 5)])
    answer = collected(table([polygon]))
    ring = answer["features"][0]["geometry"]["coordinates"][0]
    assert {len(position) for position in ring} == {2}


def test_hard_14_missing_and_empty_geometries_are_null() -> None:
    answer = collected(table([None, shapely.Polygon(), shapely.Point(1, 2)]))
    shapes = [feature["geometry"] for feature in answer["features"]]
    assert shapes == [None, None, {"type": "Point", "coordinates": [1, 2]}]


def test_members_ids_and_many_pieces() -> None:
    points = [shapely.Point(i, 0) for i in range(120)]
    answer = collected(table(points), numberMatched=500, layer={"id": "x"})
    assert answer["type"] == "FeatureCollection"
    assert answer["numberMatched"] == 500
    assert answer["layer"] == {"id": "x"}
    assert [feature["id"] for feature in answer["features"]] == [
        f"f{i}" for i in range(120)
    ]
    assert collected(table([]))["features"] == []


def test_gdal_reads_back_what_was_written(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rings = rng.uniform((110, 40), (111, 41), (4, 5, 2))
    hulls = [shapely.MultiPoint(ring).convex_hull for ring in rings]
    path = tmp_path / "out.geojson"
    features = table(hulls, name_zh=["一", "二", "三", "四"])
    path.write_bytes(b"".join(geojson.feature_collection(features, {})))
    back = pyogrio.read_dataframe(path)
    assert back["name_zh"].tolist() == ["一", "二", "三", "四"]
    drift = shapely.hausdorff_distance(back.geometry.to_numpy(), np.array(hulls))
    assert drift.max() <= 10**-geojson.DECIMALS


@given(st.floats(-180, 180), st.floats(-90, 90), st.integers(1, 7))
def test_coordinates_keep_their_decimals(lon: float, lat: float, decimals: int) -> None:
    (text,) = geojson.geometry_texts(np.array([shapely.Point(lon, lat)]), decimals)
    kept = json.loads(text)["coordinates"]
    assert kept == [round(value, decimals) for value in kept]
    # Half a unit, and what a double of 180 cannot tell apart.
    assert kept == pytest.approx([lon, lat], abs=0.5 * 10**-decimals + 3e-14)
