"""``/collections/{id}/download``: a layer, or part of it, as a file to keep."""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.concurrency import run_in_threadpool

from layers.downloads import FORMATS
from layers.models import LayerSpec
from layers.snapshot import versions_of
from service.deps import CatalogDep, LayerDep, SettingsDep, TileStoreDep
from service.features.query import Filters, asked
from service.features.route import FeatureRoute
from service.features.store import FeatureStore
from service.handout import file_name, require_format, require_whole
from service.jobs.messages import Task
from service.places import place_for
from service.routers.files import read_pmtiles
from service.routers.items import FiltersDep, StoreDep
from service.routers.jobs import JobsDep, LimiterDep
from service.selection import conditions, raster_box
from service.work import perform

router = APIRouter(tags=["data"], route_class=FeatureRoute)


@dataclass(frozen=True)
class Parts:
    """The parts of the service that a download needs."""

    jobs: JobsDep
    limiter: LimiterDep
    tiles: TileStoreDep
    features: StoreDep


PartsDep = Annotated[Parts, Depends()]

Format = Literal[
    "geojson",
    "gpkg",
    "geoparquet",
    "fgb",
    "shp",
    "kml",
    "csv",
    "xlsx",
    "cog",
    "pmtiles",
    "original",
    "txt",
]

FormatQuery = Annotated[
    Format | None,
    Query(
        alias="f",
        description="format; GeoPackage or Cloud-Optimized GeoTIFF if not given."
        " original: as it is kept; txt: only where it comes from",
    ),
]
EncodingQuery = Annotated[
    Literal["utf-8", "gbk"], Query(description="of a shapefile's attributes")
]


@router.get(
    "/collections/{layer_id}/download",
    response_class=Response,
    responses={
        200: {"content": {form.media_type: {} for form in FORMATS.values()}},
    },
)
async def download(
    request: Request,
    catalog: CatalogDep,
    layer: LayerDep,
    filters: FiltersDep,
    parts: PartsDep,
    settings: SettingsDep,
    form: FormatQuery = None,
    encoding: EncodingQuery = "utf-8",
) -> Response:
    """Answer a layer, or the part that matches, with its provenance.

    The parameters that choose are those of ``items``; features that match are whole.
    Of a raster, ``bbox`` cuts whole cells.
    """
    chosen = form or ("gpkg" if layer.kind == "vector" else "cog")
    require_format(layer, chosen)
    require_whole(chosen, filters)
    about = request.url_for("download", layer_id=layer.id)
    headers = {"Link": f'<{about}?f=txt>; rel="describedby"; type="text/plain"'}
    if chosen == "pmtiles":
        archive = await read_pmtiles(request, parts.tiles, layer)
        archive.headers.update(headers)
        return archive
    served = await run_in_threadpool(_checked, parts.features, layer, filters)
    async with place_for(parts.jobs) as place:
        task = Task(
            kind="download",
            folder=str(place.folder),
            output=str(place.folder / file_name(layer, chosen, filters)),
            seconds=settings.sync_seconds,
            request={
                "layer": layer.id,
                "form": chosen,
                "filters": asdict(filters),
                "served": served,
                "encoding": encoding,
            },
            versions=versions_of(catalog),
        )
        await perform(request, parts.jobs.quick, task, parts.limiter)
        file = Path(task.output)
        return place.answer(
            file, FORMATS[chosen].media_type, filename=file.name, headers=headers
        )


def _checked(store: FeatureStore, layer: LayerSpec, filters: Filters) -> str | None:
    """Refuse a bad condition before work begins; answer where to ask it of."""
    if layer.kind == "raster":
        raster_box(filters, layer)
        return None
    if not any(conditions(filters)):
        return None
    served = store.open(layer)
    asked(filters, {}, [], layer, served)
    return str(served.path)
