"""Place, check and repair the parts of a layer, and keep what is left of them.

Most features of a large layer are sound. One pass over their bytes finds those that
certainly are (:mod:`layers.importing.by_bytes`): they are kept as they stand. Only the
others become objects, which are examined and repaired.
"""

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import health as geometry_health
from geo.area import area
from geo.checks import require_plausible
from geo.messages import Note
from geo.validity import repair, without_not_finite
from layers.errors import LayerReadError
from layers.importing.overruling import overruled, require_prefix
from layers.importing.placing import Placement, place
from layers.importing.region import Region
from layers.importing.shifting import Shift, shift_of
from layers.importing.sources import Part, Source
from layers.importing.work import Work
from layers.readers.parts import WkbPart, as_table
from layers.readers.table import Table
from layers.vector import feature_ids

MOST_MEASURED = 100_000
"""Features up to which the report states areas; the command ``area`` has them all."""
Progress = Callable[[int], None]
"""Told the features done so far."""


@dataclass(frozen=True)
class Course:
    """What the first part of a layer decides for all of them.

    Parameters
    ----------
    placement : Placement
    shift : Shift or None
    most_measured : int
        Features up to which areas are stated.
    """

    placement: Placement
    shift: Shift | None
    most_measured: int


def gather(source: Source, work: Work, region: Region, progress: Progress) -> None:
    """Take all parts of a source.

    Raises
    ------
    DecisionNeededError
    LayerReadError, GeoError
    """
    course: Course | None = None
    carried: object = None
    for part in source.tables:
        if course is None:
            course, carried = settled(part, work, region), carried_crs(part)
        elif carried_crs(part) != carried or getattr(part, "hints", None) is not None:
            require_same_place(part, course, work, region)
        one = work.of_part()
        take(part, course, one)
        work.absorb(one)
        progress(work.rows)


def settled(part: Part, work: Work, region: Region) -> Course:
    """Decide by the first part where the layer is, and note it.

    Raises
    ------
    DecisionNeededError
    CRSError
    """
    placement = place(_objects(part, work), work.where, work.options, region)
    require_prefix(placement.crs, work.where, work.options)
    shift, decided = shift_of(placement.crs, work.options, work.where)
    work.decisions += [*placement.decisions, *decided]
    return Course(placement, shift, MOST_MEASURED)


def require_same_place(part: Part, course: Course, work: Work, region: Region) -> None:
    """Refuse a later part that lies elsewhere by what it says of itself.

    Raises
    ------
    LayerReadError
        ``import_kinds_mixed``.
    """
    again = place(_objects(part, work), work.where, work.options, region)
    if (again.crs, again.swap) != (course.placement.crs, course.placement.swap):
        raise LayerReadError("import_kinds_mixed", files=work.where)


def carried_crs(part: Part) -> object:
    """Answer the CRS that a part says it has."""
    return part.crs if isinstance(part, WkbPart) else part.frame.crs


def take(part: Part, course: Course, work: Work) -> None:
    """Place, check and repair one part; the same here and in a worker.

    Parameters
    ----------
    part : Table or WkbPart
    course : Course
    work : Work
        Of this part; see :meth:`layers.importing.work.Work.of_part`.

    Raises
    ------
    LayerReadError, GeoError
    """
    if isinstance(part, WkbPart) and _as_it_stands(part, course, work):
        # The compiler takes a second to load, and small files need none of it.
        from layers.importing.by_bytes import take_bytes

        work.say(part.notes)
        take_bytes(part, course.placement.crs, work)
    else:
        table = _objects(part, work)
        work.say(table.notes)
        _take(table, course, work)


def _objects(part: Part, work: Work) -> Table:
    """Answer a part with geometries as objects, rings and units as stated."""
    return overruled(as_table(part), work.where, work.options)


def _as_it_stands(part: WkbPart, course: Course, work: Work) -> bool:
    """Whether sound features need no change: no move, and no areas to be stated."""
    placement = course.placement
    kept = placement.crs.to_authority() is not None and work.options.rings is None
    plain = kept and not placement.swap and course.shift is None
    return plain and part.total > course.most_measured


def _take(table: Table, course: Course, work: Work) -> None:
    """Place, check and repair one part, and keep it."""
    placement, shift = course.placement, course.shift
    ids, notes = feature_ids(table, work.where, before=work.rows)
    ids = work.unique(ids)
    frame = placement.apply(table).set_axis(ids, axis=0)
    frame.index.name = "id"
    finite, lost = without_not_finite(frame.geometry, work.where)
    # Before anything is computed: products of what is beyond reason overflow.
    require_plausible(finite, work.where)
    geometry_health.examine(frame.geometry, work.health)
    repaired = repair(finite, work.where)
    work.rows += len(frame)
    work.say([*notes, *lost, *repaired.notes])
    geometry = repaired.geometry if shift is None else shift.apply(repaired.geometry)
    geometry = _coded(geometry, work)
    work.crs = CRS.from_user_input(geometry.crs)
    if not len(geometry):
        return
    attributes = pd.DataFrame(frame.drop(columns="geometry"))
    work.keeper.add(gpd.GeoDataFrame(attributes.loc[geometry.index], geometry=geometry))
    _measure(geometry, work, course.most_measured)


def _coded(geometry: gpd.GeoSeries, work: Work) -> gpd.GeoSeries:
    """Keep a CRS that has a code; bring any other to EPSG:4490."""
    crs = CRS.from_user_input(geometry.crs)
    if crs.to_authority() is not None:
        return geometry
    code = crs.to_epsg(min_confidence=60)
    if code is not None and coordinate_systems.parse(f"EPSG:{code}").equals(
        crs, ignore_axis_order=True
    ):
        return geometry.set_crs(code, allow_override=True)
    moved, notes = coordinate_systems.to_working(geometry, work.where)
    details = {"where": work.where, "crs": coordinate_systems.name(crs)}
    work.say([*notes, Note("decision_crs_kept", details)])
    return repair(moved, work.where).geometry


def _measure(geometry: gpd.GeoSeries, work: Work, most: int) -> None:
    polygons = shapely.get_dimensions(geometry.to_numpy()) == 2
    if polygons.any() and work.rows <= most:
        work.areas.append(area(gpd.GeoSeries(geometry[polygons]), edges="official"))
