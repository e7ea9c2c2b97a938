"""Place, check and repair the parts of a layer, and keep what is left of them.

Most features of a large layer are sound. One pass over their bytes
(:mod:`geo.engine.screen`) finds those that certainly are: their bytes are kept as they
stand. Only the others become objects, which are examined and repaired.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import health as geometry_health
from geo.area import area
from geo.checks import require_plausible, require_plausible_points
from geo.engine import WkbLayer, read_wkb
from geo.engine.screen import Screened, screen
from geo.engine.wkb import READ
from geo.health import Health
from geo.messages import Note, listed
from geo.types import REGION, BoolArray, FloatArray
from geo.validity import repair
from layers.errors import LayerReadError
from layers.importing.decisions import Decision, divided
from layers.importing.keeping import FeatureKeeper
from layers.importing.options import ImportOptions
from layers.importing.overruling import overruled, require_prefix
from layers.importing.placing import Placement, place
from layers.importing.region import Region
from layers.importing.shifting import Shift, shift_of
from layers.importing.sources import Part, Source
from layers.readers.parts import WkbPart, as_table
from layers.readers.table import Table
from layers.vector import ID_COLUMNS, feature_ids, ids_of

MOST_MEASURED = 100_000
"""Features up to which the report states areas; the command ``area`` has them all."""
_MARGIN_DEGREES = 0.5
Progress = Callable[[int], None]
"""Told the features done so far."""


@dataclass
class Work:
    """What is gathered over the parts of a layer."""

    where: str
    options: ImportOptions
    keeper: FeatureKeeper
    health: Health = field(default_factory=Health)
    decisions: list[Decision] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    areas: list[pd.Series] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    rows: int = 0
    crs: CRS | None = None

    def say(self, notes: Iterable[Note]) -> None:
        """Add what was not said before, decisions apart."""
        decisions, rest = divided(notes)
        known = {(one.what, one.code, str(one.details)) for one in self.decisions}
        self.decisions += [
            one
            for one in decisions
            if (one.what, one.code, str(one.details)) not in known
        ]
        said = {(note.code, str(note.details)) for note in self.notes}
        self.notes += [one for one in rest if (one.code, str(one.details)) not in said]


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
            work.say(part.notes)
            _take_bytes(part, placement.crs, work)
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
    ids = _unique(ids, work)
    frame = placement.apply(table).set_axis(ids, axis=0)
    frame.index.name = "id"
    finite, lost = _finite(frame.geometry, work.where)
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


def _finite(geometry: gpd.GeoSeries, where: str) -> tuple[gpd.GeoSeries, list[Note]]:
    """Leave out what has a coordinate that is no number: nothing can be repaired."""
    points, owner = shapely.get_coordinates(geometry.to_numpy(), return_index=True)
    lost = np.unique(owner[~np.isfinite(points).all(axis=1)])
    if not len(lost):
        return geometry, []
    kept = np.ones(len(geometry), dtype=bool)
    kept[lost] = False
    names = [str(one) for one in geometry.index[lost]]
    details = {"where": where, "count": len(names), "features": listed(names)}
    return gpd.GeoSeries(geometry[kept]), [Note("repair_not_finite", details)]


def _unique(ids: pd.Index, work: Work) -> pd.Index:
    """Keep ids unique over the parts of a layer."""
    if work.taken.isdisjoint(ids):
        work.taken.update(ids)
        return ids
    names = []
    for name in ids:
        number, candidate = 2, name
        while candidate in work.taken:
            candidate, number = f"{name}-{number}", number + 1
        work.taken.add(candidate)
        names.append(candidate)
    unique: pd.Index = pd.Index(names, name="id", dtype=object)
    return unique


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


def _take_bytes(part: WkbPart, crs: CRS, work: Work) -> None:
    """Keep the sound features of a part as they stand, the others as :func:`_take`."""
    ids, notes = _named(part, work)
    offsets, data = _buffers(part.wkb)
    valid = part.wkb.is_valid().to_numpy(zero_copy_only=False)
    layer = read_wkb(data, offsets, valid)
    seen = screen(layer.rings, geometry_health.scale_of(crs))
    sound = (layer.fault == READ) & ~seen.doubtful & _plain(layer, offsets, data)
    sound &= ~_far(seen.box, sound, crs)
    close = gpd.GeoSeries(part.shapes(~sound), index=ids[~sound], crs=crs)
    finite, lost = _finite(close, work.where)
    _require_plausible(layer, sound, finite, ids, work.where)
    geometry_health.examine(close, work.health)
    repaired = repair(finite, work.where)
    work.rows += len(ids)
    work.crs = crs
    work.say([*notes, *lost, *repaired.notes])
    _keep(part, ids, sound, seen, repaired.geometry, work)


def _named(part: WkbPart, work: Work) -> tuple[pd.Index, list[Note]]:
    naming = [one for one in part.columns.column_names if one.lower() in ID_COLUMNS]
    frame = part.columns.select(naming).to_pandas()
    if not naming:
        frame = pd.DataFrame(index=range(len(part.wkb)))
    ids, notes = ids_of(frame, None, work.where, before=work.rows)
    return _unique(ids, work), notes


def _buffers(wkb: pa.BinaryArray) -> tuple[np.ndarray, np.ndarray]:
    """Offsets and bytes of an Arrow array, without a copy."""
    _, offsets, data = wkb.buffers()
    whole = np.frombuffer(offsets, np.int32)[wkb.offset : wkb.offset + len(wkb) + 1]
    return whole, np.frombuffer(data or b"", np.uint8)


def _plain(layer: WkbLayer, offsets: np.ndarray, data: np.ndarray) -> BoolArray:
    """Whether the bytes hold two coordinates per vertex and nothing else.

    A polygon has 9 bytes beside its rings; a multipolygon 9, and 9 for each part. A
    ring has 4 beside its vertices.
    """
    rings, size = layer.rings, layer.rings.size
    vertices = np.bincount(rings.feature, np.diff(rings.offsets), size)
    count = np.bincount(rings.feature, minlength=size)
    parts = np.bincount(rings.feature[~rings.is_hole], minlength=size)
    length = np.diff(offsets) - 16 * vertices - 4 * count
    usual = ((length == 9) & (parts == 1)) | (length == 9 + 9 * parts)
    usual[usual] = data[offsets[:-1][usual]] == 1
    return np.asarray(usual)


def _far(box: FloatArray, sound: BoolArray, crs: CRS) -> BoolArray:
    """Whether boxes lie outside the region; asked only where some could."""
    far = np.zeros(len(box), dtype=bool)
    if not sound.any():
        return far
    low, high = box[sound, :2].min(axis=0), box[sound, 2:].max(axis=0)
    x, y = np.meshgrid(*np.linspace(low, high, 9).T)
    degrees = coordinate_systems.to_degrees(
        np.column_stack([x.ravel(), y.ravel()]), crs
    )
    west, south, east, north = REGION
    inner = np.array([west, south]) + _MARGIN_DEGREES, np.array([east, north])
    within = (degrees > inner[0]) & (degrees < inner[1] - _MARGIN_DEGREES)
    if not within.all():
        far[sound] = geometry_health.outside_region(box[sound], crs)
    return far


def _require_plausible(
    layer: WkbLayer,
    sound: BoolArray,
    others: gpd.GeoSeries,
    ids: pd.Index,
    where: str,
) -> None:
    """Judge the part as a whole: some faults show only in all vertices together."""
    crs = coordinate_systems.require(others, where)
    rings = layer.rings
    owner = np.repeat(rings.feature, np.diff(rings.offsets))
    chosen = sound[owner]
    more, of = shapely.get_coordinates(others.to_numpy(), return_index=True)
    place_of = ids.get_indexer(others.index)
    require_plausible_points(
        np.concatenate([rings.coordinates[chosen], more]),
        np.concatenate([owner[chosen], place_of[of]]),
        crs,
        ids,
        where,
    )


def _keep(
    part: WkbPart,
    ids: pd.Index,
    sound: BoolArray,
    seen: Screened,
    repaired: gpd.GeoSeries,
    work: Work,
) -> None:
    """Put sound and repaired features together again in the order of the file."""
    again = ids.get_indexer(repaired.index)
    rows = np.concatenate([np.flatnonzero(sound), again])
    order = np.argsort(rows, kind="stable")
    values = repaired.to_numpy()
    shapes = pa.concat_arrays(
        [
            part.wkb.filter(pa.array(sound)).cast(pa.large_binary()),
            pa.array(shapely.to_wkb(values), type=pa.large_binary()),
        ]
    )
    boxes = np.concatenate([seen.box[sound], shapely.bounds(values).reshape(-1, 4)])
    if not len(rows):
        return
    kept = rows[order]
    work.keeper.add_columns(
        part.columns.take(pa.array(kept)),
        ids[kept],
        shapes.take(pa.array(order)),
        boxes[order],
        _kinds(part, sound) | set(repaired.geom_type.unique()),
    )


def _kinds(part: WkbPart, sound: BoolArray) -> set[str]:
    """Answer what the sound features are, by the byte after the byte order."""
    if not sound.any():
        return set()
    offsets, data = _buffers(part.wkb)
    # GDAL writes little-endian: the byte after the byte order holds the type.
    multi = data[offsets[:-1][sound] + 1] == shapely.GeometryType.MULTIPOLYGON
    return {"MultiPolygon" if one else "Polygon" for one in np.unique(multi)}
