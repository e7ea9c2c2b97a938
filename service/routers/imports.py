"""``/import``: the upload page; it works with and without scripts.

With scripts the page asks the process ``import`` for a job and shows how far it is;
without them the form comes to ``POST /import`` and is answered at once.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse, Response

from geo.errors import EcobarrierError
from service import access, pages
from service.bodies import receive_files
from service.caching import REVALIDATE
from service.callers import Caller
from service.deps import CallerDep, LanguageDep, SettingsDep
from service.errors import NotFoundError, ParameterError, status_of
from service.html import page
from service.import_pages import (
    drawer,
    form_context,
    fragment,
    refusal_context,
    report_context,
)
from service.import_preview import Backdrop, picture
from service.jobs.imports import FIELDS
from service.jobs.messages import Refusal, Task
from service.keys import KeyRing
from service.negotiation import FormDep, respond
from service.places import place_for
from service.processes import IMPORT
from service.routers.jobs import JobId, JobsDep, LimiterDep
from service.words import Language
from service.work import perform

router = APIRouter(tags=["import"])

Script = Literal["import.js"]
_BOUNDS = Query(
    description="west,south,east,north in degrees",
    max_length=120,
    examples=["106.5,40.3,106.6,40.4"],
)


@router.get("/import", response_class=HTMLResponse, include_in_schema=False)
def read_import(request: Request, language: LanguageDep, form: FormDep) -> Response:
    """Answer the page with the form."""
    process = str(request.url_for("read_process", process_id=IMPORT))
    document = {"links": [{"rel": "process", "href": process}]}
    context = _page_context(request, language, {})
    return respond(
        request,
        document,
        form=form,
        language=language,
        template="import.html",
        **context,
    )


@router.post("/import", response_class=HTMLResponse, include_in_schema=False)
async def send_import(
    request: Request,
    jobs: JobsDep,
    settings: SettingsDep,
    limiter: LimiterDep,
    caller: CallerDep,
    language: LanguageDep,
) -> Response:
    """Take the form of a browser without scripts, and answer the page with the result.

    The key is a field of the form: a browser would send one by itself to whoever makes
    it, which must not change anything.
    """
    fields: dict[str, str] = {}
    status = 200
    try:
        async with place_for(jobs) as place:
            received = await receive_files(request, place.folder)
            fields = received[FIELDS]
            access.require(_holder(request, caller, fields.pop("key", "")), "write")
            task = Task(
                kind="execute",
                process=IMPORT,
                folder=str(place.folder),
                output=str(place.folder / "report.json"),
                seconds=settings.sync_seconds,
                request=received,
            )
            await perform(request, jobs.quick, task, limiter)
            result = report_context(await run_in_threadpool(_read, Path(task.output)))
    except EcobarrierError as error:
        said = Refusal.of(error)
        status = int(status_of(error))
        result = refusal_context(said.code, said.zh, said.en, said.details)
    context = {**_page_context(request, language, fields), **result}
    return page(request, "import.html", language, context, None, status)


@router.get(
    "/import/results/{job_id}", response_class=HTMLResponse, include_in_schema=False
)
def read_import_result(
    request: Request,
    jobs: JobsDep,
    caller: CallerDep,
    job_id: JobId,
    language: LanguageDep,
) -> Response:
    """Answer the result of a job as the part of the page that shows it."""
    job = access.owned(caller, jobs.store.get(job_id))
    if job.process != IMPORT:
        raise NotFoundError("job_not_found", job=job_id)
    if job.refusal is not None:
        said = job.refusal
        context = refusal_context(said.code, said.zh, said.en, said.details)
    elif job.state == "successful":
        document = _read(jobs.folder.result(job.id))
        context = report_context(document.get("report", document))
    else:
        raise NotFoundError("job_not_ready", job=job_id, state=job.state)
    context["draw"] = drawer(_backdrop(request), language)
    headers = {"Cache-Control": "no-store"}
    return HTMLResponse(fragment(language, context), headers=headers)


@router.get(
    "/import/preview.svg",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def read_preview(
    request: Request,
    language: LanguageDep,
    bounds: Annotated[str, _BOUNDS],
) -> Response:
    """Draw where a box lies in the region, for the choices of a question."""
    drawn = picture(_backdrop(request), _box(bounds), language)
    headers = {
        "Cache-Control": "public, max-age=86400",
        # A picture may style itself and nothing else.
        "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    }
    return Response(drawn, 200, headers, "image/svg+xml")


@router.get("/import/{name}", include_in_schema=False)
def read_import_script(name: Script) -> Response:
    """Answer the script of the page."""
    headers = {"Cache-Control": REVALIDATE}
    return Response(pages.own_file(name), 200, headers, "text/javascript")


def _backdrop(request: Request) -> Backdrop:
    backdrop = request.app.state.backdrop
    assert isinstance(backdrop, Backdrop)
    return backdrop


def _page_context(
    request: Request, language: Language, given: dict[str, str]
) -> dict[str, Any]:
    return {
        "closed": request.app.state.settings.workspace is None,
        "draw": drawer(_backdrop(request), language),
        "report": None,
        "refusal": None,
        **form_context(language, given),
    }


def _holder(request: Request, caller: Caller, key: str) -> Caller:
    keys = request.app.state.keys
    assert isinstance(keys, KeyRing)
    return keys.caller(key.strip()) or caller


def _read(file: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(file.read_bytes())
    return document


def _box(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(one) for one in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    # Also false for nan.
    if not (-180 <= west <= east <= 180 and -90 < south <= north < 90):
        raise ParameterError(
            "parameter_invalid",
            parameter="bounds",
            value=text[:80],
            reason="west,south,east,north in degrees",
        )
    return west, south, east, north
