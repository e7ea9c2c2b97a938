"""The relief under the map: shaded forms on almost white paper, as one picture.

Two scales are mixed, so that mountain ranges read from afar and their detail from
near: 68 % fine forms exaggerated 7 times, 32 % forms smoothed and exaggerated 22
times. Three lights, north-west the strongest, keep ridges of every direction visible.
Where there is no elevation the picture fades out instead of ending in a cliff.
"""

import numpy as np
from PIL import Image

from geo.types import FloatArray
from layers.loaded import RasterLayer
from service.map_rasters import (
    MercatorRows,
    Picture,
    encode,
    lonlat_bounds,
    ramp_colours,
    rgb,
    sample,
)
from service.palette import RELIEF_SHADE, RELIEF_TINT

MAX_WIDTH = 2000
_MIN_WIDTH = 300
_PIXELS_PER_CELL = 0.6
MAX_BYTES = 600_000
_MARGIN_DEGREES = 2.0
_METRES_PER_DEGREE = 111_320.0
_OVERSAMPLING = 2

_LIGHTS = ((315.0, 45.0, 0.62), (350.0, 50.0, 0.23), (270.0, 50.0, 0.15))
"""Azimuth and height in degrees, and weight."""
_FINE = (0.68, 7.0)
_LARGE = (0.32, 22.0)
"""Share and exaggeration of the two scales."""
_LARGE_SMOOTHING = 5
_FADE = 44
"""Pixels over which the picture fades where elevation ends."""
_RIM = 4
"""Pixels inside that end, over which the shading fades."""
_BOX_FADE = 30
"""Pixels over which the shading fades at the edges of the raster's box."""
_DARKEST = 0.42


def relief(raster: RasterLayer) -> Picture:
    """Draw the relief.

    Parameters
    ----------
    raster : RasterLayer
        Elevation in metres, in any CRS.

    Returns
    -------
    Picture
        WebP of at most 600 kB, transparent where there is no elevation.
    """
    width = int(np.clip(_PIXELS_PER_CELL * raster.grid.width, _MIN_WIDTH, MAX_WIDTH))
    rows = MercatorRows.over(_with_margin(lonlat_bounds(raster.grid)), width)
    mean, valid = _averaged(raster, rows)
    height, alpha = _filled(mean, valid)
    colour = _shaded(height, _inner(valid), rows)
    pixels = np.dstack([colour, alpha * 255]).clip(0, 255).astype(np.uint8)
    return Picture(*_webp(Image.fromarray(pixels)), bounds=rows.bounds)


def _with_margin(
    bounds: tuple[float, float, float, float],
) -> tuple[float, float, float, float]:
    west, south, east, north = bounds
    margin = _MARGIN_DEGREES
    return west - margin, south - margin, east + margin, north + margin


def _averaged(raster: RasterLayer, rows: MercatorRows) -> tuple[FloatArray, FloatArray]:
    """Mean elevation and share of valid samples per pixel."""
    n = _OVERSAMPLING
    fine = MercatorRows(rows.bounds, rows.width * n, rows.height * n)
    values = sample(raster, fine)
    valid = (~np.ma.getmaskarray(values)).astype(np.float64)
    blocks = rows.height, n, rows.width, n
    total = (values.filled(0) * valid).reshape(blocks).sum(axis=(1, 3))
    count = valid.reshape(blocks).sum(axis=(1, 3))
    return total / np.maximum(count, 1), count / n**2


