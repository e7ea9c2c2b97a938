"""Overlaps of layers too large for memory, written row by row to a file.

The left layer is read in chunks, the right one is held; each chunk is measured by the
same kernel as everything else, so that a row has the same bits as in a small table.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.engine import Index, index, overlap_pairs, prepare
from layers.catalog import Catalog
from layers.chunks import Chunk, open_polygons
from layers.errors import LayerWriteError
from layers.loaded import VectorLayer
from layers.writers import atomic_file
from service.identity import result_id
from service.models import StreamReport

SCHEMA = pa.schema(
    [
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("area_m2", pa.float64()),
        ("share_left", pa.float64()),
        ("share_right", pa.float64()),
    ]
)
METHOD = "overlap/kernel/lonlat-edges"
WRITERS: dict[str, Callable[..., "pq.ParquetWriter | pyarrow.csv.CSVWriter"]] = {
    ".parquet": pq.ParquetWriter,
    ".csv": pyarrow.csv.CSVWriter,
}

Progress = Callable[[int, int], None]
"""Told how many features of how many are done."""


def overlap_to_file(
    catalog: Catalog, left: str, right: str, output: Path, progress: Progress
) -> StreamReport:
    """Write the pairs of a large GeoParquet layer and another layer.

    Parameters
    ----------
    catalog : Catalog
    left : str
        Layer id or path of a GeoParquet file in lon/lat.
    right : str
        Layer id or path of a file; held in memory.
    output : Path
        ``.parquet`` or ``.csv``; appears whole or not at all.
    progress : callable
        Called after each chunk.

    Raises
    ------
    EcobarrierError
        A layer cannot be found, read or overlaid, or the file cannot be written.
    """
    writer = WRITERS.get(output.suffix.lower())
    if writer is None:
        known = ", ".join(WRITERS)
        raise LayerWriteError("export_format_unknown", file=output.name, known=known)
    spec, source = open_polygons(catalog, left)
    held = catalog.vector(right)
    right_side = _Right.of(held)
    done = pairs = 0
    overlap_m2 = left_m2 = 0.0
    with atomic_file(output) as temporary, writer(temporary, SCHEMA) as rows:
        for chunk in source.chunks():
            table, area_m2 = right_side.overlapped(chunk)
            rows.write_table(table)
            done += len(chunk.ids)
            pairs += table.num_rows
            overlap_m2 += float(table.column("area_m2").to_numpy().sum())
            left_m2 += area_m2
            progress(done, len(source))
    return StreamReport(
        result_id=result_id(METHOD, [spec, held.spec], {"rows": output.suffix.lower()}),
        method=METHOD,
        path=str(output),
        left_features=done,
        pairs=pairs,
        overlap_sum_m2=overlap_m2,
        left_m2=left_m2,
    )


class _Right:
    """The layer that is held in memory while the other passes by."""

    def __init__(self, ids: list[str], ready: Index) -> None:
        self._ids = pa.array(ids, pa.string())
        self._index = ready
        self._area = ready.layer.area_m2

    @classmethod
    def of(cls, layer: VectorLayer) -> "_Right":
        rings = flat.from_geometry(layer.features.geometry.to_numpy())
        return cls(
            [str(label) for label in layer.features.index], index(rings, CGCS2000)
        )

    def overlapped(self, chunk: Chunk) -> tuple[pa.Table, float]:
        """Rows of one chunk, and the area of its features."""
        left = prepare(chunk.rings, CGCS2000)
        pairs = overlap_pairs(left, self._index)
        area = left.area_m2
        columns = [
            pa.array(chunk.ids, pa.string()).take(pa.array(pairs.left)),
            self._ids.take(pa.array(pairs.right)),
            pairs.area_m2,
            pairs.area_m2 / area[pairs.left],
            pairs.area_m2 / self._area[pairs.right],
        ]
        return pa.table(columns, schema=SCHEMA), float(np.sum(area))
