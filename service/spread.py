"""A long result spread over a cluster: what runs, what is kept, what is written."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa

from layers import parts as ledger
from layers.chunks import PolygonSource
from layers.models import LayerSpec
from layers.partitions import partitions, rows_at_once
from layers.row_sink import row_sink
from service.cluster.engine import EngineChoice, Tell, nobody, open_engine
from service.cluster.inputs import Shelf
from service.cluster.software import software
from service.partitioned import SUFFIX, Progress, RowJob, Sums, written_by


class Spread(NamedTuple):
    """How work is spread over a cluster.

    Parameters
    ----------
    choice : EngineChoice
    shelf : Shelf
        Where workers find the layers.
    partitions : int or None
        Of the layer that is divided; by its size unless stated.
    tell : callable
        Told about the cluster.
    """

    choice: EngineChoice
    shelf: Shelf
    partitions: int | None = None
    tell: Tell = nobody


class Plan(NamedTuple):
    """What a run is.

    Parameters
    ----------
    job : RowJob
    inputs : tuple of LayerSpec
    method : str
    parameters : mapping
        Fit for JSON.
    """

    job: RowJob
    inputs: tuple[LayerSpec, ...]
    method: str
    parameters: Mapping[str, object]


def spread_rows(
    spread: Spread,
    plan: Callable[[], Plan],
    divided: PolygonSource,
    schema: pa.Schema,
    output: Path,
    progress: Progress,
) -> tuple[Plan, Sums]:
    """Let workers compute what is not finished yet, and write the rows of all.

    Parameters
    ----------
    spread : Spread
    plan : callable
        Called while the workers start: inputs are hashed in it.
    divided : PolygonSource
        The layer whose rows are divided.
    schema : pyarrow.Schema
    output : Path
        Appears whole or not at all; until then the finished partitions are kept beside
        it.
    progress : callable

    Raises
    ------
    EcobarrierError
        As :func:`service.cluster.engine.open_engine`,
        :func:`service.partitioned.written_by` and :func:`layers.parts.opened`.
    """
    with ThreadPoolExecutor(1) as aside:
        planned = aside.submit(plan)
        with open_engine(spread.choice, spread.tell) as engine:
            found = planned.result()
            rows = len(divided)
            parts = partitions(rows, spread.partitions)
            at_once = rows_at_once(rows, divided.geometry_bytes)
            about = {
                "method": found.method,
                "software": software(),
                "inputs": [[spec.id, spec.sha256] for spec in found.inputs],
                "parameters": found.parameters,
                "partitions": len(parts),
            }
            with (
                ledger.opened(output, about, SUFFIX) as kept,
                row_sink(output, schema) as sink,
            ):
                sums = written_by(
                    engine, found.job, parts, kept, sink, progress, at_once
                )
                return found, sums
