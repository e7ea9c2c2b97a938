"""Sums of numbers without rounding, so that no order and no division changes them.

Every double is a whole multiple of 2**-1074, the smallest one; Python's integers add
such multiples exactly, and the sum is rounded once, at the end.
"""

import numpy as np

from geo.types import FloatArray

_SMALLEST_BITS = 1074
_MANTISSA_BITS = 53
_HALF_BITS = 26


def exact_sum(values: FloatArray) -> int:
    """Add numbers without rounding.

    Parameters
    ----------
    values : FloatArray
        ``(n,)``, finite.

    Returns
    -------
    int
        In units of 2**-1074; 0 for no numbers. Sums of parts add up to that of the
        whole.

    Examples
    --------
    >>> rounded(exact_sum(np.array([1e16, 1.0, -1e16])))
    1.0
    """
    fraction, exponent = np.frexp(np.asarray(values, dtype=np.float64))
    mantissa = (fraction * 2.0**_MANTISSA_BITS).astype(np.int64)
    # Halves of 27 bits leave room for 2**36 numbers.
    high, low = mantissa >> _HALF_BITS, mantissa & (2**_HALF_BITS - 1)
    powers, group = np.unique(exponent, return_inverse=True)
    sums = np.zeros((2, len(powers)), dtype=np.int64)
    np.add.at(sums[0], group, high)
    np.add.at(sums[1], group, low)
    total = 0
    for power, top, rest in zip(powers.tolist(), *sums.tolist(), strict=True):
        whole = (top << _HALF_BITS) + rest
        shift = power - _MANTISSA_BITS + _SMALLEST_BITS
        # Bits below the smallest double are zeros.
        total += whole << shift if shift >= 0 else whole >> -shift
    return total


def rounded(total: int) -> float:
    """Answer the double nearest to a sum of :func:`exact_sum`.

    Raises
    ------
    OverflowError
        The sum is beyond the largest double.
    """
    return total / (1 << _SMALLEST_BITS)
