"""The map of one parcel and what it shares with layers: drawn by our own code.

Lines, hatching and swatches are vectors; texts are placed apart, so that they stay
text on paper. Grid and scale belong to the Gauss-Krueger plane of the parcel.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from markupsafe import Markup

from geo.types import FloatArray, GeometryArray
from layers.models import LayerSpec
from service.palette import Symbol, symbol_of
from service.reports.blocks import Label
from service.reports.map_frame import SiteFrame, grid_values
from service.sheet.drawing import PX, MapDrawing
from service.sheet.furniture import Box, text_width

OUTLINE = Symbol(None, 0, "#000000", (2.2, 2.2))
NEIGHBOUR = Symbol(None, 0, "#6B6B6B", (1.0, 1.0), (4, 2))
BANNER = Symbol(None, 0, "#75707C", (1.0, 1.0), (6, 2, 1.2, 2))
_GRID = Symbol(None, 0, "#A9AEB4", (0.45, 0.45))
_ANGLES = (45, 135, 90, 0, 22, 112)
_TINT = 0.12
_SPACING, _WIDER = 12.0, 3.0
_MOST_NUMBERED = 60
_POINT_SIZE = 5.5
_OUTWARD = np.array([2.9, 2.4])


@dataclass(frozen=True)
class Shown:
    """A layer on the map of a parcel.

    Parameters
    ----------
    spec : LayerSpec
    whole : GeometryArray
        Features near the parcel, lon/lat; empty where they may not be shown.
    shared : GeometryArray
        What the parcel shares with them.
    """

    spec: LayerSpec
    whole: GeometryArray
    shared: GeometryArray


@dataclass(frozen=True)
class Corners:
    """Boundary points on a map.

    Parameters
    ----------
    at : FloatArray
        ``(n, 2)``, mm.
    centre : FloatArray
        ``(n, 2)``, the middle of the ring that a point is on; numbers stand away
        from it.
    numbers : tuple of str
    """

    at: FloatArray
    centre: FloatArray
    numbers: tuple[str, ...]


def tint(spec: LayerSpec, count: int) -> Symbol:
    """Answer how a layer is drawn beneath: a light tint, the line of its status.

    The more layers lie over each other, the lighter each is.
    """
    symbol = symbol_of(spec)
    fill = symbol.fill or symbol.line
    return replace(
        symbol, fill=fill, fill_opacity=_TINT / count, pattern="none", width=(1.2, 1.2)
    )


def hatched(spec: LayerSpec, position: int, count: int) -> Symbol:
    """Answer how an overlap is drawn: hatched in the layer's colour.

    Parameters
    ----------
    spec : LayerSpec
    position : int
        In the legend; layers beside each other are hatched in other directions.
    count : int
        Layers on the map: the more there are, the wider is the hatch.
    """
    symbol = symbol_of(spec)
    return Symbol(
        symbol.line,
        _TINT / count,
        symbol.line,
        (0.9, 0.9),
        (),
        "hatch",
        symbol.line,
        _ANGLES[position % len(_ANGLES)],
        spacing=_SPACING + _WIDER * min(count - 1, 6),
    )


def drawn(
    frame: SiteFrame,
    parcel: shapely.Geometry,
    layers: Sequence[Shown],
    neighbours: GeometryArray,
    banners: GeometryArray,
    name: str,
) -> str:
    """Draw the map of a parcel as SVG.

    Parameters
    ----------
    frame : SiteFrame
    parcel : Geometry
        Lon/lat.
    layers : sequence of Shown
        From below.
    neighbours : GeometryArray
        The other parcels.
    banners : GeometryArray
        Borders.
    name : str
        Unique in the report; patterns are called by it.
    """
    drawing = MapDrawing(frame)
    drawing.ground("#FFFFFF")
    count = len(layers)
    for one in layers:
        drawing.shapes(one.whole, tint(one.spec, count), f"{name}-t-{one.spec.id}")
    drawing.shapes(banners, BANNER, f"{name}-banners")
    drawing.lines(grid_lines(frame), _GRID)
    drawing.shapes(neighbours, NEIGHBOUR, f"{name}-others")
    for position, one in enumerate(layers):
        symbol = hatched(one.spec, position, count)
        drawing.shapes(one.shared, symbol, f"{name}-o-{one.spec.id}")
    drawing.shapes(np.array([parcel], dtype=object), OUTLINE, f"{name}-parcel")
    return drawing.svg()


def grid_lines(frame: SiteFrame) -> GeometryArray:
    """Answer the lines of the coordinate grid, lon/lat."""
    west, south, east, north = frame.plane_bounds
    ends = [[(x, south), (x, north)] for x in grid_values(west, east, frame)]
    ends += [[(west, y), (east, y)] for y in grid_values(south, north, frame)]
    lines = [
        shapely.LineString(frame.from_plane(np.array(one, dtype=float))) for one in ends
    ]
    return np.array(lines, dtype=object)


def grid_labels(frame: SiteFrame) -> Iterator[Label]:
    """Yield the numbers of the grid: eastings below, northings at the left; metres."""
    west, south, east, north = frame.plane_bounds
    width, height = frame.size
    for x in grid_values(west, east, frame):
        at = (x - west) / (east - west) * width
        yield Label(at, height + 2.6, f"{x:.0f}", 5.5, "middle")
    for y in grid_values(south, north, frame):
        at = (north - y) / (north - south) * height
        yield Label(-1.0, at, f"{y:.0f}", 5.5, "end")


def point_labels(
    frame: SiteFrame, corners: Corners, middle: tuple[float, float], centre: str
) -> Iterator[Label]:
    """Name the parcel in its middle, and number its points where there is room.

    Parameters
    ----------
    frame : SiteFrame
    corners : Corners
    middle : tuple of float
        Where the name stands, mm.
    centre : str
        The parcel's own number.
    """
    yield Label(*middle, centre, 8.0, "middle", halo=True)
    if len(corners.at) > _MOST_NUMBERED:
        return
    width, height = frame.size
    taken = [_box(middle, centre, 8.0)]
    outward = corners.at - corners.centre
    away = np.maximum(np.hypot(*outward.T), 1e-9)[:, np.newaxis]
    places = (corners.at + outward / away * _OUTWARD).tolist()
    for (x, y), number in zip(places, corners.numbers, strict=True):
        box = _box((x, y), number, _POINT_SIZE)
        inside = box.left > 0 and box.right < width and box.top > 0
        if inside and box.bottom < height and not any(box.meets(o) for o in taken):
            taken.append(box)
            yield Label(x, y, number, _POINT_SIZE, "middle", halo=True)


def _box(at: tuple[float, float], text: str, size: float) -> Box:
    width, height = text_width(text, size), size * 0.3528
    x, y = at
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def dots(points: FloatArray) -> Markup:
    """Mark boundary points (mm) as small circles, where they can be told apart."""
    if len(points) > _MOST_NUMBERED:
        return Markup("")
    placed = (points / PX).tolist()
    dot = Markup(
        '<circle cx="{:.1f}" cy="{:.1f}" r="2.4" fill="#FFFFFF" stroke="#000000" '
        'stroke-width="1.1"/>'
    )
    return Markup("").join(dot.format(x, y) for x, y in placed)
