"""The planner's map: its files, and the data that only its page asks for."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response

from layers.snapshot import catalog_key
from service import access
from service.caching import IMMUTABLE, REVALIDATE, layer_tag, private, unless_known
from service.deps import (
    CallerDep,
    CatalogDep,
    PictureCacheDep,
    SettingsDep,
    TilePicturesDep,
)
from service.errors import NothingThereError
from service.features.negotiation import Answer
from service.map_rasters import Picture
from service.map_relief import relief
from service.viewer.assets import (
    MEDIA_TYPES,
    Encoding,
    assets,
    assets_key,
    compressed,
    suffix,
)
from service.viewer.base import packed_base
from service.viewer.content import start
from service.viewer.dates import LayerDates, layer_dates
from service.viewer.fonts import FontStore, WebFont, font_key
from service.viewer.gazetteer import places
from service.viewer.identify import Found, Identifier

router = APIRouter(tags=["viewer"])

MOST_REACH = 0.5


@router.get("/viewer/start.json", include_in_schema=False)
def read_start(
    request: Request, catalog: CatalogDep, caller: CallerDep, pictures: TilePicturesDep
) -> Response:
    """Answer words, layers and how they are drawn."""
    seen = [access.may_see(caller, one) for one in catalog.specs]
    tag = layer_tag(request, catalog.specs, assets_key(), seen)
    control = (
        private(REVALIDATE)
        if any(one.restricted for one in catalog.specs)
        else REVALIDATE
    )
    headers = unless_known(request, tag, control)
    return Answer(start(catalog, caller, pictures), headers=headers)


@router.get("/viewer/base.json", include_in_schema=False)
def read_base(request: Request, catalog: CatalogDep) -> Response:
    """Answer borders, veil and names.

    Half a megabyte that every visitor waits for: packed once, not for each of them.
    """
    encoding = _encoding(request)
    headers = unless_known(request, layer_tag(request, catalog.specs, encoding))
    headers |= {"Vary": "Accept-Encoding"}
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    content = packed_base(request.app.state.viewer_data, catalog, encoding)
    return Response(content, media_type="application/json", headers=headers)


@router.get("/viewer/places.json", include_in_schema=False)
def read_places(request: Request, catalog: CatalogDep) -> Response:
    """Answer the names one can search for."""
    headers = unless_known(request, layer_tag(request, catalog.specs))

    def make() -> list[dict[str, Any]]:
        return [one._asdict() for one in places(catalog)]

    key = ("places", catalog_key(catalog))
    return Answer(request.app.state.viewer_data.get(key, make), headers=headers)


@router.get("/viewer/dates.json", include_in_schema=False)
def read_dates(
    request: Request, catalog: CatalogDep, caller: CallerDep, settings: SettingsDep
) -> dict[str, LayerDates]:
    """Answer the years that layers know of, for the time slider."""
    seen = [one for one in catalog.specs if access.may_see(caller, one)]
    key = tuple((one.id, one.version) for one in seen)

    def make() -> dict[str, LayerDates]:
        return layer_dates(catalog, seen, settings.workspace)

    kept: dict[str, LayerDates] = request.app.state.viewer_data.get(
        ("dates", key), make
    )
    return kept


@router.get("/viewer/relief.webp", include_in_schema=False)
def read_relief(
    request: Request, catalog: CatalogDep, pictures: PictureCacheDep
) -> Response:
    """Answer the shaded relief as one picture; its place is in ``relief.json``."""
    picture, tag = _relief(request, catalog, pictures)
    headers = unless_known(request, tag)
    return Response(picture.content, media_type="image/webp", headers=headers)


@router.get("/viewer/relief.json", include_in_schema=False)
def read_relief_place(
    request: Request, catalog: CatalogDep, pictures: PictureCacheDep
) -> Response:
    """Answer the box of the shaded relief: west, south, east, north."""
    picture, tag = _relief(request, catalog, pictures)
    return Answer({"bounds": picture.bounds}, headers=unless_known(request, tag))


@router.get("/viewer/{key}/{name}", include_in_schema=False)
async def read_asset(request: Request, key: str, name: str) -> Response:
    """Answer a file of the page; its address names the content of them all."""
    if name not in assets() or key != assets_key():
        raise NothingThereError("page_file", name=name[:80])
    encoding = _encoding(request)
    headers = unless_known(request, f'"{key}-{name}-{encoding}"', IMMUTABLE)
    headers |= {"Vary": "Accept-Encoding"}
    if encoding != "identity":
        headers["Content-Encoding"] = encoding
    content = await run_in_threadpool(compressed, name, encoding)
    return Response(content, media_type=MEDIA_TYPES[suffix(name)], headers=headers)


@router.get("/fonts/{key}/{name}.woff2", include_in_schema=False)
def read_font(request: Request, key: str, name: WebFont) -> Response:
    """Answer a web font."""
    headers = unless_known(request, f'"{font_key()}-{name}"', IMMUTABLE)
    headers |= {} if key == font_key() else {"Cache-Control": REVALIDATE}
    content = _fonts(request).web_font(name)
    return Response(content, media_type="font/woff2", headers=headers)


@router.get("/glyphs/{stack}/{first}-{last}.pbf", include_in_schema=False)
def read_glyphs(
    request: Request,
    stack: Annotated[str, Path(max_length=200)],
    first: Annotated[int, Path(ge=0, le=0x10FFFF)],
    last: int,
) -> Response:
    """Answer a range of letters; an empty one, never 404, where there are none."""
    del last
    headers = unless_known(request, f'"{font_key()}-{stack}-{first}"', IMMUTABLE)
    content = _fonts(request).glyphs(stack, first - first % 256)
    return Response(content, media_type="application/x-protobuf", headers=headers)


@router.get("/identify")
def read_identify(
    request: Request,
    catalog: CatalogDep,
    caller: CallerDep,
    lon: Annotated[float, Query(ge=-180, le=180, description="degrees east")],
    lat: Annotated[float, Query(ge=-90, le=90, description="degrees north")],
    reach: Annotated[
        float,
        Query(ge=0, le=MOST_REACH, description="degrees around it for lines, points"),
    ] = 0.0,
) -> Found:
    """Answer what is at a place: features of vector layers, values of rasters."""
    identifier = request.app.state.identifier
    assert isinstance(identifier, Identifier)
    seen = [one for one in catalog.specs if access.may_see(caller, one)]
    return identifier.at(catalog, lon, lat, reach, seen)


def _encoding(request: Request) -> Encoding:
    taken = request.headers.get("accept-encoding", "")
    return "br" if "br" in taken else "gzip" if "gzip" in taken else "identity"


def _fonts(request: Request) -> FontStore:
    fonts = request.app.state.fonts
    assert isinstance(fonts, FontStore)
    return fonts


def _relief(
    request: Request, catalog: CatalogDep, pictures: PictureCacheDep
) -> tuple[Picture, str]:
    known = {one.id: one for one in catalog.specs if not one.restricted}
    spec = known.get("elevation")
    if spec is None or spec.kind != "raster":
        raise NothingThereError("page_file", name="relief")
    picture = pictures.get(("relief", spec), lambda: relief(catalog.raster(spec.id)))
    return picture, layer_tag(request, [spec])
