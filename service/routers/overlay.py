"""``/overlap``: how two layers overlap, as a table that closes."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from layers.catalog import Catalog
from layers.models import LayerSpec
from service.access import may_see
from service.analysis import overlap_report
from service.caching import layer_tag, unless_known
from service.deps import CallerDep, CatalogDep, LanguageDep
from service.documents import PAGE
from service.errors import KindError, ParameterError
from service.heavy import HEAVY
from service.models import OverlapReport
from service.negotiation import FormDep, respond
from service.withheld import Side, without_restricted

router = APIRouter(tags=["analysis"])

LayerQuery = Annotated[
    str | None,
    Query(
        description="id of a vector layer; needed but for the form",
        examples=["leagues"],
    ),
]


@router.get(
    "/overlap",
    response_model=OverlapReport,
    responses={200: {"content": PAGE}},
    dependencies=[HEAVY],
)
def read_overlap(
    request: Request,
    catalog: CatalogDep,
    language: LanguageDep,
    form: FormDep,
    caller: CallerDep,
    left: LayerQuery = None,
    right: LayerQuery = None,
) -> Response:
    """Answer the same object as ``ecobarrier overlap LEFT RIGHT --json``.

    The page has a form to choose the layers; without a choice it has only that.
    """
    respond_with = partial(
        respond,
        request,
        form=form,
        language=language,
        template="overlap.html",
        layers=[one for one in catalog.specs if _has_area(one)],
        left=left,
        right=right,
    )
    if form == "html" and not (left and right):
        return respond_with({})
    sides: dict[Side, LayerSpec] = {
        "left": _side(catalog, "left", left),
        "right": _side(catalog, "right", right),
    }
    closed: list[Side] = [
        name for name, spec in sides.items() if not may_see(caller, spec)
    ]
    tag = layer_tag(request, sides.values(), form, language, closed)
    headers = unless_known(request, tag)
    report = overlap_report(catalog, sides["left"].id, sides["right"].id)
    report = without_restricted(report, closed)
    document = report.model_dump(mode="json")
    return respond_with(document, headers=headers)


def _side(catalog: Catalog, name: str, layer_id: str | None) -> LayerSpec:
    if not layer_id:
        raise ParameterError("parameter_missing", parameter=name)
    # Only ids of the catalogue: a request must never open a file by path.
    spec = catalog.spec(layer_id)
    if spec.kind != "vector":
        raise KindError("overlap_needs_vector", layer=spec.id)
    return spec


def _has_area(spec: LayerSpec) -> bool:
    return spec.kind == "vector" and spec.geometry in ("polygon", "mixed")
