"""Decide where a file's coordinates are: CRS, datum, zone, prefix, order of axes.

What the file or the person says is checked against the numbers
(:mod:`geo.plane_choice`); what stays ambiguous is asked, never guessed.
"""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo import crs as coordinate_systems
from geo import crs_names, plane_choice
from geo.axis_order import swapped
from geo.crs_names import DatumName, NationalPlane
from geo.errors import CRSError
from geo.messages import listed
from geo.plane_choice import Reading
from geo.types import FloatArray
from layers.errors import DecisionNeededError
from layers.importing.choices import bounds_of, choice, overlap, told
from layers.importing.decisions import Decision
from layers.importing.options import ImportOptions
from layers.importing.planes import (
    header_form,
    national_plane,
    replace_plane,
    same_meridian,
)
from layers.importing.region import Region
from layers.readers.crs_choice import same_crs
from layers.readers.table import Table

_SAMPLE = 20_000


@dataclass(frozen=True)
class Placement:
    """Where the coordinates are, and how that was decided.

    Parameters
    ----------
    crs : CRS
        Horizontal.
    swap : bool
        Whether the columns are exchanged.
    decisions : tuple of Decision
    """

    crs: CRS
    swap: bool
    decisions: tuple[Decision, ...]

    def apply(self, table: Table) -> gpd.GeoDataFrame:
        """Answer the table's features in x,y order with their CRS."""
        shapes = table.frame.geometry.to_numpy()
        moved = swapped(shapes) if self.swap else shapes
        geometry = gpd.GeoSeries(moved, index=table.frame.index, crs=self.crs)
        attributes = table.frame.drop(columns=table.frame.geometry.name)
        return gpd.GeoDataFrame(attributes, geometry=geometry)


def place(
    table: Table, where: str, options: ImportOptions, region: Region
) -> Placement:
    """Decide for a table, or its first part.

    Raises
    ------
    DecisionNeededError
        Several answers are possible: each is offered with where it would fall.
    CRSError
        None is possible, or what is stated cannot be understood.
    """
    points = _points(table)
    _require_one_prefix(points, table, where)
    asked = _Asked(table, where, options, region, plane_choice.read_columns(points))
    found = _stated(asked)
    if found is None:
        return _unstated(asked, points)
    crs, decisions = found
    swap, axis = _axis_order(asked, crs)
    if asked.reading is not None and asked.reading.kind == "plane":
        east = points[:, 0] if not swap else points[:, 1]
        crs, prefix = _with_prefix(asked, crs, east)
        decisions += prefix
    return Placement(crs, swap, (*decisions, *axis))


@dataclass(frozen=True)
class _Asked:
    table: Table
    where: str
    options: ImportOptions
    region: Region
    reading: Reading | None


