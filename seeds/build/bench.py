"""What the builders share: built layers, the packages, and layers built before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
from affine import Affine
from numpy.typing import NDArray

from seeds.build.packages import Packages


@dataclass(frozen=True)
class Raster:
    """One band on a north-up grid in EPSG:4326.

    ``values`` are (ny, nx), rows from north to south; ``transform`` goes from
    column,row of cell corners to lon,lat.
    """

    values: NDArray[np.generic]
    transform: Affine
    nodata: float

    def masked(self) -> NDArray[np.float64]:
        """Give the values as floats, nan where there is none."""
        values = self.values.astype(np.float64)
        return np.where(values == self.nodata, np.nan, values)


@dataclass(frozen=True)
class Built:
    """A finished layer with what was measured on it.

    ``measures`` are the computed sides of the catalogue's figures, by key.
    """

    content: gpd.GeoDataFrame | Raster
    measures: Mapping[str, float] = field(default_factory=dict)
    categorical: bool = False


class Bench:
    """Builds each layer at most once, whoever asks for it.

    Parameters
    ----------
    packages : Packages
        Where source files are read from.
    builders : mapping
        Layer id to the function that builds it from a bench.
    """

    def __init__(
        self, packages: Packages, builders: Mapping[str, Callable[["Bench"], Built]]
    ) -> None:
        self.packages = packages
        self._builders = builders
        self._done: dict[str, Built] = {}

    def built(self, layer_id: str) -> Built:
        """Give the layer of that id, built now if it was not yet."""
        if layer_id not in self._done:
            self._done[layer_id] = self._builders[layer_id](self)
        return self._done[layer_id]

    def frame(self, layer_id: str) -> gpd.GeoDataFrame:
        """Give the table of a vector layer."""
        content = self.built(layer_id).content
        if not isinstance(content, gpd.GeoDataFrame):
            raise TypeError(f"{layer_id} is no vector layer")
        return content

    def raster(self, layer_id: str) -> Raster:
        """Give the band of a raster layer."""
        content = self.built(layer_id).content
        if not isinstance(content, Raster):
            raise TypeError(f"{layer_id} is no raster layer")
        return content
