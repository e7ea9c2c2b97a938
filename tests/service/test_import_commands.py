"""Bringing layers in from the command line, and getting them out again.

The public faults 25-41 are in ``test_import_faults``, for the upload too.
"""

import datetime
import decimal
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import rasterio
import shapely
from affine import Affine
from pyproj import Geod

from service.cli import main

Said = tuple[int, str, str]
Run = Callable[..., Said]
Take = Callable[..., dict[str, Any]]
Refuse = Callable[..., str]

# domain facts: (38 417 148.79, 4 652 120.70) is 113 E 42 N, zone 38 with prefix.
PLAIN = shapely.box(417148.79, 4652120.70, 417248.79, 4652220.70)
PREFIXED = shapely.box(38417148.79, 4652120.70, 38417248.79, 4652220.70)
DEGREES = shapely.box(107, 40, 107.1, 40.1)


@pytest.fixture
def run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "work"))

    def call(*words: object) -> Said:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def take(run: Run) -> Take:
    """Import as layer ``mine`` and answer the report, with decisions by subject."""

    def call(*words: object) -> dict[str, Any]:
        code, out, err = run("import", *words, "--id", "mine", "--json")
        assert code == 0, err
        report: dict[str, Any] = json.loads(out)
        report["decided"] = {one["what"]: one for one in report["decisions"]}
        told = [one["reason"] for one in report["decisions"]]
        assert all(one["zh"] and one["en"] for one in told)
        notes = (*report["notes"], *report["repairs"])
        report["codes"] = {one["code"] for one in notes}
        assert all(one["zh"] and one["en"] for one in notes)
        return report

    return call


@pytest.fixture
def refuse(run: Run) -> Refuse:
    """Import as layer ``mine`` and answer the one line that refuses it."""

    def call(*words: object) -> str:
        code, _, err = run("import", *words, "--id", "mine", "--json")
        assert code == 1
        assert err.count("\n") == 1
        assert "错误：" in err
        assert "Error: " in err
        return err

    return call


def geopackage(path: Path, shape: shapely.Geometry, crs: str) -> Path:
    gpd.GeoDataFrame({"id": ["A"]}, geometry=[shape], crs=crs).to_file(path)
    return path


def shapefile(
    path: Path,
    shape: shapely.Geometry = DEGREES,
    *,
    crs: str = "EPSG:4490",
    column: str = "名称",
    encoding: str = "utf-8",
    without: str = "",
) -> Path:
    frame = gpd.GeoDataFrame({column: ["水源涵养"]}, geometry=[shape], crs=crs)
    pyogrio.write_dataframe(frame, path, encoding=encoding)
    if without:
        path.with_suffix(without).unlink()
    return path


def geojson(path: Path, points: list[list[float]], crs: int | None = None) -> Path:
    shape = {"type": "Polygon", "coordinates": [points]}
    feature = {"type": "Feature", "properties": {}, "geometry": shape}
    document: dict[str, object] = {"type": "FeatureCollection", "features": [feature]}
    if crs is not None:
        name = {"name": f"urn:ogc:def:crs:EPSG::{crs}"}
        document["crs"] = {"type": "name", "properties": name}
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


def ring(shape: shapely.Geometry) -> list[list[float]]:
    return [[x, y] for x, y in shapely.get_coordinates(shape).tolist()]


def exported(run: Run, path: Path) -> dict[str, Any]:
    code, _, err = run("export", "mine", "-o", path)
    assert code == 0, err
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def place(run: Run, path: Path) -> tuple[float, float]:
    """Where the first corner of the layer ``mine`` is, lon/lat."""
    document = exported(run, path)
    shape = shapely.geometry.shape(document["features"][0]["geometry"])
    west, south, _, _ = shape.bounds
    return west, south


@pytest.mark.parametrize("code", [3857, 4490])
def test_crs_member(run: Run, take: Take, tmp_path: Path, code: int) -> None:
    """geojsonlint#8, geojsonsf#70: honoured, noted, and not written again."""
    moved = gpd.GeoSeries([DEGREES], crs=4326).to_crs(code).iloc[0]
    report = take(geojson(tmp_path / "a.geojson", ring(moved), code))
    assert report["crs"] == f"EPSG:{code}"
    assert "geojson_crs_member" in report["codes"]
    out = tmp_path / "b.geojson"
    assert place(run, out) == pytest.approx((107, 40), abs=1e-9)
    assert "crs" not in json.loads(out.read_text(encoding="utf-8"))


