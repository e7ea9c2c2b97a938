"""Zonal tables of layers too large for memory, written row by row to a file.

Zones are read in chunks, the raster by windows; see :mod:`service.zonal_rows`.
"""

from pathlib import Path

from geo.exact import rounded
from layers.catalog import Catalog
from layers.chunks import open_polygons, open_source
from layers.models import LayerSpec
from layers.partitions import partitions
from layers.row_sink import require_suffix, row_sink
from service.analysis import ZONAL_METHOD
from service.cluster.inputs import Seen
from service.cluster.zonal import ZonalJob
from service.identity import result_id
from service.models import ZonalStreamReport, ZonalTotals
from service.partitioned import Progress, Sums, written_here
from service.spread import Plan, Spread, spread_rows
from service.zonal_rows import Question, ZonalWork


def zonal_to_file(
    catalog: Catalog,
    zones: str,
    raster: str,
    output: Path,
    progress: Progress,
    *,
    crs: str | None = None,
    breaks: tuple[float, ...] = (),
    nodata: float | None = None,
    percentiles: tuple[float, ...] = (),
    spread: Spread | None = None,
) -> ZonalStreamReport:
    """Write the classes or value intervals of a raster within zones of a large layer.

    Parameters
    ----------
    catalog : Catalog
    zones : str
        Layer id, or path of a GeoParquet file in lon/lat or of a folder of them. Zones
        that lie close together in the file make each part of the raster be read once.
    raster : str
        Layer id or path of a file.
    output : Path
        ``.parquet`` or ``.csv``; appears whole or not at all. Its bytes depend on the
        layers only, not on who computes them in how many partitions.
    progress : callable
        Called after each chunk.
    crs, breaks, nodata, percentiles
        As for :func:`service.analysis.zonal_report`; ``crs`` of the raster.
    spread : Spread, optional
        Lets a cluster compute; finished partitions are kept beside ``output`` until it
        is whole, so that a run that ended early goes on.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or measured, or the file cannot be written.
    """
    require_suffix(output)
    source = open_source(catalog, zones)
    values = catalog.raster(raster, crs=crs, nodata=nodata)
    question = Question.of(values, breaks, percentiles)
    stated: dict[str, object] = {"crs": crs, "breaks": breaks, "nodata": nodata}
    if question.percentiles:
        stated["percentiles"] = percentiles
    if spread is None:
        spec, _ = open_polygons(catalog, zones)
        work = ZonalWork(source, values, question)
        with row_sink(output, question.schema) as sink:
            sums = written_here(work, partitions(len(source), 1), sink, progress)
        return _report((spec, values.spec), stated, output, sums)
    shelf = spread.shelf

    def plan() -> Plan:
        spec, _ = open_polygons(catalog, zones)
        job = ZonalJob(
            shelf,
            Seen.of(zones, spec),
            Seen.of(raster, values.spec),
            values.spec.model_dump_json(),
            crs,
            nodata,
            breaks,
            percentiles,
        )
        return Plan(job, (spec, values.spec), ZONAL_METHOD, stated)

    found, sums = spread_rows(spread, plan, source, question.schema, output, progress)
    return _report(found.inputs, stated, output, sums)


def _report(
    inputs: tuple[LayerSpec, ...],
    stated: dict[str, object],
    output: Path,
    sums: Sums,
) -> ZonalStreamReport:
    parameters = {**stated, "rows": output.suffix.lower()}
    totals = {
        f"{name}_m2": rounded(sums.get(kind, 0))
        for name, kind in (
            ("zones", "zones"),
            ("value", "class"),
            ("nodata", "nodata"),
            ("outside", "outside"),
        )
    }
    return ZonalStreamReport(
        result_id=result_id(ZONAL_METHOD, inputs, parameters),
        method=ZONAL_METHOD,
        path=str(output),
        zones=sums.get("features", 0),
        rows=sums.get("rows", 0),
        totals=ZonalTotals(**totals),
    )
