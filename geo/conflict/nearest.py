"""How far a parcel is from a layer that it does not overlap, and in which direction."""

from typing import NamedTuple

import numpy as np
import shapely
from pyproj import Geod

from geo.authalic import CGCS2000
from geo.conflict.sites import Sites
from geo.conflict.zones import Zones
from geo.types import FloatArray, IntArray

WINDS: tuple[tuple[str, str], ...] = (
    ("北", "north"),
    ("东北", "north-east"),
    ("东", "east"),
    ("东南", "south-east"),
    ("南", "south"),
    ("西南", "south-west"),
    ("西", "west"),
    ("西北", "north-west"),
)


class Nearest(NamedTuple):
    """The nearest places of a layer, for some parcels, ``(k,)`` each.

    Parameters
    ----------
    feature : IntArray
        Position in the layer.
    distance_m : FloatArray
        Geodesic distance of the outlines.
    azimuth_deg : FloatArray
        From the parcel, clockwise from north, 0-360; nan at distance 0.
    start, end : FloatArray
        ``(k, 2)``, lon,lat, on the parcel's outline and on the layer's.
    """

    feature: IntArray
    distance_m: FloatArray
    azimuth_deg: FloatArray
    start: FloatArray
    end: FloatArray


def wind(azimuth_deg: float) -> tuple[str, str]:
    """Name the nearest of eight winds.

    Examples
    --------
    >>> wind(22.4), wind(22.6), wind(359.0)
    (('北', 'north'), ('东北', 'north-east'), ('北', 'north'))
    """
    return WINDS[int((azimuth_deg + 22.5) // 45.0) % 8]


def nearest(sites: Sites, zones: Zones, chosen: IntArray) -> Nearest:
    """Find the place of a layer that is nearest to each of some parcels.

    Parameters
    ----------
    sites : Sites
    zones : Zones
        With at least one feature.
    chosen : IntArray
        ``(k,)`` positions of parcels.
    """
    rows = [_one(sites.geometry[k], zones) for k in chosen]
    feature = np.array([row[0] for row in rows], dtype=np.int64)
    ends = np.array([row[1] for row in rows], dtype=np.float64).reshape(-1, 4)
    geod = Geod(a=CGCS2000.a, rf=CGCS2000.inverse_flattening)
    azimuth, _, distance = geod.inv(*ends.T)
    azimuth = np.where(distance > 0.0, np.mod(azimuth, 360.0), np.nan)
    return Nearest(feature, np.asarray(distance), azimuth, ends[:, :2], ends[:, 2:])


def _one(site: shapely.Geometry, zones: Zones) -> tuple[int, list[float]]:
    shrink = np.cos(np.radians(shapely.get_y(shapely.centroid(site))))

    def scaled(points: FloatArray) -> FloatArray:
        return points * (shrink, 1.0)

    flat = shapely.transform(zones.geometry, scaled)
    own = shapely.transform(site, scaled)
    k = int(np.argmin(shapely.distance(own, flat)))
    line = shapely.get_coordinates(shapely.shortest_line(own, flat[k]))
    return k, list((line / (shrink, 1.0)).ravel())
