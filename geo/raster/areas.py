r"""Areas on the ellipsoid of what lies between the lines of a lattice.

Two things are asked of a row of cells: how its area is spread from north to south
(the *density*, needed to cut an edge), and the area of a run of its cells (the
*measure*).

On lon/lat lattices both are exact. With :math:`q` the area form of
:mod:`geo.authalic`, the density is :math:`q'(\varphi)` over the height of the row; as a
Taylor polynomial about the middle of the row it reaches rounding with two terms for
cells of 100 m and with ten for cells of 10 degrees. The area of a run is its width
times the row's :math:`\Delta q`.

On projected lattices the density is taken as constant within a row: the covered share
of a cell is that of the plane. The area of a cell is the integral of
:math:`1/s`, with :math:`s` the areal scale of the projection: 1 for equal-area ones;
for all others the Jacobian of the inverse projection, interpolated by parabolas over
patches of 8 km, whose error is below 1e-9 for Gauss-Krueger (third derivative of
:math:`1/s`, about :math:`8x/R^4`) and 2e-9 for Mercator.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np
from pyproj import CRS, Transformer

from geo import crs as coordinate_systems
from geo.authalic import LonLatForm, sine_series
from geo.jit import compiled
from geo.raster.lattice import Lattice
from geo.types import FloatArray

PATCH_M = 8000.0
"""Widest patch of one parabola of the areal scale, metres; see the module's text."""

_EQUAL_AREA = ("equal area", "equal earth", "mollweide", "sinusoidal", "hammer")


class Density(NamedTuple):
    """How the area of rows is spread from north to south, and how to integrate it.

    Parameters
    ----------
    terms : FloatArray
        ``(rows, t)``: share of the row's area per share of its height, a polynomial in
        the distance from the middle of the row; its integral is 1.
    nodes, weights : FloatArray
        ``(n,)`` of Gauss-Legendre on [0, 1]: exact for a line times the polynomial.
    """

    terms: FloatArray
    nodes: FloatArray
    weights: FloatArray


class Measure(NamedTuple):
    """Area per unit of x of rows, parabola by parabola.

    Parameters
    ----------
    terms : FloatArray
        ``(rows, patches, 3)``: a + b d + c d**2, with d the distance from the west
        side of the patch.
    first : int
        Number of the first patch.
    width : float
        Of a patch in units of x; ``inf`` where one patch serves the whole row.
    """

    terms: FloatArray
    first: int
    width: float


class CellAreas(Protocol):
    """Area of the cells of a lattice; rows and columns are half-open ranges."""

    def density(self, row0: int, row1: int) -> Density:
        """Spread of the area of rows."""

    def measure(self, row0: int, row1: int, x0: float, x1: float) -> Measure:
        """Area of runs of cells that lie between the lines ``x0`` and ``x1``."""


def of_lattice(lattice: Lattice) -> CellAreas:
    """Choose the exact areas of a lattice's CRS."""
    if lattice.crs.is_geographic:
        return LonLatAreas(lattice)
    if is_equal_area(lattice.crs):
        return PlaneAreas(lattice)
    return ScaledAreas(lattice)


def is_equal_area(crs: CRS) -> bool:
    """Whether the projection keeps areas, by the name of its method."""
    operation = crs.coordinate_operation
    name = "" if operation is None else operation.method_name.lower()
    return any(known in name for known in _EQUAL_AREA)


