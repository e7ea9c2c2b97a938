"""Pages of a served file: what matches, in which order, and the rows of one page.

A condition is evaluated once per version of a layer, in one pass over the columns it
names, a row group at a time; what is kept of it is four bytes per match. Every page
after that costs the same, wherever in the layer it lies.
"""

import threading
from collections import OrderedDict
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from geo.types import BBox, BoolArray, FloatArray, GeometryArray, IntArray
from layers.footer import FileFooter
from layers.query.conditions import Condition, Field, SortKey
from layers.query.evaluate import selected
from layers.query.pruning import certain, possible
from layers.readers.guard import reading
from layers.served import BOX, GEOMETRY, ID, SIDES, read_head

PAGE_BYTES = 16_000_000
"""A page ends before its features hold more than this, WKB and text together (about
25 MB of GeoJSON), so that a few huge features cannot exhaust a service."""
KEPT_BYTES = 64_000_000
"""Positions of matches kept per file; the longest unused go first."""
DECODED_BYTES = 8_000_000
"""Row groups kept as they were decoded, per file: whoever pages asks for one again."""
_BLOCK_ROWS = 32
_BLOCK_GROUPS = 4
_ORDERS = {False: "ascending", True: "descending"}

Positions = np.ndarray
"""Rows of the file, ``(n,)``, unsigned 32-bit, in the order of the answer."""


@dataclass(frozen=True)
class Matches:
    """The rows that match a condition, in the order asked for.

    Parameters
    ----------
    positions : Positions or None
        None for all rows in the order of the file.
    count : int
    """

    positions: Positions | None
    count: int

    def part(self, start: int, length: int) -> Positions:
        """Answer some of them, fewer at the end."""
        if self.positions is not None:
            return self.positions[start : start + length]
        stop = min(start + length, self.count)
        return np.arange(min(start, stop), stop, dtype=np.uint32)


class Page(NamedTuple):
    """Some features, in the order asked for.

    ``ids`` and ``geometry`` are ``(n,)``; ``attributes`` has n rows and the public
    names of the columns asked for; ``geometry`` is None where it was not asked for.
    """

    ids: list[str]
    attributes: list[tuple[str, list[object]]]
    geometry: GeometryArray | None
    bytes: int


