"""Six factors of the red-line model, as fields on a 2 km equal-area grid.

After the factor method of the 2017 guide to delineating ecological protection red
lines, with open rasters in place of the quantities it names. ``README.md`` lists each
formula beside the guide's, and where it departs from it.
"""

from dataclasses import dataclass

import numpy as np
from rasterio.warp import Resampling
from scipy import ndimage

from seeds.build.bench import Bench
from seeds.build.grid import Field, Grid, Mask, ramp
from seeds.build.plane import to_plane

GRID = Grid((-1_230e3, -730e3, 1_020e3, 1_100e3), 2_000)
_FINE = Grid(GRID.bounds, 1_000)
_CLIMATE_BLUR_M = 35_000

# Köppen class -> rain and wind, 0 to 1: ranks of what the classes mean, not measured.
_RAIN = {8: 0.15, 6: 0.45, 26: 0.75, 27: 0.85, 28: 0.95, 31: 0.90}
_WIND = {8: 1.00, 6: 0.70, 26: 0.35, 27: 0.30, 28: 0.15, 31: 0.10}
_RAIN_ELSEWHERE, _WIND_ELSEWHERE = 0.60, 0.40
BELTS = {"arid": [8], "semi-arid": [6], "humid": None}

_COVERS = {
    "forest": [1, 2, 3, 4, 5],
    "savanna": [8, 9],
    "grass": [6, 7, 10],
    "crop": [12, 14],
    "urban": [13],
    "barren": [16],
    "wetland": [11],
}


@dataclass(frozen=True)
class Surroundings:
    """Fields (ny, nx) that the factors are made of, each 0 to 1 unless said."""

    region: Mask
    green: Field
    """Greatest NDVI, as it is."""
    cover: dict[str, Field]
    """Share of each cover."""
    rain: Field
    wind: Field
    belts: dict[str, Field]
    """Membership in each climate belt; they sum to 1."""
    slope: Field
    """1 from 6 degrees on."""
    rough_m: Field
    """Metres, rms of height about its 4 km mean."""
    height_m: Field
    warm: Field
    sand: Field
    lake: Field
    river: Field

    @property
    def natural(self) -> Field:
        """Share that is neither cropland nor built-up."""
        return np.clip(1 - self.cover["crop"] - self.cover["urban"], 0, 1)


def read_surroundings(bench: Bench) -> Surroundings:
    """Bring all inputs onto the grid."""
    region = to_plane(bench.frame("province").geometry.iloc[0])
    land_cover = bench.raster("land_cover")
    height, slope, rough = _relief(bench)
    climate = GRID.warp(bench.raster("climate_zone"), Resampling.nearest)
    latitude = GRID.lonlat()[1]
    # Degrees colder than the south-west at 300 m: .75 per degree north, 6 per km.
    colder = 0.75 * (latitude - 37) + 0.006 * (height - 300)
    cover = {name: GRID.share(land_cover, codes) for name, codes in _COVERS.items()}
    lakes = _burned(bench, "lakes")
    rivers = bench.frame("rivers")
    named = rivers[rivers["rank"] < 4]
    river = GRID.mask(to_plane(named.geometry.union_all()), touched=True)
    return Surroundings(
        region=GRID.mask(region),
        green=GRID.warp(bench.raster("ndvi_max")),
        cover=cover,
        rain=_by_class(climate, _RAIN, _RAIN_ELSEWHERE),
        wind=_by_class(climate, _WIND, _WIND_ELSEWHERE),
        belts=_belts(climate),
        slope=ramp(slope, 0, 6),
        rough_m=rough,
        height_m=height,
        warm=1 - ramp(colder, 0, 22),
        sand=GRID.blur(_burned(bench, "sandy_lands").astype(np.float64), 4_000),
        lake=np.maximum(np.exp(-GRID.distance(lakes) / 6_000), cover["wetland"]),
        river=np.exp(-GRID.distance(river) / 5_000),
    )


