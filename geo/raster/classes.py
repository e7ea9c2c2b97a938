"""Tables of zones: areas of classes, statistics of values, percentiles."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from geo.jit import compiled
from geo.raster.ledger import Ledger
from geo.rings import sum_by
from geo.types import NODATA, OUTSIDE, BoolArray, FloatArray, IntArray

Label = float | str | tuple[float, float]
"""A value, ``"nan"`` for none, or a pair of values of two rasters."""

ROUNDING = 1e-9
"""Share of a zone's area below which what the raster does not cover is rounding."""


class Labels:
    """Numbers for class labels, given in the order in which they come."""

    def __init__(self) -> None:
        self._number: dict[Label, int] = {}

    def of(self, names: list[Label]) -> IntArray:
        """Answer a number for each name; the same name gets the same number."""
        numbers = self._number
        given = [numbers.setdefault(name, len(numbers)) for name in names]
        return np.asarray(given, dtype=np.int64)

    @property
    def names(self) -> list[Label]:
        """The names by number."""
        return list(self._number)


class Histogram(NamedTuple):
    """Amounts per zone and value, sorted by zone, then value.

    Parameters
    ----------
    zone : IntArray
    value : FloatArray
        nan for "no value", last in its zone.
    area, cells : FloatArray
    """

    zone: IntArray
    value: FloatArray
    area: FloatArray
    cells: FloatArray

    @property
    def known(self) -> "Histogram":
        """The rows that have a value."""
        return self.where(~np.isnan(self.value))

    def where(self, chosen: BoolArray | IntArray) -> "Histogram":
        """Choose rows, or put them into an order."""
        return Histogram(
            self.zone[chosen], self.value[chosen], self.area[chosen], self.cells[chosen]
        )


def histogram(ledger: Ledger, labels: Labels) -> Histogram:
    """Read a ledger whose labels are numbers (nan for "no value")."""
    zone, label, amount = ledger.rows()
    names = np.array([float(str(name)) for name in labels.names], dtype=np.float64)
    value = names[label] if len(names) else np.zeros(0)
    order = np.lexsort((value, zone))
    return Histogram(zone[order], value[order], *amount[order].T)


def by_intervals(table: Histogram, breaks: FloatArray) -> Histogram:
    """Join values to intervals; those beyond the ends go to the end intervals."""
    place = np.clip(
        np.searchsorted(breaks, table.value, side="right") - 1, 0, len(breaks) - 2
    )
    value = np.where(np.isnan(table.value), np.nan, breaks[place])
    new = np.ones(len(value), dtype=bool)
    same_value = (value[1:] == value[:-1]) | (
        np.isnan(value[1:]) & np.isnan(value[:-1])
    )
    new[1:] = (table.zone[1:] != table.zone[:-1]) | ~same_value
    group, count = np.cumsum(new) - 1, int(new.sum())
    return Histogram(
        table.zone[new],
        value[new],
        sum_by(group, table.area, count),
        sum_by(group, table.cells, count),
    )


def class_table(
    table: Histogram, index: pd.Index, zone_area: FloatArray, outside: FloatArray
) -> pd.DataFrame:
    """Rows by zone, then value, then ``nodata``, then ``outside``; none of area 0.

    Parameters
    ----------
    table : Histogram
    index : Index
        Labels of the zones.
    zone_area, outside : FloatArray
        ``(zones,)`` m2.
    """
    beyond = np.flatnonzero(outside)
    zone = np.concatenate((table.zone, beyond))
    area = np.concatenate((table.area, outside[beyond]))
    value = np.empty(len(zone), dtype=object)
    value[: len(table.value)] = table.value
    value[: len(table.value)][np.isnan(table.value)] = NODATA
    value[len(table.value) :] = OUTSIDE
    rows = {
        "zone": index.take(zone),
        "value": value,
        "area_m2": area,
        "share": area / zone_area[zone],
    }
    order = np.argsort(zone, kind="stable")
    frame = pd.DataFrame(rows).iloc[order].reset_index(drop=True)
    return frame[frame["area_m2"] != 0.0].reset_index(drop=True)


def statistics(table: Histogram, zones: int) -> dict[str, FloatArray]:
    """Statistics per zone of values whose whole histogram is known.

    Returns
    -------
    dict
        ``area_m2`` with a value; ``mean``, ``std`` (of the zone, not of a sample),
        ``min``, ``max`` weighted by area; ``sum`` of value times the share of its cell
        that is inside; nan where no cell has a value.
    """
    known = table.known
    zone, value = known.zone, known.value
    area = sum_by(zone, known.area, zones)
    first = np.full(zones, np.nan)
    last = np.full(zones, np.nan)
    first[zone[::-1]] = value[::-1]
    last[zone] = value
    off = value - first[zone]
    moment1 = sum_by(zone, known.area * off, zones)
    moment2 = sum_by(zone, known.area * off * off, zones)
    total = sum_by(zone, known.cells * value, zones)
    return moments_to_statistics(area, first, moment1, moment2, first, last, total)


def moments_to_statistics(
    area: FloatArray,
    near: FloatArray,
    moment1: FloatArray,
    moment2: FloatArray,
    least: FloatArray,
    greatest: FloatArray,
    total: FloatArray,
) -> dict[str, FloatArray]:
    """Statistics from moments about the value ``near``; see :func:`statistics`."""
    empty = area == 0.0
    weight = np.where(empty, np.nan, area)
    shift = moment1 / weight
    return {
        "area_m2": area,
        "mean": near + shift,
        "std": np.sqrt(np.maximum(moment2 / weight - shift * shift, 0.0)),
        "min": np.where(empty, np.nan, least),
        "max": np.where(empty, np.nan, greatest),
        "sum": np.where(empty, np.nan, total),
    }


def percentile_rows(
    table: Histogram, zones: int, percentiles: tuple[float, ...]
) -> IntArray:
    """Row of a histogram of known values that holds each percentile.

    The p-th percentile is the least value of which the zone has at least p % of its
    area at or below it: always a value that occurs.

    Returns
    -------
    IntArray
        ``(zones, percentiles)``; -1 for zones without a value.
    """
    rows = np.full((zones, len(percentiles)), -1, dtype=np.int64)
    shares = np.asarray(percentiles, dtype=np.float64) / 100.0
    _find_rows(table.zone, table.area, shares, rows)
    return rows


@compiled
def _find_rows(
    zone: IntArray, area: FloatArray, shares: FloatArray, rows: IntArray
) -> None:
    start = 0
    while start < len(zone):
        stop, total = start, 0.0
        while stop < len(zone) and zone[stop] == zone[start]:
            total += area[stop]
            stop += 1
        for p in range(len(shares)):
            # A share that is reached but for rounding is reached.
            asked = shares[p] * total * (1.0 - 1e-12)
            k, below = start, area[start]
            while below < asked and k < stop - 1:
                k += 1
                below += area[k]
            rows[zone[start], p] = k
        start = stop


def percentile_name(percentile: float) -> str:
    """Column of a percentile: ``percentile_5``, ``percentile_97.5``."""
    return f"percentile_{percentile:g}"
