"""The batches of one overlap, and the sum of their parts.

Work is cut into batches of runs of left (crossings), of ring starts and of features
(windings). Each batch gives parts of pairs; parts are integers, so adding them up once
more by pair gives the same bits for any cut.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from geo.authalic import Ellipsoid
from geo.engine.area_form import AreaTable
from geo.engine.crossings import (
    Crossings,
    Rows,
    crossed_edges,
    crossing_rows,
    run_pairs,
)
from geo.engine.lattice import Lattice, start_lattice
from geo.engine.layer import Int32Array, PolygonLayer
from geo.engine.lengths import (
    LengthRows,
    Outline,
    crossing_lengths,
    outline,
    shared_lengths,
)
from geo.engine.sweep import swept_rows
from geo.engine.windings import Starts, start_rows
from geo.jit import Answer, Span, in_threads, spans
from geo.types import IntArray

BATCH = 8192
"""Runs of left per batch: the buffers of a batch stay in the processor's cache."""


class Index(NamedTuple):
    """A layer with what it takes to be the right side of overlaps.

    Parameters
    ----------
    layer : PolygonLayer
    runs, starts : Lattice
        Where its runs and its rings' first vertices are.
    small : IntArray
        Features whose windings are looked up.
    owner : Int32Array or None
        Runs of the other features (:func:`geo.engine.sweep.big_run_owner`).
    table : AreaTable
    ellipsoid : Ellipsoid
    """

    layer: PolygonLayer
    runs: Lattice
    starts: Lattice
    small: IntArray
    owner: Int32Array | None
    table: AreaTable
    ellipsoid: Ellipsoid


class Parts(NamedTuple):
    """What the batches found."""

    areas: list[Rows]
    lengths: list[LengthRows]


