"""``/``: the planner's map; ``/layers``: the table of layers."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from layers.catalog import Catalog
from service import pages
from service.deps import CatalogDep, LanguageDep
from service.features.description import landing
from service.features.negotiation import Answer
from service.features.schemas import LANDING, answers
from service.html import HtmlPage
from service.negotiation import VARY, FormDep
from service.palette import BADGES
from service.upload_types import UPLOAD_SUFFIXES
from service.viewer.assets import assets_key, modules
from service.viewer.fonts import font_key
from service.viewer.texts import TEXTS
from service.words import other, theme_name, words

router = APIRouter(tags=["service"])


@router.get("/", response_class=HTMLResponse, responses=answers(LANDING))
def read_landing(
    request: Request, catalog: CatalogDep, language: LanguageDep, form: FormDep
) -> Response:
    """Answer the first page to browsers, and to programs the JSON of OGC API."""
    vary = {"Vary": VARY}
    if form == "json":
        w = words(language)
        return Answer(landing(request, w["title"], w["intro"]), headers=vary)
    base = request.scope.get("root_path", "")
    html = pages.render(
        "viewer.html",
        language=language,
        title=TEXTS["app"][0 if language == "zh" else 1],
        accept=",".join(UPLOAD_SUFFIXES),
        assets=f"{base}/viewer/{assets_key()}",
        modules=modules(),
        data=f"{base}/viewer",
        copy=None,
        relief="elevation" in catalog.entries,
        fonts=f"{base}/fonts/{font_key()}",
    )
    return HtmlPage(html, headers=vary, workers=True)


@router.get("/layers", response_class=HTMLResponse, include_in_schema=False)
def read_layers(catalog: CatalogDep, language: LanguageDep) -> Response:
    """Answer the table of layers, with a small map of all of them."""
    page = pages.render(
        "landing.html",
        w=words(language),
        language=language,
        other=other(language),
        badges=BADGES,
        specs=catalog.specs,
        example=_example(catalog),
        theme_name=theme_name,
        style=pages.own_file("tokens.css") + pages.own_file("landing.css"),
    )
    return HtmlPage(page, headers={"Vary": VARY})


def _example(catalog: Catalog) -> tuple[str, str] | None:
    """Answer two layers whose overlap people ask for, where the catalogue has them."""
    known = {spec.id for spec in catalog.specs}
    return ("leagues", "redline") if {"leagues", "redline"} <= known else None
