"""``/processes``: OGC API Processes, and ``POST /overlap`` for a drawn polygon."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import FileResponse, JSONResponse

from layers.snapshot import versions_of
from service.access import require
from service.bodies import receive_call
from service.deps import CallerDep, CatalogDep, LanguageDep, SettingsDep
from service.jobs.messages import VERSIONS, Task
from service.models import SiteReport
from service.negotiation import DocumentRoute
from service.places import place_for
from service.processes import (
    MAY_SEE_RESTRICTED,
    PROCESSES,
    Process,
    find,
)
from service.routers.jobs import (
    JobsDep,
    LimiterDep,
    StatusInfo,
    as_file,
    status_info,
)
from service.upload_types import MEDIA_SUFFIXES
from service.words import Language
from service.work import perform

router = APIRouter(tags=["processes"], route_class=DocumentRoute)

SITE = "site"

KEPT_OF_CHECK = ("response", "format")
"""What the check of a call tells that its job has to remember."""

PreferHeader = Annotated[
    str | None, Header(description="respond-async: answer with a job")
]
_FILE = {kind: {"schema": {"type": "string"}} for kind in MEDIA_SUFFIXES}
_EXECUTE: dict[str, Any] = {
    "application/json": {
        "schema": {
            "type": "object",
            "required": ["inputs"],
            "properties": {
                "inputs": {"type": "object"},
                "outputs": {"type": "object"},
                "response": {"type": "string", "enum": ["raw", "document"]},
            },
        }
    },
    "multipart/form-data": {
        "schema": {
            "type": "object",
            "required": ["file"],
            "properties": {
                "file": {"type": "string", "format": "binary"},
                "id": {"type": "string"},
                "look": {"type": "boolean"},
                "layers": {"type": "string"},
                "crs": {"type": "string"},
                "part": {"type": "string"},
            },
        }
    },
    **_FILE,
}


@router.get("/processes")
def read_processes(request: Request, language: LanguageDep) -> dict[str, object]:
    """List the processes."""
    return {
        "processes": [_summary(request, one, language) for one in PROCESSES.values()],
        "links": [_link(request, "self", "read_processes")],
    }


@router.get("/processes/{process_id}")
def read_process(
    request: Request, process_id: str, language: LanguageDep
) -> dict[str, object]:
    """Describe one process: what it takes and what it answers."""
    process = find(process_id)
    execution = _link(request, "execute", "execute", process_id=process.id)
    rel = "http://www.opengis.net/def/rel/ogc/1.0/execute"
    summary = _summary(request, process, language)
    return {
        **summary,
        "links": [summary["links"][0], {**execution, "rel": rel}],
        "inputs": _inputs(process),
        "outputs": {
            "report": {
                "title": process.title.model_dump()[language],
                "schema": process.output.model_json_schema(mode="serialization"),
            }
        },
    }


@router.post(
    "/processes/{process_id}/execution",
    response_class=FileResponse,
    responses={
        200: {"content": {"application/json": {}}},
        201: {"model": StatusInfo, "description": "a job was made"},
    },
    openapi_extra={"requestBody": {"required": True, "content": _EXECUTE}},
)
async def execute(
    request: Request,
    process_id: str,
    catalog: CatalogDep,
    jobs: JobsDep,
    settings: SettingsDep,
    limiter: LimiterDep,
    caller: CallerDep,
    prefer: PreferHeader = None,
) -> Response:
    """Run a process: wait for its report, or ask for a job by ``Prefer``.

    The report is the same JSON as the command line's, result id and all.
    """
    process = find(process_id)
    if process.scope is not None:
        require(caller, process.scope)
    async with place_for(jobs) as place:
        received = await receive_call(request, process, place.folder, settings)
        call = {**received, MAY_SEE_RESTRICTED: caller.may("restricted")}
        queued = "respond-async" in (prefer or "").lower()
        task = Task(
            kind="check" if queued else "execute",
            process=process.id,
            folder=str(place.folder),
            output=str(place.folder / "report.json"),
            seconds=settings.sync_seconds,
            request=call,
            versions=versions_of(catalog),
        )
        said = await perform(request, jobs.quick, task, limiter)
        if not queued:
            return place.answer(Path(task.output), **as_file(said))
        kept = {**call, **{key: said[key] for key in KEPT_OF_CHECK if key in said}}
        kept[VERSIONS] = task.versions
        job = await run_in_threadpool(
            jobs.submit, process.id, kept, place.folder, caller.key_id
        )
        location = str(request.url_for("read_job", job_id=job.id))
        return JSONResponse(
            status_info(request, job).model_dump(mode="json", exclude_none=True),
            status_code=201,
            headers={"Location": location, "Preference-Applied": "respond-async"},
        )


@router.post(
    "/overlap",
    response_class=FileResponse,
    responses={200: {"model": SiteReport}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                kind: one
                for kind, one in _EXECUTE.items()
                if kind != "application/json"
            },
        }
    },
)
async def overlap_of_site(
    request: Request,
    catalog: CatalogDep,
    jobs: JobsDep,
    settings: SettingsDep,
    limiter: LimiterDep,
    caller: CallerDep,
    layers: Annotated[
        str | None, Query(description="ids with commas between; all if not given")
    ] = None,
    crs: Annotated[str | None, Query(description="of a file without one")] = None,
    part: Annotated[str | None, Query(description="layer inside the file")] = None,
    name: Annotated[str | None, Query(description="name of the file")] = None,
    accuracy_m: Annotated[
        float | None, Query(description="positional accuracy of polygons, metres")
    ] = None,
) -> Response:
    """Measure a polygon, drawn or uploaded, against all chosen layers in one call.

    The body is the file itself (GeoJSON, zipped shapefile, GeoPackage, TXT parcels,
    KML, DXF, table of coordinates), or a form.
    The same as the process ``site``.
    """
    del (
        layers,
        crs,
        part,
        name,
        accuracy_m,
    )  # read with the body, where a form may hold them
    return await execute(request, SITE, catalog, jobs, settings, limiter, caller)


def _summary(request: Request, process: Process, language: Language) -> dict[str, Any]:
    """Describe a process as OGC wants it, in the reader's language, and in both."""
    return {
        "id": process.id,
        "version": request.app.version,
        "title": process.title.model_dump()[language],
        "description": process.description.model_dump()[language],
        "titles": process.title.model_dump(),
        "descriptions": process.description.model_dump(),
        "jobControlOptions": ["sync-execute", "async-execute", "dismiss"],
        "outputTransmission": ["value"],
        "links": [_link(request, "self", "read_process", process_id=process.id)],
    }


def _inputs(process: Process) -> dict[str, object]:
    schema: Mapping[str, Any] = process.inputs.model_json_schema()
    needed = {*schema.get("required", ()), process.file}
    return {
        name: {
            "title": name,
            "description": str(one.get("description", "")),
            "schema": {
                key: value
                for key, value in one.items()
                if key not in ("title", "description", "default")
            },
            "minOccurs": int(name in needed),
            "maxOccurs": 1,
        }
        for name, one in schema["properties"].items()
    }


def _link(request: Request, rel: str, route: str, **path: str) -> dict[str, str]:
    href = str(request.url_for(route, **path))
    return {"rel": rel, "type": "application/json", "href": href}
