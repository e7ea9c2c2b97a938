"""Parcels to be checked: read like an import, with its decisions, but not published."""

from dataclasses import dataclass, replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.checks import require_plausible
from geo.messages import Note, listed
from geo.types import BoolArray
from geo.validity import repair
from layers.errors import LayerReadError
from layers.importing.decisions import Decision, divided
from layers.importing.options import ImportOptions
from layers.importing.overruling import UNITS_M2
from layers.importing.placing import place
from layers.importing.region import Region
from layers.importing.shifting import shift_of
from layers.importing.sources import SourceFile, open_source
from layers.readers.limits import ReadLimits
from layers.readers.parcels_txt import STATED_AREA
from layers.readers.parts import WkbPart
from layers.readers.table import Table
from layers.vector import feature_ids, index_freed, with_names

NUMBER_COLUMNS = ("dkbh", "编号", "地块编号", "number", "bh", "bsm")
USE_COLUMNS = ("dkyt", "用途", "地块用途", "use", "yt", "ghyt")
"""Columns that a parcel's number and use are taken from, in any case."""

READING = ImportOptions(id="parcels")
"""Options that leave every decision to the reader."""


@dataclass(frozen=True)
class ParcelFile:
    """One file of parcels, and how it was read.

    Parameters
    ----------
    source : SourceFile
    crs : CRS
        Of the coordinates.
    features : GeoDataFrame
        ``(n,)`` valid polygons, EPSG:4490; index: ids, unique in the file. Columns as
        in the file, and ``name_zh`` and ``name_en``.
    source_geometry : GeoSeries
        ``(n,)``, same index, in ``crs``, edges as drawn.
    change_m2 : Series
        ``(n,)``, area that repair moved.
    stated_m2 : Series
        ``(n,)``, what the file states, in the unit decided; nan where it states none.
    decisions : tuple of Decision
    notes : tuple of Note
    """

    source: SourceFile
    crs: CRS
    features: gpd.GeoDataFrame
    source_geometry: gpd.GeoSeries
    change_m2: pd.Series
    stated_m2: pd.Series
    decisions: tuple[Decision, ...]
    notes: tuple[Note, ...]

    @property
    def crs_name(self) -> str:
        """Code or name of the CRS."""
        return coordinate_systems.name(self.crs)

    def part(self, first: int, last: int) -> "ParcelFile":
        """Answer the same file with some of its parcels only."""
        return replace(
            self,
            features=gpd.GeoDataFrame(self.features.iloc[first:last]),
            source_geometry=gpd.GeoSeries(self.source_geometry.iloc[first:last]),
            change_m2=self.change_m2.iloc[first:last],
            stated_m2=self.stated_m2.iloc[first:last],
        )


def read_parcels(
    path: Path,
    region: Region,
    options: ImportOptions = READING,
    limits: ReadLimits | None = None,
) -> ParcelFile:
    """Read one file of parcels.

    Parameters
    ----------
    path : Path
        Of any format that can be imported.
    region : Region
        What a question is asked with.
    options : ImportOptions
        Overrule decisions; those about publishing count for nothing.
    limits : ReadLimits, optional
        Of a stranger's file.

    Raises
    ------
    DecisionNeededError
        Something that only a person can decide.
    LayerReadError, GeoError
        What cannot be read or used; ``check_no_polygons`` without any polygon.
    """
    if limits is not None:
        limits.require_unpackable(path)
    source = open_source([path], options)
    parts = []
    for part in source.tables:
        table = part.table() if isinstance(part, WkbPart) else part
        if limits is not None:
            limits.require_table(table, path)
        parts.append(_placed(table, path.name, options, region))
    if not parts:
        raise LayerReadError("check_no_polygons", file=path.name, count=0)
    first = parts[0]
    if any(part.crs != first.crs for part in parts):
        raise LayerReadError("import_kinds_mixed", files=path.name)
    ids = _numbered([one for part in parts for one in part.features.index])
    features = pd.concat([part.features for part in parts]).set_axis(ids, axis=0)
    shapes = pd.concat([part.source for part in parts]).set_axis(ids, axis=0)
    return ParcelFile(
        source.files[0],
        first.crs,
        gpd.GeoDataFrame(features),
        gpd.GeoSeries(shapes),
        pd.concat([part.change_m2 for part in parts]).set_axis(ids, axis=0),
        pd.concat([part.stated_m2 for part in parts]).set_axis(ids, axis=0),
        _once([one for part in parts for one in part.decisions]),
        tuple(note for part in parts for note in part.notes),
    )


