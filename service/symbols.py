"""The drawing of symbols as SVG: patterns of the map and swatches of the legend."""

from markupsafe import Markup, escape

from layers.models import LayerSpec
from service.palette import Symbol, ramp_of

_SIDE = 16
_HATCH_SPACING = 5.66
"""Two lines on a side of 16 px, measured across them."""
_SPARSE = ((4, 4), (12, 12))
_DENSE = ((4, 4), (12, 12), (12, 4), (4, 12))


def pattern(symbol: Symbol, name: str) -> Markup:
    """Draw the fill of a symbol as an SVG ``<pattern>``.

    Parameters
    ----------
    symbol : Symbol
        With a pattern other than ``"none"``.
    name : str
        The element's id; a path shows it by ``fill="url(#name)"``.
    """
    if symbol.pattern == "hatch":
        return _hatch(symbol, name)
    spots = _DENSE if symbol.pattern == "dots_dense" else _SPARSE
    circles = "".join(f'<circle cx="{x}" cy="{y}" r=".85"/>' for x, y in spots)
    return Markup(
        f'<pattern id="{escape(name)}" width="{_SIDE}" height="{_SIDE}" '
        f'patternUnits="userSpaceOnUse">{_ground(symbol, _SIDE)}'
        f'<g fill="{symbol.ink}" fill-opacity=".7">{circles}</g></pattern>'
    )


def _hatch(symbol: Symbol, name: str) -> Markup:
    # One upright line in a tile that is turned: the tiles join without a seam.
    side, middle = _HATCH_SPACING, _HATCH_SPACING / 2
    return Markup(
        f'<pattern id="{escape(name)}" class="hatch" data-angle="{symbol.angle}" '
        f'width="{side}" height="{side}" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate({symbol.angle})">{_ground(symbol, side)}'
        f'<path d="M{middle} 0V{side}" stroke="{symbol.ink}" stroke-width=".8" '
        'stroke-opacity=".62"/></pattern>'
    )


def _ground(symbol: Symbol, side: float) -> str:
    if symbol.fill is None:
        return ""
    return (
        f'<rect width="{side}" height="{side}" fill="{symbol.fill}" '
        f'fill-opacity="{symbol.fill_opacity}"/>'
    )


def swatch(symbol: Symbol, name: str, *, line_only: bool = False) -> Markup:
    """Draw the legend's sample of a symbol, 30 x 18 px.

    Parameters
    ----------
    symbol : Symbol
    name : str
        Unique on the page; the sample brings its own pattern.
    line_only : bool
        True for lines: the sample is a stroke.
    """
    width = max(1.2, symbol.width[0])
    dash = " ".join(f"{part * width:g}" for part in symbol.dash)
    stroke = (
        f'stroke="{symbol.line}" stroke-width="{width:g}" stroke-dasharray="{dash}"'
    )
    band = _swatch_band(symbol, line_only=line_only)
    if line_only:
        body = f'{band}<path d="M2 12 Q9 2 15 9 T28 6" fill="none" {stroke}/>'
    else:
        filled, defined = _swatch_fill(symbol, name)
        body = (
            f"{defined}{band}"
            f'<rect x="1" y="1" width="28" height="16" rx="1.5" {filled} {stroke}/>'
        )
    return _svg(body)


def _swatch_fill(symbol: Symbol, name: str) -> tuple[str, str]:
    if symbol.pattern != "none":
        return f'fill="url(#{escape(name)})"', str(pattern(symbol, name))
    fill = symbol.fill or "none"
    return f'fill="{fill}" fill-opacity="{symbol.fill_opacity}"', ""


def _swatch_band(symbol: Symbol, *, line_only: bool) -> str:
    # A white casing would not show on a white legend.
    if symbol.band is None or line_only:
        return ""
    colour, opacity, widths = symbol.band
    return (
        f'<rect x="1" y="1" width="28" height="16" fill="none" stroke="{colour}" '
        f'stroke-opacity="{opacity}" stroke-width="{widths[0]}"/>'
    )


def raster_swatch(spec: LayerSpec) -> Markup:
    """Draw the legend's sample of a raster: five of its colours side by side."""
    colours = [one.colour for one in spec.classes] or [c for _, c in ramp_of(spec)]
    step = max(1, len(colours) // 5)
    shown = colours[::step][:5]
    width = 28 / len(shown)
    bars = "".join(
        f'<rect x="{1 + i * width:g}" y="1" width="{width:g}" height="16" fill="{c}"/>'
        for i, c in enumerate(shown)
    )
    frame = '<rect x="1" y="1" width="28" height="16" rx="1.5" fill="none" stroke="#5E6B7A"/>'
    return _svg(bars + frame)


def ramp_bar(spec: LayerSpec) -> Markup:
    """Draw the ramp of a continuous raster as one bar, 0-100 % wide."""
    stops = ramp_of(spec)
    low, high = stops[0][0], stops[-1][0]
    marks = ", ".join(
        f"{colour} {100 * (value - low) / (high - low):.1f}%" for value, colour in stops
    )
    return Markup(f"linear-gradient(90deg, {marks})")


def _svg(body: str) -> Markup:
    return Markup(
        '<svg class="swatch" width="30" height="18" viewBox="0 0 30 18" '
        f'aria-hidden="true">{body}</svg>'
    )