class Work:
    """One overlap: what its batches share."""

    def __init__(
        self, left: PolygonLayer, right: Index, threads: int, *, lengths: bool
    ) -> None:
        self._left, self._right, self._threads = left, right, threads
        self._sorted = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self._outlines: tuple[Outline, Outline] | None = None
        if lengths:
            self._outlines = (
                outline(left, right.ellipsoid, threads),
                outline(right.layer, right.ellipsoid, threads),
            )

    def parts(self) -> Parts:
        """Collect the parts of all pairs."""
        runs, pieces = len(self._left.run_ring), 4 * self._threads
        batches = spans(runs, max(pieces, runs // 65536))
        # The first of the parts is none: it sorts, beside the others, what follows.
        found = self._each(self._crossings_or_sort, [(-1, 0), *batches])
        areas = [rows for part in found for rows in part.areas]
        lengths = [rows for part in found for rows in part.lengths]
        for starts, of_left in (
            *((rows, False) for rows in self._starts_of_right(pieces)),
            *((rows, True) for rows in self._starts_of_left(pieces)),
            *((rows, True) for rows in self._starts_in_big(pieces)),
        ):
            areas.append(self._ring_areas(starts, of_left=of_left))
            if self._outlines:
                lengths.append(self._ring_lengths(starts, of_left=of_left))
        return Parts(areas, lengths)

    def _each(self, work: Callable[[Span], Answer], parts: list[Span]) -> list[Answer]:
        return in_threads(work, parts, self._threads)

    def _starts_of_right(self, pieces: int) -> list[Starts]:
        """Ring starts of right in features of left."""
        left, right = self._left, self._right
        every = np.arange(left.size)

        def step(begin: int, end: int, out: Starts) -> tuple[int, int]:
            return start_rows(
                begin, end, every, left, right.layer, right.starts, True, out
            )

        return self._collected(step, spans(left.size, pieces))

    def _starts_of_left(self, pieces: int) -> list[Starts]:
        """Ring starts of left in small features of right."""
        left, right, small = self._left, self._right.layer, self._right.small
        if not len(small):
            return []
        starts = start_lattice(left, self._threads)

        def step(begin: int, end: int, out: Starts) -> tuple[int, int]:
            return start_rows(begin, end, small, right, left, starts, False, out)

        return self._collected(step, spans(len(small), pieces))

    def _starts_in_big(self, pieces: int) -> list[Starts]:
        """Ring starts of left in big features of right."""
        left, right, owner = self._left, self._right, self._right.owner
        if owner is None:
            return []
        ring, cell = self._sorted

        def step(begin: int, end: int, out: Starts) -> tuple[int, int]:
            return swept_rows(
                begin, end, ring, cell, left, right.layer, owner, right.runs, out
            )

        return self._collected(step, _whole_rows(cell // right.runs.columns, pieces))

    def _collected(
        self, step: Callable[[int, int, Starts], tuple[int, int]], parts: list[Span]
    ) -> list[Starts]:
        found = self._each(lambda part: _collect(step, part), parts)
        return [starts for batch in found for starts in batch]

    def _ring_areas(self, starts: Starts, *, of_left: bool) -> Rows:
        """Whole rings as parts of areas."""
        layer = self._left if of_left else self._right.layer
        turns = starts.turns * layer.ring_sign[starts.ring].astype(np.int64)
        return Rows(
            starts.left,
            starts.right,
            turns * layer.ring_fine[starts.ring],
            turns * layer.ring_coarse[starts.ring],
            np.zeros(len(turns), np.int32),
        )

    def _ring_lengths(self, starts: Starts, *, of_left: bool) -> LengthRows:
        """Whole rings as parts of boundary lengths."""
        assert self._outlines is not None
        along = self._outlines[0 if of_left else 1].ring[starts.ring] * starts.turns
        none = np.zeros_like(along)
        both = (along, none) if of_left else (none, along)
        return LengthRows(starts.left, starts.right, *both)

    def _crossings_or_sort(self, part: Span) -> Parts:
        if part[0] >= 0:
            return self._crossings(part)
        if self._right.owner is not None:
            self._sorted = starts_by_cell(self._left, self._right.runs)
        return Parts([], [])

    def _crossings(self, part: Span) -> Parts:
        """Parts that the crossings of a range of left's runs add."""
        pairs = np.empty((2, 8 * BATCH), np.int32)
        found = Crossings.room(4 * BATCH)
        slot = np.full(self._right.layer.size, -1, np.int32)
        parts = Parts([], [])
        done, end = part
        while done < end:
            reached, count = run_pairs(
                done,
                min(done + BATCH, end),
                self._left.run_box,
                self._right.layer.run_box,
                self._right.runs,
                pairs[0],
                pairs[1],
            )
            if reached == done:
                pairs = np.empty((2, 4 * pairs.shape[1]), np.int32)
                continue
            done = reached
            self._add_crossings(pairs[:, :count], found, slot, parts)
            if self._outlines:
                self._add_shared(pairs[:, :count], parts)
        return parts

    def _add_crossings(
        self, pairs: Int32Array, found: Crossings, slot: Int32Array, parts: Parts
    ) -> None:
        left, right, table = self._left, self._right.layer, self._right.table
        place = 0
        while place < pairs.shape[1]:
            place, count = crossed_edges(pairs[0], pairs[1], place, left, right, found)
            out = Rows.room(count)
            kept = crossing_rows(count, found, left, right, table, slot, out)
            parts.areas.append(out.first(kept))
            if self._outlines:
                lengths = LengthRows.room(count)
                crossing_lengths(count, found, left, right, *self._outlines, lengths)
                parts.lengths.append(lengths)

    def _add_shared(self, pairs: Int32Array, parts: Parts) -> None:
        shape = self._right.ellipsoid
        place = 0
        while place < pairs.shape[1]:
            out = LengthRows.room(4 * BATCH)
            place, count = shared_lengths(
                pairs[0], pairs[1], place,
                self._left, self._right.layer, (shape.a, shape.e2), out,
            )  # fmt: skip
            parts.lengths.append(out.first(count))


def starts_by_cell(layer: PolygonLayer, grid: Lattice) -> tuple[IntArray, IntArray]:
    """Rings that start inside a grid, and their cells, ascending."""
    first = layer.ring_start
    ring = np.flatnonzero(layer.ring_end > first)
    x, y = np.ascontiguousarray(layer.points[first[ring]].T)
    column, row = (
        np.floor((x - grid.west) / grid.width),
        np.floor((y - grid.south) / grid.height),
    )
    inside = (column >= 0) & (column < grid.columns) & (row >= 0) & (row < grid.rows)
    # Numbers of 16 bits, as they mostly are, are sorted in linear time.
    kind = np.min_scalar_type(max(grid.columns, grid.rows))
    ring, column, row = (
        ring[inside],
        column[inside].astype(kind),
        row[inside].astype(kind),
    )
    by_cell = np.lexsort((column, row))
    cell = row.astype(np.int64) * grid.columns + column
    return ring[by_cell], cell[by_cell]


def _whole_rows(row: IntArray, pieces: int) -> list[Span]:
    """Cut sorted row numbers into ranges that share no row."""
    if not len(row):
        return []
    ends = np.array([end for _, end in spans(len(row), pieces)])
    cuts = np.unique(np.searchsorted(row, row[ends - 1], "right")).tolist()
    return list(zip([0, *cuts[:-1]], cuts, strict=True))


def _collect(
    step: Callable[[int, int, Starts], tuple[int, int]], part: Span
) -> list[Starts]:
    """Call a step until its range is done, with more room where it gets nowhere."""
    place, last = part
    room = 1024 + 2 * (last - place)
    found: list[Starts] = []
    while place < last:
        out = Starts.room(room)
        reached, written = step(place, last, out)
        if reached == place:
            room *= 4
        found.append(Starts(*(column[:written] for column in out)))
        place = reached
    return found
