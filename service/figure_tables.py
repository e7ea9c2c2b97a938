"""The figure ledger in a terminal: one block per figure."""

from collections.abc import Mapping

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding

from geo.figures import Verdict
from service.figures import FigureModel, FiguresReport
from service.words import VERDICTS

STYLES: Mapping[Verdict, str] = {
    "agrees": "green",
    "consistent": "green",
    "calibrated": "cyan",
    "differs": "yellow",
    "inconsistent": "yellow",
    "unexplained": "red",
    "not_computable": "dim",
}

INDENT = (0, 0, 0, 4)


def figures(report: FiguresReport, console: Console) -> None:
    """Print all figures of a report, each with its reason, and the verdicts' counts.

    Blocks, not a table: reasons are sentences, and a terminal is narrow.
    """
    for figure in report.figures:
        _block(figure, console)
    counts = ", ".join(
        f"{VERDICTS[verdict].zh} {VERDICTS[verdict].en} {count}"
        for verdict, count in report.counts.items()
    )
    total = len(report.figures)
    console.print(f"{total} 个数字 figures: {counts}", highlight=False)
    console.print(
        f"结果 Result {report.result_id}  方法 Method {report.method}", highlight=False
    )


def _block(figure: FigureModel, console: Console) -> None:
    verdict, unit = VERDICTS[figure.verdict], figure.unit_name.en
    numbers = [f"公布 published {figure.published_text} {unit}".rstrip()]
    if figure.computed is not None:
        numbers.append(f"算得 computed {computed_text(figure)} {unit}".rstrip())
        numbers.append(share_text(figure.difference_share))
    title = f"[bold]{figure.id}[/]  {figure.title.zh}  {figure.title.en}"
    said = f"[{STYLES[figure.verdict]}]{verdict.zh} {verdict.en}[/]"
    source = f"{figure.document}  [{figure.sure}]"
    console.print(title, highlight=False)
    console.print(Padding("  ".join([*numbers, said]), INDENT), highlight=False)
    for text in (figure.reason.zh, figure.reason.en, source):
        console.print(Padding(escape(text), INDENT), highlight=False, style="dim")


def computed_text(figure: FigureModel) -> str:
    """Write a computed number with one digit more than the published one.

    >>> share_text(-0.0314), share_text(0.0), share_text(None)
    ('−3.14 %', '0 %', '')
    """
    if figure.computed is None:
        return ""
    if "/" in figure.published_text:
        return f"{figure.computed:.4f}"
    decimals = len(figure.published_text.partition(".")[2])
    if figure.unit == "count" and figure.computed == int(figure.computed):
        return f"{figure.computed:.0f}"
    return f"{figure.computed:.{decimals + 1}f}"


def share_text(share: float | None) -> str:
    """Write a difference as per cent of the published number."""
    if share is None:
        return ""
    text = f"{100 * share:+.2f}"
    return "0 %" if float(text) == 0 else f"{text} %".replace("-", "−")
