import re

import pytest
from starlette.testclient import TestClient


@pytest.fixture
def client(client: TestClient) -> TestClient:
    """A browser: it asks for pages."""
    client.headers["accept"] = "text/html,application/xhtml+xml,*/*;q=0.8"
    return client


@pytest.mark.parametrize(
    ("wish", "lang"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh-CN"),
        ("en-US", "en"),
        ("fr,en", "en"),
        ("", "zh-CN"),
    ],
)
def test_language_follows_the_browser(client: TestClient, wish: str, lang: str) -> None:
    html = client.get("/layers", headers={"accept-language": wish}).text
    assert f'<html lang="{lang}">' in html


def test_table_names_each_layer_with_status_licence_and_source(
    client: TestClient,
) -> None:
    html = client.get("/layers?lang=en").text
    found = re.findall(r'<tr data-layer="(\w+)">(.*?)</tr>', html, re.DOTALL)
    layers = dict(found)
    assert set(layers) >= {"province", "redline", "land_cover", "secret"}
    for row in layers.values():
        assert 'class="badge ' in row
        assert "CC0-1.0" in row
        assert "made in code" in row
    assert "Modelled" in layers["redline"]
    assert "a model for tests only" in layers["redline"]


def test_links_lead_somewhere(client: TestClient) -> None:
    html = client.get("/layers?lang=en").text
    links = set(re.findall(r'(?:href|src)="([^"#]+)"', html)) - {"data:,"}
    assert {"/collections", "/openapi.json", "/health"} <= links
    for link in links:
        assert link.startswith("/"), link
        assert client.get(link.replace("&amp;", "&")).status_code == 200, link


def test_restricted_layers_offer_nothing_to_take(client: TestClient) -> None:
    html = client.get("/layers").text
    row = re.findall(r'<tr data-layer="secret">(.*?)</tr>', html, re.DOTALL)[0]
    assert "GeoJSON" not in row
    assert "/map" not in row
