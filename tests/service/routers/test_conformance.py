from starlette.testclient import TestClient


def test_classes_of_the_standards(client: TestClient) -> None:
    classes = client.get("/conformance").json()["conformsTo"]
    features = "http://www.opengis.net/spec/ogcapi-features"
    assert f"{features}-1/1.0/conf/core" in classes
    assert f"{features}-2/1.0/conf/crs" in classes
    assert f"{features}-3/1.0/conf/features-filter" in classes
    assert "http://www.opengis.net/spec/cql2/1.0/conf/cql2-text" in classes
    assert len(classes) == len(set(classes))


def test_the_landing_page_leads_everywhere(client: TestClient) -> None:
    body = client.get("/").json()
    links = {one["rel"].rsplit("/", 1)[-1]: one for one in body["links"]}
    standard = {"self", "service-desc", "conformance", "data"}
    assert links.keys() == standard | {"tiling-schemes", "processes", "job-list"}
    for one in links.values():
        answer = client.get(one["href"])
        assert answer.status_code == 200
        assert answer.headers["content-type"] == one["type"]
