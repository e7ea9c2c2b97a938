"""What the planner's map hands out as files: workbooks and printable sheets."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from service import access
from service.bbox import parse_bbox
from service.caching import layer_tag, unless_known
from service.deps import CallerDep, CatalogDep, LanguageDep, PictureCacheDep
from service.heavy import HEAVY
from service.maps import default_layers
from service.models import SiteReport
from service.sheet.pdf import sheet_pdf
from service.viewer.workbook import workbook

router = APIRouter(tags=["maps"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"


@router.post(
    "/viewer/table.xlsx",
    response_class=Response,
    responses={200: {"content": {XLSX: {}}}},
)
def write_table(report: SiteReport, language: LanguageDep) -> Response:
    """Write a report of the process ``site`` as a workbook."""
    return Response(workbook(report, language), media_type=XLSX)


@router.get(
    "/print.pdf",
    response_class=Response,
    responses={200: {"content": {PDF: {}}}},
    dependencies=[HEAVY],
)
def read_sheet(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    language: LanguageDep,
    pictures: PictureCacheDep,
    layers: Annotated[
        str | None, Query(description="ids with commas between; from below")
    ] = None,
    bbox: Annotated[
        str | None, Query(description="west,south,east,north; the region if absent")
    ] = None,
    paper: Annotated[Literal["A4", "A3"], Query(description="landscape")] = "A4",
) -> Response:
    """Draw a map to print: equal-area, with legend, scale, sources and date."""
    asked = layers.split(",") if layers else default_layers(catalog)
    names = dict.fromkeys(one.strip() for one in asked)
    specs = [access.open_spec(catalog, caller, name) for name in names]
    today = date.today()
    headers = unless_known(request, layer_tag(request, specs, language, today))
    content = sheet_pdf(
        catalog,
        [spec.id for spec in specs],
        language=language,
        paper=paper,
        bbox=parse_bbox(bbox) if bbox else None,
        made_on=today,
        pictures=pictures,
    )
    name = f"ecobarrier-{language}-{paper}-{today.isoformat()}.pdf"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["Vary"] = "Accept-Language"
    return Response(content, media_type=PDF, headers=headers)
