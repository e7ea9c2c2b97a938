"""``/collections/{id}/download``: a layer, or part of it, as a file to keep."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from layers.downloads import FORMATS
from layers.models import LayerSpec
from service.bbox import parse_bbox
from service.deps import LayerDep, SettingsDep
from service.errors import ParameterError
from service.handout import file_name, require_format
from service.jobs.messages import Task
from service.places import place_for
from service.routers.jobs import JobsDep, LimiterDep
from service.selection import Selection
from service.work import perform

router = APIRouter(tags=["data"])

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
BBoxQuery = Annotated[
    str | None,
    Query(description="west,south,east,north in degrees; longitude first"),
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
    layer: LayerDep,
    jobs: JobsDep,
    settings: SettingsDep,
    limiter: LimiterDep,
    form: FormatQuery = None,
    bbox: BBoxQuery = None,
    encoding: EncodingQuery = "utf-8",
) -> Response:
    """Answer a layer, or its part within ``bbox``, with its provenance.

    Features that touch the box are whole; a raster is cut to whole cells.
    """
    chosen = form or ("gpkg" if layer.kind == "vector" else "cog")
    require_format(layer, chosen)
    selection = _selection(layer, bbox)
    async with place_for(jobs) as place:
        task = Task(
            kind="download",
            folder=str(place.folder),
            output=str(place.folder / file_name(layer, chosen, selection)),
            seconds=settings.sync_seconds,
            request={
                "layer": layer.id,
                "form": chosen,
                "selection": selection.model_dump(mode="json"),
                "encoding": encoding,
            },
        )
        await perform(request, jobs.quick, task, limiter)
        file = Path(task.output)
        about = request.url_for("download", layer_id=layer.id)
        return place.answer(
            file,
            FORMATS[chosen].media_type,
            filename=file.name,
            headers={"Link": f'<{about}?f=txt>; rel="describedby"; type="text/plain"'},
        )


def _selection(layer: LayerSpec, bbox: str | None) -> Selection:
    box = None if bbox is None else parse_bbox(bbox)
    if box is not None and layer.kind == "raster" and box[0] > box[2]:
        raise ParameterError("bbox_crosses_180", parameter="bbox", value=bbox)
    return Selection(bbox=box)
