"""Moments of decimal values over runs of cells, stripe by stripe."""

import numpy as np

from geo.jit import compiled
from geo.raster.areas import run_area
from geo.raster.edges import ShortInts
from geo.raster.tally import Band
from geo.types import FloatArray, IntArray

MOMENTS = 9
"""Columns of :func:`tally_moments`: area and shares of cells with a value, area without
one, a value near the others, first and second moment about it (m2 times value and value
squared), least and greatest value, sum of value times share of cell."""


def tally_moments(
    band: Band, values: np.ndarray, row0: int, col0: int
) -> tuple[IntArray, FloatArray]:
    """Moments of decimal values per zone.

    Parameters
    ----------
    band, row0, col0
        As for :func:`geo.raster.tally.tally_codes`.
    values : ndarray
        float32 or float64, NaN for "no value".

    Returns
    -------
    zones, moments
        ``(n,)`` and ``(n, MOMENTS)``, stripe by stripe; to be joined by
        :func:`join_moments`.
    """
    found = [(np.zeros(0, np.int64), np.zeros((0, MOMENTS)))]
    for begin, end in band.stripes():
        for zones, position in band.groups(begin, end, MOMENTS):
            total = np.zeros((len(zones), MOMENTS))
            total[:, 6:8] = np.inf, -np.inf
            _add_moments(values, row0, col0, *band.runs, begin, end, position,
                         band.x, *band.measure, band.row0, total)  # fmt: skip
            found.append((zones, total))
    zone, moments = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return zone, moments


@compiled
def _add_moments(
    values: FloatArray,
    row0: int,
    col0: int,
    row: ShortInts,
    zone: ShortInts,
    start: ShortInts,
    stop: ShortInts,
    share: FloatArray,
    begin: int,
    end: int,
    position: ShortInts,
    x: FloatArray,
    terms: FloatArray,
    first: int,
    width: float,
    band0: int,
    total: FloatArray,
) -> None:
    for k in range(begin, end):
        z = position[zone[k]]
        if z < 0:
            continue
        line, r, t = values[row[k] - row0], row[k] - band0, total[z]
        for c in range(start[k], stop[k]):
            area = share[k] * run_area(terms, first, width, r, x[c], x[c + 1])
            value = np.float64(line[c - col0])
            if np.isnan(value):
                t[2] += area
                continue
            if t[1] == 0.0:
                # Moments about a value of the zone keep the digits of its spread.
                t[3] = value
            off = value - t[3]
            t[0] += area
            t[1] += share[k]
            t[4] += area * off
            t[5] += area * off * off
            t[6] = min(t[6], value)
            t[7] = max(t[7], value)
            t[8] += share[k] * value


@compiled
def join_moments(zone: IntArray, moments: FloatArray, total: FloatArray) -> None:
    """Join moments of stripes, in their order, to those of zones.

    Two sums about different values are joined about the first of them, exactly as the
    binomial theorem says; ``total`` starts as zeros with an empty range.
    """
    for k in range(len(zone)):
        t, m = total[zone[k]], moments[k]
        t[2] += m[2]
        if m[1] == 0.0:
            continue
        if t[1] == 0.0:
            t[3] = m[3]
        off = m[3] - t[3]
        t[5] += m[5] + 2.0 * off * m[4] + off * off * m[0]
        t[4] += m[4] + off * m[0]
        t[0] += m[0]
        t[1] += m[1]
        t[6] = min(t[6], m[6])
        t[7] = max(t[7], m[7])
        t[8] += m[8]
