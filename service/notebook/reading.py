"""A catalogue that also reads frames, and gives layers out as frames and arrays."""

from collections.abc import Hashable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Self

import geopandas as gpd
import pandas as pd
import shapely

from geo.crs import WORKING_CRS
from geo.types import BBox
from layers.loaded import VectorLayer
from service.notebook import arrays
from service.notebook.frames import frame_of, layer_of
from service.warm import WarmCatalog

if TYPE_CHECKING:
    import xarray

Asked = str | Path | gpd.GeoDataFrame
"""A layer's id, the path of a file, or a frame."""


@dataclass(frozen=True)
class Named:
    """What a layer is asked for under, and the labels of a frame's rows."""

    name: str
    labels: dict[str, Hashable]


@dataclass(frozen=True)
class FrameCatalog(WarmCatalog):
    """A catalogue whose layers can be frames.

    Parameters
    ----------
    frames : mapping of str to VectorLayer
        Frames at work, by the name they are asked for under.
    """

    frames: MappingProxyType[str, VectorLayer] = field(
        default_factory=lambda: MappingProxyType({})
    )

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        """Answer a vector layer as a frame; the same as :meth:`features`."""
        return self.features(name)

    def __iter__(self) -> Iterator[str]:
        """Go through the ids of all layers."""
        return iter(self.entries)

    def __contains__(self, name: object) -> bool:
        """Whether there is a layer of that id."""
        return name in self.entries

    def __len__(self) -> int:
        """Count the layers."""
        return len(self.entries)

    def _repr_html_(self) -> str:
        return str(self.layers.to_html())

    def vector(
        self,
        name: str,
        *,
        crs: str | None = None,
        part: str | None = None,
        encoding: str | None = None,
    ) -> VectorLayer:
        """Load a vector layer; see :meth:`layers.catalog.Catalog.vector`."""
        if name in self.frames:
            return self.frames[name]
        return super().vector(name, crs=crs, part=part, encoding=encoding)

    @property
    def layers(self) -> pd.DataFrame:
        """All layers by ``id``: title, kind, status, accuracy, licence, version."""
        rows = [
            {
                "id": spec.id,
                "title_en": spec.title.en,
                "title_zh": spec.title.zh,
                "theme": spec.theme,
                "kind": spec.geometry or spec.kind,
                "status": spec.status,
                "accuracy_m": spec.accuracy_m,
                "valid_time": spec.valid_time,
                "licence": spec.licence,
                "version": spec.version,
            }
            for spec in self.specs
        ]
        return pd.DataFrame(rows).set_index("id")

    def features(
        self, layer: str | Path, *, crs: str | None = None
    ) -> gpd.GeoDataFrame:
        """Read a vector layer or a file.

        Parameters
        ----------
        layer : str or Path
            Id or path.
        crs : str, optional
            States the CRS of a file that carries none.

        Returns
        -------
        GeoDataFrame
            ``(n,)``, EPSG:4490, x,y = lon,lat; valid, repaired where it had to be;
            the index ``id`` is text. ``attrs["layers"]`` says what the layer is,
            ``attrs["notes"]`` what was decided and repaired. It is the caller's to
            change.

        Raises
        ------
        EcobarrierError
            As :meth:`layers.catalog.Catalog.vector`.
        """
        return frame_of(self.vector(str(layer), crs=crs), str(layer))

    def array(
        self, raster: str | Path, *, bounds: BBox | gpd.GeoDataFrame | None = None
    ) -> "xarray.DataArray":
        """Read a raster layer or a GeoTIFF; see :func:`arrays.array_of`.

        Parameters
        ----------
        raster : str or Path
        bounds : BBox or GeoDataFrame, optional
            West, south, east, north in degrees, or a frame whose box is meant.

        Raises
        ------
        EcobarrierError
            As :meth:`layers.catalog.Catalog.raster`; ``extra_missing``.
        """
        box = bounds
        if isinstance(box, gpd.GeoDataFrame):
            west, south, east, north = box.to_crs(WORKING_CRS).total_bounds
            box = float(west), float(south), float(east), float(north)
        return arrays.array_of(self.raster(str(raster)), box)

    def profile(
        self, line: shapely.LineString, raster: str | Path, *, step_m: float = 1000.0
    ) -> pd.DataFrame:
        """Read a raster along a line; see :func:`service.notebook.arrays.profile_of`.

        Examples
        --------
        >>> line = shapely.LineString([(106, 40), (113, 41)])
        >>> from service.notebook import open_catalog
        >>> open_catalog().profile(line, "elevation", step_m=200_000)["value"].round()
        0    1021.0
        1    1213.0
        2    1460.0
        3    1561.0
        4    1467.0
        Name: value, dtype: float64
        """
        return arrays.profile_of(self.raster(str(raster)), line, step_m)

    def _with(self, *asked: Asked) -> tuple[Self, list[Named]]:
        """Answer a catalogue that knows the frames asked for, and the names of all."""
        frames: dict[str, VectorLayer] = {}
        named = []
        for one in asked:
            if not isinstance(one, gpd.GeoDataFrame):
                named.append(Named(str(one), {}))
                continue
            given = layer_of(one, self)
            # No id and no file has such a name.
            name = f"{given.layer.spec.id}@{given.layer.spec.sha256[:12]}"
            frames[name] = given.layer
            named.append(Named(name, given.labels))
        if not frames:
            return self, named
        return replace(self, frames=MappingProxyType(frames)), named
