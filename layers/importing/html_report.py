"""The report of an import as a page that needs nothing beside itself."""

from collections.abc import Iterable, Iterator
from html import escape

from layers.importing.report import ImportReport

_STYLE = (
    "body{font:14px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
    "table{border-collapse:collapse;width:100%}"
    "td,th{border:1px solid #ccc;padding:.3em .5em;text-align:left;vertical-align:top}"
)


def page(report: ImportReport) -> str:
    """Write decisions, faults, repairs and notes in Chinese and English."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: ImportReport) -> Iterator[str]:
    title = f"导入报告 Import report: {report.layer} {report.version}"
    yield '<!doctype html><html lang="zh"><head><meta charset="utf-8">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f"<h1>{escape(title)}</h1>"
    facts = [
        ("文件 Files", ", ".join(one.cited for one in report.files)),
        ("时间 Imported", report.imported),
        ("坐标系 CRS", report.crs),
        ("要素 Features", f"{report.rows} / {report.rows_in_file}"),
        *_cells(report),
        ("面积 Area m²", "-" if report.area_m2 is None else f"{report.area_m2:.2f}"),
    ]
    yield from _table(("", ""), facts)
    yield "<h2>决定 Decisions</h2>"
    yield from _table(
        ("事项 What", "取值 Value", "理由 Reason", "其他 Else", "改用 Overrule"),
        (
            (
                one["what"],
                one["value"],
                f"{one['reason']['zh']} {one['reason']['en']}",
                ", ".join(one["alternatives"]),
                one["option"],
            )
            for one in report.decisions
        ),
    )
    yield "<h2>缺陷 Faults</h2>"
    yield from _table(("", ""), report.faults.items())
    yield from _table(
        ("类型 Kind", "要素 Feature", "x", "y", "经度 lon", "纬度 lat", "大小 Size"),
        (
            (one.kind, one.feature, one.x, one.y, one.lon, one.lat, one.value)
            for one in report.fault_list[:500]
        ),
    )
    yield "<h2>修复 Repairs</h2>"
    yield from _notes(report.repairs)
    yield "<h2>说明 Notes</h2>"
    yield from _notes(report.notes)
    yield "</body></html>"


def _cells(report: ImportReport) -> Iterator[tuple[str, str]]:
    facts = report.raster
    if facts is not None:
        yield "像元 Cells", f"{facts.width} × {facts.height}"
        yield "无数据 No data", str(facts.without_value)
        yield "取值 Values", f"{facts.minimum:g} – {facts.maximum:g}"


def _notes(notes: Iterable[dict[str, object]]) -> Iterator[str]:
    yield "<ul>"
    for note in notes:
        yield f"<li>{escape(str(note['zh']))}<br>{escape(str(note['en']))}</li>"
    yield "</ul>"


def _table(head: tuple[str, ...], rows: Iterable[Iterable[object]]) -> Iterator[str]:
    yield "<table>"
    if any(head):
        yield "<tr>" + "".join(f"<th>{escape(one)}</th>" for one in head) + "</tr>"
    for row in rows:
        cells = ("" if one is None else escape(str(one)) for one in row)
        yield "<tr>" + "".join(f"<td>{one}</td>" for one in cells) + "</tr>"
    yield "</table>"
