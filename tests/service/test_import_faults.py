"""Public faults 25-41 of the field, by command line and upload alike, in zh and en.

One table: a file made in code, options, and what must come of it. Each row goes both
ways; the reports must be the same but for their times, refusals word for word.
"""

import datetime
import decimal
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from pyproj import Geod
from starlette.testclient import TestClient

from service.app import create_app
from service.cli import main
from service.keys import add_key
from service.settings import Settings

# domain facts: (38 417 148.79, 4 652 120.70) is 113 E 42 N, zone 38 with prefix.
PLAIN = shapely.box(417148.79, 4652120.70, 417248.79, 4652220.70)
PREFIXED = shapely.box(38417148.79, 4652120.70, 38417248.79, 4652220.70)
DEGREES = shapely.box(107, 40, 107.1, 40.1)
FIELD = "名称"
VALUE = "水源涵养"
LONG_FIELD = "生态保护红线类型"
OFFICIAL_M2 = {"DK001": 489_913.92, "DK002": 499.80}
"""domain.md, section 3: the worked parcels."""


@dataclass(frozen=True)
class Outcome:
    """What one way gave: a report and the features kept, or a refusal."""

    zh: str = ""
    en: str = ""
    report: dict[str, Any] = field(default_factory=dict)
    choices: list[dict[str, Any]] = field(default_factory=list)
    features: list[dict[str, Any]] = field(default_factory=list)

    @property
    def codes(self) -> set[str]:
        told = (*self.report["notes"], *self.report["repairs"])
        return {one["code"] for one in (*told, *self.report["decisions"])}

    def value(self, what: str) -> str:
        (one,) = (one for one in self.report["decisions"] if one["what"] == what)
        return str(one["value"])


Make = Callable[[Path], list[Path]]
Check = Callable[[Outcome], None]


@dataclass(frozen=True)
class Case:
    """A row of the table; the first file is the one the command line is given."""

    make: Make
    check: Check
    options: dict[str, str] = field(default_factory=dict)
    refused: bool = False


def ring(shape: shapely.Geometry) -> list[list[float]]:
    return [[x, y] for x, y in shapely.get_coordinates(shape).tolist()]


def geopackage(shape: shapely.Geometry, crs: str, **columns: Any) -> Make:
    def make(folder: Path) -> list[Path]:
        frame = gpd.GeoDataFrame({"id": ["A"], **columns}, geometry=[shape], crs=crs)
        frame.to_file(folder / "a.gpkg")
        return [folder / "a.gpkg"]

    return make


def geojson(points: list[list[float]], crs: int | None = None) -> Make:
    def make(folder: Path) -> list[Path]:
        shape = {"type": "Polygon", "coordinates": [points]}
        feature = {"type": "Feature", "properties": {}, "geometry": shape}
        document: dict[str, Any] = {"type": "FeatureCollection", "features": [feature]}
        if crs is not None:
            name = {"name": f"urn:ogc:def:crs:EPSG::{crs}"}
            document["crs"] = {"type": "name", "properties": name}
        (folder / "a.geojson").write_text(json.dumps(document), encoding="utf-8")
        return [folder / "a.geojson"]

    return make


def shapefile(
    shape: shapely.Geometry = DEGREES,
    crs: str = "EPSG:4490",
    *,
    column: str = FIELD,
    encoding: str = "utf-8",
    without: str = "",
    cpg: str = "",
) -> Make:
    def make(folder: Path) -> list[Path]:
        path = folder / "a.shp"
        frame = gpd.GeoDataFrame({column: [VALUE]}, geometry=[shape], crs=crs)
        pyogrio.write_dataframe(frame, path, encoding=encoding)
        if without:
            path.with_suffix(without).unlink()
        if cpg:
            path.with_suffix(".cpg").write_text(cpg, encoding="ascii")
        return [path, *sorted(one for one in folder.iterdir() if one != path)]

    return make


def parquet(folder: Path) -> list[Path]:
    columns = {
        "day": [datetime.date(2024, 5, 1)],
        "price": [decimal.Decimal("1.50")],
        "time": [pd.Timedelta(hours=2)],
    }
    frame = gpd.GeoDataFrame(columns, geometry=[DEGREES], crs=4490)
    frame.to_parquet(folder / "a.parquet")
    return [folder / "a.parquet"]


def table(encoding: str) -> Make:
    def make(folder: Path) -> list[Path]:
        rows = [f"甲,J{i},{y},{x}" for i, (x, y) in enumerate(ring(PREFIXED))]
        text = "\n".join(["地块,点号,X,Y", *rows])
        (folder / "a.csv").write_text(text, encoding=encoding)
        return [folder / "a.csv"]

    return make


