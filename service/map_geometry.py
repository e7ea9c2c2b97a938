"""Geometry light enough to be drawn: one budget of vertices for a whole map.

Only drawing uses what is made here. Areas come from the full geometry.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from geo.types import GeometryArray, IntArray

VERTEX_BUDGET = 150_000
"""Vertices on one map: about 3 MB of text at 4 decimals."""
FEATURE_BUDGET = 12_000
"""Features on one map: about 2 MB of names and areas."""

_TOLERANCES = (0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.03)
"""Degrees. The first is half a pixel of a screen at zoom 10, the last two pixels of
the first view: beyond it shapes would look wrong, so small features go instead."""

_LEAST_VERTICES = 4
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
    drawn, together, tolerance = geometry, True, 0.0
    if before > vertices:
        # A polygon needs four vertices: what cannot fit is not simplified first.
        most = min(features, vertices // _LEAST_VERTICES)
        few = _largest(geometry, vertices=before, features=most)
        drawn, tolerance, together = _fitted(few, vertices)
    drawn = _largest(drawn, vertices=vertices, features=features)
    dropped = _count(geometry) - _count(drawn)
    return Drawable(drawn, before, _vertices(drawn), tolerance, together, dropped)


def _count(geometry: GeometryArray) -> int:
    return int(np.count_nonzero(shapely.is_geometry(geometry)))


def _fitted(
    geometry: GeometryArray, vertices: int
) -> tuple[GeometryArray, float, bool]:
    """Simplify by the least tolerance that fits, else by the greatest."""
    there = shapely.is_geometry(geometry)
    simple, tolerance = geometry[there], 0.0
    if _vertices(simple) <= vertices:
        return geometry, tolerance, True
    together = _is_coverage(simple)
    for tolerance in _TOLERANCES:
        simple, together = _simplified(geometry[there], tolerance, together=together)
        if _vertices(simple) <= vertices:
            break
    fitted = geometry.copy()
    fitted[there] = simple
    return fitted, tolerance, together


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


def _largest(geometry: GeometryArray, *, vertices: int, features: int) -> GeometryArray:
    """Keep the largest features that fit both budgets, at least one; else ``None``."""
    west, south, east, north = shapely.bounds(geometry).T
    size = np.nan_to_num(np.hypot(east - west, north - south), nan=-1.0)
    descending: IntArray = np.argsort(-size, kind="stable")
    weight = np.cumsum(shapely.get_num_coordinates(geometry)[descending])
    fits = min(int(np.searchsorted(weight, vertices, side="right")), features)
    kept = geometry.copy()
    kept[descending[max(fits, 1) :]] = None
    return kept
