"""Draw a vector tile as a picture, in the symbols of the palette.

Shapes are drawn four times too large and averaged, because Pillow's pen has hard
edges; patterns are computed, so that they join across tiles.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageChops, ImageDraw

from geo.types import FloatArray
from layers.models import LayerSpec
from layers.tile_features import EXTENT
from service.map_rasters import rgb
from service.palette import Symbol, symbol_of, variant_column, variants_of
from service.tiles.mvt import Feature

Coverage = NDArray[np.float32]

_FINER = 4
_GROWTH = 1.4
"""Base of the growth of widths between zoom 4 and zoom 9 (cartography, section 6)."""
_HATCH_STEP = 8.0
_HATCH_WIDTH, _HATCH_OPACITY = 0.8, 0.62
_DOT_SIDE = 16.0
_DOT_RADIUS, _DOT_OPACITY = 0.85, 0.7
_SPARSE = ((4.0, 4.0), (12.0, 12.0))
_DENSE = (*_SPARSE, (12.0, 4.0), (4.0, 12.0))
_POINT_RADIUS = 3.0


def width_at(widths: tuple[float, float], zoom: float) -> float:
    """Line width in px at a zoom, from those at zoom 4 and 9.

    Examples
    --------
    >>> width_at((1.0, 2.0), 3), width_at((1.0, 2.0), 9)
    (1.0, 2.0)
    """
    part = (_GROWTH ** (zoom - 4) - 1) / (_GROWTH**5 - 1)
    return float(widths[0] + (widths[1] - widths[0]) * min(max(part, 0.0), 1.0))


@dataclass
class _Shapes:
    """What one symbol is drawn for; every ring of a polygon is also a line."""

    polygons: list[list[FloatArray]] = field(default_factory=list)
    lines: list[FloatArray] = field(default_factory=list)
    points: list[FloatArray] = field(default_factory=list)


class TilePainter:
    """Paints one tile; make a new one for each.

    Parameters
    ----------
    spec : LayerSpec
    pixels : int
        Of the picture's side.
    ratio : int
        Device pixels per pixel; symbols grow with it.
    zoom : float
        Of a map that shows the tile, counted as viewers count it (512 px to the
        world at 0).
    """

    def __init__(self, spec: LayerSpec, pixels: int, ratio: int, zoom: float) -> None:
        self._spec = spec
        self._pixels = pixels
        self._ratio = ratio
        self._zoom = zoom
        self._canvas = np.zeros((pixels, pixels, 4), dtype=np.float32)

    def paint(
        self, features: Sequence[Feature], window: tuple[float, float, float]
    ) -> Image.Image:
        """Draw features.

        Parameters
        ----------
        features : sequence of Feature
        window : tuple of float
            Left, top and side of what is shown, units of the tile: all of it, or a
            part where the tile is magnified.

        Returns
        -------
        Image
            RGBA.
        """
        usual = symbol_of(self._spec)
        variants = variants_of(self._spec, usual)
        column = variant_column(self._spec)
        groups: dict[str, _Shapes] = {}
        for feature in features:
            name = str(feature.properties.get(column, "")) if variants else ""
            group = groups.setdefault(name if name in variants else "", _Shapes())
            parts = self._placed(feature, window)
            if feature.kind == "point":
                group.points += parts
            else:
                group.lines += parts
            if feature.kind == "polygon":
                group.polygons.append(parts)
        drawn = [(variants.get(name, usual), group) for name, group in groups.items()]
        for symbol, group in drawn:
            self._fill(symbol, group.polygons)
        for symbol, group in drawn:
            self._outline(symbol, group.lines)
            self._dots(symbol, group.points)
        return self._picture()

    def _placed(
        self, feature: Feature, window: tuple[float, float, float]
    ) -> list[FloatArray]:
        left, top, side = window
        scale = self._pixels * _FINER / side
        corner = np.array([left, top])
        return [(part - corner) * scale for part in feature.parts]

    def _fill(self, symbol: Symbol, shapes: list[list[FloatArray]]) -> None:
        if not shapes or (symbol.fill is None and symbol.pattern == "none"):
            return
        mask = self._blank()
        for rings in shapes:
            _fill_rings(mask, rings)
        inside = self._coverage(mask)
        if symbol.fill is not None:
            self._lay(symbol.fill, inside * symbol.fill_opacity)
        if symbol.pattern != "none":
            self._lay(symbol.ink, inside * pattern(symbol, self._pixels, self._ratio))

    def _outline(self, symbol: Symbol, lines: list[FloatArray]) -> None:
        if not lines or self._zoom < symbol.from_zoom:
            return
        if symbol.band is not None:
            colour, opacity, widths = symbol.band
            self._stroke(lines, widths, colour, opacity)
        self._stroke(lines, symbol.width, symbol.line, 1.0, symbol.dash)

    def _stroke(
        self,
        lines: list[FloatArray],
        widths: tuple[float, float],
        colour: str,
        opacity: float,
        dash: tuple[float, ...] = (),
    ) -> None:
        mask = self._blank()
        pen = ImageDraw.Draw(mask)
        width = width_at(widths, self._zoom) * self._ratio * _FINER
        joint = "curve" if width > 2 * _FINER else None
        for line in lines:
            for piece in dashed(line, [part * width for part in dash]):
                flat = piece.ravel().tolist()
                pen.line(flat, fill=255, width=max(1, round(width)), joint=joint)
        self._lay(colour, self._coverage(mask) * opacity)

    def _dots(self, symbol: Symbol, points: list[FloatArray]) -> None:
        if not points:
            return
        mask = self._blank()
        pen = ImageDraw.Draw(mask)
        radius = _POINT_RADIUS * self._ratio * _FINER
        for x, y in np.concatenate(points):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
        self._lay(symbol.line, self._coverage(mask))

    def _blank(self) -> Image.Image:
        return Image.new("L", (self._pixels * _FINER, self._pixels * _FINER))

    def _coverage(self, mask: Image.Image) -> Coverage:
        return np.asarray(mask.reduce(_FINER), dtype=np.float32) / np.float32(255)

    def _lay(self, colour: str, opacity: Coverage) -> None:
        """Lay a colour over what is there; the canvas holds premultiplied colour."""
        over = opacity[..., None]
        ink = np.array([*rgb(colour), 255], dtype=np.float32)
        self._canvas = ink * over + self._canvas * (1 - over)

    def _picture(self) -> Image.Image:
        alpha = self._canvas[..., 3:]
        plain = np.divide(
            self._canvas[..., :3] * 255,
            alpha,
            out=np.zeros_like(self._canvas[..., :3]),
            where=alpha > 0,
        )
        whole = np.concatenate([plain, alpha], axis=-1)
        return Image.fromarray(np.rint(whole).clip(0, 255).astype(np.uint8), "RGBA")


def whole_tile() -> tuple[float, float, float]:
    """Answer the window that shows a tile once."""
    return 0.0, 0.0, float(EXTENT)


def _fill_rings(mask: Image.Image, rings: list[FloatArray]) -> None:
    """Fill rings by even-odd, without touching what other features filled."""
    usable = [ring for ring in rings if len(ring) >= 3]
    if len(usable) == 1:
        ImageDraw.Draw(mask).polygon(usable[0].ravel().tolist(), fill=255)
        return
    if not usable:
        return
    points = np.concatenate(usable)
    low = np.maximum(np.floor(points.min(axis=0)), 0).astype(int)
    high = np.minimum(np.ceil(points.max(axis=0)) + 1, mask.size).astype(int)
    if (high <= low).any():
        return
    box = (int(low[0]), int(low[1]), int(high[0]), int(high[1]))
    whole = Image.new("L", (box[2] - box[0], box[3] - box[1]))
    for ring in usable:
        one = Image.new("L", whole.size)
        ImageDraw.Draw(one).polygon((ring - low).ravel().tolist(), fill=255)
        whole = ImageChops.difference(whole, one)
    mask.paste(ImageChops.lighter(mask.crop(box), whole), box)


def dashed(line: FloatArray, dash: list[float]) -> list[FloatArray]:
    """Cut a line into its dashes.

    Parameters
    ----------
    line : FloatArray
        ``(n, 2)``.
    dash : list of float
        Lengths of dash, gap, dash, ...; an empty one leaves the line whole.
    """
    if len(line) < 2:
        return []
    period = sum(dash)
    if period <= 0:
        return [line]
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    marks = np.concatenate([[0.0], np.cumsum(dash)])
    starts = np.arange(0.0, along[-1], period)
    pieces = []
    for start in starts:
        for begin, end in list(pairwise(marks))[::2]:
            low, high = start + begin, min(start + end, along[-1])
            if low < high:
                pieces.append(_between(line, along, low, high))
    return pieces


def _between(
    line: FloatArray, along: FloatArray, low: float, high: float
) -> FloatArray:
    first, last = np.searchsorted(along, [low, high], side="right")
    ends = [
        [np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])]
        for at in (low, high)
    ]
    return np.concatenate([ends[:1], line[first:last], ends[1:]])


@lru_cache(maxsize=64)
def pattern(symbol: Symbol, pixels: int, ratio: int) -> Coverage:
    """Answer how much ink a symbol's pattern lays on each pixel, ``(n, n)``, 0-1.

    It repeats every 16 px, so pictures of a multiple of that join without a seam.
    """
    at = (np.arange(pixels) + 0.5) / ratio
    x, y = np.meshgrid(at, at)
    if symbol.pattern == "hatch":
        across = x + y if symbol.angle == 45 else x - y
        gap = np.abs((across + _HATCH_STEP / 2) % _HATCH_STEP - _HATCH_STEP / 2)
        depth = (_HATCH_WIDTH / 2 - gap / np.sqrt(2)) * ratio + 0.5
        opacity = _HATCH_OPACITY
    else:
        places = _DENSE if symbol.pattern == "dots_dense" else _SPARSE
        gaps = [np.hypot(x % _DOT_SIDE - u, y % _DOT_SIDE - v) for u, v in places]
        depth = (_DOT_RADIUS - np.min(gaps, axis=0)) * ratio + 0.5
        opacity = _DOT_OPACITY
    ink: Coverage = (np.clip(depth, 0, 1) * opacity).astype(np.float32)
    return ink