def kml(folder: Path) -> list[Path]:
    points = " ".join(f"{x},{y}" for x, y in ring(DEGREES))
    text = (
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Placemark><Polygon>'
        f"<outerBoundaryIs><LinearRing><coordinates>{points}</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon></Placemark></kml>"
    )
    (folder / "a.kml").write_text(text, encoding="utf-8")
    return [folder / "a.kml"]


PARCELS = """[属性描述]
格式版本号=1.01
坐标系=2000国家大地坐标系
几度分带=3
投影类型=高斯克吕格
计量单位=米
带号=36
转换参数=,,,,,,
[地块坐标]
10,48.9914,DK001,光伏一期,面,K48G,光伏,0404,@
J1,1,4466000.000,36415000.000
J2,1,4466500.000,36415000.000
J3,1,4466500.000,36416000.000
J4,1,4466000.000,36416000.000
J1,1,4466000.000,36415000.000
J5,2,4466100.000,36415200.000
J6,2,4466100.000,36415300.000
J7,2,4466200.000,36415300.000
J8,2,4466200.000,36415200.000
J5,2,4466100.000,36415200.000
4,0.0500,DK002,管护房,面,,管护,,@
J1,1,4466000.0000,36373000.0000
J2,1,4466000.0000,36373020.0000
J3,1,4466025.0000,36373020.0000
J4,1,4466025.0000,36373000.0000
"""


def parcels(*, wiped: bool = False) -> Make:
    """The ministry's file; with its header wiped, also prefix and map sheet."""

    def make(folder: Path) -> list[Path]:
        text = PARCELS
        if wiped:
            text = re.sub(r",36(\d{6}\.)", r",\1", text[text.index("[地块") :])
            text = text.replace("K48G", "")
        content = text.replace("\n", "\r\n").encode("gbk")
        (folder / "parcels.txt").write_bytes(content)
        return [folder / "parcels.txt"]

    return make


def lies_at(outcome: Outcome, east: float, north: float, within: float) -> None:
    shape = shapely.geometry.shape(outcome.features[0]["geometry"])
    found = shape.bounds[:2]
    assert found == pytest.approx((east, north), abs=within)


def zone(found: str, *, decided: bool) -> Check:
    def check(outcome: Outcome) -> None:
        assert outcome.report["crs"] == found
        told = {one["what"] for one in outcome.report["decisions"]}
        assert ("prefix" in told) == decided
        lies_at(outcome, 113, 42, 2e-5)

    return check


def offers(*wanted: object) -> Check:
    """A question with these choices; each has a place, and its picture is drawn."""

    def check(outcome: Outcome) -> None:
        choices = outcome.choices
        assert [one.get("meridian", one["option"]) for one in choices] == list(wanted)
        for one in choices:
            assert one["option"] in outcome.zh
            assert one["option"] in outcome.en

    return check


def conflict(outcome: Outcome) -> None:
    options = [one["option"] for one in outcome.choices]
    assert options == ["--crs EPSG:4527", "--crs EPSG:4526"]


def says(*words: str) -> Check:
    def check(outcome: Outcome) -> None:
        for word in words:
            assert word in outcome.zh, word
            assert word in outcome.en, word

    return check


def crs_member(code: int) -> Check:
    def check(outcome: Outcome) -> None:
        assert outcome.report["crs"] == f"EPSG:{code}"
        assert "geojson_crs_member" in outcome.codes
        lies_at(outcome, 107, 40, 1e-9)

    return check


def noted(*codes: str) -> Check:
    def check(outcome: Outcome) -> None:
        assert set(codes) <= outcome.codes
        lies_at(outcome, 107, 40, 1e-9)

    return check


def same_area(outcome: Outcome) -> None:
    """Either winding gives the area of the box, and rings go out counter-clockwise."""
    box_m2, _ = Geod(ellps="GRS80").geometry_area_perimeter(DEGREES)
    assert outcome.report["area_m2"] == pytest.approx(box_m2, rel=1e-6)
    shape = outcome.features[0]["geometry"]
    assert shapely.is_ccw(shapely.LinearRing(shape["coordinates"][0]))


def iso_texts(outcome: Outcome) -> None:
    found = outcome.features[0]["properties"]
    wanted = {"day": "2024-05-01", "price": "1.50", "time": "P0DT2H0M0S"}
    assert wanted.items() <= found.items()


