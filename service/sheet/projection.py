"""Which projection and scale a sheet has.

Never Mercator: its scale changes by a third from the south of the region to its north.
A wide view is drawn in an equal-area cone, one of less than 300 km in the 3-degree
zone of CGCS2000 that it lies in, as parcels are.
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer

from geo.crs import WORKING_CRS
from geo.types import BBox, FloatArray

ALBERS = "+proj=aea +lat_1=40 +lat_2=50 +lat_0=0 +lon_0=112 +ellps=GRS80 +units=m"
ALBERS_MERIDIAN = 112.0
ZONE_BELOW_KM = 300.0
_FIRST_ZONE, _FIRST_MERIDIAN, _LAST_MERIDIAN = 4534, 75, 135
"""CGCS2000 / 3-degree Gauss-Kruger CM 75E is EPSG:4534, CM 78E the next."""
_NICE = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)
_EDGE_STEPS = 40


class Paper(NamedTuple):
    """A sheet, landscape: sizes in mm and how much larger type is than on A4."""

    width: float
    height: float
    growth: float
    type_growth: float


PAPERS = {"A4": Paper(297, 210, 1.0, 1.0), "A3": Paper(420, 297, math.sqrt(2), 1.2)}
_MAP_ON_A4 = (273.0, 168.0)
_MAP_LEFT, _MAP_BELOW = 12.0, 20.0


@dataclass(frozen=True)
class Frame:
    """The map's frame on its sheet.

    Parameters
    ----------
    paper : Paper
    crs : CRS
        Of the map.
    name : str
        Zone's EPSG code, or empty for the cone.
    denominator : float
        The scale is 1 to this.
    centre : tuple of float
        Metres in ``crs``, at the middle of the frame.
    """

    paper: Paper
    crs: CRS
    name: str
    meridian: float
    denominator: float
    centre: tuple[float, float]

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the map in mm."""
        return map_size(self.paper)

    @property
    def corner(self) -> tuple[float, float]:
        """Upper left corner of the map on the sheet, mm from the left and the top."""
        growth = self.paper.growth
        height = self.size[1]
        left = _MAP_LEFT * growth
        return left, self.paper.height - _MAP_BELOW * growth - height

    def place(self, lonlat: FloatArray) -> FloatArray:
        """Millimetres from the map's upper left corner, ``(n, 2)``, of lon/lat."""
        step = Transformer.from_crs(WORKING_CRS, self.crs, always_xy=True)
        x, y = step.transform(lonlat[:, 0], lonlat[:, 1])
        scale = 1000 / self.denominator
        width, height = self.size
        return np.column_stack(
            [
                (np.asarray(x) - self.centre[0]) * scale + width / 2,
                height / 2 - (np.asarray(y) - self.centre[1]) * scale,
            ]
        )

    def lonlat(self, millimetres: FloatArray) -> FloatArray:
        """Lon/lat of places on the map, ``(n, 2)``."""
        step = Transformer.from_crs(self.crs, WORKING_CRS, always_xy=True)
        width, height = self.size
        scale = self.denominator / 1000
        x = (millimetres[:, 0] - width / 2) * scale + self.centre[0]
        y = (height / 2 - millimetres[:, 1]) * scale + self.centre[1]
        return np.column_stack(step.transform(x, y))

    @property
    def bounds(self) -> BBox:
        """West, south, east, north of what the frame shows."""
        width, height = self.size
        ring = shapely.segmentize(shapely.box(0, 0, width, height), width / 30)
        points = self.lonlat(shapely.get_coordinates(ring))
        (west, south), (east, north) = points.min(axis=0), points.max(axis=0)
        return float(west), float(south), float(east), float(north)


def map_size(paper: Paper) -> tuple[float, float]:
    """Answer width and height of the map on a paper, mm."""
    return _MAP_ON_A4[0] * paper.growth, _MAP_ON_A4[1] * paper.growth


def frame_for(bbox: BBox, paper: Paper) -> Frame:
    """Choose projection and round scale so that a box fits the map.

    Parameters
    ----------
    bbox : BBox
        West, south, east, north, degrees.
    paper : Paper
    """
    west, south, east, north = bbox
    middle = (south + north) / 2
    _, _, across = Geod(ellps="GRS80").inv(west, middle, east, middle)
    zone = 3 * round((west + east) / 6)
    if across < ZONE_BELOW_KM * 1000 and _FIRST_MERIDIAN <= zone <= _LAST_MERIDIAN:
        code = _FIRST_ZONE + (zone - _FIRST_MERIDIAN) // 3
        crs, name, meridian = CRS.from_epsg(code), f"EPSG:{code}", float(zone)
    else:
        crs, name, meridian = CRS.from_proj4(ALBERS), "", ALBERS_MERIDIAN
    left, bottom, right, top = _projected(bbox, crs)
    width, height = map_size(paper)
    needed = max((right - left) / width, (top - bottom) / height) * 1000
    centre = (left + right) / 2, (bottom + top) / 2
    return Frame(paper, crs, name, meridian, nice(max(needed, 500.0)), centre)


def _projected(bbox: BBox, crs: CRS) -> BBox:
    west, south, east, north = bbox
    step = Transformer.from_crs(WORKING_CRS, crs, always_xy=True)
    x, y = np.meshgrid(
        np.linspace(west, east, _EDGE_STEPS), np.linspace(south, north, _EDGE_STEPS)
    )
    px, py = step.transform(x.ravel(), y.ravel())
    return float(min(px)), float(min(py)), float(max(px)), float(max(py))


def nice(number: float) -> float:
    """Answer the next round number that is not smaller.

    Examples
    --------
    >>> nice(11_310_000), nice(7_990_000), nice(12_000)
    (12000000.0, 8000000.0, 12000.0)
    """
    power = 10 ** math.floor(math.log10(number))
    tolerance = 1 + 1e-9
    steps = (one * power for one in (*_NICE, 12.0))
    return float(next(one for one in steps if one * tolerance >= number))
