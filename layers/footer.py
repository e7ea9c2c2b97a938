"""The footer of a served file: row groups, their rows, and the limits of columns."""

import json
from functools import cached_property

import numpy as np
import pyarrow.parquet as pq

from geo.types import BBox, BoolArray, FloatArray, IntArray
from layers.query.pruning import Limits
from layers.served import BOX, GEOMETRY, SIDES


class FileFooter:
    """What Parquet says of its row groups, as arrays.

    Parameters
    ----------
    metadata : pyarrow.parquet.FileMetaData
        Of a file made by :func:`layers.served.write_served`.
    """

    def __init__(self, metadata: pq.FileMetaData) -> None:
        self.metadata = metadata
        geo = json.loads(metadata.metadata[b"geo"])
        self._bounds = geo["columns"][GEOMETRY].get("bbox")
        self._limits: dict[str, Limits | None] = {}

    @property
    def groups(self) -> int:
        """How many row groups."""
        return int(self.metadata.num_row_groups)

    @cached_property
    def starts(self) -> IntArray:
        """The first row of each row group, and the number of all rows at the end."""
        counts = [self.metadata.row_group(i).num_rows for i in range(self.groups)]
        return np.concatenate([[0], np.cumsum(counts, dtype=np.int64)])

    @property
    def bounds(self) -> BBox | None:
        """West, south, east, north in degrees; None without geometries."""
        found = self._bounds
        return None if found is None else (found[0], found[1], found[2], found[3])

    def limits(self, column: str) -> Limits | None:
        """Answer smallest and largest values by row group; None where unknown."""
        if column not in self._limits:
            self._limits[column] = self._read_limits(column)
        return self._limits[column]

    def boxes(self) -> FloatArray:
        """Answer the box around each row group."""
        sides = [self.limits(f"{BOX}.{side}") for side in SIDES]
        pairs = zip(sides, ("low", "low", "high", "high"), strict=True)
        boxes = np.full((self.groups, len(SIDES)), np.nan)
        for place, (side, end) in enumerate(pairs):
            if side is not None:
                boxes[:, place] = np.where(side.known, getattr(side, end), np.nan)
        return boxes

    def full(self) -> BoolArray:
        """Mark row groups in which every feature has a geometry."""
        place = self._column_places[f"{BOX}.{SIDES[0]}"]
        found = (
            self.metadata.row_group(i).column(place).statistics
            for i in range(self.groups)
        )
        return np.array([one is not None and one.null_count == 0 for one in found])

    @cached_property
    def _column_places(self) -> dict[str, int]:
        schema = self.metadata.schema
        return {schema.column(i).path: i for i in range(len(schema))}

    def _read_limits(self, column: str) -> Limits | None:
        place = self._column_places.get(column)
        if place is None or not self.groups:
            return None
        found = [
            self.metadata.row_group(i).column(place).statistics
            for i in range(self.groups)
        ]
        known = np.array([one is not None and one.has_min_max for one in found])
        if not known.any():
            return None
        filler = next(one.min for one in found if one is not None and one.has_min_max)
        if not isinstance(filler, str | float | int | bool):
            return None
        pairs = [
            (one.min, one.max) if there else (filler, filler)
            for one, there in zip(found, known.tolist(), strict=True)
        ]
        kind = object if isinstance(filler, str) else None
        low, high = (np.array(side, dtype=kind) for side in zip(*pairs, strict=True))
        return Limits(low, high, known)
