"""Figures of a report: the map of a parcel with legend, scale and north arrow."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import shapely
from markupsafe import Markup
from pyproj import CRS

from geo.crs import WORKING_CRS
from geo.types import FloatArray, GeometryArray
from layers.models import Bilingual
from service.checking.check import CheckOutcome
from service.checking.models import LayerResult, ParcelResult
from service.checking.prepared import AgainstLayer
from service.palette import Symbol
from service.reports import site_map
from service.reports.annex import Outline
from service.reports.blocks import Anchor, Figure, Label
from service.reports.map_frame import SiteFrame, meridian_of, site_frame
from service.reports.names import Names
from service.reports.planes import is_national, plane_for
from service.reports.site_map import Corners, Shown
from service.reports.words import (
    ReportLanguage,
    lines,
    number_text,
    status_word,
    word,
)
from service.reports.wrapping import shortened, wrapped
from service.sheet.drawing import PX
from service.sheet.furniture import scale_bar
from service.symbols import pattern

WIDTH = 174.0
MAP_WIDTH, MAP_HEIGHT = 112.0, 104.0
_LEFT, _TOP, _BELOW = 13.0, 0.6, 6.0
_LEGEND = MAP_WIDTH + _LEFT + 4.0
_LEGEND_WIDTH = WIDTH - _LEGEND
_SWATCH = (8.0, 4.6)
_TEXT = _LEGEND + _SWATCH[0] + 2.0
_LINE = 3.1
_SIZE = 6.8
_MOST_LINES = 2
_FEW, _MANY, _MOST_ENTRIES = 6, 12, 26
"""Layers up to which a legend gives two lines of a title; its area; its name."""
_BAR_HEIGHT = 26.0


@dataclass
class _Canvas:
    """Collects drawings (px) and labels (mm) of one figure."""

    name: str
    parts: list[Markup] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    def text(
        self, x: float, y: float, text: str, size: float = _SIZE, ink: str = "#000000"
    ) -> None:
        self.labels.append(Label(x, y, text, size, colour=ink))

    def draw(self, part: Markup, **numbers: object) -> None:
        self.parts.append(part.format(**numbers))


class Figures:
    """Draws parcels of a check.

    Parameters
    ----------
    outcome : CheckOutcome
    outlines : mapping of str to Outline
        Boundary points by parcel.
    language : {"zh", "en", "both"}
    hidden : frozenset of str
        Layers whose geometry may not be shown.
    """

    def __init__(
        self,
        outcome: CheckOutcome,
        outlines: Mapping[str, Outline],
        language: ReportLanguage,
        hidden: frozenset[str],
    ) -> None:
        self._outlines = outlines
        self._outcome, self._language, self._hidden = outcome, language, hidden
        self._names = Names(outcome.report)
        layers = enumerate(outcome.report.layers, start=1)
        self._numbers = {one.id: number for number, one in layers}
        self._layers = {one.spec.id: one for one in outcome.against.layers}
        self._shapes = {
            str(key): shape for key, shape in outcome.parcels.geometry.items()
        }

    def of(self, parcel: ParcelResult, number: int) -> Figure:
        """Draw the map of a parcel.

        Parameters
        ----------
        parcel : ParcelResult
        number : int
            Of the figure.
        """
        shape = self._shapes[parcel.id]
        outline = self._outlines[parcel.id]
        points = shapely.get_coordinates(shape)
        plane = plane_of(points, outline)
        frame = site_frame(points, plane, MAP_WIDTH, MAP_HEIGHT)
        sharing = [one for one in parcel.layers if one.contact != "apart"]
        shown = [self._shown(one, shape, frame) for one in sharing]
        svg = site_map.drawn(
            frame,
            shape,
            shown,
            self._others(parcel),
            self._banners(frame),
            f"m{number}",
        )
        canvas = _Canvas(f"m{number}")
        self._map(canvas, frame, svg)
        corners = _corners(frame, outline)
        canvas.parts.append(_moved(site_map.dots(corners.at)))
        middle = frame.place(shapely.get_coordinates(shapely.point_on_surface(shape)))
        x, y = middle[0].tolist()
        for label in (
            *site_map.grid_labels(frame),
            *site_map.point_labels(frame, corners, (x, y), self._names.number(parcel)),
        ):
            canvas.labels.append(_shifted(label))
        below = self._legend(canvas, sharing, shown)
        height = max(MAP_HEIGHT + _TOP + _BELOW, below + _BAR_HEIGHT)
        self._scale(canvas, frame, max(below, height - _BELOW - _BAR_HEIGHT))
        return Figure(
            _svg(canvas.parts, height),
            WIDTH,
            height,
            tuple(canvas.labels),
            word("figure", number=number, parcel=self._names.parcel(parcel)),
        )

    def _shown(
        self, result: LayerResult, shape: shapely.Geometry, frame: SiteFrame
    ) -> Shown:
        layer = self._layers[result.layer]
        if layer.spec.id in self._hidden:
            empty = np.empty(0, dtype=object)
            return Shown(layer.spec, empty, empty)
        near = _near(layer, frame)
        return Shown(layer.spec, near, _shared(near, shape))

    def _others(self, parcel: ParcelResult) -> GeometryArray:
        table = self._outcome.parcels
        return table.geometry.to_numpy()[table.index.astype(str) != parcel.id]

    def _banners(self, frame: SiteFrame) -> GeometryArray:
        banners = self._outcome.against.banners
        if banners is None:
            return np.empty(0, dtype=object)
        return shapely.boundary(_near(banners, frame))

    def _map(self, canvas: _Canvas, frame: SiteFrame, svg: str) -> None:
        x, y = _LEFT / PX, _TOP / PX
        width, height = frame.size[0] / PX, frame.size[1] / PX
        nested = svg.replace("<svg ", f'<svg x="{x:.2f}" y="{y:.2f}" ', 1)
        canvas.parts.append(Markup(nested))  # noqa: S704 - made by MapDrawing
        canvas.draw(
            Markup(
                '<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" '
                'fill="none" stroke="#000000" stroke-width="1.6"/>'
            ),
            x=x,
            y=y,
            w=width,
            h=height,
        )
        arrow = (_LEFT + frame.size[0] - 7.0, _TOP + 6.0)
        canvas.draw(_ARROW, x=arrow[0] / PX, y=arrow[1] / PX)
        north = lines(word("north_letter"), self._language)[0]
        canvas.labels.append(
            Label(arrow[0], arrow[1] - 2.0, north, 7.5, "middle", halo=True)
        )

    def _legend(
        self, canvas: _Canvas, sharing: Sequence[LayerResult], shown: Sequence[Shown]
    ) -> float:
        """Write the legend, and answer where it ends, mm."""
        y = 2.2
        canvas.text(_LEGEND, y, " ".join(lines(word("legend"), self._language)), 8.5)
        y += 5.0
        for symbol, key in (
            (site_map.OUTLINE, "this_parcel"),
            (site_map.NEIGHBOUR, "other_parcels"),
            (site_map.BANNER, "banner_border"),
        ):
            y = self._entry(canvas, y, _line_swatch(symbol, y), word(key))
        for line in lines(word("hatched"), self._language):
            canvas.text(_TEXT, y, line)
            y += _LINE
        y += 1.2
        listed = list(zip(sharing, shown, strict=True))
        for position, (one, layer) in enumerate(listed[:_MOST_ENTRIES]):
            swatch = _layer_swatch(layer, position, y, canvas.name)
            texts = self._layer_texts(one, len(listed))
            y = self._lines(canvas, y, swatch, texts)
        if len(listed) > _MOST_ENTRIES:
            canvas.text(_TEXT, y, f"… (+{len(listed) - _MOST_ENTRIES})")
            y += _LINE
        return y

    def _layer_texts(self, result: LayerResult, count: int) -> list[str]:
        """Answer the lines of a layer: the fewer, the more layers there are."""
        used = self._names.layers[result.layer]
        badge = status_word(used.status)
        title = Bilingual(
            zh=f"{self._numbers[used.id]} {used.title.zh}〔{badge.zh}〕",
            en=f"{self._numbers[used.id]} {used.title.en} [{badge.en.lower()}]",
        )
        most = _MOST_LINES if count <= _FEW else 1
        titles = [
            line
            for one in lines(title, self._language)
            for line in shortened(wrapped(one, _SIZE, WIDTH - _TEXT), most)
        ]
        if count > _MANY:
            return titles[:1]
        area = word(
            "legend_area",
            ha=number_text(result.overlap.printed.ha, 4),
            percent=number_text(100.0 * result.overlap.share, 2),
        )
        said = [lines(area, self._language)[0]]
        if used.indicative:
            said.append(" ".join(lines(word("level_indicative"), self._language)))
        if used.id in self._hidden:
            said.append(" ".join(lines(word("not_shown"), self._language)))
        return [*titles, *said]

    def _lines(
        self, canvas: _Canvas, y: float, swatch: Markup, texts: Sequence[str]
    ) -> float:
        canvas.parts.append(swatch)
        for number, line in enumerate(texts):
            canvas.text(_TEXT, y + number * _LINE, line)
        return max(y + len(texts) * _LINE, y + _SWATCH[1]) + 1.4

    def _entry(
        self, canvas: _Canvas, y: float, swatch: Markup, text: Bilingual
    ) -> float:
        broken = [
            line
            for one in lines(text, self._language)
            for line in wrapped(one, _SIZE, WIDTH - _TEXT)
        ]
        return self._lines(canvas, y, swatch, broken)

    def _scale(self, canvas: _Canvas, frame: SiteFrame, y: float) -> None:
        bar = scale_bar(frame)
        part = bar["part"]
        # The bar of a sheet is for its width; two parts are enough here.
        count = int(max(1, min(4, (_LEGEND_WIDTH - 10) // part)))
        for n in range(count):
            canvas.draw(
                _BAR_PART,
                x=(_LEGEND + n * part) / PX,
                y=(y + 3.0) / PX,
                w=part / PX,
                h=1.3 / PX,
                fill="#000000" if n % 2 == 0 else "#FFFFFF",
            )
        for n in range(count + 1):
            mark = bar["marks"][n] + (f" {bar['unit']}" if n == count else "")
            anchor: Anchor = "start" if n == 0 else "middle"
            canvas.labels.append(Label(_LEGEND + n * part, y + 1.0, mark, 6.0, anchor))
        at = y + 7.4
        canvas.text(_LEGEND, at, bar["ratio"], 7.5)
        for text in self._plane_lines(frame):
            at += _LINE
            canvas.text(_LEGEND, at, text, 6.0, "#333333")

    def _plane_lines(self, frame: SiteFrame) -> Iterator[str]:
        code = frame.name or frame.crs.name
        text = word("plane", meridian=f"{meridian_of(frame.crs):g}", code=code)
        for one in lines(text, self._language):
            yield from wrapped(one, 6.0, _LEGEND_WIDTH)


_ARROW = Markup(
    '<path transform="translate({x:.2f} {y:.2f})" '
    'd="M0 0L7 34L0 27L-7 34Z" fill="#FFFFFF" stroke="#000000" stroke-width="1"/>'
    '<path transform="translate({x:.2f} {y:.2f})" d="M0 0L0 27L-7 34Z" '
    'fill="#000000"/>'
)
_BAR_PART = Markup(
    '<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" fill="{fill}" '
    'stroke="#000000" stroke-width=".8"/>'
)
_SWATCH_BOX = Markup(
    '<rect x="{x:.2f}" y="{y:.2f}" width="{w:.2f}" height="{h:.2f}" fill="{fill}" '
    'fill-opacity="{opacity}" stroke="{line}" stroke-width="{width}" {dash}/>'
)


def _line_swatch(symbol: Symbol, y: float) -> Markup:
    return _box(symbol, y, 0.0, 1.0, "#FFFFFF", 0.0)


def _layer_swatch(layer: Shown, position: int, y: float, figure: str) -> Markup:
    """Draw what the layer looks like, and its overlap on the right half."""
    under = site_map.tint(layer.spec, 1)
    over = site_map.hatched(layer.spec, position, 1)
    name = f"k-{figure}-{layer.spec.id}"
    ground = _box(under, y, 0.0, 1.0, under.fill or "#FFFFFF", under.fill_opacity)
    return (
        pattern(over, name, on_paper=True)
        + ground
        + _box(over, y, 0.45, 1.0, f"url(#{name})", 1)
    )


def _box(
    symbol: Symbol, y: float, start: float, end: float, fill: str, opacity: float
) -> Markup:
    width, height = _SWATCH
    dash = " ".join(f"{one * symbol.width[0]:g}" for one in symbol.dash)
    return _SWATCH_BOX.format(
        x=(_LEGEND + start * width) / PX,
        y=(y - 1.4) / PX,
        w=(end - start) * width / PX,
        h=height / PX,
        fill=fill,
        opacity=opacity,
        line=symbol.line,
        width=symbol.width[0],
        dash=Markup('stroke-dasharray="{}"').format(dash) if dash else "",
    )


def _near(layer: AgainstLayer, frame: SiteFrame) -> GeometryArray:
    shapes = layer.zones.features.geometry
    found = shapes.sindex.query(shapely.box(*frame.bounds))
    return np.asarray(shapes.to_numpy()[np.sort(found)], dtype=object)


def _shared(near: GeometryArray, shape: shapely.Geometry) -> GeometryArray:
    pieces = shapely.intersection(near, shape)
    return np.asarray(pieces[shapely.get_dimensions(pieces) == 2])


def plane_of(points: FloatArray, outline: Outline) -> CRS:
    """Answer the plane a parcel is drawn in: that of its coordinates, if CGCS2000."""
    if is_national(outline.crs):
        return outline.crs
    return plane_for(points, CRS.from_user_input(WORKING_CRS))


def _corners(frame: SiteFrame, outline: Outline) -> Corners:
    """Answer boundary points on the map; none of a plane of another datum.

    They would have to be shifted first: they are not marked.
    """
    if outline.crs != frame.crs:
        return Corners(np.empty((0, 2)), np.empty((0, 2)), ())
    points = list({one.number: one for one in outline.points}.values())
    placed = frame.place_plane(np.array([(one.east, one.north) for one in points]))
    ring = np.array([one.ring for one in points])
    centre = np.array([placed[ring == one].mean(axis=0) for one in ring])
    return Corners(placed, centre, tuple(one.number for one in points))


def _moved(part: Markup) -> Markup:
    return Markup('<g transform="translate({:.2f} {:.2f})">{}</g>').format(
        _LEFT / PX, _TOP / PX, part
    )


def _shifted(label: Label) -> Label:
    return Label(
        label.x + _LEFT,
        label.y + _TOP,
        label.text,
        label.size,
        label.anchor,
        label.colour,
        label.halo,
    )


def _svg(parts: Sequence[Markup], height: float) -> str:
    return str(
        Markup(
            '<svg xmlns="http://www.w3.org/2000/svg" '
            'xmlns:xlink="http://www.w3.org/1999/xlink" '
            'viewBox="0 0 {0:.2f} {1:.2f}">{2}</svg>'
        ).format(WIDTH / PX, height / PX, Markup("").join(parts))
    )
