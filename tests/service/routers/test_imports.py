"""The upload page and the process ``import``: who may, what is kept and refused."""

import base64
import io
import json
import re
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from starlette.testclient import TestClient

from layers.importing.decisions import What
from layers.importing.options import ImportOptions
from service.app import create_app
from service.cli import main
from service.import_form import FIELDS, GROUPS
from service.import_words import import_words
from service.importing import RENAMED
from service.keys import add_key
from service.settings import Settings
from service.words import Language

RING = """J1,1,4466000.0000,{zone}373000.0000
J2,1,4466000.0000,{zone}3730{size}.0000
J3,1,4466025.0000,{zone}3730{size}.0000
J4,1,4466025.0000,{zone}373000.0000
"""
ENTITIES = b"""<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "aaaa">]>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><name>&a;</name></Document></kml>"""
PROCESS = "/processes/import/execution"
Post = Callable[..., Any]


def parcel(size: int = 20, zone: str = "36") -> bytes:
    text = "[地块坐标]\n4,0.05,DK1,管护房,面,,管护,,@\n"
    return (text + RING.format(size=size, zone=zone)).encode("gbk")


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("imports")


@pytest.fixture(scope="module")
def key(workspace: Path) -> str:
    return add_key(workspace, "planner", ["write"])[0]


@pytest.fixture(scope="module")
def anybody(workspace: Path) -> Iterator[TestClient]:
    settings = Settings(
        workspace=workspace, key_rate=0, workers=1, max_unpacked_bytes=100_000
    )
    with TestClient(create_app(settings), raise_server_exceptions=False) as made:
        yield made


@pytest.fixture(scope="module")
def post(anybody: TestClient, key: str) -> Post:
    """Send the form of the process with the key; answer the response."""

    def call(content: bytes, name: str = "a.txt", **fields: str) -> Any:
        return anybody.post(
            PROCESS,
            data=fields,
            files=[("file", (name, content))],
            headers={"X-API-Key": key},
        )

    return call


def test_fields_are_the_options() -> None:
    """Whatever the command line can overrule, the page can, by the same name."""
    options = set(ImportOptions.model_fields)
    assert {RENAMED.get(name, name) for name in FIELDS} == options
    for field in FIELDS.values():
        assert all(field.label)
        assert all(one.zh and one.en for one in field.choices)
    assert all(all(group.title) for group in GROUPS)
    assert import_words("zh").keys() == import_words("en").keys()


