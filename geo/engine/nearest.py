r"""The nearest segments of two sets of outlines, over any distance on the ellipsoid.

Outlines come as short straight segments in space (earth-centred coordinates), sorted so
that neighbours lie together, with balls around blocks of them and around groups of
blocks. Segments are compared by the length of the geodesic over the chord that joins
their closest points, :math:`d = c\,(1 + c^2/24R^2 + 3c^4/640R^4)` with :math:`R` the
radius of curvature of the ellipsoid along the chord (Euler); balls only by chords, with
room for the difference. Which pair is nearest is found here; how far it is should be
asked of a geodesic (Karney 2013) between the places that are answered.
"""

import math
from typing import NamedTuple

import numpy as np

from geo.authalic import Ellipsoid
from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.types import FloatArray, IntArray

BLOCK = 16
"""Segments per block, and blocks per group."""

SITE_BLOCK = 8
"""Segments of a site that are first compared together."""

ROOM = 0.02
"""Part of the bend over a chord by which radii of curvature may differ, doubled."""


class Segments(NamedTuple):
    """Segments in space, metres.

    Parameters
    ----------
    a, b : FloatArray
        ``(n, 3)``, first and last point.
    """

    a: FloatArray
    b: FloatArray


class Balls(NamedTuple):
    """Balls around blocks of consecutive things: ``(k, 3)`` centres, ``(k,)`` radii."""

    centre: FloatArray
    radius: FloatArray


class SegmentIndex(NamedTuple):
    """Segments with their blocks and groups of blocks."""

    segments: Segments
    blocks: Balls
    groups: Balls


class Closest(NamedTuple):
    """For each site: the nearest pair of segments, and where on them (0 to 1)."""

    own: IntArray
    other: IntArray
    on_own: FloatArray
    on_other: FloatArray

    @classmethod
    def room(cls, size: int) -> "Closest":
        """Allocate."""
        return cls(
            np.zeros(size, np.int64),
            np.zeros(size, np.int64),
            np.zeros(size),
            np.zeros(size),
        )


def index_segments(segments: Segments) -> SegmentIndex:
    """Put balls around segments that are in an order that keeps neighbours together."""
    middle = 0.5 * (segments.a + segments.b)
    half = 0.5 * np.linalg.norm(segments.b - segments.a, axis=1)
    blocks = _balls(Balls(middle, half))
    return SegmentIndex(segments, blocks, _balls(blocks))


def _balls(inner: Balls) -> Balls:
    size = len(inner.radius)
    starts = np.arange(0, size, BLOCK)
    count = np.diff(np.append(starts, size))
    low = np.minimum.reduceat(inner.centre - inner.radius[:, np.newaxis], starts)
    high = np.maximum.reduceat(inner.centre + inner.radius[:, np.newaxis], starts)
    centre = 0.5 * (low + high)
    away = np.linalg.norm(inner.centre - np.repeat(centre, count, axis=0), axis=1)
    return Balls(centre, np.maximum.reduceat(away + inner.radius, starts))


def closest(
    sites: Segments,
    site_start: IntArray,
    chosen: IntArray,
    index: SegmentIndex,
    ellipsoid: Ellipsoid,
    *,
    threads: int = 2,
) -> Closest:
    """Find the segment of a layer nearest to each of some sites.

    Parameters
    ----------
    sites : Segments
        Of all sites, one site after the other.
    site_start : IntArray
        ``(s + 1,)``, first segment of each site; every chosen one has at least one.
    chosen : IntArray
        ``(k,)`` positions of sites.
    index : SegmentIndex
        Of the layer; at least one segment.
    ellipsoid : Ellipsoid
    threads : int

    Returns
    -------
    Closest
        ``(k,)`` each; positions in ``sites`` and in the index.
    """
    out = Closest.room(len(chosen))

    def work(part: Span) -> None:
        _search(
            *part, chosen, site_start, sites, index, (ellipsoid.a, ellipsoid.e2), out
        )

    in_threads(work, spans(len(chosen), 8 * threads), threads)
    return out


@inlined
def _between(ax: float, ay: float, az: float, bx: float, by: float, bz: float) -> float:
    x, y, z = ax - bx, ay - by, az - bz
    return math.sqrt(x * x + y * y + z * z)


@inlined
def _clamped(value: float) -> float:
    return min(max(value, 0.0), 1.0)


