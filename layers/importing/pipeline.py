"""Import: read, decide, check, repair, publish."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pandas as pd
from pyproj import CRS

from geo import crs as coordinate_systems
from geo.messages import Note, listed
from geo.neighbours import compare_neighbours
from layers.errors import LayerReadError
from layers.files import content_sha256
from layers.importing import html_report
from layers.importing.cautions import caution_of, said_in_file
from layers.importing.keeping import FeatureKeeper
from layers.importing.located import degrees_box, located
from layers.importing.options import RASTER_OPTIONS, ImportOptions
from layers.importing.partitions import can_be_cut
from layers.importing.region import Region
from layers.importing.report import ImportReport
from layers.importing.sources import Source, is_raster, open_source
from layers.importing.spreading import Run, gathered
from layers.importing.taking import MOST_MEASURED, Progress, gather
from layers.importing.work import Work
from layers.models import Bilingual, GeometryKind, LayerSpec, Provenance
from layers.workspace import layer_folder, put, room
from layers.writers import write_text

FEATURES_FILE = "features.parquet"
REPORT_FILE = "import.json"
FEW = 50
MOST_COMPARED = 100_000
"""Features up to which neighbours are compared: some seconds, some hundred MB."""
MOST_NOTES = 500

_REPAIRS = {
    "repair_empty",
    "repair_not_finite",
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


def import_files(
    paths: list[Path],
    options: ImportOptions,
    workspace: Path,
    region: Region,
    progress: Progress = _silent,
    *,
    look: bool = False,
    run: Run | None = None,
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
    if any(is_raster(path) for path in paths):
        # Whoever brings vector layers in need not wait for the library of rasters.
        from layers.importing.rasters import import_raster

        return import_raster(paths, options, workspace, progress, look=look)
    source = open_source(paths, options)
    if run is None or not can_be_cut(paths):
        return import_source(source, options, workspace, region, progress, look=look)
    work = _begun(source, options)
    kept = None if look else workspace
    with gathered(paths, work, region, progress, run, kept):
        return _finished(source, work, workspace, look=look)


def import_source(
    source: Source,
    options: ImportOptions,
    workspace: Path,
    region: Region,
    progress: Progress = _silent,
    *,
    look: bool = False,
) -> ImportReport:
    """Bring in what was opened, files or a database; see :func:`import_files`."""
    work = _begun(source, options)
    gather(source, work, region, progress)
    return _finished(source, work, workspace, look=look)


def _begun(source: Source, options: ImportOptions) -> Work:
    for name in RASTER_OPTIONS:
        if getattr(options, name) is not None:
            details = {"option": f"--{name}", "where": source.where}
            raise LayerReadError("import_raster_option", **details)
    return Work(source.where, options, FeatureKeeper(source.where))


def _finished(
    source: Source, work: Work, workspace: Path, *, look: bool
) -> ImportReport:
    """Look at a layer as a whole, and publish it."""
    if work.keeper.rows == 0 or work.crs is None:
        raise LayerReadError(
            "layer_no_features", where=work.where, count=work.rows, features="-"
        )
    work.say(work.keeper.notes)
    _note_kinds(work)
    _compare_neighbours(work, work.crs)
    if work.options.strict:
        _require_faultless(work)
    return _publish(source, work, workspace, look=look)


def _note_kinds(work: Work) -> None:
    kinds = sorted({one.removeprefix("Multi") for one in work.keeper.kinds})
    if len(kinds) > 1:
        details = {"where": work.where, "kinds": ", ".join(kinds)}
        work.say([Note("mixed_kinds", details)])


def _compare_neighbours(work: Work, crs: CRS) -> None:
    """Compare the features of all parts, wherever the parts were taken."""
    keeper, where = work.keeper, work.where
    if not keeper.kinds <= {"Polygon", "MultiPolygon"}:
        return
    if keeper.rows > MOST_COMPARED:
        details = {"where": where, "count": keeper.rows, "most": MOST_COMPARED}
        work.say([Note("neighbours_not_compared", details)])
    else:
        work.say(compare_neighbours(keeper.geometry(crs), where, work.health))


def _require_faultless(work: Work) -> None:
    changed = Counter(note.code for note in work.notes if note.code in _REPAIRS)
    found = {**work.health.counts, **changed}
    if changed:
        told = listed([f"{name} {count}" for name, count in found.items()], 12)
        raise LayerReadError("import_strict", where=work.where, faults=told)


def _publish(
    source: Source, work: Work, workspace: Path, *, look: bool
) -> ImportReport:
    options, crs = work.options, work.crs
    if crs is None:
        raise LayerReadError("layer_no_geometry", file=work.where)
    about = said_in_file(work.decisions, options)
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


def _spec(source: Source, work: Work, crs: CRS, sha256: str) -> LayerSpec:
    options = work.options
    title = options.title or Path(source.files[0].name).stem
    names = listed([one.cited for one in source.files])
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


def _report(source: Source, work: Work, crs: CRS, spec: LayerSpec) -> ImportReport:
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
