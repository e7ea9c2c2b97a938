r"""The area function of the ellipsoid, and its exact mean over a straight edge.

The area between the equator and latitude :math:`\varphi`, per radian of longitude, is

.. math:: q(\varphi) = \frac{b^2}{2}\left[\frac{\sin\varphi}{1 - e^2\sin^2\varphi}
          + \frac{\operatorname{artanh}(e\sin\varphi)}{e}\right]

(Snyder, Map Projections, USGS Professional Paper 1395, eq. 3-12, times
:math:`a^2(1-e^2)/2`). It is odd and :math:`2\pi`-periodic, so it has a sine series
:math:`\sum_k C_k \sin((2k+1)\varphi)` whose terms fall by about 1/900 each.

The mean of :math:`q` along an edge that is straight in longitude and latitude, from
:math:`\varphi_1` to :math:`\varphi_2`, follows term by term:
:math:`\sum_k C_k \sin((2k+1)m)\operatorname{sinc}((2k+1)d)` with
:math:`m = (\varphi_1+\varphi_2)/2` and :math:`d = (\varphi_2-\varphi_1)/2`. Nothing
cancels for short edges. Differences to a reference latitude are formed with
:math:`\sin a - \sin b = 2\cos\frac{a+b}{2}\sin\frac{a-b}{2}`, so that the area of a
small parcel keeps its digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

import numpy as np

from geo.types import FloatArray

TERMS = 6
"""One more than the five that reach 1e-14 on the ellipsoids of the Earth."""


@dataclass(frozen=True)
class Ellipsoid:
    """An ellipsoid of revolution.

    Parameters
    ----------
    a : float
        Semi-major axis in metres.
    inverse_flattening : float
        1/f; ``inf`` for a sphere is not supported.
    """

    a: float
    inverse_flattening: float

    @property
    def e2(self) -> float:
        """The squared first eccentricity."""
        f = 1.0 / self.inverse_flattening
        return f * (2.0 - f)

    @property
    def b(self) -> float:
        """The semi-minor axis in metres."""
        return self.a * (1.0 - 1.0 / self.inverse_flattening)


CGCS2000 = Ellipsoid(6378137.0, 298.257222101)
"""The ellipsoid of the China Geodetic Coordinate System 2000 (equal to GRS80)."""


class AreaForm(Protocol):
    """What turns ``x`` (a width) and ``y`` (a height) into square metres.

    Both methods answer in m2 per unit of x, elementwise.
    """

    def difference(self, y: FloatArray, reference: FloatArray) -> FloatArray:
        """Area below ``y`` and above ``reference``."""

    def mean_difference(
        self, y1: FloatArray, y2: FloatArray, reference: FloatArray
    ) -> FloatArray:
        """Mean of :meth:`difference` along a straight edge from ``y1`` to ``y2``."""


class PlaneForm:
    """Cartesian coordinates in metres: area below y is y."""

    def difference(self, y: FloatArray, reference: FloatArray) -> FloatArray:
        """``y - reference``."""
        return y - reference

    def mean_difference(
        self, y1: FloatArray, y2: FloatArray, reference: FloatArray
    ) -> FloatArray:
        """``(y1 + y2) / 2 - reference``, without losing digits."""
        return 0.5 * ((y1 - reference) + (y2 - reference))


class LonLatForm:
    """Longitude and latitude in degrees on an ellipsoid; m2 per degree of longitude."""

    def __init__(self, ellipsoid: Ellipsoid) -> None:
        self._series = sine_series(ellipsoid)

    def difference(self, y: FloatArray, reference: FloatArray) -> FloatArray:
        """Area between two parallels per degree of longitude."""
        half_gap = np.radians(0.5 * (y - reference))
        cosine = np.cos(np.radians(0.5 * (y + reference)))
        sine = np.sin(half_gap)
        terms = zip(
            self._series,
            _odd_multiples(cosine, cosine, 4.0 * cosine * cosine - 2.0),
            _odd_multiples(sine, -sine, 2.0 - 4.0 * sine * sine),
            strict=False,
        )
        total = np.zeros_like(half_gap)
        for coefficient, of_sum, of_gap in terms:
            total += (2.0 * coefficient) * of_sum * of_gap
        return np.radians(total)

    def mean_difference(
        self, y1: FloatArray, y2: FloatArray, reference: FloatArray
    ) -> FloatArray:
        """Mean of :meth:`difference` along an edge straight in lon/lat."""
        middle = 0.5 * (y1 + y2)
        total = self.difference(middle, reference)
        half = np.radians(0.5 * (y2 - y1))
        sine = np.sin(np.radians(middle))
        multiples = _odd_multiples(sine, -sine, 2.0 - 4.0 * sine * sine)
        bend = np.zeros_like(half)
        for k, (coefficient, of_middle) in enumerate(
            zip(self._series, multiples, strict=False)
        ):
            bend += coefficient * of_middle * _sinc_minus_1((2 * k + 1) * half)
        return total + np.radians(bend)


def _odd_multiples(
    first: FloatArray, before: FloatArray, twice_cosine: FloatArray
) -> Iterator[FloatArray]:
    """Sines or cosines of a, 3a, 5a, ... from those of a and -a, and 2 cos(2a).

    By f((n + 2) a) = 2 cos(2a) f(n a) - f((n - 2) a). What rounding adds from term to
    term is far less than the coefficients fall, by about 1/900 each.
    """
    while True:
        yield first
        first, before = twice_cosine * first - before, first


def _sinc_minus_1(x: FloatArray) -> FloatArray:
    """``sin(x)/x - 1`` without cancellation: Taylor series below 0.3 rad (1e-16)."""
    square = x * x
    series = np.zeros_like(x)
    for coefficient in (-1 / 39916800, 1 / 362880, -1 / 5040, 1 / 120, -1 / 6):
        series += coefficient
        series *= square
    large = square >= 0.09
    if large.any():
        series[large] = np.sin(x[large]) / x[large] - 1.0
    return series


def area_function(latitude: FloatArray, ellipsoid: Ellipsoid) -> FloatArray:
    """Evaluate the closed form of the module's text, m2 per radian, at radians."""
    e = np.sqrt(ellipsoid.e2)
    sine = np.sin(latitude)
    bracket = sine / (1.0 - ellipsoid.e2 * sine**2) + np.arctanh(e * sine) / e
    return np.asarray(0.5 * ellipsoid.b**2 * bracket)


@lru_cache(maxsize=8)
def sine_series(ellipsoid: Ellipsoid) -> tuple[float, ...]:
    """Coefficients :math:`C_k` of the area function, m2 per radian.

    The trapezoidal rule over a period converges geometrically for a periodic
    analytic function, so 64 points leave nothing but rounding.
    """
    points = 64
    latitude = np.pi * np.arange(1, points) / points
    values = area_function(latitude, ellipsoid)
    return tuple(
        float(2.0 / points * np.sum(values * np.sin((2 * k + 1) * latitude)))
        for k in range(TERMS)
    )
