"""Where a choice would put the coordinates: a small map, drawn as SVG.

On the left the region with a mark, on the right the banners around the place. Nothing
is loaded from elsewhere; the picture is a file of its own.
"""

import math
from collections.abc import Iterator, Mapping
from functools import cached_property
from html import escape
from typing import Any, NamedTuple

import numpy as np
import shapely

from geo.types import REGION, BBox, FloatArray, GeometryArray
from layers.catalog import Catalog
from service.words import Language

_HEIGHT, _LEFT, _RIGHT, _GAP = 190, 260, 210, 8
_NEAR_DEGREES = 1.2
"""Height of the map on the right, where the shapes are smaller than that."""
_LETTER: dict[Language, float] = {"zh": 12.5, "en": 6.5}
"""Width of a letter in the names, pixels."""
_COARSE, _FINE = 0.05, 0.01
_ROUND = 1
_STYLE = (
    ".land{fill:#f1f0e8;stroke:#8a94a0;stroke-width:.6}"
    ".near{fill:#f1f0e8;stroke:#8a94a0;stroke-width:.8}"
    ".frame{fill:#eaeef2;stroke:#b7c0ca}"
    ".box{fill:#c2410c33;stroke:#c2410c;stroke-width:2}"
    ".dot{fill:none;stroke:#c2410c;stroke-width:2.5}"
    "text{font:12px sans-serif;fill:#1b2430;paint-order:stroke;stroke:#fff;"
    "stroke-width:3px}"
)


class _Window(NamedTuple):
    """Where a box of degrees is drawn: pixels of the left upper corner, the scale."""

    left: float
    top: float
    west: float
    north: float
    across: float
    down: float

    def pixels(self, degrees: FloatArray) -> FloatArray:
        """Bring lon/lat, ``(n, 2)``, to pixels."""
        x = self.left + (degrees[:, 0] - self.west) * self.across
        y = self.top + (self.north - degrees[:, 1]) * self.down
        return np.column_stack([x, y])


class Backdrop:
    """The banners of the region, read and simplified when first drawn.

    Parameters
    ----------
    catalog : Catalog
        One without banners gives pictures with nothing but the mark.
    """

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    @cached_property
    def banners(self) -> tuple[GeometryArray, list[str], list[str]]:
        """Shapes in lon/lat and their names in Chinese and English."""
        if "banners" not in self._catalog.entries:
            return np.array([], dtype=object), [], []
        table = self._catalog.vector("banners").features
        shapes = table.geometry.to_numpy()
        names = [table[key].fillna("").tolist() for key in ("name_zh", "name_en")]
        return shapely.coverage_simplify(shapes, _FINE), names[0], names[1]

    @cached_property
    def coarse(self) -> GeometryArray:
        """The banners for the small scale."""
        return np.asarray(shapely.coverage_simplify(self.banners[0], _COARSE))


