"""Bring a datum that has no public path to CGCS2000 there, as the person says."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo import crs as coordinate_systems
from geo import crs_names
from geo.datum_shift import to_cgcs2000
from geo.errors import CRSError
from geo.types import FloatArray
from layers.importing.decisions import Decision
from layers.importing.options import ImportOptions


@dataclass(frozen=True)
class Shift:
    """From one CRS to the same plane, or lon/lat, on CGCS2000.

    Parameters
    ----------
    source, target : CRS
    parameters : tuple of float
        Seven, or none where the datum is only taken for CGCS2000.
    """

    source: CRS
    target: CRS
    parameters: tuple[float, ...]

    def apply(self, geometry: gpd.GeoSeries) -> gpd.GeoSeries:
        """Move every vertex; the index is kept."""
        values = geometry.to_numpy()
        if self.parameters:
            values = shapely.transform(values, self._moved)
        return gpd.GeoSeries(values, index=geometry.index, crs=self.target)

    def _moved(self, points: FloatArray) -> FloatArray:
        degrees = coordinate_systems.to_degrees(points, self.source)
        moved = to_cgcs2000(degrees, self.source, self.parameters)
        if self.target.is_geographic:
            return moved
        step = Transformer.from_crs(
            self.target.geodetic_crs, self.target, always_xy=True
        )
        return np.column_stack(step.transform(*moved.T))


def shift_of(
    crs: CRS, options: ImportOptions, where: str
) -> tuple[Shift | None, list[Decision]]:
    """Answer how to leave an unsafe datum; nothing for a safe one.

    Raises
    ------
    CRSError
        ``import_datum_unsafe`` unless parameters or ``approximate`` are given.
    """
    if coordinate_systems.datum(crs) != "unsafe":
        return None, []
    name = coordinate_systems.name(crs)
    target = _on_cgcs2000(crs)
    if target is None or not (options.parameters or options.approximate):
        raise CRSError("import_datum_unsafe", where=where, crs=name)
    parameters = options.parameters
    if parameters:
        to_cgcs2000(np.zeros((0, 2)), crs, parameters)
    told = ", ".join(f"{value:g}" for value in parameters)
    code = "decision_datum_parameters" if parameters else "decision_datum_approximate"
    details = {"where": where, "crs": name}
    details |= {"parameters": told} if parameters else {}
    option = "--parameters" if parameters else "--approximate"
    decision = Decision("datum", "cgcs2000", code, details, (), option)
    return Shift(crs, target, parameters), [decision]


def _on_cgcs2000(crs: CRS) -> CRS | None:
    if crs.is_geographic:
        return CRS.from_epsg(4490)
    plane = crs_names.plane_of(crs)
    if plane is None:
        return None
    return CRS.from_epsg(plane._replace(datum="cgcs2000").epsg)
