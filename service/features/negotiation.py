"""Which form of an answer a caller wants: ``f=``, else the header ``Accept``."""

from collections.abc import Callable, Mapping
from typing import Annotated, Literal

from fastapi import Depends, Query, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from service import geojson
from service.errors import QueryError

Form = Literal["json", "html"]
Page = Callable[[Request, Mapping[str, object]], str]
"""Makes the HTML of a resource of what the JSON would say."""

_JSON = ("application/json", "application/geo+json", "application/schema+json")
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


def html_pages(request: Request) -> Mapping[str, Page]:
    """Answer the pages there are, by name of the resource.

    The app keeps them on ``app.state.html_pages``; a resource without one is JSON.
    """
    pages: Mapping[str, Page] = getattr(request.app.state, "html_pages", {})
    return pages


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
    weights = _weights(request.headers.get("accept", ""))
    html = weights.get("text/html", 0.0)
    return "html" if html > max(weights.get(one, 0.0) for one in _JSON) else "json"


FormDep = Annotated[Form, Depends(get_form)]


def answer(
    request: Request,
    resource: str,
    form: Form,
    body: Mapping[str, object],
    media_type: str = "application/json",
) -> Response:
    """Answer a resource in the form wanted.

    Without a page for the resource, a browser gets the JSON, but ``f=html`` is refused.

    Raises
    ------
    QueryError
        ``form_not_offered``.
    """
    page = html_pages(request).get(resource) if form == "html" else None
    if page is not None:
        return HTMLResponse(page(request, body), headers={"Vary": "Accept"})
    refuse_html(request, resource)
    return Answer(body, media_type=media_type, headers={"Vary": "Accept"})


def refuse_html(request: Request, resource: str) -> None:
    """Refuse ``f=html`` where there is no page; a browser's Accept is not refused.

    Raises
    ------
    QueryError
        ``form_not_offered``.
    """
    asked = request.query_params.get("f", "")
    if _ALIASES.get(asked.lower()) == "html" and resource not in html_pages(request):
        details = {"value": asked, "choices": "json"}
        raise QueryError("form_not_offered", parameter="f", **details)


def _weights(accept: str) -> dict[str, float]:
    """Read the header; a weight that is no number counts as 0."""
    weights: dict[str, float] = {}
    for part in accept.split(","):
        kind, *parameters = (one.strip().lower() for one in part.split(";"))
        weight = 1.0
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                weight = _number(value)
        weights[kind] = max(weight, weights.get(kind, 0.0))
    return weights


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
