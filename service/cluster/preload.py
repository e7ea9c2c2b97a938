"""What every worker needs, loaded once: workers started here are forked from it.

A process that imports this becomes the parent of workers (:mod:`multiprocessing`'s fork
server). It starts no thread of its own, so forking it is safe.
"""

import numpy as np
import shapely
from distributed import Nanny, Worker

from geo.authalic import CGCS2000
from geo.engine import index, overlap_pairs, prepare
from geo.rings import from_geometry
from service.cluster.logs import silenced
from service.cluster.overlap import OverlapJob

__all__ = ["Nanny", "OverlapJob", "Worker"]


def _load_machine_code() -> None:
    """Call the engine once, so that its machine code is there before workers are."""
    box = from_geometry(np.array([shapely.box(110, 40, 110.2, 40.2)]))
    overlap_pairs(prepare(box, CGCS2000, threads=1), index(box, threads=1), threads=1)


silenced()
_load_machine_code()
