"""Places of a layer in degrees, for who reads its report."""

import numpy as np
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.health import Health
from geo.types import BBox
from layers.importing.report import FaultModel


def degrees_box(bounds: BBox, crs: CRS) -> BBox:
    """Answer the box in lon/lat around the corners of a box in ``crs``."""
    west, south, east, north = bounds
    corners = np.array([(x, y) for x in (west, east) for y in (south, north)])
    found = coordinate_systems.to_degrees(corners, crs)
    low, high = found.min(axis=0), found.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def located(health: Health, crs: CRS) -> tuple[FaultModel, ...]:
    """Add lon/lat to the places of faults."""
    places = np.array([(one.x, one.y) for one in health.faults], dtype=float)
    degrees = coordinate_systems.to_degrees(places.reshape(-1, 2), crs)
    return tuple(
        FaultModel(
            kind=one.kind,
            feature=one.feature,
            x=_known(one.x),
            y=_known(one.y),
            lon=_known(float(lon)),
            lat=_known(float(lat)),
            value=one.value,
        )
        for one, (lon, lat) in zip(health.faults, degrees, strict=True)
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
