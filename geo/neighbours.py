"""Features of one layer that overlap, or leave narrow gaps between them.

Most neighbours match along their borders. GEOS's ``CoverageValidator`` tells those
apart in one pass; only the others are compared pair by pair, and only they need a
general union, so that a layer of 100,000 parcels takes seconds.
"""

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.coverage import are_polygons
from geo.health import SLIVER_WIDTH_M, Fault, Health, faults_at, sizes
from geo.messages import Note
from geo.robust import intersection, union_by
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray

MOST_MEETINGS = 2_000_000
"""Boxes of features that meet, both ways, up to which neighbours are compared: 20 for
each of 100,000. Where hundreds lie on one spot it is their square."""
_QUERY_FEATURES = 64
_PAIRS_AT_ONCE = 50_000
_THINNEST_M = 1e-5


def compare_neighbours(
    geometry: gpd.GeoSeries, where: str, health: Health
) -> list[Note]:
    """Add overlaps between features, and narrow gaps that they enclose.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)`` valid, in the CRS of the layer, x,y order; index: feature ids. Layers
        that do not consist of polygons only have no such faults.
    where : str
        Names the layer in notes.
    health : Health
        Overlaps have their area as value; a gap is a part that no feature covers, that
        features enclose, and that is narrower than 1 m (2A/P), with its area.

    Returns
    -------
    list of Note
        ``neighbours_too_many``: nothing was compared, see :data:`MOST_MEETINGS`.
    """
    values = np.asarray(geometry.to_numpy(), dtype=object)
    if len(values) < 2 or not are_polygons(values):
        return []
    tree = shapely.STRtree(values)
    if _meet_too_often(tree, values):
        return [Note("neighbours_too_many", {"where": where, "most": MOST_MEETINGS})]
    labels = geometry.index.astype(str).to_numpy()
    crs = CRS.from_user_input(geometry.crs)
    unmatched = ~shapely.is_empty(shapely.coverage_invalid_edges(values))
    pairs = _pairs(tree, values, unmatched)
    for begin in range(0, len(pairs), _PAIRS_AT_ONCE):
        some = pairs[begin : begin + _PAIRS_AT_ONCE]
        health.add(_overlaps(values, labels, some, crs))
    health.add(_gaps(values, unmatched, crs))
    return []


def _meet_too_often(tree: shapely.STRtree, values: GeometryArray) -> bool:
    count = 0
    for begin in range(0, len(values), _QUERY_FEATURES):
        count += tree.query(values[begin : begin + _QUERY_FEATURES]).shape[1]
        if count > MOST_MEETINGS:
            return True
    return False


def _pairs(
    tree: shapely.STRtree, values: GeometryArray, unmatched: BoolArray
) -> IntArray:
    """Answer pairs of which at least one does not match, ``(p, 2)`` positions."""
    suspects = np.flatnonzero(unmatched)
    of_suspects, other = tree.query(values[suspects], predicate="intersects")
    one = suspects[of_suspects]
    # A pair of two that do not match is found from both sides.
    fresh = (one != other) & ((one < other) | ~unmatched[other])
    pairs = np.sort(np.column_stack([one[fresh], other[fresh]]), axis=1)
    return np.asarray(pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))])


def _overlaps(
    values: GeometryArray, labels: FloatArray, pairs: IntArray, crs: CRS
) -> Iterator[Fault]:
    left, right = pairs.T
    shared = intersection(values[left], values[right]).geometry
    area, length = sizes(shared, crs)
    # Neighbours that share a border touch in polygons thinner than a hundredth of a mm.
    real = np.flatnonzero(area > _THINNEST_M * np.maximum(length, 1.0))
    between = zip(labels[left[real]], labels[right[real]], strict=True)
    names = (f"{one} × {other}" for one, other in between)
    return faults_at("overlap", shared[real], names, area[real])


def _gaps(values: GeometryArray, unmatched: BoolArray, crs: CRS) -> Iterator[Fault]:
    holes = _new_holes(values, unmatched)
    area, length = sizes(holes, crs)
    narrow = (area > 0) & (2 * area < length * 10 * SLIVER_WIDTH_M)
    return faults_at("gap", holes[narrow], ["-"] * int(narrow.sum()), area[narrow])


def _new_holes(values: GeometryArray, unmatched: BoolArray) -> GeometryArray:
    """Answer the holes of the union that no feature has of its own."""
    seamless = shapely.coverage_union_all(values[~unmatched])
    pieces = np.array([*values[unmatched], seamless], dtype=object)
    rings = _inner_rings(union_by(np.zeros(len(pieces), np.int64), pieces, 1).geometry)
    own = {tuple(box) for box in shapely.bounds(_inner_rings(values)).tolist()}
    fresh = [tuple(box) not in own for box in shapely.bounds(rings).tolist()]
    return np.asarray(shapely.polygons(rings[np.array(fresh, dtype=bool)]))


def _inner_rings(values: GeometryArray) -> GeometryArray:
    parts = shapely.get_parts(values)
    rings, owner = shapely.get_rings(parts, return_index=True)
    # The first ring of a part is its shell.
    inner = np.append(False, owner[1:] == owner[:-1])[: len(rings)]
    return np.asarray(rings[inner])
