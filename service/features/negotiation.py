"""Resources of OGC API Features as JSON, or as a page of what the JSON says."""

from collections.abc import Mapping

from fastapi import Request
from fastapi.responses import JSONResponse, Response

from service import geojson
from service.negotiation import JSON, Form, respond
from service.words import Language

_TEMPLATES = {one: f"{one}.html" for one in ("collections", "collection", "items")}


class Answer(JSONResponse):
    """JSON as RFC 8259 has it: UTF-8, no NaN."""

    def render(self, content: object) -> bytes:
        """Write the content."""
        return geojson.dumps(content).encode()


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
