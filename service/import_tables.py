"""What the import commands print for people: decisions, faults, versions."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from geo.messages import Note
from layers.errors import DecisionNeededError
from layers.importing.report import ImportReport
from layers.importing.versions import DiffReport, HistoryReport

_FEW = 20


def imported(report: ImportReport, console: Console) -> None:
    """Print what became of a file."""
    state = "未变 unchanged" if report.unchanged else "新版本 new"
    state += "" if report.published else "；仅查看 only looked at"
    console.print(f"{report.layer} {report.version} ({state})  {report.crs}")
    if report.raster is None:
        console.print(f"要素 features: {report.rows} / {report.rows_in_file}")
    else:
        size = f"{report.raster.width} × {report.raster.height}"
        ends = f"{report.raster.minimum:g} – {report.raster.maximum:g}"
        console.print(
            f"像元 cells: {size}  无数据 no data: {report.raster.without_value}"
            f"  值 values: {ends}"
        )
    decisions = _table("事项 what", "取值 value", "理由 reason", "改用 overrule")
    for one in report.decisions:
        reason = f"{one['reason']['zh']}\n{one['reason']['en']}"
        decisions.add_row(one["what"], one["value"], reason, one["option"])
    console.print(decisions)
    if report.faults:
        told = "  ".join(f"{kind}: {count}" for kind, count in report.faults.items())
        console.print(f"缺陷 faults: {told}")
    for note in (*report.repairs, *report.notes):
        console.print(f"- {note['zh']}\n  {note['en']}", markup=False)
    if report.area_m2 is not None:
        areas = _table("要素 feature", "面积 area m²", "公顷 ha", "亩 mu")
        for key, value in [*report.areas_m2.items(), ("合计 total", report.area_m2)]:
            mu = f"{value * 15 / 1e4:,.2f}"
            areas.add_row(key, f"{value:,.2f}", f"{value / 1e4:,.4f}", mu)
        console.print(areas)


def question_json(error: DecisionNeededError, previews: Sequence[Path] = ()) -> str:
    """Write a question with its choices for programs, and where each is drawn."""
    drawn = {"previews": [str(one) for one in previews]} if previews else {}
    return json.dumps(
        {"code": error.code, **error.text._asdict(), **error.details, **drawn},
        ensure_ascii=False,
        indent=2,
        default=str,
    )


def written(what: str, notes: tuple[Note, ...], as_json: bool) -> None:
    """Say what was written and what the format could not hold."""
    told = [note.as_dict() for note in notes]
    if as_json:
        answer = {"file": what, "notes": told}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, default=str) + "\n")
        return
    console = Console()
    console.print(what, markup=False)
    for note in told:
        console.print(f"- {note['zh']}\n  {note['en']}", markup=False)


def history(report: HistoryReport, console: Console) -> None:
    """Print a line per version."""
    table = _table(
        "", "版本 version", "导入 imported", "要素 rows", "坐标系 CRS", "文件 files"
    )
    for one in report.versions:
        mark = "→" if one.current else ""
        rows = "-" if one.rows is None else str(one.rows)
        files = ", ".join(one.files)
        table.add_row(mark, one.version, one.imported, rows, one.crs, files)
    console.print(table)


def diff(report: DiffReport, console: Console) -> None:
    """Print counts and the first changes."""
    told = "  ".join(f"{kind}: {count}" for kind, count in report.counts.items())
    console.print(f"{report.layer}: {report.left} → {report.right}  {told}")
    console.print(f"m²: {report.before_m2:,.2f} → {report.after_m2:,.2f}")
    table = _table(
        "要素 feature", "变化 change", "字段 fields", "前 before m²", "后 after m²"
    )
    for one in report.changes[:_FEW]:
        sizes = (_size(one.before_m2), _size(one.after_m2))
        table.add_row(one.feature, one.change, ", ".join(one.fields), *sizes)
    console.print(table)
    for check in report.checks or ():
        console.print(f"- {check.check}: {'; '.join(check.answers)}", markup=False)


def _size(value: float | None) -> str:
    return "-" if value is None else f"{value:,.2f}"


def _table(*columns: str) -> Table:
    table = Table(box=SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, overflow="fold")
    return table
