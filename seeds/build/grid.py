"""Fields on a square grid of the working plane, and the shapes they enclose."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import contourpy
import numpy as np
import shapely
from affine import Affine
from numpy.typing import NDArray
from rasterio.features import rasterize
from rasterio.warp import Resampling, reproject
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Raster
from seeds.build.plane import PLANE, lonlat_of, tidy, to_plane

Field = NDArray[np.float64]
Mask = NDArray[np.bool_]
_Filled = tuple[list[NDArray[np.float64]], list[NDArray[np.uint32]]]

_ENVELOPES = Path(__file__).parent / "envelopes.geojson"


@dataclass(frozen=True)
class Grid:
    """Square cells over ``(left, bottom, right, top)`` of the plane, all in metres.

    Fields are (ny, nx), rows from north to south, values at cell centres.
    """

    bounds: tuple[float, float, float, float]
    cell: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        left, bottom, right, top = self.bounds
        return round((top - bottom) / self.cell), round((right - left) / self.cell)

    @property
    def transform(self) -> Affine:
        """From column,row of cell corners to the plane."""
        return Affine(self.cell, 0, self.bounds[0], 0, -self.cell, self.bounds[3])

    @property
    def axes(self) -> tuple[Field, Field]:
        """Coordinates of cell centres, eastward (nx,) and southward (ny,)."""
        rows, columns = self.shape
        x = self.bounds[0] + (np.arange(columns, dtype=np.float64) + 0.5) * self.cell
        y = self.bounds[3] - (np.arange(rows, dtype=np.float64) + 0.5) * self.cell
        return x, y

    def lonlat(self) -> tuple[Field, Field]:
        """Longitude and latitude of the cell centres, each (ny, nx)."""
        east, south = self.axes
        x, y = np.meshgrid(east, south)
        return lonlat_of(x, y)

    def warp(
        self, raster: Raster, resampling: Resampling = Resampling.bilinear
    ) -> Field:
        """Carry a lon/lat raster over; nan where it has no value."""
        target = np.full(self.shape, np.nan, np.float64)
        reproject(
            raster.masked(),
            target,
            src_transform=raster.transform,
            src_crs="EPSG:4326",
            src_nodata=np.nan,
            dst_transform=self.transform,
            dst_crs=PLANE,
            dst_nodata=np.nan,
            resampling=resampling,
        )
        return target

    def share(self, raster: Raster, classes: list[int]) -> Field:
        """Bilinear share, 0 to 1, of some classes of a class raster."""
        member = np.isin(raster.values, classes).astype(np.float64)
        return self.warp(Raster(member, raster.transform, np.nan))

    def mask(self, geometry: BaseGeometry, *, touched: bool = False) -> Mask:
        """Cells whose centre lies in a geometry of the plane, or that it touches."""
        burned = rasterize(
            [geometry], self.shape, transform=self.transform, all_touched=touched
        )
        return np.asarray(burned, dtype=np.bool_)

    def distance(self, mask: Mask) -> Field:
        """Metres from each cell centre to the nearest masked one."""
        return np.asarray(ndimage.distance_transform_edt(~mask)) * self.cell

    def blur(self, field: Field, sigma_m: float) -> Field:
        """Gaussian mean over the cells that have a value."""
        sigma = sigma_m / self.cell
        known = np.isfinite(field)
        total = ndimage.gaussian_filter(np.where(known, field, 0.0), sigma)
        weight = ndimage.gaussian_filter(known.astype(np.float64), sigma)
        return np.asarray(total / np.maximum(weight, 1e-6))

    def outline(
        self, field: Field, level: float, *, min_part: float, min_hole: float
    ) -> BaseGeometry:
        """Where the field is at least ``level``, in the plane.

        The edge is interpolated between cell centres, so it has no stairs. Parts and
        holes smaller than given, in square metres, are dropped and filled.
        """
        rim = np.where(np.isfinite(field), field, level - 1)
        rim[[0, -1], :] = rim[:, [0, -1]] = level - 1
        x, y = self.axes
        generator = contourpy.contour_generator(
            x, y[::-1], rim[::-1], fill_type=contourpy.FillType.OuterOffset
        )
        # What `filled` returns depends on the fill type; this one gives two lists.
        points, offsets = cast("_Filled", generator.filled(level, np.inf))
        shapes = [
            _polygon([ring for ring in np.split(ps, at[1:-1]) if len(ring) > 3])
            for ps, at in zip(points, offsets, strict=True)
        ]
        return tidy(
            shapely.union_all(shapely.make_valid(np.array(shapes))),
            min_part=min_part,
            min_hole=min_hole,
        )


def ramp(values: Field, low: float, high: float) -> Field:
    """0 at ``low`` and below, 1 at ``high`` and above, linear between."""
    return np.clip((values - low) / (high - low), 0.0, 1.0)


def envelope(name: str) -> BaseGeometry:
    """Read a hand-drawn outline into the plane, its corners rounded by Chaikin."""
    table = json.loads(_ENVELOPES.read_text(encoding="utf-8"))
    drawn = {item["properties"]["id"]: item["geometry"] for item in table["features"]}
    ring = np.asarray(drawn[name]["coordinates"][0])[:-1]
    for _ in range(2):
        following = np.roll(ring, -1, axis=0)
        ring = np.stack(
            [0.75 * ring + 0.25 * following, 0.25 * ring + 0.75 * following], axis=1
        ).reshape(-1, 2)
    return to_plane(shapely.segmentize(shapely.Polygon(ring), 0.05))


def _polygon(rings: list[NDArray[np.float64]]) -> shapely.Polygon:
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()