class LonLatAreas:
    """Exact areas between meridians and parallels of the ellipsoid."""

    def __init__(self, lattice: Lattice) -> None:
        ellipsoid = coordinate_systems.ellipsoid(lattice.crs)
        parallels = lattice.y0 - lattice.y
        form = LonLatForm(ellipsoid)
        self._per_degree = form.difference(parallels[:-1], parallels[1:])
        terms = _term_count(float(np.diff(lattice.y).max()))
        self._terms = _taylor_terms(parallels, sine_series(ellipsoid), terms)
        self._rule = _gauss((terms + 2) // 2)

    def density(self, row0: int, row1: int) -> Density:
        """Taylor polynomials of the area form's derivative."""
        return Density(self._terms[row0:row1], *self._rule)

    def measure(self, row0: int, row1: int, x0: float, x1: float) -> Measure:  # noqa: ARG002
        """Area between the row's parallels per degree of longitude."""
        return _constant(self._per_degree[row0:row1])


def _taylor_terms(
    parallels: FloatArray, series: tuple[float, ...], terms: int
) -> FloatArray:
    """Terms of :class:`Density` for the rows between parallels in degrees."""
    middle = np.radians(0.5 * (parallels[:-1] + parallels[1:]))
    height = np.radians(parallels[:-1] - parallels[1:])
    total = np.zeros((terms, len(middle)))
    for k, coefficient in enumerate(series):
        n = 2 * k + 1
        cosine, sine = np.cos(n * middle), np.sin(n * middle)
        for j in range(terms):
            derivative = (cosine, -sine, -cosine, sine)[j % 4]
            total[j] += coefficient * n ** (j + 1) * derivative
    scale = np.ones(len(middle))
    integral = np.zeros(len(middle))
    for j in range(terms):
        total[j] *= scale
        # Odd powers cancel over the row.
        integral += total[j] / ((j + 1) * 2.0**j) if j % 2 == 0 else 0.0
        # Southwards, in shares of the row's height.
        scale *= -height / (j + 1)
    return np.ascontiguousarray((total / integral).T)


def _term_count(height: float) -> int:
    """Terms until the next is below rounding, for the highest row in degrees."""
    half = 0.5 * np.radians(height)
    terms, left_out = 1, half
    while left_out > 2e-16 and terms < 13:
        terms += 1
        left_out *= half / terms
    return terms


@dataclass(frozen=True)
class PlaneAreas:
    """Areas of an equal-area projection: those of the plane."""

    lattice: Lattice

    def density(self, row0: int, row1: int) -> Density:
        """Constant over the row."""
        return Density(np.ones((row1 - row0, 1)), *_gauss(1))

    def measure(self, row0: int, row1: int, x0: float, x1: float) -> Measure:  # noqa: ARG002
        """Give the row's height, in m2 per unit of x."""
        unit_m = coordinate_systems.unit_m(self.lattice.crs)
        return _constant(np.diff(self.lattice.y[row0 : row1 + 1]) * unit_m**2)


@dataclass(frozen=True)
class ScaledAreas:
    """Areas of any other projection, by its areal scale."""

    lattice: Lattice

    def density(self, row0: int, row1: int) -> Density:
        """Constant over the row."""
        return PlaneAreas(self.lattice).density(row0, row1)

    def measure(self, row0: int, row1: int, x0: float, x1: float) -> Measure:
        """Integrate 1/s over the height of each row, on the patches of [x0, x1].

        Patches are counted from the lattice's corner, so that the area of a cell does
        not depend on what else is asked for.
        """
        unit_m = coordinate_systems.unit_m(self.lattice.crs)
        width = PATCH_M / unit_m
        # One patch more, should rounding put the east side beyond the last.
        first, last = int(x0 // width), int(np.ceil(x1 / width)) + 1
        y = self.lattice.y[row0 : row1 + 1]
        # Low rows share the parabolas of a patch; high ones have their own.
        high = float(np.diff(self.lattice.y).max()) > 0.25 * width
        start = y[:-1] if high else np.floor(y[:-1] / width) * width
        span = np.diff(y) if high else np.full(len(start), width)
        levels = start[:, np.newaxis] + span[:, np.newaxis] * (0.0, 0.5, 1.0)
        ends = (y[:-1] - start) / span, (y[1:] - start) / span
        inverse = self._inverse_scale(2 * first, 2 * last, levels, 0.5 * width)
        rows = _mean_between(*ends, inverse) * np.diff(y)[:, np.newaxis]
        west, middle, east = rows[:, :-1:2], rows[:, 1::2], rows[:, 2::2]
        bend = 2.0 * (west - 2.0 * middle + east) / width**2
        slope = (east - west) / width - bend * width
        return Measure(np.stack([west, slope, bend], axis=-1), first, width)

    def _inverse_scale(
        self, first: int, last: int, levels: FloatArray, step: float
    ) -> FloatArray:
        """m2 on the ellipsoid per square unit of the plane.

        The Jacobian of the inverse projection by differences of fourth order: at steps
        of 4 km their error is below 1e-13. (The scale that PROJ answers is that of a
        sphere for EPSG:3857, 0.2 % off.)

        Parameters
        ----------
        first, last : int
            Places along x, both included, in steps.
        levels : FloatArray
            ``(rows, 3)`` places along y.
        step : float

        Returns
        -------
        FloatArray
            ``(rows, 3, places)``.
        """
        crs = self.lattice.crs
        # Levels of patches are whole steps, so that most neighbours are levels too.
        wanted = np.round(levels / step, 9)
        every = np.unique(wanted + np.arange(-2.0, 3.0)[:, np.newaxis, np.newaxis])
        x = self.lattice.x0 + step * np.arange(first - 2, last + 3)
        y = self.lattice.y0 - step * every
        to_degrees = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
        lon, lat = np.radians(to_degrees.transform(*np.meshgrid(x, y)))
        at = np.unique(wanted)
        near = [np.searchsorted(every, at + k) for k in (-2, -1, 0, 1, 2)]
        lon_x, lat_x = (_slope(f[near[2]].T, step).T for f in (lon, lat))
        lon_y, lat_y = (
            _slope(np.stack([f[k, 2:-2] for k in near]), step)[0] for f in (lon, lat)
        )
        shape = coordinate_systems.ellipsoid(crs)
        middle = lat[near[2], 2:-2]
        curvature = shape.b / (1.0 - shape.e2 * np.sin(middle) ** 2)
        # Product of the two radii of curvature, times the cosine for the meridians.
        area = np.abs(lon_x * lat_y - lon_y * lat_x) * curvature**2 * np.cos(middle)
        return np.asarray(area[np.searchsorted(at, wanted)])


def _slope(values: FloatArray, step: float) -> FloatArray:
    """Differentiate along the first axis, without its two first and last places."""
    near = values[3:-1] - values[1:-3]
    far = values[4:] - values[:-4]
    return np.asarray((8.0 * near - far) / (12.0 * step))


def _mean_between(a: FloatArray, b: FloatArray, values: FloatArray) -> FloatArray:
    """Mean over [a, b] of parabolas with ``values`` at 0, 1/2 and 1.

    ``a`` and ``b`` are ``(rows,)``, values ``(rows, 3, n)``, the answer ``(rows, n)``.
    """
    start, end = a[:, np.newaxis], b[:, np.newaxis]
    top, middle, bottom = values[:, 0], values[:, 1], values[:, 2]
    linear = -3.0 * top + 4.0 * middle - bottom
    square = 2.0 * (top - 2.0 * middle + bottom)
    mean = top + linear * (start + end) / 2
    return np.asarray(mean + square * (start**2 + start * end + end**2) / 3)


def _constant(per_unit: FloatArray) -> Measure:
    terms = np.zeros((len(per_unit), 1, 3))
    terms[:, 0, 0] = per_unit
    return Measure(terms, 0, np.inf)


def _gauss(count: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = np.polynomial.legendre.leggauss(count)
    return 0.5 * (nodes + 1.0), 0.5 * weights


@compiled
def run_area(
    terms: FloatArray, first: int, width: float, row: int, west: float, east: float
) -> float:
    """Area of a row between two distances from the lattice's west side, m2."""
    if width == np.inf:
        return float(terms[row, 0, 0] * (east - west))
    area = 0.0
    patch = int(west / width)
    start = west
    while start < east:
        stop = min(east, (patch + 1) * width)
        if stop > start:
            d0, d1 = start - patch * width, stop - patch * width
            a, b, c = terms[row, patch - first]
            mean = a + b * (d0 + d1) / 2 + c * (d0 * d0 + d0 * d1 + d1 * d1) / 3
            area += mean * (d1 - d0)
            start = stop
        patch += 1
    return area
