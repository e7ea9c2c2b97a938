"""``/figures``: the ledger as JSON and as a page, in both languages."""

import os
import re
import shutil
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from layers.catalog import Catalog
from layers.figures.ledger import Ledger
from service.app import create_app
from service.figures import figures_report
from service.settings import Settings

LEDGER = """
[[figure]]
id = "regions"
group = "brief"
title = { zh = "个数<b>", en = "Regions <b>" }
claim = { zh = "一个。", en = "One." }
value = "1"
unit = "count"
document = "文件"
year = 2024
definition = { zh = "个数。", en = "Count." }
sure = "A"
compute = { kind = "count", layer = "province" }

[[figure]]
id = "hidden"
group = "redline"
title = { zh = "受限面积", en = "Restricted area" }
claim = { zh = "面积。", en = "Area." }
value = "114"
unit = "km2"
document = "文件"
definition = { zh = "面积。", en = "Area." }
sure = "A"
series = { id = "s", epoch = 2, break_note = { zh = "口径变了。", en = "New rules." } }
compute = { kind = "area", layer = "secret" }
"""


@pytest.fixture
def seeds(small_seeds: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "seeds"
    shutil.copytree(small_seeds, folder)
    (folder / "figures.toml").write_text(LEDGER, encoding="utf-8")
    return folder


@pytest.fixture
def host(seeds: Path) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(seeds=seeds))) as made:
        yield made


def test_same_object_as_the_command(host: TestClient, seeds: Path) -> None:
    answer = host.get("/figures?only=regions")
    assert answer.status_code == 200
    report = figures_report(Catalog.open(seeds), Ledger.open(seeds), ["regions"])
    assert answer.json() == report.model_dump(mode="json")


def test_a_restricted_layer_gives_no_number_to_strangers(
    host: TestClient, seeds: Path
) -> None:
    figures = {one["id"]: one for one in host.get("/figures").json()["figures"]}
    hidden = figures["hidden"]
    assert (hidden["computed"], hidden["verdict"]) == (None, "not_computable")
    assert "secret" in hidden["reason"]["en"]
    (open_one,) = figures_report(
        Catalog.open(seeds), Ledger.open(seeds), ["hidden"]
    ).figures
    assert open_one.computed is not None
    assert str(int(open_one.computed)) not in host.get("/figures?f=html").text


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "zh",
            ["数字台账", "个数<b>", "相符", "不能计算", "口径变更", "count(province)"],
        ),
        ("en", ["Figure ledger", "Regions <b>", "agrees", "Change of definition"]),
    ],
)
def test_the_page(host: TestClient, language: str, words: list[str]) -> None:
    page = host.get(f"/figures?f=html&lang={language}").text
    assert "<b>" not in re.sub(r"<td><b>", "", page).replace("</b>", "")
    for word in words:
        assert word in unescape(page)
    assert page.count("<table") == page.count("</table>") == 2


def test_an_empty_ledger_is_a_page_too(client: TestClient) -> None:
    assert client.get("/figures").json()["figures"] == []
    assert "没有数字" in client.get("/figures?f=html&lang=zh").text


def test_an_unknown_figure_is_not_found(host: TestClient) -> None:
    answer = host.get("/figures?only=region")
    assert (answer.status_code, answer.json()["code"]) == (404, "figure_not_found")


def test_known_answers_are_not_sent_again(host: TestClient, seeds: Path) -> None:
    answer = host.get("/figures")
    again = host.get("/figures", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    file = seeds / "figures.toml"
    file.write_text(LEDGER.replace('"1"', '"2"'), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    changed = host.get("/figures", headers={"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200
    assert changed.json()["figures"][0]["published"] == 2


def test_a_ledger_that_became_wrong_is_refused(host: TestClient, seeds: Path) -> None:
    file = seeds / "figures.toml"
    file.write_text(LEDGER.replace('unit = "km2"', 'unit = "acre"'), encoding="utf-8")
    answer = host.get("/figures")
    assert answer.json()["code"] == "figures_value_wrong"
    assert host.get("/collections").status_code == 200
    file.write_text(LEDGER, encoding="utf-8")
    assert host.get("/figures").status_code == 200