class ServedFile:
    """A file made by :func:`layers.served.write_served`; safe for several threads.

    Parameters
    ----------
    path : Path
        Its footer is read now, its rows never all.

    Raises
    ------
    LayerReadError
        Missing, cut off, or no file of that form.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with reading(path, "GeoParquet", also=(KeyError, TypeError)):
            self._footer = FileFooter(pq.read_metadata(path))
            self.fields = read_head(self._footer.metadata).fields
        self._starts = self._footer.starts
        self._kept: OrderedDict[Hashable, Matches] = OrderedDict()
        self._decoded: OrderedDict[Hashable, pa.Table] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def rows(self) -> int:
        """How many features."""
        return int(self._starts[-1])

    @property
    def bounds(self) -> BBox | None:
        """West, south, east, north in degrees; None without geometries."""
        return self._footer.bounds

    def field(self, name: str) -> Field | None:
        """Answer the column of that public name; None if there is none."""
        return next((one for one in self.fields if one.name == name), None)

    def matches(
        self, condition: Condition | None = None, order: tuple[SortKey, ...] = ()
    ) -> Matches:
        """Answer the rows that match, in order; equal keys stay as in the file.

        Raises
        ------
        LayerReadError
            The file is damaged.
        """
        if condition is None and not order:
            return Matches(None, self.rows)
        key = (condition, order)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with reading(self.path, "GeoParquet"):
            positions = self._matching(condition)
            if order:
                positions = positions[self._sorted(positions, order)]
        found = Matches(positions, len(positions))
        self._keep(key, found)
        return found

    def page(
        self,
        positions: Positions,
        *,
        columns: tuple[Field, ...] | None = None,
        geometry: bool = True,
        most_bytes: int = PAGE_BYTES,
    ) -> Page:
        """Read the features at some positions.

        Parameters
        ----------
        positions : Positions
            From :meth:`Matches.part`.
        columns : tuple of Field or None
            All if None.
        geometry : bool
            Whether to read geometries.
        most_bytes : int
            The page ends before it holds more, but has one feature at least.

        Raises
        ------
        LayerReadError
            The file is damaged.
        """
        wanted = self.fields if columns is None else columns
        names = [ID, *(one.column for one in wanted), *([GEOMETRY] * geometry)]
        with reading(self.path, "GeoParquet"):
            table, size = self._rows_of(positions, names, most_bytes)
            shapes = table.column(GEOMETRY).to_numpy() if geometry else None
            return Page(
                table.column(ID).to_pylist(),
                [(one.name, table.column(one.column).to_pylist()) for one in wanted],
                None if shapes is None else shapely.from_wkb(shapes),
                size,
            )

    def position(self, feature_id: str) -> int | None:
        """Answer the row of a feature; None if there is none of that id.

        Raises
        ------
        LayerReadError
            The file is damaged.
        """
        with reading(self.path, "GeoParquet"):
            hashes, rows = self._ids
            wanted = _hashed([feature_id])[0]
            first, last = (
                int(np.searchsorted(hashes, wanted, side=side))
                for side in ("left", "right")
            )
            for row in rows[first:last].tolist():
                found = self._rows_of(np.array([row], np.uint32), [ID], PAGE_BYTES)[0]
                if found.column(ID)[0].as_py() == feature_id:
                    return int(row)
        return None

    # -- passes over columns --

    def _file(self) -> pq.ParquetFile:
        # Opened anew for each use: a reader has one position. The footer is at hand.
        return pq.ParquetFile(self.path, metadata=self._footer.metadata)

    def _matching(self, condition: Condition | None) -> Positions:
        if condition is None:
            return np.arange(self.rows, dtype=np.uint32)
        whole = certain(condition, self._footer)
        maybe = possible(condition, self._footer) & ~whole
        found = []
        with self._file() as file:
            for group in np.flatnonzero(whole | maybe).tolist():
                start, stop = self._starts[group], self._starts[group + 1]
                rows = np.arange(start, stop, dtype=np.uint32)
                if not whole[group]:
                    rows = rows[selected(condition, _Group(file, group, len(rows)))]
                found.append(rows)
        return np.concatenate(found) if found else np.empty(0, np.uint32)

    def _sorted(self, positions: Positions, order: tuple[SortKey, ...]) -> IntArray:
        """Answer the places of the positions in order; the sort is stable."""
        names = list(dict.fromkeys(key.field.column for key in order))
        with self._file() as file:
            table = pa.concat_tables(
                [
                    file.read_row_group(group, columns=names, use_threads=False).take(
                        pa.array(rows)
                    )
                    for group, rows in self._by_group(positions)
                ]
                or [file.schema_arrow.empty_table().select(names)]
            )
        keys = [(one.field.column, _ORDERS[one.descending], "at_end") for one in order]
        places = pc.sort_indices(table, sort_keys=keys)
        return np.asarray(places, dtype=np.int64)

    def _by_group(self, positions: Positions) -> Iterator[tuple[int, IntArray]]:
        """Split positions, which ascend, into row groups and rows inside them."""
        groups = np.searchsorted(self._starts, positions, side="right") - 1
        cuts = np.flatnonzero(np.diff(groups)) + 1
        for part in np.split(np.arange(len(positions)), cuts):
            if len(part):
                group = int(groups[part[0]])
                yield group, positions[part].astype(np.int64) - self._starts[group]

    def _rows_of(
        self, positions: Positions, names: list[str], most_bytes: int
    ) -> tuple[pa.Table, int]:
        """Read rows in the order given, a block at a time, until the page is full."""
        groups = np.searchsorted(self._starts, positions, side="right") - 1
        # A sorted page can be of as many row groups as rows; their features add up.
        few = len(np.unique(groups)) <= _BLOCK_GROUPS
        step = max(len(positions), 1) if few else _BLOCK_ROWS
        blocks: list[pa.Table] = []
        size = 0
        for start in range(0, len(positions), step):
            part = slice(start, start + step)
            table = self._block(positions[part], groups[part], names)
            ends = size + np.cumsum(_sizes(table))
            fits = int(np.searchsorted(ends, most_bytes, side="right"))
            fits = max(fits, 0 if blocks else 1)
            blocks.append(table.slice(0, fits))
            size = int(ends[fits - 1]) if fits else size
            if fits < table.num_rows:
                break
        if not blocks:
            schema = self._footer.metadata.schema.to_arrow_schema()
            return schema.empty_table().select(names), 0
        return pa.concat_tables(blocks), size

    def _block(
        self, positions: Positions, groups: IntArray, names: list[str]
    ) -> pa.Table:
        """Read a few rows, each row group once."""
        parts, places = [], []
        for group in np.unique(groups).tolist():
            here = np.flatnonzero(groups == group)
            rows = positions[here].astype(np.int64) - self._starts[group]
            parts.append(self._group(group, names).take(pa.array(rows)))
            places.append(here)
        if len(parts) == 1:
            return parts[0].select(names)
        back = np.argsort(np.concatenate(places), kind="stable")
        return pa.concat_tables(parts).take(pa.array(back)).select(names)

    def _group(self, group: int, names: list[str]) -> pa.Table:
        """Answer columns of a row group, and keep them for the next page."""
        key = (group, tuple(names))
        with self._lock:
            table = self._decoded.get(key)
            if table is not None:
                self._decoded.move_to_end(key)
                return table
        with self._file() as file:
            table = file.read_row_group(group, columns=names, use_threads=False)
        with self._lock:
            self._decoded[key] = table
            while sum(one.nbytes for one in self._decoded.values()) > DECODED_BYTES:
                self._decoded.popitem(last=False)
        return table

    @cached_property
    def _ids(self) -> tuple[np.ndarray, np.ndarray]:
        """Hashes of all ids, ascending, and their rows: 12 bytes per feature."""
        with self._file() as file:
            hashes = [
                _hashed(file.read_row_group(i, columns=[ID]).column(ID).to_pylist())
                for i in range(self._footer.groups)
            ]
        whole = np.concatenate([np.empty(0, np.uint64), *hashes])
        rows = np.argsort(whole, kind="stable").astype(np.uint32)
        return whole[rows], rows

    def _keep(self, key: Hashable, found: Matches) -> None:
        with self._lock:
            self._kept[key] = found
            while len(self._kept) > 1 and self._kept_bytes() > KEPT_BYTES:
                self._kept.popitem(last=False)

    def _kept_bytes(self) -> int:
        # An empty answer is kept too, and its key may hold a large polygon.
        held = (one.positions for one in self._kept.values())
        return sum(10_000 + (0 if one is None else one.nbytes) for one in held)


class _Group:
    """One row group; its columns are read when they are asked for."""

    def __init__(self, file: pq.ParquetFile, group: int, rows: int) -> None:
        self._file = file
        self._group = group
        self._columns: dict[str, pa.Array] = {}
        self.rows = rows

    def column(self, name: str) -> pa.Array:
        """Answer a column, ``(rows,)``."""
        if name not in self._columns:
            table = self._file.read_row_group(
                self._group, columns=[name], use_threads=False
            )
            self._columns[name] = table.column(name).combine_chunks()
        return self._columns[name]

    def boxes(self) -> FloatArray:
        """Answer the bounding boxes, ``(rows, 4)``; NaN where there is none."""
        box = self.column(BOX)
        sides = [box.field(side).to_numpy(zero_copy_only=False) for side in SIDES]
        return np.column_stack(sides)

    def geometry(self, rows: BoolArray) -> GeometryArray:
        """Answer the geometries of the rows marked."""
        shapes = self.column(GEOMETRY).filter(pa.array(rows))
        found: GeometryArray = shapely.from_wkb(shapes.to_numpy(zero_copy_only=False))
        return found


def _hashed(ids: list[str]) -> np.ndarray:
    return pd.util.hash_array(np.array(ids, dtype=object), categorize=False)


_VARYING = (
    pa.types.is_binary,
    pa.types.is_string,
    pa.types.is_large_binary,
    pa.types.is_large_string,
)


def _sizes(table: pa.Table) -> IntArray:
    """Bytes of each row, about: what varies counted, the rest by a flat rate."""
    sizes = np.full(table.num_rows, 16 * table.num_columns, dtype=np.int64)
    for column in table.columns:
        if any(varies(column.type) for varies in _VARYING):
            sizes += pc.fill_null(pc.binary_length(column), 0).to_numpy()
    return sizes
