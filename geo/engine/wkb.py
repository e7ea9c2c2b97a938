"""Polygons in well-known binary to flat rings, without an object per feature.

Reads ISO WKB and EWKB (OGC 06-103r4, section 8; PostGIS' flags for Z, M and SRID) of
polygons and multipolygons in either byte order; Z and M are skipped. What else a buffer
holds is not read but marked, so that the caller can name the feature or read it in
another way.
"""

from typing import NamedTuple

import numpy as np

from geo.jit import Span, compiled, in_threads, inlined, spans
from geo.rings import Rings
from geo.types import BoolArray, FloatArray, IntArray

READ = 0
EMPTY = 1
"""Null, or a polygon without rings."""
NOT_POLYGON = 2
"""A point, line, collection, or a type that does not exist."""
CORRUPT = 3
"""Ends too early, or holds a part of another type."""
UNCLOSED = 4
"""A ring does not end where it starts, or has fewer than four vertices."""
NOT_FINITE = 5
"""A coordinate is nan or infinite."""

POLYGON, MULTIPOLYGON = 3, 6
EWKB_Z, EWKB_M, EWKB_SRID = 0x80000000, 0x40000000, 0x20000000

ByteArray = np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
Int8Array = np.ndarray[tuple[int, ...], np.dtype[np.int8]]


class WkbLayer(NamedTuple):
    """What was read, and what was not.

    Parameters
    ----------
    rings : Rings
        Of the features that were read; the others own no ring.
    fault : Int8Array
        ``(f,)``, one of :data:`READ`, :data:`EMPTY`, :data:`NOT_POLYGON`,
        :data:`CORRUPT`, :data:`UNCLOSED`, :data:`NOT_FINITE`.
    """

    rings: Rings
    fault: Int8Array


class _Sizes(NamedTuple):
    """Rings and vertices of each feature, first as counts, then as positions."""

    rings: IntArray
    points: IntArray
    fault: Int8Array


def read_wkb(
    data: ByteArray,
    offsets: IntArray,
    valid: BoolArray | None = None,
    *,
    threads: int = 2,
) -> WkbLayer:
    """Read a column of WKB.

    Parameters
    ----------
    data : ByteArray
        All values one behind the other, as in an Arrow binary array.
    offsets : IntArray
        ``(f + 1,)``; feature k is ``data[offsets[k]:offsets[k + 1]]``. 32-bit offsets
        are converted.
    valid : BoolArray, optional
        ``(f,)``, False where the value is null.
    threads : int

    Returns
    -------
    WkbLayer
        Coordinates as they stand, x,y; rings are not turned.
    """
    offsets = np.ascontiguousarray(offsets, dtype=np.int64)
    size = len(offsets) - 1
    # One type for the compiled code, whether the buffer may be written to or not.
    data = np.ascontiguousarray(data).view()
    data.flags.writeable = False
    counts = _Sizes(
        np.zeros(size + 1, np.int64),
        np.zeros(size + 1, np.int64),
        np.zeros(size, np.int8),
    )
    if valid is not None:
        counts.fault[~valid] = EMPTY
    parts = spans(size, 4 * threads)
    in_threads(lambda part: _count(*part, data, offsets, counts), parts, threads)
    places = counts._replace(
        rings=np.concatenate(([0], np.cumsum(counts.rings[:-1]))),
        points=np.concatenate(([0], np.cumsum(counts.points[:-1]))),
    )
    return WkbLayer(_filled(data, offsets, places, parts, threads), places.fault)


def _filled(
    data: ByteArray, offsets: IntArray, places: _Sizes, parts: list[Span], threads: int
) -> Rings:
    """Copy the coordinates; faults that only they show are left to be cut out."""
    rings, points = int(places.rings[-1]), int(places.points[-1])
    coordinates = np.empty((points, 2))
    start = np.zeros(rings + 1, np.int64)
    start[rings] = points
    hole = np.ones(rings, np.bool_)
    raw = coordinates.view(np.uint8).reshape(-1)

    def work(part: Span) -> None:
        _fill(*part, data, offsets, places, raw, start, hole)
        _inspect(*part, places, coordinates, start)

    in_threads(work, parts, threads)
    size = len(places.fault)
    feature = np.repeat(np.arange(size), np.diff(places.rings))
    return _without_faults(Rings(coordinates, start, feature, hole, size), places.fault)


def _without_faults(rings: Rings, fault: Int8Array) -> Rings:
    """Cut out the rings of features with a fault."""
    kept = fault[rings.feature] == READ
    if kept.all():
        return rings
    length = np.diff(rings.offsets)
    coordinates = rings.coordinates[np.repeat(kept, length)]
    start = np.concatenate(([0], np.cumsum(length[kept])))
    return Rings(
        coordinates, start, rings.feature[kept], rings.is_hole[kept], rings.size
    )


@inlined
def _byte(b0: int, b1: int, b2: int, b3: int, little: bool) -> int:
    """Put four bytes together as an unsigned number."""
    if little:
        return b0 | (b1 << 8) | (b2 << 16) | (b3 << 24)
    return b3 | (b2 << 8) | (b1 << 16) | (b0 << 24)


