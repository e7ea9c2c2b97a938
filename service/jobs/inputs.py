"""Read what a caller sent: an Execute document of OGC API Processes, or a file.

Runs in the worker process: bodies are a stranger's.
"""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from service.errors import ParameterError, RequestError, UploadError
from service.processes import Process
from service.report_types import format_asked
from service.upload_types import MEDIA_SUFFIXES, UPLOAD_SUFFIXES

Model = TypeVar("Model", bound=BaseModel)
Response = Literal["raw", "document"]

BODY_FILE = "body.json"
"""Name of an Execute document in the task's folder."""
SITE_STEM = "site"
"""Name of a file that came without one."""


class Execute(BaseModel):
    """The Execute document; ``outputs`` may name the report or be left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] | None = None
    response: Response = "raw"
    subscriber: dict[str, Any] | None = None


@dataclass(frozen=True)
class Call:
    """What a caller wants.

    Parameters
    ----------
    inputs : BaseModel
    response : {"raw", "document"}
        The report itself, or an object of outputs.
    file : Path or None
        An uploaded file, or the GeoJSON of the document kept as one.
    """

    inputs: BaseModel
    response: Response
    file: Path | None


def read_call(process: Process, folder: Path, request: Mapping[str, Any]) -> Call:
    """Read and validate a call.

    Parameters
    ----------
    process : Process
    folder : Path
        Holds the body, and takes up a file that was inside it.
    request : mapping
        ``file`` names an uploaded file in the folder and ``fields`` its text fields;
        without ``file`` there is an Execute document.

    Raises
    ------
    ParameterError
        Names the input.
    UploadError
        A file inside the document that cannot be unpacked.
    """
    name = request.get("file")
    if name is not None:
        inputs = _validated(process, _of_fields(request.get("fields", {})))
        return Call(inputs, "raw", folder / name)
    document = read_document(folder / BODY_FILE)
    asked = format_asked(document.outputs) if _has_formats(process) else None
    named = {} if asked is None else {"format": asked}
    inputs = _validated(process, {**document.inputs, **named})
    _require_raw(inputs, document.response)
    polygons = getattr(inputs, process.file) if process.file else None
    file = None if polygons is None else _kept(polygons, folder, process.file or "")
    return Call(inputs, document.response, file)


def safe_name(name: str) -> str:
    """Answer a file name without folders, control characters or leading dots.

    Examples
    --------
    >>> safe_name("../../etc/地块 1.zip"), safe_name("/x/.gpkg"), safe_name("a/..")
    ('地块_1.zip', 'site.gpkg', 'site')
    """
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[^\w.-]", "_", last)
    stem, dot, suffix = plain.rpartition(".")
    if not dot:
        stem, suffix = plain, ""
    stem = stem.lstrip(".-_")[:80] or SITE_STEM
    return f"{stem}.{suffix[:10]}" if suffix else stem


def upload_name(name: str | None, media_type: str) -> str:
    """Name an uploaded file by its own name, else by its type.

    Raises
    ------
    UploadError
        ``upload_suffix``.
    """
    known = MEDIA_SUFFIXES.get(media_type)
    safe = safe_name(name) if name else f"{SITE_STEM}{known or ''}"
    if not safe.lower().endswith(UPLOAD_SUFFIXES) and known:
        safe += known
    if not safe.lower().endswith(UPLOAD_SUFFIXES):
        suffixes = ", ".join(UPLOAD_SUFFIXES)
        raise UploadError("upload_suffix", file=safe, known=suffixes)
    return safe


def read_document(file: Path) -> Execute:
    """Read an Execute document.

    Raises
    ------
    ParameterError
    RequestError
        ``subscriber_refused``.
    """
    try:
        parsed = json.loads(file.read_bytes())
    except (ValueError, RecursionError) as error:
        reason = "nested too deeply" if isinstance(error, RecursionError) else error
        details = {"parameter": "body", "reason": str(reason)[:200]}
        raise ParameterError("body_not_json", **details) from error
    document = _model(Execute, parsed, ())
    if document.subscriber is not None:
        raise RequestError("subscriber_refused")
    _require_outputs(document.outputs)
    return document


def _has_formats(process: Process) -> bool:
    return "format" in process.inputs.model_fields


def _require_raw(inputs: BaseModel, response: Response) -> None:
    """Refuse to put a file into an object of outputs.

    Raises
    ------
    ParameterError
        ``input_unusable``.
    """
    if response == "document" and getattr(inputs, "format", "json") != "json":
        raise ParameterError(
            "input_unusable",
            parameter="response",
            value=response,
            reason="a report as a file is answered raw",
        )


def _validated(process: Process, inputs: Mapping[str, Any]) -> BaseModel:
    return _model(process.inputs, inputs, ("inputs",))


def _model(model: type[Model], value: object, place: tuple[str, ...]) -> Model:
    try:
        return model.model_validate(value)
    except (ValidationError, RecursionError) as error:
        if isinstance(error, RecursionError):
            where, given, reason = ".".join(place), "{…}", "nested too deeply"
        else:
            fault = error.errors(include_url=False, include_context=False)[0]
            where = ".".join([*place, *map(str, fault["loc"])]) or "body"
            given, reason = _short(fault["input"]), fault["msg"]
        raise ParameterError(
            "input_unusable", parameter=where, value=given, reason=reason
        ) from error


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"


def _require_outputs(outputs: dict[str, Any] | None) -> None:
    unknown = sorted(set(outputs or {}) - {"report"})
    if unknown:
        raise ParameterError(
            "input_unusable",
            parameter="outputs",
            value=_short(unknown[0]),
            reason="the one output is called report",
        )


def _of_fields(fields: Mapping[str, str]) -> dict[str, Any]:
    """Answer inputs out of query parameters or the text fields of a form."""
    inputs: dict[str, Any] = {key: value for key, value in fields.items() if value}
    if "layers" in inputs:
        names = inputs["layers"].split(",")
        inputs["layers"] = [name.strip() for name in names if name.strip()]
    return inputs


def _kept(polygons: dict[str, Any], folder: Path, parameter: str) -> Path:
    """Keep an input as the file it would be on the command line."""
    if "href" in polygons:
        raise ParameterError("input_href", parameter=parameter)
    value = polygons.get("value")
    if isinstance(value, dict):
        polygons, value = value, None
    if value is None:
        file = folder / f"{SITE_STEM}.geojson"
        file.write_text(json.dumps(polygons), encoding="ascii")
        return file
    file = folder / upload_name(None, str(polygons.get("mediaType", "")))
    try:
        file.write_bytes(base64.b64decode(str(value), validate=True))
    except (binascii.Error, ValueError) as error:
        raise UploadError("upload_base64", parameter=parameter) from error
    return file
