"""Tables of overlap areas, and how two of them compare."""

from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.area import lonlat_area
from geo.authalic import CGCS2000
from geo.types import FloatArray, GeometryArray, IntArray

HECTARE = 1e4


class Table(NamedTuple):
    """Overlap areas in m2: a row per pair of positions."""

    left: IntArray
    right: IntArray
    area_m2: FloatArray


def summed(left: IntArray, right: IntArray, area: FloatArray, width: int) -> Table:
    """Add rows of the same pair up."""
    key, place = np.unique(
        left.astype(np.int64) * width + right.astype(np.int64), return_inverse=True
    )
    return Table(
        key // width, key % width, np.bincount(place, area, len(key)).astype(np.float64)
    )


def compared(ours: Table, peer: Table, width: int, *, sampled: bool = False) -> str:
    """Tell how a peer's table, measured in a plane, differs from ours.

    Its edges are straight in that plane and ours in lon/lat, which moves single areas
    by some parts per million; :func:`against_geos` compares to the last digit. Where
    the peer got a sample of left features, only their rows count.
    """
    if sampled:
        rows = np.isin(ours.left, peer.left)
        ours = Table(ours.left[rows], ours.right[rows], ours.area_m2[rows])
    keys = [t.left * width + t.right for t in (ours, peer)]
    big = [t.area_m2 > HECTARE for t in (ours, peer)]
    alone = int((~np.isin(keys[0][big[0]], keys[1])).sum())
    alone += int((~np.isin(keys[1][big[1]], keys[0])).sum())
    part = ours.area_m2.sum() / peer.area_m2.sum() - 1.0
    return (
        f"{len(peer.left):,} pairs, {alone} above 1 ha on one side only, "
        f"total {part * 1e6:+.2f} ppm"
    )


def against_geos(
    ours: Table, left: GeometryArray, right: GeometryArray, owner: IntArray, size: int
) -> str:
    """Compare with GEOS in lon/lat for a sample of left features.

    Parameters
    ----------
    ours : Table
    left : GeometryArray
        ``(f,)``.
    right, owner : GeometryArray, IntArray
        Pieces of the right features, and the feature each is of.
    size : int
        How many left features to take.
    """
    width = int(owner.max()) + 1
    sample = np.random.default_rng(1).permutation(len(left))[:size]
    piece, k = shapely.STRtree(left[sample]).query(right, predicate="intersects")
    shared = shapely.intersection(left[sample][k], right[piece])
    truth = summed(sample[k], owner[piece], lonlat_area(shared, CGCS2000), width)
    rows = np.isin(ours.left, sample)
    mine = dict(
        zip(
            (ours.left[rows] * width + ours.right[rows]).tolist(),
            ours.area_m2[rows].tolist(),
            strict=True,
        )
    )
    keys = (truth.left * width + truth.right).tolist()
    own = np.array([mine.pop(key, 0.0) for key in keys])
    missing = int(((own == 0.0) & (truth.area_m2 > 1.0)).sum())
    phantom = sum(area > 1.0 for area in mine.values())
    large = truth.area_m2 > HECTARE
    worst = np.abs(own[large] / truth.area_m2[large] - 1.0).max(initial=0.0)
    return (
        f"{missing} missing, {phantom} phantom above 1 m2 of {len(keys):,} pairs by "
        f"GEOS, worst above 1 ha {worst:.0e}"
    )


def split(
    shapes: GeometryArray, most: int = 256, deepest: int = 14
) -> tuple[GeometryArray, IntArray]:
    """Halve polygons until each has at most ``most`` vertices: pieces and owners.

    Pieces are single polygons: SedonaDB refuses collections whose parts touch.
    """
    pieces: list[shapely.Geometry] = []
    owners: list[int] = []
    stack = [(shape, k, 0) for k, shape in enumerate(shapes)]
    while stack:
        shape, owner, depth = stack.pop()
        if shapely.get_num_coordinates(shape) <= most or depth == deepest:
            if not shape.is_empty:
                pieces.append(shape)
                owners.append(owner)
            continue
        west, south, east, north = shape.bounds
        x, y = 0.5 * (west + east), 0.5 * (south + north)
        halves = ((west, south, east, y), (west, y, east, north))
        if east - west > north - south:
            halves = ((west, south, x, north), (x, south, east, north))
        for half in halves:
            stack.append((_clipped(shape, half), owner, depth + 1))
    parts, piece = shapely.get_parts(np.array(pieces), return_index=True)
    return parts, np.array(owners, dtype=np.int64)[piece]


def _clipped(
    shape: shapely.Geometry, box: tuple[float, float, float, float]
) -> shapely.Geometry:
    clipped = shapely.clip_by_rect(shape, *box)
    parts = shapely.get_parts(shapely.get_parts(clipped))
    return shapely.MultiPolygon(parts[shapely.get_type_id(parts) == 3].tolist())


def split_by(
    shapes: GeometryArray, *, wanted: bool
) -> tuple[GeometryArray, NDArray[np.int64]]:
    """Split zones, or leave them whole: pieces and owners."""
    if wanted:
        return split(shapes)
    return shapes, np.arange(len(shapes))
