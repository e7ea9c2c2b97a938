"""Overlap areas of two layers: what callers of the engine use."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from geo.authalic import CGCS2000, Ellipsoid
from geo.engine.area_form import area_table, square_metres
from geo.engine.crossings import Rows
from geo.engine.lattice import run_lattice, start_lattice
from geo.engine.layer import PolygonLayer, prepare
from geo.engine.lengths import added_up
from geo.engine.order import visiting_order
from geo.engine.sweep import big_run_owner
from geo.engine.windings import BIG
from geo.engine.work import Index, Parts, Work
from geo.rings import Rings
from geo.types import FloatArray, IntArray

TOLERANCE_M2 = 1e-3


class Pairs(NamedTuple):
    """Pairs of features that share area, by left, then right.

    Parameters
    ----------
    left, right : IntArray
        ``(n,)``, positions in the layers.
    area_m2 : FloatArray
        ``(n,)``.
    length_left_m, length_right_m : FloatArray or None
        ``(n,)``, metres of the boundary of the left feature that run inside or along
        the right one, and the other way round; None where not asked for.
    """

    left: IntArray
    right: IntArray
    area_m2: FloatArray
    length_left_m: FloatArray | None = None
    length_right_m: FloatArray | None = None


def index(
    layer: PolygonLayer | Rings, ellipsoid: Ellipsoid = CGCS2000, *, threads: int = 2
) -> Index:
    """Prepare a layer to be the right side of one or many overlaps."""
    if isinstance(layer, Rings):
        layer = prepare(layer, ellipsoid, threads=threads)
    order = visiting_order(layer)
    runs = np.diff(layer.ring_run[layer.feature_ring])
    return Index(
        layer=layer,
        runs=run_lattice(layer, threads),
        starts=start_lattice(layer, threads),
        small=order[runs[order] < BIG],
        owner=big_run_owner(layer),
        table=area_table(ellipsoid),
        ellipsoid=ellipsoid,
    )


def overlap_pairs(
    left: PolygonLayer | Rings,
    right: PolygonLayer | Rings | Index,
    ellipsoid: Ellipsoid = CGCS2000,
    *,
    threads: int = 2,
    tolerance_m2: float = TOLERANCE_M2,
    lengths: bool = False,
) -> Pairs:
    """Answer the area that each feature of one layer shares with each of another.

    Parameters
    ----------
    left, right : PolygonLayer, Rings or Index
        Lon,lat degrees, valid polygons; features of one layer may overlap each other.
        What is not prepared yet is prepared here.
    ellipsoid : Ellipsoid
        Of the coordinates; ignored where ``right`` is an index.
    threads : int
    tolerance_m2 : float
        Pairs of at most this area are left out. Layers that only touch give up to
        1e-5 m2.
    lengths : bool
        Measure boundaries too.

    Returns
    -------
    Pairs
        The same bits for any number of threads and, up to the order of rows, any order
        of features. A negative area betrays an invalid polygon.
    """
    if not isinstance(right, Index):
        right = index(right, ellipsoid, threads=threads)
    if isinstance(left, Rings):
        left = prepare(left, right.ellipsoid, threads=threads)
    if not len(left.run_ring) or not len(right.layer.run_ring):
        none = np.zeros(0, np.int64)
        nothing = (np.zeros(0), np.zeros(0)) if lengths else (None, None)
        return Pairs(none, none, np.zeros(0), *nothing)
    parts = Work(left, right, threads, lengths=lengths).parts()
    return _pairs(parts, right.layer.size, tolerance_m2)


def overlap_chunks(
    lefts: Iterable[Rings],
    right: PolygonLayer | Rings | Index,
    ellipsoid: Ellipsoid = CGCS2000,
    *,
    threads: int = 2,
    tolerance_m2: float = TOLERANCE_M2,
    lengths: bool = False,
) -> Iterator[Pairs]:
    """Overlap a layer that comes in chunks; memory is that of a chunk and of right.

    Yields
    ------
    Pairs
        One per chunk; ``left`` counts within the chunk. The same bits as in one go.
    """
    if not isinstance(right, Index):
        right = index(right, ellipsoid, threads=threads)
    for left in lefts:
        yield overlap_pairs(
            left, right, threads=threads, tolerance_m2=tolerance_m2, lengths=lengths
        )


def _pairs(parts: Parts, right_size: int, tolerance_m2: float) -> Pairs:
    """Add up the parts of each pair and order the pairs."""
    key, area = _areas(parts.areas, right_size)
    keep = np.abs(area) > tolerance_m2
    key, area = key[keep], area[keep]
    along = added_up(parts.lengths, key, right_size) if parts.lengths else (None, None)
    return Pairs(key // right_size, key % right_size, area, *along)


def _areas(parts: list[Rows], right_size: int) -> tuple[IntArray, FloatArray]:
    """Pairs as ``left * right_size + right``, ascending, and their areas in m2."""
    left, right, fine, coarse, balance = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    key = left.astype(np.int64) * right_size + right
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        return key, np.zeros(0)
    if np.add.reduceat(balance[order], first).any():
        raise AssertionError("crossings of a pair do not balance: one was lost")
    area = square_metres(
        np.add.reduceat(fine[order], first), np.add.reduceat(coarse[order], first)
    )
    return key[first], area
