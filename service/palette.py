"""Every colour, line and pattern of maps, legends and pages, in one place.

The theme gives the colour, the status gives the drawing: statutory, official,
compiled and derived layers have a plain fill and a solid line, modelled ones a
45-degree hatch and a dashed line, schematic ones stipple and a dashed line. A layer's
own :class:`layers.models.Style` replaces colours, never the drawing of its status.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from layers.models import LayerSpec, Status

Pattern = Literal["none", "hatch", "dots_sparse", "dots_dense"]


class Badge(NamedTuple):
    """How a status is shown in words."""

    zh: str
    en: str
    text: str
    ground: str
    stripe: str | None = None
    border: str | None = None
    """Colour of a dashed border; ``None`` draws none."""


BADGES: dict[Status, Badge] = {
    "statutory": Badge("法定", "Statutory", "#FFFFFF", "#1F2A37"),
    "official": Badge("官方", "Official", "#123F73", "#DCE9F7"),
    "compiled": Badge("汇编", "Compiled", "#3A434E", "#ECEFF2"),
    "derived": Badge("推导", "Derived", "#1C5330", "#E3F1E6"),
    "modelled": Badge("模拟", "Modelled", "#7A3300", "#FDEBD6", "#FBE1C2", "#A85A12"),
    "schematic": Badge("示意", "Schematic", "#6A2A66", "#FFFFFF", None, "#84507F"),
    "user": Badge("用户", "User", "#3A434E", "#FFFFFF", None, "#B7C0CA"),
}

CAUTIONED: frozenset[Status] = frozenset({"modelled", "schematic"})
"""Statuses that the warning strip names as long as they are in view."""

LAND = "#F1F0E8"
VEIL = "#FBFBF8"
VEIL_OPACITY = 0.7


@dataclass(frozen=True)
class Symbol:
    """How a feature is drawn.

    Parameters
    ----------
    fill : str or None
        ``#RRGGBB``; ``None`` leaves the inside empty.
    fill_opacity : float
    line : str
    width : tuple of float
        Line width in px at zoom 4 and at zoom 9.
    dash : tuple of float
        In line widths; empty for a solid line.
    pattern : str
        Drawn over the fill in ``ink``.
    ink : str
        Colour of hatch or dots.
    angle : int
        Of the hatch, degrees; 45 rises to the right.
    band : tuple or None
        Colour, opacity and widths of a broad line under the outline.
    from_zoom : float
        Lines and outlines below this zoom are not drawn.
    spacing : float
        Between the lines of a hatch, px; at first two lines on a side of 16 px.
    """

    fill: str | None
    fill_opacity: float
    line: str
    width: tuple[float, float]
    dash: tuple[float, ...] = ()
    pattern: Pattern = "none"
    ink: str = "#000000"
    angle: int = 45
    band: tuple[str, float, tuple[float, float]] | None = None
    from_zoom: float = 0
    spacing: float = 5.66


_PROVINCE_BAND = ("#8A7AA0", 0.26, (5.0, 12.0))
_RIVER_CASING = ("#FFFFFF", 0.8, (3.0, 6.0))

# Widths and border dashes of single layers; what is not here comes from the theme.
_BY_LAYER: dict[str, Symbol] = {
    "province": Symbol(None, 0, "#4A3B57", (1.1, 2.2), band=_PROVINCE_BAND),
    "leagues": Symbol(None, 0, "#75707C", (0.7, 1.5), (6, 2, 1.2, 2)),
    "banners": Symbol(None, 0, "#A19CA6", (0.5, 1.1), (3, 2)),
    "key_function_banners": Symbol("#6D4C9F", 0.15, "#6D4C9F", (0.8, 2.0)),
    "yellow_river": Symbol(None, 0, "#2F74AD", (1.6, 4.0), band=_RIVER_CASING),
    "rivers": Symbol(None, 0, "#4F8FC4", (0.5, 1.8)),
    "basins": Symbol("#2273B5", 0.07, "#2273B5", (0.8, 2.0)),
}
_BY_THEME: dict[str, Symbol] = {
    "admin": Symbol(None, 0, "#75707C", (0.6, 1.5)),
    "water": Symbol("#B9D7EC", 1.0, "#5A95C4", (0.6, 1.4)),
    "sand": Symbol("#EFD49A", 0.58, "#9A6A1C", (0.8, 1.6), ink="#7A5210"),
    "forest": Symbol("#3F8F5F", 0.42, "#2C6A44", (0.4, 1.2)),
    "redline": Symbol("#C2182B", 0.10, "#C2182B", (0.7, 2.0), ink="#C2182B"),
    "user": Symbol("#2A7F86", 0.18, "#1E5E63", (1.2, 2.2)),
}
_OTHER = Symbol("#7A828C", 0.2, "#5E6B7A", (0.8, 1.8))

_RIVER_RANKS = {
    "1": ((1.4, 3.4), 0.0),
    "2": ((0.8, 2.4), 0.0),
    "4": ((0.3, 1.0), 5.5),
}

_DASH_MODELLED = (5.0, 2.0)
_DASH_SCHEMATIC = (4.0, 2.5)
_DESERT_FILL = "#E3B565"
_PALE = 0.05

# Drawing order from below: single layers first, else the theme.
_ORDER = (
    "relief",
    "vegetation",
    "climate",
    "land_cover",
    "basins",
    "key_function_banners",
    "forest",
    "sand",
    "user",
    "redline",
    "veil",
    "lakes",
    "water",
    "rivers",
    "admin",
    "banners",
    "leagues",
    "yellow_river",
    "province",
)


def order_of(name: str, theme: str = "") -> int:
    """Rank of a layer in drawing order, 0 lowest; by its id, else by its theme."""
    known = name if name in _ORDER else theme
    return _ORDER.index(known) if known in _ORDER else _ORDER.index("user")


def symbol_of(spec: LayerSpec, *, angle: int = 45) -> Symbol:
    """Answer how the features of a vector layer are drawn.

    Parameters
    ----------
    spec : LayerSpec
        Its theme and style give the colours, its status the pattern and dash.
    angle : int
        Of the hatch; a second modelled layer on a map takes 135.
    """
    base = _BY_LAYER.get(spec.id) or _BY_THEME.get(spec.theme, _OTHER)
    coloured = _with_style(base, spec)
    if spec.geometry == "line":
        coloured = replace(coloured, fill=None)
    if spec.status == "modelled":
        return replace(
            coloured,
            fill_opacity=_PALE,
            pattern="hatch",
            ink=coloured.line,
            angle=angle,
            dash=_DASH_MODELLED,
        )
    if spec.status == "schematic":
        return replace(coloured, pattern="dots_sparse", dash=_DASH_SCHEMATIC)
    return coloured


def hatch_angles(specs: Iterable[LayerSpec]) -> dict[str, int]:
    """Turn every second modelled layer's hatch; by layer id, degrees."""
    modelled = [spec.id for spec in specs if spec.status == "modelled"]
    return {name: (45, 135)[at % 2] for at, name in enumerate(modelled)}


