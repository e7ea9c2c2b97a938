"""The legend of a map: layers by theme, each with sample, status and facts."""

from dataclasses import dataclass, field, replace

from markupsafe import Markup

from layers.models import LayerSpec
from layers.times import time_text
from service import symbols
from service.map_content import MapContent, RasterPart
from service.map_layers import VectorPart, swatches
from service.palette import ramp_of
from service.words import THEMES, both, is_word, theme_name

Pair = tuple[str, str]
"""Chinese and English."""


@dataclass(frozen=True)
class LegendRow:
    """One layer in the legend; texts in both languages.

    ``kinds`` are samples and names of kinds of features; ``classes`` colours and
    names of raster classes; ``ramp`` a CSS gradient with its two end values.
    """

    spec: LayerSpec
    on: bool
    swatch: Markup
    facts: list[tuple[Pair, Pair]]
    kinds: list[tuple[Markup, Pair]] = field(default_factory=list)
    classes: list[tuple[str, Pair]] = field(default_factory=list)
    ramp: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class LegendGroup:
    """The layers of one theme."""

    title: Pair
    rows: list[LegendRow]


def legend_groups(content: MapContent) -> list[LegendGroup]:
    """Group the layers of a map by theme; themes without layers are left out."""
    rows = [_vector_row(part, content) for part in content.vectors]
    rows += [_raster_row(part, content) for part in content.rasters]
    groups = [
        LegendGroup(
            (theme_name(theme, "zh"), theme_name(theme, "en")),
            [row for row in rows if row.spec.theme == theme],
        )
        for theme in THEMES
    ]
    return [group for group in groups if group.rows]


def facts(spec: LayerSpec) -> list[tuple[Pair, Pair]]:
    """Answer name and value of what a reader must know of a layer."""
    accuracy = both("not_stated")
    if spec.accuracy_m is not None:
        accuracy = (f"±{spec.accuracy_m:,.0f} m",) * 2
    time = time_text(spec.valid_time)
    return [
        (both("source"), (spec.attribution,) * 2),
        (both("date"), (time.zh, time.en)),
        (both("accuracy"), accuracy),
        (both("licence"), (spec.licence,) * 2),
        (both("version"), (spec.version,) * 2),
    ]


def _vector_row(part: VectorPart, content: MapContent) -> LegendRow:
    samples = swatches(part)
    kinds = [
        (svg, both(f"kind_{kind}")) for kind, svg in samples if is_word(f"kind_{kind}")
    ]
    return LegendRow(
        part.spec,
        part.spec.id in content.on,
        swatches(part, "row")[0][1],
        facts(part.spec),
        kinds=kinds if len(samples) > 1 else [],
    )


def _raster_row(part: RasterPart, content: MapContent) -> LegendRow:
    spec = part.spec
    row = LegendRow(
        spec, spec.id in content.on, symbols.raster_swatch(spec), facts(spec)
    )
    if spec.classes:
        present = [one for one in spec.classes if one.value in part.picture.classes]
        return replace(
            row, classes=[(one.colour, (one.title.zh, one.title.en)) for one in present]
        )
    stops = part.picture.ramp or ramp_of(spec)
    # Colours spread over most values end before the values do.
    low, high = ("≤ ", "≥ ") if part.picture.ramp else ("", "")
    ends = (
        f"{low}{stops[0][0]:g}",
        f"{high}{stops[-1][0]:g} {spec.unit or ''}".strip(),
    )
    return replace(row, ramp=(symbols.ramp_bar(spec), *ends))
