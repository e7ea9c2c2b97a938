"""The map of a sheet as SVG, in the symbols of the palette.

Lengths are in px of the screen's symbols, :data:`PX` mm on paper, so that hatch, dots
and dashes are the same as on the map in the browser.
"""

import base64
import io
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import shapely
from markupsafe import Markup
from PIL import Image

from geo.types import BBox, FloatArray, GeometryArray
from layers.catalog import Catalog
from layers.loaded import RasterLayer, VectorLayer
from layers.models import LayerSpec
from service.map_rasters import Picture, mercator_y, rgb
from service.palette import (
    LAND,
    VEIL,
    VEIL_OPACITY,
    Symbol,
    order_of,
    symbol_of,
    variant_column,
    variants_of,
)
from service.sheet.projection import Frame
from service.symbols import pattern
from service.tiles.drawing import width_at
from service.tiles.png import coloured

if TYPE_CHECKING:
    import pandas as pd

PX = 0.22
"""Millimetres of a px."""
_FINEST_PX = 0.25
_DOTS_PER_MM = 7.0
_ZOOM_0 = 279_541_132.0
"""Denominator of the scale at which the world is 512 px wide, at the equator."""
_RASTER_OPACITY = 0.85


def zoom_of(frame: Frame) -> float:
    """Zoom of a web map of about the same scale."""
    return float(np.log2(_ZOOM_0 / frame.denominator))


