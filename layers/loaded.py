"""Layers ready for work: a table of features, a grid of cells, and what they are."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import pandas as pd

from geo.grid import Grid, Window
from geo.messages import Note
from layers.models import LayerSpec

if TYPE_CHECKING:
    from layers.readers.raster import RasterFile


@dataclass(frozen=True)
class VectorLayer:
    """Features, what they are, and what was done to them.

    Parameters
    ----------
    spec : LayerSpec
        What the layer says of itself.
    features : GeoDataFrame
        ``(n,)``, n >= 1, in EPSG:4490, x,y = lon,lat degrees; 2-D, valid, not empty.
        Index: feature ids, unique text, named ``id``. Columns as in the file, and
        ``name_zh`` and ``name_en`` (None where the file has none). A column ``id`` of
        the file is the index now, or ``id_in_file`` where it differs from it.
    source_geometry : GeoSeries
        ``(n,)``, same index: repaired, in the CRS of the source and not densified;
        the official area rule is computed in the source's own plane.
    change_m2 : Series
        ``(n,)``, same index: area that repair added or removed, m2, >= 0.
    notes : tuple of Note
        Everything that was decided, repaired, left out or assumed.
    """

    spec: LayerSpec
    features: gpd.GeoDataFrame
    source_geometry: gpd.GeoSeries
    change_m2: pd.Series
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class RasterLayer:
    """One band of cells, and what it is.

    Parameters
    ----------
    spec : LayerSpec
        What the layer says of itself.
    file : RasterFile
        Where the cells are.
    """

    spec: LayerSpec
    file: "RasterFile"

    @property
    def grid(self) -> Grid:
        """Full resolution, first row in the north."""
        return self.file.grid

    @property
    def nodata(self) -> float | None:
        """The value for "no value" as stored; None if there is none."""
        return self.file.nodata

    @property
    def notes(self) -> tuple[Note, ...]:
        """Everything that was decided or assumed."""
        return self.file.notes

    @property
    def is_integer(self) -> bool:
        """Whether the values, scaled as they are read, are whole numbers."""
        return self.read(Window(0, 1, 0, 1)).dtype.kind in "iu"

    def read(self, window: Window) -> np.ma.MaskedArray:
        """Answer the cells of a window; see :meth:`RasterFile.read`."""
        return self.file.read(window)
