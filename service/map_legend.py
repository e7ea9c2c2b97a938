"""The legend of a map: layers by theme, each with sample, status and facts."""

from dataclasses import dataclass, field

from markupsafe import Markup

from layers.models import LayerSpec
from service import symbols
from service.map_content import MapContent, RasterPart
from service.map_layers import VectorPart, swatches
from service.palette import ramp_of
from service.words import THEMES, Language, other, said, theme_name, words


@dataclass(frozen=True)
class LegendRow:
    """One layer in the legend.

    ``kinds`` are samples and names of kinds of features; ``classes`` colours and
    names of raster classes; ``ramp`` a CSS gradient with its two end values.
    """

    spec: LayerSpec
    title: str
    second: str
    on: bool
    swatch: Markup
    facts: list[tuple[str, str]]
    caution: str | None
    kinds: list[tuple[Markup, str]] = field(default_factory=list)
    classes: list[tuple[str, str]] = field(default_factory=list)
    ramp: tuple[str, str, str] | None = None


@dataclass(frozen=True)
class LegendGroup:
    """The layers of one theme."""

    title: str
    rows: list[LegendRow]


def legend_groups(content: MapContent) -> list[LegendGroup]:
    """Group the layers of a map by theme; themes without layers are left out."""
    rows = [_vector_row(part, content) for part in content.vectors]
    rows += [_raster_row(part, content) for part in content.rasters]
    groups = [
        LegendGroup(
            theme_name(theme, content.language),
            [row for row in rows if row.spec.theme == theme],
        )
        for theme in THEMES
    ]
    return [group for group in groups if group.rows]


def sources(content: MapContent) -> list[tuple[str, str]]:
    """Answer title and source line of each layer."""
    return [
        (
            said(spec.title, content.language),
            f"{spec.attribution} · {spec.licence} · {spec.version}",
        )
        for spec in content.specs
    ]


def facts(spec: LayerSpec, language: Language) -> list[tuple[str, str]]:
    """Answer name and value of what a reader must know of a layer."""
    w = words(language)
    accuracy = w["not_stated"]
    if spec.accuracy_m is not None:
        accuracy = f"±{spec.accuracy_m:,.0f} m"
    return [
        (w["source"], spec.attribution),
        (w["date"], spec.valid_time or w["not_stated"]),
        (w["accuracy"], accuracy),
        (w["licence"], spec.licence),
        (w["version"], spec.version),
    ]


def _vector_row(part: VectorPart, content: MapContent) -> LegendRow:
    w = words(content.language)
    samples = swatches(part)
    main = samples[0][1]
    named = [(svg, w.get(f"kind_{kind}")) for kind, svg in samples]
    kinds = [(svg, name) for svg, name in named if name] if len(samples) > 1 else []
    return _row(part.spec, content, main, kinds=kinds)


def _raster_row(part: RasterPart, content: MapContent) -> LegendRow:
    spec, language = part.spec, content.language
    sample = symbols.raster_swatch(spec)
    if spec.classes:
        classes = [
            (one.colour, said(one.title, language))
            for one in spec.classes
            if one.value in part.picture.classes
        ]
        return _row(spec, content, sample, classes=classes)
    stops = ramp_of(spec)
    ends = f"{stops[0][0]:g}", f"{stops[-1][0]:g} {spec.unit or ''}".strip()
    return _row(spec, content, sample, ramp=(symbols.ramp_bar(spec), *ends))


def _row(
    spec: LayerSpec,
    content: MapContent,
    swatch: Markup,
    *,
    kinds: list[tuple[Markup, str]] | None = None,
    classes: list[tuple[str, str]] | None = None,
    ramp: tuple[str, str, str] | None = None,
) -> LegendRow:
    language = content.language
    return LegendRow(
        spec=spec,
        title=said(spec.title, language),
        second=said(spec.title, other(language)),
        on=spec.id in content.on,
        swatch=swatch,
        facts=facts(spec, language),
        caution=said(spec.caution, language) if spec.caution else None,
        kinds=kinds or [],
        classes=classes or [],
        ramp=ramp,
    )
