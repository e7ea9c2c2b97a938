"""Tile matrix sets: how a world is cut into square tiles, level by level.

Two sets, after OGC 17-083r4 (Two Dimensional Tile Matrix Set). Rows are counted from
the north, columns from the west. Coordinates are x,y here; the axis order of the
authority is the business of whoever writes a document.
"""

from dataclasses import dataclass

import numpy as np

from geo.types import BBox, FloatArray, IntArray

TILE_PIXELS = 256
"""Pixels of a tile's side that the scales of a set are stated for."""
PIXEL_M = 0.00028
"""Side of a pixel that OGC's scale denominators assume, metres."""
DEEPEST_LEVEL = 24
"""Last level of either set."""

_SPHERE_M = 6_378_137.0
_HALF_WORLD_M = float(np.pi * _SPHERE_M)


@dataclass(frozen=True)
class TileMatrixSet:
    """Squares of equal size in a plane or in degrees; each level halves the side.

    Parameters
    ----------
    id : str
        As in addresses.
    title : str
    crs : str
        ``EPSG:n``.
    left, top : float
        Corner in the north-west, x,y order, units of the CRS.
    side : float
        Of a tile of level 0, units of the CRS.
    rows, columns : int
        Tiles of level 0.
    unit_m : float
        Metres of one unit of the CRS at the equator.
    is_geographic : bool
        Whether the units are degrees.
    """

    id: str
    title: str
    crs: str
    left: float
    top: float
    side: float
    rows: int
    columns: int
    unit_m: float
    is_geographic: bool

    def shape(self, level: int) -> tuple[int, int]:
        """Rows and columns of a level."""
        return self.rows << level, self.columns << level

    def holds(self, level: int, row: int, column: int) -> bool:
        """Whether there is such a tile."""
        if not 0 <= level <= DEEPEST_LEVEL:
            return False
        rows, columns = self.shape(level)
        return 0 <= row < rows and 0 <= column < columns

    def cell_size(self, level: int) -> float:
        """Side of a pixel of 256 to the tile, units of the CRS."""
        return self.side / (1 << level) / TILE_PIXELS

    def scale_denominator(self, level: int) -> float:
        """Scale as OGC states it, for pixels of 0.28 mm."""
        return self.cell_size(level) * self.unit_m / PIXEL_M

    def bounds(self, level: int, row: int, column: int) -> BBox:
        """Left, bottom, right, top of a tile, units of the CRS."""
        side = self.side / (1 << level)
        left, top = self.left + column * side, self.top - row * side
        return left, top - side, left + side, top

    def pixel_centres(
        self, level: int, row: int, column: int, pixels: int
    ) -> tuple[FloatArray, FloatArray]:
        """Longitudes from the west and latitudes from the north of pixel centres.

        Parameters
        ----------
        level, row, column : int
        pixels : int
            Of the tile's side.

        Returns
        -------
        tuple of FloatArray
            ``(pixels,)`` each, degrees. Both sets are separable: a column of pixels
            has one longitude and a row one latitude.
        """
        left, _, _, top = self.bounds(level, row, column)
        step = self.side / (1 << level) / pixels
        at: FloatArray = np.arange(pixels, dtype=np.float64) + 0.5
        return self.lonlat(left + at * step, top - at * step)

    def lonlat(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Longitude and latitude, degrees, of coordinates of the CRS."""
        if self.is_geographic:
            return x, y
        return np.degrees(x / _SPHERE_M), np.degrees(np.arctan(np.sinh(y / _SPHERE_M)))

    def project(self, lonlat: FloatArray) -> FloatArray:
        """Coordinates of the CRS, ``(n, 2)``, of degrees, ``(n, 2)``.

        Latitudes beyond the square of Web Mercator become its edge.
        """
        if self.is_geographic:
            return lonlat
        x = np.radians(lonlat[:, 0]) * _SPHERE_M
        sine = np.sin(np.radians(lonlat[:, 1]))
        y = np.arctanh(np.clip(sine, -_EDGE_SINE, _EDGE_SINE)) * _SPHERE_M
        return np.column_stack([x, y])

    def tiles(self, lonlat: BBox, level: int) -> tuple[int, int, int, int]:
        """First and last row, first and last column of the tiles that a box touches.

        Parameters
        ----------
        lonlat : BBox
            West, south, east, north, degrees.
        level : int
        """
        west, south, east, north = lonlat
        corners = self.project(np.array([[west, north], [east, south]]))
        side = self.side / (1 << level)
        rows, columns = self.shape(level)
        column = _index((corners[:, 0] - self.left) / side, columns)
        row = _index((self.top - corners[:, 1]) / side, rows)
        return int(row[0]), int(row[1]), int(column[0]), int(column[1])


def _index(position: FloatArray, count: int) -> IntArray:
    return np.clip(np.floor(position), 0, count - 1).astype(np.int64)


_EDGE_SINE = float(np.tanh(np.pi))
"""Sine of 85.0511 degrees, where Web Mercator's square ends."""

WEB_MERCATOR_QUAD = TileMatrixSet(
    id="WebMercatorQuad",
    title="Google Maps Compatible for the World",
    crs="EPSG:3857",
    left=-_HALF_WORLD_M,
    top=_HALF_WORLD_M,
    side=2 * _HALF_WORLD_M,
    rows=1,
    columns=1,
    unit_m=1.0,
    is_geographic=False,
)
CGCS2000_QUAD = TileMatrixSet(
    id="WorldCGCS2000Quad",
    title="CGCS2000 for the World, cut like WorldCRS84Quad",
    crs="EPSG:4490",
    left=-180.0,
    top=90.0,
    side=180.0,
    rows=1,
    columns=2,
    unit_m=_HALF_WORLD_M / 180.0,
    is_geographic=True,
)
TILE_MATRIX_SETS = {one.id: one for one in (WEB_MERCATOR_QUAD, CGCS2000_QUAD)}
