r"""The area form as integers: sums that no order of summation can change.

An edge from :math:`(\lambda_1, \varphi_1)` to :math:`(\lambda_2, \varphi_2)` adds
:math:`-(\lambda_2-\lambda_1)\,\bar q` to its ring, :math:`\bar q` being the mean of the
area function along it (:mod:`geo.authalic`). In each band of a quarter degree of
latitude, :math:`q = Q + \ell`, where

* :math:`Q` is a constant multiple of :math:`2^{18}` m2 per degree. The longitude
  difference is a multiple of :math:`2^{-46}` degree, so their product is an exact
  multiple of the *quantum* of :math:`2^{-28}` m2 (4e-9 m2);
* :math:`\ell` is a polynomial of degree 6 around the band's middle (Taylor, the next
  term is below 1e-9 m2 per degree), small enough for its product with the width to be
  computed in double precision and rounded to the quantum. Its mean over
  :math:`m \pm d` is :math:`\ell + \ell'' d^2/6 + \ell'''' d^4/120 + \dots`

Quanta are added in 64-bit integers that wrap around at :math:`2^{36}` m2, about
69 000 km2. Integer addition is associative even so: the sum does not depend on its
order, what cancels cancels to zero, and large parts that one shape adds and another
takes away leave no trace. A rough sum in double precision beside it (the *coarse* sum,
good to a few m2) tells how often the exact one wrapped.

Edges must not be longer than :data:`MAX_EDGE_DEGREES` either way; longer ones are
divided when a layer is prepared.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np

from geo.authalic import Ellipsoid, sine_series
from geo.engine.predicates import LON_SCALE
from geo.jit import inlined
from geo.types import FloatArray, IntArray

MAX_EDGE_DEGREES = 0.25
BANDS_PER_DEGREE = 4
BANDS = 180 * BANDS_PER_DEGREE
QUANTA_PER_M2 = 2.0**28
REFERENCE_UNIT = 2.0**18
"""m2 per degree; times a lattice step of longitude, this is one quantum."""
WRAP_M2 = 2.0**64 / QUANTA_PER_M2
DEGREE = 7
"""Coefficients per band."""
STRIDE = 8
"""Coefficients are padded to one line of the processor's cache."""


class AreaTable(NamedTuple):
    """The area function in bands of latitude, from the south pole.

    Parameters
    ----------
    reference : IntArray
        ``(720,)``, Q in units of :math:`2^{18}` m2 per degree.
    series : FloatArray
        ``(720, 8)``, coefficients of the polynomial in degrees from the band's middle,
        constant first, m2 per degree.
    """

    reference: IntArray
    series: FloatArray


@lru_cache(maxsize=8)
def area_table(ellipsoid: Ellipsoid) -> AreaTable:
    """Tabulate the area function of an ellipsoid.

    Neighbouring bands must agree at their border to the precision of an area, not of
    :math:`q`, which is 1e5 times larger. So the constants are the running sum, in
    integers, of the differences between middles, each by the product formula.
    """
    middle = (np.arange(BANDS) + 0.5) / BANDS_PER_DEGREE - 90.0
    unit = 2.0**20
    north = middle[BANDS // 2 :]
    steps = np.concatenate(([0.0], north[:-1]))
    rises = np.rint(_rise(steps, north, ellipsoid) * unit).astype(np.int64)
    above = np.cumsum(rises)
    total = np.concatenate((-above[::-1], above))
    reference = np.rint(total / (unit * REFERENCE_UNIT)).astype(np.int64)
    series = np.zeros((BANDS, STRIDE))
    series[:, 0] = (total - reference * int(unit * REFERENCE_UNIT)) / unit
    for n in range(1, DEGREE):
        series[:, n] = _taylor(middle, n, ellipsoid)
    return AreaTable(reference, series)


def _rise(low: FloatArray, high: FloatArray, ellipsoid: Ellipsoid) -> FloatArray:
    """``q(high) - q(low)`` in m2 per degree of longitude, relative error 1e-16."""
    half_sum, half_gap = np.radians(0.5 * (high + low)), np.radians(0.5 * (high - low))
    total = np.zeros_like(half_sum)
    for k, coefficient in enumerate(sine_series(ellipsoid)):
        n = 2 * k + 1
        total += 2.0 * coefficient * np.cos(n * half_sum) * np.sin(n * half_gap)
    return np.radians(total)


def _taylor(latitude: FloatArray, order: int, ellipsoid: Ellipsoid) -> FloatArray:
    """Take a derivative of some order >= 1 over its factorial, per degree."""
    angle = np.radians(latitude)
    total = np.zeros_like(angle)
    for k, coefficient in enumerate(sine_series(ellipsoid)):
        n = 2 * k + 1
        scale = np.prod([np.radians(n) / (j + 1) for j in range(order)])
        total += coefficient * scale * np.sin(n * angle + order * np.pi / 2)
    return np.radians(total)


@inlined
def band_of(y1: float, y2: float) -> int:
    """Band of the middle of an edge."""
    return min(int((0.5 * (y1 + y2) + 90.0) * BANDS_PER_DEGREE), BANDS - 1)


@inlined
def local_mean(
    y1: float,
    dy: float,
    band: int,
    a0: float,
    a1: float,
    a2: float,
    a3: float,
    a4: float,
    a5: float,
    a6: float,
) -> float:
    """Mean of the band's polynomial along an edge from ``y1`` to ``y1 + dy``."""
    half = 0.5 * dy
    z = (y1 - ((band + 0.5) / BANDS_PER_DEGREE - 90.0)) + half
    square = half * half
    value = a0 + z * (a1 + z * (a2 + z * (a3 + z * (a4 + z * (a5 + z * a6)))))
    bend = a2 / 3 + z * (a3 + z * (2 * a4 + z * (10 / 3 * a5 + z * (5 * a6))))
    bend4 = a4 / 5 + z * (a5 + z * (3 * a6))
    return value + square * (bend + square * (bend4 + square * (a6 / 7)))


@inlined
def lattice_steps(dx: float) -> int:
    """Count the lattice steps of a longitude difference; exact."""
    return int(dx * LON_SCALE)


@inlined
def quanta(area_m2: float) -> int:
    """Round an area of at most 2^34 m2 to quanta."""
    return int(np.rint(area_m2 * QUANTA_PER_M2))


def square_metres(fine: IntArray, coarse: FloatArray) -> FloatArray:
    """Turn wrapped sums of quanta and their coarse sums, elementwise, into m2."""
    wrapped = fine / QUANTA_PER_M2
    turns = np.rint((coarse - wrapped) / WRAP_M2)
    return np.asarray(wrapped + turns * WRAP_M2)
