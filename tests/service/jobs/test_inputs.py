import base64
import json
from pathlib import Path
from typing import Any

import pytest

from geo.errors import EcobarrierError
from service.errors import UploadError
from service.jobs.inputs import read_call, safe_name, upload_name
from service.process_inputs import SiteInputs
from service.processes import find

POINT = {"type": "Point", "coordinates": [109, 40]}


def document(folder: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / "body.json").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd.gpkg", "passwd.gpkg"),
        ("..\\..\\windows\\地块 1.zip", "地块_1.zip"),
        ("/x/.gpkg", "site.gpkg"),
        ("..", "site"),
        ("a\x00b\n.zip", "a_b_.zip"),
        ("x" * 300 + ".geojson", "x" * 80 + ".geojson"),
        ("a.b.zip", "a.b.zip"),
        ("/vsicurl/http:__h_x.zip", "http___h_x.zip"),
    ],
)
def test_path_tricks_in_names(name: str, safe: str) -> None:
    assert safe_name(name) == safe


@pytest.mark.parametrize(
    ("name", "media_type", "expected"),
    [
        (None, "application/geo+json", "site.geojson"),
        (None, "application/zip", "site.zip"),
        ("红线.gpkg", "application/octet-stream", "红线.gpkg"),
        ("红线", "application/geopackage+sqlite3", "红线.gpkg"),
    ],
)
def test_names_of_uploads(name: str | None, media_type: str, expected: str) -> None:
    assert upload_name(name, media_type) == expected


@pytest.mark.parametrize("name", ["a.mdb", "a.vrt", "a.shp", "a", "a.zip.exe"])
def test_other_formats_are_not_taken(name: str) -> None:
    with pytest.raises(UploadError) as refused:
        upload_name(name, "application/octet-stream")
    assert refused.value.code == "upload_suffix"


def test_geojson_becomes_a_file(tmp_path: Path) -> None:
    inputs = {"polygons": POINT, "layers": ["leagues"]}
    call = read_call(find("site"), document(tmp_path, {"inputs": inputs}), {})
    assert isinstance(call.inputs, SiteInputs)
    assert call.inputs.layers == ("leagues",)
    assert call.file == tmp_path / "site.geojson"
    assert json.loads(call.file.read_text("utf-8")) == POINT


@pytest.mark.parametrize("wrapped", [False, True])
def test_values_within_the_document(tmp_path: Path, wrapped: bool) -> None:
    value = {"value": POINT} if wrapped else POINT
    call = read_call(
        find("site"), document(tmp_path, {"inputs": {"polygons": value}}), {}
    )
    assert call.file is not None
    assert json.loads(call.file.read_text("utf-8")) == POINT


def test_file_in_base64(tmp_path: Path) -> None:
    value = base64.b64encode(b"PK\x03\x04").decode()
    polygons = {"value": value, "encoding": "base64", "mediaType": "application/zip"}
    call = read_call(
        find("site"), document(tmp_path, {"inputs": {"polygons": polygons}}), {}
    )
    assert call.file is not None
    assert (call.file.name, call.file.read_bytes()) == ("site.zip", b"PK\x03\x04")


def test_fields_of_a_form(tmp_path: Path) -> None:
    request = {"file": "a.zip", "fields": {"layers": "a, b,", "crs": "", "part": "x"}}
    call = read_call(find("site"), tmp_path, request)
    assert call.inputs == SiteInputs(layers=("a", "b"), part="x")
    assert call.file == tmp_path / "a.zip"


@pytest.mark.parametrize(
    ("process", "content", "code", "parameter"),
    [
        ("overlap", "[" * 100_000, "body_not_json", "body"),
        ("overlap", "{", "body_not_json", "body"),
        ("overlap", '{"inputs": {"left": "\\ud800', "body_not_json", "body"),
        ("overlap", "[]", "input_unusable", "body"),
        ("overlap", {"inputs": []}, "input_unusable", "inputs"),
        ("overlap", {"inputs": {"left": "a"}}, "input_unusable", "inputs.right"),
        (
            "overlap",
            {"inputs": {"left": "../a.gpkg", "right": "b"}},
            "input_unusable",
            "inputs.left",
        ),
        (
            "overlap",
            {"inputs": {"left": "a", "right": "b", "x": 1}},
            "input_unusable",
            "inputs.x",
        ),
        ("overlap", {"response": "x"}, "input_unusable", "response"),
        ("area", {"inputs": {}, "outputs": {"x": {}}}, "input_unusable", "outputs"),
        (
            "zonal",
            {"inputs": {"zones": "a", "raster": "b", "breaks": ["x"]}},
            "input_unusable",
            "inputs.breaks.0",
        ),
        (
            "site",
            {"inputs": {"polygons": {"href": "http://127.0.0.1/a"}}},
            "input_href",
            "polygons",
        ),
        (
            "site",
            {"inputs": {"polygons": {"value": "%", "mediaType": "application/zip"}}},
            "upload_base64",
            "polygons",
        ),
    ],
)
def test_bad_documents_are_refused_by_name(
    tmp_path: Path, process: str, content: Any, code: str, parameter: str
) -> None:
    with pytest.raises(EcobarrierError) as refused:
        read_call(find(process), document(tmp_path, content), {})
    assert refused.value.code == code
    assert refused.value.details["parameter"] == parameter


def test_nobody_is_called_back(tmp_path: Path) -> None:
    content = {"subscriber": {"successUri": "http://127.0.0.1/"}}
    with pytest.raises(EcobarrierError) as refused:
        read_call(find("area"), document(tmp_path, content), {})
    assert refused.value.code == "subscriber_refused"
