"""What stands at the end: coordinates, slivers, layers, rules, method, signatures."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from geo.types import FloatArray
from layers.models import Bilingual
from layers.times import time_text
from service.checking.models import CheckReport, ParcelResult
from service.reports.blocks import (
    Block,
    Column,
    Paragraph,
    Row,
    Section,
    Signatures,
    Table,
    Value,
)
from service.reports.names import Names, known
from service.reports.planes import plane_for
from service.reports.words import (
    DEGREES,
    M2,
    METRES,
    PERCENT,
    joined,
    status_word,
    word,
)

POINTS_PER_BLOCK = 80
"""Points of two columns that stand beside each other."""
MOST_POINTS = 2000
"""Points of a parcel that are printed; workbook and GeoPackage hold all."""


@dataclass(frozen=True)
class Point:
    """A boundary point, numbered through all rings of its parcel.

    Parameters
    ----------
    number : str
        ``J1``, …; the last point of a ring is its first again.
    ring : int
        From 1.
    north, east : float
        Metres.
    lonlat : tuple of float or None
        Degrees, where the file has these.
    side_m : float or None
        In the plane, to the next point; None for the last of a ring.
    """

    number: str
    ring: int
    north: float
    east: float
    lonlat: tuple[float, float] | None
    side_m: float | None


@dataclass(frozen=True)
class Outline:
    """The points of a parcel, and the plane their numbers are in."""

    crs: CRS
    points: tuple[Point, ...]
    geographic: bool


def outlines(source: Sequence[gpd.GeoSeries]) -> dict[str, Outline]:
    """Answer the numbered points of all parcels, as they are in their files.

    Parameters
    ----------
    source : sequence of GeoSeries
        One per file, in its CRS, x,y order; index: ids of parcels.
    """
    return {
        str(key): _outline(shape, CRS.from_user_input(series.crs))
        for series in source
        for key, shape in series.items()
    }


def _outline(shape: shapely.Geometry, crs: CRS) -> Outline:
    rings = [
        shapely.get_coordinates(one)
        for part in shapely.get_parts(shape)
        for one in shapely.get_rings(part)
    ]
    geographic = crs.is_geographic
    plane = plane_for(np.concatenate(rings), crs) if geographic else crs
    points: list[Point] = []
    count = 0
    for number, ring in enumerate(rings, start=1):
        metres = _projected(ring, crs, plane) if geographic else ring
        points += _ring(metres, ring if geographic else None, number, count)
        count += len(ring) - 1
    return Outline(plane, tuple(points), geographic)


def _projected(ring: FloatArray, crs: CRS, plane: CRS) -> FloatArray:
    step = Transformer.from_crs(crs, plane, always_xy=True)
    return np.column_stack(step.transform(ring[:, 0], ring[:, 1]))


def _ring(
    metres: FloatArray, degrees: FloatArray | None, ring: int, before: int
) -> Iterator[Point]:
    sides = np.hypot(*np.diff(metres, axis=0).T)
    last = len(metres) - 1
    for n, (east, north) in enumerate(metres.tolist()):
        lonlat = None if degrees is None else (degrees[n, 0], degrees[n, 1])
        yield Point(
            f"J{before + 1 + n % last}",
            ring,
            north,
            east,
            lonlat,
            float(sides[n]) if n < last else None,
        )


def coordinates(report: CheckReport, found: dict[str, Outline]) -> Section:
    """Answer the annex of coordinates."""
    blocks = [block for parcel in report.parcels for block in _of_parcel(parcel, found)]
    return Section(word("title_coordinates"), tuple(blocks), new_page=True)


def _of_parcel(parcel: ParcelResult, found: dict[str, Outline]) -> Iterator[Block]:
    outline = found[parcel.id]
    name, code = outline.crs.name, outline.crs.to_authority()
    plane = name if code is None else f"{name} ({':'.join(code)})"
    caption = word(
        "table_points",
        parcel=Names.parcel(parcel),
        plane=plane,
        count=len({one.number for one in outline.points}),
    )
    shown = outline.points[:MOST_POINTS]
    columns = _point_columns(geographic=outline.geographic)
    if outline.geographic:
        # Latitude and longitude too: there is no room for two points beside.
        rows = [Row(_point_cells(one)) for one in shown]
        yield Table(columns, tuple(rows), caption, small=True)
    else:
        blocks = range(0, len(shown), POINTS_PER_BLOCK)
        parts = [shown[start : start + POINTS_PER_BLOCK] for start in blocks]
        rows = [row for part in parts for row in _beside(part, len(columns))]
        yield Table((*columns, *columns), tuple(rows), caption, small=True)
    if len(shown) < len(outline.points):
        yield Paragraph(
            word("points_cut", shown=len(shown), count=len(outline.points)), "caution"
        )


def _point_columns(*, geographic: bool) -> tuple[Column, ...]:
    degrees = (
        Column(word("latitude"), 8, DEGREES, 1.25, grouped=False),
        Column(word("longitude"), 8, DEGREES, 1.25, grouped=False),
    )
    return (
        Column(word("point"), weight=0.7),
        Column(word("ring"), 0, weight=0.65),
        *(degrees if geographic else ()),
        Column(word("north"), 3, METRES, 1.25, grouped=False),
        Column(word("east"), 3, METRES, 1.35, grouped=False),
        *(() if geographic else (Column(word("side"), 3, METRES, 1.0, grouped=False),)),
    )


def _beside(points: Sequence[Point], width: int) -> Iterator[Row]:
    middle = (len(points) + 1) // 2
    empty: tuple[Value, ...] = ("",) * width
    for left, right in zip_longest(points[:middle], points[middle:]):
        beside = empty if right is None else _point_cells(right)
        yield Row((*_point_cells(left), *beside))


def _point_cells(point: Point) -> tuple[Value, ...]:
    if point.lonlat is not None:
        lon, lat = point.lonlat
        return point.number, point.ring, lat, lon, point.north, point.east
    side: Value = "" if point.side_m is None else point.side_m
    return point.number, point.ring, point.north, point.east, side


def all_points(report: CheckReport, found: dict[str, Outline]) -> Table:
    """Answer all points as one flat table."""
    columns = (
        Column(word("parcel_number")),
        Column(word("parcel_name")),
        Column(word("crs")),
        *_point_columns(geographic=True),
        Column(word("side"), 3, METRES, grouped=False),
    )
    rows = []
    for parcel in report.parcels:
        outline = found[parcel.id]
        code = outline.crs.to_authority()
        plane = outline.crs.name if code is None else ":".join(code)
        for one in outline.points:
            lon, lat = one.lonlat or (None, None)
            own = Names.number(parcel), known(parcel.name), plane
            place = one.number, one.ring, lat, lon, one.north, one.east, one.side_m
            rows.append(Row((*own, *place)))
    return Table(columns, tuple(rows))


def slivers(report: CheckReport) -> Section:
    """Answer the list of slivers, or that there is none."""
    if not report.slivers:
        return Section(word("title_slivers"), (Paragraph(word("no_slivers")),))
    note = Paragraph(word("slivers_note"), "small")
    return Section(word("title_slivers"), (sliver_table(report), note))


def sliver_table(report: CheckReport) -> Table:
    """Answer one row for each sliver."""
    names = Names(report)
    parcels = {one.id: one for one in report.parcels}
    columns = (
        Column(word("row_number")),
        Column(word("parcel"), weight=2.0),
        Column(word("layer"), weight=2.0),
        Column(word("features"), weight=2.0),
        Column(word("area"), 4, M2),
        Column(word("width"), 4, METRES),
        Column(word("share_of_parcel"), 4, PERCENT, share=True),
        Column(word("because"), weight=1.2),
    )
    rows = [
        Row(
            (
                str(number),
                names.parcel(parcels[one.parcel]),
                names.layer(one.layer),
                "; ".join(one.features),
                one.area_m2,
                one.width_m,
                one.share,
                joined([word(f"because_{reason}") for reason in one.reasons]),
            )
        )
        for number, one in enumerate(report.slivers, start=1)
    ]
    return Table(columns, tuple(rows), word("table_slivers"), small=True)


def layer_list(report: CheckReport) -> Section:
    """Answer the layers with version, date, provider, caution and secrecy."""
    used = [*report.layers, *([report.banners] if report.banners else [])]
    columns = (
        Column(word("row_number")),
        Column(word("layer"), weight=2.4),
        Column(word("status"), weight=1.0),
        Column(word("version"), weight=1.5),
        Column(word("dates"), weight=1.4),
        Column(word("provider"), weight=2.6),
        Column(word("caution"), weight=2.4),
        Column(word("secrecy"), weight=1.1),
    )
    rows = []
    for number, one in enumerate(used, start=1):
        stands_for = time_text(one.valid_time)
        dates = word(
            "dates_of",
            valid_zh=stands_for.zh,
            valid_en=stands_for.en,
            retrieved=one.retrieved,
        )
        caution = one.caution or ""
        rows.append(
            Row(
                (
                    str(number),
                    one.title,
                    status_word(one.status),
                    one.version,
                    dates,
                    Bilingual(zh=one.provider_zh or one.provider, en=one.provider),
                    caution,
                    known(one.secrecy),
                )
            )
        )
    table = Table(columns, tuple(rows), word("table_layer_list"), small=True)
    return Section(word("title_layer_list"), (table,))


def rule_table(report: CheckReport) -> Table:
    """Answer the rules that findings come from."""
    columns = (
        Column(word("rule"), weight=1.2),
        Column(word("layers"), weight=1.4),
        Column(word("class"), weight=1.2),
        Column(word("use"), weight=1.0),
        Column(word("finding"), weight=1.3),
        Column(word("clause"), weight=4.0),
        Column(word("confirmed"), weight=0.9),
    )
    rows = []
    for one in report.rules.rules:
        clause: Bilingual | str = ""
        if one.clause is not None:
            said = one.clause.text or Bilingual(zh="", en="")
            head = f"{one.clause.document} {one.clause.article or ''}".strip()
            clause = Bilingual(zh=f"{head} {said.zh}", en=f"{head} {said.en}")
        confirmed = word("yes" if one.confirmed else "not_yet")
        rows.append(
            Row(
                (
                    one.id,
                    ", ".join(one.layers),
                    ", ".join(one.classes),
                    ", ".join(one.uses),
                    word(f"level_{one.level}"),
                    clause,
                    confirmed,
                )
            )
        )
    caption = word(
        "table_rules",
        title_zh=report.rules.title.zh,
        title_en=report.rules.title.en,
        version=report.rules.version,
    )
    return Table(columns, tuple(rows), caption, small=True)


def method(report: CheckReport) -> Section:
    """Answer the method, the rules and what else a reader must know."""
    blocks: list[Block] = [Paragraph(one, "number") for one in report.method_text]
    blocks.append(rule_table(report))
    if report.notes:
        blocks.append(Paragraph(word("notes")))
    blocks += [
        Paragraph(Bilingual(zh=one.zh, en=one.en), "small") for one in report.notes
    ]
    blocks.append(
        Paragraph(
            word(
                "reproduced",
                result_id=report.result_id,
                software=report.software,
                method=report.method,
            ),
            "small",
        )
    )
    return Section(word("title_method"), tuple(blocks))


def signatures() -> Section:
    """Answer where people sign."""
    roles = tuple(word(f"role_{one}") for one in ("made", "checked", "approved"))
    block = Signatures(roles, word("seal"), word("date"))
    return Section(word("title_signatures"), (block,))
