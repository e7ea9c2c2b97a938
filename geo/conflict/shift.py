"""How a parcel could do without a conflict: its free part, or a small shift.

A shift moves every vertex by the same metres east and north, so that the parcel keeps
its shape (to its size over the radius of the Earth). Eight directions are tried first,
then the neighbours of the best ones more and more finely. A shift is found when the
moved parcel shares no area with the layers that is more than a touch.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import shapely

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.conflict.zones import TOUCH_M2, Zones
from geo.robust import difference, intersection, union_by
from geo.types import FloatArray, GeometryArray
from geo.validity import polygons_of

COARSE_STEPS = 64
"""Distances tried in each of the eight directions."""

FINE_ROUNDS = 8
"""Each halves the spacing of directions and the step of distances."""

NEAR_M = 0.01
"""How exactly the distance of a shift is found."""


class Free(NamedTuple):
    """The conflict-free part of a parcel.

    Parameters
    ----------
    geometry : Geometry
        Polygon or multipolygon, lon,lat; empty where nothing is free.
    area_m2 : float
        Edges straight in longitude and latitude.
    """

    geometry: shapely.Geometry
    area_m2: float


@dataclass(frozen=True)
class Shift:
    """The smallest shift that was found.

    Parameters
    ----------
    distance_m, azimuth_deg : float
        How far and where to; 0 where the parcel has no conflict as it is.
    east_m, north_m : float
        The same as steps.
    geometry : Geometry
        The parcel moved, lon,lat.
    """

    distance_m: float
    azimuth_deg: float
    east_m: float
    north_m: float
    geometry: shapely.Geometry


@dataclass(frozen=True)
class NoShift:
    """The statement that none was found.

    Parameters
    ----------
    reason : {"surrounded", "not_found"}
        ``surrounded``: all that the layers leave free within the distance is smaller
        than the parcel, so that there is none. ``not_found``: no place that was tried,
        in eight directions, is free.
    tried : int
        Places that were tried.
    """

    reason: Literal["surrounded", "not_found"]
    tried: int


def free_part(site: shapely.Geometry, layers: Sequence[Zones]) -> Free:
    """Cut everything that layers cover out of a parcel.

    Parameters
    ----------
    site : Geometry
        A valid polygon, EPSG:4490, lon,lat.
    layers : sequence of Zones
    """
    cover = _cover(site, layers)
    rest = difference(_one(site), _one(cover)).geometry
    kept = polygons_of(rest)
    return Free(kept[0], float(lonlat_area(kept, CGCS2000)[0]))


def smallest_shift(
    site: shapely.Geometry, layers: Sequence[Zones], within_m: float
) -> Shift | NoShift:
    """Find the smallest shift that clears layers.

    Parameters
    ----------
    site : Geometry
        A valid polygon, EPSG:4490, lon,lat.
    layers : sequence of Zones
        What is to be cleared.
    within_m : float
        Longest shift.

    Returns
    -------
    Shift or NoShift
        The distance is the smallest to 1 cm along its direction; a better direction
        may lie between those tried, which are 8 and, near the best, 1/32 of that apart.
    """
    search = _Search(site, layers, within_m)
    if search.is_free(0.0, 0.0):
        return Shift(0.0, 0.0, 0.0, 0.0, site)
    if search.is_surrounded():
        return NoShift("surrounded", search.tried)
    best = search.coarse()
    if best is None:
        return NoShift("not_found", search.tried)
    azimuth, distance = search.fine(*best)
    east, north = _step(azimuth, distance)
    return Shift(distance, azimuth, east, north, search.moved(east, north))


class _Search:
    """One search: the parcel and what is in its way within reach."""

    def __init__(
        self, site: shapely.Geometry, layers: Sequence[Zones], within_m: float
    ) -> None:
        self._site, self._within = site, within_m
        point = shapely.get_coordinates(shapely.centroid(site))[0]
        self._degrees = _degrees_per_metre(float(point[1]))
        room = self._degrees * within_m
        west, south, east, north = shapely.bounds(site)
        self._reach = shapely.box(
            west - room[0], south - room[1], east + room[0], north + room[1]
        )
        self._cover = _cover(self._reach, layers)
        shapely.prepare(self._cover)
        self.tried = 0

    def moved(self, east_m: float, north_m: float) -> shapely.Geometry:
        """Move every vertex by the same metres."""
        step = self._degrees * (east_m, north_m)
        return shapely.transform(self._site, lambda points: points + step)

    def is_free(self, azimuth: float, distance: float) -> bool:
        """Whether the parcel clears the layers there."""
        self.tried += 1
        there = self.moved(*_step(azimuth, distance))
        if not shapely.intersects(self._cover, there):
            return True
        shared = intersection(_one(there), _one(self._cover)).geometry
        return float(lonlat_area(polygons_of(shared), CGCS2000)[0]) <= TOUCH_M2

    def is_surrounded(self) -> bool:
        """Whether all that is within reach is covered: no need to try."""
        open_ = difference(_one(self._reach), _one(self._cover)).geometry
        free = float(lonlat_area(polygons_of(open_), CGCS2000)[0])
        return free < float(lonlat_area(_one(self._site), CGCS2000)[0]) - TOUCH_M2

    def coarse(self) -> tuple[float, float] | None:
        """Try eight directions; answer the best and its distance."""
        found = [
            (distance, azimuth)
            for azimuth in np.arange(0.0, 360.0, 45.0)
            if (distance := self._first(float(azimuth), self._within)) is not None
        ]
        if not found:
            return None
        distance, azimuth = min(found)
        return float(azimuth), distance

    def _first(self, azimuth: float, within: float) -> float | None:
        """Answer the least distance along a direction, to 1 cm."""
        low = 0.0
        for distance in np.linspace(0.0, within, COARSE_STEPS + 1)[1:]:
            if self.is_free(azimuth, float(distance)):
                return self._between(azimuth, low, float(distance))
            low = float(distance)
        return None

    def _between(self, azimuth: float, low: float, high: float) -> float:
        while high - low > NEAR_M:
            middle = 0.5 * (low + high)
            if self.is_free(azimuth, middle):
                high = middle
            else:
                low = middle
        return high

    def fine(self, azimuth: float, distance: float) -> tuple[float, float]:
        """Try directions beside the best, more and more finely."""
        spacing = 22.5
        for _ in range(FINE_ROUNDS):
            for other in (azimuth - spacing, azimuth + spacing):
                shorter = self._first(other % 360.0, distance - NEAR_M)
                if shorter is not None:
                    azimuth, distance = other % 360.0, shorter
            spacing /= 2.0
        return azimuth, distance


def _cover(within: shapely.Geometry, layers: Sequence[Zones]) -> shapely.Geometry:
    """Unite what layers cover of a place."""
    shapes: list[shapely.Geometry] = []
    for zones in layers:
        near = zones.tree.query(within, predicate="intersects")
        parts = zones.geometry[np.sort(near)]
        cut = intersection(np.full(len(parts), within, dtype=object), parts).geometry
        shapes += list(polygons_of(cut))
    every = np.array([*shapes, shapely.Polygon()], dtype=object)
    owner = np.zeros(len(every), dtype=np.int64)
    united: shapely.Geometry = union_by(owner, every, 1).geometry[0]
    return united


def _one(shape: shapely.Geometry) -> GeometryArray:
    return np.array([shape], dtype=object)


def _step(azimuth: float, distance: float) -> tuple[float, float]:
    """East and north steps of a direction, metres."""
    angle = np.radians(azimuth)
    return distance * float(np.sin(angle)), distance * float(np.cos(angle))


def _degrees_per_metre(latitude: float) -> FloatArray:
    """Degrees of longitude and latitude that a metre is."""
    sine = np.sin(np.radians(latitude))
    w = 1.0 - CGCS2000.e2 * sine**2
    normal = CGCS2000.a / np.sqrt(w)
    meridian = normal * (1.0 - CGCS2000.e2) / w
    along = normal * np.cos(np.radians(latitude))
    return np.array([np.degrees(1.0 / along), np.degrees(1.0 / meridian)])
