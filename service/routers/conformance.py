"""``/conformance`` and ``/api``: what the service conforms to and how it is called."""

from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from service.deps import LanguageDep
from service.features.conformance import CLASSES
from service.features.links import OPENAPI, link
from service.features.negotiation import Answer, answer
from service.features.openapi import as_openapi_30
from service.features.route import FeatureRoute
from service.features.schemas import CONFORMANCE, OPENAPI_ANSWERS, answers
from service.negotiation import FormDep, get_form

router = APIRouter(tags=["service"], route_class=FeatureRoute)


@router.get("/conformance", response_class=Response, responses=answers(CONFORMANCE))
def read_conformance(
    request: Request, language: LanguageDep, form: FormDep
) -> Response:
    """Answer the classes of OGC standards that the service conforms to."""
    links = [link(request, "self", "read_conformance")]
    body: dict[str, Any] = {"conformsTo": list(CLASSES), "links": links}
    return answer(request, "conformance", form, body, language)


@router.get(
    "/api",
    response_class=Response,
    responses=OPENAPI_ANSWERS,
    dependencies=[Depends(get_form)],
)
def read_api(request: Request) -> Response:
    """Answer the description of the service in OpenAPI 3.0."""
    return Answer(as_openapi_30(request.app.openapi()), media_type=OPENAPI)
