"""GeoJSON, GeoPackage and FlatGeobuf to hand out: whole, standard, or not at all."""

import datetime
import json
import resource
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo.area import area
from geo.errors import CRSError
from geo.messages import Note
from layers.catalog import Catalog
from layers.errors import LayerWriteError
from layers.writers import write_geoparquet, write_text
from layers.writers_exchange import (
    write_flatgeobuf,
    write_geojson,
    write_geopackage,
)

Writer = Callable[[gpd.GeoDataFrame, Path], tuple[Note, ...]]
WRITERS: dict[str, Writer] = {
    ".geojson": write_geojson,
    ".gpkg": write_geopackage,
    ".fgb": write_flatgeobuf,
}


@pytest.fixture
def frame() -> gpd.GeoDataFrame:
    boxes = [shapely.box(x, 40, x + 1 / 3, 41, ccw=False) for x in (105, 107, 109)]
    columns = {"name_zh": ["甲", "乙", None], "n": [1.5, np.nan, 3.0]}
    index = pd.Index(["a", "b", "c"], name="id")
    return gpd.GeoDataFrame(columns, index=index, geometry=boxes, crs="EPSG:4490")


def two_empty(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    shapes = np.array([None, shapely.Polygon(), frame.geometry.iloc[2]], dtype=object)
    return frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4490))


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_is_written_is_read(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    path = tmp_path / f"图{suffix}"
    assert WRITERS[suffix](frame, path) == ()
    read = files.vector(str(path)).features
    assert read.index.tolist() == ["a", "b", "c"]
    assert read["name_zh"].tolist() == ["甲", "乙", None]
    assert read["n"].isna().tolist() == [False, True, False]
    assert area(read.geometry).tolist() == area(frame.geometry).tolist()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_geojson_is_rfc_7946(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    path = tmp_path / "a.geojson"
    write_geojson(frame, path)
    document = json.loads(path.read_text(encoding="utf-8"))
    assert set(document) == {"type", "features"}
    assert [one["id"] for one in document["features"]] == ["a", "b", "c"]
    assert document["features"][1]["properties"] == {"name_zh": "乙", "n": None}
    for feature in document["features"]:
        ring = feature["geometry"]["coordinates"][0]
        assert shapely.LinearRing(ring).is_ccw, "geojsonhint#54"


def test_geojson_of_a_projected_layer(tmp_path: Path) -> None:
    """geojsonsf#70: others write the zone's metres with a crs member."""
    parcel = shapely.box(36415000, 4466000, 36416000, 4466500)
    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[parcel], crs="EPSG:4524")
    notes = write_geojson(frame, tmp_path / "a.geojson")
    assert [one.code for one in notes] == ["crs_transformed"]
    read = pyogrio.read_dataframe(tmp_path / "a.geojson")
    assert read.total_bounds == pytest.approx(frame.to_crs(4490).total_bounds, abs=1e-8)


def test_geojson_of_nothing(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    write_geojson(frame.iloc[:0], tmp_path / "a.geojson")
    assert json.loads((tmp_path / "a.geojson").read_text())["features"] == []


def test_empty_shapes_are_null_in_geojson_jts_411(
    tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    frame = two_empty(frame)
    write_geojson(frame, tmp_path / "a.geojson")
    features = json.loads((tmp_path / "a.geojson").read_text())["features"]
    assert [one["geometry"] is None for one in features] == [True, True, False]


def test_flatgeobuf_drops_empty_shapes(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    frame = two_empty(frame)
    notes = write_flatgeobuf(frame, tmp_path / "a.fgb")
    assert [(one.code, one.details["features"]) for one in notes] == [
        ("repair_empty", "a, b")
    ]
    assert pyogrio.read_dataframe(tmp_path / "a.fgb")["id"].tolist() == ["c"]


def test_flatgeobuf_keeps_the_order(tmp_path: Path) -> None:
    count = 50
    points = shapely.points(np.random.default_rng(5).uniform(0, 50, (count, 2)))
    frame = gpd.GeoDataFrame({"n": range(count)}, geometry=points, crs=4490)
    write_flatgeobuf(frame, tmp_path / "a.fgb")
    assert pyogrio.read_dataframe(tmp_path / "a.fgb")["n"].tolist() == list(
        range(count)
    )


ODD = {
    "date": datetime.date(2026, 1, 15),
    "decimal": Decimal("1.10"),
    "duration": datetime.timedelta(days=1, seconds=2),
    "time": datetime.time(8, 30),
    "list": [1, 2],
    "object": {"a": None},
    "bytes": b"\x01\xff",
}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "2026-01-15"),
        ("decimal", "1.10"),
        ("duration", "P1DT0H0M2S"),
        ("time", "08:30:00"),
        ("list", "[1,2]"),
        ("object", '{"a":null}'),
        ("bytes", "01ff"),
    ],
)
def test_odd_values_become_text_geopandas_3840(
    files: Catalog,
    tmp_path: Path,
    frame: gpd.GeoDataFrame,
    suffix: str,
    name: str,
    text: str,
) -> None:
    values = pd.Series([ODD[name], None, ODD[name]], frame.index, dtype=object)
    path = tmp_path / f"a{suffix}"
    WRITERS[suffix](frame.assign(odd=values), path)
    read = files.vector(str(path)).features["odd"].tolist()
    assert [str(read[0]).replace(" ", ""), read[2]] == [text, read[0]]
    assert pd.isna(read[1])


@pytest.mark.parametrize("suffix", WRITERS)
def test_times_and_mixed_columns(
    files: Catalog, tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    moments = pd.to_datetime(["2026-01-15T08:30", "NaT", "2026-02-01T00:00"])
    spans = pd.to_timedelta([1, 2, None], unit="D")
    mixed = pd.Series([1, "a", None], frame.index, dtype=object)
    WRITERS[suffix](
        frame.assign(moment=moments, span=spans, mixed=mixed), tmp_path / f"a{suffix}"
    )
    read = files.vector(str(tmp_path / f"a{suffix}")).features
    assert read["span"].tolist()[0] == "P1DT0H0M0S"
    assert pd.Timestamp(read["moment"].iloc[0]) == moments[0]
    assert [str(one) for one in read["mixed"].iloc[:2]] == ["1", "a"]


def test_columns_that_clash_in_a_geopackage(
    tmp_path: Path, frame: gpd.GeoDataFrame
) -> None:
    notes = write_geopackage(
        frame.assign(ID="x", fid="y", Name_ZH="z"), tmp_path / "a.gpkg"
    )
    assert [one.code for one in notes] == ["columns_renamed"]
    read = pyogrio.read_dataframe(tmp_path / "a.gpkg")
    assert read["id"].tolist() == ["a", "b", "c"]
    assert read[["ID_2", "fid_2", "Name_ZH_2"]].iloc[0].tolist() == ["x", "y", "z"]


def test_mixed_types_in_one_file(tmp_path: Path, frame: gpd.GeoDataFrame) -> None:
    shapes = [shapely.Point(107, 40), *frame.geometry.iloc[1:]]
    mixed = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=4490))
    for suffix, write in WRITERS.items():
        write(mixed, tmp_path / f"a{suffix}")
        read = pyogrio.read_dataframe(tmp_path / f"a{suffix}")
        assert read.geom_type.tolist() == ["Point", "Polygon", "Polygon"]


