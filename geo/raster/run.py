"""All zones of a layer over all bands of a lattice, several bands at a time."""

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from geo.raster import areas
from geo.raster.cut import cut
from geo.raster.edges import by_band
from geo.raster.lattice import Lattice
from geo.raster.sweep import sweep
from geo.raster.tally import STRIPE, Band
from geo.rings import Rings
from geo.types import IntArray

BAND_CELLS = 8_000_000
"""Cells that a band aims at: each thread holds the values of one band."""

THREADS = 2
"""Bands worked on at once unless stated: one is decoded while another is measured."""

Progress = Callable[[int, int], None]
"""Told how many bands are done and how many there are."""

Result = TypeVar("Result")


class Run:
    """Zones laid over a lattice, ready to be worked on band by band.

    Parameters
    ----------
    rings : Rings
        Of all zones, x,y in the lattice's CRS.
    lattice : Lattice
    block_rows : int
        Rows of the blocks that values are decoded in; bands are multiples of it.
    threads : int
        Bands worked on at once. Decoding one overlaps with measuring another.
    band_rows : int, optional
        Instead of the height chosen by ``block_rows`` and the width of the lattice.
        No result depends on it.
    """

    def __init__(
        self,
        rings: Rings,
        lattice: Lattice,
        *,
        block_rows: int,
        threads: int,
        band_rows: int | None = None,
    ) -> None:
        self.lattice = lattice
        self._zones = rings.size
        self._threads = max(1, threads)
        height = _whole_stripes(band_rows or _band_rows(lattice, block_rows))
        self._bands = _bands(rings, lattice, height)
        self._edges = by_band(rings, lattice, self._bands)
        self._areas = areas.of_lattice(lattice)

    def over_bands(
        self, work: Callable[[Band], Result], progress: Progress | None = None
    ) -> Iterator[Result]:
        """Do ``work`` on every band that a zone reaches; answers in their order.

        A few bands ahead of the one whose answer is awaited are worked on, no more, so
        that memory stays bounded. When ``work`` fails, bands not yet begun are left.
        """
        touched = np.flatnonzero(np.diff(self._edges.offsets)).tolist()
        waiting: deque[Future[Result | None]] = deque()
        with ThreadPoolExecutor(self._threads) as pool:
            try:
                for done, number in enumerate(touched):
                    waiting.append(pool.submit(self._on_band, number, work))
                    if len(waiting) > self._threads:
                        yield from _answer(waiting.popleft())
                        _tell(progress, done - self._threads + 1, len(touched))
                while waiting:
                    yield from _answer(waiting.popleft())
                    _tell(progress, len(touched) - len(waiting), len(touched))
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _on_band(self, number: int, work: Callable[[Band], Result]) -> Result | None:
        row0, row1 = self._bands[number : number + 2].tolist()
        lattice = self.lattice
        first, zone = self._edges.in_band(number)
        lines = lattice.y[row0 : row1 + 1]
        density = self._areas.density(row0, row1)
        pieces = cut(
            self._edges.points, first, zone, lattice.x, lines, lattice.steps, density
        )
        runs = sweep(pieces, self._edges.least, row0, lattice.columns)
        if not len(runs.row):
            return None
        x0, x1 = lattice.x[runs.start.min()], lattice.x[runs.stop.max()]
        measure = self._areas.measure(row0, row1, float(x0), float(x1))
        return work(Band(row0, row1, runs, lattice, measure, self._zones))


def _answer(future: Future[Result | None]) -> Iterator[Result]:
    result = future.result()
    if result is not None:
        yield result


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _band_rows(lattice: Lattice, block_rows: int) -> int:
    """As many whole blocks as fit into a band, at least one."""
    step = block_rows if block_rows % STRIPE == 0 else int(np.lcm(block_rows, STRIPE))
    if step > max(block_rows, 16 * STRIPE):
        step = _whole_stripes(block_rows)
    return max(1, BAND_CELLS // (lattice.columns * step)) * step


def _whole_stripes(rows: int) -> int:
    return -(-rows // STRIPE) * STRIPE


def _bands(rings: Rings, lattice: Lattice, height: int) -> IntArray:
    """Borders of the bands that the zones reach, at multiples of ``height``."""
    rows = lattice.rows
    if not len(rings.coordinates):
        return np.array([0, rows], dtype=np.int64)
    y = rings.coordinates[:, 1]
    reach = lattice.y0 - np.array([y.max(), y.min()])
    low, high = np.clip(np.searchsorted(lattice.y, reach) - (1, 0), 0, rows)
    borders = np.arange(low // height * height, max(high, 1) + height, height)
    return np.unique(np.minimum(borders, rows))
