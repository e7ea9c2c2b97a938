"""Overlap areas of two layers: the driver of the engine.

Work is cut into batches of runs of left (crossings), of ring starts of left and of
features of left (windings). Each batch gives rows that are parts of pairs; parts are
integers, so adding them up once more by pair gives the same bits for any cut.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import numpy as np

from geo.authalic import CGCS2000, Ellipsoid
from geo.engine.area_form import AreaTable, area_table, square_metres
from geo.engine.crossings import (
    Crossings,
    Rows,
    crossed_edges,
    crossing_rows,
    run_pairs,
)
from geo.engine.jit import Span, in_threads, spans
from geo.engine.lattice import Lattice, run_lattice, start_lattice
from geo.engine.layer import Int32Array, PolygonLayer, prepare
from geo.engine.order import visiting_order
from geo.engine.windings import BIG, big_run_owner, start_rows, swept_rows
from geo.rings import Rings
from geo.types import FloatArray, IntArray

BATCH = 8192
"""Runs of left per batch: the buffers of a batch stay in the processor's cache."""


class Pairs(NamedTuple):
    """Pairs of features that share area, by left, then right.

    Parameters
    ----------
    left, right : IntArray
        ``(n,)``, positions in the layers.
    area_m2 : FloatArray
        ``(n,)``.
    """

    left: IntArray
    right: IntArray
    area_m2: FloatArray


class Index(NamedTuple):
    """A layer with what it takes to be the right side of overlaps."""

    layer: PolygonLayer
    runs: Lattice
    starts: Lattice
    small: IntArray
    owner: Int32Array | None
    table: AreaTable
    ellipsoid: Ellipsoid


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
    tolerance_m2: float = 1e-3,
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
        return Pairs(none, none, np.zeros(0))
    parts = _Work(left, right, threads).rows()
    return _pairs(parts, right.layer.size, tolerance_m2)


