"""How the values of a raster reach the kernels: windows, decoded block by block."""

from collections.abc import Callable
from typing import Protocol, runtime_checkable

import numpy as np

from geo.grid import Window
from geo.jit import compiled
from geo.raster.edges import ShortInts
from geo.types import BoolArray

Reader = Callable[[Window], np.ma.MaskedArray]
"""Answers the values of a window; masked where there is no value. Called from several
threads at once."""


@runtime_checkable
class BlockReader(Protocol):
    """A reader that knows the blocks of its file and leaves "no value" unmasked.

    It saves what masks cost: a byte per cell and two passes over the values. It is
    called from several threads at once, so a file handle must belong to one thread.
    Windows start and end at borders of its blocks wherever that is possible, so that
    each block is decoded once.
    """

    @property
    def block_shape(self) -> tuple[int, int]:
        """Rows and columns of the blocks that the file is decoded in."""

    @property
    def nodata(self) -> float | None:
        """The number that stands for "no value"; NaN always does."""

    def __call__(self, window: Window) -> np.ndarray:
        """Values of a window; may be masked in addition."""


AnyReader = Reader | BlockReader

_NO_BLOCKS = (64, 4096)
"""Assumed of a plain reader: few rows and wide blocks make few calls."""


class Source:
    """One raster as bands of rows.

    Parameters
    ----------
    read : Reader or BlockReader
    """

    def __init__(self, read: AnyReader) -> None:
        self._read = read
        self.block_shape: tuple[int, int] = _NO_BLOCKS
        self.nodata: float | None = None
        if isinstance(read, BlockReader):
            self.block_shape, self.nodata = read.block_shape, read.nodata

    def read(self, row0: int, row1: int, needed: BoolArray, width: int) -> "Patch":
        """Answer rows, in at least the blocks of columns that are needed.

        Parameters
        ----------
        row0, row1 : int
        needed : BoolArray
            By block of columns.
        width : int
            Columns of the raster.
        """
        step = self.block_shape[1]
        edges = np.flatnonzero(np.diff(np.concatenate(([False], needed, [False]))))
        starts, stops = edges[::2] * step, np.minimum(edges[1::2] * step, width)
        col0, col1 = int(starts[0]), int(stops[-1])
        # Narrow gaps cost less to decode than to leave out.
        if len(starts) == 1 or (stops - starts).sum() > 0.8 * (col1 - col0):
            return Patch(self._values(Window(row0, row1, col0, col1)), row0, col0)
        parts = [
            self._values(Window(row0, row1, start, stop))
            for start, stop in zip(starts.tolist(), stops.tolist(), strict=True)
        ]
        whole = _room(parts, (row1 - row0, col1 - col0))
        for start, part in zip((starts - col0).tolist(), parts, strict=True):
            whole[:, start : start + part.shape[1]] = part
        return Patch(whole, row0, col0)

    def _values(self, window: Window) -> np.ndarray:
        values = self._read(window)
        if np.ma.isMaskedArray(values) and not np.ma.getmaskarray(values).any():
            return np.asarray(np.ma.getdata(values))
        return values


class Patch:
    """Values of part of a raster.

    Parameters
    ----------
    values : ndarray
        ``(rows, columns)``, masked or not.
    row0, col0 : int
        Where it starts in the raster.
    """

    def __init__(self, values: np.ndarray, row0: int, col0: int) -> None:
        self.values, self.row0, self.col0 = values, row0, col0


def _room(parts: list[np.ndarray], shape: tuple[int, int]) -> np.ndarray:
    """Room for all parts; between them a value that occurs, so that ranges stay."""
    if any(np.ma.isMaskedArray(part) for part in parts):
        return np.ma.array(np.zeros(shape, parts[0].dtype), mask=True)
    return np.full(shape, parts[0].flat[0])


@compiled
def mark_blocks(
    start: ShortInts, stop: ShortInts, begin: int, end: int, step: int, out: BoolArray
) -> None:
    """Mark the blocks of columns that runs ``[begin, end)`` touch."""
    for k in range(begin, end):
        for block in range(start[k] // step, (stop[k] - 1) // step + 1):
            out[block] = True
