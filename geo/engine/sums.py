"""Add the parts of pairs up, in the order of the features that came in.

Parts are put beside each other by their left feature (a counting sort), then sorted by
the right one and added, feature by feature in several threads.
"""

from collections.abc import Sequence

import numpy as np

from geo.engine.area_form import QUANTA_PER_M2, WRAP_M2
from geo.engine.crossings import Rows
from geo.engine.layer import Int32Array, PolygonLayer
from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.types import FloatArray, IntArray


def added_areas(
    parts: Sequence[Rows],
    left: PolygonLayer,
    right: PolygonLayer,
    tolerance_m2: float,
    threads: int,
) -> tuple[IntArray, IntArray, FloatArray]:
    """Answer the pairs above a tolerance: left and right positions, m2; in order.

    Raises
    ------
    AssertionError
        A crossing was lost: those of a pair do not balance.
    """
    start = np.zeros(left.size + 2, np.int64)
    for rows in parts:
        _count(rows.left, left.position, start)
    np.cumsum(start, out=start)
    put = Rows.room(int(start[-1]))
    for rows in parts:
        _put(rows, left.position, right.position, start, put)
    kept = np.zeros(left.size + 1, np.int64)
    pieces = spans(left.size, 8 * threads)

    def work(part: Span) -> int:
        return _add(*part, start, put, tolerance_m2, kept)

    if any(in_threads(work, pieces, threads)):
        raise AssertionError("crossings of a pair do not balance: one was lost")
    np.cumsum(kept, out=kept)
    size = int(kept[-1])
    i, j, area = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size)
    in_threads(lambda p: _gather(*p, start, put, kept, i, j, area), pieces, threads)
    return i, j, area


@compiled
def _count(left: Int32Array, position: IntArray, start: IntArray) -> None:
    """Count the parts of each left feature two places ahead."""
    for n in range(len(left)):
        start[position[left[n]] + 2] += 1


@compiled
def _put(
    rows: Rows,
    left_position: IntArray,
    right_position: IntArray,
    start: IntArray,
    out: Rows,
) -> None:
    """Put parts to those of their left feature; ``start[k + 1]`` moves to their end."""
    for n in range(len(rows.left)):
        i = left_position[rows.left[n]]
        w = start[i + 1]
        start[i + 1] = w + 1
        out.right[w] = right_position[rows.right[n]]
        out.fine[w], out.coarse[w] = rows.fine[n], rows.coarse[n]
        out.balance[w] = rows.balance[n]


@inlined
def _sort(key: Int32Array, order: IntArray, begin: int, count: int) -> None:
    """Order the numbers of parts from ``begin`` on by key, by Shell's method."""
    for n in range(count):
        order[n] = begin + n
    gap = 1
    while 9 * gap < 4 * count:
        gap = 9 * gap // 4 + 1
    while gap > 0:
        for n in range(gap, count):
            moved, z = order[n], n
            while z >= gap and key[order[z - gap]] > key[moved]:
                order[z] = order[z - gap]
                z -= gap
            order[z] = moved
        gap = 4 * gap // 9


@compiled
def _add(
    first: int,
    last: int,
    start: IntArray,
    rows: Rows,
    tolerance_m2: float,
    kept: IntArray,
) -> int:
    """Add the parts of left features first to last - 1 up where they begin.

    Leaves the right feature and, as ``coarse``, the area of each pair that is kept;
    ``kept[k + 1]`` is how many. Returns how many pairs do not balance.
    """
    wrong, most = 0, 0
    for i in range(first, last):
        most = max(most, start[i + 1] - start[i])
    order, sums = np.empty(most, np.int64), np.empty((2, most))
    for i in range(first, last):
        begin, count, n, written = start[i], start[i + 1] - start[i], 0, 0
        _sort(rows.right, order, begin, count)
        while n < count:
            j, fine, coarse, balance = rows.right[order[n]], 0, 0.0, 0
            while n < count and rows.right[order[n]] == j:
                w = order[n]
                fine += rows.fine[w]
                coarse += rows.coarse[w]
                balance += rows.balance[w]
                n += 1
            wrong += balance != 0
            wrapped = fine / QUANTA_PER_M2
            area = wrapped + np.rint((coarse - wrapped) / WRAP_M2) * WRAP_M2
            sums[0, written], sums[1, written] = j, area
            written += abs(area) > tolerance_m2
        for n in range(written):
            rows.right[begin + n] = int(sums[0, n])
            rows.coarse[begin + n] = sums[1, n]
        kept[i + 1] = written
    return wrong


@compiled
def _gather(
    first: int,
    last: int,
    start: IntArray,
    rows: Rows,
    kept: IntArray,
    left: IntArray,
    right: IntArray,
    area: FloatArray,
) -> None:
    """Write the pairs of left features first to last - 1 to their places."""
    for i in range(first, last):
        for n in range(kept[i + 1] - kept[i]):
            left[kept[i] + n] = i
            right[kept[i] + n] = rows.right[start[i] + n]
            area[kept[i] + n] = rows.coarse[start[i] + n]
