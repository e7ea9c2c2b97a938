import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


def test_each_layer_says_what_it_is(client: TestClient) -> None:
    body = client.get("/collections").json()
    layers = {one["id"]: one for one in body["collections"]}
    assert list(layers)[:2] == ["province", "leagues"]
    for layer in layers.values():
        assert layer["status"]
        assert layer["licence"]
        assert layer["provenance"]["source"]
        assert layer["titles"].keys() == {"zh", "en"}
        assert len(layer["version"]) == 12
    assert layers["redline"]["caution"]["en"]


def test_title_is_in_the_readers_language(client: TestClient) -> None:
    asked = {"accept-language": "en-GB,en;q=0.9"}
    english = client.get("/collections/leagues", headers=asked).json()
    assert english["title"] == "Layer leagues"
    chinese = client.get("/collections/leagues?lang=zh", headers=asked).json()
    assert chinese["title"] == "图层leagues"
    assert client.get("/collections/leagues").json()["title"] == "图层leagues"


def test_links_lead_somewhere(client: TestClient) -> None:
    for layer in client.get("/collections").json()["collections"]:
        for link in layer["links"]:
            if link["rel"] != "preview":
                assert client.get(link["href"]).status_code == 200


def test_restricted_layer_offers_neither_items_nor_map(client: TestClient) -> None:
    links = client.get("/collections/secret").json()["links"]
    assert [link["rel"] for link in links] == ["self", "alternate"]


def test_where_files_lie_is_not_told(client: TestClient) -> None:
    assert "path" not in client.get("/collections/leagues").json()
    assert ".parquet" not in client.get("/collections").text


def test_unknown_layer_is_a_problem_with_the_known_ones(client: TestClient) -> None:
    answer = client.get("/collections/leages")
    assert answer.status_code == 404
    assert "leagues" in answer.json()["detail"]


def test_seed_catalogue_is_complete() -> None:
    client = TestClient(create_app(Settings()))
    layers = client.get("/collections").json()["collections"]
    kinds = [layer["kind"] for layer in layers]
    assert kinds.count("vector") >= 11
    assert kinds.count("raster") >= 5


CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG = "http://www.opengis.net/def/crs/EPSG/0"


def test_crs_are_those_of_the_standard_and_the_regions_zones(
    client: TestClient,
) -> None:
    body = client.get("/collections/leagues").json()
    assert body["crs"][0] == CRS84
    assert body["storageCrs"] == f"{EPSG}/4490"
    assert {f"{EPSG}/{code}" for code in (4326, 4490, 3857, 4520, 4530, 4549)} <= set(
        body["crs"]
    )
    assert len(body["crs"]) == 4 + 2 * (11 + 6)
    assert "crs" not in client.get("/collections/land_cover").json()


def test_where_and_when(client: TestClient) -> None:
    body = client.get("/collections/leagues").json()
    assert body["extent"]["spatial"] == {"bbox": [[108, 39, 112, 42]], "crs": CRS84}
    raster = client.get("/collections/elevation").json()
    assert raster["extent"]["spatial"]["bbox"][0] == pytest.approx([108, 39, 112, 42])


def test_a_restricted_layer_tells_neither_place_nor_number(client: TestClient) -> None:
    body = client.get("/collections/secret").json()
    assert "extent" not in body
    assert body["rows"] is None
    assert body["sha256"] is None
    everything = client.get("/collections").json()["collections"]
    listed = next(one for one in everything if one["id"] == "secret")
    body["links"] = [one for one in body["links"] if one["rel"] != "alternate"]
    assert listed == body


def test_queryables_are_a_schema_of_what_filters_name(client: TestClient) -> None:
    answer = client.get("/collections/leagues/queryables?lang=en")
    assert answer.headers["content-type"] == "application/schema+json"
    body = answer.json()
    assert body["title"] == "Layer leagues"
    assert body["properties"].keys() == {
        "id",
        "name_zh",
        "name_en",
        "adcode",
        "geometry",
    }
    assert body["properties"]["adcode"] == {"title": "adcode", "type": "string"}
    assert body["properties"]["geometry"]["format"].startswith("geometry-polygon")
    for name in body["properties"]:
        filtered = f"/collections/leagues/items?filter={name} IS NULL"
        assert client.get(filtered).json()["numberMatched"] == 0
    sortable = client.get("/collections/leagues/sortables").json()["properties"]
    assert sortable.keys() == body["properties"].keys() - {"geometry"}
    for name in sortable:
        assert (
            client.get(f"/collections/leagues/items?sortby={name}").status_code == 200
        )


@pytest.mark.parametrize(
    "path", ["/collections", "/collections/leagues", "/conformance", "/api"]
)
def test_unknown_parameters_are_refused(client: TestClient, path: str) -> None:
    answer = client.get(f"{path}?lng=en")
    assert (answer.status_code, answer.json()["code"]) == (400, "parameter_unknown")
    assert "lng" in answer.json()["text"]["zh"]
    assert client.get(f"{path}?f=json").status_code == 200
