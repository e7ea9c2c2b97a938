"""``/jobs``: the list of jobs, how far each is, its results, and the way to cancel.

A caller meets own jobs only; see :func:`service.access.owned`.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Annotated, Any, Literal

import anyio
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.responses import FileResponse, Response
from pydantic import BaseModel

from geo.messages import render
from service import access
from service.deps import CallerDep, LanguageDep
from service.errors import NotFoundError
from service.html import page
from service.jobs.service import JobService
from service.jobs.store import STATES, Job, State
from service.negotiation import JSON, VARY, DocumentRoute, FormDep
from service.processes import PROCESSES
from service.report_types import REPORT_TYPES


class JobRoute(DocumentRoute):
    """Jobs as people read them."""

    template = "jobs.html"

    def context(self) -> dict[str, object]:
        """Name the processes."""
        titles = {name: one.title.model_dump() for name, one in PROCESSES.items()}
        return {"titles": titles}


router = APIRouter(tags=["processes"], route_class=JobRoute)

MAX_JOBS = 1000
MOST_PAGE_BYTES = 4_000_000
MOST_ROWS = 500
"""Rows of a table on a page; the JSON has them all."""


def get_jobs(request: Request) -> JobService:
    """Answer the app's pools of workers and its job list."""
    jobs = request.app.state.jobs
    assert isinstance(jobs, JobService)
    return jobs


def get_limiter(request: Request) -> anyio.CapacityLimiter:
    """Answer the app's bound on threads that wait for workers."""
    limiter = request.app.state.waiting
    assert isinstance(limiter, anyio.CapacityLimiter)
    return limiter


JobsDep = Annotated[JobService, Depends(get_jobs)]
LimiterDep = Annotated[anyio.CapacityLimiter, Depends(get_limiter)]
JobId = Annotated[str, Path(description="id of a job", max_length=80)]


class Link(BaseModel):
    """A link of OGC API."""

    rel: str
    type: str
    href: str


class StatusInfo(BaseModel):
    """How far a job is, as OGC API Processes has it; times are UTC."""

    processID: str  # noqa: N815
    type: Literal["process"] = "process"
    jobID: str  # noqa: N815
    status: State
    message: str | None = None
    created: datetime
    started: datetime | None = None
    finished: datetime | None = None
    updated: datetime
    progress: int
    links: list[Link]


class JobList(BaseModel):
    """A page of jobs, the newest first."""

    jobs: list[StatusInfo]
    numberMatched: int  # noqa: N815
    numberReturned: int  # noqa: N815
    links: list[Link]


@router.get("/jobs", response_model_exclude_none=True)
def read_jobs(
    request: Request,
    jobs: JobsDep,
    caller: CallerDep,
    status: Annotated[list[State] | None, Query(description="only these")] = None,
    process: Annotated[
        list[str] | None, Query(alias="processID", description="only of these")
    ] = None,
    limit: Annotated[int, Query(ge=1, description="most jobs of a page")] = 100,
    offset: Annotated[int, Query(ge=0, le=2**31, description="how many to skip")] = 0,
) -> JobList:
    """List the caller's jobs."""
    most = min(limit, MAX_JOBS)
    found, matched = jobs.store.jobs(
        caller=access.listed_callers(caller),
        states=tuple(status or STATES),
        processes=tuple(process or ()),
        limit=most,
        offset=offset,
    )
    links = [_link("self", str(request.url))]
    if offset + len(found) < matched and found:
        href = request.url.include_query_params(offset=offset + len(found))
        links.append(_link("next", str(href)))
    return JobList(
        jobs=[status_info(request, job) for job in found],
        numberMatched=matched,
        numberReturned=len(found),
        links=links,
    )


@router.get("/jobs/{job_id}", response_model_exclude_none=True)
def read_job(
    request: Request, jobs: JobsDep, caller: CallerDep, job_id: JobId
) -> StatusInfo:
    """Answer how far a job is."""
    return status_info(request, access.managed(caller, jobs.store.get(job_id)))


@router.get(
    "/jobs/{job_id}/results",
    response_class=FileResponse,
    responses={200: {"content": {"application/json": {}}}},
)
def read_results(
    request: Request,
    jobs: JobsDep,
    caller: CallerDep,
    job_id: JobId,
    language: LanguageDep,
    form: FormDep,
) -> Response:
    """Answer what a job gave, or why it gave nothing: JSON, or a page of its tables."""
    job = access.owned(caller, jobs.store.get(job_id))
    if job.refusal is not None:
        raise job.refusal.error()
    if job.state == "dismissed":
        raise NotFoundError("job_dismissed", job=job_id)
    if job.state != "successful":
        raise NotFoundError("job_not_ready", job=job_id, state=job.state)
    file = jobs.folder.result(job.id)
    if not file.is_file():
        raise NotFoundError("job_not_found", job=job_id)
    vary = {"Vary": VARY}
    if job.request.get("format", "json") != "json":
        return FileResponse(file, headers=vary, **as_file(job.request))
    if form == "html":
        context = _shown(job, file) | {
            "job_address": request.url_for("read_job", job_id=job.id).path
        }
        return page(request, "results.html", language, context, vary)
    return FileResponse(file, media_type=JSON, headers=vary)


def _shown(job: Job, file: FilePath) -> dict[str, object]:
    """Answer what the page draws; nothing of a file that no page could hold."""
    report = None
    if file.stat().st_size <= MOST_PAGE_BYTES:
        report = json.loads(file.read_bytes())
        report = report.get("report", report)
    title = PROCESSES[job.process].title.model_dump()
    return {"kind": job.process, "report": report, "process": title, "most": MOST_ROWS}


@router.delete("/jobs/{job_id}", response_model_exclude_none=True)
def dismiss_job(
    request: Request, jobs: JobsDep, caller: CallerDep, job_id: JobId
) -> StatusInfo:
    """Cancel a job that waits or runs; forget one that has ended, and its results."""
    job = access.managed(caller, jobs.store.get(job_id))
    return status_info(request, jobs.dismiss(job.id))


def as_file(said: Mapping[str, Any]) -> dict[str, Any]:
    """Answer how the output of a process is sent: JSON, or a report to be saved.

    Parameters
    ----------
    said : mapping
        What the worker told of the call: ``format``, and ``result_id`` once it ran.
    """
    wanted = str(said.get("format", "json"))
    if wanted == "json":
        return {"media_type": REPORT_TYPES["json"]}
    name = "-".join(filter(None, ("check", said.get("result_id"))))
    return {"media_type": REPORT_TYPES[wanted], "filename": f"{name}.{wanted}"}


def status_info(request: Request, job: Job) -> StatusInfo:
    """Say how far a job is."""
    here = str(request.url_for("read_job", job_id=job.id))
    links = [_link("self", here)]
    if job.state == "successful":
        rel = "http://www.opengis.net/def/rel/ogc/1.0/results"
        links.append(_link(rel, f"{here}/results"))
    return StatusInfo(
        processID=job.process,
        jobID=job.id,
        status=job.state,
        message=_message(job),
        created=_moment(job.created),
        started=None if job.started is None else _moment(job.started),
        finished=None if job.finished is None else _moment(job.finished),
        updated=_moment(job.updated),
        progress=job.progress,
        links=links,
    )


def _message(job: Job) -> str | None:
    if job.refusal is not None:
        return f"{job.refusal.zh} | {job.refusal.en}"
    said: Iterable[str] = () if job.note is None else (str(render(job.note, {})),)
    return next(iter(said), None)


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _link(rel: str, href: str) -> Link:
    return Link(rel=rel, type="application/json", href=href)
