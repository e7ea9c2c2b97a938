"""Import of a raster: decide, look at every cell, keep as COG, publish."""

import colorsys
import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import crs_names
from geo.checks import require_plausible_points
from geo.health import outside_region
from geo.messages import Note, listed
from geo.plane_choice import PREFIXES
from layers.errors import LayerReadError
from layers.files import content_sha256
from layers.importing import html_report, raster_cells
from layers.importing.cautions import caution_of, said_in_file
from layers.importing.decisions import Decision
from layers.importing.located import degrees_box
from layers.importing.options import ImportOptions
from layers.importing.planes import national_plane, replace_plane, same_meridian
from layers.importing.raster_cells import Seen
from layers.importing.report import ImportReport, RasterFacts
from layers.importing.sources import SourceFile, describe
from layers.importing.taking import Progress
from layers.models import Bilingual, Colour, LayerSpec, Provenance, RasterClass, Style
from layers.readers.guard import NETCDF
from layers.readers.netcdf import as_geotiff
from layers.readers.raster import RasterFile, open_raster
from layers.workspace import layer_folder, put, room
from layers.writers import write_text

CELLS_FILE = "cells.tif"
REPORT_FILE = "import.json"
FEW_VALUES = 32
"""Whole numbers without a unit are taken for classes up to so many different ones."""
_RAMP: tuple[tuple[float, Colour], ...] = (
    (0.0, "#440154"),
    (0.25, "#3b528b"),
    (0.5, "#21918c"),
    (0.75, "#5ec962"),
    (1.0, "#fde725"),
)
"""Shares of the range; even steps of lightness (Nunez et al. 2018)."""


def import_raster(
    paths: list[Path],
    options: ImportOptions,
    workspace: Path,
    progress: Progress,
    *,
    look: bool = False,
) -> ImportReport:
    """Bring one raster in as a new version of a layer, and make it the current one.

    Parameters
    ----------
    paths : list of Path
        One GeoTIFF or NetCDF file.
    options : ImportOptions
    workspace : Path
        Made if it does not exist.
    progress : callable
        Told the cells done.
    look : bool
        Decide and examine, but keep nothing.

    Returns
    -------
    ImportReport
        ``rows`` counts nothing; see its ``raster``.

    Raises
    ------
    LayerReadError
        Unreadable, rotated, mirrored, not placed, several bands or variables and none
        chosen, undeclared "no value", no value at all.
    CRSError
        None, or an unsafe one.
    LayerWriteError
    """
    if len(paths) > 1:
        names = listed([one.name for one in paths])
        raise LayerReadError("import_raster_alone", files=names)
    source = describe(paths[0])
    decisions: list[Decision] = []
    with _opened(paths[0], options, decisions) as opened:
        file = _placed(opened, decisions, source.name)
        decisions += _decisions(file, options, source.name)
        seen = raster_cells.look(file)
        if math.isinf(seen.low):
            raise LayerReadError("raster_nothing_inside", where=source.name)
        values = _values(file, seen, options, source.name)
        decisions.append(values)
        report = _publish(file, seen, decisions, source, options, workspace, look=look)
        progress(file.grid.height * file.grid.width)
    return report


@contextmanager
def _opened(
    path: Path, options: ImportOptions, decisions: list[Decision]
) -> Iterator[RasterFile]:
    crs = None
    if options.crs is not None:
        crs = coordinate_systems.name(crs_names.parse(options.crs))
    more = {"crs": crs, "nodata": options.nodata, "band": options.band}
    if path.suffix.lower() not in NETCDF.suffixes:
        yield open_raster(path, overrule=True, **more)  # type: ignore[arg-type]
        return
    with as_geotiff(path, options.part) as (plain, variable):
        details = {"where": path.name, "variable": variable}
        decisions.append(
            Decision("part", variable, "decision_variable", details, (), "--part")
        )
        yield open_raster(plain, overrule=True, **more)  # type: ignore[arg-type]


