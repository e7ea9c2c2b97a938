"""Repair of geometries, with a note of everything that changed.

Polygons are rebuilt by structure (GEOS ``MakeValid``, structure method): shells are
merged and holes taken out, so that a bowtie keeps both wings and overlapping parts
count once. A zero-width buffer loses one wing of a bowtie (shapely#462) and is not
used anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import crs as coordinate_systems
from geo import rings as flat
from geo.area import lonlat_area, plane_area
from geo.checks import require_finite
from geo.errors import GeometryError
from geo.messages import Note, listed
from geo.types import BoolArray, FloatArray, GeometryArray

COLLECTION = 7
_NARROWER = (flat.LINES, (0,))
"""What a collection without polygons is made of, by type ids: lines, else points."""
_MULTI: dict[int, Callable[[Any], BaseGeometry]] = {
    0: shapely.MultiPoint,
    1: shapely.MultiLineString,
    flat.POLYGON: shapely.MultiPolygon,
}
"""Type id of a geometry collection in shapely."""


@dataclass(frozen=True)
class Repaired:
    """Geometries that every computation can use, and what was done to get there.

    Parameters
    ----------
    geometry : GeoSeries
        ``(m,)``, a subset of the input's index in its order: 2-D, not empty, valid.
    notes : tuple of Note
        One note per kind of change; empty when nothing changed.
    change_m2 : Series
        ``(m,)``, how much area the repair of each feature added or removed,
        >= 0; 0 where nothing was repaired.
    """

    geometry: gpd.GeoSeries
    notes: tuple[Note, ...]
    change_m2: pd.Series


def repair(geometry: gpd.GeoSeries, where: str) -> Repaired:
    """Drop what is empty, flatten Z, keep polygons, turn rings, make valid.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)``, with a CRS, x,y order.
    where : str
        Names the layer or file in notes.

    Returns
    -------
    Repaired
        Nothing disappears without a note that lists the features.

    Raises
    ------
    CRSError
        ``crs_missing`` or ``crs_not_horizontal``.
    CoordinateError
        ``coordinates_not_finite``: there is nothing to repair towards.
    """
    crs = coordinate_systems.require(geometry, where)
    require_finite(geometry, where)
    notes: list[Note] = []
    kept = _without_empty(geometry, where, notes)
    values = _two_dimensional(kept, where, notes)
    values = _without_collections(values, kept.index, where, notes)
    values = _consistently_wound(values, kept.index, where, notes)
    values, change = _valid(values, kept.index, crs, where, notes)
    result = gpd.GeoSeries(values, index=kept.index, crs=geometry.crs)
    gone = result.is_empty.to_numpy()
    if gone.any():
        notes.append(_note("repair_nothing_left", where, kept.index, gone))
    change_m2 = pd.Series(change, index=kept.index, name="change_m2")
    return Repaired(gpd.GeoSeries(result[~gone]), tuple(notes), change_m2[~gone])


def without_not_finite(
    geometry: gpd.GeoSeries, where: str
) -> tuple[gpd.GeoSeries, list[Note]]:
    """Leave out what has a coordinate that is no number: nothing can be repaired.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)``; None and empty geometries stay.
    where : str
        Names the layer or file in the note.

    Returns
    -------
    GeoSeries, list of Note
        A subset in the same order; a note that names what was left out.
    """
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    lost = np.zeros(len(geometry), dtype=bool)
    lost[owner[~np.isfinite(points).all(axis=1)]] = True
    if not lost.any():
        return geometry, []
    note = _note("repair_not_finite", where, geometry.index, lost)
    return gpd.GeoSeries(geometry[~lost]), [note]


def require_valid(geometry: gpd.GeoSeries, where: str) -> None:
    """Refuse geometries on which GEOS would abort or answer nonsense.

    Parameters
    ----------
    geometry : GeoSeries
        ``(n,)``; ``None`` and empty geometries pass.
    where : str
        Names the layer in the message.

    Raises
    ------
    GeometryError
        ``geometry_invalid``, naming the first feature at fault.
    """
    values = np.asarray(geometry.to_numpy(), dtype=object)
    invalid = ~(shapely.is_valid(values) | shapely.is_missing(values))
    if invalid.any():
        first = int(np.argmax(invalid))
        raise GeometryError(
            "geometry_invalid",
            where=where,
            feature=str(geometry.index[first]),
            reason=str(shapely.is_valid_reason(values[first])),
        )


def _note(
    code: str, where: str, index: pd.Index, chosen: BoolArray, **more: object
) -> Note:
    """Count and name the features that something happened to."""
    names = [str(label) for label in index[chosen]]
    details = {"where": where, "count": len(names), "features": listed(names)}
    return Note(code, {**details, **more})


def _without_empty(
    geometry: gpd.GeoSeries, where: str, notes: list[Note]
) -> gpd.GeoSeries:
    missing = (geometry.isna() | geometry.is_empty).to_numpy()
    if missing.any():
        notes.append(_note("repair_empty", where, geometry.index, missing))
    return gpd.GeoSeries(geometry[~missing])


def _two_dimensional(
    geometry: gpd.GeoSeries, where: str, notes: list[Note]
) -> GeometryArray:
    values = np.asarray(geometry.to_numpy(), dtype=object)
    # has_z is false for a geometry whose first Z is NaN (shapely#1524): ask the
    # coordinate dimension instead.
    has_z = shapely.get_coordinate_dimension(values) > 2
    if has_z.any():
        notes.append(_note("repair_flattened", where, geometry.index, has_z))
    return np.asarray(shapely.force_2d(values))


def _without_collections(
    values: GeometryArray, index: pd.Index, where: str, notes: list[Note]
) -> GeometryArray:
    mixed = shapely.get_type_id(values) == COLLECTION
    if mixed.any():
        notes.append(_note("repair_collection", where, index, mixed))
        values = values.copy()
        values[mixed] = _widest_parts(values[mixed])
    return values


def _widest_parts(geometry: GeometryArray) -> GeometryArray:
    """Keep of each collection its polygons, else its lines, else its points."""
    result = polygons_of(geometry)
    for kinds in _NARROWER:
        left = shapely.is_empty(result)
        result[left] = _regrouped(geometry[left], kinds)
    return result


def _consistently_wound(
    values: GeometryArray, index: pd.Index, where: str, notes: list[Note]
) -> GeometryArray:
    """Orient features whose rings contradict each other; all clockwise is a habit."""
    rings = flat.from_geometry(values)
    usual = (rings.is_counterclockwise ^ rings.is_hole).astype(np.float64)
    share = flat.sum_by(rings.feature, usual, rings.size)
    count = np.bincount(rings.feature, minlength=rings.size)
    mixed = (share > 0.0) & (share < count)
    if mixed.any():
        notes.append(_note("repair_winding", where, index, mixed))
        values = values.copy()
        values[mixed] = shapely.orient_polygons(values[mixed])
    return values


def polygons_of(geometry: GeometryArray) -> GeometryArray:
    """Keep the polygon parts of each geometry as one polygon or multipolygon.

    Parameters
    ----------
    geometry : GeometryArray
        ``(n,)``; collections may be nested.

    Returns
    -------
    GeometryArray
        ``(n,)``; an empty polygon where there are no polygon parts.
    """
    return _regrouped(geometry, (flat.POLYGON,))


def _regrouped(geometry: GeometryArray, kinds: tuple[int, ...]) -> GeometryArray:
    gather = _MULTI[kinds[0]]
    parts, owner = flat.simple_parts(geometry, kinds)
    counts = np.bincount(owner, minlength=len(geometry))
    result = np.full(len(geometry), shapely.Polygon(), dtype=object)
    starts = np.concatenate(([0], np.cumsum(counts)))
    for i in np.flatnonzero(counts):
        group = parts[starts[i] : starts[i + 1]]
        result[i] = group[0] if len(group) == 1 else gather(list(group))
    return result


def _valid(
    values: GeometryArray,
    index: pd.Index,
    crs: CRS,
    where: str,
    notes: list[Note],
) -> tuple[GeometryArray, FloatArray]:
    change = np.zeros(len(values))
    invalid = ~shapely.is_valid(values)
    if not invalid.any():
        return values, change
    broken = values[invalid]
    mended = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    before, after = _areas(broken, crs), _areas(mended, crs)
    notes.extend(
        Note(
            "repair_invalid",
            {
                "where": where,
                "feature": str(label),
                "reason": str(shapely.is_valid_reason(geometry)),
                "before_m2": float(old),
                "after_m2": float(new),
            },
        )
        for label, geometry, old, new in zip(
            index[invalid], broken, before, after, strict=True
        )
    )
    values = values.copy()
    values[invalid] = mended
    change[invalid] = np.abs(after - before)
    return values, change


def _areas(geometry: GeometryArray, crs: CRS) -> FloatArray:
    """Areas in m2 for the notes, vertex by vertex in the layer's own coordinates."""
    if crs.is_geographic:
        return lonlat_area(geometry, coordinate_systems.ellipsoid(crs))
    return plane_area(geometry, crs)
