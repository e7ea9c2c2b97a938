"""Reports in a terminal: JSON for programs, tables for people.

Tables show km2 to three decimals (0.1 ha), a +/- to two digits; JSON has them all.
"""

import json
import math
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress as Bar
from rich.table import Table

from layers.times import time_text
from service.models import (
    AreaReport,
    CrosstabReport,
    LayerRef,
    LayersReport,
    LayerSummary,
    NoteModel,
    OverlapReport,
    SiteReport,
    StreamReport,
    ZonalReport,
    ZonalStreamReport,
)

if TYPE_CHECKING:
    from layers.verify import Finding

STATUS_WORDS = {
    "statutory": "法定 statutory",
    "official": "官方 official",
    "compiled": "汇编 compiled",
    "derived": "推导 derived",
    "modelled": "模拟 modelled",
    "schematic": "示意 schematic",
    "user": "用户 user",
}

Report = TypeVar("Report", bound=BaseModel)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show on a terminal that work is going on; silent in a pipe."""
    console = Console(stderr=True)
    if console.is_terminal:
        with console.status(f"{what} …"):
            yield
    else:
        yield


def say(line: str) -> None:
    """Print one line to stderr."""
    Console(stderr=True, soft_wrap=True).print(line, highlight=False, markup=False)


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show on a terminal how much of a long job is done; silent in a pipe."""
    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def show(
    report: Report, table: Callable[[Report, Console], None], as_json: bool
) -> None:
    """Print a report as JSON or by a function of this module."""
    if as_json:
        sys.stdout.write(report.model_dump_json(indent=2) + "\n")
        return
    table(report, Console())


def layers(report: LayersReport, console: Console) -> None:
    """Print a line per layer."""
    table = _table("", "ID", "图层 Layer", "类型 Kind", "状态 Status", "许可 Licence")
    _number_columns(table, "± m")
    for layer in report.layers:
        accuracy = "" if layer.accuracy_m is None else f"{layer.accuracy_m:g}"
        title = f"{layer.title.zh}\n{layer.title.en}"
        status = STATUS_WORDS[layer.status]
        kind = layer.geometry or layer.kind
        table.add_row(layer.id, title, kind, status, layer.licence, accuracy)
    console.print(table)


def _lines(*texts: str) -> str:
    """Put texts below each other; what both languages call the same stands once."""
    return "\n".join(dict.fromkeys(texts))


def info(layer: LayerSummary, console: Console) -> None:
    """Print everything a layer says of itself."""
    table = Table(show_header=False)
    table.add_row("ID", layer.id)
    table.add_row("名称 Title", f"{layer.title.zh}\n{layer.title.en}")
    table.add_row("状态 Status", STATUS_WORDS[layer.status])
    if layer.caution:
        table.add_row("注意 Caution", f"{layer.caution.zh}\n{layer.caution.en}")
    table.add_row("说明 About", f"{layer.description.zh}\n{layer.description.en}")
    table.add_row("坐标系 CRS", layer.crs)
    exact = layer.accuracy_m
    accuracy = "未说明 not stated" if exact is None else f"± {exact:g} m"
    table.add_row("精度 Accuracy", accuracy)
    time = time_text(layer.valid_time)
    table.add_row("所指时间 Valid time", _lines(time.zh, time.en))
    source = layer.provenance
    made = source.origin_text
    table.add_row("来源 Source", _lines(source.source, made.zh, made.en))
    table.add_row("方法 Method", f"{source.method.zh}\n{source.method.en}")
    table.add_row("许可 Licence", f"{layer.licence}\n{layer.attribution}")
    table.add_row("版本 Version", layer.version)
    console.print(table)
    if layer.figures:
        console.print(_figures(layer))


def _figures(layer: LayerSummary) -> Table:
    table = Table("公布数字 Figure", "公布 Published", "图上 Computed", "文件 Document")
    for figure in layer.figures:
        published, computed = (
            "–" if value is None else f"{value:,g} {figure.unit}"
            for value in (figure.published, figure.computed)
        )
        title = f"{figure.title.zh}\n{figure.title.en}"
        table.add_row(title, published, computed, figure.document)
    return table


def area(report: AreaReport, console: Console) -> None:
    """Print areas by three readings of the edges."""
    table = _table(_title(report.layer), "ID", "名称 Name")
    _number_columns(table, "km²", "测地线\ngeodesic", "TD/T 1055\nofficial")
    for row in report.rows:
        values = (row.area_m2, row.area_geodesic_m2, row.area_official_m2)
        table.add_row(row.id, row.name or "", *(_km2(value) for value in values))
    console.print(table)
    console.print(f"合计 Total {_km2(report.total_m2)} km²")
    _foot(report.result_id, report.method, report.notes, console)


def overlap(report: OverlapReport, console: Console) -> None:
    """Print pairs by area, slivers last; remainders and totals below."""
    title = f"{_title(report.left)} × {_title(report.right)}"
    table = _table(title, "左 Left", "右 Right")
    _number_columns(table, "km²", "±", "占左\nof left", "占右\nof right")
    pairs = [row for row in report.rows if row.kind == "overlap"]
    for row in sorted(pairs, key=lambda row: (row.sliver, -row.area_m2)):
        right = f"{row.right_name or row.right_id}{' (接边 sliver)' * row.sliver}"
        spread = "" if row.uncertainty_m2 is None else _two_digits(row.uncertainty_m2)
        shares = (_percent(row.share_left), _percent(row.share_right))
        left = row.left_name or row.left_id
        table.add_row(left, right, _km2(row.area_m2), spread, *shares)
    console.print(table)
    console.print(_balance_table(report))
    _totals(report.totals, console)
    _foot(report.result_id, report.method, report.notes, console)