@inlined
def _geodesic(
    px: float, py: float, pz: float, qx: float, qy: float, qz: float,
    shape: tuple[float, float],
) -> float:  # fmt: skip
    """Length over the ellipsoid of the chord p to q, by the radius along it."""
    a, e2 = shape
    x, y, z = qx - px, qy - py, qz - pz
    square = x * x + y * y + z * z
    # The middle's geodetic normal, near enough from its place.
    mx, my, mz = px + 0.5 * x, py + 0.5 * y, (pz + 0.5 * z) / (1.0 - e2)
    length = math.sqrt(mx * mx + my * my + mz * mz)
    sine = mz / length
    level = math.sqrt(mx * mx + my * my)
    w = 1.0 - e2 * sine * sine
    across = a / math.sqrt(w)
    along = across * (1.0 - e2) / w
    # North at the middle is (-sin(lat) * m / |m|, cos(lat)).
    north = (-sine * (x * mx + y * my) / level + z * level / length) if level else z
    share = north * north / square if square > 0.0 else 0.0
    radius = 1.0 / (share / along + (1.0 - share) / across)
    bend = square / (radius * radius)
    return math.sqrt(square) * (1.0 + bend / 24.0 + 3.0 * bend * bend / 640.0)


@inlined
def _pair(
    sites: Segments, k: int, other: Segments, n: int
) -> tuple[float, float, float]:
    """Square of the distance of two segments and where on them it is reached."""
    px, py, pz = sites.a[k, 0], sites.a[k, 1], sites.a[k, 2]
    qx, qy, qz = other.a[n, 0], other.a[n, 1], other.a[n, 2]
    ux, uy, uz = sites.b[k, 0] - px, sites.b[k, 1] - py, sites.b[k, 2] - pz
    vx, vy, vz = other.b[n, 0] - qx, other.b[n, 1] - qy, other.b[n, 2] - qz
    rx, ry, rz = px - qx, py - qy, pz - qz
    uu, vv = ux * ux + uy * uy + uz * uz, vx * vx + vy * vy + vz * vz
    uv = ux * vx + uy * vy + uz * vz
    ur, vr = ux * rx + uy * ry + uz * rz, vx * rx + vy * ry + vz * rz
    flat = uu * vv - uv * uv
    s = _clamped((uv * vr - ur * vv) / flat) if flat > 1e-12 * uu * vv else 0.0
    t = (uv * s + vr) / vv if vv > 0.0 else 0.0
    if t < 0.0 or t > 1.0:
        t = _clamped(t)
        s = _clamped((uv * t - ur) / uu) if uu > 0.0 else 0.0
    x, y, z = rx + s * ux - t * vx, ry + s * uy - t * vy, rz + s * uz - t * vz
    return x * x + y * y + z * z, s, t


@inlined
def _reach(chord: float, a: float) -> float:
    """Bound the chords that may still be the nearest, given that of the best."""
    if chord == math.inf:
        return chord
    bend = chord / a
    return chord * (1.0 + ROOM * bend * bend / 24.0) + 1e-3


@compiled
def _ball(segments: Segments, first: int, last: int, out: FloatArray) -> None:
    """Write centre and radius of a ball around segments first to last - 1."""
    for axis in range(3):
        low, high = segments.a[first, axis], segments.a[first, axis]
        for k in range(first, last):
            for value in (segments.a[k, axis], segments.b[k, axis]):
                low, high = min(low, value), max(high, value)
        out[axis] = 0.5 * (low + high)
    out[3] = 0.0
    for k in range(first, last):
        for end in (segments.a[k], segments.b[k]):
            away = _between(end[0], end[1], end[2], out[0], out[1], out[2])
            out[3] = max(out[3], away)


@inlined
def _gap(
    balls: FloatArray, k: int, x: float, y: float, z: float, radius: float
) -> float:
    """Lower bound of the distance from ball ``k`` to another ball."""
    away = _between(balls[k, 0], balls[k, 1], balls[k, 2], x, y, z)
    return away - float(balls[k, 3]) - radius