class MapDrawing:
    """Collects the parts of the map from below.

    Parameters
    ----------
    frame : Frame
    """

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._parts: list[Markup] = []
        self._patterns: list[Markup] = []
        width, height = frame.size
        self._size = width / PX, height / PX
        self._zoom = zoom_of(frame)
        self._window = shapely.box(*_grown(frame.bounds))
        self.values: dict[str, set[int]] = {}
        """Values of class rasters that are in the frame, by layer."""

    def ground(self, colour: str = LAND) -> None:
        """Colour the paper."""
        width, height = self._size
        self._parts.append(
            Markup('<rect width="{:.1f}" height="{:.1f}" fill="{}"/>').format(
                width, height, colour
            )
        )

    def picture(self, picture: Picture) -> None:
        """Warp a picture of a Mercator map into the frame."""
        pixels = np.asarray(Image.open(io.BytesIO(picture.content)).convert("RGBA"))
        lon, lat = self._grid()
        west, south, east, north = picture.bounds
        top, bottom = mercator_y(np.array(north)), mercator_y(np.array(south))
        column = (lon - west) / (east - west) * pixels.shape[1]
        row = (top - mercator_y(lat)) / (top - bottom) * pixels.shape[0]
        inside = (column >= 0) & (column < pixels.shape[1])
        inside &= (row >= 0) & (row < pixels.shape[0])
        taken = pixels[
            np.clip(row, 0, pixels.shape[0] - 1).astype(int),
            np.clip(column, 0, pixels.shape[1] - 1).astype(int),
        ]
        seen = np.where(inside, taken[..., 3], 0)[..., np.newaxis] / 255
        paper = np.array(rgb(LAND)) * (1 - seen) + taken[..., :3] * seen
        self._image(Image.fromarray(np.rint(paper).astype(np.uint8)), "JPEG", 1.0)

    def cells(self, raster: RasterLayer) -> None:
        """Draw a raster: each dot shows the cell that it lies in."""
        lon, lat = self._grid()
        grid = raster.grid
        column = np.floor((lon - grid.x0) / grid.dx).astype(int)
        row = np.floor((grid.y0 - lat) / grid.dy).astype(int)
        inside = (
            (column >= 0) & (column < grid.width) & (row >= 0) & (row < grid.height)
        )
        window = grid.window(self._frame.bounds)
        block = raster.read(window)
        taken = block[
            np.clip(row - window.row0, 0, block.shape[0] - 1),
            np.clip(column - window.col0, 0, block.shape[1] - 1),
        ]
        seen = np.ma.masked_where(~inside, taken)
        if raster.spec.classes:
            found = np.unique(seen.compressed())
            self.values[raster.spec.id] = {int(value) for value in found}
        codes, colours = coloured(raster.spec, seen)
        table = np.zeros((256, 4), dtype=np.uint8)
        table[1 : 1 + len(colours)] = [[*colour, 255] for colour in colours]
        self._image(Image.fromarray(table[codes], "RGBA"), "PNG", _RASTER_OPACITY)

    def layer(self, layer: VectorLayer, angle: int = 45) -> None:
        """Draw features in the symbols of their layer; a hatch at an angle."""
        spec, table = layer.spec, layer.features
        usual = symbol_of(spec, angle=angle)
        variants = variants_of(spec, usual)
        column = variant_column(spec)
        kinds = table[column].astype(str) if variants and column in table else None
        for name, symbol in {**variants, "": usual}.items():
            chosen = _chosen(table, kinds, name, variants)
            if len(chosen) and self._zoom >= symbol.from_zoom:
                self.shapes(chosen.geometry.to_numpy(), symbol, f"{spec.id}-{name}")

    def veil(self, region: gpd.GeoDataFrame) -> None:
        """Lighten what is outside the region."""
        inside = shapely.union_all(self._placed(region.geometry.to_numpy()))
        outside = shapely.difference(shapely.box(0, 0, *self._size), inside)
        self._parts.append(
            Markup('<path d="{}" fill="{}" fill-opacity="{}"/>').format(
                _path([outside]), VEIL, VEIL_OPACITY
            )
        )

    def lines(self, lines: GeometryArray, symbol: Symbol) -> None:
        """Draw lines, such as borders."""
        self._stroke(self._placed(lines), symbol)

    def site(self, shapes: GeometryArray) -> None:
        """Draw what was checked, black on white: it must not look like a layer."""
        placed = self._placed(shapes)
        self._parts.append(
            Markup('<path d="{}" fill="#fff" fill-opacity=".42"/>').format(
                _path([one for one in placed if shapely.get_dimensions(one) == 2])
            )
        )
        path = _path(placed)
        self._pen(path, "#fff", 5.0, (), 1.0)
        self._pen(path, "#16181D", 2.2, (), 1.0)

    def graticule(self, step: float) -> None:
        """Draw meridians and parallels."""
        lines = [line for _, _, line in grid_lines(self._frame, step)]
        paths = _path(self._placed(np.array(lines, dtype=object)))
        self._parts.append(
            Markup(
                '<path d="{}" fill="none" stroke="#7F8790" stroke-width=".5" '
                'stroke-opacity=".55"/>'
            ).format(paths)
        )

    def svg(self) -> str:
        """Answer the whole picture."""
        width, height = self._size
        return str(
            Markup(
                '<svg xmlns="http://www.w3.org/2000/svg" '
                'xmlns:xlink="http://www.w3.org/1999/xlink" '
                'viewBox="0 0 {0:.2f} {1:.2f}" width="{0:.2f}" height="{1:.2f}">'
                "<defs>{2}</defs>{3}</svg>"
            ).format(
                width,
                height,
                Markup("").join(self._patterns),
                Markup("").join(self._parts),
            )
        )

    def shapes(self, shapes: GeometryArray, symbol: Symbol, name: str) -> None:
        """Draw shapes in one symbol.

        Parameters
        ----------
        shapes : GeometryArray
            Lon/lat.
        symbol : Symbol
        name : str
            Unique on the map; its pattern is called so.
        """
        placed = self._placed(shapes)
        areas = [one for one in placed if shapely.get_dimensions(one) == 2]
        if areas and (symbol.fill is not None or symbol.pattern != "none"):
            path = _path(areas)
            fill = Markup('fill="{}" fill-opacity="{}"').format(
                symbol.fill, symbol.fill_opacity
            )
            if symbol.pattern != "none":
                self._patterns.append(pattern(symbol, f"p-{name}", on_paper=True))
                fill = Markup('fill="url(#p-{})"').format(name)
            self._parts.append(
                Markup('<path d="{}" fill-rule="evenodd" {}/>').format(path, fill)
            )
        self._stroke(placed, symbol)

    def _stroke(self, shapes: Iterable[shapely.Geometry], symbol: Symbol) -> None:
        path = _path(shapes)
        if not path:
            return
        if symbol.band is not None:
            colour, opacity, widths = symbol.band
            self._pen(path, colour, width_at(widths, self._zoom), (), opacity)
        width = width_at(symbol.width, self._zoom)
        self._pen(path, symbol.line, width, symbol.dash, 1.0)

    def _pen(
        self,
        path: str,
        colour: str,
        width: float,
        dash: tuple[float, ...],
        opacity: float,
    ) -> None:
        dashes = " ".join(f"{part * width:.2f}" for part in dash)
        self._parts.append(
            Markup(
                '<path d="{}" fill="none" stroke="{}" stroke-width="{:.2f}" '
                'stroke-opacity="{}" stroke-linejoin="round" {}/>'
            ).format(
                path,
                colour,
                width,
                opacity,
                Markup('stroke-dasharray="{}"').format(dashes) if dash else "",
            )
        )

    def _placed(self, shapes: GeometryArray) -> GeometryArray:
        """Cut shapes to the frame, in px from its corner; empty ones are left out."""
        near = shapely.clip_by_rect(shapes, *shapely.bounds(self._window))
        near = near[~shapely.is_empty(near)]
        placed = shapely.transform(near, lambda xy: self._frame.place(xy) / PX)
        width, height = self._size
        # Beyond the frame by a little: outlines along its edge are not its own.
        cut = shapely.clip_by_rect(placed, -20, -20, width + 20, height + 20)
        simple = shapely.simplify(cut, _FINEST_PX)
        return np.asarray(simple[~shapely.is_empty(simple)])

    def _grid(self) -> tuple[FloatArray, FloatArray]:
        """Lon and lat of the dots of a picture that fills the frame."""
        width, height = self._frame.size
        x = (np.arange(round(width * _DOTS_PER_MM)) + 0.5) / _DOTS_PER_MM
        y = (np.arange(round(height * _DOTS_PER_MM)) + 0.5) / _DOTS_PER_MM
        mesh = np.meshgrid(x, y)
        points = np.column_stack([one.ravel() for one in mesh])
        lonlat = self._frame.lonlat(points)
        shape = mesh[0].shape
        return lonlat[:, 0].reshape(shape), lonlat[:, 1].reshape(shape)

    def _image(self, image: Image.Image, kind: str, opacity: float) -> None:
        buffer = io.BytesIO()
        image.save(buffer, kind, **({"quality": 88} if kind == "JPEG" else {}))
        data = base64.b64encode(buffer.getvalue()).decode()
        width, height = self._size
        self._parts.append(
            Markup(
                '<image width="{:.1f}" height="{:.1f}" preserveAspectRatio="none" '
                'opacity="{}" xlink:href="data:image/{};base64,{}"/>'
            ).format(width, height, opacity, kind.lower(), data)
        )