@dataclass(frozen=True)
class _Part:
    crs: CRS
    features: gpd.GeoDataFrame
    source: gpd.GeoSeries
    change_m2: pd.Series
    stated_m2: pd.Series
    decisions: list[Decision]
    notes: list[Note]


def _placed(table: Table, where: str, options: ImportOptions, region: Region) -> _Part:
    placement = place(table, where, options, region)
    shift, decided = shift_of(placement.crs, options, where)
    ids, id_notes = feature_ids(table, where)
    frame = placement.apply(table).set_axis(ids, axis=0)
    require_plausible(frame.geometry, where)
    repaired = repair(frame.geometry, where)
    shapes = repaired.geometry if shift is None else shift.apply(repaired.geometry)
    kept = shapely.get_dimensions(shapes.to_numpy()) == 2
    notes = [*_left_out(shapes.index, kept, where)]
    if not kept.any():
        raise LayerReadError("check_no_polygons", file=where, count=len(frame))
    shapes = gpd.GeoSeries(shapes[kept])
    working, moved = coordinate_systems.to_working(shapes, where)
    again = repair(working, where)
    index = again.geometry.index
    attributes = with_names(index_freed(pd.DataFrame(frame.drop(columns="geometry"))))
    decisions, rest = divided([*table.notes, *id_notes])
    decisions = [*placement.decisions, *decided, *decisions]
    return _Part(
        CRS.from_user_input(shapes.crs),
        gpd.GeoDataFrame(attributes.loc[index], geometry=again.geometry),
        gpd.GeoSeries(shapes.loc[index]),
        repaired.change_m2.loc[index],
        _stated_m2(frame, decisions).loc[index],
        decisions,
        [*rest, *repaired.notes, *notes, *moved, *again.notes],
    )


def _stated_m2(frame: gpd.GeoDataFrame, decisions: list[Decision]) -> pd.Series:
    """Answer the areas that the file states, m2; nan where it states none."""
    units = [UNITS_M2.get(one.value) for one in decisions if one.what == "units"]
    unit = units[0] if units else None
    if STATED_AREA not in frame.columns or unit is None:
        return pd.Series(np.nan, frame.index)
    return pd.Series(frame[STATED_AREA].to_numpy(dtype=float) * unit, frame.index)


def _left_out(index: pd.Index, kept: BoolArray, where: str) -> list[Note]:
    if kept.all():
        return []
    names = [str(one) for one in index[~kept]]
    details = {"where": where, "count": len(names), "features": listed(names)}
    return [Note("check_not_polygons", details)]


def _numbered(names: list[str]) -> pd.Index:
    index: pd.Index = pd.Index(unique(names), name="id", dtype=object)
    return index


def unique(names: list[str]) -> list[str]:
    """Keep the first of equal names; the others get ``-2``, ``-3``.

    Examples
    --------
    >>> unique(["a", "b", "a", "a-2"])
    ['a', 'b', 'a-2', 'a-2-2']
    """
    taken: dict[str, None] = {}
    for name in names:
        number, candidate = 2, name
        while candidate in taken:
            candidate, number = f"{name}-{number}", number + 1
        taken[candidate] = None
    return list(taken)


def _once(decisions: list[Decision]) -> tuple[Decision, ...]:
    said = {(one.what, one.code, str(one.details)): one for one in decisions}
    return tuple(said.values())


def column(frame: pd.DataFrame, names: tuple[str, ...]) -> list[object]:
    """Answer the first column of some names, in any case; None where there is none."""
    by_name = {str(one).lower(): one for one in reversed(list(frame.columns))}
    found = next((by_name[name] for name in names if name in by_name), None)
    return [None] * len(frame) if found is None else list(frame[found])
