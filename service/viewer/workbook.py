"""The answer to a check as a workbook: overlaps, raster classes, notes."""

from collections.abc import Iterator
from io import BytesIO

import xlsxwriter

from layers.models import Bilingual
from service.models import LayerRef, NoteModel, OverlapReport, SiteReport, ZonalReport
from service.words import Language, said

Cell = str | float | None
Row = tuple[Cell, ...]

M2_PER_MU = 10_000 / 15
"""15 mu are a hectare."""
_WIDTHS = (30, 10, 18, 34)

_HEADS: dict[str, tuple[str, str]] = {
    "overlaps": ("重叠", "Overlaps"),
    "classes": ("栅格", "Rasters"),
    "notes": ("说明", "Notes"),
    "layer": ("图层", "Layer"),
    "status": ("性质", "Status"),
    "id": ("要素编号", "Feature id"),
    "name": ("要素", "Feature"),
    "m2": ("面积 m²", "Area m²"),
    "km2": ("km²", "km²"),
    "ha": ("公顷", "ha"),
    "mu": ("亩", "mu"),
    "share": ("占地块", "Share of site"),
    "spread": ("± m²", "± m²"),
    "sliver": ("接边碎片", "Sliver"),
    "result": ("结果编号", "Result id"),
    "site": ("地块", "Site"),
    "all": ("合计（去重叠）", "Together (dissolved)"),
    "class": ("类别或分级", "Class or interval"),
}


def workbook(report: SiteReport, language: Language) -> bytes:
    """Write a report as XLSX.

    Parameters
    ----------
    report : SiteReport
        Its numbers are written unrounded.
    language : {"zh", "en"}
    """
    out = BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        # A report comes from the caller, who may write what no cell can hold.
        "nan_inf_to_errors": True,
    }
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        for name, rows in (
            ("overlaps", _overlaps(report, language)),
            ("classes", _classes(report, language)),
            ("notes", _notes(report, language)),
        ):
            sheet = book.add_worksheet(_word(name, language))
            for column, width in enumerate(_WIDTHS):
                sheet.set_column(column, column, width)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows):
                sheet.write_row(at, 0, row, bold if at == 0 else None)
    return out.getvalue()


def _word(key: str, language: Language) -> str:
    return _HEADS[key][0 if language == "zh" else 1]


def _head(language: Language, *keys: str) -> Row:
    return tuple(_word(key, language) for key in keys)


def _areas(m2: float) -> Row:
    return m2, m2 / 1e6, m2 / 1e4, m2 / M2_PER_MU


def _title(layer: LayerRef, language: Language) -> str:
    return said(layer.title, language)


def _overlaps(report: SiteReport, language: Language) -> Iterator[Row]:
    measures = ("m2", "km2", "ha", "mu", "share", "spread", "sliver", "result")
    yield _head(language, "layer", "status", "id", "name", *measures)
    site = report.site
    total = _areas(report.area.total_m2)
    own = (_word("site", language), site.status, "", _title(site, language))
    yield (*own, *total, 1.0, None, "", report.area.result_id)
    for one in report.overlaps:
        yield from _of_layer(one, language)


def _of_layer(report: OverlapReport, language: Language) -> Iterator[Row]:
    layer = _title(report.right, language), report.right.status
    whole = report.totals.left_dissolved_m2
    shared = report.totals.overlap_dissolved_m2
    share = shared / whole if whole else None
    together = "", _word("all", language), *_areas(shared), share, None, ""
    yield (*layer, *together, report.result_id)
    for row in report.rows:
        if row.kind != "overlap":
            continue
        name = row.right_name if language == "zh" else row.right_name_en
        named = row.right_id, name or row.right_name or row.right_name_en or ""
        measured = (*_areas(row.area_m2), row.share_left, row.uncertainty_m2)
        yield (*layer, *named, *measured, "x" * row.sliver, report.result_id)


def _classes(report: SiteReport, language: Language) -> Iterator[Row]:
    measures = ("m2", "km2", "ha", "mu", "share", "result")
    yield _head(language, "layer", "status", "id", "class", *measures)
    for one in report.zonals:
        yield from _of_raster(one, language)


def _of_raster(report: ZonalReport, language: Language) -> Iterator[Row]:
    layer = _title(report.raster, language), report.raster.status
    for row in report.rows:
        label = row.label if language == "zh" else row.label_en
        measured = (*_areas(row.area_m2), row.share, report.result_id)
        yield (*layer, row.zone_id, label, *measured)


def _notes(report: SiteReport, language: Language) -> Iterator[Row]:
    yield _head(language, "layer", "notes")
    yield "", report.method
    yield "", report.result_id
    parts = [(report.site, report.notes)]
    parts += [(one.right, one.notes) for one in report.overlaps]
    parts += [(one.raster, one.notes) for one in report.zonals]
    for layer, notes in parts:
        for note in notes:
            yield _title(layer, language), _text(note, language)


def _text(note: NoteModel, language: Language) -> str:
    return said(Bilingual(zh=note.zh, en=note.en), language)
