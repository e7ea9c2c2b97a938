"""What can be found by name on a map that has no service behind it."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pypinyin import Style, lazy_pinyin

from geo.types import BBox, GeometryArray
from service.map_labels import short_name

MOST_OF_A_LAYER = 3000
"""Names of one layer; a layer of parcels has more than anybody looks for by name."""


class Finding(NamedTuple):
    """A name, how else it is written, and where it lies.

    ``at`` is a place on or in the feature, lon,lat; ``bounds`` those of all features
    of that name.
    """

    zh: str
    en: str
    pinyin: str
    initials: str
    at: tuple[float, float]
    bounds: BBox


def findings(features: gpd.GeoDataFrame, geometry: GeometryArray) -> list[Finding]:
    """Answer the names of a layer, each once, largest features first.

    Parameters
    ----------
    features : GeoDataFrame
        ``(n,)``, with ``name_zh`` and ``name_en``.
    geometry : GeometryArray
        ``(n,)``, as drawn, lon/lat degrees.

    Returns
    -------
    list of Finding
        At most :data:`MOST_OF_A_LAYER`; features without a name are left out.
    """
    boxes = shapely.bounds(geometry).round(4)
    names = zip(features["name_zh"], features["name_en"], strict=True)
    places: dict[tuple[str, str], list[int]] = {}
    for i, (zh, en) in enumerate(names):
        known = short_name(zh), short_name(en)
        if known[0] or known[1]:
            places.setdefault((known[0] or "", known[1] or ""), []).append(i)
    found = [
        _finding(zh, en, geometry[where], boxes[where])
        for (zh, en), where in list(places.items())[:MOST_OF_A_LAYER]
    ]
    return sorted(found, key=_extent, reverse=True)


def _extent(one: Finding) -> float:
    west, south, east, north = one.bounds
    return float(np.hypot(east - west, north - south))


def _finding(zh: str, en: str, geometry: GeometryArray, boxes: np.ndarray) -> Finding:
    size = np.hypot(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
    place = shapely.point_on_surface(geometry[int(np.argmax(size))])
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return Finding(
        zh,
        en,
        "".join(lazy_pinyin(zh)),
        "".join(lazy_pinyin(zh, style=Style.FIRST_LETTER)),
        (round(place.x, 4), round(place.y, 4)),
        (float(low[0]), float(low[1]), float(high[0]), float(high[1])),
    )
