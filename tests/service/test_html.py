"""Pages for people, drawn from the same documents as the JSON."""

import re
from html import unescape

import pytest
from fastapi import Request
from starlette.testclient import TestClient

from service.html import page
from service.negotiation import respond
from service.policy import page_policy

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ADDRESSES = [
    "/collections",
    "/collections/leagues",
    "/collections/land_cover",
    "/collections/redline",
    "/collections/secret",
    "/collections/leagues/items",
    "/overlap",
    "/overlap?left=leagues&right=redline",
    "/figures",
    "/collections/nothing",
    "/collections/secret/items",
]


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("address", ADDRESSES)
def test_browser_gets_a_page_in_its_language(
    client: TestClient, address: str, language: str
) -> None:
    headers = {"Accept": BROWSER, "Accept-Language": language}
    answer = client.get(address, headers=headers)
    assert answer.headers["content-type"].startswith("text/html")
    tag = {"zh": "zh-CN", "en": "en"}[language]
    assert f'<html lang="{tag}">' in answer.text
    assert answer.headers["content-security-policy"] == page_policy(answer.text)
    if answer.status_code == 200:
        assert {"Accept", "Accept-Language"} <= set(
            answer.headers["vary"].replace(" ", "").split(",")
        )


@pytest.mark.parametrize("address", [*ADDRESSES, "/"])
def test_all_links_and_frames_lead_somewhere(client: TestClient, address: str) -> None:
    html = client.get(address, headers={"Accept": BROWSER}).text
    links = {unescape(one) for one in re.findall(r'(?:href|src)="([^"#]+)"', html)}
    for link in links - {"data:,"}:
        path = link.replace("http://testserver", "")
        assert path.startswith("/"), link
        status = client.get(path, headers={"Accept": BROWSER}).status_code
        # The JSON of a refusal, or of the empty form, is the same refusal.
        assert status == 200 or "f=json" in path or path.startswith(address), link


def test_machine_gets_json_at_the_same_address(client: TestClient) -> None:
    for address in ADDRESSES:
        assert "json" in client.get(address).headers["content-type"], address
        drawn = client.get(f"{address}{'&' if '?' in address else '?'}f=html")
        assert drawn.headers["content-type"].startswith("text/html"), address


def test_each_form_links_to_the_other(client: TestClient) -> None:
    document = client.get("/collections/leagues?lang=en").json()
    (link,) = [one for one in document["links"] if one["rel"] == "alternate"]
    assert link["type"] == "text/html"
    html = client.get(link["href"]).text
    assert 'href="/collections/leagues?lang=en&amp;f=json"' in html
    features = client.get("/collections/leagues/items").json()
    assert "alternate" in {one["rel"] for one in features["links"]}


def test_page_says_what_the_layer_is(client: TestClient) -> None:
    html = client.get("/collections/redline?f=html&lang=en").text
    for words in ("Modelled", "a model for tests only", "CC0-1.0", "made in code"):
        assert words in html
    assert '<iframe class="small"' in html


def test_text_of_layers_stays_text(client: TestClient) -> None:
    for address in (
        "/collections/redline/items?f=html&lang=zh",
        "/overlap?left=leagues&right=redline&f=html&lang=zh",
    ):
        html = client.get(address).text
        assert "<script>alert(1)" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_overlap_page_has_the_numbers_of_the_json(client: TestClient) -> None:
    query = {"left": "leagues", "right": "sandy_lands", "lang": "en"}
    report = client.get("/overlap", params=query).json()
    html = client.get("/overlap", params={**query, "f": "html"}).text
    total_km2 = report["totals"]["overlap_dissolved_m2"] / 1e6
    assert f"{total_km2:,.0f} km²" in html
    assert report["result_id"] in html
    assert "West League" in html
    assert '<option value="leagues" selected>' in html
    assert 'value="land_cover"' not in html


def test_columns_of_areas_have_one_unit_in_their_head(client: TestClient) -> None:
    query = {"left": "leagues", "right": "sandy_lands", "f": "html"}
    for language, head in (("zh", "重叠面积（km²）"), ("en", "Overlap (km²)")):
        html = client.get("/overlap", params={**query, "lang": language}).text
        assert f'<th class="n">{head}</th>' in html
        assert not re.findall(r'<td class="n"[^>]*>[^<]*(?:ha|m²|km²)</td>', html)


