"""Features as the lines of text that tippecanoe cuts into tiles.

tippecanoe only knows Web Mercator. Another tile matrix set is laid over the same
square world, so that one program cuts both: a tile of level n of ``WorldCGCS2000Quad``
is a tile of zoom n + 1 of the archive.

A feature that would vanish at a zoom, because it is smaller or thinner than the grid
of a tile, is handed over once more for that zoom, just large enough to be seen. That
is a mark to click on, not its shape.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.tile_matrix import WEB_MERCATOR_QUAD, TileMatrixSet
from geo.types import FloatArray, GeometryArray, IntArray
from layers.values import JsonValue, json_value

EXTENT = 4096
"""Units of a tile's side."""
LONGEST_EDGE_DEGREES = 0.1
"""An edge is straight in lon/lat and bent in Mercator: longer ones are divided, then
the chord is within 2 m of the arc."""

_SMALL_AREA = 4.0
"""Square units; a polygon below it may be lost to rounding."""
_THIN = 0.5
"""Units; mean width of a polygon, below which rounding tears it."""
_SHORT = 2.0
"""Units; a line below it may be lost."""
_ROWS_AT_ONCE = 2000
_DECIMALS = 3
"""Of a metre on the square world; tippecanoe's own grid is 9 mm."""


@dataclass(frozen=True)
class Square:
    """A tile matrix set laid over the square world of Web Mercator.

    Parameters
    ----------
    tiles : TileMatrixSet
    """

    tiles: TileMatrixSet

    @property
    def levels_more(self) -> int:
        """Zoom of the archive less level of the set."""
        return (max(self.tiles.columns, self.tiles.rows) - 1).bit_length()

    def project(self, lonlat: FloatArray) -> FloatArray:
        """Place degrees, ``(n, 2)``, on the square world, metres."""
        tiles = self.tiles
        side = WEB_MERCATOR_QUAD.side / (tiles.side * (1 << self.levels_more))
        x, y = tiles.project(lonlat).T
        placed = np.column_stack(
            [
                WEB_MERCATOR_QUAD.left + (x - tiles.left) * side,
                WEB_MERCATOR_QUAD.top - (tiles.top - y) * side,
            ]
        )
        return np.round(placed, _DECIMALS)

    def unit(self, zoom: int) -> float:
        """Side of a tile's grid at a zoom of the archive, metres."""
        return WEB_MERCATOR_QUAD.side / (1 << zoom) / EXTENT


def feature_lines(
    features: gpd.GeoDataFrame, tiles: TileMatrixSet, max_zoom: int
) -> Iterator[str]:
    """Write features as lines of GeoJSON in metres of the square world.

    Parameters
    ----------
    features : GeoDataFrame
        ``(n,)``, EPSG:4490; the index holds ids.
    tiles : TileMatrixSet
    max_zoom : int
        Of the archive.

    Yields
    ------
    str
        A feature with its number from 1 as ``id``, its index as attribute ``id``,
        and every other attribute that has a value. NaN and null are left out; dates
        are ISO text, lists and objects JSON text.
    """
    square = Square(tiles)
    numbers = count(1)
    for start in range(0, len(features), _ROWS_AT_ONCE):
        chunk = features.iloc[start : start + _ROWS_AT_ONCE]
        geometry = _placed(chunk.geometry.to_numpy(), square)
        heads = [
            f'{{"type":"Feature","id":{next(numbers)},"properties":{attributes}'
            for attributes in _attributes(chunk)
        ]
        last_faint = _last_faint_zoom(geometry, square, max_zoom)
        yield from _plain(heads, geometry, last_faint, max_zoom)
        for zoom in range(int(last_faint.max(initial=-1)) + 1):
            yield from _marks(heads, geometry, last_faint, (zoom, square.unit(zoom)))


def _placed(geometry: GeometryArray, square: Square) -> GeometryArray:
    dense = shapely.segmentize(geometry, LONGEST_EDGE_DEGREES)
    placed: GeometryArray = shapely.transform(dense, square.project)
    return placed


def _plain(
    heads: list[str], geometry: GeometryArray, last_faint: IntArray, max_zoom: int
) -> Iterator[str]:
    shapes = shapely.to_geojson(geometry)
    for head, shape, faint in zip(heads, shapes, last_faint.tolist(), strict=True):
        if faint < max_zoom:
            yield _line(head, shape, faint + 1, max_zoom)


def _marks(
    heads: list[str],
    geometry: GeometryArray,
    last_faint: IntArray,
    zoom: tuple[int, float],
) -> Iterator[str]:
    number, unit = zoom
    faint = np.flatnonzero(last_faint >= number)
    shapes = shapely.to_geojson(_visible(geometry[faint], unit))
    for at, shape in zip(faint.tolist(), shapes, strict=True):
        yield _line(heads[at], shape, number, number)


def _line(head: str, shape: str, first: int, last: int) -> str:
    zooms = f'"tippecanoe":{{"minzoom":{first},"maxzoom":{last}}}'
    return f'{head},{zooms},"geometry":{shape}}}\n'


def _last_faint_zoom(
    geometry: GeometryArray, square: Square, max_zoom: int
) -> IntArray:
    """Largest zoom at which each feature would vanish; -1 where it never does."""
    kind = shapely.get_dimensions(geometry)
    area, length = shapely.area(geometry), shapely.length(geometry)
    width = np.divide(2 * area, length, out=np.zeros_like(area), where=length > 0)
    last = np.full(len(geometry), -1)
    for zoom in range(max_zoom + 1):
        unit = square.unit(zoom)
        small = (area < _SMALL_AREA * unit**2) | (width < _THIN * unit)
        faint = ((kind == 2) & small) | ((kind == 1) & (length < _SHORT * unit))
        last[faint] = zoom
    return last


def _visible(geometry: GeometryArray, unit: float) -> GeometryArray:
    """Make lines two units long, polygons two units wide at least."""
    coarse = shapely.simplify(geometry, unit / 2)
    broad = shapely.buffer(coarse, unit, quad_segs=1, join_style="mitre")
    centre = shapely.get_coordinates(shapely.centroid(geometry))
    step = np.array([unit, 0.0])
    ends = np.stack([centre - step, centre + step], axis=1)
    made = np.asarray(shapely.linestrings(ends), dtype=object)
    polygons = shapely.get_dimensions(geometry) == 2
    made[polygons] = broad[polygons]
    rounded: GeometryArray = shapely.transform(
        made, lambda points: np.round(points, _DECIMALS)
    )
    return rounded


def _attributes(features: gpd.GeoDataFrame) -> Iterator[str]:
    """JSON objects of what has a value."""
    table = pd.DataFrame(features.drop(columns=features.geometry.name))
    names = [str(name) for name in table.columns]
    columns = [table[name].tolist() for name in table.columns]
    for row, key in enumerate(features.index.tolist()):
        cells = {name: column[row] for name, column in zip(names, columns, strict=True)}
        said = {name: _flat(value) for name, value in cells.items()} | {"id": str(key)}
        there = {name: value for name, value in said.items() if value is not None}
        yield json.dumps(there, ensure_ascii=False, allow_nan=False)


def _flat(value: object) -> JsonValue:
    """Keep what a vector tile holds: text, numbers and truth values."""
    plain = json_value(value)
    if isinstance(plain, list | dict):
        return json.dumps(plain, ensure_ascii=False)
    return plain
