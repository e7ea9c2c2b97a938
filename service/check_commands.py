"""The commands of the conflict check: ``check`` and ``verify``."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from service import import_commands
from service.errors import ParameterError
from service.settings import Settings

if TYPE_CHECKING:
    from service.checking.check import CheckOptions

Add = Callable[..., argparse.ArgumentParser]

SUFFIXES = (".json", ".pdf", ".xlsx", ".html", ".gpkg")
"""Of the reports that can be written; see :mod:`service.reports.writing`."""

PROJECT = {
    "--project": "name of the project | 项目名称",
    "--project-number": "number of the project | 项目编号",
    "--applicant": "who applies | 申请单位",
    "--prepared-by": "who made the check | 编制单位",
    "--purpose": "what for | 用途",
}


def add(adder: Add) -> None:
    """Add ``check``."""
    one = adder("check", run_check, "parcels against control layers | 合规性检查")
    one.add_argument(
        "parcels", nargs="+", type=Path, metavar="PARCELS", help="files | 地块文件"
    )
    one.add_argument(
        "--against",
        nargs="+",
        default=[],
        metavar="LAYER",
        help="layers or files; all layers of polygons if not given | 对照图层",
    )
    one.add_argument(
        "-o",
        "--output",
        action="append",
        default=[],
        type=Path,
        metavar="|".join(f"FILE{one}" for one in SUFFIXES),
        help="a report; may be given several times | 报告，可多次给出",
    )
    one.add_argument("--lang", choices=("zh", "en", "both"), default="zh")
    one.add_argument("--rules", type=Path, metavar="FILE.toml", help="规则表")
    _add_thresholds(one)
    for option, said in PROJECT.items():
        one.add_argument(option, metavar="TEXT", help=said)
    import_commands.add_reading(one)


def _add_thresholds(one: argparse.ArgumentParser) -> None:
    numbers = {
        "--sliver-area": "slivers are below, m2 | 碎片面积（平方米）",
        "--sliver-width": "or narrower, m | 碎片宽度（米）",
        "--sliver-share": "or a smaller share of the parcel | 碎片占地块的比例",
        "--parcel-accuracy": "of the outline of parcels, m | 地块边界精度（米）",
    }
    for option, said in numbers.items():
        one.add_argument(option, type=_positive, metavar="N", help=said)


def _positive(text: str) -> float:
    value = float(text)
    if not 0.0 <= value < float("inf"):
        raise ValueError(text)
    return value


def run_check(parsed: argparse.Namespace, settings: Settings) -> int:
    """Check parcels, write the report, and print the findings."""
    from layers.catalog import Catalog
    from layers.checking.rules import read_rules
    from service import check_tables, tables
    from service.checking.check import check_files

    require_known(parsed.output)
    options, rules = options_of(parsed), read_rules(parsed.rules)
    catalog = Catalog.open(settings.seeds, settings.workspace)
    with tables.progress(parsed.parcels[0].name) as step:
        outcome = check_files(
            catalog, parsed.parcels, options, rules, lambda done: step(done, 100)
        )
    if parsed.output:
        from service.reports.writing import write_report

        for path in parsed.output:
            write_report(outcome, path, parsed.lang)
    tables.show(outcome.report, check_tables.check, parsed.json)
    return 0


def require_known(paths: Sequence[Path]) -> None:
    """Refuse reports in formats that nobody writes, before any work is done.

    Raises
    ------
    ParameterError
        ``check_output_unknown``.
    """
    for path in paths:
        if path.suffix.lower() not in SUFFIXES:
            known = ", ".join(SUFFIXES)
            details = {"parameter": "--output", "value": path.name, "known": known}
            raise ParameterError("check_output_unknown", **details)


def options_of(parsed: argparse.Namespace) -> "CheckOptions":
    """Make the options of a check out of a command's.

    Raises
    ------
    ParameterError
        ``import_option_wrong``.
    """
    from geo.overlay import SliverRule
    from service.checking.check import PARCEL_SLIVERS, CheckOptions
    from service.checking.models import ProjectInfo

    usual = PARCEL_SLIVERS
    chosen = (parsed.sliver_area, parsed.sliver_width, parsed.sliver_share)
    standard = (usual.area_m2, usual.width_m, usual.share_left)
    rule = SliverRule(
        *(b if a is None else a for a, b in zip(chosen, standard, strict=True))
    )
    return CheckOptions(
        layers=tuple(parsed.against),
        sliver=rule,
        reading=import_commands.options_of(parsed, id="parcels"),
        parcel_accuracy_m=parsed.parcel_accuracy or 0.0,
        project=ProjectInfo(
            name=parsed.project,
            number=parsed.project_number,
            applicant=parsed.applicant,
            prepared_by=parsed.prepared_by,
            purpose=parsed.purpose,
        ),
    )
