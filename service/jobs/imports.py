"""The process ``import`` in a worker: what was sent becomes paths and options."""

import base64
import binascii
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo.messages import listed
from layers.errors import DecisionNeededError, LayerReadError
from layers.importing.options import ImportOptions
from layers.importing.report import ImportReport
from layers.importing.sources import importable
from layers.readers.archives import COMPANIONS
from layers.readers.limits import ReadLimits
from service.errors import ParameterError, UploadError
from service.import_process import ImportInputs
from service.importing import bring, options_of
from service.jobs.inputs import BODY_FILE, Response, read_document, safe_name

Progress = Callable[[int], None]

FILES, FIELDS = "files", "fields"
"""Of a task's request: names of files in its folder, and what a form said."""
_HALF_WAY_ROWS = 20_000
"""Nobody knows how many features a file has before it is read to its end."""
_TRUE = ("true", "on", "1", "yes")


@dataclass(frozen=True)
class ImportCall:
    """What a caller wants to be imported.

    Parameters
    ----------
    paths : list of Path
        The layer's files among those sent.
    options : ImportOptions
    look : bool
    response : {"raw", "document"}
    """

    paths: list[Path]
    options: ImportOptions
    look: bool
    response: Response


def read_import(
    folder: Path, request: Mapping[str, Any], limits: ReadLimits
) -> ImportCall:
    """Read and validate a call.

    Parameters
    ----------
    folder : Path
        Holds the files, or takes them up out of a document.
    request : mapping
        ``files`` and ``fields`` of a form; without them there is a document.
    limits : ReadLimits
        Of what an archive may unpack to.

    Raises
    ------
    ParameterError, UploadError
    LayerLimitError
    """
    response: Response = "raw"
    if FILES in request:
        names, fields = list(request[FILES]), dict(request.get(FIELDS, {}))
    else:
        document = read_document(folder / BODY_FILE)
        response, fields = document.response, dict(document.inputs)
        names = _kept(fields.pop("files", ()), folder)
    look = str(fields.pop("look", "")).lower() in _TRUE
    options = options_of(fields)
    paths = layer_files(folder, names)
    for path in paths:
        limits.require_unpackable(path)
    return ImportCall(paths, options, look, response)


def layer_files(folder: Path, names: Iterable[str]) -> list[Path]:
    """Answer the files that are the layer; their parts only have to lie beside them.

    Texts and tables that came with a shapefile go with it, as in an archive.

    Raises
    ------
    UploadError
        ``upload_missing`` or ``upload_no_layer``.
    """
    sent = [folder / name for name in names]
    if not sent:
        raise UploadError("upload_missing", parameter="files")
    known = [one for one in sent if one.suffix.lower() in importable()]
    if any(one.suffix.lower() == ".shp" for one in known):
        known = [one for one in known if one.suffix.lower() not in COMPANIONS]
    if not known:
        files = listed([one.name for one in sent])
        told = ", ".join(importable())
        raise UploadError("upload_no_layer", files=files, known=told)
    return known


def require_workspace(workspace: Path | None) -> Path:
    """Answer the folder of imported layers.

    Raises
    ------
    ParameterError
        ``workspace_missing``.
    """
    if workspace is None:
        raise ParameterError("workspace_missing", parameter="ECOBARRIER_WORKSPACE")
    return workspace


def run_import(
    call: ImportCall,
    workspace: Path,
    seeds: Path,
    progress: Progress,
    *,
    kept_s: float,
) -> ImportReport:
    """Import; what is wrong with the files is the caller's to mend.

    Raises
    ------
    DecisionNeededError
        Each choice with the address of its picture.
    UploadError
        What cannot be read.
    EcobarrierError
    """
    progress(1)

    def rows_done(rows: int) -> None:
        progress(5 + int(85 * (1 - math.exp(-rows / _HALF_WAY_ROWS * math.log(2)))))

    try:
        return bring(
            call.paths,
            call.options,
            workspace,
            seeds,
            rows_done,
            look=call.look,
            kept_s=kept_s,
        )
    except DecisionNeededError as error:
        raise DecisionNeededError(error.code, **_drawn(error.details)) from error
    except LayerReadError as error:
        raise UploadError(error.code, **error.details) from error


def _drawn(details: Mapping[str, Any]) -> dict[str, Any]:
    """Add to each choice where its picture is."""
    choices = [dict(one) for one in details.get("choices", ())]
    for one in choices:
        if "bounds" in one:
            box = ",".join(f"{value:.6f}" for value in one["bounds"])
            one["preview"] = f"/import/preview.svg?bounds={box}"
    return {**details, "choices": choices}


def _kept(files: object, folder: Path) -> list[str]:
    """Keep the files of a document as they would be on the command line."""
    sent = ImportInputs.model_fields["files"]
    if not isinstance(files, list | tuple):
        raise ParameterError(
            "input_unusable",
            parameter="inputs.files",
            value=type(files).__name__,
            reason=str(sent.description),
        )
    names: list[str] = []
    for one in files:
        if not isinstance(one, dict) or not {"name", "value"} <= one.keys():
            raise ParameterError(
                "input_unusable",
                parameter="inputs.files",
                value=repr(one)[:60],
                reason="name and value (base64) are needed",
            )
        name = free_name(str(one["name"]), names)
        try:
            content = base64.b64decode(str(one["value"]), validate=True)
        except (binascii.Error, ValueError) as error:
            raise UploadError("upload_base64", parameter=name) from error
        (folder / name).write_bytes(content)
        names.append(name)
    return names


def free_name(name: str, taken: Iterable[str]) -> str:
    """Answer the name under which a file sent is kept.

    Raises
    ------
    UploadError
        ``upload_name_twice``.
    """
    safe = safe_name(name)
    if safe.lower() in {one.lower() for one in taken} or safe == BODY_FILE:
        raise UploadError("upload_name_twice", file=safe)
    return safe
