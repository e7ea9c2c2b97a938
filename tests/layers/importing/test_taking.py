"""Large files: the way by bytes gives what the way by objects gives, fault by fault."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely

from geo import health as geometry_health
from geo.errors import CoordinateError
from layers.errors import DecisionNeededError
from layers.importing import taking
from layers.importing.report import ImportReport

Bring = Callable[..., ImportReport]

EAST, NORTH = 36_420_000.0, 4_460_000.0


def square(east: float, north: float, side: float = 50.0) -> shapely.Polygon:
    return shapely.box(
        EAST + east, NORTH + north, EAST + east + side, NORTH + north + side
    )


def ring(*points: tuple[float, float]) -> shapely.Polygon:
    return shapely.Polygon([(EAST + x, NORTH + y) for x, y in points])


ODD = {
    "bowtie": ring((0, 0), (50, 50), (50, 0), (0, 50)),
    "spike": ring((0, 0), (50, 0), (95, 0.01), (50, 0.02), (0, 50)),
    "duplicate vertex": ring((0, 0), (50, 0), (50, 0), (0, 50)),
    "sliver": ring((0, 0), (50, 0), (50, 0.01), (0, 0.01)),
    "hole": shapely.difference(square(0, 0), square(10, 10, 5)),
    "two parts": shapely.MultiPolygon([square(0, 0), square(100, 0)]),
    "parts that overlap": shapely.MultiPolygon([square(0, 0), square(20, 0)]),
    "hole wound like its shell": shapely.Polygon(
        square(0, 0).exterior.coords, [square(10, 10, 5).exterior.coords]
    ),
    "with heights": shapely.force_3d(square(0, 0), 1050.0),
    "nothing": None,
    "empty": shapely.Polygon(),
    "far away": square(-400_000.0, -4_000_000.0),
    "round": shapely.Point(EAST, NORTH).buffer(300.0, quad_segs=100),
}


def frame(
    *odd: str, crs: Any = "EPSG:4524", at: dict[int, Any] | None = None
) -> gpd.GeoDataFrame:
    """Thirty squares in a row, odd shapes among them, some replaced."""
    shapes: list[Any] = [square(60.0 * i, 500.0) for i in range(30)]
    for number, name in enumerate(odd):
        shapes.insert(3 + 4 * number, ODD[name])
    for place, shape in (at or {}).items():
        shapes[place] = shape
    count = len(shapes)
    columns = {
        "编号": [f"D{i:03d}" for i in range(count)],
        "面积": np.linspace(1, 2, count),
        "数": pd.array([None if i % 7 == 3 else i for i in range(count)], "Int32"),
        "日期": pd.date_range("2026-01-01", periods=count),
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs=crs)


@pytest.fixture
def by_bytes(bring: Bring, monkeypatch: pytest.MonkeyPatch) -> Bring:
    def call(*paths: Path, **options: object) -> ImportReport:
        with monkeypatch.context() as small:
            small.setattr("layers.importing.sources.LARGE_BYTES", 0)
            small.setattr("layers.importing.sources.PART_ROWS", 8)
            small.setattr(taking, "MOST_MEASURED", 0)
            return bring(*paths, **options)

    return call


def content(workspace: Path, report: ImportReport) -> gpd.GeoDataFrame:
    file = workspace / "layers/mine" / report.version / "features.parquet"
    return gpd.read_parquet(file).sort_values("id").reset_index(drop=True)


def same(left: gpd.GeoDataFrame, right: gpd.GeoDataFrame) -> bool:
    pd.testing.assert_frame_equal(
        left.drop(columns="geometry"), right.drop(columns="geometry"),
        check_dtype=False,
    )  # fmt: skip
    wkb = [shapely.to_wkb(one.geometry.to_numpy()) for one in (left, right)]
    return bool((wkb[0] == wkb[1]).all()) and left.crs == right.crs


def mixed_writing(path: Path, data: gpd.GeoDataFrame) -> Path:
    pyogrio.write_dataframe(data, path, geometry_type="Unknown")
    return path


@pytest.mark.parametrize("odd", [(), *((name,) for name in ODD), tuple(ODD)], ids=str)
def test_bytes_and_objects_agree(
    bring: Bring, by_bytes: Bring, workspace: Path, tmp_path: Path, odd: Any
) -> None:
    path = mixed_writing(tmp_path / "a.gpkg", frame(*odd))
    slow, quick = bring(path), by_bytes(path)
    assert same(content(workspace, slow), content(workspace, quick))
    assert (quick.rows, quick.rows_in_file) == (slow.rows, slow.rows_in_file)
    assert quick.faults == slow.faults
    named = [(one.kind, one.feature) for one in quick.fault_list]
    assert sorted(named) == sorted((one.kind, one.feature) for one in slow.fault_list)
    assert {one["code"] for one in quick.repairs} == {
        one["code"] for one in slow.repairs
    }
    decided = [
        [(one["what"], one["value"]) for one in report.decisions]
        for report in (quick, slow)
    ]
    assert decided[0] == decided[1]


def test_most_features_stay_bytes(
    by_bytes: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The quick way is of no use if it leaves everything to the slow one."""
    seen: list[int] = []
    examine = geometry_health.examine

    def counted(geometry: gpd.GeoSeries, health: Any) -> None:
        seen.append(len(geometry))
        examine(geometry, health)

    monkeypatch.setattr(geometry_health, "examine", counted)
    path = mixed_writing(tmp_path / "a.gpkg", frame("bowtie", "hole", "two parts"))
    assert by_bytes(path).rows == 33
    assert sum(seen) == 1


