"""The sprite of the map style: the patterns of modelled and schematic layers."""

import io
from collections.abc import Iterable

import numpy as np
from PIL import Image

from layers.models import LayerSpec
from service.map_rasters import rgb
from service.palette import Symbol, symbol_of, variants_of
from service.tiles.drawing import pattern

SIDE = 16
"""Pixels; a power of two, else the viewer shows seams between whole zooms."""


def pattern_name(symbol: Symbol) -> str:
    """Name a symbol's pattern in the sprite."""
    turn = f"-{symbol.angle}" if symbol.pattern == "hatch" else ""
    return f"{symbol.pattern}{turn}-{symbol.ink.lstrip('#')}"


def patterns(specs: Iterable[LayerSpec]) -> dict[str, Symbol]:
    """Answer the patterns that layers are drawn with, by name."""
    found: dict[str, Symbol] = {}
    for spec in specs:
        if spec.kind == "vector":
            symbol = symbol_of(spec)
            for one in (symbol, *variants_of(spec, symbol).values()):
                if one.pattern != "none":
                    found[pattern_name(one)] = one
    return found


def sprite_index(symbols: dict[str, Symbol], ratio: int) -> dict[str, object]:
    """Say where in the sprite each pattern is, as MapLibre reads it."""
    side = SIDE * ratio
    return {
        name: {
            "x": at * side,
            "y": 0,
            "width": side,
            "height": side,
            "pixelRatio": ratio,
        }
        for at, name in enumerate(symbols)
    }


def sprite_png(symbols: dict[str, Symbol], ratio: int) -> bytes:
    """Draw the patterns side by side, transparent between the ink."""
    side = SIDE * ratio
    canvas = np.zeros((side, side * max(1, len(symbols)), 4), dtype=np.uint8)
    for at, symbol in enumerate(symbols.values()):
        square = canvas[:, at * side : (at + 1) * side]
        square[..., :3] = rgb(symbol.ink)
        square[..., 3] = np.rint(255 * pattern(symbol, side, ratio))
    buffer = io.BytesIO()
    Image.fromarray(canvas, "RGBA").save(buffer, "PNG")
    return buffer.getvalue()
