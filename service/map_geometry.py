"""Geometry light enough to be drawn: all layers of a map within one budget of bytes.

Only drawing uses what is made here. Areas come from the full geometry.
"""

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import shapely

from geo.coverage import (
    Coverage,
    are_polygons,
    coverage_of,
    is_coverage,
    mismatched_share,
    touching_groups,
)
from geo.errors import GeometryError
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray
from service import geojson

DECIMALS = 4
"""Decimals of a degree on the map: about 10 m, half a pixel at the deepest zoom."""

TOLERANCES_M = (0, 25, 50, 100, 200, 400, 800, 1600, 3200)
"""Metres. The first is a pixel of the deepest zoom, the last half a pixel of the
first view: beyond it shapes would look wrong, so small features go instead."""

METRES_PER_DEGREE = 111_320.0
_WRAPPED = len('{"type":"Feature","properties":,"geometry":},')
_MOST_NODED = 300_000
"""Vertices of layers that are cut into common faces; more would take minutes."""
_FLAWS = 0.1
"""Share of mismatched border up to which a layer counts as a coverage with flaws."""


@dataclass(frozen=True)
class Drawable:
    """The geometry of a layer as it is drawn.

    Parameters
    ----------
    texts : list of str
        ``(n,)`` GeoJSON; ``"null"`` where a feature is not drawn.
    geometry : GeometryArray
        ``(n,)``, the same, not rounded; ``None`` where a feature is not drawn.
    before, after : int
        Vertices of the full and of the drawn geometry.
    tolerance_m : float
        Metres; 0 where nothing was simplified.
    together : bool
        Whether shared borders were kept shared; False where features were simplified
        one by one.
    dropped : int
        Features left out because they are the smallest of too many.
    """

    texts: list[str]
    geometry: GeometryArray
    before: int
    after: int
    tolerance_m: float = 0.0
    together: bool = True
    dropped: int = 0


@dataclass(frozen=True)
class _Level:
    """All layers simplified by one tolerance; ``apart`` names those one by one."""

    tolerance_m: float
    layers: list[GeometryArray]
    apart: frozenset[int]

    @cached_property
    def texts(self) -> list[list[str]]:
        return [geojson.geometry_texts(one, DECIMALS) for one in self.layers]

    @property
    def vertices(self) -> int:
        return sum(_vertices(one) for one in self.layers)


