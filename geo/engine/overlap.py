"""Overlap areas of two layers: what callers of the engine use."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import numpy as np

from geo.authalic import CGCS2000, Ellipsoid
from geo.engine.area_form import area_table
from geo.engine.lattice import run_lattice, start_lattice
from geo.engine.layer import PolygonLayer, prepare
from geo.engine.lengths import added_up
from geo.engine.sums import added_areas
from geo.engine.sweep import big_run_owner
from geo.engine.windings import BIG
from geo.engine.work import Index, Work
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
    runs = np.diff(layer.ring_run[layer.feature_ring])
    return Index(
        layer=layer,
        runs=run_lattice(layer, threads),
        starts=start_lattice(layer, threads),
        small=np.flatnonzero(runs < BIG),
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
    left, right = _ready(left, right, ellipsoid, threads)
    if not len(left.run_ring) or not len(right.layer.run_ring):
        none = np.zeros(0, np.int64)
        nothing = (np.zeros(0), np.zeros(0)) if lengths else (None, None)
        return Pairs(none, none, np.zeros(0), *nothing)
    parts = Work(left, right, threads, lengths=lengths).parts()
    pairs = Pairs(*added_areas(parts.areas, left, right.layer, tolerance_m2, threads))
    if not lengths:
        return pairs
    key = pairs.left * right.layer.size + pairs.right
    along_left, along_right = added_up(parts.lengths, key, left, right.layer)
    return pairs._replace(length_left_m=along_left, length_right_m=along_right)


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


def _ready(
    left: PolygonLayer | Rings,
    right: PolygonLayer | Rings | Index,
    ellipsoid: Ellipsoid,
    threads: int,
) -> tuple[PolygonLayer, Index]:
    """Prepare what is not yet; each side has all threads to itself."""
    if not isinstance(right, Index):
        right = index(right, ellipsoid, threads=threads)
    if isinstance(left, Rings):
        left = prepare(left, right.ellipsoid, threads=threads)
    return left, right