def _placed(file: RasterFile, decisions: list[Decision], where: str) -> RasterFile:
    """Let the eastings decide whether a zone's number stands before them."""
    grid = file.grid
    left, bottom, right, top = grid.bounds
    plane = national_plane(grid.crs)
    number = int(left // 1_000_000)
    prefix = number if number in PREFIXES else None
    differs = plane is not None and plane.prefixed != (prefix is not None)
    if plane and differs and (prefix is None or same_meridian(plane, prefix)):
        other = CRS.from_epsg(replace_plane(plane, prefix).epsg)
        grid = replace(grid, crs=other)
        here, value = "absent" if prefix is None else "present", f"{left:.10g}"
        name = coordinate_systems.name(other)
        details = {"where": where, "value": value, "crs": name}
        code = f"decision_prefix_{here}"
        decisions.append(Decision("prefix", here, code, details, (), "--crs"))
    corners = np.array([[left, bottom], [left, top], [right, bottom], [right, top]])
    owner = np.zeros(4, dtype=np.int64)
    require_plausible_points(corners, owner, grid.crs, pd.Index(["1"]), where)
    return replace(file, grid=grid)


def _decisions(
    file: RasterFile, options: ImportOptions, where: str
) -> Iterator[Decision]:
    crs = coordinate_systems.name(file.grid.crs)
    if options.crs is None:
        details: dict[str, object] = {"where": where, "crs": crs}
        yield Decision("crs", crs, "decision_crs_carried", details, (), "--crs")
    else:
        details = {"where": where, "crs": crs, "found": "-"}
        yield Decision("crs", crs, "decision_crs_stated", details, (), "--crs")
    band = str(file.band)
    others = tuple(str(one) for one in range(1, file.bands + 1) if one != file.band)
    details = {"where": where, "band": band, "count": file.bands}
    yield Decision("band", band, "decision_band", details, others, "--band")
    value = "-" if file.nodata is None else f"{file.nodata:g}"
    code = "decision_nodata_none" if file.nodata is None else "decision_nodata_declared"
    if options.nodata is not None:
        code, value = "decision_nodata_stated", f"{options.nodata:g}"
    yield Decision(
        "nodata", value, code, {"where": where, "value": value}, (), "--nodata"
    )
    unit, code = _unit(file, options)
    details = {"where": where, "unit": unit or "-"}
    yield Decision("units", unit or "-", code, details, (), "--unit")


def _unit(file: RasterFile, options: ImportOptions) -> tuple[str | None, str]:
    if options.unit is not None:
        return options.unit, "decision_unit_stated"
    if file.unit:
        return file.unit, "decision_unit_file"
    return None, "decision_unit_unknown"


def _values(
    file: RasterFile, seen: Seen, options: ImportOptions, where: str
) -> Decision:
    """Decide whether the numbers are classes or quantities."""
    details: dict[str, object] = {"where": where, "count": len(seen.counts)}
    plain = file.scale == 1.0 and file.offset == 0.0
    whole = seen.fraction is None and not seen.many and plain
    if options.values is not None:
        if options.values == "classes" and not whole:
            value = seen.fraction if seen.fraction is not None else seen.low
            details["value"] = f"{value:g}"
            raise LayerReadError("raster_not_classes", **details)
        value_, code = options.values, "decision_values_stated"
        details["values"] = value_
    elif whole and file.colours:
        value_, code = "classes", "decision_values_table"
    elif whole and len(seen.counts) <= FEW_VALUES and _countable(file, seen, options):
        value_, code = "classes", "decision_values_few"
    else:
        value_, code = "quantity", "decision_values_many"
    other = "quantity" if value_ == "classes" else "classes"
    return Decision("values", value_, code, details, (other,), "--values")


def _countable(file: RasterFile, seen: Seen, options: ImportOptions) -> bool:
    return _unit(file, options)[0] is None and not seen.kind.startswith("float")


def _publish(
    file: RasterFile,
    seen: Seen,
    decisions: list[Decision],
    source: SourceFile,
    options: ImportOptions,
    workspace: Path,
    *,
    look: bool,
) -> ImportReport:
    kind, none = raster_cells.room_for_none(seen, file.nodata)
    notes = [*file.notes, *_notes(seen, kind, source.name)]
    classes = decisions[-1].value == "classes"
    about = said_in_file(decisions, options)
    with room(workspace, options.id, look=look) as incoming:
        cells = incoming / CELLS_FILE
        raster_cells.write(file, cells, kind, none, classes=classes, about=about)
        sha256 = content_sha256(cells)
        spec = _spec(file, seen, decisions, source, options, sha256)
        known = (layer_folder(workspace, spec.id) / spec.version).exists()
        report = _report(file, seen, decisions, notes, source, options, spec)
        report = report.model_copy(update={"unchanged": known, "published": not look})
        if look:
            return report
        write_text(report.model_dump_json(indent=1), incoming / REPORT_FILE)
        write_text(html_report.page(report), incoming / "import.html")
        put(incoming, spec)
    return report


def _notes(seen: Seen, kind: str, where: str) -> Iterator[Note]:
    if seen.impossible:
        details = {"where": where, "count": seen.impossible}
        yield Note("raster_infinite_left_out", details)
    if kind != seen.kind:
        yield Note("raster_no_value_free", {"where": where, "kind": kind})


def _spec(
    file: RasterFile,
    seen: Seen,
    decisions: list[Decision],
    source: SourceFile,
    options: ImportOptions,
    sha256: str,
) -> LayerSpec:
    title = options.title or Path(source.name).stem
    classes = decisions[-1].value == "classes"
    return LayerSpec(
        id=options.id,
        title=Bilingual(zh=title, en=options.title_en or title),
        description=Bilingual(
            zh=f"由 {source.name} 导入。", en=f"Imported from {source.name}."
        ),
        theme="user",
        kind="raster",
        status=options.status,
        caution=caution_of(options, approximate=False),
        path=PurePosixPath(CELLS_FILE),
        crs=_name(file.grid.crs),
        accuracy_m=options.accuracy_m,
        valid_time=options.valid_time,
        licence=options.licence,
        attribution=options.origin,
        provenance=Provenance(
            source=source.cited,
            origin=options.origin,
            retrieved=datetime.now(UTC).date(),
            method=Bilingual(
                zh="".join(one.text.zh for one in decisions),
                en=" ".join(one.text.en for one in decisions),
            ),
        ),
        classes=tuple(_classes(file, seen)) if classes else (),
        unit=None if classes else _unit(file, options)[0],
        style=Style() if classes else Style(ramp=_ramp(file, seen)),
        restricted=options.restricted or options.secrecy is not None,
        secrecy=options.secrecy,
        scope=options.scope,
        sha256=sha256,
    )


def _name(crs: CRS) -> str:
    """Name a CRS so that it can be read again."""
    return coordinate_systems.name(crs) if crs.to_authority() else str(crs.to_wkt())


def _classes(file: RasterFile, seen: Seen) -> Iterator[RasterClass]:
    """Name the classes by their values; the file's colours, else colours far apart."""
    for number, value in enumerate(sorted(map(int, seen.counts))):
        turn = number * 0.618034 % 1.0
        red, green, blue = (round(255 * c) for c in colorsys.hsv_to_rgb(turn, 0.5, 0.9))
        colour = file.colours.get(value, f"#{red:02x}{green:02x}{blue:02x}")
        title = Bilingual(zh=f"类别 {value}", en=f"Class {value}")
        yield RasterClass(value=value, title=title, colour=colour)


def _ramp(file: RasterFile, seen: Seen) -> tuple[tuple[float, Colour], ...]:
    low, high = _range(file, seen)
    if high <= low:
        high = low + 1.0
    return tuple((low + share * (high - low), colour) for share, colour in _RAMP)


def _range(file: RasterFile, seen: Seen) -> tuple[float, float]:
    ends = [one * file.scale + file.offset for one in (seen.low, seen.high)]
    return min(ends), max(ends)


def _report(
    file: RasterFile,
    seen: Seen,
    decisions: list[Decision],
    notes: list[Note],
    source: SourceFile,
    options: ImportOptions,
    spec: LayerSpec,
) -> ImportReport:
    grid = file.grid
    low, high = _range(file, seen)
    counts = {f"{int(key)}": seen.counts[key] for key in sorted(seen.counts)}
    box = np.array([grid.bounds])
    faults = {
        "not_finite": seen.impossible,
        "outside_region": int(outside_region(box, grid.crs).sum()),
    }
    return ImportReport(
        layer=spec.id,
        version=spec.version,
        imported=datetime.now(UTC).isoformat(timespec="milliseconds"),
        unchanged=False,
        kind="raster",
        geometry=None,
        crs=spec.crs,
        rows=0,
        rows_in_file=0,
        bounds=degrees_box(grid.bounds, grid.crs),
        area_m2=None,
        areas_m2={},
        files=(source,),
        options=options.model_dump(mode="json", exclude_defaults=True),
        decisions=tuple(one.as_dict() for one in decisions),
        faults={key: count for key, count in faults.items() if count},
        fault_list=(),
        repairs=(),
        notes=tuple(one.as_dict() for one in notes),
        restricted=spec.restricted,
        raster=RasterFacts(
            height=grid.height,
            width=grid.width,
            cell=(grid.dx, grid.dy),
            bounds=grid.bounds,
            without_value=seen.without_value,
            minimum=low,
            maximum=high,
            classes=counts if spec.classes else {},
        ),
    )