def test_command_has_every_field(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["import", "--help"])
    said = capsys.readouterr().out
    assert [one.option for one in FIELDS.values() if one.option not in said] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_page(anybody: TestClient, language: str) -> None:
    answer = anybody.get(f"/import?lang={language}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    names = set(re.findall(r' name="(\w+)"', answer.text))
    assert FIELDS.keys() | {"file", "key", "look", "viewport"} == names
    assert ("发布" in answer.text) == (language == "zh")
    assert "'self'" in answer.headers["content-security-policy"]
    script = anybody.get("/import/import.js")
    assert script.headers["content-type"].startswith("text/javascript")
    assert "http" not in script.text.replace("HTTP", "")
    assert anybody.get("/import/other.js").status_code == 422


def test_page_without_workspace(small_seeds: Path) -> None:
    with TestClient(create_app(Settings(seeds=small_seeds))) as client:
        page = client.get("/import?lang=en", headers={"Accept": "text/html"})
        assert "ECOBARRIER_WORKSPACE" in page.text
        assert client.post(PROCESS, json={"inputs": {}}).status_code == 403


def test_nobody_imports_without_the_scope(anybody: TestClient, workspace: Path) -> None:
    reader, _ = add_key(workspace, "reader", ["restricted", "jobs"])
    sent: dict[str, Any] = {"data": {"id": "mine"}}
    files = [("file", ("a.txt", parcel()))]
    for headers in ({}, {"X-API-Key": reader}):
        answer = anybody.post(PROCESS, **sent, files=files, headers=headers)
        assert answer.status_code == 403
        assert answer.json()["code"] == "scope_missing"
    for given in ("", reader, "eco_00000000_x"):
        fields = {"id": "mine", "key": given}
        answer = anybody.post("/import?lang=en", data=fields, files=files)
        assert answer.status_code == 403
        assert "write" in answer.text
        assert not given or given not in answer.text
    assert not (workspace / "layers").exists()


def test_basic_authentication_does_not_write(anybody: TestClient, key: str) -> None:
    """A browser sends it by itself, to whoever makes it."""
    files = [("file", ("a.txt", parcel()))]
    for address in (PROCESS, "/import"):
        answer = anybody.post(
            address, data={"id": "mine"}, files=files, auth=("any", key)
        )
        assert answer.status_code == 403


def test_look_keeps_nothing_and_publish_is_seen_at_once(
    post: Post, anybody: TestClient, workspace: Path
) -> None:
    looked = post(parcel(), id="seen", look="true").json()
    assert looked["published"] is False
    assert anybody.get("/collections/seen").status_code == 404
    assert not (workspace / "layers" / "seen").exists()
    made = post(parcel(), id="seen").json()
    assert made["published"] is True
    assert made["version"] == looked["version"]
    assert anybody.get("/collections/seen").json()["version"] == made["version"]
    assert anybody.get("/collections/seen/items").json()["numberMatched"] == 1


def test_service_follows_the_command_line(
    post: Post,
    anybody: TestClient,
    workspace: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first = post(parcel(), id="followed").json()["version"]
    monkeypatch.setenv("ECOBARRIER_WORKSPACE", str(workspace))
    (tmp_path / "b.txt").write_bytes(parcel(40))
    assert main(["import", str(tmp_path / "b.txt"), "--id", "followed", "--json"]) == 0
    second = anybody.get("/collections/followed").json()["version"]
    assert second != first
    assert main(["use", "followed", first, "--json"]) == 0
    assert anybody.get("/collections/followed").json()["version"] == first


def test_plain_form(anybody: TestClient, key: str) -> None:
    """Without scripts: a question with pictures, the answer, the page of the result."""
    files = [("file", ("a.txt", parcel(zone="")))]
    fields = {"id": "plain", "key": key, "look": "true", "title": '"><b>甲'}
    asked = anybody.post("/import?lang=zh", data=fields, files=files)
    assert asked.status_code == 422
    choices = re.findall(r'name="crs" value="(EPSG:\d+)"', asked.text)
    assert len(choices) >= 2
    pictures = re.findall(r'src="data:image/svg[^,]+,([^"]+)"', asked.text)
    assert len(pictures) == len(choices)
    assert all(b"<circle" in base64.b64decode(one) for one in pictures)
    assert key not in asked.text
    assert "<b>甲" not in asked.text
    assert "&lt;b&gt;甲" in asked.text
    # The empty text field of the form comes along with the choice.
    chosen = {**fields, "crs": ["", choices[0]], "look": "false"}
    made = anybody.post("/import?lang=zh", data=chosen, files=files)
    assert made.status_code == 200
    assert "/collections/plain/versions" in made.text
    assert anybody.get("/collections/plain").json()["sourceCrs"] == choices[0]


def test_report_is_inside_the_page(anybody: TestClient, key: str) -> None:
    bow = [[107, 40], [107.2, 40.2], [107.2, 40], [107, 40.2], [107, 40]]
    content = json.dumps({"type": "Polygon", "coordinates": [bow]}).encode()
    page = anybody.post(
        "/import?lang=en",
        data={"id": "bow", "key": key, "look": "true"},
        files=[("file", ("bow.geojson", content))],
    ).text
    assert "self-crossing" in page
    kept = dict(re.findall(r'download="([^"]+)" href="data:[^,]+,([^"]+)"', page))
    made = {
        name.rpartition("-")[2]: base64.b64decode(one) for name, one in kept.items()
    }
    (point,) = json.loads(made["faults.geojson"])["features"]
    assert point["geometry"]["coordinates"] == pytest.approx([107.1, 40.1])
    (repair,) = next(
        json.loads(one)["repairs"] for name, one in made.items() if ".json" in name
    )
    assert f"{repair['before_m2']:,.2f} m²" in page
    assert f"{repair['after_m2']:,.2f} m²" in page


def test_job_and_its_result(anybody: TestClient, key: str) -> None:
    headers = {"X-API-Key": key}
    files = [("file", ("a.txt", parcel()))]
    made = anybody.post(
        PROCESS,
        data={"id": "later"},
        files=files,
        headers={**headers, "Prefer": "respond-async"},
    )
    assert made.status_code == 201
    job = made.json()["jobID"]
    deadline = time.monotonic() + 300
    while anybody.get(f"/jobs/{job}", headers=headers).json()["status"] in (
        "accepted",
        "running",
    ):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    shown = anybody.get(f"/import/results/{job}?lang=en", headers=headers)
    assert "Published" in shown.text
    assert "499.80" in shown.text
    assert anybody.get(f"/import/results/{job}").status_code == 404
    assert anybody.get("/collections/later").status_code == 200


def test_document(anybody: TestClient, key: str) -> None:
    value = base64.b64encode(parcel()).decode()
    sent = {"name": "../../a.txt", "value": value}
    inputs = {"id": "document", "files": [sent], "zone": 36, "look": True}
    headers = {"X-API-Key": key}
    body = {"inputs": inputs, "response": "document"}
    answer = anybody.post(PROCESS, json=body, headers=headers).json()
    assert answer["report"]["files"][0]["name"] == "a.txt"
    for files in ("a.txt", [{"name": "a.txt"}], ["a"], [{**sent, "value": "=%"}]):
        body = {"inputs": {**inputs, "files": files}}
        refused = anybody.post(PROCESS, json=body, headers=headers)
        assert refused.status_code == 422, files
    body = {"inputs": {**inputs, "report": "x.json"}}
    refused = anybody.post(PROCESS, json=body, headers=headers)
    assert refused.json()["code"] == "import_option_wrong"


def test_raw_body(anybody: TestClient, key: str) -> None:
    headers = {"X-API-Key": key, "Content-Type": "application/octet-stream"}
    address = f"{PROCESS}?id=raw&name=a.txt&look=true"
    answer = anybody.post(address, content=parcel(), headers=headers)
    assert answer.json()["areas_m2"] == {"DK1": pytest.approx(499.80, abs=0.01)}


def archive(members: dict[str, bytes]) -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in members.items():
            made.writestr(name, content)
    return kept.getvalue()


@pytest.mark.parametrize("suffix", ["zip", "kmz", "xlsx"])
def test_archive_that_unpacks_to_too_much(post: Post, suffix: str) -> None:
    bomb = archive({"a.kml": b" " * 200_000})
    assert len(bomb) < 1000
    answer = post(bomb, f"a.{suffix}", id="bomb")
    assert answer.status_code == 413
    assert answer.json()["code"] == "limit_unpacked"


def test_names_inside_an_archive_stay_inside(post: Post, workspace: Path) -> None:
    answer = post(archive({"../../up.txt": parcel()}), "a.zip", id="inside")
    assert answer.status_code == 200
    assert not list(workspace.rglob("up.txt"))


@pytest.mark.parametrize(
    ("name", "content", "fields", "code"),
    [
        ("a.doc", b"x", {}, "upload_no_layer"),
        ("a.txt", b"", {}, "layer_empty_file"),
        ("a.kml", ENTITIES, {}, "xml_not_read"),
        ("a.gpkg", b"no database", {}, "layer_wrong_content"),
        ("a.txt", parcel(), {"zone": "99"}, "import_option_wrong"),
        ("a.txt", parcel(), {"id": "../x"}, "import_option_wrong"),
        ("a.txt", parcel(), {"colour": "red"}, "import_option_wrong"),
        ("a.txt", parcel(), {"prefix": "without"}, "import_prefix_contradicted"),
    ],
)
def test_refusals(
    post: Post, name: str, content: bytes, fields: dict[str, str], code: str
) -> None:
    answer = post(content, name, **{"id": "refused", **fields})
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    assert answer.json()["text"]["zh"]


def test_two_files_of_one_name(anybody: TestClient, key: str) -> None:
    files = [("file", ("a.txt", parcel())), ("file", ("A.txt", parcel()))]
    headers = {"X-API-Key": key}
    answer = anybody.post(PROCESS, data={"id": "two"}, files=files, headers=headers)
    assert answer.json()["code"] == "upload_name_twice"
    answer = anybody.post(PROCESS, data={"id": "two"}, files=[], headers=headers)
    assert answer.status_code in (415, 422)


def test_restricted_layer_stays_closed(
    post: Post, anybody: TestClient, workspace: Path
) -> None:
    """Who brought it in reads the report; the layer and its versions are closed."""
    report = post(parcel(), id="closed", secrecy="内部", scope="仅限本单位").json()
    assert report["restricted"] is True
    both, _ = add_key(workspace, "both", ["write", "restricted"])
    version = report["version"]
    addresses = [
        "/collections/closed/items",
        "/collections/closed/versions",
        f"/collections/closed/versions/{version}",
        f"/collections/closed/versions/{version}/faults",
        f"/collections/closed/diff?left={version}&right={version}",
    ]
    for one in addresses:
        assert anybody.get(one).status_code == 403, one
        opened = anybody.get(one, headers={"X-API-Key": both})
        assert opened.status_code == 200, one
    assert "内部" in anybody.get("/collections/closed").json()["caution"]["zh"]


@pytest.mark.parametrize(
    "bounds", ["1,2,3", "a,b,c,d", "nan,1,2,3", "5,1,4,2", "0,-95,1,2"]
)
def test_preview_of_no_box(anybody: TestClient, bounds: str) -> None:
    assert anybody.get(f"/import/preview.svg?bounds={bounds}").status_code == 422


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_of_decision_has_a_name(language: Language) -> None:
    assert {f"what_{what}" for what in get_args(What)} <= set(import_words(language))
