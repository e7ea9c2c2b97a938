import json
from typing import Any
from urllib.parse import quote, urlencode

import cql2
import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Transformer
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
    path = "/collections/leagues/items?limit=2"
    assert get(client, path)["numberReturned"] == 2
    for budget in (300, 1):
        monkeypatch.setattr(items, "PAGE_BYTES", budget)
        body = get(client, path)
        assert body["numberReturned"] == 1
        following = link(body, "next")
        assert following is not None
        assert ids(get(client, following)) == ["b"]


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


GK_36 = "http://www.opengis.net/def/crs/EPSG/0/4524"


@pytest.mark.parametrize(
    ("query", "code", "parameter"),
    [
        ("bbox=1,2", "bbox_numbers", "bbox"),
        ("bbox=108,42,112,nan", "bbox_numbers", "bbox"),
        ("bbox=108,42,112,39", "bbox_order", "bbox"),
        ("bbox=39,108,42,112", "bbox_off_globe", "bbox"),
        ("bbox=108,39,112,42&bbox-crs=EPSG:4490", "bbox_off_globe_lat_first", "bbox"),
        (f"bbox=5,5,1,9&bbox-crs={GK_36}", "bbox_order_plane", "bbox"),
        ("bbox-crs=EPSG:2381", "crs_not_offered", "bbox-crs"),
        ("crs=EPSG:99", "crs_not_offered", "crs"),
        ("filter-crs=x", "crs_not_offered", "filter-crs"),
        ("limit=0", "parameter_too_small", "limit"),
        ("limit=x", "parameter_not_integer", "limit"),
        ("offset=-1", "parameter_too_small", "offset"),
        ("skipGeometry=maybe", "parameter_not_listed", "skipGeometry"),
        ("filter-lang=sql", "parameter_not_listed", "filter-lang"),
        ("datetime=yesterday", "datetime_invalid", "datetime"),
        ("datetime=2020-01-01/2019-01-01", "datetime_invalid", "datetime"),
        ("sortby=size", "property_unknown", "sortby"),
        ("properties=size", "property_unknown", "properties"),
        ("filter=name_zh", "filter_not_condition", "filter"),
        ("filter=name_zh+=", "filter_syntax", "filter"),
        ("filter=size=1", "property_unknown", "filter"),
        ("f=xml", "form_not_offered", "f"),
        ("boox=1,2,3,4", "parameter_unknown", "boox"),
    ],
)
def test_bad_parameters_are_named(
    client: TestClient, query: str, code: str, parameter: str
) -> None:
    answer = client.get(f"/collections/leagues/items?{query}")
    body = answer.json()
    assert (answer.status_code, body["code"]) == (400, code)
    assert body["details"]["parameter"] == parameter
    assert parameter in body["text"]["zh"]
    assert parameter in body["text"]["en"]


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


@pytest.mark.parametrize(
    ("crs", "box", "expected"),
    [
        ("OGC:CRS84", "108.5,40.5,109,41", ["a"]),
        ("EPSG:4326", "40.5,108.5,41,109", ["a"]),
        ("EPSG:4490", "40.5,108.5,41,109", ["a"]),
        ("EPSG:4490", "39.2,111,39.5,111.5", ["c"]),
        ("EPSG:3857", "12078000,4940000,12080000,4950000", ["a"]),
        (GK_36, "4490000,36550000,4500000,36560000", ["a"]),
        ("EPSG:4526", "4490000,38200000,4500000,38210000", ["b"]),
    ],
)
def test_hard_25_bbox_is_in_the_axis_order_of_its_crs(
    client: TestClient, crs: str, box: str, expected: list[str]
) -> None:
    uri = {"OGC:CRS84": "http://www.opengis.net/def/crs/OGC/1.3/CRS84"}.get(crs, crs)
    body = get(client, f"/collections/leagues/items?bbox={box}&bbox-crs={uri}")
    assert ids(body) == expected


OFF_THE_LAYER = [("EPSG:4490", "0,0,1,1"), ("EPSG:3857", "0,0,1,1")]
OFF_THE_LAYER += [("EPSG:3857", "1e9,1e9,2e9,2e9"), (GK_36, "0,0,1,1")]
OFF_THE_LAYER += [(GK_36, "-1e9,9e9,1e9,9e10")]


