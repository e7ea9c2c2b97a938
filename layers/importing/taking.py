"""Place, check and repair the parts of a layer, and keep what is left of them.

Most features of a large layer are sound. One pass over their bytes finds those that
certainly are (:mod:`layers.importing.by_bytes`): they are kept as they stand. Only the
others become objects, which are examined and repaired.
"""

from collections.abc import Callable

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


def gather(source: Source, work: Work, region: Region, progress: Progress) -> None:
    """Take all parts of a source.

    Raises
    ------
    DecisionNeededError
    LayerReadError, GeoError
    """
    placement: Placement | None = None
    shift: Shift | None = None
    carried: object = None
    for part in source.tables:
        if placement is None:
            placement = place(_objects(part, work), work.where, work.options, region)
            require_prefix(placement.crs, work.where, work.options)
            shift, decided = shift_of(placement.crs, work.options, work.where)
            work.decisions += [*placement.decisions, *decided]
            carried = _carried(part)
        elif _carried(part) != carried or getattr(part, "hints", None) is not None:
            again = place(_objects(part, work), work.where, work.options, region)
            if (again.crs, again.swap) != (placement.crs, placement.swap):
                raise LayerReadError("import_kinds_mixed", files=work.where)
        if isinstance(part, WkbPart) and _as_it_stands(part, placement, shift, work):
            # The compiler takes a second to load, and small files need none of it.
            from layers.importing.by_bytes import take_bytes

            work.say(part.notes)
            take_bytes(part, placement.crs, work)
        else:
            table = _objects(part, work)
            work.say(table.notes)
            _take(table, placement, shift, work)
        progress(work.rows)


def _objects(part: Part, work: Work) -> Table:
    """Answer a part with geometries as objects, rings and units as stated."""
    return overruled(as_table(part), work.where, work.options)


def _carried(part: Part) -> object:
    return part.crs if isinstance(part, WkbPart) else part.frame.crs


def _as_it_stands(
    part: WkbPart, placement: Placement, shift: Shift | None, work: Work
) -> bool:
    """Whether sound features need no change: no move, and no areas to be stated."""
    kept = placement.crs.to_authority() is not None and work.options.rings is None
    plain = kept and not placement.swap and shift is None
    return plain and part.total > MOST_MEASURED


def _take(table: Table, placement: Placement, shift: Shift | None, work: Work) -> None:
    """Place, check and repair one part, and keep it."""
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
    _measure(geometry, work)


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


def _measure(geometry: gpd.GeoSeries, work: Work) -> None:
    polygons = shapely.get_dimensions(geometry.to_numpy()) == 2
    if polygons.any() and work.rows <= MOST_MEASURED:
        work.areas.append(area(gpd.GeoSeries(geometry[polygons]), edges="official"))
    if work.rows == len(geometry) and polygons.all():
        geometry_health.compare_neighbours(geometry, work.health)
