"""People and machines at the same address: one choice, by ``f`` and ``Accept``.

A route makes one document, ready for JSON, and hands it to :func:`respond`; the page is
drawn from the same document, so that it cannot say anything else.
"""

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Depends, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

from service.deps import language_of
from service.errors import QueryError
from service.html import page
from service.words import Language

Form = Literal["json", "html"]

JSON = "application/json"
HTML = "text/html"
MACHINE: Mapping[str, Form] = {
    JSON: "json",
    "application/geo+json": "json",
    "application/problem+json": "json",
    HTML: "html",
    "application/xhtml+xml": "html",
}
VARY = "Accept, Accept-Language"

FormQuery = Annotated[
    str | None, Query(description="json | html; else by the header Accept")
]
_LANGUAGES: Mapping[str, Language] = {"zh": "zh", "en": "en"}
_NAMES: Mapping[str, Form] = {
    "json": "json",
    "geojson": "json",
    "html": "html",
    **MACHINE,
}


def preferred(accept: str, offers: Mapping[str, Form] = MACHINE) -> Form:
    """Choose by an ``Accept`` header (RFC 9110, section 12.5.1).

    Parameters
    ----------
    accept : str
        Empty is the same as ``*/*``.
    offers : mapping of str to Form
        Media types, the first one being the one to use where the header does not mind.

    Returns
    -------
    Form
        Of the offer with the highest quality. Where none is acceptable, of the first:
        an answer is more use than a refusal.
    """
    wishes = [_wish(part) for part in accept.split(",") if part.strip()]
    weights = {kind: _weight(kind, wishes) for kind in offers}
    return offers[max(weights, key=lambda kind: weights[kind])]


def _wish(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name == "q":
            try:
                return kind, float(value)
            except ValueError:
                return kind, 0.0
    return kind, 1.0


def _weight(kind: str, wishes: Sequence[tuple[str, float]]) -> float:
    """Quality by the most specific range that fits the type; 0 if none does."""
    for pattern in (kind, f"{kind.partition('/')[0]}/*", "*/*"):
        fitting = [weight for wished, weight in wishes if wished == pattern]
        if fitting:
            return max(fitting)
    return 0.0


def asked_form(request: Request) -> Form:
    """Choose for a request outside of any route, such as a refusal."""
    wished = request.query_params.get("f")
    if wished is not None:
        return _NAMES.get(wished.lower(), "json")
    return preferred(request.headers.get("accept", ""))


async def get_form(request: Request, f: FormQuery = None) -> Form:
    """Answer the form wanted; JSON unless HTML is preferred.

    Raises
    ------
    QueryError
        ``form_not_offered``.
    """
    if f is None:
        return preferred(request.headers.get("accept", ""))
    form = _NAMES.get(f.lower())
    if form is None:
        details = {"value": f[:50], "choices": "json, html"}
        raise QueryError("form_not_offered", parameter="f", **details)
    return form


FormDep = Annotated[Form, Depends(get_form)]


def respond(
    request: Request,
    document: Mapping[str, Any],
    *,
    form: Form,
    language: Language,
    template: str = "document.html",
    media_type: str = JSON,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> Response:
    """Answer a document as JSON, or drawn as a page.

    Parameters
    ----------
    request : Request
    document : mapping
        Ready for JSON. Where it has ``links``, one to the other form is added.
    form, language
        As the dependencies answer them.
    template : str
        Of ``service/templates``; the usual one draws any document.
    media_type : str
        Of the JSON.
    headers : mapping, optional
        ``Vary`` and ``Content-Language`` are added.
    **context : object
        What else the template asks for; ``title`` is the page's.
    """
    if "links" in document:
        links = [*document["links"], alternate(request, form, media_type)]
        document = {**document, "links": links}
    if form == "html":
        answer: Response = page(
            request, template, language, {"document": document, **context}, headers
        )
    else:
        answer = JSONResponse(document, headers=dict(headers or {}))
        answer.headers["Content-Type"] = media_type
    answer.headers["Content-Language"] = "zh-CN" if language == "zh" else "en"
    for name in VARY.split(", "):
        answer.headers.add_vary_header(name)
    return answer


def alternate(request: Request, form: Form, media_type: str = JSON) -> dict[str, str]:
    """Answer the link to the same resource in the other form."""
    other, kind = ("json", media_type) if form == "html" else ("html", HTML)
    query = urlencode([*_without_form(request), ("f", other)], safe=",:/")
    href = str(request.url.replace(query=query))
    return {"rel": "alternate", "type": kind, "href": href}


def _without_form(request: Request) -> list[tuple[str, str]]:
    return [pair for pair in request.query_params.multi_items() if pair[0] != "f"]


class DocumentRoute(APIRoute):
    """A route of programs whose JSON is also a page for who prefers one."""

    template = "document.html"
    """Draws the page; the usual one draws any document."""

    def context(self) -> dict[str, object]:
        """Answer what else the template asks for."""
        return {}

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Wrap FastAPI's handler."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            answer = await inner(request)
            body = getattr(answer, "body", None)
            said = answer.headers.get("content-type")
            if request.method != "GET" or said != JSON or body is None:
                return answer
            answer.headers.add_vary_header(VARY)
            if asked_form(request) != "html":
                return answer
            asked = request.query_params.get("lang")
            lang: Language | None = None if asked is None else _LANGUAGES.get(asked)
            return page(
                request,
                self.template,
                language_of(request, lang),
                {"document": json.loads(body), **self.context()},
                {"Vary": VARY},
            )

        return handler
