"""Lakes: GSHHG, with Wuliangsuhai from Natural Earth."""

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built
from seeds.build.measure import CRS, area_km2, by_id
from seeds.build.plane import DECIMALS
from seeds.build.sources import (
    read_basemap_lakes,
    read_natural_earth_lakes,
    read_table,
)

_WULIANGSUHAI = shapely.Point(108.84, 40.93)
# GSHHG draws this lake as two parts that lie apart from Natural Earth's polygon.
_GSHHG_WULIANGSUHAI = shapely.box(108.7, 40.8, 109.0, 41.05)


def build_lakes(bench: Bench) -> Built:
    """Build the lakes that touch the region, whole, the largest first."""
    region = bench.frame("province").geometry.iloc[0]
    shapes: list[tuple[BaseGeometry, str]] = [
        (shape, "GSHHG 2.3.6")
        for shape in read_basemap_lakes(bench.packages)
        if shape.intersects(region) and not shape.intersects(_GSHHG_WULIANGSUHAI)
    ]
    natural_earth = read_natural_earth_lakes(bench.packages)
    wuliangsuhai = natural_earth[natural_earth.contains(_WULIANGSUHAI)].iloc[0]
    shapes.append((wuliangsuhai, "Natural Earth 10 m"))
    shapes = [
        (shapely.orient_polygons(shapely.set_precision(shape, 10.0**-DECIMALS)), source)
        for shape, source in shapes
    ]
    shapes.sort(key=lambda pair: -area_km2(pair[0]))
    rows = [_row(shape, source, region) for shape, source in shapes]
    frame = gpd.GeoDataFrame(rows, crs=CRS)
    return Built(frame, {"lakes": len(frame), **by_id(frame, "area_km2")})


def _row(shape: BaseGeometry, source: str, region: BaseGeometry) -> dict[str, object]:
    named = _names(shape)
    return {
        "id": named["id"],
        "name_zh": named["name_zh"],
        "name_en": named["name_en"],
        "area_km2": round(area_km2(shape), 2),
        "in_im_km2": round(area_km2(shape.intersection(region)), 2),
        "source": source,
        "dated": named["dated"],
        "remark_zh": named["remark_zh"] or None,
        "remark_en": named["remark_en"] or None,
        # The region's three lakes under restoration, as its documents group them.
        "programme_zh": "一湖两海" if named["programme"] else None,
        "programme_en": "One lake, two seas" if named["programme"] else None,
        "geometry": shape,
    }


def _names(shape: BaseGeometry) -> dict[str, str]:
    """Find the row of ``lakes.csv`` whose point lies in the lake, or make one.

    Small lakes that could not be named for certain carry their place instead.
    """
    for row in read_table("lakes.csv"):
        if shape.contains(shapely.Point(float(row["lon"]), float(row["lat"]))):
            return row
    place = shape.representative_point()
    return {
        "id": f"lake_{place.x * 100:.0f}_{place.y * 100:.0f}",
        "name_zh": f"未定名湖泊（{place.x:.2f}°E，{place.y:.2f}°N）",
        "name_en": f"Unnamed lake ({place.x:.2f} E, {place.y:.2f} N)",
        "dated": "before 2000",
        "remark_zh": "",
        "remark_en": "",
        "programme": "",
    }
