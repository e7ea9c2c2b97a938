"""The right layer of an overlap: held as a whole, or read where the left one is."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
import pyarrow as pa

from geo import rings as flat
from geo.authalic import CGCS2000
from geo.engine import Index, Pairs, PolygonLayer, index, overlap_pairs
from geo.errors import CRSError
from geo.overlay import SliverRule, slivers, uncertainty
from geo.overlay_kernel import lengths, widths
from geo.types import BBox, FloatArray, GeometryArray, IntArray, ratio
from layers.boxes import meets
from layers.catalog import Catalog, is_file_name
from layers.chunks import Chunk, PolygonFile, open_polygons
from layers.errors import LayerReadError
from layers.loaded import VectorLayer
from layers.models import LayerSpec
from service.analysis import accuracies

HELD_BYTES = 64_000_000
"""Geometry up to which a right layer is held as a whole. Loading, checking and indexing
takes some 20 times that for a moment (86 MB of parcels: 1.8 GB), and a worker has 3 GB
unless stated."""

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


class Passing(NamedTuple):
    """A chunk of the left layer, prepared.

    Parameters
    ----------
    chunk : Chunk
    layer : PolygonLayer
    area_m2, accuracy_m : FloatArray
        ``(n,)``; accuracy is nan where nobody states it.
    threads : int
    """

    chunk: Chunk
    layer: PolygonLayer
    area_m2: FloatArray
    accuracy_m: FloatArray
    threads: int


class Right(Protocol):
    """A right layer, asked for what lies near."""

    def meeting(self, box: BBox) -> Iterator["RightSide"]:
        """Answer the features that may meet a box, in pieces in the layer's order."""


@dataclass(frozen=True)
class RightSide:
    """Some or all features of the right layer, indexed.

    Parameters
    ----------
    index : Index
    ids : Array
    shapes : callable
        Answers polygons by their positions.
    accuracy_m, change_m2 : FloatArray
        ``(n,)``; nan where no accuracy is stated.
    """

    index: Index
    ids: pa.Array
    shapes: Callable[[IntArray], GeometryArray]
    accuracy_m: FloatArray
    change_m2: FloatArray

    @classmethod
    def of_layer(cls, layer: VectorLayer, threads: int = 2) -> "RightSide":
        """Index a whole layer."""
        geometry = layer.features.geometry.to_numpy()
        return cls(
            index(flat.from_geometry(geometry), CGCS2000, threads=threads),
            pa.array([str(label) for label in layer.features.index]),
            lambda chosen: geometry[chosen],
            accuracies(layer.spec, layer.features).to_numpy(),
            layer.change_m2.to_numpy(),
        )

    @classmethod
    def of_chunk(
        cls, chunk: Chunk, accuracy_m: float | None, threads: int
    ) -> "RightSide":
        """Index features of a large layer, which are valid as they stand."""
        own = chunk.accuracy_m
        whole = np.nan if accuracy_m is None else accuracy_m
        return cls(
            index(chunk.rings, CGCS2000, threads=threads),
            pa.array(chunk.ids),
            chunk.geometry,
            np.where(np.isnan(own), whole, own),
            np.zeros(len(own)),
        )

    def overlapped(self, left: Passing) -> tuple[IntArray, pa.Table]:
        """Position in the chunk of each row's left feature, and the rows."""
        # Where nobody states how exact the outlines are, no length is needed.
        known = bool(
            np.isfinite(left.accuracy_m).any() and np.isfinite(self.accuracy_m).any()
        )
        pairs = overlap_pairs(
            left.layer, self.index, lengths=known, threads=left.threads
        )
        share_left = ratio(pairs.area_m2, left.area_m2[pairs.left])
        doubt = np.full(len(share_left), np.nan)
        if known:
            doubt = self._uncertainty(left, pairs, share_left)
        columns = [
            pa.array(left.chunk.ids, pa.string()).take(pa.array(pairs.left)),
            self.ids.take(pa.array(pairs.right)),
            pairs.area_m2,
            share_left,
            ratio(pairs.area_m2, self.index.layer.area_m2[pairs.right]),
            pa.array(doubt, mask=~np.isfinite(doubt)),
        ]
        return pairs.left, pa.table(columns, schema=SCHEMA)

    def _uncertainty(
        self, left: Passing, pairs: Pairs, share_left: FloatArray
    ) -> FloatArray:
        """Judge pairs as a small table does; the chunk's features are unrepaired."""
        rule = SliverRule()
        width = widths(pairs, left.chunk.geometry, self.shapes, CGCS2000, rule.width_m)
        return uncertainty(
            pairs.area_m2,
            lengths(pairs),
            (left.accuracy_m[pairs.left], self.accuracy_m[pairs.right]),
            self.change_m2[pairs.right],
            slivers(pairs.area_m2, width, share_left, rule),
        )


class Held:
    """A right layer that is held as a whole."""

    def __init__(self, side: RightSide) -> None:
        self._side = side
        self._box = np.array(side.index.layer.box)

    def meeting(self, box: BBox) -> Iterator[RightSide]:
        """Answer the layer, unless it lies elsewhere."""
        if meets(self._box, box):
            yield self._side


class Parted:
    """A right layer too large to be held: read where each chunk lies.

    Memory is that of one row group, or of 50,000 features of it.
    """

    def __init__(
        self, file: PolygonFile, accuracy_m: float | None, *, threads: int = 2
    ) -> None:
        self._file, self._accuracy_m, self._threads = file, accuracy_m, threads

    def meeting(self, box: BBox) -> Iterator[RightSide]:
        """Read the row groups that meet the box, and of them the features that do."""
        for chunk in self._file.meeting(box):
            yield RightSide.of_chunk(chunk, self._accuracy_m, self._threads)


class RightLayer(NamedTuple):
    """A right layer that was found; either is there.

    Parameters
    ----------
    held : VectorLayer or None
    file : PolygonFile or None
        Of a layer that is too large to be held.
    spec : callable
        Answers what the layer says of itself; may have to hash it first.
    """

    held: VectorLayer | None
    file: PolygonFile | None
    spec: Callable[[], LayerSpec]

    def ready(self, accuracy_m: float | None, threads: int = 2) -> Right:
        """Index it, or make ready to read it; ``accuracy_m`` is a large one's own."""
        if self.held is not None:
            return Held(RightSide.of_layer(self.held, threads))
        assert self.file is not None
        return Parted(self.file, accuracy_m, threads=threads)


def find_right(catalog: Catalog, name: str, held_bytes: int = HELD_BYTES) -> RightLayer:
    """Load the right layer, or open it if it is to be read in parts.

    It is read in parts if its geometry is larger than ``held_bytes`` and it is
    GeoParquet in lon/lat with the boxes of its features.

    Raises
    ------
    EcobarrierError
        As :meth:`Catalog.vector`.
    """
    large = _large_file(catalog, name, held_bytes)
    if large is not None:
        return RightLayer(None, large, lambda: open_polygons(catalog, name)[0])
    held = catalog.vector(name)
    return RightLayer(held, None, lambda: held.spec)


def _large_file(catalog: Catalog, name: str, held_bytes: int) -> PolygonFile | None:
    catalogued = not is_file_name(name)
    path = catalog.path(name) if catalogued else Path(name)
    if path.suffix.lower() != ".parquet" or not path.is_file():
        return None
    try:
        file = PolygonFile(path, checked=catalogued)
    except (LayerReadError, CRSError):
        # Whoever loads it as a whole says what is wrong, or can read it.
        return None
    return file if file.geometry_bytes > held_bytes and file.has_boxes else None
