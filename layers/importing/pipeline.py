"""Import: read, decide, check, repair, publish."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import geopandas as gpd
import pandas as pd
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import health as geometry_health
from geo.area import area
from geo.checks import require_plausible
from geo.health import Health
from geo.messages import Note, listed
from geo.validity import repair
from layers.errors import LayerReadError
from layers.files import content_sha256
from layers.importing import html_report
from layers.importing.decisions import Decision, divided
from layers.importing.keeping import FeatureKeeper
from layers.importing.located import degrees_box, located
from layers.importing.options import ImportOptions
from layers.importing.overruling import overruled, require_prefix
from layers.importing.placing import Placement, place
from layers.importing.region import Region
from layers.importing.report import ImportReport
from layers.importing.shifting import Shift, shift_of
from layers.importing.sources import Source, open_source
from layers.models import Bilingual, GeometryKind, LayerSpec, Provenance
from layers.readers.table import Table
from layers.vector import feature_ids, index_freed
from layers.workspace import layer_folder, put, room
from layers.writers import write_text

FEATURES_FILE = "features.parquet"
REPORT_FILE = "import.json"
FEW = 50
MOST_MEASURED = 100_000
"""Features up to which the report states areas; the command ``area`` has them all."""
MOST_NOTES = 500
Progress = Callable[[int], None]

_REPAIRS = {
    "repair_empty",
    "repair_flattened",
    "repair_collection",
    "repair_winding",
    "repair_invalid",
    "repair_nothing_left",
    "rings_closed",
    "geojson_rings_closed",
    "reader_geometry_mended",
    "feature_ids_repeated",
}
"""Codes of notes that say that something was changed."""
_KINDS: dict[str, GeometryKind] = {
    "Polygon": "polygon",
    "LineString": "line",
    "LinearRing": "line",
    "Point": "point",
}


def _silent(_: int) -> None:
    return None


@dataclass
class _Work:
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
        decisions, rest = divided(notes)
        known = {(one.what, one.code, str(one.details)) for one in self.decisions}
        self.decisions += [
            one
            for one in decisions
            if (one.what, one.code, str(one.details)) not in known
        ]
        said = {(note.code, str(note.details)) for note in self.notes}
        self.notes += [one for one in rest if (one.code, str(one.details)) not in said]


def import_files(
    paths: list[Path],
    options: ImportOptions,
    workspace: Path,
    region: Region,
    progress: Progress = _silent,
    *,
    look: bool = False,
) -> ImportReport:
    """Bring files in as a new version of a layer, and make it the current one.

    Parameters
    ----------
    paths : list of Path
        Of one layer: a file, or several of the same kind (parcel files).
    options : ImportOptions
    workspace : Path
        Made if it does not exist.
    region : Region
        What a question is asked with.
    progress : callable
        Told the features done so far.
    look : bool
        Decide, check and repair, but keep nothing: the report is what publishing
        would give.

    Returns
    -------
    ImportReport
        Kept with the version as ``import.json``.

    Raises
    ------
    DecisionNeededError
        Something that only a person can decide; nothing was changed.
    LayerReadError, LayerWriteError, GeoError
        What cannot be read, written or used; nothing was changed.
    """
    source = open_source(paths, options)
    work = _Work(source.where, options, FeatureKeeper(source.where))
    _gather(source, work, region, progress)
    if work.keeper.rows == 0 or work.crs is None:
        raise LayerReadError(
            "layer_no_features", where=work.where, count=work.rows, features="-"
        )
    work.say(work.keeper.notes)
    _note_kinds(work)
    if options.strict:
        _require_faultless(work)
    return _publish(source, work, workspace, look=look)


def _gather(source: Source, work: _Work, region: Region, progress: Progress) -> None:
    placement: Placement | None = None
    shift: Shift | None = None
    carried: object = None
    for read in source.tables:
        table = overruled(read, work.where, work.options)
        if placement is None:
            placement = place(table, work.where, work.options, region)
            require_prefix(placement.crs, work.where, work.options)
            shift, decided = shift_of(placement.crs, work.options, work.where)
            work.decisions += [*placement.decisions, *decided]
            carried = table.frame.crs
        elif table.frame.crs != carried or table.hints is not None:
            again = place(table, work.where, work.options, region)
            if (again.crs, again.swap) != (placement.crs, placement.swap):
                raise LayerReadError("import_kinds_mixed", files=work.where)
        work.say(table.notes)
        _take(table, placement, shift, work)
        progress(work.rows)


def _take(table: Table, placement: Placement, shift: Shift | None, work: _Work) -> None:
    """Place, check and repair one part, and keep it."""
    ids, notes = feature_ids(table, work.where)
    ids = _unique(ids, work)
    frame = placement.apply(table).set_axis(ids, axis=0)
    frame.index.name = "id"
    require_plausible(frame.geometry, work.where)
    geometry_health.examine(frame.geometry, work.health)
    repaired = repair(frame.geometry, work.where)
    work.rows += len(frame)
    work.say([*notes, *repaired.notes])
    geometry = repaired.geometry if shift is None else shift.apply(repaired.geometry)
    geometry = _coded(geometry, work)
    work.crs = CRS.from_user_input(geometry.crs)
    if not len(geometry):
        return
    attributes = index_freed(pd.DataFrame(frame.drop(columns="geometry")))
    work.keeper.add(gpd.GeoDataFrame(attributes.loc[geometry.index], geometry=geometry))
    _measure(geometry, work)


def _unique(ids: pd.Index, work: _Work) -> pd.Index:
    """Keep ids unique over the parts of a layer."""
    names = []
    for name in ids:
        number, candidate = 2, name
        while candidate in work.taken:
            candidate, number = f"{name}-{number}", number + 1
        work.taken.add(candidate)
        names.append(candidate)
    unique: pd.Index = pd.Index(names, name="id", dtype=object)
    return unique


def _coded(geometry: gpd.GeoSeries, work: _Work) -> gpd.GeoSeries:
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


def _measure(geometry: gpd.GeoSeries, work: _Work) -> None:
    polygons = shapely.get_dimensions(geometry.to_numpy()) == 2
    if polygons.any() and work.rows <= MOST_MEASURED:
        work.areas.append(area(gpd.GeoSeries(geometry[polygons]), edges="official"))
    if work.rows == len(geometry) and polygons.all():
        geometry_health.compare_neighbours(geometry, work.health)


def _note_kinds(work: _Work) -> None:
    kinds = sorted({one.removeprefix("Multi") for one in work.keeper.kinds})
    if len(kinds) > 1:
        details = {"where": work.where, "kinds": ", ".join(kinds)}
        work.say([Note("mixed_kinds", details)])


def _require_faultless(work: _Work) -> None:
    changed = Counter(note.code for note in work.notes if note.code in _REPAIRS)
    found = {**work.health.counts, **changed}
    if changed:
        told = listed([f"{name} {count}" for name, count in found.items()], 12)
        raise LayerReadError("import_strict", where=work.where, faults=told)


def _publish(
    source: Source, work: _Work, workspace: Path, *, look: bool
) -> ImportReport:
    options, crs = work.options, work.crs
    if crs is None:
        raise LayerReadError("layer_no_geometry", file=work.where)
    about = _about(work)
    with room(workspace, options.id, look=look) as incoming:
        file = incoming / FEATURES_FILE
        work.keeper.write(file, crs, about)
        spec = _spec(source, work, crs, content_sha256(file))
        unchanged = (layer_folder(workspace, spec.id) / spec.version).exists()
        report = _report(source, work, crs, spec).model_copy(
            update={"unchanged": unchanged, "published": not look}
        )
        if look:
            return report
        write_text(report.model_dump_json(indent=1), incoming / REPORT_FILE)
        write_text(html_report.page(report), incoming / "import.html")
        put(incoming, spec)
    return report


def _about(work: _Work) -> str:
    """Say in the file how it came about: other decisions are another version."""
    said = [f"{one.what}={one.value} ({one.code})" for one in work.decisions]
    chosen = work.options.model_dump(
        mode="json", exclude={"keep", "strict"}, exclude_defaults=True
    )
    return "\n".join([*said, *(f"{key}: {value}" for key, value in chosen.items())])


def _spec(source: Source, work: _Work, crs: CRS, sha256: str) -> LayerSpec:
    options = work.options
    title = options.title or Path(source.files[0].name).stem
    names = listed([f"{one.name} (SHA-256 {one.sha256})" for one in source.files])
    kinds = {
        _KINDS.get(one.removeprefix("Multi"), "mixed") for one in work.keeper.kinds
    }
    shifted = any(one.code == "decision_datum_approximate" for one in work.decisions)
    return LayerSpec(
        id=options.id,
        title=Bilingual(zh=title, en=options.title_en or title),
        description=Bilingual(
            zh=f"由 {work.where} 导入。", en=f"Imported from {work.where}."
        ),
        theme="user",
        kind="vector",
        geometry=kinds.pop() if len(kinds) == 1 else "mixed",
        status=options.status,
        caution=caution_of(options, approximate=shifted),
        path=PurePosixPath(FEATURES_FILE),
        crs=coordinate_systems.name(crs),
        rows=work.keeper.rows,
        accuracy_m=max(options.accuracy_m or 0.0, 100.0)
        if shifted
        else options.accuracy_m,
        valid_time=options.valid_time,
        licence=options.licence,
        attribution=options.origin,
        provenance=Provenance(
            source=names,
            origin=options.origin,
            retrieved=datetime.now(UTC).date(),
            method=Bilingual(
                zh="".join(one.text.zh for one in work.decisions),
                en=" ".join(one.text.en for one in work.decisions),
            ),
        ),
        restricted=options.restricted or options.secrecy is not None,
        secrecy=options.secrecy,
        scope=options.scope,
        sha256=sha256,
    )


def caution_of(options: ImportOptions, *, approximate: bool) -> Bilingual | None:
    """Put secrecy mark, scope, caution and doubt about the datum into one text."""
    parts: list[tuple[str, str]] = []
    if options.secrecy:
        parts.append((f"密级：{options.secrecy}。", f"Secrecy: {options.secrecy}."))
    if options.scope:
        parts.append((f"使用范围：{options.scope}。", f"Scope: {options.scope}."))
    if options.caution:
        parts.append((options.caution, options.caution))
    if approximate:
        parts.append(
            (
                "基准未经转换，位置误差可达约 100 米。",
                "Datum not converted: up to about 100 m off.",
            )
        )
    elif options.status in ("modelled", "schematic") and not parts:
        parts.append(("仅供参考。", "For orientation only."))
    if not parts:
        return None
    return Bilingual(zh="".join(a for a, _ in parts), en=" ".join(b for _, b in parts))


def _report(source: Source, work: _Work, crs: CRS, spec: LayerSpec) -> ImportReport:
    areas = pd.concat(work.areas) if work.areas else pd.Series(dtype=float)
    repairs = [one.as_dict() for one in work.notes if one.code in _REPAIRS]
    notes = [one.as_dict() for one in work.notes if one.code not in _REPAIRS]
    polygons = spec.geometry == "polygon"
    complete = work.rows <= MOST_MEASURED
    few = areas if len(areas) <= FEW else areas.iloc[:0]
    return ImportReport(
        layer=spec.id,
        version=spec.version,
        imported=datetime.now(UTC).isoformat(timespec="milliseconds"),
        unchanged=False,
        geometry=spec.geometry,
        crs=spec.crs,
        rows=work.keeper.rows,
        rows_in_file=work.rows,
        bounds=degrees_box(work.keeper.bounds, crs),
        area_m2=float(areas.sum()) if polygons and complete else None,
        areas_m2={str(key): float(value) for key, value in few.items()},
        files=source.files,
        options=work.options.model_dump(mode="json", exclude_defaults=True),
        decisions=tuple(one.as_dict() for one in work.decisions),
        faults=dict(sorted(work.health.counts.items())),
        fault_list=located(work.health, crs),
        repairs=tuple(repairs[:MOST_NOTES]),
        notes=tuple(notes[:MOST_NOTES]),
        restricted=spec.restricted,
    )
