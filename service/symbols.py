"""The drawing of symbols as SVG: patterns of the map and swatches of the legend."""

from markupsafe import Markup

from layers.models import LayerSpec
from service.palette import Symbol, ramp_of

_SIDE = 16
_PAPER_SPACING = 12.0
_SPARSE = ((4, 4), (12, 12))
_DENSE = ((4, 4), (12, 12), (12, 4), (4, 12))


def pattern(symbol: Symbol, name: str, *, on_paper: bool = False) -> Markup:
    """Draw the fill of a symbol as an SVG ``<pattern>``.

    Parameters
    ----------
    symbol : Symbol
        With a pattern other than ``"none"``.
    name : str
        The element's id; a path shows it by ``fill="url(#name)"``.
    on_paper : bool
        A wider hatch of thinner lines on a pale edge: in print, what lies beneath
        must stay what it is.
    """
    if symbol.pattern == "hatch":
        return _paper_hatch(symbol, name) if on_paper else _hatch(symbol, name)
    places = _DENSE if symbol.pattern == "dots_dense" else _SPARSE
    circle = Markup('<circle cx="{}" cy="{}" r=".85"/>')
    return Markup(
        '<pattern id="{}" width="{}" height="{}" patternUnits="userSpaceOnUse">{}'
        '<g fill="{}" fill-opacity=".7">{}</g></pattern>'
    ).format(
        name,
        _SIDE,
        _SIDE,
        _ground(symbol, _SIDE),
        symbol.ink,
        Markup("").join(circle.format(x, y) for x, y in places),
    )


def _hatch(symbol: Symbol, name: str) -> Markup:
    # One upright line in a tile that is turned: the tiles join without a seam.
    side, middle = symbol.spacing, symbol.spacing / 2
    return Markup(
        '<pattern id="{name}" class="hatch" data-angle="{angle}" width="{side}" '
        'height="{side}" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate({angle})">{ground}<path d="M{middle} 0V{side}" '
        'stroke="{ink}" stroke-width=".8" stroke-opacity=".62"/></pattern>'
    ).format(
        name=name,
        angle=symbol.angle,
        side=side,
        middle=middle,
        ground=_ground(symbol, side),
        ink=symbol.ink,
    )


def _paper_hatch(symbol: Symbol, name: str) -> Markup:
    side = max(symbol.spacing, _PAPER_SPACING)
    middle = side / 2
    line = Markup(
        '<path d="M{} 0V{}" stroke="{}" stroke-width="{}" stroke-opacity="{}"/>'
    )
    return Markup(
        '<pattern id="{}" width="{}" height="{}" patternUnits="userSpaceOnUse" '
        'patternTransform="rotate({})">{}{}</pattern>'
    ).format(
        name,
        side,
        side,
        symbol.angle,
        line.format(middle, side, "#fff", 2.2, 0.5),
        line.format(middle, side, symbol.ink, 0.75, 0.85),
    )


def _ground(symbol: Symbol, side: float) -> Markup:
    if symbol.fill is None:
        return Markup("")
    return Markup('<rect width="{}" height="{}" fill="{}" fill-opacity="{}"/>').format(
        side, side, symbol.fill, symbol.fill_opacity
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
    stroke = Markup('stroke="{}" stroke-width="{}" stroke-dasharray="{}"').format(
        symbol.line,
        f"{width:g}",
        " ".join(f"{part * width:g}" for part in symbol.dash),
    )
    if line_only:
        line = Markup('<path d="M2 12 Q9 2 15 9 T28 6" fill="none" {}/>')
        return _svg(line.format(stroke))
    box = Markup('<rect x="1" y="1" width="28" height="16" rx="1.5" {} {}/>')
    return _svg(_swatch_band(symbol) + _swatch_fill(symbol, name, box, stroke))


def _swatch_fill(symbol: Symbol, name: str, box: Markup, stroke: Markup) -> Markup:
    if symbol.pattern != "none":
        filled = Markup('fill="url(#{})"').format(name)
        return pattern(symbol, name) + box.format(filled, stroke)
    filled = Markup('fill="{}" fill-opacity="{}"').format(
        symbol.fill or "none", symbol.fill_opacity
    )
    return box.format(filled, stroke)


def _swatch_band(symbol: Symbol) -> Markup:
    if symbol.band is None:
        return Markup("")
    colour, opacity, widths = symbol.band
    return Markup(
        '<rect x="1" y="1" width="28" height="16" fill="none" stroke="{}" '
        'stroke-opacity="{}" stroke-width="{}"/>'
    ).format(colour, opacity, widths[0])


def raster_swatch(spec: LayerSpec) -> Markup:
    """Draw the legend's sample of a raster: five of its colours side by side."""
    colours = [one.colour for one in spec.classes] or [c for _, c in ramp_of(spec)]
    step = max(1, len(colours) // 5)
    shown = colours[::step][:5]
    width = 28 / len(shown)
    bar = Markup('<rect x="{:.2f}" y="1" width="{:.2f}" height="16" fill="{}"/>')
    bars = Markup("").join(
        bar.format(1 + i * width, width, colour) for i, colour in enumerate(shown)
    )
    frame = Markup(
        '<rect x="1" y="1" width="28" height="16" rx="1.5" fill="none" '
        'stroke="#5E6B7A"/>'
    )
    return _svg(bars + frame)


def ramp_bar(spec: LayerSpec) -> str:
    """Answer the ramp of a continuous raster as a CSS gradient from left to right."""
    stops = ramp_of(spec)
    low, high = stops[0][0], stops[-1][0]
    marks = ", ".join(
        f"{colour} {100 * (value - low) / (high - low):.1f}%" for value, colour in stops
    )
    return f"linear-gradient(90deg, {marks})"


def _svg(body: Markup) -> Markup:
    return Markup(
        '<svg class="swatch" width="30" height="18" viewBox="0 0 30 18" '
        'aria-hidden="true">{}</svg>'
    ).format(body)