def encoding(code: str, *more: str) -> Check:
    def check(outcome: Outcome) -> None:
        assert {code, *more} <= outcome.codes
        assert outcome.features[0]["properties"][FIELD] == VALUE

    return check


def cut_name(outcome: Outcome) -> None:
    found = outcome.features[0]["properties"]
    (name,) = (key for key, value in found.items() if value == VALUE)
    assert LONG_FIELD.startswith(name.rstrip("\ufffd")[:3])


def named_rows(outcome: Outcome) -> None:
    assert list(outcome.report["areas_m2"]) == ["甲"]
    assert outcome.report["area_m2"] == pytest.approx(9998.3137, abs=1e-3)


def official(outcome: Outcome) -> None:
    """Must-show 1: zone 36, north before east, both parcels, official areas."""
    areas = outcome.report["areas_m2"]
    assert {key: round(value, 2) for key, value in areas.items()} == OFFICIAL_M2
    assert outcome.report["crs"] in ("EPSG:4524", "EPSG:4545")
    assert outcome.value("axis_order") == "yx"
    kinds = [len(one["geometry"]["coordinates"]) for one in outcome.features]
    assert kinds == [2, 1]


def zone_36(outcome: Outcome) -> None:
    official(outcome)
    assert outcome.value("zone") == "36"
    assert outcome.value("datum") == "cgcs2000"


CLOSED = ring(DEGREES)
MERCATOR = ring(gpd.GeoSeries([DEGREES], crs=4326).to_crs(3857).iloc[0])
FOUR = offers(102, 105, 108, 111)

CASES: dict[str, Case] = {
    "26 axis order": Case(
        geopackage(PREFIXED, "EPSG:4526"), zone("EPSG:4526", decided=False)
    ),
    "27 plain": Case(geopackage(PLAIN, "EPSG:4547"), zone("EPSG:4547", decided=False)),
    "27 prefix not declared": Case(
        geopackage(PREFIXED, "EPSG:4547"), zone("EPSG:4526", decided=True)
    ),
    "27 prefix declared": Case(
        geopackage(PLAIN, "EPSG:4526"), zone("EPSG:4547", decided=True)
    ),
    "27 wrong zone": Case(geopackage(PREFIXED, "EPSG:4527"), conflict, refused=True),
    "28 crs member 3857": Case(geojson(MERCATOR, 3857), crs_member(3857)),
    "28 crs member 4490": Case(geojson(CLOSED, 4490), crs_member(4490)),
    "29 metres, no crs": Case(
        geojson(ring(PREFIXED)), says("38417248.79", "--crs"), refused=True
    ),
    "30 no prj, plain": Case(
        shapefile(PLAIN, "EPSG:4547", without=".prj"),
        offers(99, 102, 108, 111, 114, 117, 120),
        refused=True,
    ),
    "30 no prj, prefix": Case(
        shapefile(PREFIXED, "EPSG:4526", without=".prj"), offers(114), refused=True
    ),
    "30 no prj, degrees": Case(
        shapefile(without=".prj"),
        offers("--crs EPSG:4490", "--crs EPSG:4326"),
        refused=True,
    ),
    "30 no prj, answered": Case(
        shapefile(PLAIN, "EPSG:4547", without=".prj"),
        zone("EPSG:4547", decided=False),
        {"crs": "EPSG:4547"},
    ),
    "31 gcj02": Case(
        shapefile(without=".prj"), says("gcj02"), {"datum": "gcj02"}, refused=True
    ),
    "31 bd09": Case(
        shapefile(without=".prj"), says("bd09"), {"datum": "bd09"}, refused=True
    ),
    "31 drawn on a map": Case(kml, noted("kml_shift")),
    "34 open ring": Case(geojson(CLOSED[:-1]), noted("geojson_rings_closed")),
    "34 open ring, strict": Case(
        geojson(CLOSED[:-1]),
        says("geojson_rings_closed 1"),
        {"strict": "true"},
        refused=True,
    ),
    "34 three positions": Case(
        geojson([[107, 40], [107.1, 40], [107, 40]]),
        says("$.features[0].geometry.coordinates[0]"),
        refused=True,
    ),
    "35 clockwise": Case(geojson(CLOSED[::-1]), same_area),
    "35 counter-clockwise": Case(geojson(CLOSED), same_area),
    "37 types that JSON lacks": Case(parquet, iso_texts),
    "39 gbk, no cpg": Case(
        shapefile(encoding="gbk", without=".cpg"), encoding("shapefile_encoding_trial")
    ),
    "39 gbk, wrong cpg": Case(
        shapefile(encoding="gbk", cpg="UTF-8"),
        encoding("shapefile_encoding_trial", "shapefile_cpg_wrong"),
    ),
    "39 gbk, stated": Case(
        shapefile(encoding="gbk", without=".cpg"),
        encoding("shapefile_encoding_stated"),
        {"encoding": "gbk"},
    ),
    "40 long chinese column": Case(shapefile(column=LONG_FIELD), cut_name),
    "41 no shx": Case(shapefile(without=".shx"), noted("shapefile_shx_rebuilt")),
    "41 csv, no mark": Case(table("utf-8"), named_rows),
    "41 csv, mark": Case(table("utf-8-sig"), named_rows),
    "41 csv, gbk": Case(table("gbk"), named_rows),
    "parcels": Case(parcels(), zone_36),
    "parcels, header wiped": Case(parcels(wiped=True), FOUR, refused=True),
    "parcels, answered": Case(parcels(wiped=True), official, {"crs": "EPSG:4545"}),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def service(workspace: Path) -> Iterator[TestClient]:
    key, _ = add_key(workspace, "planner", ["write"])
    app = create_app(Settings(workspace=workspace, key_rate=0, workers=1))
    headers = {"X-API-Key": key}
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made


@pytest.fixture
def sent(case_files: list[Path]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (one.name, one.read_bytes())) for one in case_files]


