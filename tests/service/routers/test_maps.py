import re
from typing import Any

import pytest
from starlette.testclient import TestClient


def rows(html: str) -> set[str]:
    return set(re.findall(r'class="layer" data-layer="(\w+)"', html))


def on(html: str) -> set[str]:
    return set(re.findall(r'data-layer="(\w+)" checked', html))


def test_usual_map(client: TestClient) -> None:
    answer = client.get("/map")
    assert answer.headers["content-type"].startswith("text/html")
    assert rows(answer.text) >= {"province", "redline", "sandy_lands"}
    assert "content-disposition" not in answer.headers


def test_all_layers_but_the_restricted(client: TestClient) -> None:
    html = client.get("/map?layers=all&lang=en").text
    assert rows(html) >= {"redline", "land_cover", "elevation"}
    assert "secret" not in rows(html)
    assert "redline" in on(html)
    assert "land_cover" not in on(html)


def test_chosen_layers_in_the_readers_language(client: TestClient) -> None:
    asked = {"accept-language": "en"}
    html = client.get("/map?layers=redline,land_cover", headers=asked).text
    assert '<html lang="en">' in html
    assert on(html) >= {"redline", "land_cover"}


def test_download_is_a_file(client: TestClient) -> None:
    answer = client.get("/map?layers=leagues&lang=zh&download=1")
    name = answer.headers["content-disposition"]
    assert re.fullmatch(
        r'attachment; filename="ecobarrier-zh-\d{4}-\d\d-\d\d.html"', name
    )


def test_a_map_is_drawn_once(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = client.get("/map?layers=leagues").text

    def fail(*_: Any, **__: Any) -> str:
        raise AssertionError("drawn again")

    monkeypatch.setattr("service.routers.maps.folium_map", fail)
    assert client.get("/map?layers=leagues").text == first
    assert client.get("/map?layers=leagues&lang=en").status_code == 500


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("layers=nothing", 404, "layer_not_found"),
        ("layers=leagues,secret", 403, "layer_restricted"),
        ("layers=../leagues.parquet", 404, "layer_not_found"),
        ("lang=mn", 422, "parameter_not_listed"),
        ("layers=,", 404, "layer_not_found"),
    ],
)
def test_refusals(client: TestClient, query: str, status: int, code: str) -> None:
    answer = client.get(f"/map?{query}")
    assert (answer.status_code, answer.json()["code"]) == (status, code)