def test_clockwise_shell(run: Run, take: Take, tmp_path: Path) -> None:
    """geojsonhint#54: written counter-clockwise, whatever came in; same area."""
    first = take(geojson(tmp_path / "a.geojson", ring(DEGREES)[::-1]))
    second = take(geojson(tmp_path / "b.geojson", ring(DEGREES)))
    assert first["area_m2"] == pytest.approx(second["area_m2"], rel=1e-12)
    take(tmp_path / "a.geojson")
    shape = exported(run, tmp_path / "c.geojson")["features"][0]["geometry"]
    assert shapely.is_ccw(shapely.LinearRing(shape["coordinates"][0]))


def test_types_that_json_lacks(run: Run, take: Take, tmp_path: Path) -> None:
    """geopandas#3840, #1906: dates, decimals, durations as ISO text."""
    columns = {
        "day": [datetime.date(2024, 5, 1)],
        "price": [decimal.Decimal("1.50")],
        "time": [pd.Timedelta(hours=2)],
    }
    frame = gpd.GeoDataFrame(columns, geometry=[DEGREES], crs=4490)
    frame.to_parquet(tmp_path / "a.parquet")
    take(tmp_path / "a.parquet")
    (feature,) = exported(run, tmp_path / "a.geojson")["features"]
    found = {key: feature["properties"][key] for key in columns}
    assert found == {"day": "2024-05-01", "price": "1.50", "time": "P0DT2H0M0S"}


@pytest.mark.filterwarnings("ignore:.*[Nn]ormalized.*:RuntimeWarning")
def test_long_chinese_column(run: Run, take: Take, tmp_path: Path) -> None:
    """mapshaper#669, geopandas#1417: a name cut within a character is still read.

    What we write is cut between characters, and the whole name stands beside.
    """
    name = "生态保护红线类型"
    take(shapefile(tmp_path / "a.shp", column=name))
    (feature,) = exported(run, tmp_path / "a.geojson")["features"]
    (cut,) = (key for key, v in feature["properties"].items() if v == "水源涵养")
    assert name.startswith(cut.rstrip("\ufffd")[:3])
    frame = gpd.GeoDataFrame({name: ["水源涵养"]}, geometry=[DEGREES], crs=4490)
    frame.to_file(tmp_path / "b.gpkg")
    take(tmp_path / "b.gpkg")
    for encoding, kept in (("utf-8", name[:3]), ("gbk", name[:5])):
        out = tmp_path / f"{encoding}.shp"
        assert run("export", "mine", "-o", out, "--encoding", encoding)[0] == 0
        assert kept in pyogrio.read_info(out)["fields"]
        fields = out.with_suffix("").with_name(f"{encoding}.FIELDS.csv")
        assert name in fields.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_csv_for_excel(run: Run, take: Take, tmp_path: Path, encoding: str) -> None:
    """SQLPage#528: read with and without a mark; written with one."""
    head = "地块,点号,X,Y"
    rows = [f"甲,J{i},{y},{x}" for i, (x, y) in enumerate(ring(PREFIXED))]
    (tmp_path / "a.csv").write_text("\n".join([head, *rows]), encoding=encoding)
    report = take(tmp_path / "a.csv")
    assert list(report["areas_m2"]) == ["甲"]
    assert report["area_m2"] == pytest.approx(9998.3137, abs=1e-3)
    assert run("export", "mine", "-o", tmp_path / "b.csv")[0] == 0
    assert (tmp_path / "b.csv").read_bytes().startswith(b"\xef\xbb\xbf")


XIAN80 = (6_378_140.0, 1 / 298.257)
CGCS = (6_378_137.0, 1 / 298.257222101)
SEVEN = (-112.5, 40.25, -8.0, 0.9, -0.4, 1.7, -3.2)


