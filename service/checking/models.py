"""The result of a conflict check: what every report is written from.

Two kinds of numbers stand side by side. Fields in ``_m2``, ``_m`` and shares are the
numbers as they were computed, not rounded. An :class:`Amount` is what is printed:
square metres, hectares and mu, each rounded once, as exact decimals (text in JSON).
Within one parcel and layer the printed parts add up to the printed total in every
unit: ``overlap + slivers + remainder = parcel``, ``overlap = sum of classes``, each
class and the remainder = the sum over banners, and a banner = its cells.
"""

from decimal import Decimal
from typing import Any, Literal

from geo.conflict.findings import Level
from layers.importing.sources import SourceFile
from layers.models import Bilingual, Status
from service.models import Answer, NoteModel

Contact = Literal["overlap", "border", "apart"]
"""``overlap``: shares area. ``border``: shares slivers or a border only. ``apart``."""


class Amount(Answer):
    """An area as it is printed, in three units."""

    m2: Decimal
    """2 decimals."""
    ha: Decimal
    """4 decimals."""
    mu: Decimal
    """亩, 1/15 ha; 2 decimals."""


class DecisionModel(Answer):
    """How one file was read: what was decided, and why."""

    file: str
    what: str
    """``encoding``, ``crs``, ``zone``, ``axis_order``, ``rings``, ``units``, …"""
    value: str
    reason: Bilingual
    alternatives: tuple[str, ...]
    option: str
    """The option that overrules it."""
    code: str


class InputFile(SourceFile):
    """One file of parcels."""

    crs: str
    """Of its coordinates, a code or a name."""
    parcels: int


class ProjectInfo(Answer):
    """What the cover of a report says; whatever is unknown is null."""

    name: str | None = None
    number: str | None = None
    applicant: str | None = None
    prepared_by: str | None = None
    purpose: str | None = None


class LayerUsed(Answer):
    """A layer that was checked against."""

    id: str
    title: Bilingual
    status: Status
    version: str
    sha256: str | None
    valid_time: str | None
    """The date the content stands for."""
    retrieved: str
    provider: str
    """Who made the data."""
    provider_zh: str | None = None
    """The same in Chinese; null where it is told in one language."""
    source: str
    licence: str
    attribution: str
    crs: str
    accuracy_m: float | None
    caution: Bilingual | None
    secrecy: str | None
    scope: str | None
    restricted: bool
    class_field: str | None
    """The column whose values are the sub-classes; null where the layer has none."""
    indicative: bool
    """Modelled or schematic: it can neither clear nor refuse anything."""


class Clause(Answer):
    """Where a rule is written."""

    document: str
    article: str | None = None
    text: Bilingual | None = None


class Finding(Answer):
    """What the rules say of a parcel and a layer, or of a parcel as a whole."""

    level: Level
    label: Bilingual
    reason: Bilingual
    rule: str | None
    """Id of the rule; null where no rule was needed."""
    clause: Clause | None
    confirmed: bool
    """False: the rule still has to be confirmed by the office."""


class RuleUsed(Answer):
    """A rule of the table, as it stood."""

    id: str
    layers: tuple[str, ...]
    classes: tuple[str, ...]
    uses: tuple[str, ...]
    level: Level
    clause: Clause | None
    remark: Bilingual | None
    confirmed: bool


class RulesUsed(Answer):
    """The table of rules that findings come from."""

    id: str
    title: Bilingual
    version: str
    file: str | None
    """Null for the default set."""
    sha256: str
    classes: dict[str, str]
    """Column of sub-classes by layer."""
    rules: tuple[RuleUsed, ...]


class RulesInUse(RulesUsed):
    """The table in use, and by rule the ids of the layers of today that it is about."""

    about: dict[str, tuple[str, ...]]


class Nearest(Answer):
    """Where a layer is nearest to a parcel that does not overlap it."""

    distance_m: float
    """Geodesic, from outline to outline; 0 where they touch."""
    azimuth_deg: float | None
    """From the parcel, clockwise from north; null at distance 0."""
    direction: Bilingual | None
    """One of eight winds."""
    feature_id: str
    feature_name: str | None
    feature_name_en: str | None
    from_lonlat: tuple[float, float]
    to_lonlat: tuple[float, float]


class FeatureRow(Answer):
    """One feature of the layer that shares area with the parcel."""

    id: str
    name: str | None
    name_en: str | None
    class_name: str | None
    area_m2: float
    share: float
    """Of the parcel."""
    uncertainty_m2: float | None
    sliver: bool


class Cell(Answer):
    """What a class, the slivers, or the rest of the parcel have in one banner."""

    banner_id: str | None
    """Null: in no banner of the map."""
    area_m2: float
    printed: Amount


class ClassPart(Answer):
    """One sub-class of the layer within the parcel."""

    class_name: str | None
    """Null where the layer has no classes."""
    area_m2: float
    share: float
    printed: Amount
    banners: tuple[Cell, ...]


class Part(Answer):
    """A part of the parcel, divided by banner."""

    area_m2: float
    share: float
    printed: Amount
    banners: tuple[Cell, ...]


