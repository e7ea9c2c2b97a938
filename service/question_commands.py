"""Commands that answer questions of the layers; none changes anything."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from service.arguments import (
    Add,
    add_engine,
    chosen_engine,
    metres,
    numbers,
    open_catalog,
    words,
)
from service.cluster.engine import EngineChoice, begin
from service.cluster.errors import ClusterError
from service.destinations import (
    add_database,
    add_table,
    destination,
    require_here,
    target_of,
)
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from layers.databases.tables import Target
    from service.models import Answer, AreaReport, LayerRef, ZonalReport
    from service.spread import Spread


def add(adder: Add) -> None:
    """Add them to the command line."""
    adder("layers", _layers, "list all layers | 列出图层")
    info = adder("info", _info, "what a layer says of itself | 图层说明")
    info.add_argument("id", metavar="ID")
    area = adder("area", _area, "areas of a layer's features | 面积", crs=True)
    area.add_argument("layer", metavar="LAYER")
    add_database(area)
    overlap = adder("overlap", _overlap, "overlap of two layers | 叠加", crs=True)
    overlap.add_argument("left", metavar="LEFT")
    overlap.add_argument("right", metavar="RIGHT")
    _add_overlap_options(overlap)
    site = adder("site", _site, "polygons against many layers | 地块与各图层", crs=True)
    site.add_argument("site", metavar="SITE", help="file or layer | 文件或图层")
    site.add_argument("--layers", type=words, default=(), metavar="ID,ID,...")
    _add_accuracy(site)
    zonal = adder("zonal", _zonal, "raster classes within zones | 分区统计", crs=True)
    zonal.add_argument("zones", metavar="ZONES")
    zonal.add_argument("raster", metavar="RASTER")
    zonal.add_argument(
        "--breaks",
        type=numbers,
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
        type=numbers,
        default=(),
        metavar="P,P,...",
        help="of a continuous raster, 0-100 | 百分位数",
    )
    add_engine(zonal)
    zonal.add_argument(
        "-o",
        "--output",
        type=destination,
        metavar="FILE.parquet|FILE.csv|postgresql://...",
        help="stream a large GeoParquet ZONES into a file of rows, or also write the"
        " rows into a table | 大图层逐行写出，或结果同时写入数据库表",
    )
    add_table(zonal)
    cross = adder("crosstab", _crosstab, "two rasters in zones | 交叉制表", crs=True)
    cross.add_argument("zones", metavar="ZONES")
    cross.add_argument("raster_a", metavar="RASTER")
    cross.add_argument("raster_b", metavar="RASTER")
    _add_figures(adder)


def _add_overlap_options(parser: argparse.ArgumentParser) -> None:
    add_engine(parser, ("kernel", "geos"))
    _add_accuracy(parser)
    parser.add_argument(
        "--geometry",
        type=Path,
        metavar="FILE.geojson|FILE.gpkg",
        help="also write the shared polygons | 同时写出重叠图形",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=destination,
        metavar="FILE.parquet|FILE.csv|postgresql://...",
        help="stream a large GeoParquet LEFT into a file or table of rows"
        " | 大图层逐行写出到文件或数据库表",
    )
    add_table(parser)


def _add_accuracy(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--accuracy",
        type=metres,
        metavar="METRES",
        help="positional accuracy of the first, if it states none | 位置精度（米）",
    )


def _add_figures(add: Add) -> None:
    figures = add(
        "figures", _figures, "published figures against the layers | 数字台账"
    )
    figures.add_argument(
        "--only", nargs="+", default=(), metavar="ID", help="these figures | 指定数字"
    )


# Each command imports what it needs: `ecobarrier --help` need not wait for GDAL.


def _layers(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import layers_report

    tables.show(layers_report(open_catalog(settings)), tables.layers, parsed.json)
    return 0


def _info(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import summary

    spec = open_catalog(settings).spec(parsed.id)
    tables.show(summary(spec), tables.info, parsed.json)
    return 0


def _area(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import area_report

    target = target_of(parsed)
    with tables.working(parsed.layer):
        report = area_report(open_catalog(settings), parsed.layer, crs=parsed.crs)
        _store(report.rows, report, (report.layer,), target)
    tables.show(report, tables.area, parsed.json)
    return 0


def _overlap(parsed: argparse.Namespace, settings: Settings) -> int:
    choice = chosen_engine(parsed)
    target = target_of(parsed)
    require_here(target, choice)
    if parsed.output:
        return _overlap_to_file(parsed, settings, choice, target or parsed.output)
    if choice.name == "dask":
        raise ClusterError("cluster_needs_output")
    from service import tables
    from service.analysis import overlap_pieces, overlap_report

    with tables.working(f"{parsed.left} × {parsed.right}"):
        catalog = open_catalog(settings)
        report = overlap_report(
            catalog,
            parsed.left,
            parsed.right,
            crs=parsed.crs,
            engine=parsed.engine,
            left_accuracy_m=parsed.accuracy,
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

    catalog = WarmCatalog(open_catalog(settings).entries)
    with tables.working(parsed.site):
        report = site_report(
            catalog,
            parsed.site,
            parsed.layers,
            crs=parsed.crs,
            accuracy_m=parsed.accuracy,
        )
    tables.show(report, tables.site, parsed.json)
    return 0


def _overlap_to_file(
    parsed: argparse.Namespace,
    settings: Settings,
    choice: EngineChoice,
    output: "Path | Target",
) -> int:
    spread = _spread(parsed, settings, choice)
    from service import tables
    from service.stream import overlap_to_file

    with tables.progress(f"{parsed.left} × {parsed.right}") as step:
        report = overlap_to_file(
            open_catalog(settings),
            parsed.left,
            parsed.right,
            output,
            step,
            spread=spread,
        )
    tables.show(report, tables.stream, parsed.json)
    return 0


def _spread(
    parsed: argparse.Namespace, settings: Settings, choice: EngineChoice
) -> "Spread | None":
    """Answer how work is spread; None where it stays here."""
    if choice.name == "local":
        return None
    begin(choice)
    from service import tables
    from service.cluster.inputs import Shelf
    from service.spread import Spread

    return Spread(choice, Shelf.of(settings), parsed.partitions, tables.say)


def _zonal(parsed: argparse.Namespace, settings: Settings) -> int:
    choice = chosen_engine(parsed)
    options = {
        name: getattr(parsed, name)
        for name in ("crs", "breaks", "nodata", "percentiles")
    }
    target = target_of(parsed)
    require_here(target, choice)
    if parsed.output and target is None:
        return _zonal_to_file(parsed, settings, choice, options)
    if choice.name == "dask":
        raise ClusterError("cluster_needs_output")
    from service import tables
    from service.analysis import zonal_report

    with tables.working(f"{parsed.zones} × {parsed.raster}"):
        catalog = open_catalog(settings)
        report = zonal_report(catalog, parsed.zones, parsed.raster, **options)
        _store(report.rows, report, (report.zones, report.raster), target)
    tables.show(report, tables.zonal, parsed.json)
    return 0


def _zonal_to_file(
    parsed: argparse.Namespace,
    settings: Settings,
    choice: EngineChoice,
    options: dict[str, Any],
) -> int:
    spread = _spread(parsed, settings, choice)
    from service import tables
    from service.zonal_stream import zonal_to_file

    with tables.progress(f"{parsed.zones} × {parsed.raster}") as step:
        report = zonal_to_file(
            open_catalog(settings),
            parsed.zones,
            parsed.raster,
            parsed.output,
            step,
            spread=spread,
            **options,
        )
    tables.show(report, tables.zonal_stream, parsed.json)
    return 0


def _store(
    rows: "Sequence[Answer]",
    report: "AreaReport | ZonalReport",
    layers: "Sequence[LayerRef]",
    target: "Target | None",
) -> None:
    """Write the rows of a result into the table that was named, if one was."""
    if target is None:
        return
    from layers.databases.results import as_table, result_table, result_text

    table = as_table([row.model_dump() for row in rows])
    about = result_text(report.result_id, report.method, layers)
    with result_table(target, table.schema, about, table.column_names[:1]) as out:
        out.write(table)


def _crosstab(parsed: argparse.Namespace, settings: Settings) -> int:
    from service import tables
    from service.analysis import crosstab_report

    names = (parsed.zones, parsed.raster_a, parsed.raster_b)
    with tables.working(" × ".join(names)):
        report = crosstab_report(open_catalog(settings), *names, crs=parsed.crs)
    tables.show(report, tables.crosstab, parsed.json)
    return 0


def _figures(parsed: argparse.Namespace, settings: Settings) -> int:
    from layers.figures.ledger import Ledger
    from service import figure_tables, tables
    from service.figures import figures_report

    ledger = Ledger.open(settings.seeds, settings.workspace)
    with tables.working("figures.toml"):
        report = figures_report(open_catalog(settings), ledger, parsed.only)
    tables.show(report, figure_tables.figures, parsed.json)
    return 0
