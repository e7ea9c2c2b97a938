import pytest
from starlette.testclient import TestClient

from layers.catalog import Catalog
from service.analysis import overlap_report


def test_same_object_as_the_use_case(client: TestClient, catalog: Catalog) -> None:
    answer = client.get("/overlap?left=leagues&right=sandy_lands")
    assert answer.status_code == 200
    report = overlap_report(catalog, "leagues", "sandy_lands")
    assert answer.json() == report.model_dump(mode="json")


def test_restricted_layer_may_be_overlapped(client: TestClient) -> None:
    answer = client.get("/overlap?left=leagues&right=secret")
    totals = answer.json()["totals"]
    assert totals["overlap_dissolved_m2"] == pytest.approx(totals["left_m2"])
    assert "coordinates" not in answer.text


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("left=leagues", 422, "parameter_missing"),
        ("left=leagues&right=nothing", 404, "layer_not_found"),
        ("left=land_cover&right=leagues", 400, "overlap_needs_vector"),
        ("left=leagues&right=./leagues.parquet", 404, "layer_not_found"),
    ],
)
def test_refusals(client: TestClient, query: str, status: int, code: str) -> None:
    answer = client.get(f"/overlap?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
