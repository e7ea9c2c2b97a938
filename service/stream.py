"""Overlaps of layers too large for memory, written row by row to a file.

The left layer is read in chunks; see :mod:`service.overlap_rows`. The right one is
held, or read where the chunk is; see :mod:`service.overlap_sides`.
"""

from pathlib import Path

from geo.exact import rounded
from layers.catalog import Catalog
from layers.chunks import open_polygons, open_source
from layers.models import LayerSpec
from layers.partitions import partitions
from layers.row_sink import require_suffix, row_sink
from service.cluster.inputs import Seen
from service.cluster.overlap import OverlapJob
from service.identity import result_id
from service.models import StreamReport
from service.overlap_rows import OverlapWork
from service.overlap_sides import SCHEMA, find_right
from service.partitioned import Progress, Sums, written_here
from service.spread import Plan, Spread, spread_rows

METHOD = "overlap/kernel/lonlat-edges"


def overlap_to_file(
    catalog: Catalog,
    left: str,
    right: str,
    output: Path,
    progress: Progress,
    *,
    spread: Spread | None = None,
) -> StreamReport:
    """Write the pairs of a large GeoParquet layer and another layer.

    Parameters
    ----------
    catalog : Catalog
    left : str
        Layer id, or path of a GeoParquet file in lon/lat or of a folder of them.
    right : str
        Layer id or path of a file; held in memory, or read where LEFT is if it is
        large (:func:`service.overlap_sides.find_right`).
    output : Path
        ``.parquet`` or ``.csv``; appears whole or not at all. Its bytes depend on the
        layers only, not on who computes them in how many partitions.
    progress : callable
        Called after each chunk.
    spread : Spread, optional
        Lets a cluster compute; finished partitions are kept beside ``output`` until it
        is whole, so that a run that ended early goes on.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or overlaid, or the file cannot be written.
    """
    require_suffix(output)
    source, other = open_source(catalog, left), find_right(catalog, right)

    def described() -> tuple[LayerSpec, LayerSpec]:
        return open_polygons(catalog, left)[0], other.spec()

    if spread is None:
        specs = described()
        side = other.ready(specs[1].accuracy_m)
        work = OverlapWork(source, specs[0].accuracy_m, side)
        with row_sink(output, SCHEMA) as sink:
            sums = written_here(work, partitions(len(source), 1), sink, progress)
        return _report(specs, output, sums)
    shelf = spread.shelf

    def plan() -> Plan:
        specs = described()
        job = OverlapJob(shelf, Seen.of(left, specs[0]), Seen.of(right, specs[1]))
        return Plan(job, specs, METHOD, {})

    found, sums = spread_rows(spread, plan, len(source), SCHEMA, output, progress)
    return _report(found.inputs, output, sums)


def _report(inputs: tuple[LayerSpec, ...], output: Path, sums: Sums) -> StreamReport:
    return StreamReport(
        result_id=result_id(METHOD, inputs, {"rows": output.suffix.lower()}),
        method=METHOD,
        path=str(output),
        left_features=sums.get("features", 0),
        pairs=sums.get("rows", 0),
        overlap_sum_m2=rounded(sums.get("overlap", 0)),
        left_m2=rounded(sums.get("left", 0)),
    )
