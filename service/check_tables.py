"""What the commands of the conflict check print for people."""

from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from geo.messages import render
from service.checking.batch import BatchReport
from service.checking.comparing import AnswerChange, Comparison, InputChange
from service.checking.models import (
    AvoidReport,
    CheckReport,
    LayerResult,
    ParcelResult,
    RulesInUse,
)
from service.checking.verifying import Verification


def check(report: CheckReport, console: Console) -> None:
    """Print how files were read, a table for each parcel, and the findings."""
    for one in report.decisions:
        console.print(
            f"{one.file}  {one.what}: {one.value}  {one.reason.zh} {one.reason.en}",
            markup=False,
            highlight=False,
        )
    titles = {one.id: f"{one.title.zh} {one.title.en}" for one in report.layers}
    for parcel in report.parcels:
        console.print(_parcel(parcel, titles))
    total = report.summary.total
    console.print(
        f"合计 total  {total.m2} m²  {total.ha} ha  {total.mu} 亩", highlight=False
    )
    for sliver in report.slivers:
        console.print(
            f"接边误差 sliver  {sliver.parcel} × {sliver.layer}"
            f"  {sliver.area_m2:.4f} m²  {sliver.width_m:.4f} m",
            highlight=False,
        )
    console.print(f"结果 Result {report.result_id}  方法 Method {report.method}")
    for note in report.notes:
        console.print(f"· {note.zh}\n  {note.en}", markup=False, highlight=False)


def rules(table: RulesInUse, console: Console) -> None:
    """Print a table of rules, and which layers each is about."""
    where = table.file or "默认 default"
    console.print(
        f"{table.title.zh} {table.title.en}  {table.id} {table.version}  {where}",
        markup=False,
        highlight=False,
    )
    shown = Table(box=SIMPLE_HEAD)
    for heading in ("规则 Rule", "结论 Finding", "图层 Layers", "分类·用途", "条款"):
        shown.add_column(heading, overflow="fold")
    shown.add_column("已确认")
    for one in table.rules:
        clause = one.clause
        cited = clause and f"{clause.document} {clause.article or ''}".rstrip()
        shown.add_row(
            escape(one.id),
            "\n".join(render(f"check_level_{one.level}", {})),
            " ".join(table.about[one.id]) or "无 none",
            escape(" ".join((*one.classes, *one.uses))),
            escape(cited or ""),
            "✓" if one.confirmed else "",
        )
    console.print(shown)


def avoid(report: AvoidReport, console: Console) -> None:
    """Print what is free of each parcel, and how it could be moved."""
    for one in report.parcels:
        console.print(
            f"{one.id}  空余 free {one.free.m2} m²  {one.free.mu} 亩"
            f"  ({100 * one.free_share:.2f} %)",
            highlight=False,
        )
        console.print(f"  {one.text.zh}\n  {one.text.en}", highlight=False)
    console.print(f"结果 Result {report.result_id}  方法 Method {report.method}")


def batch(report: BatchReport, console: Console) -> None:
    """Print what became of a batch."""
    console.print(f"{report.folder}/ledger.csv", highlight=False)
    console.print(
        f"文件 files {report.files}  地块 parcels {report.parcels}"
        f"  此前已做 done before {report.resumed_at}",
        highlight=False,
    )
    console.print(f"结果 Result {report.result_id}", highlight=False)


def changes(found: Comparison, console: Console) -> None:
    """Print why and where answers changed."""
    console.print(f"结果 Result {found.before} → {found.after}", highlight=False)
    _inputs(found.inputs, console)
    _answers(found.changes, console)
    count = len(found.parcels_changed)
    console.print(
        f"变化地块 changed {count}  未变 same {found.parcels_same}", highlight=False
    )


def verification(found: Verification, console: Console) -> None:
    """Print whether a report says the same when it is made again."""
    said = {
        True: "按原版本可以复现 reproduced from the versions it cites",
        False: "按原版本不能复现 NOT reproduced from the versions it cites",
        None: "原版本已不全，无法复现 its versions are not all there to reproduce it",
    }
    same = "一致 same" if found.same else "不一致 differs"
    console.print(f"结果 Result {found.result_id}  {same}", highlight=False)
    console.print(said[found.reproduced], highlight=False)
    _inputs(found.inputs, console)
    _answers(found.changes or found.deviations, console)


def _inputs(found: Sequence[InputChange], console: Console) -> None:
    for one in found:
        console.print(f"· {one.text.zh}\n  {one.text.en}", highlight=False)


def _answers(found: Sequence[AnswerChange], console: Console) -> None:
    if not found:
        return
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("地块 parcel", "图层 layer", "事项 what", "原 before", "今 after"):
        table.add_column(heading, overflow="fold")
    for one in found:
        table.add_row(
            one.parcel, one.layer or "", one.what, one.before or "", one.after or ""
        )
    console.print(table)


def _parcel(parcel: ParcelResult, titles: dict[str, str]) -> Table:
    name = " ".join(filter(None, (parcel.id, parcel.name)))
    amount = parcel.printed
    title = f"{name}  {amount.m2} m²  {amount.ha} ha  {amount.mu} 亩"
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("图层 layer", "结论 finding"):
        table.add_column(heading, overflow="fold", min_width=8)
    for heading in ("m²", "亩 mu", "占比 share", "最近 nearest"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in parcel.layers:
        overlap = one.overlap
        table.add_row(
            titles[one.layer],
            f"{one.finding.label.zh} {one.finding.label.en}",
            f"{overlap.printed.m2}",
            f"{overlap.printed.mu}",
            f"{100 * overlap.share:.2f} %",
            _nearest(one),
        )
    return table


def _nearest(one: LayerResult) -> str:
    if one.nearest is None:
        return ""
    wind = one.nearest.direction.zh if one.nearest.direction else ""
    return f"{one.nearest.distance_m:,.2f} m {wind}"
