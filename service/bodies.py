"""Receive what a caller sends, onto disk.

How large it may be is for :mod:`service.middleware.body`, which all bodies pass.
"""

import asyncio
from pathlib import Path
from typing import Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from service.errors import (
    MediaTypeError,
    ParameterError,
    SlowBodyError,
    UploadError,
)
from service.jobs.folder import stored
from service.jobs.imports import FIELDS, FILES, free_name
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
_MOST_FILES, _IMPORT_FIELDS = 100, 80
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
            if process.imports and media_type == _FORM:
                return await receive_files(request, folder)
            if media_type in _JSON:
                await _keep(request, folder / BODY_FILE)
                return {}
            if media_type == _FORM:
                return await _keep_form(request, process, folder)
            file = await _keep_file(request, process, folder, media_type)
            return _as_files(file) if process.imports else file
    except TimeoutError as error:
        raise SlowBodyError("body_too_slow", seconds=settings.body_seconds) from error


def _as_files(kept: dict[str, Any]) -> dict[str, Any]:
    return {FILES: [kept["file"]], FIELDS: kept["fields"]}


async def _keep_file(
    request: Request, process: Process, folder: Path, media_type: str
) -> dict[str, Any]:
    fields = dict(request.query_params)
    told = fields.pop("name", None)
    if process.imports and told is not None:
        name = free_name(told, ())
    else:
        name = upload_name(told, media_type)
    await _keep(request, folder / name)
    if not (folder / name).stat().st_size:
        raise UploadError("upload_missing", parameter=process.file)
    return {"file": name, "fields": _without_language(fields)}


async def _keep_form(
    request: Request, process: Process, folder: Path
) -> dict[str, Any]:
    form = await _parsed(request, files=1, fields=_FORM_FIELDS)
    try:
        sent = form.get(FILE_FIELD) or form.get(process.file or "")
        if not isinstance(sent, UploadFile) or not sent.size:
            raise UploadError("upload_missing", parameter=FILE_FIELD)
        name = upload_name(sent.filename, (sent.content_type or "").lower())
        await _keep_upload(sent, folder / name)
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


async def receive_files(request: Request, folder: Path) -> dict[str, Any]:
    """Keep the files of a form, under safe names, and answer them with its texts.

    Of fields that are there twice (a text and a choice) the last one that is not
    empty counts.

    Raises
    ------
    UploadError
        ``upload_name_twice``; ``upload_missing`` where no file came.
    ParameterError
        A body that is no such form.
    StorageError
        ``body_not_stored``.
    """
    form = await _parsed(request, files=_MOST_FILES, fields=_IMPORT_FIELDS)
    names: list[str] = []
    fields = dict(request.query_params)
    try:
        for key, one in form.multi_items():
            if isinstance(one, str):
                fields |= {key: one} if one.strip() else {}
            elif one.filename:
                names.append(free_name(one.filename, names))
                await _keep_upload(one, folder / names[-1])
    finally:
        await form.close()
    return {FILES: names, FIELDS: _without_language(fields)}


async def _parsed(request: Request, *, files: int, fields: int) -> FormData:
    parser = MultiPartParser(
        request.headers, request.stream(), max_files=files, max_fields=fields
    )
    try:
        return await parser.parse()
    except MultiPartException as error:
        details = {"parameter": "body", "value": _FORM, "reason": error.message}
        raise ParameterError("input_unusable", **details) from error


async def _keep_upload(sent: UploadFile, file: Path) -> None:
    with stored(), file.open("wb") as kept:
        while piece := await sent.read(_PIECE_BYTES):
            kept.write(piece)
