"""The base of the map, made of the catalogue's own layers: borders, veil and names.

Borders are lines, not outlines of polygons: an outline of each of two neighbours would
draw their dashes twice and out of step.
"""

from collections.abc import Iterable
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry

from geo.types import FloatArray, GeometryArray
from layers.catalog import Catalog
from layers.models import LayerSpec
from layers.snapshot import catalog_key
from service.cache import BoundedCache
from service.geojson import dumps
from service.map_labels import Label, labels, neighbours
from service.viewer.assets import Encoding, packed
from service.viewer.seats import SEATS

Feature = dict[str, Any]
Collection = dict[str, Any]

BORDERS = ("province", "leagues", "banners")
"""Layers of borders, the more important first: a line belongs to one only."""
NAMED = (
    "leagues",
    "banners",
    "lakes",
    "sandy_lands",
    "forest_regions",
)
_RIVERS = ("rivers", "yellow_river")
_DIGITS = 5
_RIVER_TOLERANCE = 0.004
_ALONG_RIVER = 0.007
"""Degrees, 0.7 km: so far apart the same bank is in the two sources (1:4 million)."""
_FOLLOWS = 0.04
"""Degrees that a border runs along a river at least; crossings are shorter."""
_WORLD = (-180.0, -85.0, 180.0, 85.0)


def collection(features: Iterable[Feature]) -> Collection:
    """Put GeoJSON features together."""
    return {"type": "FeatureCollection", "features": list(features)}


def feature(geometry: BaseGeometry, **properties: object) -> Feature:
    """Answer a GeoJSON feature, to a metre."""
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, _DIGITS))
    return {
        "type": "Feature",
        "properties": properties,
        "geometry": mapping(rounded),
    }


def base_map(catalog: Catalog) -> dict[str, Any]:
    """Answer what the page draws by itself.

    Parameters
    ----------
    catalog : Catalog
        Layers it lacks, and restricted ones, are left out.

    Returns
    -------
    dict
        GeoJSON collections ``borders`` (lines; ``layer`` says whose), ``veil`` (the
        world outside the region), ``names`` (points), ``rivers`` (lines to write
        names along) and ``bounds`` of the region: west, south, east, north.
    """
    known = {spec.id: spec for spec in catalog.specs if not spec.restricted}
    tables = {
        name: catalog.vector(name).features
        for name in (*BORDERS, *NAMED, *_RIVERS)
        if name in known and known[name].kind == "vector"
    }
    outlines = {name: tables[name] for name in BORDERS if name in tables}
    names = [
        one
        for name in NAMED
        if name in tables
        for one in _names(known[name], tables[name])
    ]
    return {
        "borders": collection(borders(outlines, _rivers(tables))),
        "veil": collection(_veil(outlines)),
        "names": collection([*_neighbours(), *names, *_seats(outlines)]),
        "rivers": collection(_river_lines(tables)),
        "bounds": _bounds(outlines or tables),
    }


def packed_base(
    kept: BoundedCache[object], catalog: Catalog, encoding: Encoding
) -> bytes:
    """Answer the base map as it is sent, made and packed once.

    Parameters
    ----------
    kept : BoundedCache
        Keeps it by the content of the catalogue.
    catalog : Catalog
    encoding : {"br", "gzip", "identity"}
    """

    def make() -> bytes:
        base = kept.get(("base", key), lambda: base_map(catalog))
        return packed(dumps(base).encode(), encoding)

    key = catalog_key(catalog)
    content = kept.get((encoding, key), make)
    assert isinstance(content, bytes)
    return content


def _rivers(tables: dict[str, gpd.GeoDataFrame]) -> GeometryArray:
    found = [tables[name].geometry.to_numpy() for name in _RIVERS if name in tables]
    return np.concatenate(found) if found else np.array([], dtype=object)


def borders(
    tables: dict[str, gpd.GeoDataFrame], rivers: GeometryArray
) -> list[Feature]:
    """Answer each border once; apart, marked ``river``, what runs along a river."""
    near = shapely.buffer(shapely.union_all(rivers), _ALONG_RIVER, quad_segs=2)
    drawn: set[bytes] = set()
    made = []
    for name, table in tables.items():
        segments = _segments(table.geometry.to_numpy())
        keys = [segment.tobytes() for segment in segments]
        fresh = [i for i, key in enumerate(keys) if key not in drawn]
        drawn.update(keys)
        lines = shapely.line_merge(shapely.MultiLineString(list(segments[fresh])))
        dry, along = _parted(lines, near)
        made.append(feature(dry, layer=name))
        if not along.is_empty:
            made.append(feature(along, layer=name, river=True))
    return made


