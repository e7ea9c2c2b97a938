"""Names on the map: where they stand, how large, from which zoom."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import geopandas as gpd
import numpy as np
import shapely

from geo.types import FloatArray, GeometryArray
from layers.models import LayerSpec
from service.words import Language, other

LabelKind = Literal[
    "league", "banner", "river", "lake", "sand", "forest", "other", "neighbour"
]


@dataclass(frozen=True)
class LabelRule:
    """How the names of a layer are set.

    Parameters
    ----------
    kind : str
        Class of the page's style sheet: size, colour, slant.
    zooms : tuple of float
        First and last zoom at which the name may stand.
    second_from : float
        Zoom from which the name in the other language stands under it.
    small_km2, small_from : float
        Features below this area wait for this zoom.
    priority : int
        Who is placed first when names collide; higher wins.
    """

    kind: LabelKind
    zooms: tuple[float, float]
    second_from: float
    small_km2: float = 0
    small_from: float = 0
    priority: int = 0


@dataclass(frozen=True)
class Label:
    """One name: text, text in the other language, places and rule.

    ``places`` are lon,lat, the best first; ``rank`` orders names that collide, larger
    first.
    """

    text: str
    second: str | None
    places: tuple[tuple[float, float], ...]
    kind: LabelKind
    zooms: tuple[float, float]
    second_from: float
    rank: float


_NEVER = 99.0
_RULES: dict[str, LabelRule] = {
    "leagues": LabelRule("league", (0, 7.3), 5.4, priority=6),
    "sand": LabelRule("sand", (3, _NEVER), 6.2, 3000, 5.6, priority=5),
    "yellow_river": LabelRule("river", (4.8, _NEVER), 7, priority=4),
    "lakes": LabelRule("lake", (4.6, _NEVER), 7.4, 150, 6.5, priority=3),
    "forest": LabelRule("forest", (4.9, _NEVER), 6.2, priority=3),
    "banners": LabelRule("banner", (6.1, _NEVER), 7.4, 1800, 8, priority=2),
    "rivers": LabelRule("river", (6.2, _NEVER), _NEVER, priority=1),
    "user": LabelRule("other", (5.5, _NEVER), _NEVER, 100, 8, priority=2),
}
_UNNAMED = ("未命名", "未定名", "unnamed")
_REMARK = re.compile(r"\s*[(\uff08][^()\uff08\uff09]*[)\uff09]$")
_ALONG = (0.5, 0.35, 0.65, 0.2, 0.8)
"""Where along a line its name may stand, the best first."""

_CAPITAL = "150100"
"""Hohhot, as a feature of the leagues."""

MOST_LABELS = 300
"""Names per layer; the largest features keep theirs."""

# The region's neighbours, for orientation: name and a place well inside each.
_NEIGHBOURS: tuple[tuple[str, str, float, float], ...] = (
    ("蒙古国", "MONGOLIA", 105.6, 46.2),
    ("俄罗斯", "RUSSIA", 114.2, 51.9),
    ("黑龙江", "Heilongjiang", 126.2, 47.9),
    ("吉林", "Jilin", 125.2, 44.0),
    ("辽宁", "Liaoning", 122.3, 41.3),
    ("河北", "Hebei", 115.6, 39.3),
    ("山西", "Shanxi", 112.3, 38.3),
    ("陕西", "Shaanxi", 109.4, 37.0),
    ("宁夏", "Ningxia", 106.0, 37.1),
    ("甘肃", "Gansu", 100.3, 39.2),
)


def labels(
    spec: LayerSpec,
    features: gpd.GeoDataFrame,
    geometry: GeometryArray,
    language: Language,
) -> list[Label]:
    """Answer the names of a layer's features, one for each different name.

    Parameters
    ----------
    spec : LayerSpec
    features : GeoDataFrame
        ``(n,)``, with ``name_zh`` and ``name_en``.
    geometry : GeometryArray
        ``(n,)``, as drawn, lon/lat degrees.
    language : {"zh", "en"}

    Returns
    -------
    list of Label
        Empty for layers whose names are not set, and for features without a name.
    """
    rule = _RULES.get(spec.id) or _RULES.get(spec.theme)
    if rule is None:
        return []
    size = _size(geometry)
    # No map of the region leaves its capital out for want of room.
    size = np.where(features.index == _CAPITAL, 2 * size.max(initial=0.0), size)
    names = [short_name(name) for name in features[f"name_{language}"]]
    others = [short_name(name) for name in features[f"name_{other(language)}"]]
    largest_first = [int(i) for i in np.argsort(-size, kind="stable")]
    if "in_region" in features:
        # Parts outside the region are context; their names would only repeat.
        inside = features["in_region"].fillna(True).astype(bool).to_numpy()
        largest_first = [i for i in largest_first if inside[i]]
    made: dict[str, Label] = {}
    for i in largest_first:
        text = names[i] or others[i]
        if text is None or text in made or len(made) == MOST_LABELS:
            continue
        made[text] = _label(rule, text, others[i], geometry[i], float(size[i]))
    return list(made.values())


def neighbours(language: Language) -> Iterator[Label]:
    """Name the region's neighbours, in both languages."""
    for zh, en, lon, lat in _NEIGHBOURS:
        text, second = (zh, en) if language == "zh" else (en, zh)
        yield Label(text, second, ((lon, lat),), "neighbour", (3, _NEVER), 0, 0)


def short_name(name: object) -> str | None:
    """Shorten a name to what stands on a map: no remark in brackets at its end.

    ``None`` where there is none, or where the text only says that.
    """
    if not isinstance(name, str) or name.lower().startswith(_UNNAMED):
        return None
    return _REMARK.sub("", name) or name


def _size(geometry: GeometryArray) -> FloatArray:
    """Rough square kilometres, or degrees of line: only for ranking."""
    _, south, _, north = shapely.bounds(geometry).T
    shrink = np.cos(np.radians((south + north) / 2))
    square = shapely.area(geometry) * shrink * 111.32**2
    return np.where(square > 0, square, shapely.length(geometry))


def _label(
    rule: LabelRule,
    text: str,
    second: str | None,
    geometry: shapely.Geometry,
    size: float,
) -> Label:
    first_zoom = rule.small_from if size < rule.small_km2 else rule.zooms[0]
    return Label(
        text,
        second if second != text else None,
        tuple((round(lon, 4), round(lat, 4)) for lon, lat in _places(geometry)),
        rule.kind,
        (first_zoom, rule.zooms[1]),
        rule.second_from,
        rule.priority * 1e8 + size,
    )


def _places(geometry: shapely.Geometry) -> list[tuple[float, float]]:
    """Places along the longest line, or the widest part of the largest polygon."""
    parts = shapely.get_parts(geometry)
    if shapely.get_dimensions(geometry) == 2:
        largest = parts[int(np.argmax(shapely.area(parts)))]
        width = shapely.length(shapely.box(*largest.bounds)) / 4
        circle = shapely.maximum_inscribed_circle(largest, tolerance=width / 50)
        places = shapely.get_coordinates(circle)[:1]
    elif shapely.get_dimensions(geometry) == 1:
        longest = parts[int(np.argmax(shapely.length(parts)))]
        along = shapely.line_interpolate_point(longest, _ALONG, normalized=True)
        places = shapely.get_coordinates(along)
    else:
        places = shapely.get_coordinates(geometry)[:1]
    return [(float(x), float(y)) for x, y in places]