def test_neighbours_that_are_not_compared_are_said(
    bring: Bring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.importing.pipeline.MOST_COMPARED", 29)
    path = mixed_writing(tmp_path / "a.gpkg", frame(at={4: square(0, 500)}))
    report = bring(path)
    (note,) = [one for one in report.notes if one["code"] == "neighbours_not_compared"]
    assert (note["where"], note["count"], note["most"]) == ("a.gpkg", 30, 29)
    assert "overlap" not in report.faults
    monkeypatch.setattr("layers.importing.pipeline.MOST_COMPARED", 30)
    assert bring(path).faults == {"overlap": 1}


def test_shapefile_in_gbk(
    bring: Bring, by_bytes: Bring, workspace: Path, tmp_path: Path
) -> None:
    path = tmp_path / "地块.shp"
    data = frame("bowtie", "hole").drop(columns=["日期"])
    data["地类"] = ["耕地" if i % 3 else "林地" for i in range(len(data))]
    pyogrio.write_dataframe(data, path, encoding="gbk")
    path.with_suffix(".cpg").unlink()
    slow, quick = bring(path), by_bytes(path)
    left, right = content(workspace, slow), content(workspace, quick)
    assert same(left, right)
    assert "编号" in right.columns
    assert (
        right["编号"].tolist() == [f"D{i:03d}" for i in range(32)] or len(right) == 32
    )


def test_crs_without_code_goes_by_objects(
    bring: Bring, by_bytes: Bring, workspace: Path, tmp_path: Path
) -> None:
    crs = "+proj=tmerc +lon_0=107.5 +x_0=36500000 +ellps=GRS80 +units=m"
    path = mixed_writing(tmp_path / "a.gpkg", frame("bowtie", crs=crs))
    slow, quick = bring(path), by_bytes(path)
    assert slow.crs == quick.crs == "EPSG:4490"
    assert same(content(workspace, slow), content(workspace, quick))


@pytest.mark.parametrize("column", ["id", "ID", "adcode"])
def test_ids_of_parts(
    bring: Bring, by_bytes: Bring, workspace: Path, tmp_path: Path, column: str
) -> None:
    """Numbers go on from part to part; an id that comes again later is numbered."""
    data = frame("bowtie")
    data[column] = [f"k{i % 20}" for i in range(len(data))]
    path = mixed_writing(tmp_path / "a.gpkg", data)
    slow, quick = bring(path), by_bytes(path)
    left, right = content(workspace, slow), content(workspace, quick)
    assert left["id"].tolist() == right["id"].tolist()
    assert same(left, right)
    plain = mixed_writing(tmp_path / "b.gpkg", frame("bowtie"))
    assert set(content(workspace, by_bytes(plain))["id"]) == {
        str(i) for i in range(1, 32)
    }


def test_metres_among_degrees_are_refused(by_bytes: Bring, tmp_path: Path) -> None:
    degrees = frame().to_crs("EPSG:4490").geometry.to_list()
    degrees[21] = square(0, 0)
    data = frame(crs="EPSG:4490", at=dict(enumerate(degrees)))
    path = mixed_writing(tmp_path / "a.gpkg", data)
    with pytest.raises(CoordinateError) as refusal:
        by_bytes(path)
    assert refusal.value.code == "coordinates_metres"
    assert refusal.value.details["feature"] == "22"


@pytest.mark.parametrize("way", ["objects", "bytes"])
@pytest.mark.parametrize("value", [1e200, -1e300])
def test_coordinates_beyond_reason_are_refused_before_they_are_examined(
    bring: Bring, by_bytes: Bring, tmp_path: Path, way: str, value: float
) -> None:
    """A flipped bit makes an easting of 1e200, whose square overflows."""
    data = frame(at={12: ring((0, 0), (value, 0), (50, 50))})
    path = mixed_writing(tmp_path / "a.gpkg", data)
    with pytest.raises(CoordinateError) as refusal:
        (by_bytes if way == "bytes" else bring)(path)
    assert refusal.value.code == "coordinates_beyond_crs"
    assert refusal.value.details["feature"] == "13"


@pytest.mark.parametrize("way", ["objects", "bytes"])
def test_wdpar_48_one_bad_feature_does_not_end_the_batch(
    bring: Bring, by_bytes: Bring, workspace: Path, tmp_path: Path, way: str
) -> None:
    """One feature is no number, one crosses itself: both are named, the rest is right.

    wdpar#48: a single polygon ended the cleaning of a whole country.
    """
    with np.errstate(invalid="ignore"):
        broken = ring((0, 0), (50, float("nan")), (50, 50))
    data = frame(at={9: broken, 17: ODD["bowtie"]})
    path = mixed_writing(tmp_path / "a.gpkg", data)
    report = (by_bytes if way == "bytes" else bring)(path)
    assert (report.rows, report.rows_in_file) == (29, 30)
    told = {one["code"]: one["en"] for one in report.repairs}
    assert "(10)" in told["repair_not_finite"]
    assert "18" in told["repair_invalid"]
    assert report.faults == {"not_finite": 1, "self_crossing": 1}
    kept = content(workspace, report).set_index("id")
    rest = [str(i + 1) for i in range(30) if i not in (9, 17)]
    assert (kept.loc[rest].area == 2500.0).all()
    assert kept.loc["18"].geometry.area == pytest.approx(1250.0)


def test_file_is_not_larger_for_being_quick(
    by_bytes: Bring, workspace: Path, tmp_path: Path
) -> None:
    """The covering column and the metadata of GeoParquet are there."""
    report = by_bytes(mixed_writing(tmp_path / "a.gpkg", frame("hole")))
    file = workspace / "layers/mine" / report.version / "features.parquet"
    schema = pq.read_schema(file)
    assert {"id", "geometry", "bbox"} <= {*schema.names}
    boxes = pq.read_table(file)["bbox"].to_pylist()
    bounds = gpd.read_parquet(file).bounds.to_dict("records")
    assert [(one["xmin"], one["ymin"], one["xmax"], one["ymax"]) for one in boxes] == [
        (one["minx"], one["miny"], one["maxx"], one["maxy"]) for one in bounds
    ]


def unclosed(path: Path) -> Path:
    """Take the end off one ring, as no program of ours would write it."""
    data = frame()
    mixed_writing(path, data)
    with closing(sqlite3.connect(path)) as base:
        for (name,) in base.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            base.execute(f'DROP TRIGGER "{name}"')
        (blob,) = base.execute("SELECT geom FROM a WHERE fid = 12").fetchone()
        whole = shapely.to_wkb(data.geometry.iloc[11])
        cut = bytearray(whole[:-16])
        cut[9:13] = (4).to_bytes(4, "little")
        head = blob[: len(blob) - len(whole)]
        base.execute("UPDATE a SET geom = ? WHERE fid = 12", (head + bytes(cut),))
        base.commit()
    return path


@pytest.mark.parametrize("way", ["objects", "bytes"])
def test_ring_without_its_end_is_closed_and_said(
    bring: Bring, by_bytes: Bring, workspace: Path, tmp_path: Path, way: str
) -> None:
    path = unclosed(tmp_path / "a.gpkg")
    report = (by_bytes if way == "bytes" else bring)(path)
    told = {one["code"]: one["en"] for one in report.repairs}
    assert "12" in told["reader_geometry_mended"]
    assert (content(workspace, report).area == 2500.0).all()


def test_unknown_crs_of_a_geopackage_is_asked(by_bytes: Bring, tmp_path: Path) -> None:
    path = mixed_writing(tmp_path / "a.gpkg", frame())
    with closing(sqlite3.connect(path)) as base:
        base.execute("UPDATE gpkg_contents SET srs_id = -1")
        base.execute("UPDATE gpkg_geometry_columns SET srs_id = -1")
        base.commit()
    with pytest.raises(DecisionNeededError):
        by_bytes(path)
    assert by_bytes(path, crs="EPSG:4524").crs == "EPSG:4524"