@compiled
def _number(data: ByteArray, at: int, little: bool) -> int:
    """Read four bytes."""
    return _byte(
        int(data[at]), int(data[at + 1]), int(data[at + 2]), int(data[at + 3]), little
    )


@compiled
def _header(data: ByteArray, at: int, end: int) -> tuple[int, int, int, bool]:
    """Read a geometry's head: kind (0 if cut off), dimensions, next byte, order."""
    if at + 9 > end or data[at] > 1:
        return 0, 2, at, True
    little = data[at] == 1
    code = _number(data, at + 1, little)
    at += 5
    flags, code = code & 0xE0000000, code & 0x1FFFFFFF
    dimensions = 2 + int(flags & EWKB_Z != 0) + int(flags & EWKB_M != 0)
    dimensions += (0, 1, 1, 2)[min(code // 1000, 3)]
    if flags & EWKB_SRID:
        at += 4
    if at + 4 > end:
        return 0, 2, at, little
    return code % 1000, dimensions, at, little


@compiled
def _count_polygon(
    data: ByteArray, at: int, end: int, dimensions: int, little: bool
) -> tuple[int, int, int]:
    """Count rings and vertices from the number of rings on; next byte or -1."""
    rings, points = 0, 0
    declared = _number(data, at, little)
    at += 4
    for _ in range(declared):
        if at + 4 > end:
            return 0, 0, -1
        length = _number(data, at, little)
        at += 4 + 8 * dimensions * length
        if at > end:
            return 0, 0, -1
        rings, points = rings + 1, points + length
    return rings, points, at


@compiled
def _count(
    first: int, last: int, data: ByteArray, offsets: IntArray, sizes: _Sizes
) -> None:
    """Count rings and vertices of features first to last - 1, and mark faults."""
    for f in range(first, last):
        if sizes.fault[f] != READ:
            continue
        end = offsets[f + 1]
        if offsets[f] == end:
            sizes.fault[f] = EMPTY
            continue
        kind, dimensions, at, little = _header(data, offsets[f], end)
        if kind != POLYGON and kind != MULTIPOLYGON:
            sizes.fault[f] = CORRUPT if kind == 0 else NOT_POLYGON
            continue
        parts = 1
        if kind == MULTIPOLYGON:
            parts = _number(data, at, little)
            at += 4
        rings, points = 0, 0
        for _ in range(parts):
            if kind == MULTIPOLYGON:
                inner, dimensions, at, little = _header(data, at, end)
                if inner != POLYGON:
                    at = -1
                    break
            r, p, at = _count_polygon(data, at, end, dimensions, little)
            if at < 0:
                break
            rings, points = rings + r, points + p
        if at < 0:
            sizes.fault[f] = CORRUPT
        elif rings == 0:
            sizes.fault[f] = EMPTY
        else:
            sizes.rings[f], sizes.points[f] = rings, points


@compiled
def _copy(
    data: ByteArray,
    at: int,
    raw: ByteArray,
    to: int,
    length: int,
    stride: int,
    same: bool,
) -> None:
    """Copy x and y of vertices that are ``stride`` bytes apart."""
    if same and stride == 16:
        # Indices that cannot be negative: only then does this become a block copy.
        target, source = raw[to : to + 16 * length], data[at : at + 16 * length]
        for k in range(len(target)):
            target[k] = source[k]
        return
    for n in range(length):
        for half in range(0, 16, 8):
            for k in range(8):
                place = k if same else 7 - k
                raw[to + 16 * n + half + k] = data[at + stride * n + half + place]


@compiled
def _fill(
    first: int,
    last: int,
    data: ByteArray,
    offsets: IntArray,
    places: _Sizes,
    raw: ByteArray,
    start: IntArray,
    hole: BoolArray,
) -> None:
    """Write the rings of features first to last - 1 to their places."""
    for f in range(first, last):
        if places.fault[f] != READ:
            continue
        end, ring, point = offsets[f + 1], places.rings[f], places.points[f]
        kind, dimensions, at, little = _header(data, offsets[f], end)
        parts = 1
        if kind == MULTIPOLYGON:
            parts = _number(data, at, little)
            at += 4
        for _ in range(parts):
            if kind == MULTIPOLYGON:
                _, dimensions, at, little = _header(data, at, end)
            declared = _number(data, at, little)
            at += 4
            for r in range(declared):
                length = _number(data, at, little)
                at += 4
                start[ring], hole[ring] = point, r > 0
                _copy(data, at, raw, 16 * point, length, 8 * dimensions, little)
                at += 8 * dimensions * length
                ring, point = ring + 1, point + length


@compiled
def _inspect(
    first: int, last: int, places: _Sizes, points: FloatArray, start: IntArray
) -> None:
    """Mark features with rings that are open or not finite."""
    for f in range(first, last):
        for r in range(places.rings[f], places.rings[f + 1]):
            a, z = start[r], places.points[f + 1]
            if r + 1 < places.rings[f + 1]:
                z = start[r + 1]
            total = 0.0
            for k in range(a, z):
                total += abs(points[k, 0]) + abs(points[k, 1])
            if not np.isfinite(total):
                places.fault[f] = NOT_FINITE
            elif (
                z - a < 4
                or points[a, 0] != points[z - 1, 0]
                or points[a, 1] != points[z - 1, 1]
            ):
                places.fault[f] = UNCLOSED
