"""Two rasters tabulated against each other within zones."""

from collections.abc import Hashable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Transformer

from geo import crs as coordinate_systems
from geo.grid import Grid
from geo.raster import classes as tables
from geo.raster import encode, lattice, tally
from geo.raster.classes import NODATA, OUTSIDE, Histogram, Labels
from geo.raster.encode import Codes
from geo.raster.measure import read_patch
from geo.raster.run import Progress, Run
from geo.raster.source import AnyReader, Source, mark_blocks
from geo.raster.tally import Band, Ledger
from geo.types import FloatArray, IntArray
from geo.zonal import THREADS, Zones
