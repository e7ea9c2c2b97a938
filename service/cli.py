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
from layers.storage.mirror import refresh
from service import (
    check_commands,
    import_commands,
    publish_commands,
    question_commands,
    rules_commands,
)
from service.arguments import Add, open_catalog, words
from service.remote import inputs_here
from service.settings import MOST_PROCESSES, Settings

if TYPE_CHECKING:
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
        settings = Settings()
        if settings.workspace is not None:
            refresh(settings.workspace)
        with inputs_here(parsed):
            return command(parsed, settings)
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
        " A file may be named by s3://bucket/key. ECOBARRIER_WORKSPACE names the"
        " folder, or the s3://bucket/prefix, of your own layers.",
    )
    parser.add_argument("--version", action="version", version=version("ecobarrier"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    add = _adder(commands)
    question_commands.add(add)
    _add_products(add)
    import_commands.add(add)
    check_commands.add(add)
    rules_commands.add(add)
    publish_commands.add(add)
    _add_keys(add)
    seeds = add("seeds", _seeds, "check the layers that come with it | 校验内置图层")
    seeds.add_argument("action", choices=("verify",))
    return parser


def _add_products(add: Add) -> None:
    folium = add("map", _map, "write a map that needs no network | 导出离线地图")
    folium.add_argument("-o", "--output", type=Path, required=True, metavar="FILE.html")
    folium.add_argument("--layers", type=words, default=(), metavar="ID,ID,...")
    folium.add_argument("--lang", choices=("zh", "en"), default="zh")
    folium.add_argument(
        "--budget",
        type=float,
        default=5.0,
        metavar="MB",
        help="size of the file at most, default 5 | 文件大小上限",
    )
    folium.add_argument(
        "--tiles",
        metavar="URL",
        help="base tiles with {z}, {x}, {y}; they need a network | 底图网址",
    )
    folium.add_argument(
        "--tiles-datum",
        metavar="DATUM",
        help="of the tiles: wgs84, cgcs2000 or gcj02 | 底图坐标基准",
    )
    serve = add("serve", _serve, "start the service | 启动服务")
    serve.add_argument("--host", help="default 127.0.0.1")
    serve.add_argument("--port", type=int, help="default 8000")
    serve.add_argument(
        "--processes",
        type=int,
        choices=range(1, MOST_PROCESSES + 1),
        metavar="N",
        help="that serve the address together, default 1 | 进程数",
    )


def _add_keys(add: Add) -> None:
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


def _adder(commands: "_Commands") -> Add:
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


# Each command imports what it needs: `ecobarrier --help` need not wait for GDAL.


def _map(parsed: argparse.Namespace, settings: Settings) -> int:
    from layers.writers import write_text
    from service import tables
    from service.map_tiles import Tiles
    from service.maps import default_layers, folium_map

    tiles = Tiles.named(parsed.tiles, parsed.tiles_datum)
    catalog = open_catalog(settings)
    with tables.working(parsed.output.name):
        page = folium_map(
            catalog,
            parsed.layers or default_layers(catalog),
            language=parsed.lang,
            budget_mb=parsed.budget,
            tiles=tiles,
        )
        write_text(page, parsed.output)
    tables.written(parsed.output, len(page.encode()), parsed.json)
    return 0


def _serve(parsed: argparse.Namespace, settings: Settings) -> int:
    from service.listening import serve

    names = ("host", "port", "processes")
    chosen = {name: getattr(parsed, name) for name in names}
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
