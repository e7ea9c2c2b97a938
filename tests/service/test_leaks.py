"""No route hands out anything of a restricted layer: every operation is asked.

The operations come from the OpenAPI document, so that a new route is walked without
anybody thinking of it. An answer of 200 about a restricted layer must be listed here
with its reason.
"""

import base64
import hashlib
import io
import itertools
import json
import logging
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pypdfium2
import pytest
import shapely
from affine import Affine
from fastapi import FastAPI
from starlette.testclient import TestClient

from layers.importing.report import FaultModel, ImportReport
from layers.models import LayerSpec
from layers.workspace import publish
from layers.writers import write_cog, write_geoparquet
from service.app import create_app
from service.keys import add_key
from service.middleware.access_log import JsonLines
from service.processes import MAY_SEE_RESTRICTED, PROCESSES
from service.settings import Settings

HIDDEN, HIDDEN_RASTER = "hidden", "hidden_raster"
ROWS = 7
NAME = "绝密要素"
SIZE_M2 = 77_123_456.0
EAST, NORTH = 113.2718281, 41.3141592
MARKS = {
    "a coordinate": [b"113.27", b"41.314"],
    "a name": [NAME.encode(), b"TopSecretName"],
    "a computed area": [b"77123456", b"77,123,456", b"77.12 km"],
    "the number of features": [b'"numberMatched":7', b'"rows":7', b'"rows": 7'],
}
DESCRIBED = {
    "/collections/{layer_id}": "what the layer is, without counts, extent or figures",
}
"""Routes that may answer 200 about a restricted layer."""
SITE = {
    "type": "Polygon",
    "coordinates": [
        [
            [113.2, 41.31],
            [113.285, 41.31],
            [113.285, 41.33],
            [113.2, 41.33],
            [113.2, 41.31],
        ]
    ],
}
"""Touches every hidden feature, as all begin at the same corner."""
APART = shapely.box(120, 45, 120.5, 45.5)
"""The one that the site does not touch."""

LEVEL = 10
COLUMN = int((EAST + 0.005 + 180) / 360 * 2**LEVEL)
_Y = np.arcsinh(np.tan(np.radians(NORTH + 0.005)))
ROW = int((1 - _Y / np.pi) / 2 * 2**LEVEL)


def hidden_features() -> gpd.GeoDataFrame:
    shapes = [
        shapely.box(EAST, NORTH, EAST + 0.01 * (i + 1), NORTH + 0.01)
        for i in range(ROWS - 1)
    ]
    shapes.append(APART)
    columns = {
        "id": [f"f{i}" for i in range(ROWS)],
        "name_zh": [f"{NAME}{i}" for i in range(ROWS)],
        "name_en": [f"TopSecretName{i}" for i in range(ROWS)],
    }
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4490")


def spec(layer_id: str, file: Path, **more: Any) -> LayerSpec:
    bilingual = {"zh": "受限", "en": "restricted"}
    figure = {
        "id": "a",
        "unit": "m2",
        "computed": SIZE_M2,
        "document": "x",
        "sure": "A",
    }
    return LayerSpec.model_validate(
        {
            "id": layer_id,
            "title": {"zh": "受限图层", "en": "Restricted layer"},
            "description": bilingual,
            "theme": "redline",
            "status": "statutory",
            "path": file.name,
            "crs": "EPSG:4490",
            "licence": "CC0-1.0",
            "attribution": "made in code",
            "restricted": True,
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
            "figures": [{**figure, "title": bilingual}],
            "denominators": [
                {"id": "map", "title": bilingual, "area_m2": SIZE_M2, "source": "x"}
            ],
            "provenance": {
                "source": "tests",
                "origin": "tests",
                "retrieved": "2026-01-15",
                "method": bilingual,
            },
            **more,
        }
    )


