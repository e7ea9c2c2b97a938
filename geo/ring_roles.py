"""Which of loose rings are shells and which are holes, by what lies inside what.

Exchange files and drawings list rings without saying their role, or number them in a
way that programs read differently; containment is the one thing all agree on.
"""

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.types import FloatArray


def polygons_of_rings(rings: list[FloatArray]) -> BaseGeometry:
    """Make one polygon or multipolygon of the rings of one feature.

    A ring inside an odd number of others is a hole of the smallest of them; any other
    is a shell (the even-odd rule).

    Parameters
    ----------
    rings : list of FloatArray
        Each ``(m, 2)``, closed, m >= 4, finite.

    Returns
    -------
    BaseGeometry
        A Polygon for one shell, else a MultiPolygon; empty without rings. It may be
        invalid where rings cross.
    """
    if not rings:
        return shapely.Polygon()
    plain = [shapely.Polygon(ring) for ring in rings]
    inside = np.array(
        [
            [a is not b and _lies_in(ring, b) for b in plain]
            for a, ring in zip(plain, rings, strict=True)
        ]
    ).reshape(len(rings), len(rings))
    depth = inside.sum(axis=1)
    holes: dict[int, list[FloatArray]] = {
        i: [] for i in range(len(rings)) if depth[i] % 2 == 0
    }
    for i in np.flatnonzero(depth % 2 == 1).tolist():
        # The container one level up: the deepest of those around it.
        around = np.flatnonzero(inside[i])
        holes.setdefault(int(around[np.argmax(depth[around])]), []).append(rings[i])
    parts = [shapely.Polygon(rings[shell], inner) for shell, inner in holes.items()]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _lies_in(ring: FloatArray, polygon: shapely.Polygon) -> bool:
    """Whether most vertices and edge middles of a ring are within a polygon.

    Most and not all: a hole that touches its shell, or crosses it by rounding, is one.
    """
    west, south, east, north = polygon.bounds
    low, high = ring.min(axis=0), ring.max(axis=0)
    if low[0] < west or low[1] < south or high[0] > east or high[1] > north:
        return False
    probes = np.concatenate([ring[:-1], 0.5 * (ring[:-1] + ring[1:])])
    shapely.prepare(polygon)
    within = shapely.contains_xy(polygon, probes[:, 0], probes[:, 1])
    return bool(np.count_nonzero(within) * 2 > len(probes))
