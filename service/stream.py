"""Overlaps of layers too large for memory, written row by row to a file.

The left layer is read in chunks; see :mod:`service.overlap_rows`. The right one is
held, or read where the chunk is; see :mod:`service.overlap_sides`.
"""

from contextlib import AbstractContextManager
from pathlib import Path

from geo.exact import rounded
from layers.catalog import Catalog
from layers.chunks import open_polygons, open_source
from layers.databases.results import result_table, result_text
from layers.databases.tables import Target
from layers.errors import DatabaseError
from layers.models import LayerSpec
from layers.partitions import partitions
from layers.row_sink import require_suffix, row_sink
from service.cluster.inputs import Seen
from service.cluster.overlap import OverlapJob
from service.identity import result_id
from service.models import StreamReport
from service.overlap_rows import OverlapWork
from service.overlap_sides import HELD_BYTES, SCHEMA, find_right
from service.partitioned import Progress, RowTaker, Sums, written_here
from service.spread import Plan, Spread, spread_rows

METHOD = "overlap/kernel/lonlat-edges"


def overlap_to_file(
    catalog: Catalog,
    left: str,
    right: str,
    output: Path | Target,
    progress: Progress,
    *,
    spread: Spread | None = None,
    held_bytes: int = HELD_BYTES,
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
    output : Path or Target
        ``.parquet`` or ``.csv``, or a table of a database; appears whole or not at
        all. Its content, of a file to the byte, depends on the layers only, not on who
        computes them in how many partitions.
    progress : callable
        Called after each chunk.
    spread : Spread, optional
        Lets a cluster compute; finished partitions are kept beside ``output`` until it
        is whole, so that a run that ended early goes on.
    held_bytes : int
        Geometry up to which the right layer is held in memory.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or overlaid, or the file cannot be written.
    """
    if isinstance(output, Path):
        require_suffix(output)
    elif spread is not None:
        # The ledger of finished partitions lies beside a file.
        raise DatabaseError("postgis_engine", where=output.where)
    source, other = open_source(catalog, left), find_right(catalog, right, held_bytes)

    def described() -> tuple[LayerSpec, LayerSpec]:
        return open_polygons(catalog, left)[0], other.spec()

    if spread is None:
        specs = described()
        side = other.ready(specs[1].accuracy_m)
        work = OverlapWork(source, specs[0].accuracy_m, side)
        with _sink(output, *specs) as sink:
            sums = written_here(work, partitions(len(source), 1), sink, progress)
        return _report(specs, output, sums)
    assert isinstance(output, Path)
    shelf = spread.shelf

    def plan() -> Plan:
        specs = described()
        seen = Seen.of(left, specs[0]), Seen.of(right, specs[1])
        job = OverlapJob(shelf, *seen, held_bytes)
        return Plan(job, specs, METHOD, {})

    found, sums = spread_rows(spread, plan, source, SCHEMA, output, progress)
    return _report(found.inputs, output, sums)


def _sink(
    output: Path | Target, *layers: LayerSpec
) -> AbstractContextManager[RowTaker]:
    if isinstance(output, Path):
        return row_sink(output, SCHEMA)
    about = result_text(_result_id(output, *layers), METHOD, layers)
    return result_table(output, SCHEMA, about, ("left_id", "right_id"))


def _result_id(output: Path | Target, *layers: LayerSpec) -> str:
    rows = output.suffix.lower() if isinstance(output, Path) else "postgresql"
    return result_id(METHOD, layers, {"rows": rows})


def _report(
    inputs: tuple[LayerSpec, ...], output: Path | Target, sums: Sums
) -> StreamReport:
    return StreamReport(
        result_id=_result_id(output, *inputs),
        method=METHOD,
        path=str(output) if isinstance(output, Path) else output.where,
        left_features=sums.get("features", 0),
        pairs=sums.get("rows", 0),
        overlap_sum_m2=rounded(sums.get("overlap", 0)),
        left_m2=rounded(sums.get("left", 0)),
    )
