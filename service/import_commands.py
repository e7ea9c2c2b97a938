"""The commands that bring layers in and look after their versions."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from geo.crs_names import DatumName
from layers.models import Status
from service.arguments import Add, add_engine, chosen_engine, open_catalog
from service.cluster.engine import begin
from service.destinations import add_table, destination, target_of
from service.errors import ParameterError
from service.settings import Settings

if TYPE_CHECKING:
    from layers.errors import DecisionNeededError
    from layers.importing.options import ImportOptions
    from layers.readers.postgis import Database


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
    said = "write a layer to a file or a database | 导出图层到文件或数据库"
    export = adder("export", run_export, said)
    export.add_argument("id", metavar="ID")
    export.add_argument(
        "-o",
        "--output",
        type=destination,
        required=True,
        metavar="FILE.shp|.gdb|.txt|…|postgresql://...",
    )
    add_table(export)
    export.add_argument("--crs", metavar="TEXT", help="code or name | 坐标系")
    export.add_argument(
        "--encoding", choices=("utf-8", "gbk"), default="utf-8", help="文字编码"
    )


def _add_import(adder: Add) -> None:
    one = adder("import", run_import, "bring your own layers | 导入自己的图层")
    one.add_argument("files", nargs="+", metavar="FILE|postgresql://...")
    one.add_argument(
        "--id", required=True, metavar="ID", help="of the layer | 图层编号"
    )
    add_reading(one)
    text = {
        "--title": "title | 标题",
        "--title-en": "English title, where it is another | 英文标题",
        "--origin": "who made the data | 数据提供者",
        "--licence": "SPDX expression or words | 许可",
        "--valid-time": "year or interval | 所指时间",
        "--secrecy": "mark of secrecy; restricts the layer | 密级",
        "--scope": "who may use it and for what | 使用范围",
        "--caution": "said with every answer | 注意事项",
        "--unit": "of a raster's values | 栅格值的单位",
        "--table": "SCHEMA.NAME of a PostGIS database | 数据库表",
        "--query": "a SELECT instead of a table | 数据库查询",
    }
    for option, said in text.items():
        one.add_argument(option, metavar="TEXT", help=said)
    one.add_argument("--status", choices=get_args(Status), help="of the layer | 地位")
    one.add_argument(
        "--values",
        choices=("classes", "quantity"),
        help="what cells hold | 栅格值的含义",
    )
    numbers = {
        "--accuracy": (float, "positional accuracy in metres | 位置精度"),
        "--keep": (int, "versions kept | 保留的版本数"),
        "--band": (int, "of a raster with several | 波段"),
        "--nodata": (float, 'value for "no data"; nan: there is none | 无效值'),
    }
    for option, (kind, said) in numbers.items():
        one.add_argument(option, type=kind, metavar="N", help=said)
    _add_others(one)
    add_engine(one, partitions=False)


def _add_others(one: argparse.ArgumentParser) -> None:
    one.add_argument("--report", type=Path, metavar="FILE.json|.html|.geojson")
    one.add_argument(
        "--previews",
        type=Path,
        metavar="FOLDER",
        help="draw the choices of a question as SVG | 问题选项的示意图",
    )
    for option, said in (
        ("--look", "only say what would be done; keep nothing | 只查看，不入库"),
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
        "--prefix": (("with", "without"), "of the zone in front of eastings | 带号"),
        "--rings": (("containment", "filled"), "roles of rings | 环的内外"),
        "--units": (("ha", "m2", "mu"), "of areas a parcel file states | 面积单位"),
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


def run_import(parsed: argparse.Namespace, settings: Settings) -> int:
    """Import, or look, and print the report."""
    engine = chosen_engine(parsed)
    begin(engine)
    from layers.errors import DecisionNeededError
    from layers.importing import report_files
    from service import import_tables, tables
    from service.importing import bring

    options = read_options(parsed)
    workspace = workspace_of(settings)
    sources = _sources(parsed, options)
    name = sources[0].name if isinstance(sources, list) else sources.name
    try:
        with tables.progress(name) as step:
            report = bring(
                sources,
                options,
                workspace,
                settings.seeds,
                lambda done: step(done, done),
                look=parsed.look,
                kept_s=settings.version_seconds,
                engine=engine,
                tell=tables.say,
            )
    except DecisionNeededError as error:
        previews = _previews(error, parsed.previews, settings)
        if parsed.json:
            text = import_tables.question_json(error, previews)
            sys.stdout.write(text + "\n")
        raise
    if parsed.report is not None:
        report_files.write(report, parsed.report)
    tables.show(report, import_tables.imported, parsed.json)
    return 0


def read_options(parsed: argparse.Namespace, **fixed: object) -> "ImportOptions":
    """Make the options of an import out of a command's, and of some fixed ones."""
    from layers.importing.options import ImportOptions
    from service.importing import RENAMED, options_of

    known = ImportOptions.model_fields
    given = {**vars(parsed), **fixed}.items()
    return options_of({k: v for k, v in given if RENAMED.get(k, k) in known})


