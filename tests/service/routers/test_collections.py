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