def import_report(layer: LayerSpec) -> ImportReport:
    """As if the layer had been imported, with a fault that names a feature."""
    fault = FaultModel(
        kind="spike", feature=NAME, x=EAST, y=NORTH, lon=EAST, lat=NORTH, value=1.0
    )
    return ImportReport(
        layer=layer.id,
        version=layer.version,
        imported="2026-01-15T00:00:00.000+00:00",
        unchanged=False,
        geometry="polygon",
        crs="EPSG:4490",
        rows=ROWS,
        rows_in_file=ROWS,
        bounds=(EAST, NORTH, EAST + 0.1, NORTH + 0.1),
        area_m2=SIZE_M2,
        areas_m2={NAME: SIZE_M2},
        files=(),
        options={},
        decisions=(),
        faults={"spike": 1},
        fault_list=(fault,),
        repairs=(),
        notes=(),
        restricted=True,
    )


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("leaks")
    vector, raster = folder / "hidden.parquet", folder / "hidden.tif"
    write_geoparquet(hidden_features(), vector)
    write_cog(
        np.full((20, 20), 77, np.uint8),
        raster,
        transform=Affine(0.01, 0, EAST, 0, -0.01, NORTH),
        crs="EPSG:4326",
        nodata=255,
    )
    hidden = spec(HIDDEN, vector, kind="vector", geometry="polygon", rows=ROWS)
    kept = publish(folder / "workspace", hidden, vector)
    report = import_report(hidden)
    (kept / "import.json").write_text(report.model_dump_json(), encoding="utf-8")
    cells = spec(HIDDEN_RASTER, raster, kind="raster", crs="EPSG:4326", unit="m")
    publish(folder / "workspace", cells, raster)
    return folder / "workspace"


@pytest.fixture(scope="module")
def app(small_seeds: Path, workspace: Path) -> FastAPI:
    return create_app(Settings(seeds=small_seeds, workspace=workspace, key_rate=0))


