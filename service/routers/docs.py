"""``/docs``: Swagger UI out of an installed package; it works with the network cut."""

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Literal

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from service import pages
from service.caching import IMMUTABLE
from service.deps import LanguageDep
from service.html import HtmlPage
from service.page_words import page_words
from service.words import words

router = APIRouter(tags=["service"], include_in_schema=False)

DocsFile = Literal["swagger-ui-bundle.js", "swagger-ui.css"]
_TYPES: dict[DocsFile, str] = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
}


@router.get("/docs", response_class=HTMLResponse)
def read_docs(language: LanguageDep) -> Response:
    """Answer the page on which each operation can be tried."""
    page = pages.render(
        "docs.html",
        w=words(language) | page_words(language),
        language=language,
        version=version("fastapi-offline"),
    )
    # Swagger UI sets style attributes.
    return HtmlPage(page, styled_elements=True)


@router.get("/docs/{name}")
def read_docs_file(name: DocsFile) -> Response:
    """Answer a file of Swagger UI; its address names the version."""
    return Response(
        _content(name),
        media_type=_TYPES[name],
        headers={"Cache-Control": IMMUTABLE},
    )


@cache
def _content(name: DocsFile) -> bytes:
    return (files("fastapi_offline") / "static" / name).read_bytes()
