"""The Yellow River's main stem, and the other rivers."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Geod
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built
from seeds.build.measure import CRS, length_km
from seeds.build.plane import to_lonlat, to_plane
from seeds.build.sources import read_basemap_rivers, read_china_map, read_table

YELLOW = "黄河"
MARGIN_M = 2_000
"""How far beyond the border rivers are kept. Border rivers run along it within the
error of the lines (0.4 km); cut at the border they would fall to pieces."""
DOUBLE_M = 3_000
"""An unnamed line this close to a named one is taken as the same river, drawn twice."""
SHORTEST_M = 5_000
"""Shorter remains of unnamed lines are dropped: most are ends of such doubles."""
_ENTRY, _EXIT = (106.54, 38.61), (110.71, 37.69)
_GEOD = Geod(ellps="GRS80")


def build_yellow_river(bench: Bench) -> Built:
    """Build the main stem: the shortest way along the lines named so.

    They hold both banks and the irrigation canals of Hetao and Yinchuan, about four
    times the river's length. The way runs from where the river enters the region to
    where it leaves it, from the first vertex inside the region to the last.
    """
    lines = read_china_map(bench.packages, "hyd1_4l")
    lines = lines[lines["NAME"] == YELLOW]
    region = bench.frame("province").geometry.iloc[0]
    path = _shortest_path(lines.geometry, _ENTRY, _EXIT)
    inside = np.flatnonzero(shapely.contains_xy(region, path))
    stem = shapely.LineString(path[inside[0] : inside[-1] + 1])
    inside_km = length_km(stem.intersection(region))
    frame = gpd.GeoDataFrame(
        {
            "id": ["yellow_river"],
            "name_zh": ["黄河干流内蒙古段"],
            "name_en": ["Yellow River, main stem in Inner Mongolia"],
            "length_km": [round(length_km(stem), 2)],
            "inside_km": [round(inside_km, 2)],
        },
        geometry=[stem],
        crs=CRS,
    )
    simplified = to_lonlat(to_plane(stem).simplify(1_000))
    return Built(
        frame,
        {
            "length_km": length_km(stem),
            "inside_km": inside_km,
            "simplified_km": length_km(simplified),
        },
    )


def build_rivers(bench: Bench) -> Built:
    """Build named rivers, the Yellow River's stem apart from its canals, and others."""
    region = to_plane(bench.frame("province").geometry.iloc[0])
    reach = region.buffer(MARGIN_M)
    named = _named_rivers(bench, reach)
    others = _unnamed_rivers(bench, reach, list(named.geometry))
    frame = gpd.GeoDataFrame(
        {
            "id": [*named["id"], *(f"unnamed_{i + 1:03d}" for i in range(len(others)))],
            "name_zh": [*named["name_zh"], *[None] * len(others)],
            "name_en": [*named["name_en"], *[None] * len(others)],
            "rank": [*named["rank"], *[4] * len(others)],
            "source": [*["hyd2_4l"] * len(named), *["WDBII"] * len(others)],
        },
        geometry=[to_lonlat(line) for line in [*named.geometry, *others]],
        crs=CRS,
    )
    province = bench.frame("province").geometry.iloc[0]
    drawn = [length_km(line) for line in frame.geometry]
    inside = [length_km(line.intersection(province)) for line in frame.geometry]
    frame.insert(5, "length_km", np.round(drawn, 2))
    frame.insert(6, "inside_km", np.round(inside, 2))
    return Built(
        frame,
        {
            "named_km": sum(inside[: len(named)]),
            "unnamed_km": sum(inside[len(named) :]),
            "rivers": len(named),
        },
    )


def _named_rivers(bench: Bench, reach: BaseGeometry) -> gpd.GeoDataFrame:
    """One row per river, in the plane, cut to ``reach``."""
    lines = read_china_map(bench.packages, "hyd2_4l")
    stem = to_plane(bench.frame("yellow_river").geometry.iloc[0])
    rows = []
    for river in read_table("rivers.csv"):
        own = lines[lines["NAME"] == river["source_name"]].geometry.union_all()
        shape = to_plane(own).intersection(reach)
        if river["part"] == "stem":
            shape = stem
        elif river["part"] == "rest":
            shape = shape.difference(stem.buffer(1))
        rows.append({**river, "rank": int(river["rank"]), "geometry": _merged(shape)})
    return gpd.GeoDataFrame(rows)


def _unnamed_rivers(
    bench: Bench, reach: BaseGeometry, named: list[BaseGeometry]
) -> list[BaseGeometry]:
    """Lines of WDBII in the plane, longest first, without those drawn twice."""
    lines = [to_plane(line) for line in read_basemap_rivers(bench.packages)]
    near = shapely.union_all([line.buffer(DOUBLE_M) for line in named])
    rest = shapely.union_all(lines).intersection(reach).difference(near)
    parts = [p for p in shapely.get_parts(_merged(rest)) if p.length >= SHORTEST_M]
    return sorted(parts, key=lambda part: (-part.length, part.bounds))


def _merged(lines: BaseGeometry) -> BaseGeometry:
    return shapely.normalize(shapely.line_merge(lines))


def _shortest_path(
    lines: gpd.GeoSeries, start: tuple[float, float], end: tuple[float, float]
) -> NDArray[np.float64]:
    """Vertices, (n, 2), from the vertex nearest ``start`` to that nearest ``end``."""
    parts = [shapely.get_coordinates(line).round(6) for line in lines]
    ends = np.vstack([np.hstack([part[:-1], part[1:]]) for part in parts])
    vertices, index = np.unique(ends.reshape(-1, 2), axis=0, return_inverse=True)
    first, second = index.reshape(-1, 2).T
    _, _, lengths = _GEOD.inv(*ends.T)
    size = len(vertices)
    graph = csr_matrix((lengths, (first, second)), shape=(size, size))
    graph = graph.maximum(graph.T)
    source, target = (
        int(np.argmin(((vertices - np.array(place)) ** 2).sum(axis=1)))
        for place in (start, end)
    )
    _, before = dijkstra(graph, indices=source, return_predecessors=True)
    path = [target]
    while path[-1] != source:
        path.append(int(before[path[-1]]))
    return vertices[path[::-1]]