def picture(backdrop: Backdrop, bounds: BBox, language: Language) -> str:
    """Draw where a box of degrees lies.

    Parameters
    ----------
    backdrop : Backdrop
    bounds : BBox
        West, south, east, north, degrees.
    language : {"zh", "en"}

    Returns
    -------
    str
        SVG.
    """
    width = _LEFT + _GAP + _RIGHT
    west, south, east, north = bounds
    told = (
        f"位置示意：{west:.4f}–{east:.4f}°E，{south:.4f}–{north:.4f}°N"
        if language == "zh"
        else f"Where it would be: {west:.4f}-{east:.4f} E, {south:.4f}-{north:.4f} N"
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {_HEIGHT}"'
        f' width="{width}" height="{_HEIGHT}" role="img">',
        f"<title>{escape(told)}</title><style>{_STYLE}</style>",
        *_region(backdrop, bounds),
        *_near(backdrop, bounds, language),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def questions_pictures(
    backdrop: Backdrop, details: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Draw each choice of a question that has a place; name and SVG of each."""
    choices = [one for one in details.get("choices", ()) if "bounds" in one]
    return [
        (
            str(one.get("crs", "choice")).replace(":", "-"),
            picture(backdrop, tuple(one["bounds"]), "zh"),
        )
        for one in choices
    ]


def _region(backdrop: Backdrop, bounds: BBox) -> Iterator[str]:
    window = _window(REGION, 0, _LEFT)
    yield f'<rect class="frame" width="{_LEFT}" height="{_HEIGHT}"/>'
    yield from _shapes(backdrop.coarse, window, "land")
    corners = window.pixels(np.array([bounds[:2], bounds[2:]]))
    x, y = np.clip(corners.mean(axis=0), 5, (_LEFT - 5, _HEIGHT - 5))
    yield f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="6"/>'
    for x1, y1, x2, y2 in (
        (0, -12, 0, -3),
        (0, 3, 0, 12),
        (-12, 0, -3, 0),
        (3, 0, 12, 0),
    ):
        yield (
            f'<path class="dot" d="M{x + x1:.1f} {y + y1:.1f}'
            f'L{x + x2:.1f} {y + y2:.1f}"/>'
        )


def _near(backdrop: Backdrop, bounds: BBox, language: Language) -> Iterator[str]:
    left = _LEFT + _GAP
    middle = (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
    half = max(_NEAR_DEGREES, 1.5 * (bounds[3] - bounds[1])) / 2
    stretch = max(math.cos(math.radians(middle[1])), 0.1)
    wide = max(half / stretch * _RIGHT / _HEIGHT, 0.75 * (bounds[2] - bounds[0]))
    area = (middle[0] - wide, middle[1] - half, middle[0] + wide, middle[1] + half)
    window = _window(area, left, _RIGHT)
    yield (
        f'<svg x="{left}" y="0" width="{_RIGHT}" height="{_HEIGHT}"'
        f' viewBox="{left} 0 {_RIGHT} {_HEIGHT}">'
        f'<rect class="frame" x="{left}" width="{_RIGHT}" height="{_HEIGHT}"/>'
    )
    shapes, zh, en = backdrop.banners
    met = np.flatnonzero(shapely.intersects(shapes, shapely.box(*area)))
    clipped = shapely.clip_by_rect(shapes[met], *area) if len(met) else shapes[met]
    yield from _shapes(clipped, window, "near")
    box = window.pixels(np.array([[bounds[0], bounds[3]], [bounds[2], bounds[1]]]))
    (x, y), size = box.mean(axis=0), np.maximum(box[1] - box[0], 7)
    yield (
        f'<rect class="box" x="{x - size[0] / 2:.1f}" y="{y - size[1] / 2:.1f}"'
        f' width="{size[0]:.1f}" height="{size[1]:.1f}"/>'
    )
    names = zh if language == "zh" else en
    for row, shape in zip(met, clipped, strict=True):
        if shapely.area(shape) > 0.08 * (area[2] - area[0]) * (area[3] - area[1]):
            point = shapely.get_coordinates(shapely.point_on_surface(shape))
            a, b = window.pixels(point)[0]
            half = 0.5 * _LETTER[language] * len(names[row])
            a = min(max(a, left + half), left + _RIGHT - half)
            yield (
                f'<text x="{a:.0f}" y="{b:.0f}" text-anchor="middle">'
                f"{escape(names[row])}</text>"
            )
    yield "</svg>"


def _window(area: BBox, left: float, width: float) -> _Window:
    west, south, east, north = area
    stretch = max(math.cos(math.radians((south + north) / 2)), 0.1)
    down = min(_HEIGHT / (north - south), width / ((east - west) * stretch))
    across = down * stretch
    free = width - (east - west) * across, _HEIGHT - (north - south) * down
    return _Window(left + free[0] / 2, free[1] / 2, west, north, across, down)


def _shapes(shapes: GeometryArray, window: _Window, name: str) -> Iterator[str]:
    paths = []
    for ring in shapely.get_rings(shapely.get_parts(shapes)):
        points = window.pixels(shapely.get_coordinates(ring)).round(_ROUND)
        if len(points) > 3:
            paths.append("M" + "L".join(f"{x:g} {y:g}" for x, y in points[:-1]) + "Z")
    if paths:
        yield f'<path class="{name}" fill-rule="evenodd" d="{"".join(paths)}"/>'
