"""Parcels made ready to be checked: flat rings, areas, and their parts by banner."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.conflict.outlines import Outlines
from geo.conflict.zones import THREADS, TOUCH_M2, Zones
from geo.engine import Pairs, PolygonLayer, overlap_pairs, prepare
from geo.robust import difference, intersection, union_by
from geo.types import BoolArray, FloatArray, GeometryArray, IntArray
from geo.validity import polygons_of

NOWHERE = -1
"""Position of the banner of what lies in none."""


@dataclass(frozen=True)
class Pieces:
    """Parcels cut along the borders of banners.

    Parameters
    ----------
    site, banner : IntArray
        ``(p,)``, positions, by site; :data:`NOWHERE` for no banner.
    layer : PolygonLayer
        The pieces for the engine.
    area_m2 : FloatArray
        ``(p,)``.
    whole : IntArray
        ``(n,)``, the banner of parcels that lie in one, or in none; -2 for others.
    """

    site: IntArray
    banner: IntArray
    layer: PolygonLayer
    area_m2: FloatArray
    whole: IntArray


CUT = -2
"""Of :attr:`Pieces.whole`: a parcel of several pieces."""


@dataclass(frozen=True)
class Sites:
    """Parcels.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)`` valid polygons, EPSG:4490, lon,lat.
    """

    geometry: GeometryArray

    @cached_property
    def layer(self) -> PolygonLayer:
        """The parcels for the engine."""
        return _prepared(self.geometry)

    @cached_property
    def outlines(self) -> Outlines:
        """The outlines, for distances."""
        return Outlines.of(self.geometry)

    @cached_property
    def outline_start(self) -> IntArray:
        """First segment of each parcel in :attr:`outlines`, and the end."""
        return self.outlines.starts(len(self.geometry))

    @cached_property
    def area_m2(self) -> FloatArray:
        """Areas, edges straight in lon/lat, m2 ``(n,)``."""
        return self.layer.area_m2

    def pieces(self, banners: Zones | None) -> Pieces:
        """Cut parcels along the borders of banners; no parcel without banners."""
        whole = np.full(len(self.geometry), NOWHERE, dtype=np.int64)
        if banners is None:
            return _uncut(whole)
        pairs = overlap_pairs(
            self.layer, banners.apart, threads=THREADS, tolerance_m2=TOUCH_M2
        )
        size = len(self.geometry)
        count = np.bincount(pairs.left, minlength=size)
        inside = flat.sum_by(pairs.left, pairs.area_m2, size)
        rest = self.area_m2 - inside
        complete = rest <= TOUCH_M2 + 1e-9 * self.area_m2
        whole[pairs.left] = pairs.right
        cut = (count > 1) | ((count == 1) & ~complete)
        whole[cut] = CUT
        return self._cut(np.flatnonzero(cut), complete, whole, pairs, banners)

    def _cut(
        self,
        cut: IntArray,
        complete: BoolArray,
        whole: IntArray,
        pairs: Pairs,
        banners: Zones,
    ) -> Pieces:
        chosen = np.isin(pairs.left, cut)
        site, banner = pairs.left[chosen], pairs.right[chosen]
        shapes = intersection(self.geometry[site], banners.geometry[banner]).geometry
        open_ = cut[~complete[cut]]
        covered = union_by(site, shapes, len(self.geometry)).geometry
        rest = difference(self.geometry[open_], covered[open_]).geometry
        nowhere = np.full(len(open_), NOWHERE, dtype=np.int64)
        site = np.concatenate((site, open_))
        banner = np.concatenate((banner, nowhere))
        geometry = polygons_of(np.concatenate((shapes, rest)))
        order = np.lexsort((banner, site))
        layer = _prepared(geometry[order])
        return Pieces(site[order], banner[order], layer, layer.area_m2, whole)


def _uncut(whole: IntArray) -> Pieces:
    none = np.zeros(0, dtype=np.int64)
    layer = _prepared(np.zeros(0, dtype=object))
    return Pieces(none, none, layer, np.zeros(0), whole)


def _prepared(geometry: GeometryArray) -> PolygonLayer:
    return prepare(flat.from_geometry(geometry), CGCS2000, threads=THREADS)
