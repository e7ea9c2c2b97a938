"""Tables in memory as a condition sees them."""

from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pytest
import shapely


@dataclass
class MemoryChunk:
    """A run of features; it remembers whose geometries were looked at."""

    table: pa.Table
    shapes: np.ndarray
    looked_at: list[int] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return int(self.table.num_rows)

    def column(self, name: str) -> pa.Array:
        return self.table.column(name).combine_chunks()

    def boxes(self) -> np.ndarray:
        return np.asarray(shapely.bounds(self.shapes))

    def geometry(self, rows: np.ndarray) -> np.ndarray:
        self.looked_at += np.flatnonzero(rows).tolist()
        found: np.ndarray = self.shapes[rows]
        return found


@pytest.fixture
def memory_chunk() -> type[MemoryChunk]:
    return MemoryChunk