@pytest.fixture
def case_files(tmp_path: Path, case: Case) -> list[Path]:
    folder = tmp_path / "in"
    folder.mkdir()
    return case.make(folder)


@pytest.fixture
def by_command(
    tmp_path: Path,
    case: Case,
    case_files: list[Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Outcome:
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(tmp_path / "work"))
    words = ["import", str(case_files[0]), "--id", "mine", "--json"]
    for name, value in case.options.items():
        words += [f"--{name}"] if value == "true" else [f"--{name}", value]
    code = main(words)
    said = capsys.readouterr()
    if code:
        zh, _, en = said.err.strip().partition(" | ")
        question = json.loads(said.out) if said.out else {}
        choices = question.get("choices", [])
        return Outcome(
            zh.removeprefix("错误："), en.removeprefix("Error: "), {}, choices
        )
    out = tmp_path / "out.geojson"
    assert main(["export", "mine", "-o", str(out), "--json"]) == 0
    capsys.readouterr()
    features = json.loads(out.read_text(encoding="utf-8"))["features"]
    return Outcome(report=json.loads(said.out), features=features)


@pytest.fixture
def by_upload(
    service: TestClient, case: Case, sent: list[tuple[str, tuple[str, bytes]]]
) -> Outcome:
    answer = service.post(
        "/processes/import/execution", data={"id": "mine", **case.options}, files=sent
    )
    said = answer.json()
    if answer.status_code != 200:
        assert answer.status_code == 422, said
        text = {key: " ".join(value.split()) for key, value in said["text"].items()}
        choices = said["details"].get("choices", [])
        return Outcome(text["zh"], text["en"], {}, choices)
    items = service.get("/collections/mine/items?limit=50").json()
    return Outcome(report=said, features=items["features"])


@pytest.mark.filterwarnings("ignore:.*[Nn]ormalized.*:RuntimeWarning")
@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_both_ways(case: Case, by_command: Outcome, by_upload: Outcome) -> None:
    for outcome in (by_command, by_upload):
        assert bool(outcome.report) != case.refused
        if case.refused:
            assert re.search("[\u4e00-\u9fff]", outcome.zh)
            assert re.search("[a-z]{3}", outcome.en)
        for one in outcome.report.get("decisions", ()):
            assert one["reason"]["zh"]
            assert one["reason"]["en"]
        case.check(outcome)
    assert (by_command.zh, by_command.en) == (by_upload.zh, by_upload.en)
    for one in by_upload.choices:
        one.pop("preview", None)
    assert by_command.choices == by_upload.choices
    times = ("imported", "unchanged")
    ours, theirs = (
        {key: value for key, value in one.report.items() if key not in times}
        for one in (by_command, by_upload)
    )
    assert ours == theirs


@pytest.mark.parametrize("case", [CASES["parcels, header wiped"]], ids=["wiped"])
def test_question_draws_its_choices(by_upload: Outcome, service: TestClient) -> None:
    """Each of the four is elsewhere, and so is the mark of its picture."""
    drawn = set()
    for one in by_upload.choices:
        answer = service.get(one["preview"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "image/svg+xml"
        (mark,) = re.findall(r'<circle class="dot" cx="([\d.]+)"', answer.text)
        drawn.add(float(mark))
    assert len(drawn) == 4
