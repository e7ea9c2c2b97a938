"""The command line ``ecobarrier``: one answer per command, as a table or as JSON.

Exit code 0 when answered, 1 with one line on stderr when refused, 2 for a command
that is not written as the help says.
"""

import argparse
import gc
import sys
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from geo.errors import EcobarrierError
from layers.key_file import KeyScope
from service import check_commands, import_commands
from service.settings import Settings

if TYPE_CHECKING:
    from layers.catalog import Catalog

    # argparse has no public name for what add_subparsers answers.
    _Commands = argparse._SubParsersAction[argparse.ArgumentParser]

EXIT_REFUSED = 1
EXIT_INTERRUPTED = 130
"""What a shell reports for Ctrl-C."""

YOUNG_OBJECTS = 50_000
"""New objects between two looks for garbage, instead of 700: loading libraries makes
a million that stay, and looking through them takes a seventh of a short command."""

Command = Callable[[argparse.Namespace, Settings], int]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and answer the exit code."""
    gc.set_threshold(YOUNG_OBJECTS, *gc.get_threshold()[1:])
    parsed = _parser().parse_args(arguments)
    command: Command = parsed.command
    try:
        return command(parsed, Settings())
    except EcobarrierError as error:
        print(_one_line(error), file=sys.stderr)
        return EXIT_REFUSED
    except BrokenPipeError:
        # The reader (head, less) went away: nobody is left to tell.
        sys.stderr.close()
        return 0
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED


def _one_line(error: EcobarrierError) -> str:
    return " ".join(f"错误：{error.text.zh} | Error: {error.text.en}".split())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ecobarrier",
        description="Layers, overlaps and areas of Inner Mongolia's ecological barrier"
        " | 内蒙古生态安全屏障：图层、叠加与面积",
        epilog="LAYER, LEFT, RIGHT, ZONES and RASTER are layer ids or paths of files."
        " ECOBARRIER_WORKSPACE names the folder of your own layers.",
    )
    parser.add_argument("--version", action="version", version=version("ecobarrier"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_questions(commands)
    _add_products(commands)
    return parser


def _add_questions(commands: "_Commands") -> None:
    add = _adder(commands)
    add("layers", _layers, "list all layers | 列出图层")
    info = add("info", _info, "what a layer says of itself | 图层说明")
    info.add_argument("id", metavar="ID")
    area = add("area", _area, "areas of a layer's features | 面积", crs=True)
    area.add_argument("layer", metavar="LAYER")
    overlap = add("overlap", _overlap, "overlap of two layers | 叠加", crs=True)
    overlap.add_argument("left", metavar="LEFT")
    overlap.add_argument("right", metavar="RIGHT")
    overlap.add_argument(
        "--engine",
        choices=("kernel", "geos"),
        default="kernel",
        help="compiled, or by GEOS piece by piece | 计算引擎",
    )
    overlap.add_argument(
        "--geometry",
        type=Path,
        metavar="FILE.geojson|FILE.gpkg",
        help="also write the shared polygons | 同时写出重叠图形",
    )
    overlap.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="FILE.parquet|FILE.csv",
        help="stream a large GeoParquet LEFT into a file of rows | 大图层逐行写出",
    )
    site = add("site", _site, "polygons against many layers | 地块与各图层", crs=True)
    site.add_argument("site", metavar="SITE", help="file or layer | 文件或图层")
    site.add_argument("--layers", type=_words, default=(), metavar="ID,ID,...")
    zonal = add("zonal", _zonal, "raster classes within zones | 分区统计", crs=True)
    zonal.add_argument("zones", metavar="ZONES")
    zonal.add_argument("raster", metavar="RASTER")
    zonal.add_argument(
        "--breaks",
        type=_numbers,
        default=(),
        metavar="A,B,...",
        help="limits of value intervals | 分级界限",
    )
    zonal.add_argument(
        "--nodata",
        type=float,
        metavar="VALUE",
        help="no-data value of a file that declares none | 无数据值",
    )
    zonal.add_argument(
        "--percentiles",
        type=_numbers,
        default=(),
        metavar="P,P,...",
        help="of a continuous raster, 0-100 | 百分位数",
    )
    cross = add("crosstab", _crosstab, "two rasters within zones | 交叉制表", crs=True)
    cross.add_argument("zones", metavar="ZONES")
    cross.add_argument("raster_a", metavar="RASTER")
    cross.add_argument("raster_b", metavar="RASTER")


def _add_products(commands: "_Commands") -> None:
    add = _adder(commands)
    folium = add("map", _map, "write a map that needs no network | 导出离线地图")
    folium.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")
    folium.add_argument("--layers", type=_words, default=(), metavar="ID,ID,...")
    folium.add_argument("--lang", choices=("zh", "en"), default="zh")
    serve = add("serve", _serve, "start the service | 启动服务")
    serve.add_argument("--host", help="default 127.0.0.1")
    serve.add_argument("--port", type=int, help="default 8000")
    _add_keys(commands)
    import_commands.add(add)
    check_commands.add(add)
    seeds = add("seeds", _seeds, "check the layers that come with it | 校验内置图层")
    seeds.add_argument("action", choices=("verify",))


def _add_keys(commands: "_Commands") -> None:
    add = _adder(commands)
    keys = add("keys", _keys, "API keys of the service | 服务的密钥")
    actions = keys.add_subparsers(required=True, metavar="ACTION", dest="action")
    new = actions.add_parser("add", help="make a key; it is shown once | 新建密钥")
    new.add_argument("name", metavar="NAME", help="for whom or what | 用途")
    new.add_argument(
        "--scope",
        action="append",
        choices=get_args(KeyScope),
        default=[],
        help="write: change layers; restricted: see restricted layers;"
        " jobs: list and cancel everybody's jobs | 权限",
    )
    new.add_argument("--days", type=int, metavar="N", help="days it holds | 有效天数")
    listing = actions.add_parser("list", help="list all keys | 列出密钥")
    revoke = actions.add_parser("revoke", help="close a key | 撤销密钥")
    revoke.add_argument("id", metavar="ID", help="as in the list | 编号")
    for one in (new, listing, revoke):
        one.add_argument("--json", action="store_true", help="print JSON")


def _adder(
    commands: "_Commands",
) -> Callable[..., argparse.ArgumentParser]:
    def add(
        name: str, command: Command, text: str, *, crs: bool = False
    ) -> argparse.ArgumentParser:
        parser = commands.add_parser(name, help=text, description=text)
        parser.set_defaults(command=command)
        parser.add_argument("--json", action="store_true", help="print JSON")
        if crs:
            parser.add_argument(
                "--crs",
                metavar="EPSG:CODE",
                help="CRS of a file that carries none | 坐标系",
            )
        return parser

    return add


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(","))


def _words(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


# Each command imports what it needs: `ecobarrier --help` need not wait for GDAL.


def _catalog(settings: Settings) -> "Catalog":
    from layers.catalog import Catalog

    return Catalog.open(settings.seeds, settings.workspace)


def _layers(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import layers_report

    tables.show(layers_report(_catalog(settings)), tables.layers, parsed.json)
    return 0


def _info(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import summary

    spec = _catalog(settings).spec(parsed.id)
    tables.show(summary(spec), tables.info, parsed.json)
    return 0


def _area(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import area_report

    with tables.working(parsed.layer):
        report = area_report(_catalog(settings), parsed.layer, crs=parsed.crs)
    tables.show(report, tables.area, parsed.json)
    return 0


def _overlap(parsed: argparse.Namespace, settings: Settings) -> int:
    if parsed.output:
        return _overlap_to_file(parsed, settings)
    from service import tables
    from service.analysis import overlap_pieces, overlap_report

    with tables.working(f"{parsed.left} × {parsed.right}"):
        catalog = _catalog(settings)
        report = overlap_report(
            catalog, parsed.left, parsed.right, crs=parsed.crs, engine=parsed.engine
        )
        if parsed.geometry:
            from layers.export import write_features

            pieces = overlap_pieces(catalog, parsed.left, parsed.right, crs=parsed.crs)
            write_features(pieces, parsed.geometry)
    tables.show(report, tables.overlap, parsed.json)
    return 0


def _site(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.site import site_report
    from service.warm import WarmCatalog

    catalog = WarmCatalog(_catalog(settings).entries)
    with tables.working(parsed.site):
        report = site_report(catalog, parsed.site, parsed.layers, crs=parsed.crs)
    tables.show(report, tables.site, parsed.json)
    return 0


def _overlap_to_file(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.stream import overlap_to_file

    with tables.progress(f"{parsed.left} × {parsed.right}") as step:
        report = overlap_to_file(
            _catalog(settings), parsed.left, parsed.right, parsed.output, step
        )
    tables.show(report, tables.stream, parsed.json)
    return 0


def _zonal(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import zonal_report

    with tables.working(f"{parsed.zones} × {parsed.raster}"):
        report = zonal_report(
            _catalog(settings),
            parsed.zones,
            parsed.raster,
            crs=parsed.crs,
            breaks=parsed.breaks,
            nodata=parsed.nodata,
            percentiles=parsed.percentiles,
        )
    tables.show(report, tables.zonal, parsed.json)
    return 0


def _crosstab(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import crosstab_report

    names = (parsed.zones, parsed.raster_a, parsed.raster_b)
    with tables.working(" × ".join(names)):
        report = crosstab_report(_catalog(settings), *names, crs=parsed.crs)
    tables.show(report, tables.crosstab, parsed.json)
    return 0


def _map(parsed: argparse.Namespace, settings: Settings) -> int:
    from layers.writers import write_text
    from service import tables
    from service.maps import DEFAULT_LAYERS, folium_map

    catalog = _catalog(settings)
    with tables.working(parsed.output.name):
        page = folium_map(
            catalog, parsed.layers or DEFAULT_LAYERS, language=parsed.lang
        )
        write_text(page, parsed.output)
    tables.written(parsed.output, len(page.encode()), parsed.json)
    return 0


def _serve(parsed: argparse.Namespace, settings: Settings) -> int:
    from service.server import serve

    chosen = {"host": parsed.host, "port": parsed.port}
    given = {key: value for key, value in chosen.items() if value is not None}
    serve(settings.model_copy(update=given))
    return 0


def _keys(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import key_commands

    return key_commands.run(parsed, settings)


def _seeds(parsed: argparse.Namespace, settings: Settings) -> int:
    from layers.verify import verify
    from service import tables

    with tables.working(str(settings.seeds)):
        findings = verify(settings.seeds)
    tables.findings(findings, parsed.json)
    return EXIT_REFUSED if findings else 0
