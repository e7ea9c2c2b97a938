"""``/health``: whether the service can answer."""

from fastapi import APIRouter, Request
from pydantic import BaseModel

from service.deps import CatalogDep

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """The state of the service."""

    status: str
    version: str
    layers: int


@router.get("/health")
def read_health(request: Request, catalog: CatalogDep) -> Health:
    """Answer that the service is up, its version and how many layers it holds."""
    return Health(status="ok", version=request.app.version, layers=len(catalog.specs))
