"""``ecobarrier publish``: a copy of the map as plain files."""

import argparse
from datetime import date

from service.arguments import Add, open_catalog, words
from service.settings import Settings


def add(adder: Add) -> None:
    """Add the command to the command line."""
    publish = adder("publish", _publish, "write a static copy | 发布静态副本")
    publish.add_argument(
        "--to",
        required=True,
        metavar="FOLDER|s3://BUCKET/PREFIX",
        help="new, or a copy made before | 目标文件夹或存储桶",
    )
    publish.add_argument(
        "--layers",
        type=words,
        default=(),
        metavar="ID,ID,...",
        help="default: all that are not restricted | 默认为全部非受限图层",
    )
    publish.add_argument("--lang", choices=("zh", "en"), default="zh")
    publish.add_argument(
        "--date",
        type=date.fromisoformat,
        metavar="YYYY-MM-DD",
        help="said on the pages, default today | 页面上的日期，默认今天",
    )
    publish.add_argument(
        "--service",
        metavar="URL",
        help="of a service that computes | 提供计算的服务地址",
    )
    publish.add_argument(
        "--no-maps",
        dest="maps",
        action="store_false",
        help="without web maps in one file | 不含单文件网页地图",
    )
    publish.add_argument(
        "--prune",
        action="store_true",
        help="remove files that are no longer used | 清除不再使用的文件",
    )


def _publish(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import publish_tables, tables
    from service.publishing.site import Wish, publish

    wish = Wish(
        layers=tuple(one for one in parsed.layers if one != "all"),
        language=parsed.lang,
        made_on=parsed.date,
        service=parsed.service,
        maps=parsed.maps,
        prune=parsed.prune,
    )
    with tables.progress(parsed.to) as bar:
        done = publish(
            open_catalog(settings),
            parsed.to,
            wish,
            settings,
            lambda _, done, total: bar(done, total),
        )
    publish_tables.published(done, parsed.to, parsed.json)
    return 0
