"""River basins, by sub-basin, from four catchment maps without a stated CRS."""

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built
from seeds.build.measure import CRS, area_km2, by_id
from seeds.build.plane import DECIMALS
from seeds.build.sources import read_china_map, read_table

CATCHMENT_CRS = "+proj=aea +lat_1=25 +lat_2=47 +lat_0=0 +lon_0=105 +ellps=krass"
"""Inferred: of 12 candidates it alone puts 99.8 % of the Yellow River into its basin;
the next best 90.6 %. Krasovsky's ellipsoid is taken without a datum shift."""


def build_basins(bench: Bench) -> Built:
    """Build all sub-basins of the four basins, whole, with their part in the region."""
    region = bench.frame("province").geometry.iloc[0]
    parts = [_basin(bench, name) for name in ("yellow", "songhua", "liao", "hai")]
    rows = [_row(shape, names, region) for part in parts for shape, names in part]
    frame = gpd.GeoDataFrame(rows, crs=CRS)
    inside = frame.groupby("basin")["in_im_km2"].sum()
    measures = {f"{basin}.in_im_km2": float(km2) for basin, km2 in inside.items()}
    measures |= by_id(frame, "in_im_km2")
    measures["stem_share"] = _stem_share(bench, frame)
    measures["without_basin_km2"] = area_km2(
        region.difference(frame.geometry.union_all())
    )
    return Built(frame, measures)


def _basin(bench: Bench, basin: str) -> list[tuple[shapely.Polygon, dict[str, str]]]:
    names = {
        row["code"]: row for row in read_table("basins.csv") if row["basin"] == basin
    }
    source = next(iter(names.values()))["source"]
    catchments = read_china_map(bench.packages, f"catchment/{source}ziliuyu")
    catchments = catchments.set_crs(CATCHMENT_CRS).to_crs(CRS).sort_values("code")
    shapes = shapely.transform(
        catchments.geometry.to_numpy(), lambda points: np.round(points, DECIMALS)
    )
    shapes = shapely.orient_polygons(shapes)
    codes = catchments["code"].astype(int).astype(str)
    return [(shape, names[code]) for shape, code in zip(shapes, codes, strict=True)]


def _row(
    shape: shapely.Polygon, names: dict[str, str], region: BaseGeometry
) -> dict[str, object]:
    return {
        "id": f"{names['basin']}_{int(names['code']):02d}",
        "name_zh": names["name_zh"],
        "name_en": names["name_en"],
        "basin": names["basin"],
        "basin_zh": names["basin_zh"],
        "basin_en": names["basin_en"],
        "area_km2": round(area_km2(shape), 2),
        "in_im_km2": round(area_km2(shape.intersection(region)), 2),
        "geometry": shape,
    }


def _stem_share(bench: Bench, frame: gpd.GeoDataFrame) -> float:
    """Measure how many percent of the main stem lie in the Yellow basin."""
    stem = bench.frame("yellow_river").geometry.iloc[0]
    yellow = frame[frame["basin"] == "yellow"].geometry.union_all()
    return float(100 * stem.intersection(yellow).length / stem.length)
