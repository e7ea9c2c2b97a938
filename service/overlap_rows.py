"""Rows of an overlap, chunk by chunk: the left layer passes by, the right one is held.

Each chunk is measured by the same kernel as everything else, so that a row has the same
bits as in a small table, whatever the chunk and whoever computes it.
"""

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.engine import Pairs, PolygonLayer, index, overlap_pairs, prepare
from geo.exact import exact_sum
from geo.overlay import SliverRule, slivers, uncertainty
from geo.overlay_kernel import lengths, widths
from geo.types import FloatArray, ratio
from layers.chunks import Chunk, PolygonSource
from layers.loaded import VectorLayer
from layers.partitions import Partition
from service.analysis import accuracies
from service.partitioned import Sums

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


class OverlapWork:
    """What it takes to overlay any rows of the left layer.

    Parameters
    ----------
    source : PolygonSource
    right : RightSide
    threads : int
        One reads nothing ahead.
    """

    schema = SCHEMA

    def __init__(
        self, source: PolygonSource, right: "RightSide", *, threads: int = 2
    ) -> None:
        self._source, self._right, self._threads = source, right, threads

    def rows(self, part: Partition) -> Iterator[tuple[pa.Table, Sums]]:
        """Answer the rows of a partition in tables, with exact sums of each."""
        chunks = self._source.chunks(
            start=part.start, stop=part.stop, ahead=self._threads > 1
        )
        for chunk in chunks:
            table, area_m2 = self._right.overlapped(chunk, self._threads)
            shared = table.column("area_m2").to_numpy()
            yield (
                table,
                {
                    "features": len(chunk.ids),
                    "rows": table.num_rows,
                    "overlap": exact_sum(shared),
                    "left": exact_sum(area_m2),
                },
            )


class RightSide:
    """The layer that is held in memory while the other passes by.

    Parameters
    ----------
    layer : VectorLayer
    passing_accuracy_m : float or None
        Of the layer that passes by.
    threads : int
    """

    def __init__(
        self, layer: VectorLayer, passing_accuracy_m: float | None, *, threads: int = 2
    ) -> None:
        self._geometry = layer.features.geometry.to_numpy()
        self._ids = pa.array([str(label) for label in layer.features.index])
        rings = flat.from_geometry(self._geometry)
        self._index = index(rings, CGCS2000, threads=threads)
        self._area_m2 = self._index.layer.area_m2
        self._box = self._index.layer.box
        self._accuracy_m = accuracies(layer.spec, layer.features).to_numpy()
        self._change_m2 = layer.change_m2.to_numpy()
        self._passing_m = np.nan if passing_accuracy_m is None else passing_accuracy_m

    def overlapped(self, chunk: Chunk, threads: int) -> tuple[pa.Table, FloatArray]:
        """Rows of one chunk, and the areas of its features, m2."""
        left = prepare(chunk.rings, CGCS2000, threads=threads)
        area = left.area_m2
        if not self._meets(left):
            return SCHEMA.empty_table(), area
        own = chunk.accuracy_m
        accuracy_m = np.where(np.isnan(own), self._passing_m, own)
        # Where nobody states how exact the outlines are, no length is needed.
        known = bool(
            np.isfinite(accuracy_m).any() and np.isfinite(self._accuracy_m).any()
        )
        pairs = overlap_pairs(left, self._index, lengths=known, threads=threads)
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
        return pa.table(columns, schema=SCHEMA), area

    def _meets(self, left: PolygonLayer) -> bool:
        """Whether the chunk's box meets that of this layer."""
        west, south, east, north = self._box
        there = left.box
        return bool(
            len(left.run_ring)
            and there[0] <= east
            and there[2] >= west
            and there[1] <= north
            and there[3] >= south
        )

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