@pytest.mark.parametrize(("crs", "box"), OFF_THE_LAYER)
def test_ldproxy_661_bbox_off_the_layer_is_empty_in_any_crs(
    client: TestClient, crs: str, box: str
) -> None:
    body = get(client, f"/collections/leagues/items?bbox={box}&bbox-crs={crs}")
    assert (body["numberMatched"], body["features"]) == (0, [])


@pytest.mark.parametrize("code", [4326, 4490, 3857, 4524, 4547])
def test_hard_26_coordinates_come_in_the_authoritys_order(
    client: TestClient, code: int
) -> None:
    path = f"/collections/leagues/items/a?crs=EPSG:{code}"
    answer = client.get(path)
    uri = f"http://www.opengis.net/def/crs/EPSG/0/{code}"
    assert answer.headers["content-crs"] == f"<{uri}>"
    found = np.array(answer.json()["geometry"]["coordinates"][0])
    # As pyproj has it when it is told to keep the authority's order.
    step = Transformer.from_crs(4490, code)
    corners = np.column_stack(step.transform([40, 40, 42, 42], [108, 110, 110, 108]))
    distances = np.abs(found[:, None, :] - corners[None]).max(axis=2).min(axis=0)
    assert distances.max() < 0.002
    assert "crs" not in answer.json()


def test_crs_of_gauss_krueger_zones_is_told_apart_by_its_prefix(
    client: TestClient,
) -> None:
    def east(code: int) -> float:
        body = client.get(f"/collections/leagues/items/b?crs=EPSG:{code}").json()
        return float(body["geometry"]["coordinates"][0][0][1])

    assert east(4526) - east(4547) == pytest.approx(38_000_000)