def by_hand(lon: float, lat: float) -> tuple[float, float]:
    """Seven parameters as textbooks write them: geocentric, turn, shift, back."""
    a, f = XIAN80
    e2 = f * (2 - f)
    sin, cos = math.sin(math.radians(lat)), math.cos(math.radians(lat))
    normal = a / math.sqrt(1 - e2 * sin**2)
    along = math.radians(lon)
    x, y = normal * cos * math.cos(along), normal * cos * math.sin(along)
    start = np.array([x, y, normal * (1 - e2) * sin])
    rx, ry, rz = (math.radians(one / 3600) for one in SEVEN[3:6])
    turn = np.array([[1, -rz, ry], [rz, 1, -rx], [-ry, rx, 1]])
    x, y, z = np.array(SEVEN[:3]) + (1 + SEVEN[6] * 1e-6) * turn @ start
    a, f = CGCS
    e2, away, phi = f * (2 - f), math.hypot(x, y), math.radians(lat)
    for _ in range(8):
        height = away / math.cos(phi) - a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
        normal = a / math.sqrt(1 - e2 * math.sin(phi) ** 2)
        phi = math.atan2(z, away * (1 - e2 * normal / (normal + height)))
    return math.degrees(math.atan2(y, x)), math.degrees(phi)


def xian(path: Path) -> Path:
    return geopackage(path, DEGREES, "EPSG:4610")


def test_unsafe_datum(refuse: Refuse, tmp_path: Path) -> None:
    said = refuse(xian(tmp_path / "a.gpkg"))
    assert "--parameters" in said
    assert "--approximate" in said
    for wrong in ("1,2,3", "5000,0,0,0,0,0,0"):
        assert "七个" in refuse(tmp_path / "a.gpkg", "--parameters", wrong)
    assert "--parameters" in refuse(tmp_path / "a.gpkg", "--parameters", "a,b")


def test_seven_parameters(run: Run, take: Take, tmp_path: Path) -> None:
    told = "--parameters=" + ",".join(map(str, SEVEN))
    report = take(xian(tmp_path / "a.gpkg"), told)
    assert report["crs"] == "EPSG:4490"
    assert report["decided"]["datum"]["code"] == "decision_datum_parameters"
    corners = exported(run, tmp_path / "a.geojson")["features"][0]["geometry"]
    found = np.unique(np.round(corners["coordinates"][0], 10), axis=0)
    wanted = [by_hand(x, y) for x in (107, 107.1) for y in (40, 40.1)]
    # 1e-9 degrees is 0.1 mm.
    assert found == pytest.approx(np.array(wanted), abs=1e-9)
    assert np.abs(found - np.unique(ring(DEGREES), axis=0)).max() > 1e-4


def test_approximate_is_said_in_every_answer(
    run: Run, take: Take, tmp_path: Path
) -> None:
    report = take(xian(tmp_path / "a.gpkg"), "--approximate")
    assert report["crs"] == "EPSG:4490"
    assert report["decided"]["datum"]["code"] == "decision_datum_approximate"
    assert place(run, tmp_path / "a.geojson") == pytest.approx((107, 40), abs=1e-12)
    overlap = ("overlap", "mine", "mine", "--engine", "geos")
    for command in (("info", "mine"), ("area", "mine"), overlap):
        code, out, err = run(*command, "--json")
        assert code == 0, err
        assert "100 米" in out, command
        assert "100 m off" in out, command


def test_versions_from_the_command_line(run: Run, take: Take, tmp_path: Path) -> None:
    names = [
        take(geopackage(tmp_path / f"{i}.gpkg", shape, "EPSG:4547"))["version"]
        for i, shape in enumerate((PLAIN, PLAIN.buffer(-5)))
    ]
    versions = json.loads(run("history", "mine", "--json")[1])["versions"]
    assert [one["version"] for one in versions] == names
    report = json.loads(run("diff", "mine", *names, "--json")[1])
    assert report["counts"] == {"geometry": 1, "same": 0}
    assert report["after_m2"] == pytest.approx(0.81 * report["before_m2"], rel=1e-4)
    assert run("use", "mine", names[0])[0] == 0
    assert names[0] in run("info", "mine", "--json")[1]
    for command in (("history", "mine"), ("diff", "mine", *names)):
        code, out, _ = run(*command)
        assert code == 0
        assert names[0] in out
    assert run("use", "mine", "zzz")[0] == 1


