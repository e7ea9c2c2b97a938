"""``/collections/{id}/tiles``: vector and picture tiles (OGC API - Tiles, Part 1).

An address with ``v``, the version that TileJSON and the tileset's links give, may be
kept for ever; one without is checked again each time. A vector tile in which nothing
is is answered 204 without content, a picture 200 and transparent. An address at which
there can be no tile is 404.
"""

from functools import partial
from typing import Annotated, Any, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Depends, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from geo.tile_matrix import TILE_MATRIX_SETS, TileMatrixSet
from layers.catalog import Catalog
from layers.models import LayerSpec
from layers.snapshot import only
from service import access
from service.caching import IMMUTABLE, private
from service.deps import (
    CallerDep,
    CatalogDep,
    FormerDep,
    LanguageDep,
    LayerDep,
    TilePicturesDep,
    TileStoreDep,
)
from service.errors import NothingThereError
from service.negotiation import DocumentRoute
from service.ranges import matches
from service.tiles.address import (
    TileAddress,
    formats,
    gone,
    read_address,
    tile_matrix_set,
)
from service.tiles.metadata import (
    MEDIA_TYPES,
    SCHEME,
    LayerExtent,
    TileFormat,
    crs_uri,
    tile_json,
    tileset,
)
from service.tiles.versions import address_version
from service.words import said

router = APIRouter(tags=["tiles"], route_class=DocumentRoute)

CHECKED = "public, no-cache"

TmsPath = Annotated[str, Path(description="a tile matrix set, as in /tileMatrixSets")]
FormatQuery = Annotated[
    TileFormat | None, Query(alias="f", description="mvt, png or webp")
]


@router.get("/collections/{layer_id}/tiles")
def read_tilesets(
    request: Request, layer: LayerDep, language: LanguageDep
) -> dict[str, Any]:
    """List the tilesets of a layer: each matrix set as vectors and as pictures."""
    kinds: list[TileFormat] = ["png"] if layer.kind == "raster" else ["mvt", "png"]
    return {
        "tilesets": [
            {
                "title": f"{said(layer.title, language)} ({tiles.id}, {form})",
                "dataType": "vector" if form == "mvt" else "map",
                "crs": crs_uri(tiles),
                "tileMatrixSetId": tiles.id,
                "links": _links(request, layer, tiles, form),
            }
            for tiles in TILE_MATRIX_SETS.values()
            for form in kinds
        ],
        "links": [{"rel": "self", "type": _JSON, "href": str(request.url)}],
    }


class TilesetOfLayer(NamedTuple):
    """What a request for a description of tiles is about."""

    layer: LayerSpec
    tiles: TileMatrixSet
    form: TileFormat
    extent: LayerExtent


async def get_tileset(
    catalog: CatalogDep,
    store: TileStoreDep,
    pictures: TilePicturesDep,
    layer: LayerDep,
    tms: TmsPath,
    wanted: FormatQuery = None,
) -> TilesetOfLayer:
    """Answer the tiles that are asked about, baked if they have to be."""
    tiles, form = _understood(layer, tms, wanted)
    if layer.kind == "vector":
        await store.ready(layer)
    extent = await run_in_threadpool(pictures.extent, catalog, layer, tiles)
    return TilesetOfLayer(layer, tiles, form, extent)


TilesetDep = Annotated[TilesetOfLayer, Depends(get_tileset)]


@router.get("/collections/{layer_id}/tiles/{tms}")
def read_tileset(
    request: Request, asked: TilesetDep, language: LanguageDep
) -> dict[str, Any]:
    """Describe a tileset: extent, levels, rows and columns, address template."""
    layer, tiles, form, extent = asked
    links = _links(request, layer, tiles, form)
    return tileset(layer, tiles, form, extent.bounds, language=language, links=links)


@router.get("/collections/{layer_id}/tiles/{tms}/tilejson.json")
def read_tile_json(
    request: Request, asked: TilesetDep, language: LanguageDep
) -> dict[str, Any]:
    """Answer TileJSON 3.0.0, with the version in the address of the tiles."""
    layer, tiles, form, extent = asked
    template = _template(request, layer, tiles, form, ("{z}", "{y}", "{x}"))
    return tile_json(layer, tiles, form, extent, language=language, template=template)


class AddressedLayer(NamedTuple):
    """The layer that an address of a tile is of."""

    layer: LayerSpec
    catalog: Catalog
    kept: bool
    """Whether the address names the version, so that it may be kept for ever."""


async def get_addressed(
    catalog: CatalogDep,
    layer: LayerDep,
    former: FormerDep,
    caller: CallerDep,
    version: Annotated[
        str | None, Query(alias="v", description="as TileJSON gives it")
    ] = None,
) -> AddressedLayer:
    """Answer the layer in the version that the address names, else as it is in use.

    A map that was opened before the last import goes on being drawn as it was.

    Raises
    ------
    GoneError
        ``tile_version_gone``.
    RestrictedError
        ``layer_restricted``.
    """
    if version is None or version == address_version(layer):
        return AddressedLayer(layer, catalog, version is not None)
    entry = await run_in_threadpool(former.at_address, layer, version)
    if entry is None:
        raise gone(layer, version)
    access.require_open(caller, entry.spec)
    return AddressedLayer(entry.spec, only(entry), kept=True)


