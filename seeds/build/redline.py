"""The MODELLED red line: where any of six factors ranks high, at equal weights.

It is not the statutory ecological protection red line and must never look like it.
"""

from collections.abc import Mapping

import geopandas as gpd
import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from seeds.build.bench import Bench, Built
from seeds.build.grid import Field
from seeds.build.measure import CRS, area_km2
from seeds.build.plane import polygons_of, to_lonlat, to_plane
from seeds.build.redline_factors import (
    GRID,
    Surroundings,
    factors,
    read_surroundings,
)
from seeds.build.sand import bisect

SHARE = 0.5046
"""Published share of the region, 59.69 of 118.3; here of the mapped area."""
EQUAL_WEIGHTS: Mapping[str, float] = dict.fromkeys(
    ("water", "soil", "wind", "bio", "sandification", "water_erosion"), 1.0
)
BLUR_M = 4_000
MIN_PART_M2, MIN_HOLE_M2 = 100e6, 150e6
_BELT_SHARE = 0.5
_UNION_POWER = 14
"""Of the p-norm that unites the factors: close to the highest, a little more where
several are high."""
_NAMES = {
    "water": ("水源涵养", "water conservation"),
    "soil": ("水土保持", "soil retention"),
    "wind": ("防风固沙", "wind-break and sand fixation"),
    "bio": ("生物多样性", "biodiversity"),
    "sandification": ("沙化敏感", "sensitivity to sandification"),
    "water_erosion": ("水蚀敏感", "sensitivity to water erosion"),
}


def build_redline(bench: Bench) -> Built:
    """Build one feature per part, the largest first, with its leading factor."""
    here = read_surroundings(bench)
    ranks = ranked(here)
    region = bench.frame("province").geometry.iloc[0]
    field = score(here, ranks, EQUAL_WEIGHTS)
    map_km2 = area_km2(region)

    def share(threshold: float) -> float:
        return area_km2(drawn(field, threshold, region)) / map_km2

    threshold = bisect(share, SHARE, 0.0, 1.0, rising=False)
    whole = drawn(field, threshold, region)
    rows = _rows(whole, ranks)
    area = sum(area_km2(part) for part in polygons_of(whole))
    return Built(
        gpd.GeoDataFrame(rows, crs=CRS),
        {
            "area_km2": area,
            "share_of_map": 100 * area / map_km2,
            "share_of_official": 100 * area / 1_183_000,
            "threshold": threshold,
            "banners": _banners_touched(bench, whole),
        },
    )


def ranked(here: Surroundings) -> dict[str, Field]:
    """Turn each factor into a rank, 0 to 1 by area, within the region; 0 outside.

    Half of a rank is taken over the whole region, half within the climate belts, as
    a steppe that is good for a steppe counts too.
    """
    return {
        name: _rank(GRID.blur(field, BLUR_M), here)
        for name, field in factors(here).items()
    }


def score(
    here: Surroundings, ranks: Mapping[str, Field], weights: Mapping[str, float]
) -> Field:
    """Unite the factors, less the share of cropland and built-up land.

    It is blurred by 4 km over the region's cells alone, which carries it a little
    beyond the border: the edge there is the border, not the blur.
    """
    powers = [(weights[name] * rank) ** _UNION_POWER for name, rank in ranks.items()]
    united = np.sum(powers, axis=0) ** (1 / _UNION_POWER)
    inside = np.where(here.region, united * here.natural, np.nan)
    near = GRID.distance(here.region) < 3 * BLUR_M
    return np.where(near, GRID.blur(inside, BLUR_M), 0.0)


def drawn(field: Field, threshold: float, region: BaseGeometry) -> BaseGeometry:
    """Draw the finished polygons for one threshold, in lon,lat, inside the region."""
    outline = GRID.outline(field, threshold, min_part=MIN_PART_M2, min_hole=MIN_HOLE_M2)
    shape = to_lonlat(outline.simplify(300))
    cut = polygons_of(shapely.intersection(shape, region, grid_size=1e-6))
    return shapely.MultiPolygon([p for p in cut if to_plane(p).area >= MIN_PART_M2])


def _rank(field: Field, here: Surroundings) -> Field:
    overall = _below(field[here.region], field)
    memberships = np.stack(list(here.belts.values()))
    main = memberships.argmax(axis=0)
    within = sum(
        membership * _below(field[here.region & (main == number)], field)
        for number, membership in enumerate(here.belts.values())
    )
    mixed = (1 - _BELT_SHARE) * overall + _BELT_SHARE * within / memberships.sum(axis=0)
    return np.where(here.region, _below(mixed[here.region], mixed), 0.0)


def _below(values: Field, field: Field) -> Field:
    """Give the share of ``values`` that are not above each cell of ``field``."""
    return np.searchsorted(np.sort(values), field, side="right") / len(values)


def _rows(whole: BaseGeometry, ranks: Mapping[str, Field]) -> list[dict[str, object]]:
    parts = sorted(polygons_of(whole), key=lambda part: -area_km2(part))
    names = list(ranks)
    leading = np.argmax(np.stack(list(ranks.values())), axis=0)
    rows: list[dict[str, object]] = []
    for number, part in enumerate(parts, start=1):
        cells = GRID.mask(to_plane(part))
        counts = np.bincount(leading[cells], minlength=len(names))
        factor = names[int(counts.argmax())]
        rows.append(
            {
                "id": f"redline-{number:02d}",
                "name_zh": f"红线模拟区 {number}（非法定）",
                "name_en": f"Modelled red-line area {number} (not statutory)",
                "leading_factor": factor,
                "leading_factor_zh": _NAMES[factor][0],
                "leading_factor_en": _NAMES[factor][1],
                "leading_share": round(float(counts.max() / counts.sum()), 3),
                "area_km2": round(area_km2(part), 2),
                "geometry": shapely.orient_polygons(part),
            }
        )
    return rows


def _banners_touched(bench: Bench, whole: BaseGeometry) -> int:
    """Count how many banners hold more than 1 km2 of it."""
    pieces = bench.frame("banners").geometry.intersection(whole)
    return sum(area_km2(piece) > 1 for piece in pieces)
