"""Overlaps of layers too large for memory, written row by row to a file.

The left layer is read in chunks, the right one is held; see
:mod:`service.overlap_rows`.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from geo.exact import rounded
from layers import parts as ledger
from layers.catalog import Catalog
from layers.chunks import PolygonSource, open_polygons, open_source
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from layers.partitions import partitions
from layers.row_sink import require_suffix, row_sink
from service.cluster.engine import EngineChoice, Tell, nobody, open_engine
from service.cluster.inputs import Seen, Shelf
from service.cluster.overlap import OverlapJob
from service.cluster.software import software
from service.identity import result_id
from service.models import StreamReport
from service.overlap_rows import SCHEMA, OverlapWork, RightSide
from service.partitioned import SUFFIX, Progress, Sums, written_by, written_here

METHOD = "overlap/kernel/lonlat-edges"


class Spread(NamedTuple):
    """How work is spread over a cluster.

    Parameters
    ----------
    choice : EngineChoice
    shelf : Shelf
        Where workers find the layers.
    partitions : int or None
        Of the left layer; by its size unless stated.
    tell : callable
        Told about the cluster.
    """

    choice: EngineChoice
    shelf: Shelf
    partitions: int | None = None
    tell: Tell = nobody


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
        Layer id or path of a file; held in memory.
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
    source = open_source(catalog, left)
    held = catalog.vector(right)
    if spread is None:
        spec, source = open_polygons(catalog, left)
        work = OverlapWork(source, RightSide(held, spec.accuracy_m))
        with row_sink(output, SCHEMA) as sink:
            sums = written_here(work, partitions(len(source), 1), sink, progress)
    else:
        names = (left, right)
        spec, sums = _spread(catalog, names, (source, held), output, progress, spread)
    return _report(spec, held, output, sums)


def _spread(
    catalog: Catalog,
    names: tuple[str, str],
    opened: tuple[PolygonSource, VectorLayer],
    output: Path,
    progress: Progress,
    spread: Spread,
) -> tuple[LayerSpec, Sums]:
    """Let workers compute; the left file is hashed while they start."""
    source, held = opened
    with ThreadPoolExecutor(1) as aside:
        described = aside.submit(open_polygons, catalog, names[0])
        with open_engine(spread.choice, spread.tell) as engine:
            spec, _ = described.result()
            seen = Seen.of(names[0], spec), Seen.of(names[1], held.spec)
            parts = partitions(len(source), spread.partitions)
            about = {
                "method": METHOD,
                "software": software(),
                "inputs": [[one.id, one.sha256] for one in (spec, held.spec)],
                "partitions": len(parts),
            }
            job = OverlapJob(spread.shelf, *seen)
            with (
                ledger.opened(output, about, SUFFIX) as kept,
                row_sink(output, SCHEMA) as sink,
            ):
                sums = written_by(engine, job, parts, kept, sink, progress)
    return spec, sums


def _report(
    spec: LayerSpec, held: VectorLayer, output: Path, sums: Sums
) -> StreamReport:
    suffix = output.suffix.lower()
    return StreamReport(
        result_id=result_id(METHOD, [spec, held.spec], {"rows": suffix}),
        method=METHOD,
        path=str(output),
        left_features=sums.get("features", 0),
        pairs=sums.get("rows", 0),
        overlap_sum_m2=rounded(sums.get("overlap", 0)),
        left_m2=rounded(sums.get("left", 0)),
    )
