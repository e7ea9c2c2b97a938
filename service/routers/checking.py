"""``/check``: the page of the conflict check; it asks the process ``check``."""

from typing import Literal

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from layers.checking.rules import rules_in_use
from service import pages
from service.caching import REVALIDATE
from service.check_page import check_context
from service.deps import CatalogDep, LanguageDep
from service.negotiation import FormDep, respond

router = APIRouter(tags=["processes"])

CHECK = "check"
Script = Literal["check.js"]


@router.get("/check", response_class=HTMLResponse, include_in_schema=False)
def read_check(
    request: Request, catalog: CatalogDep, language: LanguageDep, form: FormDep
) -> Response:
    """Answer the page with the form.

    Restricted layers are named too: what a parcel shares with them may be seen.
    """
    rules = rules_in_use(catalog.workspace)
    process = str(request.url_for("read_process", process_id=CHECK))
    return respond(
        request,
        {"links": [{"rel": "process", "href": process}]},
        form=form,
        language=language,
        template="check.html",
        check_style=pages.own_file("check.css"),
        **check_context(catalog.specs, rules, language),
    )


@router.get("/check/{name}", include_in_schema=False)
def read_check_script(name: Script) -> Response:
    """Answer the script of the page."""
    headers = {"Cache-Control": REVALIDATE}
    return Response(pages.own_file(name), 200, headers, "text/javascript")
