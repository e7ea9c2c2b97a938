"""What the planner's map hands out as files: workbooks and printable sheets."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from layers.catalog import Catalog
from service import access
from service.bbox import parse_bbox
from service.cache import BoundedCache
from service.caching import layer_tag, unless_known
from service.callers import Caller
from service.deps import CallerDep, CatalogDep, LanguageDep, PictureCacheDep
from service.heavy import HEAVY
from service.map_rasters import Picture
from service.maps import default_layers
from service.models import SiteReport
from service.sheet.pdf import sheet_pdf
from service.sheet.result import CheckedSite, Unit
from service.viewer.workbook import workbook
from service.words import Language

router = APIRouter(tags=["maps"])

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PDF = "application/pdf"

LayersQuery = Annotated[
    str | None, Query(description="ids with commas between; from below")
]
BoxQuery = Annotated[
    str | None, Query(description="west,south,east,north; the region if absent")
]
PaperQuery = Annotated[Literal["A4", "A3"], Query(description="landscape")]
TitleQuery = Annotated[
    str, Query(description="instead of the usual title", max_length=60)
]


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
    layers: LayersQuery = None,
    bbox: BoxQuery = None,
    paper: PaperQuery = "A4",
    title: TitleQuery = "",
) -> Response:
    """Draw a map to print: equal-area, with legend, scale, sources and date."""
    wish = _Wish(layers, bbox, paper, title)
    return _sheet(request, catalog, caller, language, pictures, wish)


@router.post(
    "/print.pdf",
    response_class=Response,
    responses={200: {"content": {PDF: {}}}},
    dependencies=[HEAVY],
)
def write_sheet(
    site: CheckedSite,
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    language: LanguageDep,
    pictures: PictureCacheDep,
    layers: LayersQuery = None,
    bbox: BoxQuery = None,
    paper: PaperQuery = "A4",
    title: TitleQuery = "",
    unit: Annotated[Unit, Query(description="of the table's areas")] = "km2",
) -> Response:
    """Draw a map to print with a site on it and, after it, the table of its check.

    The body holds what the processes ``site`` and ``pieces`` answered.
    """
    wish = _Wish(layers, bbox, paper, title, site, unit)
    return _sheet(request, catalog, caller, language, pictures, wish)


@dataclass(frozen=True)
class _Wish:
    layers: str | None
    bbox: str | None
    paper: Literal["A4", "A3"]
    title: str
    site: CheckedSite | None = None
    unit: Unit = "km2"


def _sheet(
    request: Request,
    catalog: Catalog,
    caller: Caller,
    language: Language,
    pictures: BoundedCache[Picture],
    wish: _Wish,
) -> Response:
    asked = wish.layers.split(",") if wish.layers else default_layers(catalog)
    names = dict.fromkeys(one.strip() for one in asked)
    specs = [access.open_spec(catalog, caller, name) for name in names]
    today = date.today()
    headers = {}
    if wish.site is None:
        headers = unless_known(request, layer_tag(request, specs, language, today))
    content = sheet_pdf(
        catalog,
        [spec.id for spec in specs],
        language=language,
        paper=wish.paper,
        bbox=parse_bbox(wish.bbox) if wish.bbox else None,
        made_on=today,
        title=wish.title,
        site=wish.site,
        unit=wish.unit,
        pictures=pictures,
    )
    name = f"ecobarrier-{language}-{wish.paper}-{today.isoformat()}.pdf"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    headers["Vary"] = "Accept-Language"
    return Response(content, media_type=PDF, headers=headers)
