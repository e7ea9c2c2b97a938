"""Pages of features as GeoJSON, in any offered coordinate system."""

from collections.abc import Iterator, Mapping

import numpy as np
import shapely

from geo.axis_order import from_working, swapped
from geo.types import FloatArray, GeometryArray
from layers.scan import Page
from layers.values import json_value
from service import geojson
from service.features.crs import OfferedCrs

WHOLE_BYTES = 1_000_000
"""A page smaller than this is written whole, which is faster than piece by piece."""
_FEATURES_PER_PIECE = 50


def collection(
    page: Page, crs: OfferedCrs, members: Mapping[str, object]
) -> Iterator[bytes]:
    """Write a FeatureCollection piece by piece.

    Parameters
    ----------
    page : Page
        Lon/lat in EPSG:4490.
    crs : OfferedCrs
        Of the coordinates to write, in its authority's axis order.
    members : mapping
        Further members of the collection, ready for JSON.

    Yields
    ------
    bytes
        UTF-8. Shells counter-clockwise as x,y (RFC 7946, section 3.1.6), no ``crs``
        member (section 4); about a millimetre kept. ``null`` for missing geometries.
    """
    head = geojson.dumps({"type": "FeatureCollection", **members})
    yield head[:-1].encode() + b',"features":['
    for start in range(0, len(page.ids), _FEATURES_PER_PIECE):
        texts = feature_texts(page, crs, start, start + _FEATURES_PER_PIECE)
        yield (b"," if start else b"") + ",".join(texts).encode()
    yield b"]}"


def feature_texts(
    page: Page, crs: OfferedCrs, start: int = 0, stop: int | None = None
) -> list[str]:
    """Write the features from ``start`` to before ``stop``, each an object."""
    part = slice(start, stop)
    ids = page.ids[part]
    names = [name for name, _ in page.attributes]
    columns = [_json_values(values[part]) for _, values in page.attributes]
    rows = zip(*columns, strict=True) if columns else [()] * len(ids)
    shapes = ["null"] * len(ids)
    if page.geometry is not None:
        shapes = geometry_texts(page.geometry[part], crs)
    texts = []
    for key, values, shape in zip(ids, rows, shapes, strict=True):
        properties = dict(zip(names, values, strict=True))
        texts.append(
            f'{{"type":"Feature","id":{geojson.dumps(key)},'
            f'"properties":{geojson.dumps(properties)},"geometry":{shape}}}'
        )
    return texts


_PLAIN = {str, int, bool, type(None)}


def _json_values(values: list[object]) -> list[object]:
    """Answer what JSON has words for; a column of plain values is that already."""
    if set(map(type, values)) <= _PLAIN:
        return values
    return [json_value(one) for one in values]


def geometry_texts(geometry: GeometryArray, crs: OfferedCrs) -> list[str]:
    """Write geometries, ``(n,)``; ``"null"`` for None and empty ones."""

    def rounded(points: FloatArray) -> FloatArray:
        return np.round(points, crs.decimals)

    planar = from_working(shapely.orient_polygons(geometry), crs.crs)
    if crs.north_first:
        planar = swapped(planar)
    texts = shapely.to_geojson(shapely.transform(planar, rounded))
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    return [
        "null" if gone else str(text) for text, gone in zip(texts, absent, strict=True)
    ]
