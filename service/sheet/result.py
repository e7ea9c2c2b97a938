"""A site on the sheet: its outline on the map and the table of its check beneath."""

import math
from typing import Any, Literal

import shapely
from shapely.geometry import shape

from layers.catalog import Catalog
from layers.models import Bilingual, LayerSpec
from service.errors import ParameterError
from service.models import Answer, LayerRef, OverlapReport, SiteReport, ZonalReport
from service.palette import BADGES, CAUTIONED, symbol_of
from service.pieces import PiecesReport
from service.sheet.sentences import SHEET
from service.symbols import swatch
from service.words import Language, said

Unit = Literal["km2", "ha", "mu"]
Item = dict[str, Any]

FACTORS: dict[Unit, float] = {"km2": 1e-6, "ha": 1e-4, "mu": 0.0015}
_NAMES: dict[Unit, tuple[str, str]] = {
    "km2": ("km²", "km²"),
    "ha": ("公顷", "ha"),
    "mu": ("亩", "mu"),
}
_LOCATION = "banners"
"""Where the site is, not what it touches."""
_MOST_NOTES = 12
_MOST_CLASSES = 12
_LEAST_SHARE = 0.0005


_NO_SHAPES = (
    AttributeError,
    KeyError,
    TypeError,
    ValueError,
    IndexError,
    shapely.errors.ShapelyError,
)


class CheckedSite(Answer):
    """What the processes ``site`` and ``pieces`` answered for one file."""

    report: SiteReport
    pieces: PiecesReport

    def outline(self) -> list[shapely.Geometry]:
        """Answer the site's polygons, lon,lat degrees.

        Raises
        ------
        ParameterError
            ``input_unusable``: no shapes of GeoJSON, or not on the Earth.
        """
        own = [
            one
            for one in self.pieces.features
            if _properties(one).get("role") == "site"
        ]
        try:
            shapes: list[shapely.Geometry] = [shape(one["geometry"]) for one in own]
            bounds = shapely.total_bounds(shapes)
        except _NO_SHAPES as error:
            raise _unusable(error) from error
        # False also where a coordinate is no number.
        if not (abs(bounds) <= _LIMITS).all():
            raise _unusable(ValueError("lon, lat"))
        return shapes


_LIMITS = (180.0, 90.0, 180.0, 90.0)


def _properties(feature: Item) -> Item:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _unusable(error: Exception) -> ParameterError:
    details = {"value": "{…}", "reason": str(error)[:100]}
    return ParameterError("input_unusable", parameter="site.pieces.features", **details)


def with_spread(m2: float, spread_m2: float | None, factor: float) -> tuple[str, str]:
    """Write a value and its +/-: two figures of the +/-, the value to the same place.

    >>> with_spread(1_234_567.0, 45_678.0, 1e-6)
    ('1.235', '±0.046')
    >>> with_spread(1_234_567.0, None, 1e-6)
    ('1.235', '')
    """
    value = m2 * factor
    if not spread_m2:
        return f"{value:,.{_decimals(value)}f}", ""
    spread = spread_m2 * factor
    place = math.floor(math.log10(spread)) - 1
    digits = min(6, max(0, -place))
    coarse = 10.0 ** max(0, place)
    return f"{value:,.{digits}f}", f"±{round(spread / coarse) * coarse:,.{digits}f}"


def _decimals(value: float) -> int:
    if value == 0:
        return 0
    return min(4, max(0, 3 - math.floor(math.log10(abs(value)))))


def result_table(
    site: CheckedSite, catalog: Catalog, language: Language, unit: Unit
) -> Item:
    """Answer what the template sets after the map, all of it text.

    Parameters
    ----------
    site : CheckedSite
    catalog : Catalog
        Knows the symbols of the layers.
    language : {"zh", "en"}
    unit : {"km2", "ha", "mu"}
    """
    report = site.report
    known = {spec.id: spec for spec in catalog.specs}
    place = 0 if language == "zh" else 1
    overlaps = sorted(
        (one for one in report.overlaps if one.right.id != _LOCATION),
        key=lambda one: -one.totals.overlap_dissolved_m2,
    )
    touched = [one for one in overlaps if one.totals.overlap_dissolved_m2 > 0]
    missed = [one for one in overlaps if one.totals.overlap_dissolved_m2 <= 0]
    names = [said(one.right.title, language) for one in missed]
    whole = report.area.total_m2
    rest = site.pieces.rest_m2
    return {
        "name": said(report.site.title, language),
        "places": ("、", ", ")[place].join(_places(report, language)),
        "areas": areas_text(whole, language),
        "unit": _NAMES[unit][place],
        "rows": [_row(one, known, language, unit) for one in touched],
        "rest": None if rest is None else _rest(rest, whole, unit),
        "missed": ("、", ", ")[place].join(names),
        "covers": [
            _cover(one, known.get(one.raster.id), language) for one in report.zonals
        ],
        "notes": _notes(report, language),
        "method": SHEET["method"][place].format(method=report.method),
        "id": report.result_id,
    }


