"""Processes by HTTP: the command line's JSON, uploads good and bad, limits, jobs."""

import base64
import io
import json
import random
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geopandas as gpd
import pyogrio
import pytest
import shapely
from starlette.testclient import TestClient

from geo.area import area
from layers.writers_shapefile import write_zipped_shapefile
from service import cli
from service.app import create_app
from service.settings import Settings

BOX: dict[str, Any] = {
    "type": "Polygon",
    "coordinates": [
        [[108.5, 40.5], [109.5, 40.5], [109.5, 41.5], [108.5, 41.5], [108.5, 40.5]]
    ],
}
GEOJSON = {"content-type": "application/geo+json"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("jobs")


@pytest.fixture(scope="module")
def client(small_seeds: Path, folder: Path) -> Iterator[TestClient]:
    """One app for the module: its workers take seconds to start."""
    settings = Settings(
        seeds=small_seeds,
        jobs=folder,
        max_body_bytes=300_000,
        max_features=20,
        max_vertices=2000,
        max_unpacked_bytes=200_000,
        body_seconds=5,
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(autouse=True)
def nothing_left_behind(folder: Path) -> Iterator[None]:
    yield
    assert list(folder.glob("spool/*/*")) == []


def run(client: TestClient, process: str, **inputs: Any) -> Any:
    return client.post(f"/processes/{process}/execution", json={"inputs": inputs})


def refusal(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    body: dict[str, Any] = answer.json()
    return body


def printed(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    seeds: Path,
    *arguments: str,
) -> Any:
    """What the command line prints as JSON."""
    monkeypatch.setenv("ECOBARRIER_SEEDS", str(seeds))
    assert cli.main([*arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_list_and_descriptions(client: TestClient) -> None:
    body = client.get("/processes").json()
    assert [one["id"] for one in body["processes"]] == [
        "overlap",
        "zonal",
        "area",
        "site",
        "check",
        "avoid",
        "pieces",
        "import",
    ]
    for one in body["processes"]:
        about = client.get(one["links"][0]["href"]).json()
        assert about["jobControlOptions"] == [
            "sync-execute",
            "async-execute",
            "dismiss",
        ]
        assert about["outputs"]["report"]["schema"]["type"] == "object"
        assert all(
            {"title", "schema", "minOccurs"} <= set(it)
            for it in about["inputs"].values()
        )


def test_titles_follow_the_reader(client: TestClient) -> None:
    titles = [
        client.get(f"/processes/site?lang={lang}").json()["title"]
        for lang in ("zh", "en")
    ]
    assert titles == ["地块与各图层的叠加", "A site against the layers"]


def test_unknown_process(client: TestClient) -> None:
    for answer in (client.get("/processes/x"), run(client, "x")):
        body = refusal(answer, 404, "process_not_found")
        assert body["type"].endswith("/no-such-process")


@pytest.mark.parametrize(
    ("process", "inputs", "arguments"),
    [
        (
            "overlap",
            {"left": "leagues", "right": "redline"},
            ("overlap", "leagues", "redline"),
        ),
        (
            "zonal",
            {"zones": "leagues", "raster": "land_cover"},
            ("zonal", "leagues", "land_cover"),
        ),
        (
            "zonal",
            {"zones": "leagues", "raster": "elevation", "breaks": [1000, 1500, 2000]},
            ("zonal", "leagues", "elevation", "--breaks", "1000,1500,2000"),
        ),
        ("area", {"layer": "leagues"}, ("area", "leagues")),
    ],
)
def test_same_json_as_the_command_line(
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_seeds: Path,
    process: str,
    inputs: dict[str, Any],
    arguments: tuple[str, ...],
) -> None:
    answer = run(client, process, **inputs)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == printed(capsys, monkeypatch, small_seeds, *arguments)


def test_response_as_a_document(client: TestClient) -> None:
    body = {"inputs": {"layer": "leagues"}, "outputs": {"report": {}}}
    raw = client.post("/processes/area/execution", json=body)
    document = client.post(
        "/processes/area/execution", json={**body, "response": "document"}
    )
    assert document.json() == {"report": raw.json()}


# --- a site ---


def test_drawn_polygon_against_all_layers(client: TestClient) -> None:
    report = run(client, "site", polygons=BOX).json()
    assert [one["right"]["id"] for one in report["overlaps"]] == [
        "province",
        "leagues",
        "sandy_lands",
        "redline",
        "secret",
    ]
    shape = gpd.GeoSeries([shapely.from_geojson(json.dumps(BOX))], crs=4490)
    assert report["area"]["total_m2"] == pytest.approx(float(area(shape).iloc[0]))
    shared = gpd.GeoSeries([shapely.box(109, 40.5, 109.5, 41.5)], crs=4490)
    redline = report["overlaps"][3]["totals"]["overlap_dissolved_m2"]
    assert redline == pytest.approx(float(area(shared).iloc[0]), rel=1e-9)


def test_site_is_the_command_lines_too(
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_seeds: Path,
    tmp_path: Path,
) -> None:
    path = files(tmp_path)["gpkg"]
    answer = client.post(
        f"/overlap?layers=leagues,land_cover&name={path.name}",
        content=path.read_bytes(),
        headers={"content-type": "application/octet-stream"},
    )
    arguments = ("site", str(path), "--layers", "leagues,land_cover")
    assert answer.json() == printed(capsys, monkeypatch, small_seeds, *arguments)
    assert cli.main(list(arguments)) == 0
    assert answer.json()["result_id"] in capsys.readouterr().out


def test_chosen_layers_and_rasters(client: TestClient) -> None:
    report = run(client, "site", polygons=BOX, layers=["redline", "land_cover"]).json()
    assert [one["right"]["id"] for one in report["overlaps"]] == ["redline"]
    (zonal,) = report["zonals"]
    assert {row["label_en"] for row in zonal["rows"]} == {"Grass"}


def files(folder: Path) -> dict[str, Path]:
    """The same parcel in the three formats that are taken."""
    frame = gpd.GeoDataFrame(
        {"DKMC": ["磴口光伏"]},
        geometry=[shapely.from_geojson(json.dumps(BOX))],
        crs="EPSG:4490",
    )
    pyogrio.write_dataframe(frame, folder / "地块.gpkg")
    write_zipped_shapefile(frame, folder / "地块.zip", encoding="gbk")
    (folder / "地块.geojson").write_text(json.dumps(BOX), encoding="utf-8")
    return {suffix: folder / f"地块.{suffix}" for suffix in ("gpkg", "zip", "geojson")}


@pytest.mark.parametrize("way", ["raw", "form", "base64"])
@pytest.mark.parametrize("suffix", ["gpkg", "zip", "geojson"])
def test_uploaded_file_gives_the_command_lines_answer(
    client: TestClient,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    small_seeds: Path,
    tmp_path: Path,
    suffix: str,
    way: str,
) -> None:
    path = files(tmp_path)[suffix]
    content = path.read_bytes()
    if way == "raw":
        answer = client.post(
            f"/overlap?layers=redline&name={path.name}",
            content=content,
            headers={"content-type": "application/octet-stream"},
        )
    elif way == "form":
        answer = client.post(
            "/overlap", files={"file": (path.name, content)}, data={"layers": "redline"}
        )
    else:
        kinds = {"gpkg": "geopackage+sqlite3", "zip": "zip", "geojson": "geo+json"}
        value = base64.b64encode(content).decode()
        polygons = {"value": value, "mediaType": f"application/{kinds[suffix]}"}
        answer = run(client, "site", polygons=polygons, layers=["redline"])
        path = path.rename(tmp_path / f"site.{suffix}")
    assert answer.status_code == 200, answer.text
    (found,) = answer.json()["overlaps"]
    expected = printed(
        capsys, monkeypatch, small_seeds, "overlap", str(path), "redline"
    )
    assert found == expected
    assert found["left"]["status"] == "user"


def test_cgcs2000_parcel_without_crs_states_it(client: TestClient) -> None:
    """hard-inputs 29, 30: metres without a CRS are refused, then stated."""
    ring = [[36415000, 4466000], [36416000, 4466000], [36416000, 4467000]]
    parcel = {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}
    refusal(run(client, "site", polygons=parcel), 422, "coordinates_metres")
    answer = run(client, "site", polygons=parcel, crs="EPSG:4524", layers=["leagues"])
    assert answer.status_code == 200, answer.text
    assert answer.json()["area"]["total_m2"] == pytest.approx(500_000, rel=1e-3)


def test_lines_have_no_overlap(client: TestClient) -> None:
    refusal(
        run(client, "site", polygons=BOX, layers=["yellow_river"]),
        400,
        "overlap_needs_polygons",
    )


def test_hard_14_empty_parts_are_named_and_the_rest_counted(client: TestClient) -> None:
    shapes = [
        None,
        {"type": "Polygon", "coordinates": []},
        {
            "type": "GeometryCollection",
            "geometries": [{"type": "Point", "coordinates": [109, 41]}, BOX],
        },
    ]
    features = [
        {"type": "Feature", "id": f"f{i}", "properties": {}, "geometry": shape}
        for i, shape in enumerate(shapes)
    ]
    collection = {"type": "FeatureCollection", "features": features}
    report = run(client, "site", polygons=collection, layers=["redline"]).json()
    assert [row["id"] for row in report["area"]["rows"]] == ["f2"]
    said = " ".join(note["en"] for note in report["notes"])
    assert "f0" in said
    assert "f1" in said


def test_hard_13_heights_are_left_out(client: TestClient) -> None:
    ring = [[x, y, 7.0] for x, y in BOX["coordinates"][0]]
    solid = {"type": "Polygon", "coordinates": [ring]}
    flat, high = (
        run(client, "site", polygons=shape, layers=["redline"]).json()
        for shape in (BOX, solid)
    )
    assert high["area"]["total_m2"] == flat["area"]["total_m2"]
    assert "repair_flattened" in {note["code"] for note in high["notes"]}


def test_hard_34_open_ring_is_closed_with_a_note(client: TestClient) -> None:
    open_ring = {"type": "Polygon", "coordinates": [BOX["coordinates"][0][:-1]]}
    report = run(client, "site", polygons=open_ring, layers=["redline"]).json()
    assert "geojson_rings_closed" in {note["code"] for note in report["notes"]}


# --- what is refused ---

Bad = tuple[str, bytes, int, str]


def archive(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return held.getvalue()


def polygon(ring: list[list[float]]) -> bytes:
    return json.dumps({"type": "Polygon", "coordinates": [ring]}).encode()


def ring_of(count: int) -> list[list[float]]:
    ring = [[109 + i * 1e-6, 40.0] for i in range(count - 2)]
    return [*ring, [109.0, 40.1], ring[0]]


def traversing_zip(folder: Path) -> bytes:
    """A shapefile whose members want to lie elsewhere."""
    path = files(folder)["zip"]
    with zipfile.ZipFile(path) as whole:
        members = {f"../../../{name}": whole.read(name) for name in whole.namelist()}
    return archive(members)


SHP_HEADER = b"\x00\x00\x27\x0a" + bytes(20) + b"\x7f\xff\xff\xff" + bytes(72)

BAD: dict[str, Bad] = {
    "nothing": ("a.geojson", b"", 422, "upload_missing"),
    "text": ("a.geojson", b"hello", 422, "geojson_syntax"),
    "cut off": ("a.geojson", b'{"type": "Polygon", "coord', 422, "geojson_syntax"),
    "deep json": ("a.geojson", b"[" * 200_000, 422, "geojson_too_deep"),
    "deep collection": (
        "a.geojson",
        b'{"type":"GeometryCollection","geometries":[' * 900 + b"]}" * 900,
        422,
        "geojson_too_deep",
    ),
    "huge number": ("a.geojson", polygon([[1e400, 1], [2, 2], [3, 1]]), 422, "*"),
    "huge coordinates": (
        "a.geojson",
        polygon([[1e308, 1e308], [1e308, 2], [3, 1], [1e308, 1e308]]),
        422,
        "coordinates_metres",
    ),
    "swapped": (
        "a.geojson",
        polygon([[40, 109], [40, 110], [41, 110], [40, 109]]),
        422,
        "coordinates_swapped",
    ),
    "short ring": (
        "a.geojson",
        polygon([[109, 40], [110, 40], [109, 40]]),
        422,
        "geojson_ring_short",
    ),
    "point": (
        "a.geojson",
        b'{"type": "Point", "coordinates": [109, 40]}',
        422,
        "no_polygons",
    ),
    "vertices": ("a.geojson", polygon(ring_of(2100)), 413, "limit_vertices"),
    "features": (
        "a.geojson",
        json.dumps(
            {
                "type": "FeatureCollection",
                "features": [{"type": "Feature", "properties": {}, "geometry": BOX}]
                * 21,
            }
        ).encode(),
        413,
        "limit_features",
    ),
    "body": ("a.geojson", b" " * 300_001, 413, "body_too_large"),
    "no zip": ("a.zip", b"PK\x03\x04" + b"x" * 100, 422, "layer_unreadable"),
    "wrong content": ("a.zip", b"hello", 422, "layer_wrong_content"),
    "zip bomb": ("a.zip", archive({"a.shp": bytes(250_000)}), 413, "limit_unpacked"),
    "zip of many": (
        "a.zip",
        archive({f"{i}.shp": b"" for i in range(1001)}),
        413,
        "limit_members",
    ),
    "zip in zip": (
        "a.zip",
        archive({"b.zip": archive({"a.shp": b"x"})}),
        422,
        "zip_without_shapefile",
    ),
    "lying shapefile": ("a.zip", archive({"a.shp": SHP_HEADER}), 422, "*"),
    "entities": (
        "a.zip",
        archive({"doc.kml": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]>'}),
        422,
        "xml_not_read",
    ),
    "kml": ("a.kml", b"<kml/>", 422, "layer_no_geometry"),
    "kmz that unpacks to much": (
        "a.kmz",
        archive({"doc.kml": b" " * 300_000}),
        413,
        "limit_unpacked",
    ),
    "gml": ("a.gml", b"<gml/>", 422, "upload_suffix"),
    "vrt": ("a.vrt", b"<OGRVRTDataSource/>", 422, "upload_suffix"),
    "vrt as geojson": ("a.geojson", b"<OGRVRTDataSource/>", 422, "geojson_syntax"),
    "vrt as package": ("a.gpkg", b"<OGRVRTDataSource/>", 422, "layer_wrong_content"),
    "package cut off": ("a.gpkg", b"SQLite format 3\0" + b"x" * 50, 422, "*"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_upload_is_refused_with_a_reason(
    client: TestClient, folder: Path, kind: str
) -> None:
    name, content, status, code = BAD[kind]
    answer = client.post(
        f"/overlap?name={name}&layers=redline",
        content=content,
        headers={"content-type": "application/octet-stream"},
    )
    body = answer.json()
    refusal(answer, status, body["code"] if code == "*" else code)
    assert body["code"] not in ("internal_error", "worker_died")
    assert str(folder.parent) not in answer.text
    if status == 413:
        fields = Settings.model_fields
        field = body["details"]["field"]
        assert field in fields or field == "max_members"
        assert field in body["detail"]


def test_members_stay_in_their_folder(
    client: TestClient, tmp_path: Path, folder: Path
) -> None:
    before = set(folder.parent.glob("*"))
    answer = client.post(
        "/overlap?layers=redline&name=a.zip",
        content=traversing_zip(tmp_path),
        headers={"content-type": "application/zip"},
    )
    assert answer.status_code == 200, answer.text
    assert set(folder.parent.glob("*")) == before


def test_sparse_zip_that_lies_about_its_size(client: TestClient) -> None:
    """The directory says 10 bytes; the data would unpack to 10 MB."""
    content = bytearray(archive({"a.shp": bytes(10_000_000)}))
    size = (10_000_000).to_bytes(4, "little")
    while (at := content.find(size)) >= 0:
        content[at : at + 4] = (10).to_bytes(4, "little")
    answer = client.post(
        "/overlap?name=a.zip",
        content=bytes(content),
        headers={"content-type": "application/zip"},
    )
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_package_that_never_ends(small_seeds: Path, endless: Path) -> None:
    """GDAL hangs in a view of the file; others are answered meanwhile."""
    settings = Settings(seeds=small_seeds, sync_seconds=3)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        answer = client.post(
            "/overlap?name=a.gpkg&layers=redline",
            content=endless.read_bytes(),
            headers={"content-type": "application/octet-stream"},
        )
        body = refusal(answer, 504, "worker_time")
        assert body["details"]["field"] == "sync_seconds"
        # Again where this machine stood still for longer than it may take.
        said = (run(client, "area", layer="leagues").status_code for _ in range(10))
        assert 200 in said


@pytest.mark.parametrize("seed", range(12))
def test_damaged_packages_never_break_the_service(
    client: TestClient, tmp_path: Path, seed: int
) -> None:
    """Bytes changed at random: answered or refused, with one worker or another."""
    path = list(files(tmp_path).values())[seed % 2]
    content = bytearray(path.read_bytes())
    chance = random.Random(seed)  # noqa: S311
    for _ in range(40):
        content[chance.randrange(16, len(content))] = chance.randrange(256)
    answer = client.post(
        f"/overlap?name=a{path.suffix}&layers=redline",
        content=bytes(content),
        headers={"content-type": "application/octet-stream"},
    )
    assert answer.status_code in (200, 400, 413, 422, 500, 504)
    if answer.status_code == 500:
        assert answer.json()["code"] == "worker_died"
    assert "Traceback" not in answer.text
    assert run(client, "area", layer="leagues").status_code == 200


@pytest.mark.parametrize(
    ("process", "media_type", "status", "code"),
    [
        ("site", "text/html", 415, "body_type"),
        ("overlap", "application/zip", 415, "body_type"),
        ("site", "multipart/form-data", 422, "input_unusable"),
        ("site", "multipart/form-data; boundary=x", 422, "*"),
        ("overlap", "application/json", 422, "body_not_json"),
    ],
)
def test_bad_bodies(
    client: TestClient, process: str, media_type: str, status: int, code: str
) -> None:
    answer = client.post(
        f"/processes/{process}/execution",
        content=b"x\xff",
        headers={"content-type": media_type},
    )
    refusal(answer, status, answer.json()["code"] if code == "*" else code)


def test_form_without_a_file(client: TestClient) -> None:
    answer = client.post("/overlap", files={"other": ("a.zip", b"x")})
    refusal(answer, 422, "upload_missing")


@pytest.mark.parametrize(
    ("process", "inputs", "code"),
    [
        ("overlap", {"left": "nothing", "right": "redline"}, "input_layer_unknown"),
        ("overlap", {"left": "land_cover", "right": "redline"}, "input_kind"),
        ("zonal", {"zones": "leagues", "raster": "redline"}, "input_kind"),
        ("site", {"polygons": BOX, "layers": ["nothing"]}, "input_layer_unknown"),
        ("site", {}, "upload_missing"),
        ("site", {"polygons": BOX, "crs": "EPSG:\ud800"}, "input_unusable"),
        ("site", {"polygons": BOX, "crs": "EPSG:4524"}, "*"),
        (
            "zonal",
            {"zones": "leagues", "raster": "elevation", "breaks": [2, 1]},
            "breaks_not_ascending",
        ),
    ],
)
def test_bad_inputs_are_named(
    client: TestClient, process: str, inputs: dict[str, Any], code: str
) -> None:
    text = json.dumps({"inputs": inputs})
    answer = client.post(
        f"/processes/{process}/execution",
        content=text,
        headers={"content-type": "application/json"},
    )
    assert answer.status_code in (400, 422), answer.text
    if code != "*":
        assert answer.json()["code"] == code


def test_restricted_layer_shows_numbers_only(client: TestClient) -> None:
    answer = run(client, "site", polygons=BOX, layers=["secret"])
    assert answer.status_code == 200
    assert "coordinates" not in answer.text
    assert "WKT" not in answer.text


# --- jobs ---


def submit(client: TestClient, process: str, **inputs: Any) -> str:
    answer = client.post(
        f"/processes/{process}/execution",
        json={"inputs": inputs},
        headers={"Prefer": "respond-async"},
    )
    assert answer.status_code == 201, answer.text
    assert answer.headers["preference-applied"] == "respond-async"
    location = answer.headers["location"]
    assert location.endswith(answer.json()["jobID"])
    return location


def ended(client: TestClient, location: str) -> dict[str, Any]:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        body: dict[str, Any] = client.get(location).json()
        if body["status"] not in ("accepted", "running"):
            return body
        time.sleep(0.05)
    raise AssertionError(body)


def test_job_gives_the_same_report(client: TestClient) -> None:
    location = submit(client, "site", polygons=BOX, layers=["redline", "leagues"])
    status = ended(client, location)
    assert (status["status"], status["progress"]) == ("successful", 100)
    assert status["created"] <= status["started"] <= status["finished"]
    (results,) = [one["href"] for one in status["links"] if "results" in one["rel"]]
    waited = run(client, "site", polygons=BOX, layers=["redline", "leagues"])
    assert client.get(results).json() == waited.json()
    assert location in [one["links"][0]["href"] for one in listed(client)]
    assert client.delete(location).json()["status"] == "dismissed"
    refusal(client.get(location), 404, "job_not_found")
    refusal(client.get(results), 404, "job_not_found")


@pytest.mark.parametrize(
    ("process", "inputs", "said"),
    [
        (
            "site",
            {"polygons": BOX, "layers": ["redline", "land_cover"]},
            {"zh": ("地块", "重叠面积", "草地"), "en": ("Site", "Overlap", "Grass")},
        ),
        (
            "zonal",
            {"zones": "leagues", "raster": "land_cover"},
            {"zh": ("西盟", "占本区"), "en": ("West League", "of zone")},
        ),
        ("area", {"layer": "leagues"}, {"zh": ("南盟",), "en": ("South League",)}),
        (
            "overlap",
            {"left": "leagues", "right": "redline"},
            {"zh": ("东盟", "占甲"), "en": ("East League", "of left")},
        ),
    ],
)
def test_results_are_a_page_for_people_in_both_languages(
    client: TestClient, process: str, inputs: dict[str, Any], said: dict[str, Any]
) -> None:
    location = submit(client, process, **inputs)
    ended(client, location)
    browser = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    for language, words in said.items():
        answer = client.get(f"{location}/results?lang={language}", headers=browser)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"].startswith("text/html")
        assert "Accept" in answer.headers["vary"]
        for word in words:
            assert word in answer.text
        # Names of features are a stranger's: never markup.
        assert "<script>alert" not in answer.text
    document = client.get(f"{location}/results").json()
    assert document["result_id"] in answer.text
    assert client.get(f"{location}/results?f=json", headers=browser).json() == document


def listed(client: TestClient, query: str = "") -> list[dict[str, Any]]:
    jobs: list[dict[str, Any]] = client.get(f"/jobs{query}").json()["jobs"]
    return jobs


def test_jobs_are_listed_by_page_and_kind(client: TestClient) -> None:
    wanted = "/jobs?limit=2&processID=area&status=successful"
    for one in client.get(wanted.replace("limit=2", "limit=100")).json()["jobs"]:
        client.delete(one["links"][0]["href"])
    for _ in range(3):
        ended(client, submit(client, "area", layer="leagues"))
    body = client.get(wanted).json()
    assert (body["numberMatched"], body["numberReturned"]) == (3, 2)
    (following,) = [one["href"] for one in body["links"] if one["rel"] == "next"]
    rest = client.get(following).json()
    assert rest["numberReturned"] == 1
    assert not [one for one in rest["links"] if one["rel"] == "next"]
    refusal(client.get("/jobs?status=x"), 422, "parameter_not_listed")


def test_bad_inputs_never_enter_the_queue(client: TestClient) -> None:
    before = client.get("/jobs").json()["numberMatched"]
    answer = client.post(
        "/processes/overlap/execution",
        json={"inputs": {"left": "leagues", "right": "nothing"}},
        headers={"Prefer": "respond-async"},
    )
    refusal(answer, 422, "input_layer_unknown")
    assert client.get("/jobs").json()["numberMatched"] == before


def test_failed_job_says_why(client: TestClient) -> None:
    location = submit(
        client, "zonal", zones="leagues", raster="elevation", breaks=[2, 1]
    )
    status = ended(client, location)
    assert status["status"] == "failed"
    assert "ascending" in status["message"]
    refusal(client.get(f"{location}/results"), 422, "breaks_not_ascending")


def test_unknown_jobs(client: TestClient) -> None:
    for path in ("/jobs/x", "/jobs/x/results", "/jobs/..%2fx"):
        answer = client.get(path)
        assert answer.status_code == 404
    assert client.get("/jobs/x").json()["type"].endswith("/no-such-job")
    refusal(client.delete("/jobs/x"), 404, "job_not_found")


def test_openapi_describes_it(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/processes/{process_id}/execution", "/jobs/{job_id}/results"} <= set(paths)
    assert sqlite3.sqlite_version_info >= (3, 35), "UPDATE ... RETURNING"


def test_check_answers_what_the_command_line_writes(
    client: TestClient,
    small_seeds: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answer = run(client, "check", polygons=BOX, layers=["redline", "sandy_lands"])
    assert answer.status_code == 200, answer.text
    file = tmp_path / "site.geojson"
    file.write_text(json.dumps(BOX))
    wanted = printed(
        capsys,
        monkeypatch,
        small_seeds,
        "check",
        str(file),
        "--against",
        "redline",
        "sandy_lands",
    )
    assert answer.json() == wanted
    layers = answer.json()["parcels"][0]["layers"]
    assert {one["finding"]["level"] for one in layers} == {"indicative"}


def test_check_as_a_job(client: TestClient) -> None:
    call = {"inputs": {"polygons": BOX, "layers": ["redline"]}}
    direct = client.post("/processes/check/execution", json=call).json()
    made = client.post(
        "/processes/check/execution", json=call, headers={"Prefer": "respond-async"}
    )
    assert made.status_code == 201, made.text
    job = made.headers["location"]
    assert ended(client, job)["status"] == "successful"
    assert client.get(f"{job}/results").json() == direct

    finding = direct["parcels"][0]["layers"][0]["finding"]["label"]
    for language in ("zh", "en"):
        asked = {"f": "html", "lang": language}
        results = client.get(f"{job}/results", params=asked).text
        assert results.count(finding[language]) >= 2, "of the parcel, of the whole"
        assert direct["result_id"] in results
        for address in (job, "/jobs"):
            shown = client.get(address, params=asked).text
            assert f"{job.partition('/jobs')[2]}/results?lang={language}" in shown
            assert {"zh": "完成", "en": "done"}[language] in shown


def test_check_says_how_much_of_a_restricted_layer_but_not_where(
    client: TestClient,
) -> None:
    report = run(client, "check", polygons=BOX, layers=["secret"]).json()
    found = report["parcels"][0]["layers"][0]
    assert found["touched"]
    assert found["overlap"]["share"] == pytest.approx(1.0)
    assert (found["features"], found["nearest"]) == ([], None)
    assert report["layers"][0]["sha256"] is None
    assert "check_restricted" in {one["code"] for one in report["notes"]}
    refusal(
        run(client, "avoid", polygons=BOX, layers=["secret"]), 403, "layer_restricted"
    )


@pytest.mark.parametrize(
    ("inputs", "code"),
    [
        ({"layers": ["redline"]}, "upload_missing"),
        ({"polygons": BOX, "layers": ["none"]}, "input_layer_unknown"),
        ({"polygons": BOX, "layers": ["yellow_river"]}, "overlap_needs_polygons"),
        ({"polygons": BOX, "sliver_width_m": -1}, "input_unusable"),
        (
            {"polygons": {"type": "Point", "coordinates": [109, 41]}},
            "check_no_polygons",
        ),
        ({"polygons": BOX, "zone": 7}, "import_option_wrong"),
    ],
)
def test_check_refuses(client: TestClient, inputs: dict[str, Any], code: str) -> None:
    answer = run(client, "check", **inputs)
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["code"] == code


def test_avoid_answers_the_free_part_and_a_shift(client: TestClient) -> None:
    report = run(
        client, "avoid", polygons=BOX, layers=["redline"], within_m=60_000 / 4
    ).json()
    (one,) = report["parcels"]
    assert 0 < one["free_share"] < 1
    assert one["free_geometry"]["type"] in ("Polygon", "MultiPolygon")
    assert (one["shift"], one["reason"]) == (None, "not_found")
    far = run(client, "avoid", polygons=BOX, layers=["sandy_lands"], within_m=90).json()
    assert far["parcels"][0]["text"]["zh"]
    answer = run(client, "avoid", polygons=BOX, layers=[])
    assert answer.status_code == 422
