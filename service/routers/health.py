"""``/health``, ``/ready`` and ``/metrics``: for what watches the service."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool

from layers.catalog import Catalog
from layers.storage.files import is_known
from service.caching import NEVER
from service.deps import CatalogDep
from service.meter_exchange import read_meters

router = APIRouter(tags=["service"])

_FRESH = {"Cache-Control": NEVER}


class Health(BaseModel):
    """The state of the service."""

    status: str
    version: str
    layers: int


class Readiness(BaseModel):
    """Whether the files of all layers are there; those that are not are named."""

    status: str
    layers: int
    missing: list[str]


# No thread: it must be answered also when all threads are busy.
@router.get("/health")
async def read_health(
    request: Request, response: Response, catalog: CatalogDep
) -> Health:
    """Answer that the service is up, its version and how many layers it holds."""
    response.headers.update(_FRESH)
    return Health(status="ok", version=request.app.version, layers=len(catalog.specs))


@router.get("/ready", response_model=Readiness, responses={503: {"model": Readiness}})
async def read_readiness(catalog: CatalogDep) -> Response:
    """Answer whether the files of the catalogue are there; 503 where one is missing.

    The other layers are served meanwhile.
    """
    missing = await run_in_threadpool(_missing, catalog)
    status = "ok" if not missing else "layers missing"
    said = Readiness(status=status, layers=len(catalog.specs), missing=missing)
    return JSONResponse(said.model_dump(), 503 if missing else 200, _FRESH)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def read_metrics(request: Request) -> Response:
    """Answer counts and times in Prometheus' text format.

    A service of several processes answers for all: each series has a label ``process``.
    """
    text = await read_meters(request.app.state.meters, request.app.state.share)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers=_FRESH)


def _missing(catalog: Catalog) -> list[str]:
    return [one.id for one in catalog.specs if not is_known(catalog.place(one.id))]
