"""Greater Khingan by forest cover; Yinshan and Helan by height and relief.

The two southern ranges are mountain regions, not mapped forest: at 5 km the land cover
has no forest cell there.
"""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from scipy import ndimage
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built
from seeds.build.grid import Field, Grid, envelope
from seeds.build.measure import CRS, area_km2, by_id
from seeds.build.plane import polygons_of, to_lonlat

GRID = Grid((-800e3, -720e3, 1_050e3, 1_120e3), 1_000)
FOREST_CLASSES = [1, 2, 3, 4, 5, 8]
"""IGBP forests and woody savanna, as which open larch forest often counts."""
RELIEF_CELLS = 11


@dataclass(frozen=True)
class _Range:
    """A mountain range: lower limits of height and of relief within 11 km."""

    layer_id: str
    name_zh: str
    name_en: str
    height_m: float
    relief_m: float
    blur_m: float
    min_part_m2: float


_RANGES = (
    _Range("yinshan", "阴山山地", "Yinshan mountain region", 1_400, 260, 2_500, 150e6),
    _Range("helan", "贺兰山山地", "Helan mountain region", 1_800, 350, 1_200, 40e6),
)


def build_forest_regions(bench: Bench) -> Built:
    """Build the parts inside the region; beyond it the edge would be an envelope."""
    region = bench.frame("province").geometry.iloc[0]
    shapes = [_khingan(bench), *_ranges(bench)]
    rows = []
    for names, shape in shapes:
        inside = shapely.intersection(to_lonlat(shape), region, grid_size=1e-6)
        parts = shapely.MultiPolygon(polygons_of(inside))
        rows.append(
            {
                **names,
                "area_km2": round(area_km2(parts), 2),
                "geometry": shapely.orient_polygons(parts),
            }
        )
    frame = gpd.GeoDataFrame(rows, crs=CRS)
    return Built(frame, by_id(frame, "area_km2"))


def _khingan(bench: Bench) -> tuple[dict[str, object], BaseGeometry]:
    share = GRID.share(bench.raster("land_cover"), FOREST_CLASSES)
    inside = GRID.mask(envelope("khingan"))
    field = np.where(inside, GRID.blur(share, 3_500), 0.0)
    drawn = GRID.outline(field, 0.5, min_part=150e6, min_hole=100e6).simplify(350)
    names: dict[str, object] = {
        "id": "greater_khingan",
        "name_zh": "大兴安岭林区",
        "name_en": "Greater Khingan forest region",
        "kind": "forest_region",
        "accuracy_m": 5_000.0,
    }
    return names, drawn


def _ranges(bench: Bench) -> list[tuple[dict[str, object], BaseGeometry]]:
    heights = GRID.warp(bench.raster("elevation"))
    relief = _relief(heights)
    height, steep = GRID.blur(heights, 1_500), GRID.blur(relief, 1_500)
    found = []
    for rule in _RANGES:
        high = np.minimum(height / rule.height_m, steep / rule.relief_m) >= 1
        high &= GRID.mask(envelope(rule.layer_id))
        field = GRID.blur(high.astype(np.float64), rule.blur_m)
        drawn = GRID.outline(field, 0.5, min_part=rule.min_part_m2, min_hole=100e6)
        names: dict[str, object] = {
            "id": rule.layer_id,
            "name_zh": rule.name_zh,
            "name_en": rule.name_en,
            "kind": "mountain_region",
            "accuracy_m": 2_000.0,
        }
        found.append((names, drawn.simplify(300)))
    return found


def _relief(heights: Field) -> Field:
    """Subtract: highest minus lowest cell within a window of 11 km; nan has no say."""
    known = np.isfinite(heights)
    top = ndimage.maximum_filter(np.where(known, heights, -np.inf), RELIEF_CELLS)
    bottom = ndimage.minimum_filter(np.where(known, heights, np.inf), RELIEF_CELLS)
    return np.where(known, top - bottom, np.nan)
