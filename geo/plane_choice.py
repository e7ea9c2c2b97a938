"""What two columns of numbers are: degrees or a plane, which is north, which zone.

The digit rule (domain facts 2.3) is exact for Inner Mongolia: a northing has 7 digits,
4,140,000 to 5,920,000; an easting has 8 digits that start with the zone's number, or 6
digits, 230,000 to 770,000. It settles swapped columns and zone prefixes. An easting
without prefix fits several meridians; that is for a person to decide.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from pyproj import CRS, Transformer
from shapely.geometry.base import BaseGeometry

from geo.gauss_krueger import GaussKruegerZone
from geo.types import REGION, BBox, BoolArray, FloatArray

NORTH = (4_140_000.0, 5_920_000.0)
EAST = (230_000.0, 770_000.0)
PREFIXES = {**dict.fromkeys(range(32, 43), 3), **dict.fromkeys(range(17, 23), 6)}
"""Zone numbers of the region and the width of the zone each belongs to."""
MERIDIANS = range(96, 127, 3)
_MILLION = 1_000_000
_SAMPLE = 2000
_MARGIN_DEGREES = 0.5


@dataclass(frozen=True)
class Reading:
    """What the two columns are.

    Parameters
    ----------
    kind : {"degrees", "plane"}
    north_first : bool
        Whether the first column is northing or latitude.
    prefix : int or None
        The zone number in front of the eastings.
    """

    kind: Literal["degrees", "plane"]
    north_first: bool
    prefix: int | None = None

    @property
    def width(self) -> Literal[3, 6] | None:
        """Degrees of the zone that the prefix names."""
        return None if self.prefix is None else 3 if PREFIXES[self.prefix] == 3 else 6


@dataclass(frozen=True)
class Meridian:
    """A zone in which unprefixed coordinates fall inside the region.

    Parameters
    ----------
    zone : GaussKruegerZone
        Without prefix.
    bounds : BBox
        Of the coordinates there, lon/lat degrees.
    """

    zone: GaussKruegerZone
    bounds: BBox


def read_columns(points: FloatArray) -> Reading | None:
    """Apply the digit rule.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, the columns as they stand in the file.

    Returns
    -------
    Reading or None
        None where neither order fits, or without points.
    """
    if not len(points) or not np.isfinite(points).all():
        return None
    first, second = points.T
    west, south, east, north = REGION
    for north_first, x, y in ((False, first, second), (True, second, first)):
        if _within(x, west, east) and _within(y, south, north):
            return Reading("degrees", north_first)
        if not _within(y, *NORTH):
            continue
        if _within(x, *EAST):
            return Reading("plane", north_first)
        prefix = _prefix(x)
        if prefix is not None:
            return Reading("plane", north_first, prefix)
    return None


def mixed_prefixes(points: FloatArray) -> int | None:
    """Answer the first row whose easting has another prefix than most, or None.

    Rows that are no plane coordinates at all count as none.
    """
    east = np.where(_is_north(points[:, 0]), points[:, 1], points[:, 0])
    number = np.floor(east / _MILLION)
    usual = (number == 0) | np.isin(number, list(PREFIXES))
    if not len(points) or not usual.all():
        return None
    values, counts = np.unique(number, return_counts=True)
    if len(values) == 1:
        return None
    return int(np.argmax(number != values[np.argmax(counts)]))


def meridians(points: FloatArray, region: BaseGeometry | None) -> list[Meridian]:
    """Answer the zones in which unprefixed points fall inside the region.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, east,north in metres; the easting without prefix.
    region : BaseGeometry or None
        In lon/lat; the bounding box of the region if None.

    Returns
    -------
    list of Meridian
        West to east. A 6-degree zone only where no 3-degree one has the meridian:
        without prefix they are the same plane.
    """
    area = shapely.box(*REGION) if region is None else region
    sample = points[:: max(len(points) // _SAMPLE, 1)]
    found = []
    for degrees in MERIDIANS:
        zone = GaussKruegerZone(degrees // 3, 3, False)
        crs = CRS.from_epsg(zone.epsg)
        step = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        lon, lat = step.transform(*sample.T)
        off = float(np.abs(lon - degrees).max())
        inside = np.count_nonzero(shapely.contains_xy(area, lon, lat))
        if 2 * inside <= len(sample) or off > 3.0 + _MARGIN_DEGREES:
            continue
        if off > 1.5 + _MARGIN_DEGREES:
            if degrees % 6 != 3:
                continue
            zone = GaussKruegerZone((degrees + 3) // 6, 6, False)
        bounds = tuple(float(v) for v in (lon.min(), lat.min(), lon.max(), lat.max()))
        found.append(Meridian(zone, (bounds[0], bounds[1], bounds[2], bounds[3])))
    return found


def sheet_bounds(sheet: str) -> BBox | None:
    """Answer the lon/lat box of the 1:1,000,000 map sheet that a number begins with.

    Rows of 4 degrees are lettered from the equator, columns of 6 degrees numbered from
    180 W (GB/T 13989). None for what is no sheet number.

    Examples
    --------
    >>> sheet_bounds("K48G"), sheet_bounds("-")
    ((102.0, 40.0, 108.0, 44.0), None)
    """
    letter, digits = sheet[:1].upper(), sheet[1:3]
    if not ("J" <= letter <= "N" and digits.isascii() and digits.isdigit()):
        return None
    south, west = 4.0 * (ord(letter) - ord("A")), 6.0 * int(digits) - 186.0
    return west, south, west + 6.0, south + 4.0


def _within(values: FloatArray, low: float, high: float) -> bool:
    return bool((values >= low).all() and (values <= high).all())


def _is_north(values: FloatArray) -> BoolArray:
    return np.asarray((values >= NORTH[0]) & (values <= NORTH[1]))


def _prefix(x: FloatArray) -> int | None:
    numbers = np.unique(np.floor(x / _MILLION))
    if len(numbers) != 1 or int(numbers[0]) not in PREFIXES:
        return None
    return int(numbers[0]) if _within(x % _MILLION, *EAST) else None