def test_reports_and_retention(
    run: Run, take: Take, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take(geopackage(tmp_path / "a.gpkg", PLAIN, "EPSG:4547"))
    page, plain = tmp_path / "r.html", tmp_path / "r.json"
    path = geopackage(tmp_path / "b.gpkg", PLAIN.buffer(-5), "EPSG:4547")
    take(path, "--keep", "1")
    # The one before was in use a moment ago.
    assert len(json.loads(run("history", "mine", "--json")[1])["versions"]) == 2
    monkeypatch.setenv("ECOBARRIER_VERSION_SECONDS", "0")
    report = take(path, "--keep", "1", "--report", page)
    take(path, "--report", plain)
    assert json.loads(plain.read_text(encoding="utf-8"))["crs"] == "EPSG:4547"
    text = page.read_text(encoding="utf-8")
    assert report["version"] in text
    assert all(one["reason"]["zh"] in text for one in report["decisions"])
    (kept,) = json.loads(run("history", "mine", "--json")[1])["versions"]
    assert kept["version"] == report["version"]


def test_faults_as_a_layer(run: Run, take: Take, tmp_path: Path) -> None:
    """shapely#462: a bowtie is repaired, with its place and both areas on record."""
    bow = shapely.Polygon([(107, 40), (107.2, 40.2), (107.2, 40), (107, 40.2)])
    path = geopackage(tmp_path / "a.gpkg", bow, "EPSG:4490")
    faults = tmp_path / "faults.geojson"
    report = take(path, "--report", faults)
    assert report["faults"] == {"self_crossing": 1}
    (repair,) = (one for one in report["repairs"] if one["code"] == "repair_invalid")
    # Lobes of opposite winding cancel; half the box is right.
    box_m2, _ = Geod(ellps="GRS80").geometry_area_perimeter(bow.envelope)
    assert repair["before_m2"] < 0.01 * repair["after_m2"]
    assert repair["after_m2"] == pytest.approx(abs(box_m2) / 2, rel=2e-3)
    (feature,) = json.loads(faults.read_text(encoding="utf-8"))["features"]
    assert feature["properties"]["kind"] == "self_crossing"
    assert feature["properties"]["feature"] == "A"
    assert feature["geometry"]["coordinates"] == pytest.approx([107.1, 40.1])
    assert run("import", faults, "--id", "faults")[0] == 0


def test_wrong_options(run: Run, refuse: Refuse, tmp_path: Path) -> None:
    path = geopackage(tmp_path / "a.gpkg", PLAIN, "EPSG:4547")
    assert "--zone" in refuse(path, "--zone", "99")
    assert "--keep" in refuse(path, "--keep", "0")
    assert "--band" in refuse(path, "--band", "1")
    assert "--nodata" in refuse(path, "--nodata", "nan")
    with pytest.raises(SystemExit):
        run("import", path, "--id", "mine", "--colour", "1")


def test_raster_in_and_out(run: Run, take: Take, tmp_path: Path) -> None:
    values = np.array([[1, 2], [2, 3]], "uint8")
    place = Affine(0.5, 0, 107, 0, -0.5, 41)
    with rasterio.open(
        tmp_path / "cover.tif", "w", driver="GTiff", height=2, width=2, count=1,
        dtype="uint8", crs="EPSG:4490", transform=place, nodata=0,
    ) as out:  # fmt: skip
        out.write(values, 1)
    report = take(tmp_path / "cover.tif")
    assert report["kind"] == "raster"
    assert report["raster"]["classes"] == {"1": 1, "2": 2, "3": 1}
    assert report["bounds"] == [107.0, 40.0, 108.0, 41.0]
    assert run("export", "mine", "-o", tmp_path / "back.tif")[0] == 0
    with rasterio.open(tmp_path / "back.tif") as back:
        assert back.read(1).tolist() == values.tolist()
    assert run("import", tmp_path / "cover.tif", "--id", "mine")[0] == 0
