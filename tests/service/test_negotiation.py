import pytest
from starlette.testclient import TestClient

from service.negotiation import Form, preferred

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,"
    "*/*;q=0.8"
)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        (CHROME, "html"),
        ("text/html", "html"),
        ("application/json", "json"),
        ("application/geo+json, application/json;q=0.9", "json"),
        ("text/html;q=0.5, application/json;q=0.9", "json"),
        ("application/json;q=0, text/html;q=0.1, application/*;q=0", "html"),
        ("text/*, application/json;q=0.2", "html"),
        ("image/png", "json"),
        ("text/html;q=nonsense", "json"),
        (";;;,,,q=", "json"),
        ("TEXT/HTML", "html"),
    ],
)
def test_form_follows_accept(accept: str, form: Form) -> None:
    assert preferred(accept) == form


@pytest.mark.parametrize(
    "path",
    [
        "/processes",
        "/processes/overlap",
        "/jobs",
        "/tileMatrixSets",
        "/tileMatrixSets/WebMercatorQuad",
        "/collections/leagues/tiles",
        "/collections/leagues/tiles/WebMercatorQuad",
    ],
)
def test_people_and_programs_share_addresses(client: TestClient, path: str) -> None:
    page = client.get(path, headers={"Accept": CHROME})
    assert page.headers["content-type"].startswith("text/html")
    assert "</html>" in page.text
    data = client.get(path)
    assert data.headers["content-type"] == "application/json"
    for answer in (page, data):
        assert {"Accept", "Accept-Language"} <= set(answer.headers["vary"].split(", "))


@pytest.mark.parametrize("path", ["/processes", "/processes/overlap", "/jobs"])
def test_f_outdoes_accept(client: TestClient, path: str) -> None:
    asked = client.get(f"{path}?f=json", headers={"Accept": CHROME})
    assert asked.headers["content-type"] == "application/json"
    assert client.get(f"{path}?f=html").headers["content-type"].startswith("text/html")
