"""A polygon layer as the engine reads it: flat rings, cut into runs of edges.

A *run* is up to :data:`RUN` edges in a row with their bounding box. Runs, not edges,
are indexed and compared first, which saves most of the memory and of the random reads;
integrals along a ring are kept at the middle vertex of each run and carried on from
there to a crossing when one is found.
"""

from typing import NamedTuple

import numpy as np

from geo.authalic import Ellipsoid
from geo.engine.area_form import REFERENCE_UNIT as UNIT
from geo.engine.area_form import (
    AreaTable,
    area_table,
    band_of,
    lattice_steps,
    local_mean,
    quanta,
    square_metres,
)
from geo.engine.lattice_points import lattice_faults, snapped, with_divided
from geo.engine.order import curve_order, ranges
from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.rings import Rings
from geo.types import BoolArray, FloatArray, IntArray

RUN = 8
"""Edges per run. 8 is fastest where both layers are parcels; see benchmarks."""

Int32Array = np.ndarray[tuple[int, ...], np.dtype[np.int32]]
Int8Array = np.ndarray[tuple[int, ...], np.dtype[np.int8]]


class PolygonLayer(NamedTuple):
    """Polygons in lon/lat degrees on the coordinate lattice.

    Parameters
    ----------
    position : IntArray
        ``(f,)``, where in the layer that came in each feature was. All else here counts
        features in the order they lie in memory (:mod:`geo.engine.order`), but for
        :attr:`area_m2`.
    points : FloatArray
        ``(n, 2)``, lon,lat; each ring closed, in the sense it came in.
    ring_start, ring_end : IntArray
        ``(r,)``; ring k is ``points[ring_start[k]:ring_end[k]]``. Rings may lie in any
        order.
    ring_feature : Int32Array
        ``(r,)``, the feature that owns the ring, ascending.
    feature_ring : IntArray
        ``(f + 1,)``; the rings of a feature.
    ring_run : IntArray
        ``(r + 1,)``; the runs of a ring.
    run_first, run_last : IntArray
        ``(m,)``, first and last vertex of each run; the last one is shared with the
        next run.
    run_ring : Int32Array
        ``(m,)``.
    run_box : FloatArray
        ``(m, 8)``, smallest x, y, x + y and x - y, then the largest of each: an
        octagon, which holds a slanting run much closer than a box does.
    run_fine, run_coarse : IntArray, FloatArray
        ``(m,)``, area form from the ring's first vertex to the middle one of the run,
        in quanta and m2 (:mod:`geo.engine.area_form`).
    ring_sign : Int8Array
        ``(r,)``, -1 for rings wound the wrong way (shells clockwise, holes
        counter-clockwise), which count as if reversed.
    ring_fine, ring_coarse : IntArray, FloatArray
        ``(r,)``, area form around the whole ring, as it is wound.
    feature_box : FloatArray
        ``(f, 4)``; west > east where a feature has no ring.
    """

    position: IntArray
    points: FloatArray
    ring_start: IntArray
    ring_end: IntArray
    ring_feature: Int32Array
    feature_ring: IntArray
    ring_run: IntArray
    run_first: IntArray
    run_last: IntArray
    run_ring: Int32Array
    run_box: FloatArray
    run_fine: IntArray
    run_coarse: FloatArray
    ring_sign: Int8Array
    ring_fine: IntArray
    ring_coarse: FloatArray
    feature_box: FloatArray

    @property
    def size(self) -> int:
        """How many features there are."""
        return len(self.feature_ring) - 1

    @property
    def area_m2(self) -> FloatArray:
        """Area of each feature as they came in, m2, ``(f,)``; 0 without a ring."""
        sign = self.ring_sign.astype(np.int64)
        owner = self.position[self.ring_feature]
        fine = np.zeros(self.size, dtype=np.int64)
        np.add.at(fine, owner, sign * self.ring_fine)
        coarse = np.bincount(owner, sign * self.ring_coarse, self.size)
        return square_metres(fine, coarse.astype(np.float64))

    @property
    def box(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all features; zeros where none has a ring."""
        if not len(self.run_ring):
            return 0.0, 0.0, 0.0, 0.0
        west, south = self.feature_box[:, :2].min(axis=0)
        east, north = self.feature_box[:, 2:].max(axis=0)
        return float(west), float(south), float(east), float(north)


def prepare(rings: Rings, ellipsoid: Ellipsoid, *, threads: int = 2) -> PolygonLayer:
    """Make a layer ready for the engine.

    Parameters
    ----------
    rings : Rings
        Lon,lat degrees, finite; closed rings. They may be wound either way. Parts of a
        feature must not overlap each other; features may.
    ellipsoid : Ellipsoid
        Must be the same for both layers of an overlap.
    threads : int

    Returns
    -------
    PolygonLayer
        Shares the coordinates of ``rings`` unless some have to be moved to the lattice
        (by 0.8 nm at most) or have edges longer than a quarter of a degree. Such edges
        are divided at lattice points less than 1 nm from the edge.
    """
    points = np.require(rings.coordinates, np.float64, ["C", "W"])
    ring_start = np.ascontiguousarray(rings.offsets, dtype=np.int64)
    off, length = lattice_faults(points, ring_start, threads)
    if off:
        points = snapped(points)
    feature_ring = np.searchsorted(rings.feature, np.arange(rings.size + 1))
    order = curve_order(points, ring_start, feature_ring)
    points, ring_start, ring_end = with_divided(points, ring_start, length, threads)
    source = np.arange(len(length))
    if order is not None:
        count = np.diff(feature_ring)[order]
        source = ranges(feature_ring[order], count)
        feature_ring = np.concatenate(([0], np.cumsum(count)))
    ends = ring_start[source], ring_end[source]
    layer = _empty(order, ends, feature_ring, points)
    hole = np.ascontiguousarray(rings.is_hole[source])
    table = area_table(ellipsoid)

    def work(part: Span) -> None:
        _measure(*part, layer, hole, table)

    in_threads(work, spans(layer.size, max(4 * threads, layer.size // 1024)), threads)
    return layer


def _empty(
    order: IntArray | None,
    ends: tuple[IntArray, IntArray],
    feature_ring: IntArray,
    points: FloatArray,
) -> PolygonLayer:
    """Allocate a layer; :func:`_measure` fills it."""
    ring_start, ring_end = ends
    edges = np.maximum(ring_end - ring_start - 1, 0)
    ring_run = np.concatenate(([0], np.cumsum((edges + RUN - 1) // RUN)))
    m, r, f = int(ring_run[-1]), len(edges), len(feature_ring) - 1
    return PolygonLayer(
        position=np.arange(f) if order is None else order,
        points=points,
        ring_start=ring_start,
        ring_end=ring_end,
        ring_feature=np.repeat(np.arange(f), np.diff(feature_ring)).astype(np.int32),
        feature_ring=feature_ring.astype(np.int64),
        ring_run=ring_run,
        run_first=np.empty(m, np.int64),
        run_last=np.empty(m, np.int64),
        run_ring=np.empty(m, np.int32),
        run_box=np.empty((m, 8)),
        run_fine=np.empty(m, np.int64),
        run_coarse=np.empty(m),
        ring_sign=np.empty(r, np.int8),
        ring_fine=np.empty(r, np.int64),
        ring_coarse=np.empty(r),
        feature_box=np.empty((f, 4)),
    )


@inlined
def middle_of(first: int, last: int) -> int:
    """Vertex of a run that its integrals end at; not the first."""
    return min(first + RUN // 2, last)


@compiled
def _measure(
    first: int, last: int, layer: PolygonLayer, hole: BoolArray, table: AreaTable
) -> None:
    """Fill in runs, boxes, integrals and signs of features first to last - 1."""
    points, run_box, feature_box = layer.points, layer.run_box, layer.feature_box
    run_fine, run_coarse = layer.run_fine, layer.run_coarse
    run_first, run_last, run_ring = layer.run_first, layer.run_last, layer.run_ring
    ring_run, ring_start, ring_end = layer.ring_run, layer.ring_start, layer.ring_end
    reference, s = table.reference, table.series
    for f in range(first, last):
        fw, fs, fe, fn = np.inf, np.inf, -np.inf, -np.inf
        for r in range(layer.feature_ring[f], layer.feature_ring[f + 1]):
            fine, coarse, k = 0, 0.0, ring_start[r]
            for u in range(ring_run[r], ring_run[r + 1]):
                end = min(k + RUN, ring_end[r] - 1)
                run_first[u], run_last[u], run_ring[u] = k, end, r
                middle = middle_of(k, end)
                x, y = points[k, 0], points[k, 1]
                west, south, east, north = x, y, x, y
                rise, fall, top_rise, top_fall = x + y, x - y, x + y, x - y
                while k < end:
                    k += 1
                    x2, y2 = points[k, 0], points[k, 1]
                    west, east = min(west, x2), max(east, x2)
                    south, north = min(south, y2), max(north, y2)
                    rise, top_rise = min(rise, x2 + y2), max(top_rise, x2 + y2)
                    fall, top_fall = min(fall, x2 - y2), max(top_fall, x2 - y2)
                    n = band_of(y, y2)
                    mean = local_mean(
                        y, y2 - y, n, s[n, 0], s[n, 1], s[n, 2], s[n, 3], s[n, 4],
                        s[n, 5], s[n, 6],
                    )  # fmt: skip
                    fine -= lattice_steps(x2 - x) * reference[n]
                    fine -= quanta((x2 - x) * mean)
                    coarse -= (x2 - x) * (mean + reference[n] * UNIT)
                    x, y = x2, y2
                    if k == middle:
                        run_fine[u], run_coarse[u] = fine, coarse
                run_box[u, 0], run_box[u, 1] = west, south
                run_box[u, 2], run_box[u, 3] = rise, fall
                run_box[u, 4], run_box[u, 5] = east, north
                run_box[u, 6], run_box[u, 7] = top_rise, top_fall
                fw, fs = min(fw, west), min(fs, south)
                fe, fn = max(fe, east), max(fn, north)
            layer.ring_fine[r], layer.ring_coarse[r] = fine, coarse
            # Below a wrap the exact sum has the sign; the coarse one may not.
            turn = coarse if abs(coarse) > 1e9 else float(fine)
            layer.ring_sign[r] = -1 if (turn < 0.0) != hole[r] and turn != 0.0 else 1
        feature_box[f, 0], feature_box[f, 1] = fw, fs
        feature_box[f, 2], feature_box[f, 3] = fe, fn