def factors(here: Surroundings) -> dict[str, Field]:
    """Compute the six factors; only their order within the region counts later."""
    npp = ramp(here.green, 0.05, 0.9)
    moist = npp * (0.3 + 0.7 * here.rain)
    cover = here.cover
    infiltration = (
        cover["forest"]
        + 0.85 * cover["savanna"]
        + 0.45 * cover["grass"]
        + cover["wetland"]
        + 0.15 * cover["barren"]
        + 0.10 * cover["crop"]
    )
    habitat = (
        0.6 * cover["forest"]
        + 0.5 * cover["savanna"]
        + 0.4 * cover["grass"]
        + cover["wetland"]
    )
    return {
        "water": moist * infiltration * (1 - 0.35 * here.slope)
        + 0.35 * here.lake
        + 0.12 * here.river * npp,
        "soil": moist * np.sqrt(here.slope) * (1 - cover["crop"]),
        "wind": ramp(here.green, 0.05, 0.6) ** 0.7
        * here.wind
        * (0.5 + 0.5 * here.sand)
        * (1 + 0.25 * ramp(here.rough_m, 0, 20))
        * (1 - 0.6 * cover["barren"]),
        "bio": moist
        * (0.45 + 0.55 * here.warm)
        * (1 - 0.4 * ramp(here.height_m, 200, 2_500))
        * habitat
        + 0.35 * here.lake
        + 0.14 * here.river
        + 0.5 * ramp(here.rough_m, 12, 80),
        "sandification": _fourth_root(
            ramp(1 - here.rain, 0.05, 0.85)
            * here.wind
            * (0.35 + 0.65 * here.sand)
            * (1 - ramp(here.green, 0.05, 0.7))
        ),
        "water_erosion": _fourth_root(
            here.rain * here.slope * (1 - ramp(here.green, 0.2, 0.9))
        ),
    }


def _fourth_root(product: Field) -> Field:
    return np.asarray(np.clip(product, 0, None) ** 0.25)


def _relief(bench: Bench) -> tuple[Field, Field, Field]:
    """Derive height (m), slope (degrees) and roughness (m) on the 2 km grid.

    Beyond China there are no heights: the nearest known one stands in, so that no
    false slope arises along the border.
    """
    heights = _FINE.warp(bench.raster("elevation"))
    nearest = ndimage.distance_transform_edt(
        np.isnan(heights), return_distances=False, return_indices=True
    )
    heights = heights[tuple(nearest)]
    down, across = np.gradient(_FINE.blur(heights, 700), _FINE.cell)
    slope = np.degrees(np.arctan(np.hypot(across, down)))
    local = heights - _FINE.blur(heights, 4_000)
    rough = np.sqrt(_FINE.blur(local**2, 3_000))
    return _halved(heights), _halved(slope), _halved(rough)


def _halved(field: Field) -> Field:
    """Take the mean of each 2 by 2 cells."""
    rows, columns = field.shape
    return np.asarray(field.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3)))


def _by_class(climate: Field, values: dict[int, float], elsewhere: float) -> Field:
    """Set a value per class, blurred so that no class border shows in the result."""
    field = np.full(climate.shape, elsewhere)
    for code, value in values.items():
        field[climate == code] = value
    return GRID.blur(field, _CLIMATE_BLUR_M)


def _belts(climate: Field) -> dict[str, Field]:
    dry = [code for codes in BELTS.values() if codes for code in codes]
    return {
        name: GRID.blur(
            (np.isin(climate, codes) if codes else ~np.isin(climate, dry)).astype(
                np.float64
            ),
            _CLIMATE_BLUR_M,
        )
        for name, codes in BELTS.items()
    }


def _burned(bench: Bench, layer_id: str) -> Mask:
    return GRID.mask(to_plane(bench.frame(layer_id).geometry.union_all()))
