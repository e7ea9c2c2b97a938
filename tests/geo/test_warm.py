"""What is compiled ahead covers what the seeds ask for."""

import subprocess
import sys

import numpy as np

from geo.grid import Window
from geo.warm import CELL_TYPES, warm
from layers.catalog import Catalog
from service.settings import Settings


def test_it_runs() -> None:
    warm()


def test_cell_types_of_the_seeds_are_compiled() -> None:
    catalog = Catalog.open(Settings().seeds)
    rasters = [spec.id for spec in catalog.specs if spec.kind == "raster"]
    types = {catalog.raster(name).read(Window(0, 1, 0, 1)).dtype for name in rasters}
    assert types <= {np.dtype(kind) for kind in CELL_TYPES}


def test_a_second_process_compiles_no_overlap() -> None:
    """Misses of numba's own cache are counted, not seconds."""
    code = (
        "from geo.warm import warm; warm();"
        "from geo.engine import crossings;"
        "from numba.core.dispatcher import Dispatcher as D;"
        "found = [f for f in vars(crossings).values() if isinstance(f, D)];"
        "print(sum(sum(f.stats.cache_misses.values()) for f in found), len(found))"
    )
    runs = [
        subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout.split()
        for _ in range(2)
    ]
    misses, functions = map(int, runs[-1])
    assert functions > 0
    assert misses == 0