def overlap_chunks(
    lefts: Iterable[Rings],
    right: PolygonLayer | Rings | Index,
    ellipsoid: Ellipsoid = CGCS2000,
    *,
    threads: int = 2,
    tolerance_m2: float = 1e-3,
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
        yield overlap_pairs(left, right, threads=threads, tolerance_m2=tolerance_m2)


class _Work:
    """One overlap: what its batches share."""

    def __init__(self, left: PolygonLayer, right: Index, threads: int) -> None:
        self._left, self._right, self._threads = left, right, threads
        self._order = visiting_order(left)
        self._runs = _runs_in_order(left, self._order)

    def rows(self) -> list[Rows]:
        """Collect the parts of all pairs."""
        pieces = 4 * self._threads
        runs = spans(len(self._runs), max(pieces, len(self._runs) // (8 * BATCH)))
        found = in_threads(self._crossings, runs, self._threads)
        found += self._starts_of_right(pieces)
        found += self._starts_of_left(pieces)
        if self._right.owner is not None:
            found += self._starts_of_left_in_big(self._right.owner, pieces)
        return [rows for batch in found for rows in batch]

    def _starts_of_right(self, pieces: int) -> list[list[Rows]]:
        """Rows of the features of left around ring starts of right."""
        left, right = self._left, self._right

        def step(begin: int, end: int, out: Rows) -> tuple[int, int]:
            return start_rows(
                begin, end, self._order, left, right.layer, right.starts, True, out
            )

        return in_threads(
            lambda part: _collect(step, part), spans(left.size, pieces), self._threads
        )

    def _starts_of_left(self, pieces: int) -> list[list[Rows]]:
        """Rows of the small features of right around ring starts of left."""
        left, right = self._left, self._right.layer
        small = self._right.small
        starts = start_lattice(left, self._threads)

        def step(begin: int, end: int, out: Rows) -> tuple[int, int]:
            return start_rows(begin, end, small, right, left, starts, False, out)

        return in_threads(
            lambda part: _collect(step, part), spans(len(small), pieces), self._threads
        )

    def _starts_of_left_in_big(
        self, owner: Int32Array, pieces: int
    ) -> list[list[Rows]]:
        """Rows of the big features of right around ring starts of left."""
        ring, cell = self._left_starts()
        left, right = self._left, self._right

        def step(begin: int, end: int, out: Rows) -> tuple[int, int]:
            return swept_rows(
                begin, end, ring, cell, left, right.layer, owner, right.runs, out
            )

        parts = _whole_rows(cell // right.runs.columns, pieces)
        return in_threads(lambda part: _collect(step, part), parts, self._threads)

    def _left_starts(self) -> tuple[IntArray, IntArray]:
        """Rings of left that start inside the grid of right, by cell."""
        grid, left = self._right.runs, self._left
        first = left.ring_start[:-1]
        ring = np.flatnonzero(left.ring_start[1:] > first)
        x, y = left.points[first[ring]].T
        column = np.floor((x - grid.west) / grid.width).astype(np.int64)
        row = np.floor((y - grid.south) / grid.height).astype(np.int64)
        inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
        cell = (row * grid.columns + column)[inside]
        by_cell = np.argsort(cell, kind="stable")
        return ring[inside][by_cell], cell[by_cell]

    def _crossings(self, part: Span) -> list[Rows]:
        """Rows of the crossings of a range of left's runs."""
        left, right = self._left, self._right.layer
        slot = np.full(right.size, -1, np.int32)
        pairs = np.empty((2, 8 * BATCH), np.int32)
        found = Crossings.room(4 * BATCH)
        rows: list[Rows] = []
        runs, done = self._runs[part[0] : part[1]], 0
        while done < len(runs):
            batch = runs[done : done + BATCH]
            step, count = run_pairs(
                batch, 0, left.run_box, right.run_box, self._right.runs, *pairs
            )
            if step == 0:
                pairs = np.empty((2, 4 * pairs.shape[1]), np.int32)
                continue
            done += step
            place = 0
            while place < count:
                place, crossed = crossed_edges(
                    pairs[0, :count], pairs[1, :count], place, left, right, found
                )
                out = Rows.room(crossed)
                kept = crossing_rows(
                    crossed, found, left, right, self._right.table, slot, out
                )
                rows.append(Rows(*(column[:kept].copy() for column in out)))
        return rows


def _runs_in_order(layer: PolygonLayer, order: IntArray) -> Int32Array:
    """All runs, features in visiting order."""
    begin = layer.ring_run[layer.feature_ring]
    count = np.diff(begin)[order]
    shift = begin[:-1][order] - np.concatenate(([0], np.cumsum(count)[:-1]))
    return (np.arange(count.sum()) + np.repeat(shift, count)).astype(np.int32)


def _whole_rows(row: IntArray, pieces: int) -> list[Span]:
    """Cut sorted row numbers into ranges that share no row."""
    if not len(row):
        return []
    ends = [b for _, b in spans(len(row), pieces)]
    cuts = np.unique(np.searchsorted(row, row[np.array(ends, np.int64) - 1], "right"))
    return list(zip([0, *cuts[:-1].tolist()], cuts.tolist(), strict=False))


def _collect(
    step: Callable[[int, int, Rows], tuple[int, int]], part: Span
) -> list[Rows]:
    """Call a step until its range is done, with more room where it gets nowhere."""
    place, last = part
    room = 1024 + 2 * (last - place)
    rows: list[Rows] = []
    while place < last:
        out = Rows.room(room)
        reached, written = step(place, last, out)
        if reached == place:
            room *= 4
        rows.append(Rows(*(column[:written] for column in out)))
        place = reached
    return rows


def _pairs(parts: list[Rows], right_size: int, tolerance_m2: float) -> Pairs:
    """Add up the parts of each pair, in exact arithmetic, and order the pairs."""
    left, right, fine, coarse, balance = (
        np.concatenate(column) for column in zip(*parts, strict=True)
    )
    key = left.astype(np.int64) * right_size + right
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if np.add.reduceat(balance[order], first).any():
        raise AssertionError("crossings of a pair do not balance: one was lost")
    area = square_metres(
        np.add.reduceat(fine[order], first), np.add.reduceat(coarse[order], first)
    )
    keep = np.abs(area) > tolerance_m2
    pair = key[first][keep]
    return Pairs(pair // right_size, pair % right_size, area[keep])
