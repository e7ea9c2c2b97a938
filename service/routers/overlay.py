"""``/overlap``: how two layers overlap, as a table that closes."""

from typing import Annotated

from fastapi import APIRouter, Query

from service.analysis import overlap_report
from service.deps import CatalogDep
from service.errors import KindError
from service.models import OverlapReport

router = APIRouter(tags=["analysis"])

LayerQuery = Annotated[str, Query(description="id of a vector layer")]


@router.get("/overlap")
def read_overlap(
    catalog: CatalogDep, left: LayerQuery, right: LayerQuery
) -> OverlapReport:
    """Answer the same object as ``ecobarrier overlap LEFT RIGHT --json``."""
    for layer_id in (left, right):
        # Only ids of the catalogue: a request must never open a file by path.
        spec = catalog.spec(layer_id)
        if spec.kind != "vector":
            raise KindError("overlap_needs_vector", layer=spec.id)
    return overlap_report(catalog, left, right)
