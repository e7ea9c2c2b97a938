"""Make a land-cover-like raster for measuring: the same bytes on every machine.

``python benchmarks/raster_data.py FILE.tif [--width 20000 --height 19000]``

Nine classes, cut from fractal value noise, as a lon/lat cloud-optimised GeoTIFF over
the region's bounding box. ``--detail 1`` adds a finer texture, so that it compresses
and decodes like real land cover.
"""

import argparse
from pathlib import Path

import numba
import numpy as np
import rasterio
from numpy.typing import NDArray
from rasterio.transform import from_bounds

BOUNDS = (97.0, 37.3, 126.3, 53.4)
CUTS = np.array([-0.5, -0.3, -0.15, -0.05, 0.05, 0.15, 0.3, 0.5], dtype=np.float32)
OCTAVES = 10
ROWS_AT_ONCE = 1024


@numba.njit(cache=True)
def hashed(i: int, j: int, octave: int) -> float:
    """Pseudo-random number in [0, 1) of a lattice point (splitmix64 finaliser)."""
    x = np.uint64(i) * np.uint64(0x9E3779B97F4A7C15)
    x ^= np.uint64(j) * np.uint64(0xC2B2AE3D27D4EB4F)
    x ^= np.uint64(octave + 1) * np.uint64(0x165667B19E3779F9)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return float((x ^ (x >> np.uint64(31))) >> np.uint64(11)) / 9007199254740992.0


@numba.njit(cache=True, parallel=True)
def noise(
    row0: int, rows: int, columns: int, step: float, gain: float
) -> NDArray[np.float32]:
    """Fractal value noise of some rows; ``step`` lattice units per cell at first."""
    out = np.empty((rows, columns), dtype=np.float32)
    for r in numba.prange(rows):
        for c in range(columns):
            x, y, amplitude, total = c * step, (row0 + r) * step, 1.0, 0.0
            for octave in range(OCTAVES):
                i, j = int(np.floor(x)), int(np.floor(y))
                fx, fy = x - i, y - j
                fx, fy = fx * fx * (3 - 2 * fx), fy * fy * (3 - 2 * fy)
                north = hashed(i, j, octave) * (1 - fx) + hashed(i + 1, j, octave) * fx
                south = hashed(i, j + 1, octave) * (1 - fx)
                south += hashed(i + 1, j + 1, octave) * fx
                total += amplitude * (north * (1 - fy) + south * fy - 0.5)
                amplitude *= gain
                x, y = 2.0 * x, 2.0 * y
            out[r, c] = total
    return out


def write(path: Path, width: int, height: int, detail: float) -> None:
    """Write the raster; 512 x 512 blocks, DEFLATE, overviews by mode."""
    classes = np.empty((height, width), dtype=np.uint8)
    gain = 0.62 + 0.2 * detail
    for row in range(0, height, ROWS_AT_ONCE):
        rows = min(ROWS_AT_ONCE, height - row)
        values = noise(row, rows, width, 20.0 / width, gain)
        classes[row : row + rows] = np.digitize(values, CUTS) + 1
    with rasterio.open(
        path,
        "w",
        driver="COG",
        width=width,
        height=height,
        count=1,
        dtype="uint8",
        nodata=0,
        crs="EPSG:4326",
        transform=from_bounds(*BOUNDS, width, height),
        compress="DEFLATE",
        blocksize=512,
        overview_resampling="mode",
        num_threads="ALL_CPUS",
    ) as target:
        target.write(classes, 1)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--width", type=int, default=20000)
    parser.add_argument("--height", type=int, default=19000)
    parser.add_argument("--detail", type=float, default=0.0)
    given = parser.parse_args()
    write(given.path, given.width, given.height, given.detail)


if __name__ == "__main__":
    main()
