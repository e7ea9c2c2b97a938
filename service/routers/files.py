"""``/collections/{id}/pmtiles`` and ``/cog``: the files themselves, also in parts.

A PMTiles or COG reader (a browser, QGIS, GDAL) needs no tile server: it asks for
parts of the file by HTTP range.
"""

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from geo.tile_matrix import WEB_MERCATOR_QUAD
from layers.models import LayerSpec
from layers.storage.files import removed_version
from layers.tiles import tiles_key
from service.deps import CatalogDep, LayerDep, TileStoreDep
from service.errors import NothingThereError
from service.ranges import file_response

router = APIRouter(tags=["tiles"])

PMTILES = "application/vnd.pmtiles"
COG = "image/tiff; application=geotiff; profile=cloud-optimized"


async def read_pmtiles(
    request: Request, store: TileStoreDep, layer: LayerDep
) -> Response:
    """Answer the archive of a vector layer's tiles in Web Mercator."""
    _require(layer, "vector", "/pmtiles")
    await store.ready(layer)
    path = await run_in_threadpool(store.archive_file, layer, WEB_MERCATOR_QUAD)
    return await run_in_threadpool(
        file_response,
        request,
        path,
        media_type=PMTILES,
        etag=f'"{tiles_key(layer)}"',
        name=f"{layer.id}.pmtiles",
    )


def read_cog(request: Request, catalog: CatalogDep, layer: LayerDep) -> Response:
    """Answer the Cloud-Optimized GeoTIFF of a raster layer."""
    _require(layer, "raster", "/cog")
    path = catalog.path(layer.id)
    try:
        return file_response(
            request,
            path,
            media_type=COG,
            etag=f'"{layer.version}"',
            name=f"{layer.id}.tif",
        )
    except FileNotFoundError as error:
        raise removed_version(path) or error from error


def _require(layer: LayerSpec, kind: str, path: str) -> None:
    if layer.kind != kind:
        raise NothingThereError("file_of_other_kind", layer=layer.id, path=path)


_ANSWERS: dict[int | str, dict[str, object]] = {
    206: {"description": "The part asked for by ``Range``"},
    304: {"description": "As the caller has it"},
    416: {"description": "The file has no such part"},
}
for _path, _read, _kind in (
    ("/collections/{layer_id}/pmtiles", read_pmtiles, PMTILES),
    ("/collections/{layer_id}/cog", read_cog, COG),
):
    router.add_api_route(
        _path,
        _read,
        response_class=Response,
        responses={200: {"content": {_kind: {}}}, **_ANSWERS},
    )
    router.add_api_route(_path, _read, methods=["HEAD"], include_in_schema=False)
