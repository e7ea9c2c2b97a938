"""How far a parcel is from a layer that it does not overlap, and in which direction."""

from typing import NamedTuple

import numpy as np
from pyproj import Geod

from geo.authalic import CGCS2000
from geo.conflict.sites import Sites
from geo.conflict.zones import THREADS, Zones
from geo.engine.nearest import closest
from geo.types import FloatArray, IntArray

SAME_M = 1e-6
"""Outlines this near meet: coordinates are rounded to some nanometres."""

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
        ``(k,)`` positions of parcels that do not overlap the layer by area.

    Returns
    -------
    Nearest
        Distances by geodesics (Karney 2013) between places on the outlines, edges
        straight in longitude and latitude; right to 1 cm up to some hundred km.
    """
    own, (other, index) = sites.outlines, zones.outlines
    found = closest(
        own.segments,
        sites.outline_start,
        chosen,
        index,
        CGCS2000,
        threads=THREADS,
    )
    start = own.at(found.own, found.on_own)
    end = other.at(found.other, found.on_other)
    geod = Geod(a=CGCS2000.a, rf=CGCS2000.inverse_flattening)
    azimuth, _, length = geod.inv(*start.T, *end.T)
    distance = np.asarray(length, dtype=np.float64)
    distance[distance < SAME_M] = 0.0
    azimuth = np.where(distance > 0.0, np.mod(azimuth, 360.0), np.nan)
    return Nearest(other.owner[found.other], distance, azimuth, start, end)
