"""Faults of geometries with places: what a report lists before anything moves."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.types import REGION, BoolArray, FloatArray, GeometryArray, IntArray

KINDS = (
    "empty",
    "not_finite",
    "z_or_m",
    "duplicate_point",
    "spike",
    "self_crossing",
    "ring_order",
    "sliver",
    "outside_region",
    "overlap",
    "gap",
)
MOST_LISTED = 1000
"""Faults of one kind that are listed with their place; all are counted."""

SPIKE_COSINE = float(np.cos(np.radians(1.0)))
SLIVER_WIDTH_M, SLIVER_AREA_M2 = 0.1, 1.0
"""Domain facts 2.5: narrower (2A/P) or smaller is listed, never dropped."""
_DEGREE_M = 111_320.0


class Scale(NamedTuple):
    """How sizes in the plane of the coordinates become metres, and what is small.

    Parameters
    ----------
    unit_m : float
        Metres per unit of length.
    shrink : bool
        Whether areas shrink with the cosine of the second coordinate (degrees).
    sliver_area_m2, sliver_width_m : float
        Smaller, or narrower (2A/P) by the same measure: doubtful.
    """

    unit_m: float
    shrink: bool
    sliver_area_m2: float
    sliver_width_m: float


@dataclass(frozen=True)
class Fault:
    """One fault.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    feature : str
        Id of the feature; two joined by " × " for neighbours.
    x, y : float
        Where, in the CRS of the layer; nan if it has no place.
    value : float or None
        Size in m2 or m where the kind has one.
    """

    kind: str
    feature: str
    x: float = float("nan")
    y: float = float("nan")
    value: float | None = None


@dataclass
class Health:
    """What was found, added up over the parts of a layer."""

    counts: Counter[str] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)

    def add(self, found: Iterable[Fault]) -> None:
        """Count faults and keep the first of each kind."""
        for fault in found:
            self.counts[fault.kind] += 1
            if self.counts[fault.kind] <= MOST_LISTED:
                self.faults.append(fault)

    def absorb(self, part: "Health") -> None:
        """Add what was found in the part of a layer that comes next."""
        seen: Counter[str] = Counter(self.counts)
        for fault in part.faults:
            seen[fault.kind] += 1
            if seen[fault.kind] <= MOST_LISTED:
                self.faults.append(fault)
        self.counts.update(part.counts)


def examine(geometry: gpd.GeoSeries, health: Health) -> None:
    """Add the faults of a layer, or of one part of it.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)``, placed, x,y order; index: feature ids. None, empty and not finite
        geometries are faults of their own and are not looked at further.
    health : Health
    """
    values = np.asarray(geometry.to_numpy(), dtype=object)
    labels = geometry.index.astype(str).to_numpy()
    absent = shapely.is_missing(values) | shapely.is_empty(values)
    health.add(Fault("empty", label) for label in labels[absent])
    points, owner = shapely.get_coordinates(values, return_index=True)
    broken = ~np.isfinite(points).all(axis=1)
    lost = np.unique(owner[broken])
    health.add(Fault("not_finite", labels[i]) for i in lost)
    high = shapely.get_coordinate_dimension(values) > 2
    health.add(Fault("z_or_m", label) for label in labels[high & ~absent])
    whole = ~absent
    whole[lost] = False
    if not whole.any():
        return
    crs = CRS.from_user_input(geometry.crs)
    sound, names = np.asarray(shapely.force_2d(values[whole])), labels[whole]
    _vertices(sound, names, health)
    _shapes(sound, names, crs, health)


def _vertices(values: GeometryArray, labels: FloatArray, health: Health) -> None:
    """Duplicate points and spikes along lines and rings."""
    chains, owner = _chains(values)
    points, chain = shapely.get_coordinates(chains, return_index=True)
    if len(points) < 2:
        return
    step = np.diff(points, axis=0)
    inside = chain[1:] == chain[:-1]
    twice = np.flatnonzero(inside & (step == 0).all(axis=1)) + 1
    health.add(
        Fault("duplicate_point", labels[owner[chain[i]]], *map(float, points[i]))
        for i in twice
    )
    length = np.hypot(*step.T)
    before, after = step[:-1], step[1:]
    # Damaged files hold numbers whose products overflow: no angle can be told there.
    with np.errstate(over="ignore", invalid="ignore"):
        dot = (before * after).sum(axis=1)
        straight_back = -SPIKE_COSINE * length[:-1] * length[1:]
    sharp = inside[:-1] & inside[1:] & (dot < straight_back)
    health.add(
        Fault("spike", labels[owner[chain[i]]], *map(float, points[i]))
        for i in np.flatnonzero(sharp) + 1
    )


def _chains(values: GeometryArray) -> tuple[GeometryArray, IntArray]:
    parts, owner = shapely.get_parts(values, return_index=True)
    polygonal = shapely.get_type_id(parts) == flat.POLYGON
    rings, of_part = shapely.get_rings(parts[polygonal], return_index=True)
    lines = np.isin(shapely.get_type_id(parts), (1, 2))
    chains = np.concatenate([rings, parts[lines]])
    owners = np.concatenate([owner[polygonal][of_part], owner[lines]])
    return chains, owners.astype(np.int64)


def _shapes(
    values: GeometryArray, labels: FloatArray, crs: CRS, health: Health
) -> None:
    """Crossings, ring order, slivers, and what lies outside the region."""
    invalid = np.flatnonzero(~shapely.is_valid(values))
    for i in invalid:
        reason = str(shapely.is_valid_reason(values[i]))
        place = re.search(r"\[(\S+) (\S+)\]", reason)
        x, y = map(float, place.groups()) if place else (float("nan"),) * 2
        health.add([Fault("self_crossing", labels[i], x, y)])
    rings = flat.from_geometry(values)
    if rings.size and len(rings.feature):
        usual = (rings.is_counterclockwise ^ rings.is_hole).astype(np.float64)
        share = flat.sum_by(rings.feature, usual, rings.size)
        count = np.bincount(rings.feature, minlength=rings.size)
        _add(health, "ring_order", (share > 0) & (share < count), values, labels)
    area, length = sizes(values, crs)
    thin = (area > 0) & ((area < SLIVER_AREA_M2) | (2 * area < SLIVER_WIDTH_M * length))
    _add(health, "sliver", thin, values, labels, area)
    outside = outside_region(shapely.bounds(values), crs)
    _add(health, "outside_region", outside, values, labels)


def sizes(values: GeometryArray, crs: CRS) -> tuple[FloatArray, FloatArray]:
    """Answer areas and lengths, m2 and m, good to a percent: enough to list by."""
    area, length = shapely.area(values), shapely.length(values)
    if not crs.is_geographic:
        unit = coordinate_systems.unit_m(crs)
        return area * unit**2, length * unit
    bounds = shapely.bounds(values)
    shrink = np.cos(np.radians(np.clip((bounds[:, 1] + bounds[:, 3]) / 2, -89, 89)))
    return area * _DEGREE_M**2 * shrink, length * _DEGREE_M


def scale_of(crs: CRS) -> Scale:
    """Answer how sizes are estimated, and below which of them a sliver begins."""
    unit = _DEGREE_M if crs.is_geographic else coordinate_systems.unit_m(crs)
    return Scale(unit, crs.is_geographic, SLIVER_AREA_M2, SLIVER_WIDTH_M)


def outside_region(bounds: FloatArray, crs: CRS) -> BoolArray:
    """Whether bounding boxes, ``(n, 4)``, lie outside the region as a whole."""
    corners = np.concatenate([bounds[:, :2], bounds[:, 2:]])
    degrees = coordinate_systems.to_degrees(corners, crs)
    low, high = degrees[: len(bounds)], degrees[len(bounds) :]
    west, south, east, north = REGION
    outside = (low[:, 0] > east) | (high[:, 0] < west)
    outside |= (low[:, 1] > north) | (high[:, 1] < south)
    return np.asarray(outside)


def _add(
    health: Health,
    kind: str,
    chosen: BoolArray,
    values: GeometryArray,
    labels: FloatArray,
    areas: FloatArray | None = None,
) -> None:
    rows = np.flatnonzero(chosen)
    of_rows = None if areas is None else areas[rows]
    health.add(faults_at(kind, values[rows], labels[rows], of_rows))


def faults_at(
    kind: str,
    shapes: GeometryArray,
    features: Iterable[str],
    areas: FloatArray | None = None,
) -> Iterator[Fault]:
    """Make a fault of each shape, in the middle of its box.

    Parameters
    ----------
    kind : str
        One of :data:`KINDS`.
    shapes : GeometryArray
        ``(n,)``, not empty.
    features : iterable of str
        ``n`` ids.
    areas : FloatArray or None
        ``(n,)``, m2.
    """
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2
    values = [None] * len(middle) if areas is None else areas.tolist()
    for feature, (x, y), value in zip(features, middle.tolist(), values, strict=True):
        yield Fault(kind, str(feature), x, y, value)