@dataclass
class Sketch:
    """The layers of a map, drawn as finely as a number of bytes allows.

    Parameters
    ----------
    layers : list of GeometryArray
        Lon/lat degrees. Polygons of layers that share borders are simplified in one
        go, by one tolerance for the whole map, so that borders still coincide.
    facts : list of IntArray
        For each layer, bytes of what stands beside each feature's geometry.
    """

    layers: list[GeometryArray]
    facts: list[IntArray]
    _levels: dict[float, _Level] = field(default_factory=dict)

    def fitted(self, room: int) -> list[Drawable]:
        """Draw all layers within ``room`` bytes.

        Returns
        -------
        list of Drawable
            The full geometry where it fits; else simplified by the smallest of
            :data:`TOLERANCES_M` that fits; and where even the coarsest does not fit,
            without the smallest features, but with one of each layer.
        """
        for tolerance in TOLERANCES_M:
            level = self._level(tolerance)
            if self._bytes(level, room) <= room:
                break
        kept = self._kept(level, room)
        return [self._drawable(i, level, kept[i]) for i in range(len(self.layers))]

    def _level(self, tolerance: float) -> _Level:
        if tolerance not in self._levels:
            made = self._simplified(tolerance) if tolerance else (self.layers, set())
            self._levels[tolerance] = _Level(tolerance, made[0], frozenset(made[1]))
        return self._levels[tolerance]

    def most_bytes(self, room: int) -> int:
        """Bytes of the full geometry; a lower limit if that is above ``room``."""
        return self._bytes(self._level(0), room)

    def _bytes(self, level: _Level, room: int) -> int:
        # A vertex takes nine bytes at the very least: no use in writing it all.
        least = 9 * level.vertices
        if least > room:
            return least
        sizes = zip(level.texts, self.facts, strict=True)
        return sum(int(_sizes(texts, facts).sum()) for texts, facts in sizes)

    @cached_property
    def _plane(self) -> FloatArray:
        """Metres per degree east and north, at the middle of all layers."""
        boxes = [shapely.total_bounds(one) for one in self.layers]
        middle = (np.nanmin(boxes, axis=0)[1] + np.nanmax(boxes, axis=0)[3]) / 2
        return np.array([np.cos(np.radians(middle)), 1.0]) * METRES_PER_DEGREE

    @cached_property
    def _coverages(self) -> list[tuple[list[int], Coverage]]:
        """Groups of layers that are simplified together, in metres."""
        metric = [shapely.transform(one, self._to_plane) for one in self.layers]
        solid = [i for i, one in enumerate(metric) if are_polygons(one)]
        made = []
        for members in touching_groups([metric[i] for i in solid]):
            group = [solid[i] for i in members]
            layers = [metric[i] for i in group]
            if _worth_cutting(layers):
                made.append((group, coverage_of(layers)))
            else:
                alone = [i for i in group if is_coverage(metric[i])]
                made += [([i], coverage_of([metric[i]])) for i in alone]
        return made

    def _to_plane(self, xy: FloatArray) -> FloatArray:
        return xy * self._plane

    def _from_plane(self, xy: FloatArray) -> FloatArray:
        return xy / self._plane

    def _simplified(self, tolerance: float) -> tuple[list[GeometryArray], set[int]]:
        """All layers simplified, and the positions of those done one by one."""
        done: dict[int, GeometryArray] = {}
        for group, coverage in self._coverages:
            try:
                simple = coverage.simplified(tolerance)
            except GeometryError:
                continue
            done |= dict(zip(group, simple, strict=True))
        layers = []
        for i, full in enumerate(self.layers):
            metric = done.get(i)
            if metric is None:
                flat = shapely.transform(full, self._to_plane)
                metric = shapely.simplify(flat, tolerance, preserve_topology=True)
            layers.append(shapely.transform(metric, self._from_plane))
        return layers, set(range(len(layers))) - set(done)

    def _kept(self, level: _Level, room: int) -> list[BoolArray]:
        """Which features are drawn: all, or the largest that fit, one per layer."""
        sizes = [
            _sizes(texts, facts)
            for texts, facts in zip(level.texts, self.facts, strict=True)
        ]
        total = np.concatenate(sizes)
        if total.sum() <= room:
            return [np.ones(len(one), dtype=bool) for one in sizes]
        extent = [_extent(one) for one in level.layers]
        # The largest of each layer comes first, whatever its size.
        for one in extent:
            if len(one):
                one[int(np.argmax(one))] = np.inf
        descending = np.argsort(-np.concatenate(extent), kind="stable")
        fits = np.cumsum(total[descending]) <= room
        firsts = np.isinf(np.concatenate(extent)[descending])
        kept = np.zeros(len(total), dtype=bool)
        kept[descending[fits | firsts]] = True
        return np.split(kept, np.cumsum([len(one) for one in sizes])[:-1])

    def _drawable(self, i: int, level: _Level, kept: BoolArray) -> Drawable:
        texts = [
            text if there else "null"
            for text, there in zip(level.texts[i], kept, strict=True)
        ]
        geometry = level.layers[i].copy()
        geometry[~kept] = None
        before, after = _vertices(self.layers[i]), _vertices(geometry)
        there = shapely.is_geometry(self.layers[i])
        return Drawable(
            texts,
            geometry,
            before,
            after,
            level.tolerance_m,
            i not in level.apart,
            int(np.count_nonzero(there & ~kept)),
        )


def _worth_cutting(layers: list[GeometryArray]) -> bool:
    """Whether layers form one coverage, or nearly, and are not too large to be cut.

    Features that overlap widely have no common borders to keep, and noding them could
    make more pieces than there are features.
    """
    if len(layers) == 1 and is_coverage(layers[0]):
        return True
    if sum(_vertices(one) for one in layers) > _MOST_NODED:
        return False
    return all(mismatched_share(one) <= _FLAWS for one in layers)


def _sizes(texts: list[str], facts: IntArray) -> IntArray:
    shapes = np.array([len(one) for one in texts], dtype=np.int64)
    # What is not drawn leaves nothing.
    there = np.array([one != "null" for one in texts], dtype=bool)
    return np.where(there, shapes + facts + _WRAPPED, 0)


def _vertices(geometry: GeometryArray) -> int:
    return int(shapely.get_num_coordinates(geometry).sum())


def _extent(geometry: GeometryArray) -> FloatArray:
    west, south, east, north = shapely.bounds(geometry).T
    return np.asarray(np.nan_to_num(np.hypot(east - west, north - south), nan=-1.0))