def variants_of(spec: LayerSpec, symbol: Symbol) -> dict[str, Symbol]:
    """Answer the symbols of features that look different within a layer.

    By the text of the column :func:`variant_column`: deserts are darker and more
    densely stippled than sandy lands; rivers are as broad as their rank.
    """
    if spec.id == "rivers":
        return {
            rank: replace(symbol, width=width, from_zoom=zoom)
            for rank, (width, zoom) in _RIVER_RANKS.items()
        }
    if spec.theme != "sand":
        return {}
    dense: Pattern = "dots_dense" if symbol.pattern == "dots_sparse" else symbol.pattern
    desert = replace(symbol, fill=_DESERT_FILL, fill_opacity=0.62, pattern=dense)
    return {"desert": desert}


def variant_column(spec: LayerSpec) -> str:
    """Name the column whose values have symbols of their own."""
    return "rank" if spec.id == "rivers" else "kind"


def _with_style(base: Symbol, spec: LayerSpec) -> Symbol:
    """Lay what the layer states of its style over the symbol."""
    style, stated = spec.style, spec.style.model_fields_set
    symbol = base
    if style.fill is not None and base.fill is not None:
        symbol = replace(symbol, fill=style.fill)
        if "fill_opacity" in stated:
            symbol = replace(symbol, fill_opacity=style.fill_opacity)
    if style.line is not None:
        symbol = replace(symbol, line=style.line)
    if "line_width" in stated and spec.id not in _BY_LAYER:
        width = (0.6 * style.line_width, 1.4 * style.line_width)
        symbol = replace(symbol, width=width)
    return symbol


RELIEF_TINT: tuple[tuple[float, str], ...] = (
    (0, "#E9EEE4"),
    (900, "#F3F2E6"),
    (1300, "#F6F2E5"),
    (1800, "#F1E9DA"),
    (2600, "#EAE0D3"),
    (3600, "#F6F3F0"),
)
"""Metres and colour under the hillshade: almost paper."""
RELIEF_SHADE = "#5C5868"

_RAMPS: dict[str, tuple[tuple[float, str], ...]] = {
    "vegetation": (
        (0.05, "#EFE3CC"),
        (0.2, "#E2DDA8"),
        (0.35, "#C3D184"),
        (0.5, "#93BD69"),
        (0.65, "#5DA155"),
        (0.8, "#2E7F45"),
        (0.92, "#12572F"),
    ),
    "relief": (
        (0, "#C9D8BE"),
        (600, "#DDE0BE"),
        (1200, "#EBDFB8"),
        (1800, "#DBC096"),
        (2600, "#BC9A7A"),
        (3600, "#EDE7E2"),
    ),
}
_GREYS = ((0.0, "#EEF0F2"), (1.0, "#3A434E"))


def has_ramp(spec: LayerSpec) -> bool:
    """Whether the layer or its theme says which values have which colours."""
    return bool(spec.style.ramp) or spec.theme in _RAMPS


def ramp_of(spec: LayerSpec) -> tuple[tuple[float, str], ...]:
    """Answer value and colour, ascending, of a continuous raster.

    The layer's own ramp, else its theme's; a layer of another theme without a ramp is
    drawn grey from 0 to 1.
    """
    return spec.style.ramp or _RAMPS.get(spec.theme, _GREYS)
