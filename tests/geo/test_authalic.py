"""The area function against its closed form and against quadrature."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from geo.authalic import (
    CGCS2000,
    Ellipsoid,
    LonLatForm,
    PlaneForm,
    area_function,
    sine_series,
)
from geo.types import FloatArray

latitudes = st.floats(-90.0, 90.0)
NODES, WEIGHTS = np.polynomial.legendre.leggauss(40)


def one(value: float) -> FloatArray:
    return np.array([value])


def test_constants_are_those_of_the_standard() -> None:
    assert CGCS2000.b == pytest.approx(6356752.314140356, abs=1e-8)
    assert CGCS2000.e2 == pytest.approx(0.006694380022900686, rel=1e-13)


def test_whole_ellipsoid() -> None:
    """Karney's polygon around a hemisphere is an outside value of its area."""
    half, _ = Geod(ellps="GRS80").polygon_area_perimeter([0, 90, 180, 270], [0] * 4)
    hemisphere = 2 * np.pi * area_function(one(np.pi / 2), CGCS2000)[0]
    assert hemisphere == pytest.approx(abs(half), rel=1e-14)


@pytest.mark.parametrize("ellipsoid", [CGCS2000, Ellipsoid(6378245.0, 298.3)])
def test_series_is_the_closed_form(ellipsoid: Ellipsoid) -> None:
    phi = np.radians(np.linspace(-90, 90, 721))
    terms = [
        c * np.sin((2 * k + 1) * phi) for k, c in enumerate(sine_series(ellipsoid))
    ]
    exact = area_function(phi, ellipsoid)
    np.testing.assert_allclose(sum(terms), exact, rtol=0, atol=1e-14 * exact.max())


@given(latitudes, latitudes)
def test_difference_is_that_of_the_closed_form(y: float, reference: float) -> None:
    got = LonLatForm(CGCS2000).difference(one(y), one(reference))
    low, high = area_function(np.radians([reference, y]), CGCS2000)
    np.testing.assert_allclose(got, np.radians(high - low), rtol=1e-13, atol=1e-3)


@given(latitudes, latitudes, latitudes)
def test_mean_is_that_of_quadrature(y1: float, y2: float, reference: float) -> None:
    """Edges of every length: the short series ends at 17 degrees of latitude."""
    got = LonLatForm(CGCS2000).mean_difference(one(y1), one(y2), one(reference))
    along = np.radians(0.5 * (y1 + y2) + 0.5 * (y2 - y1) * NODES)
    base = area_function(one(np.radians(reference)), CGCS2000)[0]
    mean = 0.5 * WEIGHTS @ (area_function(along, CGCS2000) - base)
    np.testing.assert_allclose(got, np.radians(mean), rtol=0, atol=1e-3)


@pytest.mark.parametrize("span", [30.0, 34.0, 34.37, 34.4, 40.0])
def test_mean_where_the_short_series_ends(span: float) -> None:
    """A term too few leaves 1.5e-13 of the Earth's quadrant there."""
    got = LonLatForm(CGCS2000).mean_difference(one(20), one(20 + span), one(0))
    along = np.radians(20 + 0.5 * span * (1 + NODES))
    wanted = np.radians(0.5 * WEIGHTS @ area_function(along, CGCS2000))
    assert got[0] == pytest.approx(wanted, rel=4e-15)


def test_small_heights_keep_their_digits() -> None:
    """A millimetre of latitude at 42 N by the radius of the meridian."""
    height = 2.0**-27
    (got,) = LonLatForm(CGCS2000).difference(one(42 + height), one(42))
    sine, cosine = np.sin(np.radians(42)), np.cos(np.radians(42))
    slope = CGCS2000.b**2 * cosine / (1 - CGCS2000.e2 * sine**2) ** 2
    assert got == pytest.approx(np.radians(1) * np.radians(height) * slope, rel=1e-9)


def test_plane_is_the_trapezoid() -> None:
    form = PlaneForm()
    assert form.difference(one(7.0), one(3.0)) == [4.0]
    assert form.mean_difference(one(7.0), one(9.0), one(3.0)) == [5.0]


def test_plane_keeps_digits_of_prefixed_eastings() -> None:
    got = PlaneForm().mean_difference(one(5e6 + 0.25), one(5e6 + 0.75), one(5e6))
    assert got == [0.5]