def _points(table: Table) -> FloatArray:
    every = shapely.get_coordinates(table.frame.geometry.to_numpy())
    finite = every[np.isfinite(every).all(axis=1)]
    return finite[:: max(len(finite) // _SAMPLE, 1)]


def _require_one_prefix(points: FloatArray, table: Table, where: str) -> None:
    if table.hints is None:
        return
    row = plane_choice.mixed_prefixes(points)
    if row is not None:
        value = f"{points[row, 0]:.10g}, {points[row, 1]:.10g}"
        raise CRSError("import_prefix_mixed", where=where, value=value)


def _stated(asked: _Asked) -> tuple[CRS, list[Decision]] | None:
    """Take the CRS that the person, else the file, else the format states."""
    options, where = asked.options, asked.where
    carried = asked.table.frame.crs
    found = None if carried is None else CRS.from_user_input(carried)
    if options.crs is not None:
        crs = coordinate_systems.horizontal(crs_names.parse(options.crs), where)
        value, file_says = coordinate_systems.name(crs), "-"
        code = "decision_crs_stated"
        if found is not None and not same_crs(found, crs):
            code, file_says = "decision_crs_overruled", coordinate_systems.name(found)
        details = {"where": where, "crs": value, "found": file_says}
        return crs, [Decision("crs", value, code, details, (file_says,), "--crs")]
    for one, code in ((found, "carried"), (asked.table.default_crs, "standard")):
        if one is not None:
            flat = coordinate_systems.horizontal(one, where)
            value = coordinate_systems.name(flat)
            details = {"where": where, "crs": value}
            code = f"decision_crs_{code}"
            return flat, [Decision("crs", value, code, details, (), "--crs")]
    return None


def _axis_order(asked: _Asked, crs: CRS) -> tuple[bool, list[Decision]]:
    """Whether to exchange the columns: as stated, else as the digits show."""
    reading, options = asked.reading, asked.options
    expected = "degrees" if crs.is_geographic else "plane"
    if options.axes is not None:
        value, code = options.axes, "decision_axes_stated"
    elif reading is not None and reading.kind == expected:
        value = "yx" if reading.north_first else "xy"
        code = "decision_axes_digits"
    else:
        listed_north = asked.table.hints is not None and asked.table.hints.north_first
        value = "yx" if listed_north else "xy"
        code = "decision_axes_format"
    other = "xy" if value == "yx" else "yx"
    details = {"where": asked.where, "order": value}
    decision = Decision("axis_order", value, code, details, (other,), "--axes")
    return value == "yx", [decision]


def _with_prefix(
    asked: _Asked, crs: CRS, east: FloatArray
) -> tuple[CRS, list[Decision]]:
    """Let the eastings' own prefix decide between the two forms of one zone."""
    plane = national_plane(crs)
    prefix = asked.reading.prefix if asked.reading is not None else None
    if plane is None or plane.prefixed == (prefix is not None):
        if plane is not None and prefix is not None and prefix != plane.number:
            raise _zone_conflict(asked, plane, prefix)
        return crs, []
    if prefix is not None and not same_meridian(plane, prefix):
        raise _zone_conflict(asked, plane, prefix)
    other = replace_plane(plane, prefix)
    details = {
        "where": asked.where,
        "value": f"{east[0]:.10g}",
        "crs": f"EPSG:{other.epsg}",
    }
    code = "decision_prefix_present" if prefix is not None else "decision_prefix_absent"
    value = "with" if prefix is not None else "without"
    decision = Decision(
        "prefix", value, code, details, (f"EPSG:{plane.epsg}",), "--crs"
    )
    return CRS.from_epsg(other.epsg), [decision]


def _zone_conflict(
    asked: _Asked, plane: NationalPlane, prefix: int
) -> DecisionNeededError:
    digits = replace_plane(plane, prefix)
    choices = [{"option": f"--crs EPSG:{one.epsg}"} for one in (plane, digits)]
    return DecisionNeededError(
        "import_zone_conflict",
        where=asked.where,
        stated=f"EPSG:{plane.epsg}",
        prefix=prefix,
        choices=choices,
    )


def _unstated(asked: _Asked, points: FloatArray) -> Placement:
    """Decide without any CRS, by digits and hints."""
    reading = asked.reading
    if reading is None:
        return _by_header(asked, points)
    swap, axis = _axis_order(asked, CRS.from_epsg(4490))
    if asked.options.axes is None:
        swap = reading.north_first
        axis = [
            replace(
                axis[0],
                value="yx" if swap else "xy",
                code="decision_axes_digits",
                details={"where": asked.where, "order": "yx" if swap else "xy"},
                alternatives=("xy" if swap else "yx",),
            )
        ]
    ordered = points[:, ::-1] if swap else points
    datum, how = _datum(asked)
    decisions: list[Decision] = []
    if reading.kind == "degrees":
        crs = _degrees(asked, datum, ordered)
    else:
        plane, decisions = _zone(asked, datum, ordered)
        if asked.table.hints is None:
            raise _crs_question(asked, [plane], ordered)
        crs = CRS.from_epsg(plane.epsg)
    value = coordinate_systems.name(crs)
    details = {"where": asked.where, "crs": value}
    named = Decision("crs", value, "decision_crs_composed", details, (), "--crs")
    return Placement(crs, swap, (named, *how, *decisions, *axis))


def _by_header(asked: _Asked, points: FloatArray) -> Placement:
    """Follow a header that names datum and zone where the digits tell nothing.

    So it is far from the zone's meridian: a plane drawn for its neighbours.
    """
    hints = asked.table.hints
    zone = asked.options.zone or (hints and hints.zone)
    form = header_form(points, zone) if zone else None
    if hints is None or not zone or form is None:
        raise CRSError("crs_missing", where=asked.where)
    datum, how = _datum(asked)
    plane = _plane_of_zone(datum, zone, prefixed=form.prefixed)
    crs = CRS.from_epsg(plane.epsg)
    value = coordinate_systems.name(crs)
    details: dict[str, object] = {"where": asked.where, "crs": value}
    named = Decision("crs", value, "decision_crs_composed", details, (), "--crs")
    details = {"where": asked.where, "zone": zone, "width": plane.width}
    code = "decision_zone_stated" if asked.options.zone else "decision_zone_header"
    by = Decision("zone", str(zone), code, details, (), "--zone")
    order = "yx" if form.north_first else "xy"
    details = {"where": asked.where, "order": order}
    axis = Decision("axis_order", order, "decision_axes_format", details, (), "--axes")
    return Placement(crs, form.north_first, (named, *how, by, axis))


def _datum(asked: _Asked) -> tuple[DatumName, list[Decision]]:
    hints, options = asked.table.hints, asked.options
    details = {"where": asked.where, "words": (hints and hints.datum_words) or "-"}
    others = ("xian80", "beijing54")
    if options.datum is not None:
        name, code = options.datum, "decision_datum_stated"
    elif hints is not None and hints.datum is not None:
        name, code = hints.datum, "decision_datum_file"
    elif hints is not None and hints.datum_words:
        raise CRSError("import_datum_unknown", **details)
    elif hints is not None and hints.standard is not None:
        name, code = hints.standard, "decision_datum_standard"
    else:
        name, code = "cgcs2000", "decision_datum_assumed"
    if name in ("gcj02", "bd09"):
        raise CRSError("import_datum_shifted", datum=name, **details)
    return name, [Decision("datum", name, code, details, others, "--datum")]


def _degrees(asked: _Asked, datum: DatumName, ordered: FloatArray) -> CRS:
    code = crs_names.geographic_code(datum)
    known = (
        asked.options.datum is not None
        or (asked.table.hints is not None and asked.table.hints.datum is not None)
        or (asked.table.hints is not None and asked.table.hints.standard is not None)
    )
    if code is None or not known:
        bounds = bounds_of(ordered)
        choices = [choice(asked.region, f"EPSG:{one}", bounds) for one in (4490, 4326)]
        raise DecisionNeededError(
            "import_crs_needed",
            where=asked.where,
            candidates=told(choices),
            choices=choices,
        )
    return CRS.from_epsg(code)


def _zone(
    asked: _Asked, datum: DatumName, ordered: FloatArray
) -> tuple[NationalPlane, list[Decision]]:
    """Settle the zone by prefix, option, header, map sheet or the region itself."""
    base: DatumName = "cgcs2000" if datum == "wgs84" else datum
    prefix = asked.reading.prefix if asked.reading is not None else None
    stated = asked.options.zone or (asked.table.hints and asked.table.hints.zone)
    if prefix is not None:
        if stated and stated != prefix:
            other = _plane_of_zone(base, stated, prefixed=True)
            raise _zone_conflict(asked, other, prefix)
        plane = _plane_of_zone(base, prefix, prefixed=True)
        details = {
            "where": asked.where,
            "zone": prefix,
            "value": f"{ordered[0, 0]:.10g}",
            "width": plane.width,
        }
        return plane, [
            Decision("zone", str(prefix), "decision_zone_prefix", details, (), "--crs"),
            Decision("prefix", "with", "decision_prefix_digits", details, (), "--crs"),
        ]
    without = Decision(
        "prefix",
        "without",
        "decision_prefix_none",
        {"where": asked.where, "value": f"{ordered[0, 0]:.10g}"},
        (),
        "--crs",
    )
    if stated:
        code = "decision_zone_stated" if asked.options.zone else "decision_zone_header"
        plane = _plane_of_zone(base, int(stated), prefixed=False)
        details = {"where": asked.where, "zone": stated, "width": plane.width}
        return plane, [
            Decision("zone", str(stated), code, details, (), "--zone"),
            without,
        ]
    plane, decision = _by_place(asked, base, ordered)
    return plane, [decision, without]


def _plane_of_zone(datum: DatumName, zone: int, *, prefixed: bool) -> NationalPlane:
    return NationalPlane(datum, zone, 3 if zone >= 25 else 6, prefixed)


def _by_place(
    asked: _Asked, datum: DatumName, ordered: FloatArray
) -> tuple[NationalPlane, Decision]:
    """Take the only zone that falls inside the region and its map sheet, or ask."""
    found = plane_choice.meridians(ordered, asked.region.outline)
    planes = [
        NationalPlane(datum, one.zone.number, one.zone.width, False) for one in found
    ]
    if not planes:
        raise CRSError("crs_missing", where=asked.where)
    sheets = asked.table.hints.sheets if asked.table.hints else ()
    boxes = [box for one in sheets if (box := plane_choice.sheet_bounds(one))]
    fitting = [
        plane
        for plane, one in zip(planes, found, strict=True)
        if all(overlap(one.bounds, box) for box in boxes)
    ]
    if len(fitting) == 1 and (boxes or asked.table.hints is not None):
        code = (
            "decision_zone_sheet" if boxes and len(planes) > 1 else "decision_zone_only"
        )
        details = {
            "where": asked.where,
            "zone": fitting[0].number,
            "sheet": listed(list(sheets)) or "-",
            "width": fitting[0].width,
        }
        others = tuple(f"EPSG:{one.epsg}" for one in planes if one != fitting[0])
        return fitting[0], Decision(
            "zone", str(fitting[0].number), code, details, others, "--zone"
        )
    raise _crs_question(asked, planes, ordered, fitting if boxes else [])


def _crs_question(
    asked: _Asked,
    planes: list[NationalPlane],
    ordered: FloatArray,
    sheet_fits: list[NationalPlane] | None = None,
) -> DecisionNeededError:
    """Offer each zone with where the coordinates would be."""
    choices = []
    for plane in planes:
        crs = CRS.from_epsg(plane.epsg)
        degrees = coordinate_systems.to_degrees(ordered, crs)
        offer = choice(asked.region, f"EPSG:{plane.epsg}", bounds_of(degrees))
        meridian = 3 * plane.number if plane.width == 3 else 6 * plane.number - 3
        offer |= {"meridian": meridian, "zone": plane.number, "width": plane.width}
        if sheet_fits:
            offer["fits_map_sheet"] = plane in sheet_fits
        choices.append(offer)
    code = "import_zone_ambiguous" if len(choices) > 1 else "import_crs_needed"
    return DecisionNeededError(
        code,
        where=asked.where,
        count=len(choices),
        candidates=told(choices),
        choices=choices,
    )
