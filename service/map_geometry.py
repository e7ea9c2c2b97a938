"""Geometry light enough to be drawn: one budget of vertices for a whole map.

Only drawing uses what is made here. Areas come from the full geometry.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.types import BoolArray, GeometryArray, IntArray

VERTEX_BUDGET = 150_000
"""Vertices on one map: about 3 MB of text at 4 decimals."""
FEATURE_BUDGET = 12_000
"""Features on one map: about 2 MB of names and areas."""

_TOLERANCES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.03)
"""Degrees. The first is half a pixel of a screen at zoom 10, the last two pixels of
the first view: beyond it shapes would look wrong, so small features go instead."""

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


@dataclass(frozen=True)
class Drawable:
    """The geometry of a layer as it is drawn.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``, as the input; ``None`` where a feature is not drawn.
    before, after : int
        Vertices of the full and of the drawn geometry.
    tolerance : float
        Degrees; 0 where nothing was simplified.
    together : bool
        Whether shared borders were kept shared; False where the layer is no seamless
        coverage, so that features were simplified one by one.
    dropped : int
        Features left out because they are the smallest of too many.
    """

    geometry: GeometryArray
    before: int
    after: int
    tolerance: float = 0.0
    together: bool = True
    dropped: int = 0


def fair_shares(wanted: list[int], total: int) -> list[int]:
    """Divide a budget: who wants little gets it, the others share the rest evenly.

    Examples
    --------
    >>> fair_shares([10, 500, 300], 610)
    [10, 300, 300]
    """
    shares = [0] * len(wanted)
    left = total
    ascending = sorted(range(len(wanted)), key=wanted.__getitem__)
    for position, index in enumerate(ascending):
        shares[index] = min(wanted[index], left // (len(wanted) - position))
        left -= shares[index]
    return shares


def drawable(geometry: GeometryArray, *, vertices: int, features: int) -> Drawable:
    """Bring a layer within its share of the budget.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``, lon/lat degrees.
    vertices, features : int
        The layer's shares.

    Returns
    -------
    Drawable
        The full geometry where it fits; else simplified by the smallest tolerance of
        a fixed ladder that fits, neighbours together where they are a seamless
        coverage (Visvalingam-Whyatt on shared edges, GEOS ``CoverageSimplifier``);
        and where even the coarsest does not fit, without the smallest features.
    """
    before = _vertices(geometry)
    if before <= vertices and len(geometry) <= features:
        return Drawable(geometry, before, before)
    together = _is_coverage(geometry)
    simple, tolerance = geometry, 0.0
    for tolerance in _TOLERANCES if before > vertices else ():
        simple, together = _simplified(geometry, tolerance, together=together)
        if _vertices(simple) <= vertices:
            break
    kept = _largest(simple, vertices, features)
    drawn = np.where(kept, simple, None)
    dropped = int((~kept).sum())
    return Drawable(drawn, before, _vertices(drawn), tolerance, together, dropped)


def _vertices(geometry: GeometryArray) -> int:
    return int(shapely.get_num_coordinates(geometry).sum())


def _is_coverage(geometry: GeometryArray) -> bool:
    """Whether all features are polygons that neither overlap nor mismatch.

    One geometry of another type makes the coverage functions do nothing, without a
    word, so types are looked at first.
    """
    polygonal = np.isin(shapely.get_type_id(geometry), _POLYGONS)
    return bool(polygonal.all()) and bool(shapely.coverage_is_valid(geometry))


def _simplified(
    geometry: GeometryArray, tolerance: float, *, together: bool
) -> tuple[GeometryArray, bool]:
    if together:
        simple = shapely.coverage_simplify(geometry, tolerance)
        if _is_coverage(simple):
            return simple, True
    return shapely.simplify(geometry, tolerance, preserve_topology=True), False


def _largest(geometry: GeometryArray, vertices: int, features: int) -> BoolArray:
    """Mark the largest features that fit both budgets, at least one."""
    west, south, east, north = shapely.bounds(geometry).T
    size = np.nan_to_num(np.hypot(east - west, north - south), nan=-1.0)
    descending: IntArray = np.argsort(-size, kind="stable")
    weight = np.cumsum(shapely.get_num_coordinates(geometry)[descending])
    fits = min(int(np.searchsorted(weight, vertices, side="right")), features)
    kept = np.zeros(len(geometry), dtype=bool)
    kept[descending[: max(fits, 1)]] = True
    return kept
