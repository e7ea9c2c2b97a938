"""Receive what a caller sends, onto disk.

How large it may be is for :mod:`service.middleware.body`, which all bodies pass.
"""

import asyncio
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.errors import (
    MediaTypeError,
    ParameterError,
    SlowBodyError,
    UploadError,
)
from service.jobs.folder import stored
from service.jobs.inputs import BODY_FILE, upload_name
from service.processes import Process
from service.settings import Settings
from service.upload_types import MEDIA_SUFFIXES

FILE_FIELD = "file"
"""Name of the field of a form that holds the file; an input's own name will do too."""

_JSON = ("application/json", "")
_FORM = "multipart/form-data"
_RAW = (*MEDIA_SUFFIXES, "application/octet-stream")
_FORM_FIELDS = 20
_PIECE_BYTES = 1 << 20


async def receive_call(
    request: Request, process: Process, folder: Path, settings: Settings
) -> dict[str, Any]:
    """Keep the body in ``folder`` and answer what it is, for the worker to read.

    Parameters
    ----------
    request : Request
        JSON: an Execute document. For a process that takes a file: the file itself,
        its name in ``name`` and further inputs as query parameters; or a form.
    process : Process
    folder : Path
    settings : Settings

    Raises
    ------
    SlowBodyError
        ``body_too_slow``.
    MediaTypeError
        ``body_type``.
    UploadError
        ``upload_missing`` or ``upload_suffix``.
    StorageError
        ``body_not_stored``.
    """
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    takes_file = process.file is not None
    known = [_JSON[0], *((_FORM, *_RAW) if takes_file else ())]
    if media_type not in (*known, ""):
        raise MediaTypeError("body_type", media_type=media_type, known=", ".join(known))
    try:
        async with asyncio.timeout(settings.body_seconds):
            if media_type in _JSON:
                await _keep(request, folder / BODY_FILE)
                return {}
            if media_type == _FORM:
                return await _keep_form(request, process, folder)
            return await _keep_file(request, process, folder, media_type)
    except TimeoutError as error:
        raise SlowBodyError("body_too_slow", seconds=settings.body_seconds) from error


async def _keep_file(
    request: Request, process: Process, folder: Path, media_type: str
) -> dict[str, Any]:
    fields = dict(request.query_params)
    name = upload_name(fields.pop("name", None), media_type)
    await _keep(request, folder / name)
    if not (folder / name).stat().st_size:
        raise UploadError("upload_missing", parameter=process.file)
    return {"file": name, "fields": _without_language(fields)}


async def _keep_form(
    request: Request, process: Process, folder: Path
) -> dict[str, Any]:
    parser = MultiPartParser(
        request.headers,
        request.stream(),
        max_files=1,
        max_fields=_FORM_FIELDS,
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        details = {"parameter": "body", "value": _FORM, "reason": error.message}
        raise ParameterError("input_unusable", **details) from error
    try:
        sent = form.get(FILE_FIELD) or form.get(process.file or "")
        if not isinstance(sent, UploadFile) or not sent.size:
            raise UploadError("upload_missing", parameter=FILE_FIELD)
        name = upload_name(sent.filename, (sent.content_type or "").lower())
        with stored(), (folder / name).open("wb") as kept:
            while piece := await sent.read(_PIECE_BYTES):
                kept.write(piece)
        texts = {key: one for key, one in form.items() if isinstance(one, str)}
    finally:
        await form.close()
    fields = _without_language({**request.query_params, **texts})
    return {"file": name, "fields": fields}


async def _keep(request: Request, file: Path) -> None:
    with stored(), file.open("wb") as kept:
        async for piece in request.stream():
            kept.write(piece)


def _without_language(fields: dict[str, str]) -> dict[str, str]:
    """Leave out what the answer's form depends on, not its content."""
    return {key: value for key, value in fields.items() if key not in ("lang", "f")}
