"""The commands that bring layers in and look after their versions."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from geo.crs_names import DatumName
from layers.models import Status
from service.errors import ParameterError
from service.settings import Settings

Add = Callable[..., argparse.ArgumentParser]


def add(adder: Add) -> None:
    """Add ``import``, ``history``, ``diff``, ``use`` and ``export``."""
    _add_import(adder)
    history = adder("history", run_history, "versions of a layer | 图层的版本")
    history.add_argument("id", metavar="ID")
    diff = adder("diff", run_diff, "what changed between versions | 版本差异")
    diff.add_argument("id", metavar="ID")
    diff.add_argument("left", metavar="V1")
    diff.add_argument("right", metavar="V2")
    use = adder("use", run_use, "take another version | 改用某个版本")
    use.add_argument("id", metavar="ID")
    use.add_argument("version", metavar="VERSION")
    export = adder("export", run_export, "write a layer to a file | 导出图层")
    export.add_argument("id", metavar="ID")
    export.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE.shp|.gdb|.txt|…"
    )
    export.add_argument("--crs", metavar="TEXT", help="code or name | 坐标系")
    export.add_argument(
        "--encoding", choices=("utf-8", "gbk"), default="utf-8", help="文字编码"
    )


def _add_import(adder: Add) -> None:
    one = adder("import", run_import, "bring your own layers | 导入自己的图层")
    one.add_argument("files", nargs="+", type=Path, metavar="FILE")
    one.add_argument(
        "--id", required=True, metavar="ID", help="of the layer | 图层编号"
    )
    add_reading(one)
    text = {
        "--title": "title | 标题",
        "--origin": "who made the data | 数据提供者",
        "--licence": "SPDX expression or words | 许可",
        "--valid-time": "year or interval | 所指时间",
        "--secrecy": "mark of secrecy; restricts the layer | 密级",
        "--scope": "who may use it and for what | 使用范围",
        "--caution": "said with every answer | 注意事项",
    }
    for option, said in text.items():
        one.add_argument(option, metavar="TEXT", help=said)
    one.add_argument("--status", choices=get_args(Status), help="of the layer | 地位")
    numbers = {
        "--accuracy": (float, "positional accuracy in metres | 位置精度"),
        "--keep": (int, "versions kept | 保留的版本数"),
    }
    for option, (kind, said) in numbers.items():
        one.add_argument(option, type=kind, metavar="N", help=said)
    one.add_argument("--report", type=Path, metavar="FILE.json|.html|.geojson")
    for option, said in (
        ("--strict", "refuse instead of repairing | 有缺陷即拒绝"),
        ("--restricted", "the content never leaves | 限制使用"),
    ):
        one.add_argument(option, action="store_true", help=said)


def add_reading(one: argparse.ArgumentParser) -> None:
    """Add the options that overrule how a file is read."""
    text = {
        "--part": "layer inside the file | 文件内的图层",
        "--encoding": "of the text, e.g. gbk | 文字编码",
        "--crs": "code or name of the coordinate system | 坐标系代码或名称",
    }
    for option, said in text.items():
        one.add_argument(option, metavar="TEXT", help=said)
    chosen = {
        "--datum": (get_args(DatumName), "of the coordinates | 基准"),
        "--axes": (("xy", "yx"), "east first, or north first | 坐标顺序"),
        "--angles": (("degrees", "dms", "packed"), "how angles are written | 角度格式"),
        "--shapes": (("polygon", "line", "point"), "what points make up | 图形类型"),
    }
    for option, (choices, said) in chosen.items():
        one.add_argument(option, choices=choices, help=said)
    numbers = {
        "--zone": (int, "zone of coordinates without prefix | 带号"),
        "--tolerance": (float, "of chords of curves in metres | 曲线容差"),
    }
    for option, (kind, said) in numbers.items():
        one.add_argument(option, type=kind, metavar="N", help=said)
    one.add_argument(
        "--columns", metavar="X,Y[,FEATURE[,RING]]", help="of a table | 列"
    )
    one.add_argument(
        "--parameters",
        metavar="DX,DY,DZ,RX,RY,RZ,S",
        help="seven, from the file's datum to CGCS2000; --parameters=-1,... where"
        " the first is negative | 七参数",
    )
    one.add_argument(
        "--approximate",
        action="store_true",
        help="take an unsafe datum for CGCS2000 | 近似当作 2000 系",
    )


_RENAMED = {"accuracy": "accuracy_m", "tolerance": "tolerance_m"}


def options_of(parsed: argparse.Namespace, **fixed: object) -> Any:
    """Make the options of an import out of a command's, and of some fixed ones.

    Raises
    ------
    ParameterError
        ``import_option_wrong``.
    """
    from layers.importing.options import ImportOptions

    named = {_RENAMED.get(key, key): value for key, value in vars(parsed).items()}
    given = {**named, **fixed}
    fields = {
        key: value
        for key, value in given.items()
        if key in ImportOptions.model_fields and value is not None
    }
    for key in ("columns", "parameters"):
        if key in fields:
            fields[key] = tuple(one.strip() for one in fields[key].split(","))
    try:
        return ImportOptions.model_validate(fields)
    except ValidationError as error:
        fault = error.errors(include_url=False, include_context=False)[0]
        raise ParameterError(
            "import_option_wrong",
            parameter="--" + ".".join(map(str, fault["loc"])),
            value=repr(fault["input"])[:80],
            reason=fault["msg"],
        ) from error


def run_import(parsed: argparse.Namespace, settings: Settings) -> int:
    """Import and print the report."""
    from layers.catalog import Catalog
    from layers.errors import DecisionNeededError
    from layers.importing.pipeline import import_files
    from layers.importing.region import Region
    from layers.importing.versions import prune
    from service import import_tables, tables

    options = options_of(parsed)
    workspace = workspace_of(settings)
    region = Region(Catalog.open(settings.seeds))
    try:
        with tables.progress(parsed.files[0].name) as step:
            report = import_files(
                parsed.files,
                options,
                workspace,
                region,
                lambda done: step(done, done),
            )
    except DecisionNeededError as error:
        if parsed.json:
            sys.stdout.write(import_tables.question_json(error) + "\n")
        raise
    if options.keep is not None:
        prune(workspace, options.id, options.keep)
    tables.show(report, import_tables.imported, parsed.json)
    return 0


def run_history(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print the versions of a layer."""
    from layers.importing.versions import history
    from service import import_tables, tables

    report = history(workspace_of(settings), parsed.id)
    tables.show(report, import_tables.history, parsed.json)
    return 0