def _parted(
    lines: BaseGeometry, near: BaseGeometry
) -> tuple[BaseGeometry, BaseGeometry]:
    """Divide borders into what does not follow a river and what does.

    A border that only crosses one leaves the strip after a few times its width.
    """
    inside = shapely.get_parts(shapely.line_merge(shapely.intersection(lines, near)))
    lengths = shapely.length(inside)
    along = shapely.MultiLineString(list(inside[lengths >= _FOLLOWS]))
    # Cut by the same strip, so that the ends of both parts meet.
    short = shapely.MultiLineString(list(inside[lengths < _FOLLOWS]))
    dry = shapely.union(shapely.difference(lines, near), short)
    whole: BaseGeometry = shapely.line_merge(dry)
    return whole, along


def _segments(polygons: GeometryArray) -> FloatArray:
    """Edges of polygons, each once, ``(n, 2, 2)``; the smaller end first."""
    rings = shapely.get_rings(polygons)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    ends = np.stack([points[:-1], points[1:]], axis=1)[ring[:-1] == ring[1:]]
    first, second = ends[:, 0], ends[:, 1]
    turned = (first[:, 0] > second[:, 0]) | (
        (first[:, 0] == second[:, 0]) & (first[:, 1] > second[:, 1])
    )
    ends[turned] = ends[turned][:, ::-1]
    return np.asarray(np.unique(ends.reshape(-1, 4), axis=0).reshape(-1, 2, 2))


def _veil(tables: dict[str, gpd.GeoDataFrame]) -> list[Feature]:
    if "province" not in tables:
        return []
    region = shapely.union_all(tables["province"].geometry.to_numpy())
    return [feature(shapely.difference(shapely.box(*_WORLD), region))]


def _names(spec: LayerSpec, table: gpd.GeoDataFrame) -> list[Feature]:
    found = labels(spec, table, table.geometry.to_numpy(), "zh")
    leagues = {name for seat in SEATS for name in (seat.zh + "市",)}
    return [_name(one, layer=spec.id, same=one.text in leagues) for one in found]


def _neighbours() -> list[Feature]:
    return [_name(one, layer="") for one in neighbours("zh")]


def _name(label: Label, **more: object) -> Feature:
    return feature(
        shapely.Point(label.places[0]),
        kind=label.kind,
        zh=label.text,
        en=label.second or label.text,
        rank=-label.rank,
        first=label.zooms[0],
        **more,
    )


def _seats(tables: dict[str, gpd.GeoDataFrame]) -> list[Feature]:
    """Answer the seats of the leagues that the catalogue has."""
    if "leagues" not in tables:
        return []
    codes = set(tables["leagues"].index)
    return [
        feature(
            shapely.Point(seat.lon, seat.lat),
            kind="seat",
            layer="leagues",
            zh=seat.zh,
            en=seat.en,
            rank=0 if seat.capital else 1,
            capital=seat.capital,
        )
        for seat in SEATS
        if seat.league in codes
    ]


def _river_lines(tables: dict[str, gpd.GeoDataFrame]) -> list[Feature]:
    """Answer lines to write the names of rivers along."""
    if "rivers" not in tables:
        return []
    made: list[Feature] = []
    table = tables["rivers"]
    named = table[table["name_zh"].notna() & (table.index != "yellow_river_canals")]
    lines = shapely.simplify(named.geometry.to_numpy(), _RIVER_TOLERANCE)
    for line, zh, en in zip(lines, named["name_zh"], named["name_en"], strict=True):
        short = zh.split("（")[0].split("(")[0], en.split(" (")[0]
        made.append(
            feature(shapely.line_merge(line), zh=short[0], en=short[1], layer="rivers")
        )
    return made


def _bounds(tables: dict[str, gpd.GeoDataFrame]) -> list[float]:
    boxes = np.array([table.total_bounds for table in tables.values()])
    if not len(boxes):
        return [73.0, 18.0, 135.0, 54.0]
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return [round(float(value), 3) for value in (*low, *high)]
