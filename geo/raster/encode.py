"""Values of a raster as small whole numbers that index a table.

Integers of up to 16 bits are their own codes: their histogram per zone is exact and
answers every class, interval and statistic afterwards. Wider integers and decimal
numbers are coded by intervals, or by their distinct values.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from geo.jit import compiled
from geo.types import BoolArray, FloatArray

NO_KEY = np.uint32(2**32 - 1)
"""Key of "no value" in :func:`ordered`."""


class Codes(NamedTuple):
    """Codes of cells and what they stand for.

    Parameters
    ----------
    cells : ndarray
        ``(rows, columns)`` uint8, uint16 or int32.
    values : FloatArray
        ``(codes,)`` value of each code, nan for "no value".
    few : bool
        Whether cells can only have a few hundred codes, whatever the window.
    """

    cells: np.ndarray
    values: FloatArray
    few: bool = False


def is_narrow(dtype: np.dtype) -> bool:
    """Whether values of a type are their own codes."""
    return dtype.kind in "iub" and dtype.itemsize <= 2


def encode_narrow(values: np.ndarray, nodata: float | None) -> Codes:
    """Code values for which :func:`is_narrow` holds.

    Parameters
    ----------
    values : ndarray
        ``(rows, columns)``; may be masked.
    nodata : float or None
        A number that stands for "no value"; masked cells always do.
    """
    plain = np.ascontiguousarray(np.ma.getdata(values))
    if plain.dtype == np.bool_:
        plain = plain.view(np.uint8)
    codes = _bytes(plain) if plain.dtype.itemsize == 1 else _short(plain)
    if nodata is not None:
        codes.values[codes.values == nodata] = np.nan
    if not np.ma.isMaskedArray(values):
        return codes
    return _masked(codes, np.ma.getmaskarray(values))


def decimals(values: np.ndarray, nodata: float | None) -> np.ndarray:
    """Values as decimal numbers, NaN for "no value".

    float32 stays; every other type becomes float64. Parameters as for
    :func:`encode_narrow`.
    """
    plain = np.ma.getdata(values)
    mask = np.ma.getmask(values)
    if nodata is not None and not np.isnan(nodata):
        mask = mask | (plain == nodata)
    kind = np.float32 if plain.dtype == np.float32 else np.float64
    numbers = np.ascontiguousarray(plain, dtype=kind)
    return numbers if mask is np.ma.nomask else np.where(mask, kind(np.nan), numbers)


def encode_decimals(values: np.ndarray, breaks: FloatArray | None) -> Codes:
    """Code values of :func:`decimals` by intervals, or by their distinct values.

    Parameters
    ----------
    values : ndarray
        ``(rows, columns)``.
    breaks : FloatArray or None
        ``(b,)`` ascending. A value in ``[breaks[i], breaks[i + 1])`` stands for
        ``breaks[i]``; values beyond the ends belong to the end intervals.
    """
    if breaks is None:
        known, cells = np.unique(values, return_inverse=True)
        small = cells.reshape(values.shape).astype(np.int32)
        return Codes(small, known.astype(np.float64))
    codes = np.empty(values.shape, dtype=np.uint16)
    _find_intervals(values, breaks, codes)
    return Codes(codes, np.append(breaks[:-1], np.nan), few=len(breaks) < 256)


def _bytes(values: np.ndarray) -> Codes:
    every = np.arange(256, dtype=np.uint8).view(values.dtype)
    return Codes(values.view(np.uint8), every.astype(np.float64), few=True)


def _short(values: np.ndarray) -> Codes:
    low, high = int(values.min()), int(values.max())
    # Unsigned differences wrap around to the right answer.
    cells = values.view(np.uint16) - np.uint16(low & 0xFFFF)
    return Codes(cells, np.arange(low, high + 1, dtype=np.float64))


@compiled
def _find_intervals(
    values: FloatArray, breaks: FloatArray, cells: NDArray[np.uint16]
) -> None:
    """Interval of each value; values beyond the ends go to the end intervals."""
    count = len(breaks) - 1
    for r in range(values.shape[0]):
        for c in range(values.shape[1]):
            value = values[r, c]
            if np.isnan(value):
                cells[r, c] = count
                continue
            low, high = 0, count
            while high - low > 1:
                middle = (low + high) // 2
                if value >= breaks[middle]:
                    low = middle
                else:
                    high = middle
            cells[r, c] = low


def _masked(codes: Codes, mask: np.ndarray) -> Codes:
    """Give masked cells a code of their own."""
    count = len(codes.values)
    wide = np.uint16 if count < 2**16 else np.int32
    cells = np.where(mask, wide(count), codes.cells.astype(wide, copy=False))
    return Codes(cells, np.append(codes.values, np.nan), codes.few)


def compact(codes: Codes) -> Codes:
    """Keep the codes that occur, and only those, in their order."""
    occurs = np.zeros(len(codes.values), dtype=np.bool_)
    _mark(codes.cells, occurs)
    small = (np.cumsum(occurs) - 1).astype(np.int32)
    return Codes(small[codes.cells], codes.values[occurs])


@compiled
def _mark(cells: np.ndarray, occurs: BoolArray) -> None:
    for r in range(cells.shape[0]):
        for c in range(cells.shape[1]):
            occurs[cells[r, c]] = True


def ordered(values: np.ndarray) -> NDArray[np.uint32]:
    """32-bit keys in the order of decimal values; those of NaN are the largest.

    float32 keeps its order exactly; float64 is first rounded to it (6e-8 of the
    value).
    """
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32)
    negative = bits >> np.uint32(31) == 1
    keys = np.where(negative, ~bits, bits | np.uint32(2**31))
    keys[np.isnan(values)] = NO_KEY
    return keys


def from_ordered(keys: NDArray[np.uint32]) -> FloatArray:
    """Values of keys of :func:`ordered`."""
    positive = keys >> np.uint32(31) == 1
    bits = np.where(positive, keys & np.uint32(2**31 - 1), ~keys)
    return bits.astype(np.uint32).view(np.float32).astype(np.float64)
