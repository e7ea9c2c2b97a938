"""The overlay by the compiled engine: nothing is built, areas are summed exactly."""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely

from geo import rings as flat
from geo.area import line_lengths
from geo.authalic import Ellipsoid
from geo.engine import Index, Pairs, PolygonLayer, index, overlap_pairs
from geo.engine.dissolve import SelfOverlaps, dissolved, self_overlaps
from geo.measured import Balance, Measured, Once, retried
from geo.messages import Note
from geo.rings import sum_by
from geo.robust import intersection
from geo.types import FloatArray, GeometryArray, IntArray, ratio
from geo.validity import polygons_of

TOUCH_M2 = 1e-3
"""Pairs that share less only touch: rounding of coordinates gives up to 1e-5 m2."""

THREADS = 2
"""Threads of one overlay: areas do not depend on it, and a server has other work."""


@dataclass(frozen=True)
class _Layer:
    """One layer in the forms that the engine needs, and where it overlaps itself."""

    geometry: GeometryArray
    index: Index
    own: SelfOverlaps

    @property
    def prepared(self) -> PolygonLayer:
        return self.index.layer

    @property
    def area_m2(self) -> FloatArray:
        return self.index.layer.area_m2


def measure(
    left: gpd.GeoSeries, right: gpd.GeoSeries, ellipsoid: Ellipsoid, thin_m: float
) -> Measured:
    """Measure two valid lon/lat layers.

    Where features of one layer overlap each other, GEOS dissolves just these, and the
    engine measures the result again.

    Parameters
    ----------
    left, right : GeoSeries
        Valid polygons, lon,lat; features of one layer may overlap each other.
    ellipsoid : Ellipsoid
    thin_m : float
        Pairs that may be thinner are built by GEOS, to know their width exactly;
        other widths are lower bounds: borders that only touch count as perimeter.
    """
    notes: list[Note] = []
    a, b = _layer(left, ellipsoid), _layer(right, ellipsoid)
    pairs = overlap_pairs(
        a.prepared, b.index, threads=THREADS, tolerance_m2=TOUCH_M2, lengths=True
    )
    along_left, along_right = lengths(pairs)
    once_a, once_b = _dissolved(a, ellipsoid, notes), _dissolved(b, ellipsoid, notes)
    both = _shared(once_a, once_b)
    return Measured(
        pairs.left,
        pairs.right,
        pairs.area_m2,
        widths(
            pairs,
            lambda chosen: a.geometry[chosen],
            lambda chosen: b.geometry[chosen],
            ellipsoid,
            thin_m,
        ),
        along_left,
        along_right,
        _balance(a, once_a, pairs.left, pairs.area_m2, _shared(a, once_b), both),
        _balance(b, once_b, pairs.right, pairs.area_m2, _shared(b, once_a), both),
        notes,
    )


def _layer(geometry: gpd.GeoSeries, ellipsoid: Ellipsoid) -> _Layer:
    values = np.asarray(geometry.to_numpy(), dtype=object)
    prepared = index(flat.from_geometry(values), ellipsoid, threads=THREADS)
    own = self_overlaps(prepared, ellipsoid, threads=THREADS, tolerance_m2=TOUCH_M2)
    return _Layer(values, prepared, own)


def _dissolved(layer: _Layer, ellipsoid: Ellipsoid, notes: list[Note]) -> _Layer:
    """Answer the layer with each place once; the layer itself where it already is."""
    if not len(layer.own.left):
        return layer
    united = dissolved(layer.geometry, layer.own)
    notes += retried([str(k) for k in np.flatnonzero(united.retried)])
    return _layer(gpd.GeoSeries(united.geometry), ellipsoid)


def _shared(layer: _Layer, other: _Layer) -> FloatArray:
    """Area that each feature shares with a layer that covers each place once."""
    pairs = overlap_pairs(layer.prepared, other.index, threads=THREADS)
    return sum_by(pairs.left, pairs.area_m2, len(layer.geometry))


def _balance(
    layer: _Layer,
    once: _Layer,
    owner: IntArray,
    areas: FloatArray,
    inside: FloatArray,
    both: FloatArray,
) -> Balance:
    whole = layer.area_m2
    covered = np.minimum(inside, whole)
    total, overlap = float(once.area_m2.sum()), float(both.sum())
    return Balance(
        whole,
        sum_by(owner, areas, len(layer.geometry)),
        covered,
        whole - covered,
        Once(total, overlap, max(total - overlap, 0.0)),
    )


def lengths(pairs: Pairs) -> tuple[FloatArray, FloatArray]:
    """Answer both boundary lengths of pairs that were measured with them."""
    if pairs.length_left_m is None or pairs.length_right_m is None:
        raise AssertionError("lengths were asked for")
    return pairs.length_left_m, pairs.length_right_m


Shapes = Callable[[IntArray], GeometryArray]
"""Answers the polygons at some positions of a layer."""


def widths(
    pairs: Pairs, left: Shapes, right: Shapes, ellipsoid: Ellipsoid, thin_m: float
) -> FloatArray:
    """Bound mean widths from below, metres ``(p,)``; exact for those below ``thin_m``.

    Parameters
    ----------
    pairs : Pairs
        Measured with lengths.
    left, right : callable
        Asked for the polygons of the pairs that may be thin.
    ellipsoid : Ellipsoid
    thin_m : float
    """
    along = np.add(*lengths(pairs))
    width = ratio(2.0 * pairs.area_m2, along)
    thin = width < thin_m
    shapes = intersection(left(pairs.left[thin]), right(pairs.right[thin]))
    outlines = shapely.boundary(polygons_of(shapes.geometry))
    perimeter = line_lengths(outlines, ellipsoid)
    width[thin] = ratio(2.0 * pairs.area_m2[thin], perimeter)
    return width
