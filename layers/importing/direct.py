"""Files of every format that can be imported, used without being imported first.

A question about one file (a site against layers, an overlap) is answered with the same
readers and the same decisions as an import; only nothing is published.
"""

from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd

from geo import crs as coordinate_systems
from geo.messages import Note
from layers import vector
from layers.errors import LayerReadError
from layers.files import describe_file
from layers.importing.decisions import Decision, divided
from layers.importing.options import ImportOptions
from layers.importing.placing import Placement, place
from layers.importing.region import Region
from layers.importing.shifting import shift_of
from layers.importing.sources import open_source
from layers.loaded import VectorLayer
from layers.readers.limits import ReadLimits
from layers.readers.parts import as_table
from layers.readers.table import Table

DECIDED = "decided"
"""Detail of a note that is a decision: what was decided. ``chosen`` is what for."""


def read_directly(
    path: Path,
    options: ImportOptions,
    region: Region,
    limits: ReadLimits | None = None,
) -> VectorLayer:
    """Read a file as a layer, with the decisions of an import among its notes.

    Parameters
    ----------
    path : Path
    options : ImportOptions
        What overrules the decisions; the rest is of no account here.
    region : Region
        What a question is asked with.
    limits : ReadLimits or None
        Of a stranger's file.

    Returns
    -------
    VectorLayer
        Notes that are decisions have the details ``decided`` (what) and ``chosen``.

    Raises
    ------
    DecisionNeededError
        Something that only a person can decide.
    LayerReadError, LayerLimitError, GeoError
        What cannot be read or used.
    """
    if limits is not None:
        limits.require_unpackable(path)
    tables = []
    for table in map(as_table, open_source([path], options).tables):
        if limits is not None:
            limits.require_table(table, path)
        tables.append(table)
    if not tables:
        raise LayerReadError(
            "layer_no_features", where=path.name, count=0, features="-"
        )
    placement, shift_notes = _placed(tables, path.name, options, region)
    prepared = vector.prepare(_joined(tables, placement), path.name)
    spec = describe_file(
        path,
        kind="vector",
        crs=coordinate_systems.name(prepared.crs),
        part=options.part,
        geometry=vector.geometry_kind(prepared.features.geometry),
        rows=len(prepared.features),
    )
    decisions, rest = divided(prepared.notes)
    told = [_note(one) for one in (*placement.decisions, *shift_notes, *decisions)]
    return replace(prepared.as_layer(spec), notes=(*told, *rest))


def _placed(
    tables: list[Table], where: str, options: ImportOptions, region: Region
) -> tuple[Placement, list[Decision]]:
    """Decide for the first table; the others must agree."""
    placement = place(tables[0], where, options, region)
    for table in tables[1:]:
        again = place(table, where, options, region)
        if (again.crs, again.swap) != (placement.crs, placement.swap):
            raise LayerReadError("import_kinds_mixed", files=where)
    _, decided = shift_of(placement.crs, options, where)
    return placement, decided


def _joined(tables: list[Table], placement: Placement) -> Table:
    frames = [placement.apply(table) for table in tables]
    frame = frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)
    ids = [
        one
        for table, rows in zip(tables, frames, strict=True)
        for one in (table.ids or [None] * len(rows))
    ]
    notes: list[Note] = []
    for note in (note for table in tables for note in table.notes):
        if note not in notes:
            notes.append(note)
    return Table(gpd.GeoDataFrame(frame), tuple(notes), tuple(ids))


def _note(decision: Decision) -> Note:
    details = {
        **decision.details,
        DECIDED: decision.what,
        "chosen": decision.value,
    }
    return Note(decision.code, details)
