"""``/``: the first page, with the map and the table of layers."""

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from layers.catalog import Catalog
from service import pages
from service.deps import CatalogDep, LanguageDep
from service.html import HtmlPage
from service.palette import BADGES
from service.words import other, theme_name, words

router = APIRouter(tags=["service"])


@router.get("/", response_class=HTMLResponse)
def read_landing(catalog: CatalogDep, language: LanguageDep) -> HTMLResponse:
    """Answer the first page in the reader's language."""
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
    vary = {"Vary": "Accept-Language"}
    return HtmlPage(page, headers=vary)


def _example(catalog: Catalog) -> tuple[str, str] | None:
    """Answer two layers whose overlap people ask for, where the catalogue has them."""
    known = {spec.id for spec in catalog.specs}
    return ("leagues", "redline") if {"leagues", "redline"} <= known else None