def drawing_order(specs: Iterable[LayerSpec], asked: list[str]) -> list[LayerSpec]:
    """Put layers in the order asked for, but water over what is under the veil."""
    veil = order_of("veil")
    places = {name: at for at, name in enumerate(asked)}
    return sorted(
        specs,
        key=lambda one: (order_of(one.id, one.theme) > veil, places.get(one.id, -1)),
    )


def grid_lines(
    frame: Frame, step: float
) -> Iterator[tuple[str, float, shapely.LineString]]:
    """Yield ``lon`` or ``lat``, the degree, and the line across the frame."""
    west, south, east, north = _grown(frame.bounds)
    along = np.linspace(south, north, 60)
    for lon in np.arange(np.ceil(west / step) * step, east, step):
        yield "lon", float(lon), shapely.LineString([(lon, one) for one in along])
    along = np.linspace(west, east, 120)
    for lat in np.arange(np.ceil(south / step) * step, north, step):
        yield "lat", float(lat), shapely.LineString([(one, lat) for one in along])


def grid_step(frame: Frame) -> float:
    """Answer degrees between meridians: four to ten of them across the frame."""
    west, _, east, _ = frame.bounds
    steps = (10.0, 5.0, 2.0, 1.0, 0.5, 0.25, 0.1, 0.05, 0.02)
    return next((one for one in steps if (east - west) / one >= 6), steps[-1])


def opened(catalog: Catalog, spec: LayerSpec) -> VectorLayer | RasterLayer:
    """Load a layer of either kind."""
    return catalog.raster(spec.id) if spec.kind == "raster" else catalog.vector(spec.id)


def _grown(bounds: BBox) -> BBox:
    west, south, east, north = bounds
    margin = 0.05 * max(east - west, north - south)
    return west - margin, south - margin, east + margin, north + margin


def _chosen(
    table: gpd.GeoDataFrame,
    kinds: "pd.Series[str] | None",
    name: str,
    variants: dict[str, Symbol],
) -> gpd.GeoDataFrame:
    if kinds is None:
        return table if not name else table.iloc[:0]
    return table[kinds == name] if name else table[~kinds.isin(list(variants))]


def _path(shapes: Iterable[shapely.Geometry]) -> str:
    """Write lines and rings of polygons as an SVG path."""
    pieces = []
    for shape in shapes:
        for part in shapely.get_parts(shape):
            flat = shapely.get_dimensions(part) == 2
            for line in shapely.get_rings(part) if flat else [part]:
                points = shapely.get_coordinates(line).round(1)
                if len(points) > 1:
                    text = "L".join(f"{x:g} {y:g}" for x, y in points.tolist())
                    pieces.append(f"M{text}{'Z' if flat else ''}")
    return "".join(pieces)
