import re
from datetime import date
from html.parser import HTMLParser

import pytest

from service.checking.check import CheckOutcome
from service.reports.document import ReportOptions, document
from service.reports.page import report_html

DAY = date(2026, 1, 15)


class Reader(HTMLParser):
    """Collects addresses, ids, what refers to them, and whether elements are closed."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name in ("src", "href", "xlink:href", "action", "data", "srcset"):
                self.addresses.append(value or "")
            if name == "id":
                self.ids.append(value or "")
        if tag not in ("meta", "br", "link", "img", "hr"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def page(outcome: CheckOutcome, language: str = "zh") -> str:
    options = ReportOptions(language, DAY)  # type: ignore[arg-type]
    return report_html(document(outcome, options), options.language)


@pytest.fixture(scope="module")
def zh(sample: CheckOutcome) -> str:
    return page(sample)


def test_asks_for_nothing_and_runs_nothing(zh: str) -> None:
    reader = Reader()
    reader.feed(zh)
    assert reader.open == []
    assert reader.addresses == []
    assert not {"script", "link", "img", "iframe"} & set(reader.tags)
    assert "@import" not in zh
    assert set(re.findall(r"url\(([^)]*)\)", zh)) <= {f"#{one}" for one in reader.ids}


def test_each_map_has_its_own_patterns(many: CheckOutcome) -> None:
    reader = Reader()
    reader.feed(page(many))
    assert reader.tags.count("figure") == 12
    assert len(reader.ids) == len(set(reader.ids))


def test_says_what_the_pdf_says(zh: str) -> None:
    for said in (
        "总结论：须核查",
        "489,913.92",
        "734.87",
        "J8",
        "36415000",
        "仅供参考",
    ):
        assert said in zh
    assert zh.count("<figure>") == 2


def test_names_cannot_become_markup(
    sample: CheckOutcome,
) -> None:
    parcels = [
        one.model_copy(
            update={"name": "</td><script>alert(1)</script>", "number": "<b>"}
        )
        for one in sample.report.parcels
    ]
    report = sample.report.model_copy(update={"parcels": tuple(parcels)})
    hostile = CheckOutcome(report, sample.parcels, sample.source, sample.against)
    made = page(hostile)
    assert "<script" not in made
    assert "<b>" not in made
    assert "&lt;script&gt;" in made


def test_language_of_the_page(sample: CheckOutcome) -> None:
    assert '<html lang="en">' in page(sample, "en")
    assert '<small lang="en">Parcels</small>' in page(sample, "both")
