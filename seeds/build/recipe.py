"""Which function builds which layer."""

from collections.abc import Callable, Mapping

from seeds.build import (
    admin,
    basins,
    forest,
    lakes,
    programmes,
    rasters,
    redline,
    rivers,
    sand,
)
from seeds.build.bench import Bench, Built

BUILDERS: Mapping[str, Callable[[Bench], Built]] = {
    "province": admin.build_province,
    "leagues": admin.build_leagues,
    "banners": admin.build_banners,
    "key_function_banners": admin.build_key_function_banners,
    "programmes": programmes.build_programmes,
    "yellow_river": rivers.build_yellow_river,
    "rivers": rivers.build_rivers,
    "basins": basins.build_basins,
    "lakes": lakes.build_lakes,
    "sandy_lands": sand.build_sandy_lands,
    "forest_regions": forest.build_forest_regions,
    "redline": redline.build_redline,
    "land_cover": rasters.build_land_cover,
    "ndvi_max": rasters.build_ndvi_max,
    "ndvi_min": rasters.build_ndvi_min,
    "climate_zone": rasters.build_climate_zone,
    "elevation": rasters.build_elevation,
}