def _filled(height: FloatArray, valid: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Continue elevation outwards by blurred means; answer it with its opacity.

    Inside, the opacity is 1 up to the last valid pixel; outside it falls to 0 over
    ``_FADE`` pixels.
    """
    known = valid > 0
    weight = blurred(known.astype(np.float64), _FADE)
    around = blurred(np.where(known, height, 0), _FADE) / np.maximum(weight, 1e-6)
    fade = np.clip(2 * weight, 0, 1)
    alpha = np.where(known, 1, fade * fade * (3 - 2 * fade))
    return blurred(np.where(known, height, around), 1), alpha


def _inner(valid: FloatArray) -> FloatArray:
    """1 inside, falling to 0 at the rim of the elevation, where forms are not real."""
    known = (valid > 0).astype(np.float64)
    near = np.clip(2 * blurred(known, _RIM) - 1, 0, 1)
    rows, columns = np.nonzero(known)
    if not len(rows):
        return near
    # The rim of the raster itself is straight and would show: a longer fade.
    y = np.minimum(
        np.arange(len(known)) - rows.min(), rows.max() - np.arange(len(known))
    )
    width = known.shape[1]
    x = np.minimum(np.arange(width) - columns.min(), columns.max() - np.arange(width))
    edge = np.minimum(y[:, np.newaxis], x)
    return np.asarray(near * np.clip(edge / _BOX_FADE, 0, 1))


def blurred(values: FloatArray, radius: int) -> FloatArray:
    """Three box means of ``2 * radius + 1`` pixels: close to a Gaussian.

    Edges repeat their outermost value.
    """
    for _ in range(3):
        for axis in (0, 1):
            values = _box_mean(values, radius, axis)
    return values


def _box_mean(values: FloatArray, radius: int, axis: int) -> FloatArray:
    span = 2 * radius + 1
    pad = [(0, 0), (0, 0)]
    pad[axis] = (radius + 1, radius)
    total = np.cumsum(np.pad(values, pad, mode="edge"), axis=axis)
    last = np.take(total, np.arange(span, total.shape[axis]), axis=axis)
    first = np.take(total, np.arange(total.shape[axis] - span), axis=axis)
    return np.asarray((last - first) / span)


def _shaded(height: FloatArray, strength: FloatArray, rows: MercatorRows) -> FloatArray:
    """Red, green, blue in 0-255, ``(height, width, 3)``."""
    west, _, east, _ = rows.bounds
    degrees = (east - west) / rows.width
    # Mercator pixels are square on the ground, of a size that shrinks with latitude.
    metres = degrees * _METRES_PER_DEGREE * np.cos(np.radians(rows.latitudes))
    light = _FINE[0] * _lit(height, metres, _FINE[1])
    large = _lit(blurred(height, _LARGE_SMOOTHING), metres, _LARGE[1])
    light += _LARGE[0] * np.clip(large, -0.5, 0.3)
    light *= strength
    dark = np.clip(-2.1 * light, 0, _DARKEST)[..., np.newaxis]
    bright = np.clip(0.9 * light, 0, 0.27)[..., np.newaxis]
    colour = ramp_colours(RELIEF_TINT, height)
    colour += (np.array(rgb(RELIEF_SHADE)) - colour) * dark
    return colour + (255 - colour) * bright


def _lit(height: FloatArray, metres: FloatArray, exaggeration: float) -> FloatArray:
    """Brightness under the lights less that of flat ground, about -0.8 to 0.3."""
    south, east = np.gradient(height)
    scale = exaggeration / metres[:, np.newaxis]
    slope_east, slope_north = east * scale, -south * scale
    steepness = np.sqrt(1 + slope_east**2 + slope_north**2)
    brightness = np.zeros_like(height)
    for azimuth, elevation, share in _LIGHTS:
        a, h = np.radians(azimuth), np.radians(elevation)
        toward = slope_east * np.sin(a) + slope_north * np.cos(a)
        lit = (np.sin(h) - np.cos(h) * toward) / steepness
        brightness += share * (lit - np.sin(h))
    return brightness


def _webp(image: Image.Image) -> tuple[str, int]:
    """Encode as finely as the limit of bytes allows."""
    for quality in (82, 72, 60, 45, 30):
        url, size = encode(image, "WEBP", quality=quality, method=4)
        if size <= MAX_BYTES:
            break
    return url, size
