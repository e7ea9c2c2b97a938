"""``python -m geo.warm``: compile the engines once, so that no question waits for it.

Machine code is kept on disk (:mod:`geo.jit`); this runs each engine on shapes of
a few vertices, with the cell types that seed and user rasters have.
"""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo.conflict.nearest import nearest
from geo.conflict.sites import Sites
from geo.conflict.zones import Zones
from geo.crosstab import crosstab
from geo.crs import WORKING_CRS
from geo.engine import read_wkb
from geo.engine.screen import screen
from geo.grid import Grid, Window
from geo.health import scale_of
from geo.overlay import Side, overlap
from geo.zonal import zonal

CELL_TYPES = (np.uint8, np.int16, np.float32)


def warm() -> None:
    """Run every compiled function that the command line and the service call."""
    parts = [shapely.box(110, 40, 111, 41), shapely.box(110.5, 40.2, 112, 42)]
    layer = gpd.GeoSeries(parts, index=["a", "b"], crs=WORKING_CRS)
    overlap(Side.of(layer, 1.0), Side.of(layer, 1.0))
    zones = Zones.of(gpd.GeoDataFrame(geometry=layer))
    nearest(Sites(np.array([shapely.box(109, 40, 109.5, 41)])), zones, np.arange(1))
    wkb = shapely.to_wkb(parts[0])
    found = read_wkb(np.frombuffer(wkb, np.uint8), np.array([0, len(wkb)], np.int64))
    screen(found.rings, scale_of(CRS.from_user_input(WORKING_CRS)))
    grid = Grid(20, 20, 110.0, 42.0, 0.1, 0.1, CRS.from_user_input(WORKING_CRS))
    for kind in CELL_TYPES:

        def read(window: Window, kind: type = kind) -> np.ma.MaskedArray:
            return np.ma.zeros(window.shape, kind)

        zonal(layer, grid, read)
        zonal(layer, grid, read, breaks=np.array([0.0, 1.0, 2.0]), percentiles=(50,))
        crosstab(layer, grid, read, grid, read)


if __name__ == "__main__":
    warm()
