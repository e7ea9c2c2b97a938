"""Edges of zones, oriented, measured from a lattice's corner, sorted into bands.

A band is a range of rows of the lattice that is worked on at once. Each edge is listed
in every band that it reaches, in the order of the zones: so a band can be cut without
looking at the rest of the layer, and what is cut in a row does not depend on the bands.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.jit import compiled
from geo.raster.lattice import Lattice
from geo.rings import Rings
from geo.types import BoolArray, FloatArray, IntArray

ShortInts = NDArray[np.int32]

NEGLIGIBLE = 1e-9
"""Share of a cell, or of a zone smaller than it, below which coverage is rounding:
1 mm2 of a 30 m cell. The shares of pieces are good to about 1e-11."""


class Edges(NamedTuple):
    """Edges by band.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)`` vertices: distance eastwards and southwards from the corner.
    first : IntArray
        ``(m,)`` vertex that an edge starts from; the next vertex ends it.
    zone : ShortInts
        ``(m,)`` zone of the edge; ``-1 - zone`` where the ring is wound clockwise, if
        it is a shell, or counterclockwise, if it is a hole.
    offsets : IntArray
        ``(bands + 1,)``: band ``b`` has the edges ``offsets[b]:offsets[b + 1]``.
    least : FloatArray
        ``(zones,)`` share of a cell below which coverage by a zone is rounding.
    """

    points: FloatArray
    first: IntArray
    zone: ShortInts
    offsets: IntArray
    least: FloatArray

    def in_band(self, band: int) -> tuple[IntArray, ShortInts]:
        """Answer starting vertices and zones of one band's edges."""
        chosen = slice(self.offsets[band], self.offsets[band + 1])
        return self.first[chosen], self.zone[chosen]


def by_band(rings: Rings, lattice: Lattice, bands: IntArray) -> Edges:
    """Sort the edges of a layer into bands of rows.

    Parameters
    ----------
    rings : Rings
        Of all zones, x,y in the lattice's CRS, wound either way.
    lattice : Lattice
    bands : IntArray
        ``(b + 1,)`` rows that bands start with, ascending, then where the last ends.
    """
    points = np.empty_like(rings.coordinates)
    np.subtract(rings.coordinates[:, 0], lattice.x0, out=points[:, 0])
    np.subtract(lattice.y0, rings.coordinates[:, 1], out=points[:, 1])
    limits = lattice.y[bands]
    # Edges further east can cover nothing.
    shape = (rings.offsets, rings.feature, rings.is_hole, limits, float(lattice.x[-1]))
    counts = np.zeros(len(bands), dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int32)
    _distribute(points, *shape, counts, *nothing)
    offsets = np.concatenate(([0], np.cumsum(counts[:-1])))
    first = np.empty(offsets[-1], dtype=np.int64)
    zone = np.empty(offsets[-1], dtype=np.int32)
    _distribute(points, *shape, offsets.copy(), first, zone)
    cell = float(np.diff(lattice.x).max() * np.diff(lattice.y).max())
    return Edges(points, first, zone, offsets, _least(points, rings, cell))


def _least(points: FloatArray, rings: Rings, cell: float) -> FloatArray:
    """1e-9 of a cell, or of a zone that is smaller than a cell."""
    twice = np.zeros(len(rings.feature))
    _shoelace(points, rings.offsets, twice)
    size = 0.5 * rings.total(twice) / cell
    return np.asarray(NEGLIGIBLE * np.minimum(size, 1.0))


@compiled
def _distribute(
    points: FloatArray,
    offsets: IntArray,
    feature: IntArray,
    is_hole: BoolArray,
    limits: FloatArray,
    east: float,
    place: IntArray,
    first: IntArray,
    zone: ShortInts,
) -> None:
    """Count the edges per band, or, given room, write them from ``place`` on."""
    for ring in range(len(feature)):
        start, stop = offsets[ring], offsets[ring + 1] - 1
        owner = feature[ring]
        # Clockwise on the map: y counts southwards here.
        if (_doubled(points, start, stop) > 0.0) != is_hole[ring]:
            owner = -1 - owner
        for k in range(start, stop):
            low = min(points[k, 1], points[k + 1, 1])
            high = max(points[k, 1], points[k + 1, 1])
            beyond = min(points[k, 0], points[k + 1, 0]) >= east
            # A level edge bounds no area sideways.
            if low == high or beyond or high <= limits[0] or low >= limits[-1]:
                continue
            band = max(np.searchsorted(limits, low, side="right") - 1, 0)
            while band < len(limits) - 1 and limits[band] < high:
                if len(first):
                    first[place[band]] = k
                    zone[place[band]] = owner
                place[band] += 1
                band += 1


@compiled
def _shoelace(points: FloatArray, offsets: IntArray, twice: FloatArray) -> None:
    for ring in range(len(twice)):
        twice[ring] = _doubled(points, offsets[ring], offsets[ring + 1] - 1)


@compiled
def _doubled(points: FloatArray, start: int, stop: int) -> float:
    """Twice the signed area of a ring, measured from its first vertex."""
    twice = 0.0
    x0, y0 = points[start, 0], points[start, 1]
    for k in range(start, stop):
        twice += (points[k, 0] - x0) * (points[k + 1, 1] - y0)
        twice -= (points[k + 1, 0] - x0) * (points[k, 1] - y0)
    return twice