@compiled
def _compare(
    n: int, site: tuple[int, int], sites: Segments, balls: FloatArray,
    other: Segments, best: FloatArray, found: IntArray, shape: tuple[float, float],
) -> None:  # fmt: skip
    """Compare one segment of the layer with a site; keep it where it is nearer."""
    first, last = site
    ax, ay, az = other.a[n, 0], other.a[n, 1], other.a[n, 2]
    bx, by, bz = other.b[n, 0], other.b[n, 1], other.b[n, 2]
    mx, my, mz = 0.5 * (ax + bx), 0.5 * (ay + by), 0.5 * (az + bz)
    half = 0.5 * _between(ax, ay, az, bx, by, bz)
    reach = _reach(best[1], shape[0])
    # Ball 0 is around the whole site, the others around its blocks.
    if _gap(balls, 0, mx, my, mz, half) > reach:
        return
    for block in range(1, len(balls)):
        if _gap(balls, block, mx, my, mz, half) > reach:
            continue
        begin = first + (block - 1) * SITE_BLOCK
        for k in range(begin, min(begin + SITE_BLOCK, last)):
            square, s, t = _pair(sites, k, other, n)
            if square > reach * reach:
                continue
            px, py, pz = sites.a[k, 0], sites.a[k, 1], sites.a[k, 2]
            length = _geodesic(
                px + s * (sites.b[k, 0] - px),
                py + s * (sites.b[k, 1] - py),
                pz + s * (sites.b[k, 2] - pz),
                ax + t * (bx - ax),
                ay + t * (by - ay),
                az + t * (bz - az),
                shape,
            )
            if length < best[0]:
                best[0], best[1], best[2], best[3] = length, math.sqrt(square), s, t
                found[0], found[1] = k, n
                reach = _reach(best[1], shape[0])


@compiled
def _descend(
    group: int, site: tuple[int, int], sites: Segments, balls: FloatArray,
    index: SegmentIndex, best: FloatArray, found: IntArray, shape: tuple[float, float],
) -> None:  # fmt: skip
    """Compare the blocks of one group with a site, the nearest block first."""
    centre, radius = index.blocks.centre, index.blocks.radius
    begin, end = group * BLOCK, min((group + 1) * BLOCK, len(radius))
    nearest, least = begin, np.inf
    for block in range(begin, end):
        x, y, z = centre[block, 0], centre[block, 1], centre[block, 2]
        gap = _gap(balls, 0, x, y, z, radius[block])
        if gap < least:
            nearest, least = block, gap
    for turn in range(begin - 1, end):
        block = nearest if turn < begin else turn
        if turn == nearest:
            continue
        x, y, z = centre[block, 0], centre[block, 1], centre[block, 2]
        if _gap(balls, 0, x, y, z, radius[block]) > _reach(best[1], shape[0]):
            continue
        for n in range(block * BLOCK, min((block + 1) * BLOCK, len(index.segments.a))):
            _compare(n, site, sites, balls, index.segments, best, found, shape)


@compiled
def _enclose(sites: Segments, first: int, last: int) -> FloatArray:
    """Answer a ball around a site, then balls around its blocks, ``(k, 4)``."""
    blocks = (last - first + SITE_BLOCK - 1) // SITE_BLOCK
    balls = np.empty((blocks + 1, 4))
    _ball(sites, first, last, balls[0])
    for k in range(blocks):
        at = first + k * SITE_BLOCK
        _ball(sites, at, min(at + SITE_BLOCK, last), balls[k + 1])
    return balls


@compiled
def _search(
    begin: int, end: int, chosen: IntArray, site_start: IntArray, sites: Segments,
    index: SegmentIndex, shape: tuple[float, float], out: Closest,
) -> None:  # fmt: skip
    """Answer sites ``chosen[begin]`` to ``chosen[end - 1]``."""
    centre, radius = index.groups.centre, index.groups.radius
    gaps = np.empty(len(radius))
    best, found = np.empty(4), np.zeros(2, np.int64)
    for row in range(begin, end):
        site = site_start[chosen[row]], site_start[chosen[row] + 1]
        balls = _enclose(sites, *site)
        nearest = 0
        for group in range(len(gaps)):
            x, y, z = centre[group, 0], centre[group, 1], centre[group, 2]
            gaps[group] = _gap(balls, 0, x, y, z, radius[group])
            if gaps[group] < gaps[nearest]:
                nearest = group
        best[:] = np.inf
        for turn in range(-1, len(gaps)):
            group = nearest if turn < 0 else turn
            if turn == nearest or gaps[group] > _reach(best[1], shape[0]):
                continue
            _descend(group, site, sites, balls, index, best, found, shape)
        out.own[row], out.other[row] = found[0], found[1]
        out.on_own[row], out.on_other[row] = best[2], best[3]
