"""Documents about tiles: matrix sets, tilesets (OGC 20-057, 17-083r4), TileJSON 3."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geo.tile_matrix import DEEPEST_LEVEL, TILE_PIXELS, TileMatrixSet
from geo.types import BBox
from layers.models import LayerSpec
from layers.tile_features import Square
from layers.tiles import max_zoom
from service.words import Language, said

Document = dict[str, Any]
TileFormat = Literal["mvt", "png", "webp"]

MEDIA_TYPES: dict[TileFormat, str] = {
    "mvt": "application/vnd.mapbox-vector-tile",
    "png": "image/png",
    "webp": "image/webp",
}
DEEPEST_PICTURE_LEVEL = 22
"""Pictures can be drawn at any level; beyond it a pixel is smaller than 4 cm."""
CONFORMANCE = tuple(
    f"http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/{name}"
    for name in (
        "core",
        "tileset",
        "tilesets-list",
        "geodata-tilesets",
        "mvt",
        "png",
        "oas30",
    )
)
VECTOR_TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector"
MAP_TILESETS = "http://www.opengis.net/def/rel/ogc/1.0/tilesets-map"
SCHEME = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"

_OGC_SETS = "http://www.opengis.net/def/tilematrixset/OGC/1.0"
_CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"


@dataclass(frozen=True)
class LayerExtent:
    """What documents about a layer's tiles say beside its specification.

    Parameters
    ----------
    bounds : BBox
        West, south, east, north, degrees.
    sharpest_level : int
        Level beyond which tiles show no more; viewers enlarge them.
    fields : mapping of str to str
        Attributes in vector tiles and their type.
    dropped : mapping of int to int
        Features left out of tiles that would have been too large, by zoom.
    """

    bounds: BBox
    sharpest_level: int
    fields: Mapping[str, str] = field(default_factory=dict)
    dropped: Mapping[int, int] = field(default_factory=dict)


def crs_uri(tiles: TileMatrixSet) -> str:
    """Answer the CRS of a set as OGC writes it."""
    return f"http://www.opengis.net/def/crs/EPSG/0/{tiles.crs.removeprefix('EPSG:')}"


def matrix_set(tiles: TileMatrixSet) -> Document:
    """Describe a tile matrix set.

    ``WorldCGCS2000Quad`` is not of OGC's register: the squares of ``WorldCRS84Quad``
    in EPSG:4490. Its corner is written in the order of EPSG:4490, latitude first;
    rows and columns count from the north-west as everywhere.
    """
    corner = [tiles.left, tiles.top]
    ordered = corner[::-1] if tiles.is_geographic else corner
    known = {} if tiles.is_geographic else {"uri": f"{_OGC_SETS}/{tiles.id}"}
    return {
        "id": tiles.id,
        "title": tiles.title,
        **known,
        "crs": crs_uri(tiles),
        "orderedAxes": ["Lat", "Lon"] if tiles.is_geographic else ["X", "Y"],
        **({} if tiles.is_geographic else {"wellKnownScaleSet": _SCALES}),
        "tileMatrices": [
            {
                "id": str(level),
                "scaleDenominator": tiles.scale_denominator(level),
                "cellSize": tiles.cell_size(level),
                "cornerOfOrigin": "topLeft",
                "pointOfOrigin": ordered,
                "tileWidth": TILE_PIXELS,
                "tileHeight": TILE_PIXELS,
                "matrixHeight": tiles.shape(level)[0],
                "matrixWidth": tiles.shape(level)[1],
            }
            for level in range(DEEPEST_LEVEL + 1)
        ],
    }


_SCALES = "http://www.opengis.net/def/wkss/OGC/1.0/GoogleMapsCompatible"


def level_limit(spec: LayerSpec, tiles: TileMatrixSet) -> int:
    """Last level of a set that a layer has vector tiles of."""
    return max_zoom(spec) - Square(tiles).levels_more


def deepest_level(spec: LayerSpec, tiles: TileMatrixSet, form: TileFormat) -> int:
    """Last level that tiles of a format are served at."""
    return level_limit(spec, tiles) if form == "mvt" else DEEPEST_PICTURE_LEVEL


def tileset(
    spec: LayerSpec,
    tiles: TileMatrixSet,
    form: TileFormat,
    bounds: BBox,
    *,
    language: Language,
    links: list[dict[str, Any]],
) -> Document:
    """Describe the tiles of a layer in one matrix set and format.

    Parameters
    ----------
    spec : LayerSpec
    tiles : TileMatrixSet
    form : {"mvt", "png", "webp"}
    bounds : BBox
        Of the layer, degrees.
    language : {"zh", "en"}
    links : list of dict
    """
    west, south, east, north = bounds
    deepest = deepest_level(spec, tiles, form)
    registered = {} if tiles.is_geographic else {"tileMatrixSetURI": _uri(tiles)}
    return {
        "title": said(spec.title, language),
        "description": said(spec.description, language),
        "dataType": "vector" if form == "mvt" else "map",
        "crs": crs_uri(tiles),
        "tileMatrixSetId": tiles.id,
        **registered,
        "mediaTypes": [MEDIA_TYPES[form]],
        "attribution": spec.attribution,
        "license": spec.licence,
        "status": spec.status,
        "caution": said(spec.caution, language) if spec.caution else None,
        "boundingBox": {
            "lowerLeft": [west, south],
            "upperRight": [east, north],
            "crs": _CRS84,
        },
        "tileMatrixSetLimits": [
            _limits(tiles, bounds, level) for level in range(deepest + 1)
        ],
        "links": links,
    }


def _uri(tiles: TileMatrixSet) -> str:
    return f"{_OGC_SETS}/{tiles.id}"


def _limits(tiles: TileMatrixSet, bounds: BBox, level: int) -> Document:
    row0, row1, column0, column1 = tiles.tiles(bounds, level)
    return {
        "tileMatrix": str(level),
        "minTileRow": row0,
        "maxTileRow": row1,
        "minTileCol": column0,
        "maxTileCol": column1,
    }


def tile_json(
    spec: LayerSpec,
    tiles: TileMatrixSet,
    form: TileFormat,
    about: LayerExtent,
    *,
    language: Language,
    template: str,
) -> Document:
    """Answer TileJSON 3.0.0.

    It is defined for Web Mercator; for another set ``tileMatrixSet`` says which.

    Parameters
    ----------
    spec : LayerSpec
    tiles : TileMatrixSet
    form : {"mvt", "png", "webp"}
    about : LayerExtent
    language : {"zh", "en"}
    template : str
        Address of a tile with ``{z}``, ``{y}``, ``{x}``.
    """
    document: Document = {
        "tilejson": "3.0.0",
        "name": said(spec.title, language),
        "description": said(spec.description, language),
        "attribution": spec.attribution,
        "version": "1.0.0",
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": 0,
        "maxzoom": about.sharpest_level,
        "bounds": list(about.bounds),
        "status": spec.status,
        "layerVersion": spec.version,
        "tileMatrixSet": tiles.id,
    }
    if form == "mvt":
        layer = {"id": spec.id, "minzoom": 0, "maxzoom": about.sharpest_level}
        document["vector_layers"] = [{**layer, "fields": dict(about.fields)}]
    if about.dropped:
        # Whoever shows the tiles must be able to say that they are not complete.
        document["featuresDropped"] = {str(z): n for z, n in about.dropped.items()}
    return document
