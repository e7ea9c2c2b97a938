"""The commands of the conflict check: ``check`` and ``verify``."""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from service import import_commands
from service.arguments import Add, add_engine, chosen_engine, open_catalog
from service.cluster.engine import EngineChoice, begin, open_engine
from service.cluster.errors import ClusterError
from service.errors import ParameterError
from service.settings import Settings

if TYPE_CHECKING:
    from layers.checking.rules import Rules
    from service.checking.batch import Spread
    from service.checking.check import CheckOptions

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
    """Add ``check``, ``avoid`` and ``verify``."""
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
        metavar="FOLDER|" + "|".join(f"FILE{one}" for one in SUFFIXES),
        help="report, may be given again; or a folder | 报告，可多次给出；或批次文件夹",
    )
    one.add_argument(
        "--sheets",
        choices=("none", *(one.removeprefix(".") for one in SUFFIXES)),
        default="json",
        help="of parcels that touch, where -o is a folder | 每块的报告",
    )
    one.add_argument("--lang", choices=("zh", "en", "both"), default="zh")
    one.add_argument("--rules", type=Path, metavar="FILE.toml", help="规则表")
    _add_thresholds(one)
    one.add_argument(
        "--compare",
        type=Path,
        metavar="OLD.json",
        help="list the parcels whose answer changed | 与旧报告比较",
    )
    one.add_argument(
        "--save",
        action="store_true",
        help="keep it in the workspace: diff then tells what changes | 存入工作区",
    )
    for option, said in PROJECT.items():
        one.add_argument(option, metavar="TEXT", help=said)
    import_commands.add_reading(one)
    add_engine(one, partitions=False)
    _add_avoid(adder)
    again = adder("verify", run_verify, "make a report again | 复核报告")
    again.add_argument("report", type=Path, metavar="REPORT.json")
    again.add_argument(
        "--parcels",
        type=Path,
        metavar="FOLDER",
        help="where the files of parcels are | 地块文件所在文件夹",
    )
    again.add_argument("--rules", type=Path, metavar="FILE.toml", help="规则表")


def _add_avoid(adder: Add) -> None:
    one = adder("avoid", run_avoid, "free part and smallest shift | 避让建议")
    one.add_argument("parcels", nargs="+", type=Path, metavar="PARCELS")
    one.add_argument("--against", nargs="+", required=True, metavar="LAYER")
    one.add_argument(
        "--within",
        type=_positive,
        default=500.0,
        metavar="M",
        help="longest shift in metres, default 500 | 最大平移（米）",
    )
    one.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.geojson|FILE.gpkg",
        help="free parts and moved parcels | 空余部分和平移后的地块",
    )
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


def rules_of(parsed: argparse.Namespace) -> "Rules | None":
    """Answer the table that was named; None: the one in use."""
    from layers.checking.rules import read_rules

    return None if parsed.rules is None else read_rules(parsed.rules)


def run_check(parsed: argparse.Namespace, settings: Settings) -> int:
    """Check parcels, write the report, and print the findings."""
    from service import check_tables, tables
    from service.checking.check import check_files
    from service.checking.comparing import compare
    from service.checking.verifying import read_report

    if len(parsed.output) == 1 and not parsed.output[0].suffix:
        return _batch(parsed, settings)
    if chosen_engine(parsed).name != "local":
        raise ClusterError("cluster_needs_folder")
    require_known(parsed.output)
    options, rules = options_of(parsed), rules_of(parsed)
    old = None if parsed.compare is None else read_report(parsed.compare)
    catalog = open_catalog(settings)
    with tables.progress(parsed.parcels[0].name) as step:
        outcome = check_files(
            catalog, parsed.parcels, options, rules, lambda done: step(done, 100)
        )
    if parsed.output:
        from service.reports.writing import write_report

        for path in parsed.output:
            write_report(outcome, path, parsed.lang)
    if parsed.save:
        from layers.checking.saved import save_check

        text = outcome.report.model_dump_json(indent=1)
        workspace = import_commands.workspace_of(settings)
        save_check(workspace, outcome.report.result_id, text, parsed.parcels)
    if old is not None:
        tables.show(compare(old, outcome.report), check_tables.changes, parsed.json)
        return 0
    tables.show(outcome.report, check_tables.check, parsed.json)
    return 0


def _batch(parsed: argparse.Namespace, settings: Settings) -> int:
    """Check many files into a folder, and print what became of them."""
    engine = chosen_engine(parsed)
    begin(engine)
    from service import check_tables, tables
    from service.checking.batch import check_batch
    from service.checking.blocks import Sheets

    (folder,) = parsed.output
    sheets = None
    if parsed.sheets != "none":
        from service.reports.writing import write_report

        write = partial(write_report, language=parsed.lang)
        sheets = Sheets(f".{parsed.sheets}", write)
    catalog = open_catalog(settings)
    with (
        _spread(engine, settings) as spread,
        tables.progress(folder.name) as step,
    ):
        report = check_batch(
            catalog,
            parsed.parcels,
            folder,
            options_of(parsed),
            rules_of(parsed),
            sheets=sheets,
            progress=step,
            spread=spread,
        )
    tables.show(report, check_tables.batch, parsed.json)
    return 0


@contextmanager
def _spread(choice: EngineChoice, settings: Settings) -> "Iterator[Spread | None]":
    """Open the cluster that makes the blocks; None: they are made here."""
    if choice.name == "local":
        yield None
        return
    from service import tables
    from service.checking.spread import spread_over

    with open_engine(choice, tables.say) as engine:
        yield spread_over(engine, settings.seeds, settings.workspace)


def run_avoid(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print how parcels could avoid layers, and write the shapes."""
    from layers.checking.parcels import read_parcels
    from layers.export import write_features
    from layers.importing.region import Region
    from service import check_tables, tables
    from service.checking.helping import avoid_parcels, shapes

    catalog = open_catalog(settings)
    reading, region = (
        import_commands.read_options(parsed, id="parcels"),
        Region(catalog),
    )
    files = [read_parcels(path, region, reading) for path in parsed.parcels]
    with tables.progress(parsed.parcels[0].name) as step:
        report = avoid_parcels(
            catalog,
            files,
            tuple(parsed.against),
            parsed.within,
            lambda done: step(done, 100),
        )
    if parsed.output is not None:
        write_features(shapes(report), parsed.output)
    tables.show(report, check_tables.avoid, parsed.json)
    return 0


def run_verify(parsed: argparse.Namespace, settings: Settings) -> int:
    """Make a report again, and print what differs; 1 if anything does."""
    from service import check_tables, tables
    from service.checking.verifying import read_report, verify

    report = read_report(parsed.report)
    folders = [parsed.report.resolve().parent, Path.cwd()]
    if parsed.parcels is not None:
        folders.insert(0, parsed.parcels)
    catalog = open_catalog(settings)
    rules = rules_of(parsed)
    with tables.working(parsed.report.name):
        found = verify(catalog, settings.workspace, report, folders, rules)
    tables.show(found, check_tables.verification, parsed.json)
    return 0 if found.same else 1


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
        reading=import_commands.read_options(parsed, id="parcels"),
        parcel_accuracy_m=parsed.parcel_accuracy or 0.0,
        project=ProjectInfo(
            name=parsed.project,
            number=parsed.project_number,
            applicant=parsed.applicant,
            prepared_by=parsed.prepared_by,
            purpose=parsed.purpose,
        ),
    )