class LayerResult(Answer):
    """One parcel against one layer."""

    layer: str
    contact: Contact
    touched: bool
    """Whether there is a conflict: area is shared that is no sliver."""
    overlap: Part
    uncertainty_m2: float | None
    """+/- of the overlap; null where the accuracy of the layer is unknown."""
    classes: tuple[ClassPart, ...]
    """Parts of the overlap. Where classes lie over each other, a place counts for the
    first of them in order of the table, so that the parts add up."""
    slivers: Part
    """Boundary-sharing errors, listed apart and no conflict."""
    remainder: Part
    """Outside the layer."""
    features: tuple[FeatureRow, ...]
    nearest: Nearest | None
    """Null where the layer is overlapped."""
    finding: Finding


class SliverRow(Answer):
    """One line of the list of slivers."""

    parcel: str
    layer: str
    features: tuple[str, ...]
    area_m2: float
    width_m: float
    """Mean width: twice the area over the perimeter."""
    share: float
    reasons: tuple[Literal["area", "width", "share"], ...]


class BannerShare(Answer):
    """The part of a parcel in one banner."""

    banner_id: str | None
    name: str | None
    name_en: str | None
    league: str | None
    area_m2: float
    printed: Amount


class Areas(Answer):
    """The area of a parcel by three rules, m2."""

    official_m2: float
    """Ellipsoidal, TD/T 1055, rounded once when printed; every part adds up to it."""
    geodesic_m2: float
    plane_m2: float | None
    """In the plane of the file; null for longitude and latitude."""
    lonlat_m2: float
    """What the parts were measured by, before they were adjusted to the official."""
    edges: Bilingual
    """How the line between two vertices was read."""
    stated_m2: float | None = None
    """What the file says; null where it says nothing."""


class ParcelResult(Answer):
    """One parcel."""

    id: str
    """Unique in the check."""
    file: str
    number: str | None
    name: str | None
    use: str | None
    attributes: dict[str, Any]
    """As in the file."""
    crs: str
    vertices: int
    bbox: tuple[float, float, float, float]
    """Lon/lat degrees."""
    areas: Areas
    printed: Amount
    banners: tuple[BannerShare, ...]
    finding: Finding
    """The strictest of its layers."""
    layers: tuple[LayerResult, ...]


class LayerTotal(Answer):
    """One layer over all parcels; printed sums are the sums of printed values."""

    layer: str
    parcels_touched: int
    overlap_m2: float
    overlap: Amount
    slivers: Amount
    remainder: Amount
    sliver_lines: int
    levels: dict[str, int]
    """Parcels by finding."""


class Summary(Answer):
    """The first page."""

    parcels: int
    total: Amount
    levels: dict[str, int]
    finding: Finding
    layers: tuple[LayerTotal, ...]


class SliverRuleModel(Answer):
    """Thresholds of slivers; see :class:`geo.overlay.SliverRule`."""

    area_m2: float
    width_m: float
    share: float


class CheckOptionsModel(Answer):
    """What the person who checked chose."""

    layers: tuple[str, ...]
    sliver: SliverRuleModel
    reading: dict[str, Any]
    """Options of reading the files, where they are not the default ones."""
    parcel_accuracy_m: float
    project: ProjectInfo


class CheckReport(Answer):
    """The result of one conflict check."""

    kind: Literal["ecobarrier-check"] = "ecobarrier-check"
    result_id: str
    software: str
    """Name and version."""
    method: str
    method_text: tuple[Bilingual, ...]
    """The method in sentences, to be printed."""
    options: CheckOptionsModel
    files: tuple[InputFile, ...]
    decisions: tuple[DecisionModel, ...]
    layers: tuple[LayerUsed, ...]
    rules: RulesUsed
    banners: LayerUsed | None
    """The layer of banners that parts were divided by."""
    summary: Summary
    parcels: tuple[ParcelResult, ...]
    slivers: tuple[SliverRow, ...]
    notes: tuple[NoteModel, ...]


class ShiftFound(Answer):
    """The smallest shift that was found; 0 where there is no conflict as it is."""

    distance_m: float
    azimuth_deg: float | None
    direction: Bilingual | None
    east_m: float
    north_m: float
    geometry: dict[str, Any]
    """GeoJSON, lon/lat degrees."""


class Avoiding(Answer):
    """One parcel."""

    id: str
    file: str
    area_m2: float
    free_m2: float
    """Edges straight in longitude and latitude, as the area beside it."""
    free_share: float
    free: Amount
    """Of the parcel's official area, in proportion; rounded once."""
    free_geometry: dict[str, Any] | None
    """GeoJSON, lon/lat degrees; null where nothing is free."""
    shift: ShiftFound | None
    reason: Literal["surrounded", "not_found"] | None
    """Why there is no shift."""
    text: Bilingual


class AvoidReport(Answer):
    """How parcels could avoid layers."""

    result_id: str
    method: str
    within_m: float
    files: tuple[InputFile, ...]
    layers: tuple[LayerUsed, ...]
    parcels: tuple[Avoiding, ...]