@pytest.mark.parametrize("suffix", WRITERS)
def test_no_crs_is_refused(
    tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    bare = gpd.GeoDataFrame(geometry=frame.geometry.to_numpy())
    with pytest.raises(CRSError):
        WRITERS[suffix](bare, tmp_path / f"a{suffix}")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("suffix", WRITERS)
def test_folder_that_is_not_there(
    tmp_path: Path, frame: gpd.GeoDataFrame, suffix: str
) -> None:
    with pytest.raises(LayerWriteError) as refused:
        WRITERS[suffix](frame, tmp_path / "no" / f"a{suffix}")
    assert f"a{suffix}" in str(refused.value)


def test_path_is_a_folder(tmp_path: Path) -> None:
    with pytest.raises(LayerWriteError):
        write_text("x", tmp_path)


@pytest.fixture
def small_disk() -> Iterator[None]:
    """Files end at 40 kB, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, hard))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def write_parquet(frame: gpd.GeoDataFrame, path: Path) -> tuple[Note, ...]:
    write_geoparquet(frame, path)
    return ()


@pytest.mark.usefixtures("small_disk")
@pytest.mark.parametrize("suffix", [*WRITERS, ".parquet"])
def test_full_disk_leaves_the_old_file(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_text("old")
    corners = np.random.default_rng(5).uniform(100, 120, (4000, 2))
    shapes = shapely.box(*corners.T, *(corners + 0.01).T)
    frame = gpd.GeoDataFrame({"a": range(4000)}, geometry=shapes, crs=4490)
    with pytest.raises(LayerWriteError) as refused:
        {**WRITERS, ".parquet": write_parquet}[suffix](frame, path)
    assert path.name in str(refused.value)
    assert str(tmp_path) not in str(refused.value)
    assert path.read_text() == "old"
    assert [one.name for one in tmp_path.iterdir()] == [path.name]
