"""GeoJSON as RFC 7946 wants it, written in pieces so that no answer is held whole."""

import json
from collections.abc import Iterator, Mapping

import geopandas as gpd
import numpy as np
import shapely

from geo.types import FloatArray, GeometryArray
from layers.values import json_value

MEDIA_TYPE = "application/geo+json"
DECIMALS = 7
"""Decimals of a degree kept: 1e-7 is about a centimetre."""

_FEATURES_PER_PIECE = 50
_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def feature_collection(
    features: gpd.GeoDataFrame, members: Mapping[str, object]
) -> Iterator[bytes]:
    """Write a FeatureCollection piece by piece.

    Parameters
    ----------
    features : GeoDataFrame
        ``(n,)``, lon/lat degrees on CGCS2000 or WGS 84, the index holding the ids.
    members : mapping
        Further members of the collection (counts, links, notes), ready for JSON.

    Yields
    ------
    bytes
        UTF-8. No ``crs`` member; coordinates lon,lat with 7 decimals; shells
        counter-clockwise. Heights are dropped. ``null`` for missing and empty
        geometries. Values as :func:`layers.values.json_value` has them.
    """
    head = dumps({"type": "FeatureCollection", **members})
    yield head[:-1].encode() + b',"features":['
    for start in range(0, len(features), _FEATURES_PER_PIECE):
        piece = features.iloc[start : start + _FEATURES_PER_PIECE]
        text = ",".join(_features(piece))
        yield (text if start == 0 else "," + text).encode()
    yield b"]}"


def geometry_texts(geometry: GeometryArray, decimals: int) -> list[str]:
    """Write geometries as GeoJSON, wound counter-clockwise and without heights.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``, lon,lat degrees.
    decimals : int
        Decimals of a degree to keep.

    Returns
    -------
    list of str
        ``(n,)``; ``"null"`` for ``None`` and empty geometries.
    """

    def rounded(coordinates: FloatArray) -> FloatArray:
        return np.round(coordinates, decimals)

    # Heights go by themselves: transform hands over x and y only.
    flat = shapely.transform(geometry, rounded)
    # RFC 7946, section 3.1.6: the right-hand rule.
    wound = shapely.orient_polygons(flat, exterior_cw=False)
    texts = shapely.to_geojson(wound)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    return [
        "null" if gone else str(text) for text, gone in zip(texts, absent, strict=True)
    ]


def dumps(value: object) -> str:
    """Write JSON without spaces, Chinese as it is, and nothing RFC 8259 forbids."""
    return _ENCODER.encode(value)


def _features(features: gpd.GeoDataFrame) -> Iterator[str]:
    shapes = geometry_texts(features.geometry.to_numpy(), DECIMALS)
    table = features.drop(columns=features.geometry.name)
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    for row, (key, shape) in enumerate(
        zip(features.index.tolist(), shapes, strict=True)
    ):
        values = [json_value(column[row]) for column in columns]
        properties = dict(zip(names, values, strict=True))
        yield (
            f'{{"type":"Feature","id":{dumps(json_value(key))},'
            f'"properties":{dumps(properties)},"geometry":{shape}}}'
        )
