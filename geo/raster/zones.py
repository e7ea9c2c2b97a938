"""Zones at the door of a raster: checked, flattened, brought into its CRS."""

import geopandas as gpd
import numpy as np

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.area import ring_areas
from geo.authalic import LonLatForm
from geo.errors import GeometryError
from geo.raster.classes import ROUNDING
from geo.raster.lattice import Lattice
from geo.raster.project import to_plane
from geo.rings import Rings
from geo.types import BoolArray, FloatArray, IntArray


class Zones:
    """Zones ready to be laid over a lattice.

    Parameters
    ----------
    zones : GeoSeries
        lon,lat.
    lattice : Lattice
    where : str
        Names the raster in messages.

    Raises
    ------
    CRSError, GeometryError
        As :func:`geo.zonal.zonal`.
    """

    def __init__(
        self, zones: gpd.GeoSeries, lattice: Lattice, where: str = "raster"
    ) -> None:
        crs = coordinate_systems.require(zones, "zones")
        coordinate_systems.require_lonlat(crs)
        coordinate_systems.require_safe_datum(lattice.crs, where)
        rings = flat.from_geometry(zones.to_numpy())
        form = LonLatForm(coordinate_systems.ellipsoid(crs))
        self.area: FloatArray = ring_areas(rings, form)
        if not self.area.any():
            raise GeometryError("no_polygons", where="zones")
        self._exact = lattice.crs.is_geographic
        self.rings = rings if self._exact else to_plane(rings, lattice.crs)
        self._wholly_on = _wholly_on(self.rings, lattice)

    def closed(
        self, zone: IntArray, area: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Factor on each zone's covered areas, and its area beyond the lattice, m2.

        Together they make the covered areas and what is beyond add up to the zone.
        """
        covered = flat.sum_by(zone, area, len(self.area))
        beyond = self.area - covered
        small = self._wholly_on | (np.abs(beyond) <= ROUNDING * self.area)
        outside = np.where(small, 0.0, np.maximum(beyond, 0.0))
        if self._exact:
            return np.ones(len(covered)), outside
        fits = self._wholly_on & (covered > 0.0)
        scale = np.where(fits, self.area / np.where(fits, covered, 1.0), 1.0)
        return scale, outside


def _wholly_on(rings: Rings, lattice: Lattice) -> BoolArray:
    """Whether each zone's vertices all lie on the lattice."""
    x, y = rings.coordinates[:, 0] - lattice.x0, lattice.y0 - rings.coordinates[:, 1]
    off = (x < 0.0) | (x > lattice.x[-1]) | (y < 0.0) | (y > lattice.y[-1])
    owner = np.repeat(rings.feature, np.diff(rings.offsets))
    return np.bincount(owner[off], minlength=rings.size) == 0