AddressedDep = Annotated[AddressedLayer, Depends(get_addressed)]


async def read_tile(
    request: Request,
    asked: AddressedDep,
    store: TileStoreDep,
    pictures: TilePicturesDep,
    tms: TmsPath,
    level: Annotated[int, Path(description="0 is the whole world")],
    row: Annotated[int, Path(description="from the north")],
    col: Annotated[
        str, Path(description="from the west; 105, 105.mvt, 105.png, 105@2x.png")
    ],
    wanted: FormatQuery = None,
) -> Response:
    """Answer a tile."""
    layer, catalog, kept = asked
    tiles = tile_matrix_set(tms)
    address = read_address(request, layer, tiles, (level, row, col), wanted)
    if layer.kind == "vector":
        await store.ready(layer)
    headers = _headers(request, layer, address, kept=kept)
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if address.form != "mvt":
        draw = partial(pictures.draw, ratio=address.ratio, form=address.form)
        body = await to_thread.run_sync(
            draw, catalog, layer, tiles, address.place, limiter=pictures.limiter
        )
        return Response(body, 200, headers, MEDIA_TYPES[address.form])
    tile = await run_in_threadpool(store.tile, layer, tiles, address.place)
    if tile is None:
        headers.pop("Content-Encoding", None)
        return Response(None, 204, headers)
    body = tile.packed if "Content-Encoding" in headers else tile.plain
    return Response(body, 200, headers, MEDIA_TYPES["mvt"])


_TILE = "/collections/{layer_id}/tiles/{tms}/{level}/{row}/{col}"
router.add_api_route(
    _TILE,
    read_tile,
    response_class=Response,
    responses={
        200: {"content": {kind: {} for kind in MEDIA_TYPES.values()}},
        204: {"description": "A vector tile in which nothing is"},
        304: {"description": "As the caller has it"},
        410: {"description": "A version that is no longer served"},
        503: {"description": "The layer's tiles are being made"},
    },
)
router.add_api_route(_TILE, read_tile, methods=["HEAD"], include_in_schema=False)

_JSON = "application/json"


def _understood(
    layer: LayerSpec, tms: str, wanted: TileFormat | None
) -> tuple[TileMatrixSet, TileFormat]:
    form = wanted or formats(layer)[0]
    if form not in formats(layer):
        known = ", ".join(formats(layer))
        details = {"layer": layer.id, "format": form, "known": known}
        raise NothingThereError("tile_format", **details)
    return tile_matrix_set(tms), form


def _headers(
    request: Request, layer: LayerSpec, address: TileAddress, *, kept: bool
) -> dict[str, str]:
    """Headers of a tile; a packed body has an entity tag of its own."""
    level, row, column = address.place
    packed = address.form == "mvt" and _takes_gzip(request)
    tag = f"{address_version(layer)}-{address.tiles.id}-{level}-{row}-{column}"
    tag += f"-{address.form}{address.ratio}{'-gzip' if packed else ''}"
    varied = ["Accept"] if address.negotiated else []
    if address.form == "mvt":
        varied.append("Accept-Encoding")
    control = IMMUTABLE if kept else CHECKED
    if layer.restricted:
        # For the holder of a key: no cache on the way may keep it for others.
        control = private(control)
    headers = {"Cache-Control": control, "ETag": f'"{tag}"'}
    if varied:
        headers["Vary"] = ", ".join(varied)
    if packed:
        headers["Content-Encoding"] = "gzip"
    return headers


def _takes_gzip(request: Request) -> bool:
    # As the cache in front decides it, which must never give one for the other.
    return "gzip" in request.headers.get("accept-encoding", "")


def _template(
    request: Request,
    layer: LayerSpec,
    tiles: TileMatrixSet,
    form: TileFormat,
    names: tuple[str, str, str],
) -> str:
    base = str(request.url_for("read_tileset", layer_id=layer.id, tms=tiles.id))
    level, row, column = names
    query = f"v={address_version(layer)}"
    return f"{base}/{level}/{row}/{column}.{form}?{query}"


def _links(
    request: Request, layer: LayerSpec, tiles: TileMatrixSet, form: TileFormat
) -> list[dict[str, Any]]:
    names = {"layer_id": layer.id, "tms": tiles.id}
    this = request.url_for("read_tileset", **names).include_query_params(f=form)
    json = request.url_for("read_tile_json", **names).include_query_params(f=form)
    scheme = request.url_for("read_tile_matrix_set", tms=tiles.id)
    parts = ("{tileMatrix}", "{tileRow}", "{tileCol}")
    return [
        {"rel": "self", "type": _JSON, "href": str(this)},
        {
            "rel": "item",
            "type": MEDIA_TYPES[form],
            "href": _template(request, layer, tiles, form, parts),
            "templated": True,
        },
        {"rel": SCHEME, "type": _JSON, "href": str(scheme)},
        {"rel": "describedby", "type": _JSON, "href": str(json), "title": "TileJSON"},
    ]
