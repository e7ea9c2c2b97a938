"""Reports by HTTP: every format, jobs, what is restricted, the page."""

import base64
import io
import json
import re
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyogrio
import pypdfium2
import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.report_types import REPORT_TYPES
from service.settings import Settings

PROCESS = "/processes/check/execution"
LAYERS = "unit_00,unit_03"


@pytest.fixture(scope="module")
def client(
    seeds: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    """One app for the module: its workers take seconds to start."""
    jobs = tmp_path_factory.mktemp("jobs")
    settings = Settings(seeds=seeds, jobs=jobs, sync_seconds=300)
    with TestClient(create_app(settings)) as made:
        yield made


@pytest.fixture(scope="module")
def body(seeds: Path) -> bytes:
    return (seeds / "十二个地块.geojson").read_bytes()


def ask(client: TestClient, body: bytes, **fields: str) -> bytes:
    sent = {"file": ("地块.geojson", body, "application/geo+json")}
    data = {"layers": LAYERS, "project": "试验项目", **fields}
    answer = client.post(PROCESS, files=sent, data=data)
    assert answer.status_code == 200, answer.text
    wanted = fields.get("format", "json")
    assert answer.headers["content-type"].split(";")[0] == REPORT_TYPES[wanted]
    saved = answer.headers.get("content-disposition", "")
    assert (wanted == "json") == (saved == "")
    assert re.fullmatch(rf'attachment; filename="check-\w+\.{wanted}"|', saved)
    return answer.content


def test_every_format_has_the_same_result(client: TestClient, body: bytes) -> None:
    report = json.loads(ask(client, body))
    found = report["result_id"].encode()
    with pypdfium2.PdfDocument(ask(client, body, format="pdf")) as opened:
        text = opened[0].get_textpage().get_text_range()
    assert report["result_id"] in text
    assert "试验项目" in text
    assert found in ask(client, body, format="html")
    table = openpyxl.load_workbook(io.BytesIO(ask(client, body, format="xlsx")))
    assert report["result_id"] in {row[1] for row in table["结论"].values}


def test_archive_holds_them_all(client: TestClient, body: bytes) -> None:
    made = ask(client, body, format="zip", report_language="en")
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert archive.testzip() is None
        suffixes = {Path(name).suffix for name in archive.namelist()}
    assert suffixes == {f".{one}" for one in REPORT_TYPES if one != "zip"}


def test_shapes_of_a_restricted_layer_stay_here(
    client: TestClient, body: bytes, tmp_path: Path
) -> None:
    """Its numbers are in every report, its geometry in none."""
    path = tmp_path / "made.gpkg"
    path.write_bytes(ask(client, body, format="gpkg"))
    layers = set(pyogrio.read_dataframe(path, layer="overlaps")["layer"])
    assert layers == {"unit_00"}
    html = ask(client, body, format="html").decode()
    assert "图形不予显示" in html
    assert "-o-unit_00" in html
    assert "-o-unit_03" not in html
    assert "第3号管控单元" in html


def test_media_type_of_the_execute_document(client: TestClient, body: bytes) -> None:
    """As OGC API Processes asks for a format."""
    value = base64.b64encode(body).decode()
    document = {
        "inputs": {
            "polygons": {"value": value, "mediaType": "application/geo+json"},
            "layers": ["unit_00"],
        },
        "outputs": {"report": {"format": {"mediaType": REPORT_TYPES["xlsx"]}}},
    }
    answer = client.post(PROCESS, json=document)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == REPORT_TYPES["xlsx"]
    refused = client.post(PROCESS, json={**document, "response": "document"})
    assert refused.status_code == 422
    assert "answered raw" in refused.text
    document["outputs"]["report"]["format"]["mediaType"] = "image/png"  # type: ignore[index]
    assert client.post(PROCESS, json=document).status_code == 422


def test_job_keeps_its_format(client: TestClient, body: bytes) -> None:
    sent = {"file": ("a.geojson", body, "application/geo+json")}
    data = {"layers": "unit_00", "format": "html"}
    made = client.post(
        PROCESS, files=sent, data=data, headers={"Prefer": "respond-async"}
    )
    assert made.status_code == 201, made.text
    here = made.headers["location"]
    while client.get(here).json()["status"] in ("accepted", "running"):
        time.sleep(0.05)
    answer = client.get(f"{here}/results")
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers["content-disposition"] == 'attachment; filename="check.html"'
    assert "地块合规性检查报告" in answer.text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page_offers_layers_and_formats(client: TestClient, language: str) -> None:
    page = client.get(f"/check?lang={language}", headers={"Accept": "text/html"})
    assert page.status_code == 200
    offered = re.findall(r'name="layers" value="(\w+)"', page.text)
    assert offered == [f"unit_{n:02d}" for n in range(12)]
    assert 'data-formats="pdf,xlsx,html,gpkg,json"' in page.text
    (script,) = re.findall(r'<script type="module" src="([^"]+)"', page.text)
    answer = client.get(script)
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "://" not in answer.text
    assert client.get("/check/other.js").status_code >= 400
