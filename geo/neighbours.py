"""Features of one layer that overlap, or leave narrow gaps between them.

Most neighbours match along their borders. GEOS's ``CoverageValidator`` tells those
apart in one pass; only the others are compared pair by pair, and only they need a
general union, so that a layer of 100,000 parcels takes seconds.
"""

from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.coverage import are_polygons
from geo.health import SLIVER_WIDTH_M, Fault, Health, faults_at, sizes
from geo.messages import Note
from geo.robust import intersection, union_by
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray

MOST_PAIRS = 1_000_000
"""Pairs up to which overlaps are measured: where hundreds lie on one spot, pairs are
their square."""
_QUERY_FEATURES = 500
_THINNEST_M = 1e-5


class _Shared(NamedTuple):
    """Pairs of features by position, and whether there are more."""

    left: IntArray
    right: IntArray
    more: bool


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
        ``neighbours_too_many``: overlaps beyond :data:`MOST_PAIRS` were not measured.
    """
    values = np.asarray(geometry.to_numpy(), dtype=object)
    if len(values) < 2 or not are_polygons(values):
        return []
    labels = geometry.index.astype(str).to_numpy()
    crs = CRS.from_user_input(geometry.crs)
    unmatched = ~shapely.is_empty(shapely.coverage_invalid_edges(values))
    pairs = _pairs(values, unmatched)
    health.add(_overlaps(values, labels, pairs, crs))
    health.add(_gaps(values, unmatched, crs))
    if not pairs.more:
        return []
    return [Note("neighbours_too_many", {"where": where, "most": MOST_PAIRS})]


def _pairs(values: GeometryArray, unmatched: BoolArray) -> _Shared:
    """Answer pairs of which at least one does not match, each once, by position."""
    tree, suspects = shapely.STRtree(values), np.flatnonzero(unmatched)
    found, count = [np.zeros((0, 2), np.int64)], 0
    for begin in range(0, len(suspects), _QUERY_FEATURES):
        some = suspects[begin : begin + _QUERY_FEATURES]
        of_some, other = tree.query(values[some], predicate="intersects")
        one = some[of_some]
        # A pair of two that do not match is found from both sides.
        fresh = (one != other) & ((one < other) | ~unmatched[other])
        pair = np.column_stack([one[fresh], other[fresh]])
        found.append(np.sort(pair, axis=1))
        count += len(pair)
        if count > MOST_PAIRS:
            break
    every = np.concatenate(found)
    every = every[np.lexsort((every[:, 1], every[:, 0]))]
    left, right = every[:MOST_PAIRS].T
    return _Shared(left, right, count > MOST_PAIRS)


def _overlaps(
    values: GeometryArray, labels: FloatArray, pairs: _Shared, crs: CRS
) -> Iterator[Fault]:
    shared = intersection(values[pairs.left], values[pairs.right]).geometry
    area, length = sizes(shared, crs)
    # Neighbours that share a border touch in polygons thinner than a hundredth of a mm.
    real = np.flatnonzero(area > _THINNEST_M * np.maximum(length, 1.0))
    left, right = labels[pairs.left[real]], labels[pairs.right[real]]
    names = [f"{one} × {other}" for one, other in zip(left, right, strict=True)]
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