def _sources(
    parsed: argparse.Namespace, options: "ImportOptions"
) -> "list[Path] | Database":
    """Answer the files meant, or the database."""
    from layers.databases.connecting import is_address
    from layers.readers.postgis import Database

    addresses = [one for one in parsed.files if is_address(one)]
    if not addresses:
        return [Path(one) for one in parsed.files]
    return Database(
        addresses[0],
        table=parsed.table,
        query=parsed.query,
        column=options.part,
        tolerance_m=options.tolerance_m,
    )


def _previews(
    error: "DecisionNeededError", folder: Path | None, settings: Settings
) -> list[Path]:
    """Draw each choice of a question into a folder, if one was named."""
    if folder is None:
        return []
    from layers.catalog import Catalog
    from layers.writers import write_text, writing
    from service.import_preview import Backdrop, questions_pictures

    with writing(folder):
        folder.mkdir(parents=True, exist_ok=True)
    backdrop = Backdrop(Catalog.open(settings.seeds))
    drawn = questions_pictures(backdrop, error.details)
    paths = [folder / f"{number}-{name}.svg" for number, (name, _) in enumerate(drawn)]
    for path, (_, picture) in zip(paths, drawn, strict=True):
        write_text(picture, path)
    return paths


def run_history(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print the versions of a layer."""
    from layers.importing.versions import history
    from service import import_tables, tables

    report = history(workspace_of(settings), parsed.id)
    tables.show(report, import_tables.history, parsed.json)
    return 0


def run_diff(parsed: argparse.Namespace, settings: Settings) -> int:
    """Print what changed between two versions."""
    from service import import_tables, tables
    from service.importing import difference

    workspace = workspace_of(settings)
    catalog = open_catalog(settings)
    report = difference(catalog, workspace, parsed.id, parsed.left, parsed.right)
    tables.show(report, import_tables.diff, parsed.json)
    return 0


def run_use(parsed: argparse.Namespace, settings: Settings) -> int:
    """Take another version into use, and print the versions."""
    from layers.importing.versions import use

    use(workspace_of(settings), parsed.id, parsed.version)
    return run_history(parsed, settings)


def run_export(parsed: argparse.Namespace, settings: Settings) -> int:
    """Write a layer to a file or a database, and print what could not be held."""
    from layers.catalog import Catalog
    from service import import_tables

    catalog = Catalog.open(settings.seeds, settings.workspace)
    target = target_of(parsed)
    if target is not None:
        from layers.databases.exporting import export_to_database
        from service import tables

        with tables.progress(target.where) as step:
            notes = export_to_database(
                catalog, parsed.id, target, crs=parsed.crs, progress=step
            )
        import_tables.written(target.where, notes, parsed.json)
        return 0
    from layers.exporting import export, export_raster

    if catalog.spec(parsed.id).kind == "raster":
        notes = export_raster(catalog.path(parsed.id), parsed.output)
        import_tables.written(str(parsed.output), notes, parsed.json)
        return 0
    notes = export(
        catalog.vector(parsed.id),
        parsed.output,
        crs=parsed.crs,
        encoding=parsed.encoding,
    )
    import_tables.written(str(parsed.output), notes, parsed.json)
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