def areas_text(m2: float, language: Language) -> str:
    """Write an area in all three units."""
    place = 0 if language == "zh" else 1
    return " = ".join(
        f"{with_spread(m2, None, FACTORS[unit])[0]} {_NAMES[unit][place]}"
        for unit in FACTORS
    )


def legend_row(site: CheckedSite, language: Language) -> Item:
    """Answer the site's row of the legend: black on white, like no layer."""
    outline = (
        '<svg xmlns="http://www.w3.org/2000/svg" width="30" height="18" '
        'viewBox="0 0 30 18"><path d="M4 13 3 4l11-2 12 5-4 9z" fill="#fff" '
        'stroke="#16181D" stroke-width="2.2"/></svg>'
    )
    return {
        "swatch": outline,
        "name": said(site.report.site.title, language),
        "badge": "",
        "ink": "#16181D",
        "dashed": False,
        "km2": with_spread(site.report.area.total_m2, None, FACTORS["km2"])[0],
        "classes": [],
    }


def _places(report: SiteReport, language: Language) -> list[str]:
    """Name the banners that the site lies in, the one with most of it first."""
    rows = [
        row
        for one in report.overlaps
        if one.right.id == _LOCATION
        for row in one.rows
        if row.kind == "overlap" and not row.sliver
    ]
    ranked = sorted(rows, key=lambda row: -row.area_m2)
    names = [
        (row.right_name, row.right_name_en)[0 if language == "zh" else 1]
        for row in ranked
    ]
    return [name for name in names if name]


def _row(
    one: OverlapReport, known: dict[str, LayerSpec], language: Language, unit: Unit
) -> Item:
    pairs = [row.uncertainty_m2 for row in one.rows if row.kind == "overlap"]
    spreads = [value for value in pairs if value is not None]
    spread = sum(spreads) if len(spreads) == len(pairs) else None
    shared, whole = one.totals.overlap_dissolved_m2, one.totals.left_dissolved_m2
    value, plus = with_spread(shared, spread, FACTORS[unit])
    if spread is None:
        plus = SHEET["unknown"][0 if language == "zh" else 1]
    spec = known.get(one.right.id)
    return {
        "swatch": _sample(spec),
        **_named(one.right, language),
        "value": value,
        "plus": plus,
        "share": _percent(shared / whole if whole else None),
    }


def _sample(spec: LayerSpec | None) -> str:
    if spec is None or spec.kind == "raster":
        return ""
    drawn = str(swatch(symbol_of(spec), f"t-{spec.id}"))
    return drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)


def _named(layer: LayerRef, language: Language) -> Item:
    badge = BADGES[layer.status]
    return {
        "name": said(layer.title, language),
        "badge": badge.zh if language == "zh" else badge.en,
        "ink": badge.text if badge.text != "#FFFFFF" else "#1F2A37",
        "dashed": layer.status in CAUTIONED,
    }


def _rest(rest_m2: float, whole_m2: float, unit: Unit) -> list[str]:
    value, _ = with_spread(rest_m2, None, FACTORS[unit])
    return [value, _percent(rest_m2 / whole_m2 if whole_m2 else None)]


def _percent(share: float | None) -> str:
    if share is None:
        return "–"
    if share == 0:
        return "0"
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{100 * share:.{2 if share < 0.1 else 1}f}%"


def _cover(one: ZonalReport, spec: LayerSpec | None, language: Language) -> Item:
    """Answer shares of classes over the whole site, the largest first."""
    place = 0 if language == "zh" else 1
    areas: dict[str, float] = {}
    for row in one.rows:
        label = (row.label, row.label_en)[place]
        areas[label] = areas.get(label, 0.0) + row.area_m2
    total = sum(areas.values()) or 1.0
    ranked = sorted(areas.items(), key=lambda item: -item[1])[:_MOST_CLASSES]
    unit = "" if spec is None or spec.unit in (None, "1") else f" · {spec.unit}"
    return {
        "name": said(one.raster.title, language) + unit,
        "classes": [
            [label, _percent(value / total)]
            for label, value in ranked
            if value / total >= _LEAST_SHARE
        ],
    }


def _notes(report: SiteReport, language: Language) -> list[str]:
    parts = [report.notes, *(one.notes for one in report.overlaps)]
    parts += [one.notes for one in report.zonals]
    texts = dict.fromkeys(
        said(Bilingual(zh=note.zh, en=note.en), language)
        for notes in parts
        for note in notes
    )
    return list(texts)[:_MOST_NOTES]
