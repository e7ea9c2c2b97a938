"""What the commands of the conflict check print for people."""

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from service.checking.models import CheckReport, LayerResult, ParcelResult


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
