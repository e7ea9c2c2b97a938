"""The upload page and what it shows of a result: report, question or refusal."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any

from geo.types import BBox
from layers.importing import html_report, report_files
from layers.importing.report import ImportReport
from layers.importing.sources import importable
from service import pages
from service.import_form import GROUPS
from service.import_preview import Backdrop, picture
from service.import_words import import_words
from service.numbers import NUMBERS
from service.page_words import page_words
from service.words import Language, words

MOST_INLINE_BYTES = 1_500_000
SIDECARS = (".shx", ".dbf", ".prj", ".cpg")
_FAULTS_SHOWN = 100


def report_context(report: Mapping[str, Any]) -> dict[str, Any]:
    """Answer what the template of a report asks for."""
    return {
        "report": report,
        "faults_shown": report["fault_list"][:_FAULTS_SHOWN],
        "downloads": _downloads(report),
    }


def refusal_context(
    code: str, zh: str, en: str, details: Mapping[str, Any]
) -> dict[str, Any]:
    """Answer what the template of a refusal or a question asks for."""
    choices = [
        {**one, **dict(zip(("field", "value"), _chosen(one["option"]), strict=True))}
        for one in details.get("choices", ()) or ()
        if isinstance(one, dict) and "option" in one
    ]
    placed = bool(choices) and all("bounds" in one for one in choices)
    said = {"code": code, "zh": zh, "en": en}
    return {"refusal": {**said, "choices": choices, "placed": placed}}


def drawer(backdrop: Backdrop, language: Language) -> Callable[[BBox], str]:
    """Answer what draws a box for a page, inside the page.

    Not by its address: that would tell logs and caches on the way where a layer is
    that nobody may see.
    """

    def draw(bounds: BBox) -> str:
        return _inline("image/svg+xml", picture(backdrop, bounds, language))

    return draw


def form_context(language: Language, given: Mapping[str, str]) -> dict[str, Any]:
    """Answer what the template of the form asks for; ``given`` fills it in again."""
    return {
        "groups": GROUPS,
        "given": given,
        "accept": ",".join((*importable(), *SIDECARS)),
        "i": import_words(language),
        "import_style": pages.own_file("import.css"),
    }


def fragment(language: Language, context: Mapping[str, Any]) -> str:
    """Draw a result by itself, for the script of the page to put in its place."""
    return pages.render(
        "import_result.html",
        w=words(language) | page_words(language),
        i=import_words(language),
        language=language,
        numbers=NUMBERS,
        **{"report": None, "refusal": None, **context},
    )


def _chosen(option: str) -> tuple[str, str]:
    """``--crs EPSG:4545`` is the value of the field ``crs``."""
    name, _, value = option.partition(" ")
    return name.removeprefix("--").replace("-", "_"), value


def _downloads(document: Mapping[str, Any]) -> list[dict[str, str]]:
    """Files of a result that nobody keeps: they are inside the page itself."""
    report = ImportReport.model_validate(document)
    stem = f"{report.layer}-{report.version}"
    made = {
        "html": ("text/html", html_report.page(report)),
        "json": (
            "application/json",
            json.dumps(document, ensure_ascii=False, indent=2),
        ),
    }
    if report.fault_list:
        made["faults"] = ("application/geo+json", report_files.faults_layer(report))
    suffix = {"html": ".html", "json": ".json", "faults": "-faults.geojson"}
    return [
        {"what": what, "name": stem + suffix[what], "href": _inline(kind, text)}
        for what, (kind, text) in made.items()
        if len(text) < MOST_INLINE_BYTES
    ]


def _inline(media_type: str, text: str) -> str:
    content = base64.b64encode(text.encode()).decode()
    return f"data:{media_type};charset=utf-8;base64,{content}"