def _balance_table(report: OverlapReport) -> Table:
    """Each left feature, divided into what overlaps anything and what does not."""
    table = _table("左图层各要素 Left features", "左 Left")
    _number_columns(table, "km²", "重叠\noverlap", "占比\nshare", "其余\nremainder")
    for row in report.left_features:
        overlap_m2, area_m2 = row.overlap_dissolved_m2, row.area_m2
        table.add_row(
            row.name or row.id,
            _km2(area_m2),
            _km2(overlap_m2),
            _percent(overlap_m2 / area_m2),
            _km2(row.remainder_m2),
        )
    return table


def zonal(report: ZonalReport, console: Console) -> None:
    """Print classes by zone."""
    title = f"{_title(report.zones)} × {_title(report.raster)}"
    table = _table(title, "区 Zone", "类 Class")
    _number_columns(table, "km²", "占区\nof zone")
    for row in report.rows:
        zone = row.zone_name or row.zone_id
        label = (
            row.label if row.label == row.label_en else f"{row.label} {row.label_en}"
        )
        table.add_row(zone, label, _km2(row.area_m2), _percent(row.share))
    console.print(table)
    _totals(report.totals, console)
    _foot(report.result_id, report.method, report.notes, console)


def site(report: SiteReport, console: Console) -> None:
    """Print the areas of polygons, then what they share with each layer."""
    area(report.area, console)
    for shared in report.overlaps:
        overlap(shared, console)
    for classes in report.zonals:
        zonal(classes, console)
    _foot(report.result_id, report.method, (), console)


def crosstab(report: CrosstabReport, console: Console) -> None:
    """Print pairs of values by zone."""
    parts = (report.zones, report.raster_a, report.raster_b)
    title = " × ".join(_title(layer) for layer in parts)
    table = _table(title, "区 Zone", "类 Class A", "类 Class B")
    _number_columns(table, "km²", "占区\nof zone")
    for row in report.rows:
        zone = row.zone_name or row.zone_id
        area_m2, share = _km2(row.area_m2), _percent(row.share)
        table.add_row(zone, row.label_a, row.label_b, area_m2, share)
    console.print(table)
    _foot(report.result_id, report.method, report.notes, console)


def stream(report: StreamReport, console: Console) -> None:
    """Print the sums of an overlap that went to a file."""
    told = f"{report.path}  {report.pairs:,} 对 pairs"
    console.print(told, highlight=False, soft_wrap=True)
    console.print(f"{report.left_features:,} 要素 features, {_km2(report.left_m2)} km²")
    console.print(f"重叠合计 overlap sum {_km2(report.overlap_sum_m2)} km²")
    _foot(report.result_id, report.method, (), console)


def zonal_stream(report: ZonalStreamReport, console: Console) -> None:
    """Print the sums of a zonal table that went to a file."""
    said = f"{report.zones:,} 区 zones, {report.rows:,} 行 rows"
    console.print(f"{report.path}  {said}", highlight=False, soft_wrap=True)
    _totals(report.totals, console)
    _foot(report.result_id, report.method, (), console)


def written(path: Path, size: int, as_json: bool) -> None:
    """Say which file was written."""
    if as_json:
        sys.stdout.write(json.dumps({"path": str(path), "bytes": size}) + "\n")
    else:
        told = f"{path}  {size / 1e6:.1f} MB"
        Console().print(told, highlight=False, soft_wrap=True)


def findings(found: "list[Finding]", as_json: bool) -> None:
    """Print what is wrong with the seeds, or that nothing is."""
    if as_json:
        answer = {"ok": not found, "findings": [item.as_dict() for item in found]}
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=2) + "\n")
        return
    console = Console(stderr=bool(found))
    for item in found:
        console.print(str(item.text), highlight=False)
    if not found:
        console.print("内置图层完好 | The seed layers are whole.")


def _table(title: str, *words: str) -> Table:
    """Start a table whose columns of words may wrap; its numbers never do."""
    table = Table(title=title, box=SIMPLE_HEAD, pad_edge=False)
    for heading in words:
        table.add_column(heading, overflow="fold", min_width=8)
    return table


def _number_columns(table: Table, *headings: str) -> None:
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True, min_width=9)


def _two_digits(value_m2: float) -> str:
    """Round a +/- to two significant digits: more would claim too much."""
    value = value_m2 / 1e6
    if value == 0.0:
        return "0"
    digits = 1 - math.floor(math.log10(abs(value)))
    return f"{round(value, digits):,.{max(digits, 0)}f}"


def _title(layer: LayerRef) -> str:
    return f"{layer.title.zh} {layer.title.en} [{STATUS_WORDS[layer.status]}]"


def _km2(value_m2: float) -> str:
    return f"{value_m2 / 1e6:,.3f}"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.2f} %"


def _totals(totals: BaseModel, console: Console) -> None:
    for key, value in totals.model_dump().items():
        console.print(f"{key:<24}{_km2(value):>20} km²", highlight=False)


def _foot(
    result_id: str, method: str, notes: tuple[NoteModel, ...], console: Console
) -> None:
    console.print(f"结果 Result {result_id}  方法 Method {method}", highlight=False)
    for note in notes:
        console.print(f"· {note.zh}\n  {note.en}", highlight=False)