def run_diff(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print what changed between two versions."""
    from layers.importing.versions import diff
    from service import import_tables, tables

    report = diff(workspace_of(settings), parsed.id, parsed.left, parsed.right)
    tables.show(report, import_tables.diff, parsed.json)
    return 0


def run_use(parsed: argparse.Namespace, settings: Settings) -> int:
    """Take another version into use, and print the versions."""
    from layers.importing.versions import use

    use(workspace_of(settings), parsed.id, parsed.version)
    return run_history(parsed, settings)


def run_export(parsed: argparse.Namespace, settings: Settings) -> int:
    """Write a layer to a file, and print what the format could not hold."""
    from layers.catalog import Catalog
    from layers.exporting import export
    from service import import_tables

    catalog = Catalog.open(settings.seeds, settings.workspace)
    notes = export(
        catalog.vector(parsed.id),
        parsed.output,
        crs=parsed.crs,
        encoding=parsed.encoding,
    )
    import_tables.written(parsed.output, notes, parsed.json)
    return 0


def workspace_of(settings: Settings) -> Path:
    """Answer the folder of imported layers.

    Raises
    ------
    ParameterError
        ``workspace_missing``.
    """
    if settings.workspace is None:
        raise ParameterError("workspace_missing", parameter="ECOBARRIER_WORKSPACE")
    return settings.workspace