def test_hard_35_shells_are_counter_clockwise(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items")
    for feature in body["features"]:
        (ring,) = feature["geometry"]["coordinates"]
        assert shapely.is_ccw(shapely.LinearRing(ring))


def test_hard_28_no_crs_member_in_any_crs(client: TestClient) -> None:
    for crs in ("EPSG:4490", "EPSG:3857"):
        assert "crs" not in get(client, f"/collections/leagues/items?crs={crs}")


@pytest.mark.parametrize(
    ("filter_text", "expected"),
    [
        ("name_zh = '西盟'", ["a"]),
        ("name_en LIKE '%League' AND NOT adcode = '150100'", ["b", "c"]),
        ("adcode IN ('150100','150300')", ["a", "c"]),
        ("id > 'a'", ["b", "c"]),
        ("CASEI(name_en) = CASEI('WEST LEAGUE')", ["a"]),
        ("S_INTERSECTS(geometry, POINT(109 41))", ["a"]),
        ("S_TOUCHES(geometry, BBOX(112,40,113,42))", ["b", "c"]),
        (
            "S_CONTAINS(POLYGON((107 38,113 38,113 40.5,107 40.5,107 38)),geometry)",
            ["c"],
        ),
        ("geometry IS NULL", []),
        ("true", ["a", "b", "c"]),
    ],
)
def test_filters(client: TestClient, filter_text: str, expected: list[str]) -> None:
    query = {"filter": filter_text, "limit": "2"}
    body = get(client, f"/collections/leagues/items?{urlencode(query)}")
    assert body["numberMatched"] == len(expected)
    assert ids(body) == expected[:2]
    parsed = cql2.parse_text(filter_text).to_json()
    query |= {"filter": json.dumps(parsed), "filter-lang": "cql2-json"}
    assert ids(get(client, f"/collections/leagues/items?{urlencode(query)}")) == ids(
        body
    )


@pytest.mark.parametrize(
    ("crs", "geometry"),
    [
        ("EPSG:4490", "POINT(41 109)"),
        ("EPSG:3857", "POINT(12133824.6 5012341.66)"),
        (GK_36, "BBOX(4541000,36500000,4542000,36501000)"),
    ],
)
def test_filter_crs_is_in_the_authoritys_order(
    client: TestClient, crs: str, geometry: str
) -> None:
    query = {"filter": f"S_INTERSECTS(geometry,{geometry})", "filter-crs": crs}
    assert ids(get(client, f"/collections/leagues/items?{urlencode(query)}")) == ["a"]


def test_properties_are_filtered_by_their_names(client: TestClient) -> None:
    assert ids(get(client, "/collections/leagues/items?adcode=150200")) == ["b"]
    assert ids(get(client, "/collections/leagues/items?id=c&name_en=South League")) == [
        "c"
    ]
    assert ids(get(client, "/collections/leagues/items?name_zh=none")) == []


def test_sorted_pages(client: TestClient) -> None:
    path: str | None = "/collections/leagues/items?sortby=-adcode&limit=1"
    seen: list[str] = []
    while path is not None:
        body = get(client, path)
        seen += ids(body)
        path = link(body, "next")
    assert seen == ["c", "b", "a"]
    assert ids(get(client, "/collections/leagues/items?sortby=%2Bname_en")) == [
        "b",
        "c",
    ]


def test_back_leads_where_one_came_from(client: TestClient) -> None:
    first = get(client, "/collections/leagues/items?limit=2")
    assert link(first, "prev") is None
    following = link(first, "next")
    assert following is not None
    second = get(client, following)
    before = link(second, "prev")
    assert before is not None
    assert ids(get(client, before)) == ids(first)
    assert link(second, "next") is None


def test_pages_of_a_replaced_version_are_gone(client: TestClient) -> None:
    following = link(get(client, "/collections/leagues/items?limit=1"), "next")
    assert following is not None
    version = get(client, "/collections/leagues/items")["layer"]["version"]
    assert f"version={version}" in following
    answer = client.get(following.replace(version, "0123456789ab"))
    assert (answer.status_code, answer.json()["code"]) == (410, "version_gone")


def test_properties_and_geometry_can_be_left_out(client: TestClient) -> None:
    path = "/collections/leagues/items?properties=adcode&skipGeometry=true"
    for feature in get(client, path)["features"]:
        assert feature["properties"].keys() == {"adcode"}
        assert feature["geometry"] is None
    assert (
        get(client, "/collections/leagues/items?properties=")["features"][0][
            "properties"
        ]
        == {}
    )


def test_datetime_without_a_time_says_that_it_did_nothing(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items?datetime=2020-01-01")
    assert body["numberMatched"] == 3
    assert body["notes"][0]["code"] == "datetime_not_stated"


def test_one_feature(client: TestClient) -> None:
    body = get(client, "/collections/leagues/items/b")
    assert (body["type"], body["id"]) == ("Feature", "b")
    assert body["properties"]["name_zh"] == "东盟"
    assert body["layer"]["licence"] == "CC0-1.0"
    assert link(body, "collection")
    assert client.get(str(link(body, "self"))).status_code == 200


@pytest.mark.parametrize("name", ["x", "a/b", "%00", "a" * 3000, "中"])
def test_an_unknown_feature_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"/collections/leagues/items/{quote(name)}")
    assert answer.status_code == 404


def test_a_features_page_refuses_what_it_does_not_know(client: TestClient) -> None:
    answer = client.get("/collections/leagues/items/a?adcode=1")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_unknown")


def test_restricted_features_do_not_leave_by_any_way(client: TestClient) -> None:
    for path in ("items", "items/a", "items/zz", "queryables", "sortables"):
        answer = client.get(f"/collections/secret/{path}")
        assert (answer.status_code, answer.json()["code"]) == (403, "layer_restricted")


def test_head_is_get_without_the_body(client: TestClient) -> None:
    for path in ("/collections/leagues/items", "/collections", "/conformance", "/"):
        head, whole = client.head(path), client.get(path)
        assert head.status_code == 200
        assert head.content == b""
        assert head.headers["content-type"] == whole.headers["content-type"]
        assert head.headers["content-length"] == whole.headers["content-length"]


def test_browsers_get_the_page(client: TestClient) -> None:
    asked = {"accept": "text/html,*/*;q=0.8"}
    answer = client.get("/collections/leagues/items", headers=asked)
    assert answer.headers["content-type"].startswith("text/html")
    assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))


def test_large_pages_are_streamed(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = client.get("/collections/leagues/items")
    monkeypatch.setattr(items, "WHOLE_BYTES", 0)
    streamed = client.get("/collections/leagues/items")
    assert "content-length" not in streamed.headers
    assert streamed.content == whole.content
