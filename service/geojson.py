"""GeoJSON as RFC 7946 wants it, written in pieces so that no answer is held whole."""

import json
from collections.abc import Hashable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.types import FloatArray, GeometryArray

MEDIA_TYPE = "application/geo+json"
DECIMALS = 7
"""Decimals of a degree kept: 1e-7 is about a centimetre."""

_FEATURES_PER_PIECE = 50


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
        counter-clockwise. Heights are dropped. ``null`` for missing geometries, and
        for values that JSON has no word for (nan, infinity, NaT); dates, decimals
        and durations become ISO text.
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

    flat = shapely.transform(shapely.force_2d(geometry), rounded)
    # RFC 7946, section 3.1.6: the right-hand rule.
    wound = shapely.orient_polygons(flat, exterior_cw=False)
    texts = shapely.to_geojson(wound)
    absent = shapely.is_missing(geometry) | shapely.is_empty(geometry)
    return [
        "null" if gone else str(text) for text, gone in zip(texts, absent, strict=True)
    ]


def dumps(value: object) -> str:
    """Write JSON without spaces, Chinese as it is, and nothing RFC 8259 forbids."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def plain(value: object) -> object:
    """Turn a cell of a table into something JSON knows; see ``feature_collection``."""
    if isinstance(value, np.generic):
        value = value.item()
    if value is pd.NA or value is pd.NaT:
        return None
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Decimal):
        return str(value) if value.is_finite() else None
    if isinstance(value, list | tuple | np.ndarray):
        return [plain(one) for one in value]
    return str(value)


def _duration(value: timedelta) -> str:
    """ISO 8601, in days and seconds."""
    seconds = value - timedelta(days=value.days)
    return f"P{value.days}DT{seconds.total_seconds():g}S"


def _features(features: gpd.GeoDataFrame) -> Iterator[str]:
    geometry = geometry_texts(features.geometry.to_numpy(), DECIMALS)
    table = features.drop(columns=features.geometry.name)
    names = [str(name) for name in table.columns]
    rows = zip(*(table[name].tolist() for name in table.columns), strict=True)
    ids: list[Hashable] = features.index.tolist()
    for key, values, shape in zip(
        ids, list(rows) or [()] * len(ids), geometry, strict=True
    ):
        properties = {n: plain(v) for n, v in zip(names, values, strict=True)}
        yield (
            f'{{"type":"Feature","id":{dumps(plain(key))},'
            f'"properties":{dumps(properties)},"geometry":{shape}}}'
        )
