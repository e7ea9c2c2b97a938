"""The answers of the product: one shape for command line, HTTP, notebook and report.

Numbers are not rounded. Areas are in m2, shares in 0-1 of the area named. ``name`` is
the Chinese name, the one to use in China; ``name_en`` stands beside it. An unknown
value is ``null``.
"""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from layers.models import (
    Bilingual,
    Denominator,
    Figure,
    GeometryKind,
    Kind,
    Provenance,
    RasterClass,
    Status,
    Theme,
)


class Answer(BaseModel):
    """Frozen; unknown fields are programming errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class NoteModel(BaseModel):
    """A caution, an assumption or a repair; further fields are its details."""

    model_config = ConfigDict(frozen=True, extra="allow")

    code: str
    zh: str
    en: str


class LayerRef(Answer):
    """The layer a result rests on."""

    id: str
    title: Bilingual
    status: Status
    version: str
    accuracy_m: float | None
    caution: Bilingual | None


class LayerSummary(Answer):
    """What a layer says of itself."""

    id: str
    title: Bilingual
    description: Bilingual
    theme: Theme
    kind: Kind
    geometry: GeometryKind | None
    status: Status
    version: str
    caution: Bilingual | None
    crs: str
    rows: int | None
    accuracy_m: float | None
    valid_time: str | None
    unit: str | None
    licence: str
    attribution: str
    provenance: Provenance
    denominators: tuple[Denominator, ...]
    figures: tuple[Figure, ...]
    classes: tuple[RasterClass, ...]
    restricted: bool
    sha256: str | None
    """Null where the layer is restricted and the caller may not see it."""


class LayersReport(Answer):
    """All layers of a catalogue."""

    layers: tuple[LayerSummary, ...]


class AreaRow(Answer):
    """Area of one feature by three readings of its edges; see :mod:`geo.area`."""

    id: str
    name: str | None
    name_en: str | None
    area_m2: float
    area_geodesic_m2: float
    area_official_m2: float


class AreaReport(Answer):
    """Areas of a layer's features."""

    result_id: str
    method: str
    layer: LayerRef
    rows: tuple[AreaRow, ...]
    total_m2: float
    notes: tuple[NoteModel, ...]


class OverlapRow(Answer):
    """A pair that shares area, or what is left of one feature.

    In a ``remainder`` row the other side is ``null``: the feature outside the whole
    other layer.
    """

    kind: Literal["overlap", "remainder"]
    left_id: str | None
    left_name: str | None
    left_name_en: str | None
    right_id: str | None
    right_name: str | None
    right_name_en: str | None
    area_m2: float
    share_left: float | None
    share_right: float | None
    uncertainty_m2: float | None
    sliver: bool


class FeatureBalance(Answer):
    """How one feature is divided: dissolved overlap + remainder = area."""

    id: str
    name: str | None
    name_en: str | None
    area_m2: float
    overlap_sum_m2: float
    overlap_dissolved_m2: float
    remainder_m2: float


class OverlapTotals(Answer):
    """Totals of an overlay; see :class:`geo.overlay.Overlap`.

    Those of a restricted layer alone are null for who may not see it.
    """

    left_m2: float | None
    right_m2: float | None
    left_dissolved_m2: float | None
    right_dissolved_m2: float | None
    overlap_sum_m2: float
    overlap_dissolved_m2: float
    left_remainder_m2: float | None
    right_remainder_m2: float | None


class OverlapReport(Answer):
    """Overlap of two layers: pairs, then remainders of the left, then of the right."""

    result_id: str
    method: str
    left: LayerRef
    right: LayerRef
    rows: tuple[OverlapRow, ...]
    left_features: tuple[FeatureBalance, ...]
    right_features: tuple[FeatureBalance, ...]
    totals: OverlapTotals
    notes: tuple[NoteModel, ...]


class StreamReport(Answer):
    """Sums of an overlap whose rows were written to a file."""

    result_id: str
    method: str
    path: str
    left_features: int
    pairs: int
    overlap_sum_m2: float
    left_m2: float


class ZonalRow(Answer):
    """Area of one class, or of one interval from ``value`` up, in one zone."""

    zone_id: str
    zone_name: str | None
    zone_name_en: str | None
    value: int | float | Literal["nodata", "outside"]
    label: str
    label_en: str
    area_m2: float
    share: float


class ZonalStatistics(Answer):
    """Area-weighted statistics of the values in one zone; null without values."""

    zone_id: str
    area_m2: float
    """Of the cells with a value."""
    mean: float | None
    std: float | None
    min: float | None
    max: float | None
    sum: float | None
    """Of value times covered share of the cell."""
    percentiles: dict[str, float | None]
    """By percentage, where asked for: the least value that reaches it."""


class CrosstabRow(Answer):
    """Area of one pair of values of two rasters in one zone."""

    zone_id: str
    zone_name: str | None
    zone_name_en: str | None
    value_a: int | float | Literal["nodata", "outside"]
    label_a: str
    label_a_en: str
    value_b: int | float | Literal["nodata", "outside"]
    label_b: str
    label_b_en: str
    area_m2: float
    share: float
    uncertainty_m2: float


class CrosstabReport(Answer):
    """Two rasters against each other within zones; rows add up to the zones."""

    result_id: str
    method: str
    zones: LayerRef
    raster_a: LayerRef
    raster_b: LayerRef
    rows: tuple[CrosstabRow, ...]
    zones_m2: float
    notes: tuple[NoteModel, ...]


class ZonalTotals(Answer):
    """Sums over all zones: value, no data and outside add up to the zones."""

    zones_m2: float
    value_m2: float
    nodata_m2: float
    outside_m2: float


class ZonalStreamReport(Answer):
    """Sums of a zonal table whose rows were written to a file."""

    result_id: str
    method: str
    path: str
    zones: int
    rows: int
    totals: ZonalTotals


class ZonalReport(Answer):
    """Raster classes or intervals within zones."""

    result_id: str
    method: str
    zones: LayerRef
    raster: LayerRef
    rows: tuple[ZonalRow, ...]
    statistics: tuple[ZonalStatistics, ...]
    totals: ZonalTotals
    notes: tuple[NoteModel, ...]


class SiteReport(Answer):
    """Polygons of a planner against layers; each part is a report of its own."""

    result_id: str
    method: str
    site: LayerRef
    area: AreaReport
    overlaps: tuple[OverlapReport, ...]
    zonals: tuple[ZonalReport, ...]
    notes: tuple[NoteModel, ...]
