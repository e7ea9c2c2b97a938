"""Every refusal of the service as a problem document (RFC 9457), in both languages.

``title`` and ``detail`` hold the Chinese and the English sentence side by side, as
the command line prints them; ``text`` holds them apart. Nothing of the program's
inside is shown: an unforeseen fault is logged and answered with a plain sentence.
"""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from geo.errors import EcobarrierError
from geo.messages import Note, Text, render
from service.errors import status_of

MEDIA_TYPE = "application/problem+json"

_LOG = logging.getLogger("ecobarrier.service")

_TITLES: dict[HTTPStatus, Text] = {
    HTTPStatus.BAD_REQUEST: Text("请求无法按所写回答", "Cannot be answered as asked"),
    HTTPStatus.FORBIDDEN: Text("不允许", "Not allowed"),
    HTTPStatus.NOT_FOUND: Text("没有找到", "Not found"),
    HTTPStatus.METHOD_NOT_ALLOWED: Text("不接受此方法", "Method not allowed"),
    HTTPStatus.GONE: Text("已不存在", "Gone"),
    HTTPStatus.SERVICE_UNAVAILABLE: Text("暂时不可用", "Not ready yet"),
    HTTPStatus.UNPROCESSABLE_ENTITY: Text("输入有误", "Unusable input"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Text("服务内部出错", "Internal error"),
}
_OTHER_TITLE = Text("请求未被接受", "Request refused")

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


def install(app: FastAPI) -> None:
    """Make the app answer all its errors as problem documents."""
    app.add_exception_handler(EcobarrierError, _refusal)
    app.add_exception_handler(RequestValidationError, _bad_parameters)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(Exception, _internal_error)


def problem(
    request: Request,
    status: HTTPStatus,
    code: str,
    text: Text,
    *,
    details: dict[str, object] | None = None,
    errors: list[dict[str, object]] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    """Write one problem document.

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
        "type": f"urn:ecobarrier:problem:{code}",
        "title": str(_TITLES.get(status, _OTHER_TITLE)),
        "status": int(status),
        "detail": str(text),
        "instance": request.url.path,
        "code": code,
        "text": text._asdict(),
        "details": {key: _plain(value) for key, value in (details or {}).items()},
    }
    if errors is not None:
        body["errors"] = errors
    return JSONResponse(body, int(status), headers, MEDIA_TYPE)


def _plain(value: object) -> object:
    """Keep what JSON knows; everything else becomes its text."""
    return value if isinstance(value, str | int | bool | None) else str(value)


async def _refusal(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EcobarrierError)
    status = status_of(error)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        _LOG.error("%s: %s", request.url.path, error, exc_info=error)
    headers = {"Retry-After": "5"} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(
        request, status, error.code, error.text, details=error.details, headers=headers
    )


async def _bad_parameters(request: Request, error: Exception) -> JSONResponse:
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
            "value": str(error.get("input")),
            "bound": str(context.get("ge", context.get("le", ""))),
            "choices": str(context.get("expected", "true, false")),
            "reason": str(error["msg"]),
        },
    )


async def _http_error(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    status = HTTPStatus(error.status_code)
    details: dict[str, object] = {
        "path": request.url.path,
        "method": request.method,
        "status": int(status),
    }
    codes = {
        HTTPStatus.NOT_FOUND: "page_not_found",
        HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    }
    code = codes.get(status, "request_refused")
    headers = dict(error.headers or {})
    text = render(code, details)
    return problem(request, status, code, text, details=details, headers=headers)


async def _internal_error(request: Request, error: Exception) -> JSONResponse:
    _LOG.error("%s failed", request.url.path, exc_info=error)
    code = "internal_error"
    text = render(code, {})
    return problem(request, HTTPStatus.INTERNAL_SERVER_ERROR, code, text)
