"""Zones at the door of a raster: checked, flattened, brought into its CRS."""

from concurrent.futures import ThreadPoolExecutor

import geopandas as gpd
import numpy as np
import shapely

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.area import ring_areas
from geo.authalic import LonLatForm
from geo.checks import require_plausible
from geo.crs import MAX_EDGE_M
from geo.errors import CoordinateError, GeometryError
from geo.raster.classes import ROUNDING
from geo.raster.lattice import Lattice
from geo.raster.project import to_plane
from geo.rings import Rings
from geo.robust import intersection
from geo.types import BoolArray, FloatArray, IntArray
from geo.validity import require_valid


class Zones:
    """Zones ready to be laid over a lattice.

    Parameters
    ----------
    zones : GeoSeries
        lon,lat.
    lattice : Lattice

    Raises
    ------
    CRSError, CoordinateError, GeometryError
        As :func:`geo.zonal.zonal`.
    """

    def __init__(self, zones: gpd.GeoSeries, lattice: Lattice) -> None:
        crs = coordinate_systems.require(zones, "zones")
        coordinate_systems.require_lonlat(crs)
        require_plausible(zones, "zones")
        self._lattice = lattice
        self._geometry = zones.to_numpy()
        self._form = LonLatForm(coordinate_systems.ellipsoid(crs))
        rings = flat.from_geometry(self._geometry)
        if not len(rings.coordinates):
            raise GeometryError("no_polygons", where="zones")
        # Neither is needed before the cells are tallied, and each takes as long as a
        # good part of that.
        aside = ThreadPoolExecutor(1)
        self._checked = aside.submit(require_valid, zones, "zones")
        self._areas = aside.submit(ring_areas, rings, self._form)
        aside.shutdown(wait=False)
        self._exact = lattice.crs.is_geographic
        self.rings = rings if self._exact else _projected(rings, lattice, zones)
        self._wholly_on = _wholly_on(self.rings, lattice)

    @property
    def area(self) -> FloatArray:
        """Area of each zone, m2.

        Raises
        ------
        GeometryError
            As :class:`Zones`: what takes time to find is found beside the tally.
        """
        self._checked.result()
        area = self._areas.result()
        if not area.any():
            raise GeometryError("no_polygons", where="zones")
        return area

    def closed(self, zone: IntArray, area: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Factor on each zone's covered areas, and its area beyond the lattice, m2.

        Together they make the covered areas and what is beyond add up to the zone. On a
        projected lattice the factor balances what edges and partly covered cells are
        off; the area on the lattice comes from the geometry alone.
        """
        covered = flat.sum_by(zone, area, len(self.area))
        if self._exact:
            beyond = np.maximum(self.area - covered, 0.0)
            small = self._wholly_on | (beyond <= ROUNDING * self.area)
            return np.ones(len(covered)), np.where(small, 0.0, beyond)
        on_lattice = self.area.copy()
        partly = np.flatnonzero(~self._wholly_on & (covered > 0.0))
        on_lattice[partly] = np.minimum(self._part_on(partly), self.area[partly])
        on_lattice[covered == 0.0] = 0.0
        scale = on_lattice / np.where(covered > 0.0, covered, 1.0)
        return np.where(covered > 0.0, scale, 1.0), self.area - on_lattice

    def _part_on(self, chosen: IntArray) -> FloatArray:
        """Area of the parts of zones that lie on a projected lattice, m2."""
        lattice, crs = self._lattice, self._lattice.crs
        width = MAX_EDGE_M / coordinate_systems.unit_m(crs)
        east, south = lattice.x0 + lattice.x[-1], lattice.y0 - lattice.y[-1]
        frame = shapely.box(lattice.x0, south, east, lattice.y0)
        outline = shapely.transform(
            shapely.segmentize(frame, width),
            lambda points: coordinate_systems.to_degrees(points, crs),
        )
        outlines = np.full(len(chosen), outline, dtype=object)
        parts = intersection(self._geometry[chosen], outlines).geometry
        return ring_areas(flat.from_geometry(parts), self._form)


def _projected(rings: Rings, lattice: Lattice, zones: gpd.GeoSeries) -> Rings:
    try:
        return to_plane(rings, lattice.crs)
    except CoordinateError as error:
        feature = str(zones.index[int(str(error.details["feature"]))])
        raise CoordinateError(
            error.code, **{**error.details, "feature": feature}
        ) from None


def _wholly_on(rings: Rings, lattice: Lattice) -> BoolArray:
    """Whether each zone's vertices all lie on the lattice."""
    x, y = rings.coordinates[:, 0] - lattice.x0, lattice.y0 - rings.coordinates[:, 1]
    # A zone drawn along the edge may come back from lon/lat a rounding off.
    dx, dy = ROUNDING * lattice.x[1], ROUNDING * lattice.y[1]
    off = (x < -dx) | (x > lattice.x[-1] + dx) | (y < -dy) | (y > lattice.y[-1] + dy)
    owner = np.repeat(rings.feature, np.diff(rings.offsets))
    return np.asarray(np.bincount(owner[off], minlength=rings.size) == 0)
