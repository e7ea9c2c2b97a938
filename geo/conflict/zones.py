"""A layer made ready to be checked against: indexed, and divided into classes."""

from dataclasses import dataclass
from functools import cached_property

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.conflict.outlines import Outlines
from geo.engine import Index, index
from geo.engine.dissolve import SelfOverlaps, self_overlaps
from geo.engine.nearest import SegmentIndex, index_segments
from geo.robust import difference, union_by
from geo.types import FloatArray, GeometryArray
from geo.validity import polygons_of

TOUCH_M2 = 1e-4
"""Pairs that share less only touch. The overlay uses 1e-3; a border shared with a noise
of 0.1 mm has to be seen here, and rounding of coordinates gives up to 1e-5 m2."""

THREADS = 2


@dataclass(frozen=True)
class Zones:
    """One layer of polygons.

    Parameters
    ----------
    features : GeoDataFrame
        ``(n,)`` valid polygons, EPSG:4490, unique index of text.
    class_names : tuple of (str or None)
        ``(n,)``, the sub-class of each feature.
    accuracy_m : FloatArray
        ``(n,)``; nan where unknown.
    change_m2 : FloatArray
        ``(n,)``, area that repair moved.
    """

    features: gpd.GeoDataFrame
    class_names: tuple[str | None, ...]
    accuracy_m: FloatArray
    change_m2: FloatArray

    @classmethod
    def of(cls, features: gpd.GeoDataFrame, class_name: str | None = None) -> "Zones":
        """Make a layer without repairs or known accuracy; a column may name classes."""
        size = len(features)
        names = [None] * size if class_name is None else list(features[class_name])
        return cls(features, tuple(names), np.full(size, np.nan), np.zeros(size))

    @property
    def ids(self) -> pd.Index:
        """Ids of the features, ``(n,)``."""
        return self.features.index

    @cached_property
    def geometry(self) -> GeometryArray:
        """The polygons, ``(n,)``."""
        return np.asarray(self.features.geometry.to_numpy(), dtype=object)

    @cached_property
    def index(self) -> Index:
        """The features as they are, for the engine."""
        return _indexed(self.geometry)

    @cached_property
    def own(self) -> SelfOverlaps:
        """Where features of the layer lie over each other."""
        return self_overlaps(
            self.index, CGCS2000, threads=THREADS, tolerance_m2=TOUCH_M2
        )

    @cached_property
    def apart(self) -> Index:
        """The features without what earlier ones cover: each place once."""
        if not len(self.own.left):
            return self.index
        size = len(self.geometry)
        order = np.argsort(self.own.right, kind="stable")
        earlier, later = self.own.left[order], self.own.right[order]
        covered = union_by(later, self.geometry[earlier], size).geometry
        shapes = self.geometry.copy()
        cut = np.unique(later)
        shapes[cut] = polygons_of(difference(shapes[cut], covered[cut]).geometry)
        return _indexed(shapes)

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The features by their boxes."""
        return shapely.STRtree(self.geometry)

    @cached_property
    def outlines(self) -> tuple[Outlines, SegmentIndex]:
        """The outlines, for distances, and their index."""
        own = Outlines.of(self.geometry).sorted()
        return own, index_segments(own.segments)


def _indexed(geometry: GeometryArray) -> Index:
    return index(flat.from_geometry(geometry), CGCS2000, threads=THREADS)
