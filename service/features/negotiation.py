"""Which form of an answer a caller wants: ``f=``, else the header ``Accept``."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse, Response

from service import geojson
from service.errors import QueryError
from service.negotiation import JSON, Form, preferred, respond
from service.words import Language

_TEMPLATES = {one: f"{one}.html" for one in ("collections", "collection", "items")}

_ALIASES = {"json": "json", "geojson": "json", "application/json": "json"}
_ALIASES |= {"application/geo+json": "json", "html": "html", "text/html": "html"}

FormQuery = Annotated[
    str | None, Query(description="json | html; else by the header Accept")
]


class Answer(JSONResponse):
    """JSON as RFC 8259 has it: UTF-8, no NaN."""

    def render(self, content: object) -> bytes:
        """Write the content."""
        return geojson.dumps(content).encode()


async def get_form(request: Request, f: FormQuery = None) -> Form:
    """Answer the form wanted; JSON unless HTML is preferred.

    Raises
    ------
    QueryError
        ``form_not_offered``.
    """
    if f is not None:
        form = _ALIASES.get(f.lower())
        if form is None:
            choices = "json, html"
            details = {"value": f[:50], "choices": choices}
            raise QueryError("form_not_offered", parameter="f", **details)
        return "html" if form == "html" else "json"
    return preferred(request.headers.get("accept", ""))


FormDep = Annotated[Form, Depends(get_form)]


def answer(
    request: Request,
    resource: str,
    form: Form,
    body: Mapping[str, object],
    language: Language,
    media_type: str = JSON,
    *,
    seen: bool = True,
) -> Response:
    """Answer a resource as JSON, or as a page drawn of what the JSON says.

    Parameters
    ----------
    request : Request
    resource : str
        Its template is used; one without has the usual page of any document.
    form, body, language, media_type
        As for :func:`service.negotiation.respond`.
    seen : bool
        Whether the caller may see the content of the layer.
    """
    return respond(
        request,
        body,
        form=form,
        language=language,
        template=_TEMPLATES.get(resource, "document.html"),
        media_type=media_type,
        seen=seen,
    )
