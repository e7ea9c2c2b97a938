"""Every refusal of the service as a problem document (RFC 9457), in both languages.

``title`` and ``detail`` hold the Chinese and the English sentence side by side, as
the command line prints them; ``text`` holds them apart. Nothing of the program's
inside is shown: an unforeseen fault is logged and answered with a plain sentence.
"""

import logging
import math
from http import HTTPStatus
from pathlib import PurePath
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from geo.errors import EcobarrierError
from geo.messages import Note, Text, render
from service import html, negotiation
from service.deps import language_of
from service.errors import (
    NotReadyError,
    RangeNotSatisfiableError,
    RemoteError,
    status_of,
)
from service.record import record_of
from service.words import Language

MEDIA_TYPE = "application/problem+json"

MAX_VALUE = 200
"""Characters repeated of a value that was refused."""

_LOG = logging.getLogger("ecobarrier.service")

_TITLES: dict[HTTPStatus, Text] = {
    HTTPStatus.BAD_REQUEST: Text("请求无法按所写回答", "Cannot be answered as asked"),
    HTTPStatus.UNAUTHORIZED: Text("密钥无效", "Unusable key"),
    HTTPStatus.FORBIDDEN: Text("不允许", "Not allowed"),
    HTTPStatus.NOT_FOUND: Text("没有找到", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Text("不接受此方法", "Method not allowed"),
    HTTPStatus.GONE: Text("已不存在", "Gone"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: Text("类型不接受", "Type not accepted"),
    HTTPStatus.GATEWAY_TIMEOUT: Text("计算超时", "Took too long"),
    HTTPStatus.INSUFFICIENT_STORAGE: Text("存储不足", "Cannot be stored"),
    HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE: Text("没有这一段", "No such part"),
    HTTPStatus.REQUEST_TIMEOUT: Text("请求太慢", "Too slow"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Text("请求太大", "Too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: Text("输入有误", "Unusable input"),
    HTTPStatus.TOO_MANY_REQUESTS: Text("请求太频繁", "Too many requests"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Text("服务内部出错", "Internal error"),
    HTTPStatus.SERVICE_UNAVAILABLE: Text("暂时无法回答", "Not at the moment"),
}
_OGC = "http://www.opengis.net/def/exceptions/ogcapi-processes-1/1.0"
_TYPES = {
    "process_not_found": f"{_OGC}/no-such-process",
    "job_not_found": f"{_OGC}/no-such-job",
    "job_not_ready": f"{_OGC}/result-not-ready",
}
"""Kinds that OGC API Processes has names for."""
_LANGUAGES: dict[str, Language] = {"zh": "zh", "en": "en"}
_OTHER_TITLE = Text("请求未被接受", "Request refused")
_CODES = {
    HTTPStatus.BAD_REQUEST: "body_unreadable",
    HTTPStatus.NOT_FOUND: "page_not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
}
_RETRY_AFTER_S = "2"
_PASSING = (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
"""No fault of the service: it is busy, or the work is too much."""

# pydantic's kinds of fault that a parameter of ours can have.
_FAULTS = {
    "missing": "parameter_missing",
    "int_parsing": "parameter_not_integer",
    "int_from_float": "parameter_not_integer",
    "greater_than_equal": "parameter_too_small",
    "less_than_equal": "parameter_too_large",
    "literal_error": "parameter_not_listed",
    "bool_parsing": "parameter_not_listed",
}

ProblemResponse = Response
"""JSON, or a page for who asks for one."""


class Sentence(BaseModel):
    """The same sentence in both languages."""

    zh: str
    en: str


class Problem(BaseModel):
    """A refusal as RFC 9457 has it, with the sentence and its details apart."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    text: Sentence
    details: dict[str, Any]
    request_id: str


RESPONSES: dict[int | str, dict[str, Any]] = {
    "default": {
        "description": "Refused: a problem document in Chinese and English.",
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}},
            "text/html": {"schema": {"type": "string"}},
        },
    }
}
"""For ``responses`` of all routes, in the OpenAPI document."""


def install(app: FastAPI) -> None:
    """Make the app answer all its errors as problem documents."""
    app.add_exception_handler(EcobarrierError, _refusal)
    app.add_exception_handler(RequestValidationError, _bad_parameters)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _unforeseen)


def problem(
    request: Request,
    status: HTTPStatus,
    code: str,
    text: Text,
    *,
    details: dict[str, object] | None = None,
    errors: list[dict[str, object]] | None = None,
    headers: dict[str, str] | None = None,
) -> ProblemResponse:
    """Write one problem document, as a page for who asks for one.

    Parameters
    ----------
    request : Request
        Its path becomes ``instance``.
    status : HTTPStatus
    code : str
        Key of :data:`geo.sentences.MESSAGES`; the last part of ``type``.
    text : Text
        The sentence in both languages.
    details : dict, optional
        What the sentence names, for machines.
    errors : list of dict, optional
        One entry per parameter, where several can be wrong at once.
    headers : dict, optional
        Further headers of the answer.
    """
    body: dict[str, object] = {
        "type": _TYPES.get(code, f"urn:ecobarrier:problem:{code}"),
        "title": str(_TITLES.get(status, _OTHER_TITLE)),
        "status": int(status),
        "detail": str(text),
        "instance": request.url.path,
        "code": code,
        "text": text._asdict(),
        "details": {key: _plain(value) for key, value in (details or {}).items()},
        "request_id": record_of(request.scope).request_id,
    }
    if errors is not None:
        body["errors"] = errors
    if negotiation.asked_form(request) == "html":
        context = {"problem": body, "title": str(status.value)}
        wished = request.query_params.get("lang")
        # Whatever else stands there may be what is refused.
        language = language_of(request, _LANGUAGES.get(wished or ""))
        return html.page(
            request, "problem.html", language, context, headers, int(status)
        )
    return JSONResponse(body, int(status), headers, MEDIA_TYPE)


def _plain(value: object) -> object:
    """Keep what JSON knows; everything else becomes its text."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, dict):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, float) and math.isfinite(value):
        return value
    return value if isinstance(value, str | int | bool | None) else str(value)


async def _refusal(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, EcobarrierError)
    status = status_of(error)
    details = dict(error.details)
    text = error.text
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status not in _PASSING:
        _LOG.error("%s: %s", request.url.path, error, exc_info=error)
        details = {key: _unplaced(key, value) for key, value in details.items()}
        if not isinstance(error, RemoteError):
            text = render(error.code, details)
    headers = _headers(error, status)
    return problem(request, status, error.code, text, details=details, headers=headers)


def _headers(error: EcobarrierError, status: HTTPStatus) -> dict[str, str]:
    """Say in headers what programs do not read from documents."""
    if isinstance(error, NotReadyError):
        return {"Retry-After": str(error.details["seconds"])}
    if isinstance(error, RangeNotSatisfiableError):
        return {"Content-Range": f"bytes */{error.details['size']}"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return {"Retry-After": _RETRY_AFTER_S}
    return {}


def _unplaced(key: str, value: object) -> object:
    """Shorten a path to its name: where the service keeps files is its own affair."""
    is_path = isinstance(value, PurePath) or key == "file" or str(value)[:1] == "/"
    return PurePath(str(value)).name if is_path else value


async def _bad_parameters(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, RequestValidationError)
    faults = [_fault(one) for one in error.errors()]
    if len(faults) == 1:
        note = faults[0]
    else:
        names = ", ".join(str(fault.details["parameter"]) for fault in faults)
        details = {"count": len(faults), "parameters": names}
        note = Note("request_invalid", details)
    return problem(
        request,
        getattr(request.state, "refusal", HTTPStatus.UNPROCESSABLE_ENTITY),
        note.code,
        note.text,
        details=dict(note.details),
        errors=[fault.as_dict() for fault in faults],
    )


def _fault(error: dict[str, Any]) -> Note:
    context = error.get("ctx", {})
    return Note(
        _FAULTS.get(error["type"], "parameter_invalid"),
        {
            "parameter": str(error["loc"][-1]),
            "value": str(error.get("input"))[:MAX_VALUE],
            "bound": str(context.get("ge", context.get("le", ""))),
            "choices": str(context.get("expected", "true, false")),
            "reason": str(error["msg"]),
        },
    )


async def _http_error(request: Request, error: Exception) -> ProblemResponse:
    assert isinstance(error, HTTPException)
    return http_problem(request, error)


def http_problem(request: Request, error: HTTPException) -> ProblemResponse:
    """Write what the framework refused, and what our limits refuse in its words."""
    status = HTTPStatus(error.status_code)
    if status == HTTPStatus.NOT_MODIFIED:
        return Response(status_code=status, headers=error.headers)
    details: dict[str, object] = {
        "path": request.url.path,
        "method": request.method,
        "status": int(status),
    }
    code = _CODES.get(status, "request_refused")
    text = render(code, details)
    headers = dict(error.headers or {})
    if isinstance(error.__cause__, EcobarrierError):
        ours = error.__cause__
        code, text, details = ours.code, ours.text, dict(ours.details)
    return problem(request, status, code, text, details=details, headers=headers)


async def _unforeseen(request: Request, error: Exception) -> ProblemResponse:
    return internal_error(request, error)


def internal_error(request: Request, error: Exception) -> ProblemResponse:
    """Log a fault of ours and answer with a plain sentence."""
    _LOG.error("%s failed", request.url.path, exc_info=error)
    code = "internal_error"
    details: dict[str, object] = {"request_id": record_of(request.scope).request_id}
    text = render(code, details)
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(request, status, code, text, details=details)
