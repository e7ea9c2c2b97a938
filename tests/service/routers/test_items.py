from typing import Any

import pyogrio
import pytest
import shapely
from starlette.testclient import TestClient

from service.routers import items


def get(client: TestClient, path: str) -> dict[str, Any]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/geo+json"
    body: dict[str, Any] = answer.json()
    return body


def ids(body: dict[str, Any]) -> list[str]:
    return [feature["id"] for feature in body["features"]]


def link(body: dict[str, Any], rel: str) -> str | None:
    return next((one["href"] for one in body["links"] if one["rel"] == rel), None)


def test_features_say_who_they_are(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items?limit=1")
    (feature,) = body["features"]
    properties = feature["properties"]
    assert properties["adcode"] == "150100"
    assert properties["name_zh"] == "西盟"
    assert properties["name_en"] == "West League"
    assert body["layer"]["status"] == "official"
    assert body["layer"]["licence"] == "CC0-1.0"
    assert "crs" not in body


def test_caution_travels_with_the_features(client: TestClient) -> None:
    layer = get(client, "/collections/redline/items")["layer"]
    assert layer["status"] == "modelled"
    assert layer["caution"]["en"] == "a model for tests only"


def test_pages_cover_the_layer_once(client: TestClient) -> None:
    path: str | None = "/collections/leagues/items?limit=2"
    seen: list[str] = []
    while path is not None:
        body = get(client, path)
        assert body["numberMatched"] == 3
        assert body["numberReturned"] == len(body["features"])
        seen += ids(body)
        path = link(body, "next")
    assert seen == ["a", "b", "c"]


def test_next_keeps_the_other_parameters(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items?bbox=108,39,112,42&limit=1")
    following = link(body, "next")
    assert following is not None
    assert "bbox=108,39,112,42" in following
    assert ids(get(client, following)) == ["b"]


def test_hard_18_limit_is_reduced_to_the_services(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items?limit=100000")
    assert body["numberReturned"] == 2
    assert link(body, "next") is not None


def test_hard_18_heavy_features_end_a_page_early(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(items, "MAX_VERTICES", 7)
    assert get(client, "/collections/leagues/items?limit=2")["numberReturned"] == 1
    monkeypatch.setattr(items, "MAX_VERTICES", 1)
    assert get(client, "/collections/leagues/items?limit=2")["numberReturned"] == 1


@pytest.mark.parametrize(
    ("bbox", "expected"),
    [
        ("108.5,40.5,109,41", ["a"]),
        ("109,39.5,111,39.8", ["c"]),
        ("110,41,110,41", ["a", "b"]),
        ("-10,-10,-5,-5", []),
        ("111.5,40.5,-170,41", ["b"]),
        ("108.5,40.5,0,109,41,3000", ["a"]),
        ("-270,-135,270,135", ["a", "b"]),
    ],
)
def test_bbox_takes_what_it_touches(
    client: TestClient, bbox: str, expected: list[str]
) -> None:
    assert ids(get(client, f"/collections/leagues/items?bbox={bbox}")) == expected


def test_ldproxy_661_bbox_outside_is_an_empty_answer(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items?bbox=0,0,1,1")
    assert (body["numberMatched"], body["numberReturned"]) == (0, 0)
    assert link(body, "next") is None


def test_offset_beyond_the_end_is_empty(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items?offset=50")
    assert (body["numberMatched"], body["features"]) == (3, [])


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("bbox=1,2", "bbox_numbers", "bbox"),
        ("bbox=108,42,112,39", "bbox_order", "bbox"),
        ("bbox=39,108,42,112", "bbox_off_globe", "bbox"),
        ("limit=0", "parameter_too_small", "limit"),
        ("limit=x", "parameter_not_integer", "limit"),
        ("offset=-1", "parameter_too_small", "offset"),
    ],
)
def test_bad_parameters_are_named(
    client: TestClient, query: str, code: str, parameter: str
) -> None:
    answer = client.get(f"/collections/leagues/items?{query}")
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == code
    assert body["details"]["parameter"] == parameter


@pytest.mark.parametrize(
    ("layer", "status", "code"),
    [
        ("nothing", 404, "layer_not_found"),
        ("land_cover", 400, "raster_has_no_items"),
        ("secret", 403, "layer_restricted"),
        ("province.parquet", 404, "layer_not_found"),
    ],
)
def test_refusals(client: TestClient, layer: str, status: int, code: str) -> None:
    answer = client.get(f"/collections/{layer}/items")
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_gdal_reads_an_answer(client: TestClient) -> None:
    content = client.get("/collections/leagues/items").content
    table = pyogrio.read_dataframe(content)
    assert table["name_zh"].tolist() == ["西盟", "东盟"]
    assert shapely.area(table.geometry.to_numpy()).tolist() == pytest.approx([4, 4])
