"""Names, legend, scale bar and numbers of the graticule, placed on the sheet."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from geo.area import area
from layers.catalog import Catalog
from layers.models import LayerSpec
from service.palette import BADGES, CAUTIONED, hatch_angles, symbol_of
from service.sheet.drawing import grid_lines, grid_step
from service.sheet.projection import Frame
from service.symbols import raster_swatch, swatch
from service.words import Language, said

Item = dict[str, Any]

_SIZES = {
    "league": 9.0,
    "seat": 7.0,
    "sand": 7.0,
    "lake": 6.5,
    "forest": 7.0,
    "banner": 6.5,
    "neighbour": 7.5,
}
_PRIORITY = ("league", "sand", "lake", "forest", "seat", "banner", "neighbour")
_BANNERS_FROM = 5_000_000
_SEATS_FROM = 13_000_000
_POINT_MM = 0.3528
_TRIES = ((0, 0), (0, -1), (0, 1), (1, 0), (-1, 0))


@dataclass(frozen=True)
class Box:
    """What is taken already, mm: left, top, right, bottom."""

    left: float
    top: float
    right: float
    bottom: float

    def meets(self, other: "Box") -> bool:
        """Whether two boxes share any place."""
        apart = self.right <= other.left or other.right <= self.left
        return not (apart or self.bottom <= other.top or other.bottom <= self.top)


def placed_names(
    frame: Frame, names: list[Item], language: Language, taken: list[Box]
) -> list[Item]:
    """Place names once, the more important first; what finds no room is left out."""
    second = "en" if language == "zh" else "zh"
    ranked = sorted(
        (one["properties"] | {"at": one["geometry"]["coordinates"]} for one in names),
        key=lambda one: (_PRIORITY.index(one["kind"]), one["rank"]),
    )
    made = []
    for one in ranked:
        if not _wanted(one, frame):
            continue
        size = _SIZES[one["kind"]] * frame.paper.type_growth
        two = one["kind"] in ("league", "neighbour") and one["zh"] != one["en"]
        lines = [one[language], *([one[second]] if two else [])]
        (x, y), *_ = frame.place(np.array([one["at"]])).tolist()
        box = _room(frame, (x, y), lines, size, taken)
        if box is None:
            continue
        taken.append(box)
        made.append(
            {
                "x": (box.left + box.right) / 2,
                "y": (box.top + box.bottom) / 2,
                "size": size,
                "kind": one["kind"],
                "first": lines[0],
                "second": lines[1] if two else "",
                "dot": [x, y] if one["kind"] == "seat" else None,
            }
        )
    return made


def _wanted(one: Item, frame: Frame) -> bool:
    kind = one["kind"]
    if kind == "banner":
        return frame.denominator <= _BANNERS_FROM
    if kind == "seat":
        return frame.denominator <= _SEATS_FROM / 2
    return kind != "league" or frame.denominator > _BANNERS_FROM / 4


def _room(
    frame: Frame,
    place: tuple[float, float],
    lines: list[str],
    size: float,
    taken: list[Box],
) -> Box | None:
    width = max(text_width(line, size) for line in lines)
    height = size * _POINT_MM * 1.2 * len(lines)
    right, bottom = frame.size
    for across, down in _TRIES:
        x = place[0] + across * (width / 2 + 1.5)
        y = place[1] + down * (height / 2 + 1.2)
        box = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
        inside = box.left > 1 and box.top > 1 and box.right < right - 1
        free = not any(box.meets(other) for other in taken)
        if inside and box.bottom < bottom - 1 and free:
            return box
    return None


def text_width(text: str, size: float) -> float:
    """Answer about how wide a text is, mm; ideographs are as wide as high."""
    units = sum(1.0 if ord(one) > 0x2E7F else 0.56 for one in text)
    return units * size * _POINT_MM


def legend_rows(
    catalog: Catalog,
    specs: list[LayerSpec],
    language: Language,
    values: dict[str, set[int]],
) -> list[Item]:
    """Answer sample, name, status and area of each layer, the topmost first.

    Parameters
    ----------
    catalog : Catalog
    specs : list of LayerSpec
        From below.
    language : {"zh", "en"}
    values : dict
        Values of class rasters that are on the map, by layer: only these are listed.
    """
    rows = []
    angles = hatch_angles(specs)
    for spec in reversed(specs):
        badge = BADGES[spec.status]
        rows.append(
            {
                "swatch": _standalone(_sample(spec, angles.get(spec.id, 45))),
                "name": _short(said(spec.title, language)),
                "badge": badge.zh if language == "zh" else badge.en,
                "ink": badge.text if badge.text != "#FFFFFF" else "#1F2A37",
                "dashed": spec.status in CAUTIONED,
                "km2": _km2(catalog, spec),
                "classes": [
                    [one.colour, said(one.title, language)]
                    for one in spec.classes
                    if one.value in values.get(spec.id, ())
                ],
            }
        )
    return rows


def _sample(spec: LayerSpec, angle: int) -> str:
    if spec.kind == "raster":
        return str(raster_swatch(spec))
    line_only = spec.geometry == "line"
    return str(
        swatch(symbol_of(spec, angle=angle), f"l-{spec.id}", line_only=line_only)
    )


def _standalone(svg: str) -> str:
    return svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _short(title: str) -> str:
    for bracket in ("(", "（"):
        title = title.split(bracket)[0]
    return title.strip()


def _km2(catalog: Catalog, spec: LayerSpec) -> str:
    if spec.kind == "raster" or spec.geometry != "polygon":
        return ""
    layer = catalog.vector(spec.id)
    return f"{float(area(layer.features.geometry).sum()) / 1e6:,.0f}"


def scale_bar(frame: Frame) -> Item:
    """Answer the length of one of its four parts, in mm and as it is called."""
    goal = 18 * frame.paper.growth * frame.denominator / 1000
    power = 10 ** np.floor(np.log10(goal))
    part = float(max(one * power for one in (1, 2, 5) if one * power <= goal * 1.4))
    unit, size = ("km", part / 1000) if part >= 1000 else ("m", part)
    return {
        "part": part / frame.denominator * 1000,
        "marks": [f"{size * at:g}" for at in range(5)],
        "unit": unit,
        "ratio": f"1 : {frame.denominator:,.0f}",
    }


def graticule_numbers(frame: Frame) -> list[Item]:
    """Answer degrees and where their lines meet the frame's lower and left side."""
    width, height = frame.size
    sides = {
        "lon": shapely.LineString([(0, height), (width, height)]),
        "lat": shapely.LineString([(0, 0), (0, height)]),
    }
    made = []
    for axis, value, line in grid_lines(frame, grid_step(frame)):
        placed = shapely.transform(line, frame.place)
        met = shapely.intersection(placed, sides[axis])
        for point in shapely.get_coordinates(met).tolist():
            letter = "E" if axis == "lon" else "N"
            made.append({"axis": axis, "text": f"{value:g}°{letter}", "at": point})
    return made


def north(frame: Frame) -> Item:
    """Answer where the arrow stands and how far it turns from upright, degrees."""
    width, height = frame.size
    meridian = frame.place(np.array([[frame.meridian, 45.0]]))[0, 0]
    inside = 0.45 * width < meridian < 0.8 * width
    x = float(meridian) if inside else width * 0.93
    there = frame.lonlat(np.array([[x, height * 0.1]]))[0]
    above = frame.place(np.array([[there[0], there[1] + 0.01]]))[0]
    below = frame.place(there[np.newaxis])[0]
    turn = np.degrees(np.arctan2(above[0] - below[0], below[1] - above[1]))
    return {"x": x, "turn": float(turn)}