@pytest.mark.parametrize(
    "address", ["/jobs", "/processes", "/collections", "/collections/nothing"]
)
def test_language_asked_for_is_that_of_the_page(
    client: TestClient, address: str
) -> None:
    for asked, browser, tag in (("zh", "en", "zh-CN"), ("en", "zh", "en")):
        headers = {"Accept": BROWSER, "Accept-Language": browser}
        html = client.get(f"{address}?lang={asked}", headers=headers).text
        assert f'<html lang="{tag}">' in html
        assert "?lang=" not in re.findall(r"<h1>.*?</h1>", html)[0]


def test_pages_of_items(client: TestClient) -> None:
    html = client.get("/collections/leagues/items?f=html&lang=en&limit=2").text
    (following,) = re.findall(r'rel="next" href="([^"]+)"', html)
    second = client.get(unescape(following)).text
    assert "<!DOCTYPE html>" in second
    assert "南盟" in second
    assert 'rel="next"' not in second


def test_refusal_in_a_browser_is_a_page(client: TestClient) -> None:
    answer = client.get("/collections/nothing?lang=en", headers={"Accept": BROWSER})
    assert answer.status_code == 404
    assert "No layer is called" in answer.text
    assert answer.headers["x-request-id"] in answer.text


SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/jobs",
    "query_string": b"",
    "headers": [],
    "server": ("host", 80),
    "scheme": "http",
}


@pytest.mark.parametrize(
    ("status", "again"), [("accepted", 1), ("running", 1), ("successful", 0)]
)
def test_page_of_a_job_looks_again_until_it_has_ended(status: str, again: int) -> None:
    job = {"jobID": "a", "processID": "area", "status": status, "progress": 5}
    document = {**job, "created": "2026-11-26T06:41:08Z", "links": []}
    context = {"document": document, "titles": {}}
    drawn = bytes(page(Request(SCOPE), "jobs.html", "zh", context).body).decode()
    assert drawn.count('http-equiv="refresh"') == again
    listing = {"document": {"jobs": [document], "links": []}, "titles": {}}
    drawn = bytes(page(Request(SCOPE), "jobs.html", "zh", listing).body).decode()
    assert "refresh" not in drawn


def test_any_document_can_be_drawn() -> None:
    document = {
        "title": "Jobs",
        "jobs": [{"id": "a", "progress": 0.5, "<b>": None, "href": "/jobs/a"}],
    }
    answer = respond(Request(SCOPE), document, form="html", language="en")
    html = bytes(answer.body).decode()
    assert "<h1>Jobs</h1>" in html
    assert '<a href="/jobs/a">' in html
    assert "&lt;b&gt;" in html
    item = {
        "id": "x",
        "properties": {"name_zh": "名", "name_en": "Name", "n": None},
        "links": [],
    }
    layer = {
        "id": "leagues",
        "title": {"zh": "盟", "en": "Leagues"},
        "status": "official",
        "caution": None,
        "attribution": "me",
        "licence": "CC0-1.0",
    }
    context = {"document": item, "layer": layer}
    drawn = page(Request(SCOPE), "item.html", "en", context)
    assert "<h1>Name</h1>" in bytes(drawn.body).decode()


@pytest.mark.parametrize(
    "address",
    [
        "/collections",
        "/collections/leagues/items",
        "/overlap?left=leagues&right=redline",
    ],
)
def test_known_page_is_not_sent_again(client: TestClient, address: str) -> None:
    headers = {"Accept": BROWSER, "Accept-Encoding": "identity"}
    first = client.get(address, headers=headers)
    tag = {"If-None-Match": first.headers["etag"]}
    again = client.get(address, headers=headers | tag)
    assert again.status_code == 304
    assert {"Accept", "Accept-Language"} <= set(
        again.headers["vary"].replace(" ", "").split(",")
    )
    as_json = client.get(address, headers=tag)
    assert as_json.status_code == 200
    in_english = client.get(address, headers=headers | tag | {"Accept-Language": "en"})
    assert in_english.status_code == 200
