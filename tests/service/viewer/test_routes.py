"""The addresses that the page asks."""

import json

import pytest
from starlette.testclient import TestClient

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_page_is_the_viewer_and_programs_get_json(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER)
    assert 'id="map"' in page.text
    assert client.get("/").json()["links"]
    policy = page.headers["content-security-policy"]
    assert "worker-src blob:" in policy
    assert "unsafe" not in policy
    assert "script-src 'self';" in policy


def test_files_are_kept_for_ever_and_have_a_strong_tag(client: TestClient) -> None:
    html = client.get("/", headers=BROWSER).text
    base = html.split('data-assets="')[1].split('"')[0]
    for name in ("maplibre-gl.js", "app.js", "tokens.css"):
        answer = client.get(f"{base}/{name}")
        assert answer.status_code == 200
        tag = answer.headers["etag"]
        assert not tag.startswith("W/")
        assert "immutable" in answer.headers["cache-control"]
        again = client.get(f"{base}/{name}", headers={"if-none-match": tag})
        assert again.status_code == 304
    assert b"sourceMappingURL" not in client.get(f"{base}/maplibre-gl.js").content


@pytest.mark.parametrize("name", ["..%2f..%2fapp.py", "nothing.js", "tokens"])
def test_no_other_file_is_answered(client: TestClient, name: str) -> None:
    html = client.get("/", headers=BROWSER).text
    base = html.split('data-assets="')[1].split('"')[0]
    assert client.get(f"{base}/{name}").status_code == 404
    assert client.get("/viewer/0000/app.js").status_code == 404


def test_start_tells_restricted_layers_by_name_only(client: TestClient) -> None:
    layers = {
        one["id"]: one for one in client.get("/viewer/start.json").json()["layers"]
    }
    assert layers["secret"]["map"] is None
    assert layers["secret"]["figures"] == []
    assert layers["redline"]["map"]["layers"]
    assert layers["province"]["map"]["layers"] == []
    assert layers["elevation"]["map"]["source"]["maxzoom"] >= 1


def test_identify_finds_features_and_cells(client: TestClient) -> None:
    found = client.get("/identify", params={"lon": 110.05, "lat": 40.55}).json()
    layers = {one["layer"] for one in found["features"]}
    assert "province" in layers
    assert "secret" not in layers
    cells = {one["layer"]: one for one in found["cells"]}
    # Column 20 and row 14 of the raster made in conftest.
    assert cells["elevation"]["value"] == 1000 + 30 * 20 + 10 * 14
    assert cells["land_cover"]["label"] == {"zh": "裸地", "en": "Barren"}


def test_identify_outside_of_everything(client: TestClient) -> None:
    found = client.get("/identify", params={"lon": 0, "lat": 0}).json()
    assert found["features"] == []
    assert {one["value"] for one in found["cells"]} == {None}


def test_identify_lines_within_reach(client: TestClient) -> None:
    at = {"lon": 110.0, "lat": 39.8}
    near = client.get("/identify", params={**at, "reach": 0.3}).json()
    far = client.get("/identify", params=at).json()
    rivers = [one for one in near["features"] if one["layer"] == "yellow_river"]
    assert rivers
    assert rivers[0]["area_m2"] is None
    assert not [one for one in far["features"] if one["layer"] == "yellow_river"]


@pytest.mark.parametrize("query", ["lon=111", "lon=x&lat=1", "lon=1&lat=91"])
def test_identify_refuses_with_a_reason(client: TestClient, query: str) -> None:
    answer = client.get(f"/identify?{query}")
    assert 400 <= answer.status_code < 500
    assert answer.json()["text"]["zh"]


def test_glyphs_are_never_404(client: TestClient) -> None:
    answer = client.get("/glyphs/Ecobarrier Regular/65024-65279.pbf")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/x-protobuf"
    assert client.get("/glyphs/Any%20Font/1024-1279.pbf").status_code == 200


def test_pieces_are_the_shared_shapes(client: TestClient) -> None:
    site = {
        "type": "Polygon",
        "coordinates": [
            [[110, 40], [110.5, 40], [110.5, 40.5], [110, 40.5], [110, 40]]
        ],
    }
    answer = client.post(
        "/processes/pieces/execution",
        json={"inputs": {"polygons": site, "layers": ["province", "secret"]}},
    ).json()
    roles = [one["properties"]["role"] for one in answer["features"]]
    assert roles == ["site", "piece"]
    assert "secret" not in json.dumps(answer)
    assert answer["bbox"] == [110, 40, 110.5, 40.5]
    assert answer["rest_m2"] == pytest.approx(0, abs=1)