@pytest.fixture(scope="module")
def client(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def keyed(app: FastAPI, workspace: Path) -> Iterator[TestClient]:
    key, _ = add_key(workspace, "inspector", ["restricted", "write"])
    headers = {"X-API-Key": key}
    with TestClient(app, raise_server_exceptions=False, headers=headers) as made:
        yield made


@pytest.fixture(scope="module")
def job(keyed: TestClient) -> str:
    """An ended job of the holder of a key about the hidden layer."""
    made = keyed.post(
        "/processes/area/execution",
        json={"inputs": {"layer": HIDDEN}},
        headers={"Prefer": "respond-async"},
    ).json()["jobID"]
    deadline = time.monotonic() + 300
    while keyed.get(f"/jobs/{made}").json()["status"] != "successful":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return str(made)


def version_of(client: TestClient, layer_id: str) -> str:
    app = client.app
    assert isinstance(app, FastAPI)
    return str(app.state.catalog.spec(layer_id).version)


def path_values(layer_id: str, job: str, version: str) -> dict[str, list[str]]:
    """Values of every path parameter; a new one must be thought of here."""
    return {
        "layer_id": [layer_id],
        "feature_id": ["f1"],
        "tms": ["WebMercatorQuad", "WorldCGCS2000Quad"],
        "level": [str(LEVEL)],
        "row": [str(ROW)],
        "col": [f"{COLUMN}.{form}" for form in ("mvt", "png", "webp")],
        "process_id": list(PROCESSES),
        "job_id": [job],
        "version": [version],
    }


def queries(operation: dict[str, Any], layer_id: str) -> Iterator[dict[str, str]]:
    """Query parameters: none, and about the layer in every format."""
    stated = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
    about = {name: layer_id for name in ("layers", "left", "right") if name in stated}
    if {"lon", "lat"} <= stated.keys():
        lon, lat = SITE["coordinates"][0][0]
        about |= {"lon": str(lon), "lat": str(lat)}
    if "bounds" in stated:
        about["bounds"] = "113.2,41.3,113.4,41.4"
    yield about
    if "left" in stated:
        yield {**about, "left": "leagues"}
    kinds = [stated["f"], *stated["f"].get("anyOf", ())] if "f" in stated else []
    forms = next((one["enum"] for one in kinds if "enum" in one), ["json", "html"])
    if kinds:
        yield from ({**about, "f": form} for form in forms)


RAW = json.dumps(SITE).encode()
SENT = {"name": "site.geojson", "value": base64.b64encode(RAW).decode()}


def calls(
    client: TestClient, path: str, process: str | None, layer_id: str
) -> list[dict[str, Any]]:
    """What to send along; a new operation with a body must be thought of here."""
    if path == "/viewer/table.xlsx":
        wanted = {"polygons": SITE, "layers": [layer_id, "leagues"]}
        report = client.post("/processes/site/execution", json={"inputs": wanted})
        return [{"json": report.json()}]
    if path == "/print.pdf":
        asked_of = {"inputs": {"polygons": SITE, "layers": [layer_id, "leagues"]}}
        known = {
            name: client.post(f"/processes/{asked}/execution", json=asked_of).json()
            for name, asked in (("report", "site"), ("pieces", "pieces"))
        }
        return [{"json": known}]
    if path == "/overlap":
        return [{"content": RAW, "headers": {"content-type": "application/geo+json"}}]
    assert path == "/processes/{process_id}/execution", path
    assert process is not None
    inputs = {
        "overlap": {"left": layer_id, "right": "leagues"},
        "zonal": {"zones": HIDDEN, "raster": HIDDEN_RASTER},
        "area": {"layer": layer_id},
        "site": {"polygons": SITE, "layers": [layer_id]},
        "pieces": {"polygons": SITE, "layers": [layer_id]},
        "check": {"polygons": SITE, "layers": [layer_id]},
        "avoid": {"polygons": SITE, "layers": [layer_id]},
        "import": {"id": "walked", "look": True, "files": [SENT]},
    }[process]
    asked = {"json": {"inputs": inputs}}
    return [asked, {**asked, "headers": {"Prefer": "respond-async"}}]


def walk(
    client: TestClient, layer_id: str, job: str, *, destroy: bool = True
) -> Iterator[tuple[str, str, Any]]:
    """Ask every operation about a layer; yield path, method and answer."""
    app = client.app
    assert isinstance(app, FastAPI)
    version = version_of(client, layer_id)
    values = path_values(layer_id, job, version)
    for path, operations in app.openapi()["paths"].items():
        names = re.findall(r"{(\w+)}", path)
        filled = list(itertools.product(*(values[name] for name in names)))
        for (method, operation), one in itertools.product(operations.items(), filled):
            if method == "delete" and not destroy:
                continue
            named = dict(zip(names, one, strict=True))
            bodies: list[dict[str, Any]] = [{}]
            if "requestBody" in operation:
                bodies = calls(client, path, named.get("process_id"), layer_id)
            about = version if path.endswith("/diff") else layer_id
            for query, body in itertools.product(queries(operation, about), bodies):
                address = path.format(**named)
                yield (
                    path,
                    method,
                    client.request(method.upper(), address, params=query, **body),
                )


def unpacked(content: bytes) -> bytes:
    """Answer what a reader of a document or archive sees."""
    if content.startswith(b"%PDF"):
        with closing(pypdfium2.PdfDocument(content)) as document:
            texts = [page.get_textpage().get_text_bounded() for page in document]
        return "".join(texts).encode()
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return b"".join(archive.read(name) for name in archive.namelist())
    return content


TIME = re.compile(rb"\d\d:\d\d:\d\d\.\d+")


def found_marks(content: bytes) -> list[str]:
    # 02:06:41.314 o'clock is no coordinate.
    seen = TIME.sub(b"", unpacked(content))
    return [
        kind for kind, marks in MARKS.items() if any(mark in seen for mark in marks)
    ]


def test_marks_are_found_in_documents_and_archives(keyed: TestClient) -> None:
    """Without this, a leak in a compressed answer would pass unseen."""
    inputs = {"polygons": SITE, "layers": [HIDDEN]}
    report = keyed.post("/processes/site/execution", json={"inputs": inputs}).json()
    workbook = keyed.post("/viewer/table.xlsx", json=report)
    assert found_marks(workbook.content) != []
    sheet = keyed.get(f"/print.pdf?layers={HIDDEN}&lang=zh")
    assert "审图号".encode() in unpacked(sheet.content)


@pytest.mark.parametrize("layer_id", [HIDDEN, HIDDEN_RASTER])
def test_nothing_of_a_restricted_layer_leaves(
    client: TestClient, job: str, layer_id: str
) -> None:
    asked = set()
    for path, method, answer in walk(client, layer_id, job):
        asked.add((path, method))
        what = f"{method} {answer.url}"
        assert answer.status_code < 500, what
        assert found_marks(answer.content) == [], what
        assert found_marks(repr(answer.headers).encode()) == [], what
        if "{layer_id}" in path and answer.status_code < 300:
            assert path in DESCRIBED, f"{what} answers about a restricted layer"
        if "{job_id}" in path:
            assert answer.status_code == 404, what
    assert len(asked) >= 35


def test_all_layers_at_once_leave_restricted_ones_out(client: TestClient) -> None:
    page = client.get("/map?layers=all").content
    assert found_marks(page) == []
    assert f'data-layer="{HIDDEN}"'.encode() not in page


def test_what_is_described_tells_no_size(client: TestClient) -> None:
    said = client.get(f"/collections/{HIDDEN}").json()
    assert said["restricted"] is True
    assert said["rows"] is None
    assert said["sha256"] is None
    assert said["figures"] == []
    assert said["denominators"] == []
    assert {link["rel"] for link in said["links"]} == {"self", "alternate"}
    page = client.get(f"/collections/{HIDDEN}?f=html&lang=en").text
    assert "<iframe" not in page
    assert "holders of a key" in page.replace("\n", " ")


def test_with_the_right_every_operation_answers(keyed: TestClient, job: str) -> None:
    """The same walk finds everything it looks for, and is refused nowhere."""
    seen, opened, asked = set(), set(), set()
    for layer_id in (HIDDEN, HIDDEN_RASTER):
        for path, method, answer in walk(keyed, layer_id, job, destroy=False):
            seen.update(found_marks(answer.content))
            assert answer.status_code not in (401, 403), answer.url
            asked.add((path, method))
            if answer.status_code < 300:
                opened.add((path, method))
    assert seen == set(MARKS)
    assert opened == asked


def test_job_of_who_has_the_right_is_nobody_elses(
    keyed: TestClient, client: TestClient, job: str
) -> None:
    report = keyed.get(f"/jobs/{job}/results")
    assert "a name" in found_marks(report.content)
    assert len(report.json()["rows"]) == ROWS
    assert client.get(f"/jobs/{job}/results").status_code == 404


def overlaps(client: TestClient) -> dict[str, Any]:
    """The same overlap by every way there is; to each its report."""
    found = {
        "POST /overlap": client.post(
            "/overlap",
            params={"layers": HIDDEN},
            content=RAW,
            headers={"content-type": "application/geo+json"},
        ),
        "process site": client.post(
            "/processes/site/execution",
            json={"inputs": {"polygons": SITE, "layers": [HIDDEN]}},
        ),
        "GET /overlap": client.get(f"/overlap?left={HIDDEN}&right={HIDDEN}"),
        "process overlap": client.post(
            "/processes/overlap/execution",
            json={"inputs": {"left": HIDDEN, "right": HIDDEN}},
        ),
    }
    for answer in found.values():
        assert answer.status_code == 200, answer.text
    reports = {way: answer.json() for way, answer in found.items()}
    return {way: one.get("overlaps", [one])[0] for way, one in reports.items()}


def test_overlap_shows_numbers_only(client: TestClient, keyed: TestClient) -> None:
    """What is touched and by how much; nothing of the layer beyond it."""
    whole = overlaps(keyed)
    for way, report in overlaps(client).items():
        pairs = [one for one in whole[way]["rows"] if one["kind"] == "overlap"]
        assert len(pairs) >= ROWS - 1
        shown = [one for one in report["rows"] if one["right_id"]]
        assert [one["area_m2"] for one in shown] == [one["area_m2"] for one in pairs]
        assert {one["kind"] for one in shown} == {"overlap"}
        assert {one["right_name"] for one in shown} == {None}
        assert {one["right_name_en"] for one in shown} == {None}
        assert report["right_features"] == []
        totals, known = report["totals"], whole[way]["totals"]
        assert totals["overlap_dissolved_m2"] == known["overlap_dissolved_m2"]
        assert totals["right_m2"] is totals["right_remainder_m2"] is None
        assert known["right_m2"] > 0
        assert len(whole[way]["right_features"]) == ROWS
        assert {one["code"] for one in report["notes"]} <= {
            "layer_caution",
            "accuracy_unknown",
            "overlap_restricted",
        }
        assert report["result_id"] == whole[way]["result_id"]
    page = client.get(f"/overlap?left={HIDDEN}&right={HIDDEN}&f=html")
    assert page.status_code == 200
    assert found_marks(page.content) == []


def test_etag_of_the_whole_overlap_opens_nothing(
    client: TestClient, keyed: TestClient
) -> None:
    address = f"/overlap?left={HIDDEN}&right={HIDDEN}"
    tags = [one.get(address).headers["etag"] for one in (client, keyed)]
    assert tags[0] != tags[1]


@pytest.mark.parametrize("process", ["area", "zonal"])
def test_process_about_the_layer_itself_needs_the_right(
    client: TestClient, keyed: TestClient, process: str
) -> None:
    for call in calls(client, "/processes/{process_id}/execution", process, HIDDEN):
        address = f"/processes/{process}/execution"
        assert client.post(address, **call).status_code == 403
        assert keyed.post(address, **call).status_code in (200, 201)


def test_right_cannot_be_claimed_in_a_call(client: TestClient) -> None:
    body = {"inputs": {"layer": HIDDEN}, MAY_SEE_RESTRICTED: True}
    query = {MAY_SEE_RESTRICTED: "true"}
    area, site = (f"/processes/{one}/execution" for one in ("area", "site"))
    assert client.post(area, json=body, params=query).status_code == 403
    form = {"layers": HIDDEN_RASTER}
    file = {"file": ("a.geojson", RAW)}
    assert client.post(site, data=form, files=file).status_code == 403
    answer = client.post(site, data={**form, **query}, files=file)
    assert answer.status_code == 422


def test_log_and_metrics_tell_nothing(
    client: TestClient,
    keyed: TestClient,
    job: str,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """Also not of what the holder of a key was shown."""
    with caplog.at_level(logging.DEBUG):
        for one in (client, keyed):
            for _ in walk(one, HIDDEN, job, destroy=False):
                pass
    said = capfd.readouterr()
    records = [one for one in caplog.records if one.name.startswith("ecobarrier")]
    assert len(records) > 100
    # Without how long it took: 113.27 ms is no coordinate.
    lines = (re.sub(r'"ms": [\d.]+', "", JsonLines().format(one)) for one in records)
    written = " ".join(lines) + said.out + said.err
    assert found_marks(written.encode()) == []
    assert found_marks(client.get("/metrics").content) == []


def test_key_opens_the_layer(keyed: TestClient, client: TestClient) -> None:
    items = f"/collections/{HIDDEN}/items"
    assert client.get(items).status_code == 403
    opened = keyed.get(items)
    assert opened.status_code == 200
    assert opened.json()["numberMatched"] == ROWS
    assert "private" in opened.headers["cache-control"]
    assert keyed.get(f"/collections/{HIDDEN}").json()["rows"] == ROWS
    assert keyed.get(f"/map?layers={HIDDEN}").status_code == 200


def test_key_without_the_scope_opens_nothing(app: FastAPI, workspace: Path) -> None:
    key, _ = add_key(workspace, "writer", ["write"])
    client = TestClient(app, headers={"X-API-Key": key})
    assert client.get(f"/collections/{HIDDEN}/items").status_code == 403
    assert client.get(f"/map?layers={HIDDEN}").status_code == 403


def test_tag_of_an_opened_answer_opens_nothing(
    keyed: TestClient, client: TestClient
) -> None:
    items = f"/collections/{HIDDEN}/items"
    tag = keyed.get(items).headers["etag"]
    answer = client.get(items, headers={"If-None-Match": tag})
    assert answer.status_code == 403
