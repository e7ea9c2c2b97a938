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
from geo.engine import Pairs, index, overlap_pairs, prepare
from geo.overlay import SliverRule, slivers, uncertainty
from geo.overlay_kernel import lengths, widths
from geo.types import FloatArray, ratio
from layers.catalog import Catalog
from layers.chunks import Chunk, open_polygons
from layers.errors import LayerWriteError
from layers.loaded import VectorLayer
from layers.writers import atomic_file
from service.analysis import accuracies
from service.identity import result_id
from service.models import StreamReport

SCHEMA = pa.schema(
    [
        ("left_id", pa.string()),
        ("right_id", pa.string()),
        ("area_m2", pa.float64()),
        ("share_left", pa.float64()),
        ("share_right", pa.float64()),
        ("uncertainty_m2", pa.float64()),
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
    right_side = _Right(held, spec.accuracy_m)
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
    """The layer that is held in memory while the other passes by.

    Parameters
    ----------
    layer : VectorLayer
    passing_accuracy_m : float or None
        Of the layer that passes by.
    """

    def __init__(self, layer: VectorLayer, passing_accuracy_m: float | None) -> None:
        self._geometry = layer.features.geometry.to_numpy()
        self._ids = pa.array([str(label) for label in layer.features.index])
        self._index = index(flat.from_geometry(self._geometry), CGCS2000)
        self._area_m2 = self._index.layer.area_m2
        self._accuracy_m = accuracies(layer.spec, layer.features).to_numpy()
        self._change_m2 = layer.change_m2.to_numpy()
        self._passing_m = np.nan if passing_accuracy_m is None else passing_accuracy_m

    def overlapped(self, chunk: Chunk) -> tuple[pa.Table, float]:
        """Rows of one chunk, and the area of its features."""
        left = prepare(chunk.rings, CGCS2000)
        own = chunk.accuracy_m
        accuracy_m = np.where(np.isnan(own), self._passing_m, own)
        # Where nobody states how exact the outlines are, no length is needed.
        known = bool(
            np.isfinite(accuracy_m).any() and np.isfinite(self._accuracy_m).any()
        )
        pairs = overlap_pairs(left, self._index, lengths=known)
        area = left.area_m2
        share_left = ratio(pairs.area_m2, area[pairs.left])
        doubt = np.full(len(share_left), np.nan)
        if known:
            doubt = self._uncertainty(chunk, pairs, accuracy_m, share_left)
        columns = [
            pa.array(chunk.ids, pa.string()).take(pa.array(pairs.left)),
            self._ids.take(pa.array(pairs.right)),
            pairs.area_m2,
            share_left,
            ratio(pairs.area_m2, self._area_m2[pairs.right]),
            pa.array(doubt, mask=~np.isfinite(doubt)),
        ]
        return pa.table(columns, schema=SCHEMA), float(np.sum(area))

    def _uncertainty(
        self, chunk: Chunk, pairs: Pairs, accuracy_m: FloatArray, share_left: FloatArray
    ) -> FloatArray:
        """Judge pairs as a small table does; the chunk's features are unrepaired."""
        rule = SliverRule()
        width = widths(
            pairs,
            chunk.geometry,
            lambda chosen: self._geometry[chosen],
            CGCS2000,
            rule.width_m,
        )
        return uncertainty(
            pairs.area_m2,
            lengths(pairs),
            (accuracy_m[pairs.left], self._accuracy_m[pairs.right]),
            self._change_m2[pairs.right],
            slivers(pairs.area_m2, width, share_left, rule),
        )
