"""The frame of a parcel's map: its plane, its round scale, its coordinate grid."""

from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer

from geo.crs import WORKING_CRS
from geo.types import BBox, FloatArray
from service.sheet.projection import PAPERS, Frame, nice

_FILLED = 0.62
"""Share of the frame that the parcel takes in the direction it fills more."""
_LEAST = 200.0
_LINES = 4


@dataclass(frozen=True)
class SiteFrame(Frame):
    """A frame of any size.

    Parameters
    ----------
    width_mm, height_mm : float
    """

    width_mm: float = 116.0
    height_mm: float = 106.0

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the map in mm."""
        return self.width_mm, self.height_mm

    @property
    def plane_bounds(self) -> BBox:
        """West, south, east, north in metres of the plane."""
        x, y = self.centre
        half = self.denominator / 2000
        across, up = self.width_mm * half, self.height_mm * half
        return x - across, y - up, x + across, y + up

    def place_plane(self, points: FloatArray) -> FloatArray:
        """Millimetres from the map's upper left corner of places in the plane."""
        west, _, _, north = self.plane_bounds
        scale = 1000 / self.denominator
        return np.column_stack(
            [(points[:, 0] - west) * scale, (north - points[:, 1]) * scale]
        )

    def from_plane(self, points: FloatArray) -> FloatArray:
        """Lon/lat of places in the plane, ``(n, 2)``."""
        step = Transformer.from_crs(self.crs, WORKING_CRS, always_xy=True)
        return np.column_stack(step.transform(points[:, 0], points[:, 1]))


def site_frame(
    points: FloatArray, plane: CRS, width: float, height: float
) -> SiteFrame:
    """Choose the scale so that points fill most of the frame.

    Parameters
    ----------
    points : FloatArray
        ``(n, 2)``, lon/lat.
    plane : CRS
        Metres.
    width, height : float
        Of the map, mm.
    """
    step = Transformer.from_crs(WORKING_CRS, plane, always_xy=True)
    placed = np.column_stack(step.transform(points[:, 0], points[:, 1]))
    low, high = placed.min(axis=0), placed.max(axis=0)
    across, up = (high - low).tolist()
    needed = max(across / width, up / height) * 1000 / _FILLED
    x, y = ((low + high) / 2).tolist()
    code = plane.to_epsg()
    return SiteFrame(
        PAPERS["A4"],
        plane,
        "" if code is None else f"EPSG:{code}",
        float(meridian_of(plane)),
        nice(max(needed, _LEAST)),
        (x, y),
        width,
        height,
    )


def meridian_of(plane: CRS) -> float:
    """Answer the central meridian of a plane, degrees east."""
    operation = plane.coordinate_operation
    if operation is None:
        return 0.0
    found = (one for one in operation.params if "ongitude" in one.name)
    return next((float(one.value) for one in found), 0.0)


def grid_step(frame: SiteFrame) -> float:
    """Answer metres between the lines of the grid: some four to nine of them."""
    goal = frame.denominator / 1000 * min(frame.size) / _LINES
    power = 10 ** np.floor(np.log10(goal))
    return float(max(one * power for one in (1, 2, 5) if one * power <= goal))


def grid_values(low: float, high: float, frame: SiteFrame) -> list[float]:
    """Answer the round coordinates between two ends."""
    step = grid_step(frame)
    first = np.ceil(low / step) * step
    return [float(one) for one in np.arange(first, high, step)]
